import { Account, Choice, type Decoded } from './scale/values.js';

/* Reading what was decoded, where another version of a chain may have another form. */

export function recordOf(value: Decoded): { readonly [name: string]: Decoded } {
  const isRecord =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Account) &&
    !(value instanceof Choice);
  return isRecord ? (value as { readonly [name: string]: Decoded }) : {};
}

export function listOf(value: Decoded): readonly Decoded[] {
  return Array.isArray(value) ? value : [];
}

export function numberOf(value: Decoded): number | undefined {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
}

export function bigOf(value: Decoded): bigint | undefined {
  return typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : undefined;
}

export function addressOf(value: Decoded): string | undefined {
  return value instanceof Account ? value.address : undefined;
}

/** Bytes that are text, without what would drive a terminal or turn a line around; undefined for an empty one. */
export function textOf(value: Decoded): string | undefined {
  const text = value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
  if (typeof text !== 'string') return undefined;
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ').trim();
  return clean === '' ? undefined : clean;
}

export const TAO = 1e9;

/** Rao as TAO, or as alpha, which has as many; for showing and sorting. */
export function taoOf(value: Decoded): number {
  return (numberOf(value) ?? 0) / TAO;
}
