import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { chainErrorNames } from '../../src/chain/index.js';
import { allCommands, locate } from '../../src/cli/catalogue.js';
import { ERROR_TEXTS } from '../../src/cli/error-texts.js';
import { cliDocs } from '../../src/cli/frame/docs.js';
import { errorDocs } from '../../src/cli/frame/error-docs.js';
import { checkCommand } from '../helpers/command-line.js';

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

/** Command lines of this program in a page: between backticks, and in blocks without their comments. */
function commandLinesOf(text: string): string[][] {
  const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map(([, block]) => block!.replaceAll('\\\n', ' '));
  const spans = [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);
  return [...blocks.flatMap(block => block.split('\n')), ...spans].flatMap(line => {
    const [, rest] = /^(?:npx )?bittensor-cli ([^#|&>;]+)/.exec(line.trim()) ?? [];
    const words = [...(rest ?? '').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c!);
    // `run NEURON` and `localnet <command>` stand for several.
    return words.length === 0 || words.slice(0, 2).some(word => /^[A-Z]+$|^</.test(word)) ? [] : [words];
  });
}

describe('the commands in the documents', () => {
  const root = packagePath('.');
  const pages = [
    'README.md',
    ...['docs', 'docs/tutorials'].flatMap(folder => readdirSync(`${root}/${folder}`).map(name => `${folder}/${name}`)),
  ].filter(name => name.endsWith('.md'));

  it('are found, in blocks and between backticks', () => {
    const page =
      'so `bittensor-cli doctor`, and\n```sh\nnpx bittensor-cli localnet call A.b \'{"c": 1}\' # note\nls\n```\n';
    expect(commandLinesOf(page)).toEqual([['localnet', 'call', 'A.b', '{"c": 1}'], ['doctor']]);
    expect(pages.flatMap(name => commandLinesOf(readFileSync(`${root}/${name}`, 'utf8'))).length).toBeGreaterThan(100);
  });

  // Generated from the declarations themselves.
  it.each(
    pages.filter(name => !['docs/cli.md', 'docs/errors.md'].includes(name)),
  )('of %s are there, with their flags', name => {
    for (const words of commandLinesOf(readFileSync(`${root}/${name}`, 'utf8'))) checkCommand(words);
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
