import { CUSTOM } from './custom-errors.js';
import { CUSTOM_ERRORS, DISPATCH_ERRORS, POOL_ERRORS } from './error-texts-general.js';
import { PALLET_ERRORS } from './error-texts-pallets.js';
import { SUBTENSOR_ERRORS } from './error-texts-subtensor.js';
import { POOL_CODES } from './pool-codes.js';

/** By the error's name: what it means in one line, why it happens, and what to do. */
export type ErrorTexts = Readonly<Record<string, readonly [title: string, why: string, remedy: string]>>;

export interface ChainErrorText {
  /** `SubtensorModule.HotKeyNotRegisteredInSubNet`. */
  readonly name: string;
  /** One line without a full stop: "the hotkey is not registered on this subnet". */
  readonly title: string;
  readonly why: string;
  readonly remedy: string;
}

/** In the order in which a name without its pallet is looked up. */
const GROUPS: Readonly<Record<string, ErrorTexts>> = {
  SubtensorModule: SUBTENSOR_ERRORS,
  Pool: { ...POOL_ERRORS, ...CUSTOM_ERRORS },
  ...PALLET_ERRORS,
  // Last, as the chain names them without a pallet.
  '': DISPATCH_ERRORS,
};

let known: ReadonlyMap<string, ChainErrorText> | undefined;

function textsByName(): ReadonlyMap<string, ChainErrorText> {
  if (known) return known;
  const index = new Map<string, ChainErrorText>();
  for (const [group, texts] of Object.entries(GROUPS)) {
    for (const [own, [title, why, remedy]] of Object.entries(texts)) {
      const name = group === '' ? own : `${group}.${own}`;
      const text = { name, title, why, remedy };
      for (const key of [name, own]) if (!index.has(keyOf(key))) index.set(keyOf(key), text);
    }
  }
  known = index;
  return index;
}

/**
 * What an error of the chain means and what to do, by its name with or without the pallet (`SubtensorModule.AmountTooLow`,
 * `BadOrigin`, `Token.FundsUnavailable`, `Payment`), in any case of letters, or as the pool's `Custom error: 6` or `1010`.
 * Undefined for a name that is not known.
 */
export function explainChainError(name: string): ChainErrorText | undefined {
  const custom = /^\s*custom(?: error)?:?\s*(\d{1,3})\s*$/i.exec(name)?.[1];
  if (custom !== undefined) return explainChainError(CUSTOM[Number(custom)] ?? '');
  const code = /^\s*(\d{4})\b/.exec(name)?.[1];
  if (code !== undefined) return explainChainError(POOL_CODES[Number(code)] ?? '');
  // A dispatch error without a pallet is told as the system's.
  const texts = textsByName();
  return texts.get(keyOf(name)) ?? texts.get(keyOf(name).replace(/^system\./, ''));
}

/** All names that `explainChainError` knows, with their pallets. */
export function chainErrorNames(): string[] {
  return [...new Set([...textsByName().values()].map(({ name }) => name))];
}

function keyOf(name: string): string {
  return name.trim().toLowerCase();
}
