import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Which folders a folder may import from. Change this list first, on purpose. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'src/base': [],
  'src/wallet': ['src/base'],
  'src/chain': ['src/base', 'src/wallet'],
  'src/net': ['src/base', 'src/wallet', 'src/chain'],
  'src/model': ['src/base', 'src/wallet', 'src/chain', 'src/net'],
  'src/neuron': ['src/base', 'src/wallet', 'src/chain', 'src/net', 'src/model'],
  'src/explorer': ['src/base'],
  'src/cli': ['src/base', 'src/wallet', 'src/chain', 'src/net', 'src/model', 'src/neuron', 'src/explorer'],
  'src/library': ['src/base', 'src/wallet', 'src/chain', 'src/net', 'src/model', 'src/neuron'],
  'localnet/engine': ['src/base'],
};

/** Where each outside library is at home. */
const HOME: readonly (readonly [library: RegExp, folders: readonly string[]])[] = [
  [/^pino$|^prom-client$|^yaml$|^@noble\/|^@scure\/base$/, ['src/base']],
  [/^@scure\/sr25519|^@polkadot-labs\//, ['src/wallet']],
  [/^hash-wasm$/, ['src/wallet', 'src/chain']],
  [/^@polkadot\/(keyring|util-crypto|wasm-crypto)/, ['src/wallet', 'localnet/engine']],
  [/^@polkadot\/util$/, ['src/wallet', 'src/chain', 'localnet/engine']],
  [/^@polkadot\/types/, ['src/chain', 'localnet/engine']],
  [/^@polkadot\//, ['src/chain']],
  [/^@grpc\/|^@bufbuild\/|^@bokuweb\/|^@achingbrain\//, ['src/net']],
  [/^@tensorflow\/|^@huggingface\/|^hyparquet|^mnist/, ['src/model']],
  [/^(commander|cli-progress|picocolors|uqr)$/, ['src/cli']],
  [/^(ws|fzstd)$/, ['localnet/engine']],
  [/^preact(\/|$)/, ['src/explorer']],
];

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap(name => {
    const path = join(folder, name);
    return statSync(join(root, path)).isDirectory() ? filesIn(path) : /\.tsx?$/.test(path) ? [path] : [];
  });
}

function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  return [
    ...source.matchAll(
      /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s+'([^']+)'|import\s*\(\s*'([^']+)'|(?:^|\n)import\s+'([^']+)'/g,
    ),
  ].map(match => (match[1] ?? match[2] ?? match[3])!);
}

const folderOf = (file: string) => Object.keys(MAY_IMPORT).find(folder => file.startsWith(`${folder}/`));
const sources = Object.keys(MAY_IMPORT).flatMap(filesIn);

describe('the architecture', () => {
  it('finds the sources it is to check', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.flatMap(importsOf).length).toBeGreaterThan(50);
  });

  it('imports only from layers below, by their index', () => {
    const wrong: string[] = [];
    for (const file of sources) {
      const own = folderOf(file)!;
      for (const target of importsOf(file).filter(name => name.startsWith('.'))) {
        const path = normalize(join(dirname(file), target));
        const folder = folderOf(path);
        if (folder === own) continue;
        // The engine is to answer in half a second: it takes single files of base, past the log and YAML libraries.
        // Settings are declared in a file of their own, so that a help text does not load what they are for.
        // What a browser may use of a folder, too, has an index of its own, and so has what an index must not load.
        const entrances = [
          'index.js',
          'options.js',
          'browser.js',
          'http.js',
          'parts.js',
          'scale.js',
          'storage-names.js',
        ];
        const entrance = own === 'localnet/engine' || entrances.includes(relative(folder ?? '', path));
        const allowed = folder !== undefined && MAY_IMPORT[own]!.includes(folder) && entrance;
        if (!allowed) wrong.push(`${file} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('uses outside libraries only where they are at home', () => {
    const wrong: string[] = [];
    for (const file of sources) {
      for (const library of importsOf(file).filter(name => !name.startsWith('.') && !name.startsWith('node:'))) {
        const home = HOME.find(([pattern]) => pattern.test(library));
        if (!home?.[1].includes(folderOf(file)!)) wrong.push(`${file} uses ${library}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has one index per folder and none deeper', () => {
    const deep = sources.filter(file => file.endsWith('/index.ts') && dirname(file) !== folderOf(file));
    expect(deep).toEqual([]);
  });

  it('reads the environment only where settings are resolved', () => {
    const readers = sources.filter(file => readFileSync(join(root, file), 'utf8').includes('process.env'));
    expect(readers.sort()).toEqual(['src/cli/frame/io.ts', 'src/library/settings.ts']);
  });
});
