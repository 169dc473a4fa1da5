import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
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

describe('README.md', () => {
  it('has an example of axon and dendrite that runs', () => {
    const code = /```js\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8'))![1]!;
    const folder = mkdtempSync(join(tmpdir(), 'readme-'));
    try {
      const file = join(folder, 'example.mjs');
      writeFileSync(file, code.replace("'bittensor-node'", `'${pathToFileURL('dist/src/index.js').href}'`));
      const env = { PATH: process.env['PATH'], HOME: folder };
      const output = execFileSync(process.execPath, [file], { encoding: 'utf8', timeout: 50_000, env });
      expect(output).toMatch(/^\[ 'Success' \] Float32Array\(2\) \[ 2, 4 \] \[ [\d.]+ \]\n$/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
