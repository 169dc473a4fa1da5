import { BittensorError, concat, fromHex, toHex } from '../../base/browser.js';
import { Input, malformed } from '../../base/scale.js';
import type { Rpc } from './rpc.js';
import { encodeText } from './scale/encode.js';
import { hashKey, hashLength, twox128 } from './scale/hashers.js';
import { type ApiMethod, type Constant, type Metadata, readMetadata, type StorageItem } from './scale/metadata.js';
import { Codec, type Decoded } from './scale/values.js';

/** Keys of storage, runtime APIs and constants of one runtime, by the names in its metadata. */
export class Runtime {
  readonly codec: Codec;
  private readonly items = new Map<string, { prefix: string; item: StorageItem }>();

  constructor(
    readonly specName: string,
    readonly specVersion: number,
    readonly metadata: Metadata,
  ) {
    this.codec = new Codec(metadata);
    for (const { name, prefix, storage } of metadata.pallets) {
      for (const item of storage) this.items.set(`${name}.${item.name}`, { prefix: prefix ?? name, item });
    }
  }

  hasStorage(path: string): boolean {
    return this.items.has(path);
  }

  storageItem(path: string): StorageItem {
    return this.found(path).item;
  }

  /** The key of a value, or with fewer keys than the map has the prefix of all that begin with them. */
  storageKey(path: string, keys: readonly string[] = []): string {
    const { prefix, item } = this.found(path);
    const parts = keys.map((key, i) => hashKey(item.hashers[i]!, encodeText(this.codec, item.keys[i]!, key)));
    return toHex(concat(twox128(prefix), twox128(item.name), ...parts));
  }

  /** The keys that a full storage key was made of; a hash alone stays bytes. */
  keysOf(path: string, key: string): Decoded[] {
    const { item } = this.found(path);
    const input = new Input(fromHex(key));
    input.take(32);
    return item.hashers.map((hasher, i) => {
      const length = hashLength(hasher);
      if (length === undefined) return input.take(hasher.endsWith('256') ? 32 : 16);
      input.take(length);
      return this.codec.reader(item.keys[i]!)(input);
    });
  }

  /** A value; an absent one is the item's default, or undefined where the item is optional. */
  storageValue(path: string, value: string | null): Decoded {
    const { item } = this.found(path);
    if (value === null && item.isOptional) return undefined;
    return this.decode(item.value, value === null ? item.fallback : fromHex(value));
  }

  /** All of the bytes. */
  decode(type: number, bytes: Uint8Array): Decoded {
    const input = new Input(bytes);
    const value = this.codec.reader(type)(input);
    if (input.left > 0) throw malformed(`${input.left} bytes follow after its end`);
    return value;
  }

  constant(path: string): Decoded {
    const [pallet, name] = path.split('.');
    const found = this.metadata.pallets.find(one => one.name === pallet)?.constants.find(one => one.name === name);
    return found && this.constantValue(found);
  }

  constantValue({ type, value }: Constant): Decoded {
    return this.decode(type, value);
  }

  apiMethod(path: string): ApiMethod | undefined {
    return this.metadata.apis.get(path);
  }

  /** What a dispatch error says: `SubtensorModule.NotEnoughStake`, or the kind of error. */
  errorName(pallet: number, index: number): { name: string; docs: readonly string[] } | undefined {
    const found = this.metadata.pallets.find(one => one.index === pallet);
    if (found?.errors === undefined) return undefined;
    const { def } = this.codec.typeOf(found.errors);
    const variant = def.kind === 'variant' ? def.variants.find(one => one.index === index) : undefined;
    return variant && { name: `${found.name}.${variant.name}`, docs: variant.docs };
  }

  private found(path: string): { prefix: string; item: StorageItem } {
    const found = this.items.get(path);
    if (!found) throw new BittensorError('unsupported', `${this.specName} ${this.specVersion} has no storage ${path}`);
    return found;
  }
}

/** Runtimes by their version, so that each is read once. */
export class Runtimes {
  private readonly known = new Map<string, Promise<Runtime>>();

  constructor(private readonly rpc: Rpc) {}

  clear(): void {
    this.known.clear();
  }

  /** The runtime that the state of a block belongs to; without one, that of the newest block. */
  async at(hash?: string, signal?: AbortSignal): Promise<Runtime> {
    const params = hash === undefined ? [] : [hash];
    const version = (await this.rpc.call('state_getRuntimeVersion', params, { signal })) as {
      specName?: unknown;
      specVersion?: unknown;
    } | null;
    const { specName, specVersion } = version ?? {};
    if (typeof specName !== 'string' || typeof specVersion !== 'number') {
      throw new BittensorError('unsupported', `${this.rpc.url} does not say which runtime it has`);
    }
    const key = `${specName}-${specVersion}`;
    const known = this.known.get(key);
    if (known) return known;
    const made = this.load(specName, specVersion, params);
    this.known.set(key, made);
    // A failure is not for good.
    made.catch(() => this.known.delete(key));
    return made;
  }

  private async load(specName: string, specVersion: number, at: readonly string[]): Promise<Runtime> {
    return new Runtime(specName, specVersion, readMetadata(await this.metadata(at)));
  }

  /** Version 15 describes runtime APIs; what does not have it has 14. */
  private async metadata(at: readonly string[]): Promise<Uint8Array> {
    try {
      const answer = await this.rpc.call('state_call', ['Metadata_metadata_at_version', '0x0f000000', ...at]);
      const input = new Input(fromHex(String(answer)));
      if (input.bool()) return input.take(input.length(1));
    } catch (error) {
      if (!(error instanceof BittensorError) || error.code !== 'rpc') throw error;
    }
    return fromHex(String(await this.rpc.call('state_getMetadata', at)));
  }
}
