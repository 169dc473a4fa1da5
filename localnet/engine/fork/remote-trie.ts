import { hex, type Key, keyHex, toKey, unhex } from '../codec.js';
import type { Fetched } from './fetched.js';
import { KeyRanges } from './key-ranges.js';
import type { Source } from './source.js';

/** Keys of a first look, and of each page once somebody goes through them; Substrate allows 1000. */
const FEW = 32;
const PAGE = 1000;
/** Values that are fetched together when keys are gone through. */
const VALUES = 256;
/** The pallet and the item: keys beyond belong to something else. */
const ITEM_BYTES = 32;

export interface RemoteTrieOptions {
  source: Source;
  /** The block whose state this is. */
  at: string;
  /** The key of a child trie in the top trie; undefined: the top trie. */
  child?: Key | undefined;
  /** Called with all that is fetched. */
  onFetched?: (fetched: Fetched) => void;
}

interface Question {
  /** In words, for an error. */
  what: string;
  method: string;
  params: readonly unknown[];
}

/**
 * One trie of a state that is elsewhere; what was fetched once is kept. Source: sc-rpc-api, state and child_state.
 */
export class RemoteTrie {
  private readonly values = new Map<Key, Uint8Array | null>();
  private readonly ranges = new KeyRanges();
  private oneByOne = false;

  constructor(private readonly options: RemoteTrieOptions) {}

  get(key: Key): Uint8Array | null {
    const known = this.values.get(key);
    if (known !== undefined) return known;
    const exists = this.ranges.has(key);
    if (exists === false) return null;
    const keys = exists && !this.oneByOne ? this.ahead(key) : [key];
    this.keep(keys.length > 1 ? this.fetchMany(keys) : this.fetchOne(key));
    return this.values.get(key)!;
  }

  has(key: Key): boolean {
    const known = this.values.get(key);
    if (known !== undefined) return known !== null;
    return this.ranges.has(key) ?? this.get(key) !== null;
  }

  next(key: Key): Key | null {
    const known = this.ranges.next(key);
    if (known !== undefined) return known;
    const count = this.ranges.endsWith(key) ? PAGE : FEW;
    const { source } = this.options;
    const { what, method, params } = this.keysQuestion(key, count);
    return this.keepKeys(key, count, source.ask(what, method, params))[0] ?? null;
  }

  /**
   * Fetches keys and values from the front without waiting, at most that many keys; resolves with how many there were, and
   * whether everything is here then.
   */
  async fetchAhead(most: number): Promise<{ keys: number; all: boolean }> {
    const { source } = this.options;
    if (most <= 0) return { keys: 0, all: false };
    let keys = 0;
    for (let from = this.ranges.knownUpTo(''); from !== null && keys < most; from = this.ranges.knownUpTo(from)) {
      const { what, method, params } = this.keysQuestion(from, PAGE);
      keys += this.keepKeys(from, PAGE, await source.askLater(what, method, params)).length;
    }
    let wanted: Key[] = [];
    let all = this.ranges.knownUpTo('') === null;
    const fetchWanted = async () => {
      const { what, method, params } = this.valuesQuestion(wanted);
      const values = this.valuesIn(wanted, await source.askLater(what, method, params));
      this.keep(values);
      all &&= values.size === wanted.length;
      wanted = [];
    };
    for (let key = this.ranges.next(''); key; key = this.ranges.next(key)) {
      if (!this.values.has(key)) wanted.push(key);
      if (wanted.length === VALUES) await fetchWanted();
    }
    if (wanted.length > 0) await fetchWanted();
    return { keys, all };
  }

  /** Keys that are known and begin so. */
  *known(prefix: Key): Generator<Key> {
    for (let key = this.ranges.next(prefix); key?.startsWith(prefix); key = this.ranges.next(key)) yield key;
  }

  /** Takes back what was kept from an earlier run. */
  restore(fetched: Fetched): void {
    if ('values' in fetched) for (const [key, value] of fetched.values) this.values.set(key, value);
    else this.ranges.add(fetched.range, fetched.keys);
  }

  private keep(values: ReadonlyMap<Key, Uint8Array | null>): void {
    for (const [key, value] of values) this.values.set(key, value);
    this.options.onFetched?.({ child: this.options.child, values });
  }

  /** The key and those behind it that who goes through them will ask for next. */
  private ahead(key: Key): Key[] {
    const item = key.slice(0, ITEM_BYTES);
    const keys = [key];
    let next = this.ranges.next(key);
    while (next && keys.length < VALUES && key.length > ITEM_BYTES && next.startsWith(item)) {
      if (!this.values.has(next)) keys.push(next);
      next = this.ranges.next(next);
    }
    return keys;
  }

  private fetchOne(key: Key): ReadonlyMap<Key, Uint8Array | null> {
    const { source, at, child } = this.options;
    const what = this.name(key);
    const answer =
      child === undefined
        ? source.ask(what, 'state_getStorage', [keyHex(key), at])
        : source.ask(what, 'childstate_getStorage', [keyHex(child), keyHex(key), at]);
    return new Map([[key, this.valueIn(what, answer)]]);
  }

  private fetchMany(keys: readonly Key[]): ReadonlyMap<Key, Uint8Array | null> {
    const { source } = this.options;
    const { what, method, params } = this.valuesQuestion(keys);
    try {
      const values = this.valuesIn(keys, source.ask(what, method, params));
      if (values.has(keys[0]!)) return values;
    } catch (error) {
      if (source.isDown) throw error;
      // Some public nodes do not answer that; values are fetched one by one then.
      this.oneByOne = true;
    }
    return this.fetchOne(keys[0]!);
  }

  private valuesQuestion(keys: readonly Key[]): Question {
    const { at, child } = this.options;
    const what = this.name(keys[0]!);
    const wanted = keys.map(keyHex);
    if (child === undefined) return { what, method: 'state_queryStorageAt', params: [wanted, at] };
    return { what, method: 'childstate_getStorageEntries', params: [keyHex(child), wanted, at] };
  }

  /** Values by key; some may be missing. */
  private valuesIn(keys: readonly Key[], answer: unknown): ReadonlyMap<Key, Uint8Array | null> {
    const { source, child } = this.options;
    const what = this.name(keys[0]!);
    if (child !== undefined) {
      if (!Array.isArray(answer) || answer.length !== keys.length)
        throw source.nonsense(what, 'another number of values');
      return new Map(keys.map((key, i) => [key, this.valueIn(what, answer[i])]));
    }
    const changes: unknown = Array.isArray(answer) ? (answer[0] as { changes?: unknown })?.changes : undefined;
    if (!Array.isArray(changes)) throw source.nonsense(what, 'no values');
    const found = new Map((changes as [string, unknown][]).map(change => [change?.[0], change?.[1]]));
    const values = new Map<Key, Uint8Array | null>();
    for (const key of keys) {
      const value = found.get(keyHex(key));
      if (value !== undefined) values.set(key, this.valueIn(what, value));
    }
    return values;
  }

  private keysQuestion(after: Key, count: number): Question {
    const { at, child } = this.options;
    const what = `what follows ${this.name(after)}`;
    const page = ['0x', count, after === '' ? null : keyHex(after), at];
    if (child === undefined) return { what, method: 'state_getKeysPaged', params: page };
    return { what, method: 'childstate_getKeysPaged', params: [keyHex(child), ...page] };
  }

  private keepKeys(after: Key, count: number, answer: unknown): Key[] {
    const { source, child, onFetched } = this.options;
    const { what } = this.keysQuestion(after, count);
    if (!Array.isArray(answer) || answer.length > count) throw source.nonsense(what, 'no page of keys');
    let last = after;
    const keys = answer.map(text => {
      const bytes = this.bytesIn(what, text);
      const key = toKey(bytes);
      if (key <= last) throw source.nonsense(what, `keys out of order: ${hex(bytes.subarray(0, 80))}`);
      last = key;
      return key;
    });
    const range = { from: after, to: keys.length < count ? null : last };
    this.ranges.add(range, keys);
    onFetched?.({ child, range, keys });
    return keys;
  }

  private valueIn(what: string, value: unknown): Uint8Array | null {
    return value === null || value === undefined ? null : this.bytesIn(what, value);
  }

  private bytesIn(what: string, value: unknown): Uint8Array {
    try {
      // A copy of its own: small buffers share memory with others.
      if (typeof value === 'string') return new Uint8Array(unhex(value));
    } catch {
      // Said below.
    }
    throw this.options.source.nonsense(what, `${JSON.stringify(value)?.slice(0, 80)}, which is no value`);
  }

  private name(key: Key): string {
    const { child } = this.options;
    return `storage ${keyHex(key).slice(0, 160)}${child === undefined ? '' : ` of child ${keyHex(child).slice(0, 160)}`}`;
  }
}
