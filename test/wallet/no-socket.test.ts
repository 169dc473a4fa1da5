import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { temporaryFolder, VECTORS } from './helpers.js';

const REACHES_OUT =
  /^(node:)?(net|https?|http2|tls|dgram|dns(\/promises)?|inspector(\/promises)?|child_process|cluster|undici|ws)$/;

function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/\bfrom\s+'([^']+)'|\bimport\s*\(?\s*'([^']+)'/g)].map(match => (match[1] ?? match[2])!);
}

/** The files that the folder's sources lead to, inside the package, and the other modules that these name. */
function graphOf(folder: string): { files: Set<string>; modules: Set<string> } {
  const names = readdirSync(packagePath(folder), { recursive: true, encoding: 'utf8' });
  const open = names.filter(name => name.endsWith('.ts')).map(name => packagePath(join(folder, name)));
  const files = new Set<string>();
  const modules = new Set<string>();
  for (let file = open.pop(); file; file = open.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const target of importsOf(file)) {
      if (target.startsWith('.')) open.push(normalize(join(dirname(file), target.replace(/\.js$/, '.ts'))));
      else modules.add(target);
    }
  }
  return { files, modules };
}

describe('the wallet', () => {
  it('names no module that opens sockets or starts programs, nor do the files that it is built on', () => {
    const { files, modules } = graphOf('src/wallet');
    expect(files.size).toBeGreaterThan(25);
    expect([...modules]).toEqual(expect.arrayContaining(['node:fs', 'node:crypto', 'hash-wasm']));
    expect([...modules].filter(name => REACHES_OUT.test(name))).toEqual([]);
    const globals = [...files].filter(file =>
      /\b(fetch|WebSocket|XMLHttpRequest|EventSource)\s*\(|process\.(binding|dlopen|getBuiltinModule)|createRequire/.test(
        readFileSync(file, 'utf8'),
      ),
    );
    expect(globals).toEqual([]);
  });

  it('sees such a module where there is one', () => {
    expect([...graphOf('src/net').modules].filter(name => REACHES_OUT.test(name))).not.toEqual([]);
  });

  it('makes, opens, re-encrypts and signs without loading one, and with all of them broken', {
    timeout: 120_000,
  }, async () => {
    using folder = temporaryFolder();
    const report = join(folder.path, 'report.json');
    const script = fileURLToPath(new URL('./no-socket-child.mjs', import.meta.url));
    // Pipes to a child are sockets, so it gets none.
    const child = spawn(process.execPath, [script, join(folder.path, 'w'), VECTORS, report], { stdio: 'ignore' });
    expect(await once(child, 'exit')).toEqual([0, null]);
    const { loaded, sockets, calls, trapWorks } = JSON.parse(readFileSync(report, 'utf8')) as {
      loaded: string[];
      sockets: string[];
      calls: string[];
      trapWorks: boolean;
    };
    expect(loaded.length).toBeGreaterThan(10);
    const outside =
      /^NativeModule (net|_http|http|https|http2|tls|_tls|dgram|dns|child_process|cluster|internal\/(net|dns|tls|dgram|http|deps\/undici).*)/;
    expect(loaded.filter(name => outside.test(name))).toEqual([]);
    expect(sockets).toEqual([]);
    expect(trapWorks).toBe(true);
    expect(calls).toEqual(['connect']);
  });
});
