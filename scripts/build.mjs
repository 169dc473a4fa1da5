// Compiles to dist/ when a source is newer than the last build, and removes what no source makes any more.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const stamp = join(dist, '.built');
const sources = ['src', 'localnet/engine', 'bench', 'tsconfig.json', 'package.json', 'package-lock.json'];

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

const begin = new Date();
const changed = Math.max(
  ...sources
    .map(path => join(root, path))
    .filter(existsSync)
    .map(newest),
);
if (existsSync(stamp) && statSync(stamp).mtimeMs > changed) process.exit(0);
try {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.json')], {
    stdio: 'inherit',
  });
} catch {
  // The compiler has said what is wrong.
  process.exit(1);
}
for (const file of filesIn(dist)) {
  const source = join(root, relative(dist, file)).replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
  if (source.endsWith('.ts') && !existsSync(source)) rmSync(file);
}
// A source that was changed while the compiler ran is newer than this.
writeFileSync(stamp, '');
utimesSync(stamp, begin, begin);
