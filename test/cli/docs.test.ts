import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { allCommands, locate } from '../../src/cli/catalogue.js';
import { cliDocs } from '../../src/cli/frame/docs.js';

describe('docs/cli.md', () => {
  it('is what the declarations say: `npm run docs:cli` writes it', () => {
    expect(readFileSync(packagePath('docs/cli.md'), 'utf8')).toBe(cliDocs());
  });

  it('names nothing of the machine that it was made on', () => {
    expect(cliDocs()).not.toContain(homedir());
  });
});

describe('an example', () => {
  it('is of the command that it stands at, and there is one for each', () => {
    for (const { path, spec } of allCommands()) {
      expect(spec.examples.length, path.join(' ')).toBeGreaterThan(0);
      for (const example of spec.examples) expect(locate(example.split(' ')).spec, example).toBe(spec);
    }
  });
});
