/** The number that an address names, or undefined: anybody may have typed it. */
export function numberParam(text: string | null | undefined, most = 65_535): number | undefined {
  if (!/^\d{1,10}$/.test(text ?? '')) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
}

export function blockParam(text: string | null | undefined): number | undefined {
  return numberParam(text, 2 ** 32);
}

/** What to say of the first of these that is given and names no block. */
export function wrongBlock(...given: readonly (string | null)[]): string | undefined {
  const wrong = given.find(text => text !== null && blockParam(text) === undefined);
  return wrong === undefined ? undefined : `"${wrong}" is no block's number.`;
}
