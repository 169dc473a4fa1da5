export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Marks a number that a double cannot hold while it passes through JSON.parse as a string. */
const MARK = '\u0000number:';

/**
 * Merges JSON texts from left to right: objects key by key, anything else is replaced. Integers above 2^53 (balances) keep
 * every digit.
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
  for (const [key, value] of Object.entries(b)) {
    const before = Object.hasOwn(result, key) ? result[key]! : null;
    Object.defineProperty(result, key, {
      value: merge(before, value),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return result;
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
