import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { allCommands, groups } from '../../src/cli/catalogue.js';

let folder: string;
let hooks: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loading-'));
  hooks = join(folder, 'register.mjs');
  // Node's own loader hooks: each module that is loaded writes its address.
  writeFileSync(
    join(folder, 'hooks.mjs'),
    `import { appendFileSync } from 'node:fs';
export async function load(url, context, next) {
  appendFileSync(process.env.LOADED, url + '\\n');
  return next(url, context);
}`,
  );
  writeFileSync(hooks, `import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a command line loads: files of this package below dist, and names of libraries. */
function loadedBy(...args: string[]): string[] {
  const file = join(folder, 'loaded');
  writeFileSync(file, '');
  const main = packagePath('dist/src/cli/main.js');
  execFileSync(process.execPath, ['--import', pathToFileURL(hooks).href, main, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, LOADED: file },
    cwd: folder,
    stdio: 'pipe',
  });
  const urls = readFileSync(file, 'utf8').split('\n');
  return urls.flatMap(url => {
    const [, own] = /\/dist\/(src\/.*)$/.exec(url) ?? [];
    const [, library] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
    return own ?? library ?? [];
  });
}

const HEAVY = [
  /^src\/(wallet|chain|net|model)\/(?!options\.js)/,
  /^src\/neuron\/(?!index|options|settings\/|\w+\/settings\.js)/,
  /^@polkadot|^@tensorflow|^@grpc|^hash-wasm/,
];
const heavy = (loaded: readonly string[]) => loaded.filter(name => HEAVY.some(pattern => pattern.test(name)));
/** The modules that declarations load when their command is run. */
function actionModules(): string[] {
  const commands = join(packagePath('dist/src/cli'), 'commands');
  const declaring = readdirSync(commands, { recursive: true, encoding: 'utf8' }).filter(name =>
    /(group|command)\.js$/.test(name),
  );
  return declaring.flatMap(name => {
    const source = readFileSync(join(commands, name), 'utf8');
    return [...source.matchAll(/import\('\.\/([\w-]+\.js)'\)/g)].map(([, file]) =>
      join('src/cli/commands', dirname(name), file!),
    );
  });
}

describe('--help', () => {
  it('of the program and of each group loads no chain, wallet or model, and nothing that a command does', () => {
    const actions = actionModules();
    expect(actions.length).toBeGreaterThan(20);
    for (const args of [['--help'], ...groups.map(({ name }) => [name, '--help'])]) {
      const loaded = loadedBy(...args);
      expect(loaded).toContain('src/cli/catalogue.js');
      expect(heavy(loaded), args.join(' ')).toEqual([]);
      expect(
        loaded.filter(name => actions.includes(name)),
        args.join(' '),
      ).toEqual([]);
    }
  }, 120_000);
});

describe('a command', () => {
  it('is declared without loading what it does', () => {
    // All declarations are loaded for any help: `--help` of each shows no more than that of the program.
    const all = loadedBy('--help');
    for (const { path } of allCommands().slice(0, 3)) {
      expect([...new Set(loadedBy(...path, '--help'))].sort()).toEqual([...new Set(all)].sort());
    }
  }, 120_000);

  it('loads only what it needs', () => {
    const loaded = loadedBy('config', 'explain');
    expect(heavy(loaded)).toEqual([]);
    expect(loaded).toContain('src/cli/commands/config/explain.js');
    expect(loaded).not.toContain('src/cli/commands/config/set.js');
    const listing = loadedBy('wallet', 'list');
    expect(listing).toContain('src/wallet/index.js');
    expect(heavy(listing).filter(name => !/^src\/wallet|^@polkadot/.test(name))).toEqual([]);
    expect(listing).not.toContain('@polkadot/api');
  }, 120_000);
});
