import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';

/** What loading a source file loads: its imports and theirs, without types and without what is imported on use. */
function loadedBy(entry: string): Set<string> {
  const loaded = new Set<string>();
  const visit = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const source = readFileSync(file, 'utf8');
    for (const [, what, name] of source.matchAll(/^(?:import|export)\s([^;]*?)from\s+'([^']+)';/gms)) {
      const isType = what!.trim().startsWith('type ') || /^\{(\s*type [^,}]+,?)+\s*\}\s*$/.test(what!.trim());
      if (isType) continue;
      if (name!.startsWith('.')) visit(join(dirname(file), name!.replace(/\.js$/, '.ts')));
      else loaded.add(name!);
    }
  };
  visit(entry);
  return loaded;
}

it('is light to load: the library for chains comes with the first connection', () => {
  const loaded = loadedBy(packagePath('src/chain/index.ts'));
  expect(loaded.size).toBeGreaterThan(20);
  expect([...loaded].filter(name => /^@polkadot\/(?!x-)/.test(name))).toEqual([]);
  expect([...loadedBy(packagePath('src/chain/client.ts'))]).toContain('@polkadot/api');
});
