import { toHex } from '../../base/browser.js';
import { textOf } from '../data/decoded.js';
import { Account, Choice, type Decoded } from '../data/scale/values.js';
import { Address, formatNumber } from './text.js';

/** Elements of a list that are shown at first, and characters of a text. */
const MOST_SHOWN = 64;
const MOST_TEXT = 2_000;
const DEEPEST = 12;

/** Any decoded value, as text and lists. Nothing of it is ever read as markup. */
export function Value({ value, depth = 0 }: { value: Decoded; depth?: number }) {
  if (value === undefined) return <span class="quiet">none</span>;
  if (typeof value === 'boolean') return <>{value ? 'yes' : 'no'}</>;
  if (typeof value === 'number' || typeof value === 'bigint') return <>{formatNumber(value)}</>;
  if (typeof value === 'string') return <>{`“${textOf(value)?.slice(0, MOST_TEXT) ?? ''}”`}</>;
  if (value instanceof Account) return <Address address={value.address} isWhole />;
  if (value instanceof Uint8Array) return <Bytes bytes={value} />;
  if (depth > DEEPEST) return <span class="quiet">… nested deeper</span>;
  if (value instanceof Choice) {
    return (
      <>
        {value.name}
        {value.value !== undefined && (
          <>
            {': '}
            <Value value={value.value} depth={depth + 1} />
          </>
        )}
      </>
    );
  }
  if (Array.isArray(value)) return <List list={value as readonly Decoded[]} depth={depth} />;
  const entries = Object.entries(value as { readonly [name: string]: Decoded });
  return (
    <ul class="value">
      {entries.map(([name, inner]) => (
        <li key={name}>
          <span class="quiet">{name}:</span> <Value value={inner} depth={depth + 1} />
        </li>
      ))}
    </ul>
  );
}

function List({ list, depth }: { list: readonly Decoded[]; depth: number }) {
  if (list.length === 0) return <span class="quiet">empty list</span>;
  const isPlain = list.every(item => item === undefined || ['number', 'bigint', 'boolean'].includes(typeof item));
  const shown = list.slice(0, MOST_SHOWN);
  const rest = list.length - shown.length;
  if (isPlain) {
    const items = shown.map(item => (item === undefined ? 'none' : String(item)));
    return <>{`[${items.join(', ')}${rest > 0 ? `, … ${rest} more` : ''}]`}</>;
  }
  return (
    <ul class="value">
      {shown.map((item, i) => (
        <li key={String(i)}>
          <Value value={item} depth={depth + 1} />
        </li>
      ))}
      {rest > 0 && <li class="quiet">… {rest} more</li>}
    </ul>
  );
}

/** Bytes that are readable text are shown as such, with the bytes themselves in the title. */
function Bytes({ bytes }: { bytes: Uint8Array }) {
  if (bytes.length === 0) return <span class="quiet">no bytes</span>;
  const hex = toHex(bytes);
  const text = readable(bytes);
  if (text !== undefined) return <span title={hex.slice(0, MOST_TEXT)}>“{text}”</span>;
  const shown = hex.length > MOST_TEXT ? `${hex.slice(0, MOST_TEXT)}… (${bytes.length} bytes)` : hex;
  return <span class="mono">{shown}</span>;
}

function readable(bytes: Uint8Array): string | undefined {
  // Keys and hashes of 32 bytes are no text, even where they could be.
  if (bytes.length === 32) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, MOST_TEXT));
    const isText = !/\p{Cc}|\p{Cn}|\p{Co}|�/u.test(text.replace(/[\n\r\t]/g, ''));
    return isText ? textOf(text) : undefined;
  } catch {
    return undefined;
  }
}
