import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { chainErrorNames } from '../../src/chain/index.js';
import { allCommands, locate } from '../../src/cli/catalogue.js';
import { ERROR_TEXTS } from '../../src/cli/error-texts.js';
import { cliDocs } from '../../src/cli/frame/docs.js';
import { errorDocs } from '../../src/cli/frame/error-docs.js';

describe('docs/cli.md', () => {
  it('is what the declarations say: `npm run docs:cli` writes it', () => {
    expect(readFileSync(packagePath('docs/cli.md'), 'utf8')).toBe(cliDocs());
  });

  it('names nothing of the machine that it was made on', () => {
    expect(cliDocs()).not.toContain(homedir());
  });
});

describe('docs/errors.md', () => {
  it('explains every code: `npm run docs:cli` writes it', () => {
    expect(readFileSync(packagePath('docs/errors.md'), 'utf8')).toBe(errorDocs());
  });
});

describe('docs/troubleshooting.md', () => {
  const text = readFileSync(packagePath('docs/troubleshooting.md'), 'utf8');

  it('sends its readers to codes that there are', () => {
    const own = [...text.matchAll(/errors\.md#([a-z_]+)/g)].map(([, code]) => code!);
    expect(own.length).toBeGreaterThan(20);
    for (const code of own) expect(Object.keys(ERROR_TEXTS)).toContain(code);
    for (const [name] of text.matchAll(/SubtensorModule\.\w+/g)) expect(chainErrorNames()).toContain(name);
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
