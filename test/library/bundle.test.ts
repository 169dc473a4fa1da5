import { describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { bundleFor } from './bundle.js';

describe('what a browser may load', () => {
  it.each([
    ['dist/src/browser.js', 'fromTensor'],
    ['dist/src/chain/browser.js', 'resolveNetwork'],
  ])('imports nothing of Node.js: %s', async (entry, name) => {
    const { nodeImports, chunks } = await bundleFor(packagePath(entry));
    expect(nodeImports).toEqual([]);
    expect(chunks.some(({ code }) => code.includes(name))).toBe(true);
  });

  it('is less than what Node.js loads, which this test would notice', async () => {
    const { nodeImports } = await bundleFor(packagePath('dist/src/chain/index.js'));
    expect(nodeImports.join('\n')).toMatch(/node:fs from .*localnet/);
  });
});
