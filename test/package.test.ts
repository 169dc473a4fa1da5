import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagePath } from '../src/base/index.js';

const root = packagePath('.');
const { name, dependencies, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  name: string;
  dependencies: Record<string, string>;
  exports: Record<string, { types: string; default: string } | string>;
};

/** A program elsewhere that has the package among its own. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'package-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', name), 'dir');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('is imported by its parts, and by nothing else', () => {
    const file = join(folder, 'use.mjs');
    writeFileSync(
      file,
      `import { formatTao } from '${name}/base';
import * as bittensor from '${name}';
import { endpoint } from '${name}/browser';
import { connect } from '${name}/chain';
import { Axon, Dendrite } from '${name}/net';
import { keypairFromUri, ready } from '${name}/wallet';
await ready();
const dendrite = new Dendrite({ signer: keypairFromUri('//Alice') });
const inner = await import('${name}/dist/src/net/axon/desk.js').catch(error => error.code);
console.log(endpoint === bittensor.endpoint, typeof bittensor.metagraph().sync, typeof connect, typeof Axon, dendrite.stats().length, formatTao(1_000_000_000n), inner);
dendrite.close();
`,
    );
    const output = execFileSync(process.execPath, [file], { encoding: 'utf8', timeout: 50_000 });
    expect(output.trim()).toMatch(/^true function function function 0 1\S* .*ERR_PACKAGE_PATH_NOT_EXPORTED$/);
  }, 60_000);

  it('has types for each part', () => {
    const entries = { '': 'index', '/browser': 'browser' };
    const parts = ['base', 'wallet', 'chain', 'net'].map(part => [`/${part}`, `${part}/index`] as const);
    const options = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
    for (const [part, file] of [...Object.entries(entries), ...parts]) {
      const found = ts.resolveModuleName(
        name + part,
        join(folder, 'use.mts'),
        options,
        ts.sys,
        undefined,
        undefined,
        ts.ModuleKind.ESNext,
      );
      expect(found.resolvedModule?.resolvedFileName, part).toMatch(new RegExp(`dist/src/${file}\\.d\\.ts$`));
    }
  });

  it('packs what it exports, and what that needs', () => {
    const cache = join(folder, 'cache');
    const listed = execFileSync(
      'npm',
      ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline', '--cache', cache],
      {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        maxBuffer: 64 * 2 ** 20,
      },
    );
    const [{ files }] = JSON.parse(listed) as [{ files: { path: string }[] }];
    const packed = new Set(files.map(({ path }) => `./${path}`));
    const parts = Object.values(exports).flatMap(part =>
      typeof part === 'string' ? part : [part.types, part.default],
    );
    expect(parts.length).toBeGreaterThan(4);
    expect(parts.filter(path => !packed.has(path))).toEqual([]);

    // Whoever installs it gets no development dependencies.
    const known = new Set([...Object.keys(dependencies), ...builtinModules]);
    const programs = [...packed].filter(path => /^\.\/dist\/(?!src\/explorer\/page\/).*\.js$/.test(path));
    expect(programs.length).toBeGreaterThan(100);
    const unknown = programs.flatMap(path => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(root, path), 'utf8'), true, true);
      const packages = importedFiles.map(({ fileName }) => packageOf(fileName));
      return packages.filter(name => name !== undefined && !known.has(name)).map(name => `${path}: ${name}`);
    });
    expect(unknown).toEqual([]);
  }, 60_000);
});

/** Of an import of a package: its name. */
function packageOf(specifier: string): string | undefined {
  if (/^(\.|node:)/.test(specifier)) return undefined;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
