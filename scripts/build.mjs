// Compiles to dist/, and bundles the explorer's page into it, when a source is newer than the last build, and
// removes what no source makes any more.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const stamp = join(dist, '.built');
const page = join(dist, 'src/explorer/page');
const pageStamp = join(dist, '.built-page');
/** What the page is made of: its own files, and single files of base. */
const pageSources = ['src/explorer', 'src/base', 'scripts/page.mjs', 'package-lock.json'];
const sources = [
  'scripts/build.mjs',
  'scripts/page.mjs',
  'src',
  'localnet/engine',
  'bench',
  'examples',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  // A folder's own time changes when a file in it is removed.
  return Math.max(stat.mtimeMs, ...readdirSync(path).map(name => newest(join(path, name))));
}

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry =>
    entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

function isFresh(file, paths) {
  const existing = paths.map(path => join(root, path)).filter(existsSync);
  return existsSync(file) && statSync(file).mtimeMs > Math.max(...existing.map(newest));
}

// A source that was changed while the compiler ran is newer than this.
function setStamp(file, time) {
  writeFileSync(file, '');
  utimesSync(file, time, time);
}

const begin = new Date();
if (isFresh(stamp, sources)) process.exit(0);
try {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.json')], {
    stdio: 'inherit',
  });
} catch {
  // The compiler has said what is wrong.
  process.exit(1);
}
for (const file of filesIn(dist)) {
  if (file.startsWith(page)) continue;
  const source = join(root, relative(dist, file)).replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
  if (source.endsWith('.ts') && !existsSync(source)) rmSync(file);
}
if (!isFresh(pageStamp, pageSources)) {
  const { buildPage } = await import('./page.mjs');
  await buildPage(join(root, 'src/explorer/page'), page);
  setStamp(pageStamp, begin);
}
setStamp(stamp, begin);
