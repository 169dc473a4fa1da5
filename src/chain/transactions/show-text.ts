import { toHex } from '../../base/browser.js';

/** Elements of a list, and bytes, that are shown before the rest is only counted. */
const MOST_ITEMS = 8;
const MOST_BYTES = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** `[1, 2, 3]`, and of a long one the first and how many there are. */
export function showList(items: readonly string[]): string {
  if (items.length <= MOST_ITEMS) return `[${items.join(', ')}]`;
  return `[${items.slice(0, MOST_ITEMS).join(', ')}, ...] (${items.length} in all)`;
}

/** Bytes as the text that they are, else as `0x...`; long ones cut short with their length. */
export function showBytes(bytes: Uint8Array): string {
  const text = printable(bytes);
  if (text !== undefined)
    return text.length <= 2 * MOST_BYTES
      ? `"${text}"`
      : `"${text.slice(0, 2 * MOST_BYTES)}..." (${bytes.length} bytes)`;
  if (bytes.length <= MOST_BYTES) return toHex(bytes);
  return `${toHex(bytes.subarray(0, 32))}... (${bytes.length} bytes)`;
}

/** Text that a terminal shows as it is: no control characters, nothing invisible, nothing that turns the line around. */
function printable(bytes: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(bytes);
    return /[\p{C}\p{Zl}\p{Zp}"]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

const lenient = new TextDecoder();

/** Text that somebody put on the chain: what a terminal would not show as it is, is replaced. Undefined for no bytes. */
export function chainText(value: unknown): string | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  return lenient.decode(value).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd');
}
