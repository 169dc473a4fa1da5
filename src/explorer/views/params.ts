/** The number that an address names, or undefined: anybody may have typed it. */
export function numberParam(text: string | null | undefined, most = 65_535): number | undefined {
  if (!/^\d{1,10}$/.test(text ?? '')) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
}
