import { describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { bundleFor } from './bundle.js';

describe('what a browser may load', () => {
  it('imports nothing of Node.js', async () => {
    const { nodeImports, chunks } = await bundleFor(packagePath('dist/src/chain/browser.js'));
    expect(nodeImports).toEqual([]);
    expect(chunks.some(({ code }) => code.includes('resolveNetwork'))).toBe(true);
  });

  it('is less than what Node.js loads, which this test would notice', async () => {
    const { nodeImports } = await bundleFor(packagePath('dist/src/chain/index.js'));
    expect(nodeImports.join('\n')).toMatch(/node:fs from .*localnet/);
  });
});
