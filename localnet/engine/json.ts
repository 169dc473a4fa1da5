export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Marks a number that a double cannot hold while it passes through JSON.parse as a string. */
const MARK = '\u0000number:';

/**
 * Merges JSON texts from left to right: objects key by key, anything else is replaced; a list under `name+` is put behind the
 * list that is there under `name`. Integers above 2^53 (balances) keep every digit.
 */
export function mergeJson(...texts: readonly string[]): string {
  const merged = texts.map(text => JSON.parse(protect(text)) as Json).reduce(merge);
  return JSON.stringify(merged).replace(/"\\u0000number:([^"]*)"/g, '$1');
}

function protect(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, token =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : JSON.stringify(MARK + token),
  );
}

function merge(a: Json, b: Json): Json {
  if (!isObject(a) || !isObject(b)) return b;
  const result: Record<string, Json> = { ...a };
  for (const [given, added] of Object.entries(b)) {
    const list = listBefore(result, given, added);
    const key = list ? given.slice(0, -1) : given;
    const before = Object.hasOwn(result, key) ? result[key]! : null;
    Object.defineProperty(result, key, {
      value: list ?? merge(before, added),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return result;
}

/** What is under the name in front of a plus with the new items behind, when both are lists. */
function listBefore(result: Record<string, Json>, key: string, added: Json): readonly Json[] | undefined {
  const name = key.slice(0, -1);
  if (!key.endsWith('+') || !Array.isArray(added) || !Object.hasOwn(result, name)) return undefined;
  const before = result[name];
  return Array.isArray(before) ? [...(before as readonly Json[]), ...(added as readonly Json[])] : undefined;
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
