import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RETURN_CODES } from '../../src/net/index.js';

describe('docs/protocol.md', () => {
  it('lists the return codes that the code has', () => {
    const rows = Object.entries(RETURN_CODES).map(
      ([name, { number, grpc, meaning }]) => `| ${number} | ${name} | ${grpc} | ${meaning} |`,
    );
    const table = ['| number | name | as gRPC status | meaning |', '|---|---|---|---|', ...rows].join('\n');
    const page = readFileSync('docs/protocol.md', 'utf8');
    const found = /<!-- codes -->\n([\s\S]*)\n<!-- \/codes -->/.exec(page)?.[1];
    expect(found).toBe(table);
  });
});
