import { fileURLToPath } from 'node:url';

/**
 * The URL of a module that a worker thread or a child process is to run: `builtModule(import.meta.url, './x.js')`.
 * Run from TypeScript sources (tests), it points at the compiled file under `dist`, which has the same layout.
 */
export function builtModule(from: string, relative: string): URL {
  const url = new URL(relative, from);
  if (!from.endsWith('.ts')) return url;
  const root = packageRoot();
  return new URL(url.href.slice(root.href.length), new URL('dist/', root));
}

/** The folder that holds package.json, both from sources and from `dist`. */
export function packageRoot(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? '../../' : '../../../', import.meta.url);
}

export function packagePath(relative: string): string {
  return fileURLToPath(new URL(relative, packageRoot()));
}
