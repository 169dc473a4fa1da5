import type { ComponentType } from 'preact';

export interface ViewProps {
  /** What the pattern's names stand for in the address: text that anybody may have typed. */
  readonly params: Readonly<Record<string, string>>;
  /** What follows a `?` in the hash. */
  readonly query: URLSearchParams;
}

export interface View {
  /** Without `#/`: `subnet/:netuid/metagraph`. */
  readonly pattern: string;
  /** Of the page: its heading and the window's title. */
  readonly title: (params: ViewProps['params']) => string;
  readonly component: ComponentType<ViewProps>;
}

export interface Match {
  readonly view: View;
  readonly params: ViewProps['params'];
  readonly query: URLSearchParams;
}

/** The view that a hash (`#/block/12?tab=events`) names, or undefined. */
export function matchRoute(views: readonly View[], hash: string): Match | undefined {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const parts = path.split('/').filter(part => part !== '');
  for (const view of views) {
    const params = paramsOf(view.pattern, parts);
    if (params) return { view, params, query: new URLSearchParams(search) };
  }
  return undefined;
}

function paramsOf(pattern: string, parts: readonly string[]): Record<string, string> | undefined {
  const wanted = pattern.split('/').filter(part => part !== '');
  if (wanted.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, name] of wanted.entries()) {
    const part = parts[i]!;
    if (name.startsWith(':')) params[name.slice(1)] = decoded(part);
    else if (name !== part) return undefined;
  }
  return params;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A hash of these parts: `#/account/5F...`. */
export function href(...parts: readonly (string | number)[]): string {
  return `#/${parts.map(part => encodeURIComponent(part)).join('/')}`;
}
