// Bundles the explorer's page (and, for tests, a page of their own) with vite: one script, one style sheet, nothing from outside.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Bundles the folder of an index.html into another folder. */
export async function buildPage(from, to) {
  await build({
    root: from,
    base: './',
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: to,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: false,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
    },
  });
  return readdirSync(to);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPage(join(root, 'src/explorer/page'), join(root, 'dist/src/explorer/page'));
}
