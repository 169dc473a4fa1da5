import { BittensorError, concat, fromHex, toHex } from '../../base/browser.js';
import { type Block, readBlock } from './blocks.js';
import { readHistory, readMetagraph, readWeights } from './neurons.js';
import type { Rpc } from './rpc.js';
import { type Runtime, Runtimes } from './runtime.js';
import { encodeText } from './scale/encode.js';
import type { Decoded } from './scale/values.js';
import type { Head, MetagraphData, NeuronAt, NeuronSource, ReadAt, WeightMatrix } from './types.js';

/** A block whose state is read. */
export interface Place {
  readonly number: number;
  readonly hash: string;
  readonly runtime: Runtime;
  readonly signal: AbortSignal | undefined;
}

export type StorageQuery = readonly [path: string, ...keys: (string | number)[]];

/** Keys of one page; nodes give no more at once. */
const PAGE = 512;
/** Keys in all that one list may have: a node may not go on for ever. */
const MOST_KEYS = 2 ** 18;
const MOST_BLOCKS = 400;
/** Blocks that are asked for at a time. */
const AT_ONCE = 16;

/** What the views read of a chain. */
export class ChainData implements NeuronSource {
  readonly runtimes: Runtimes;
  /** By hash; a block never changes. */
  private readonly blocks = new Map<string, Promise<Block>>();

  constructor(readonly rpc: Rpc) {
    this.runtimes = new Runtimes(rpc);
  }

  /** Forgets what belongs to one chain: another one answers at this address. */
  clear(): void {
    this.runtimes.clear();
    this.blocks.clear();
  }

  /** After a reconnection: the node may run another build of the same version, and have gone back. Blocks stay, by their hashes. */
  reopened(): void {
    this.runtimes.clear();
  }

  async genesis(signal?: AbortSignal): Promise<string> {
    return String(await this.rpc.call('chain_getBlockHash', [0], { signal }));
  }

  /** Error `no_block` where the chain has none of this number. */
  async hashOf(number: number, signal?: AbortSignal): Promise<string> {
    const hash = await this.rpc.call('chain_getBlockHash', [number], { signal });
    if (typeof hash === 'string') return hash;
    throw new BittensorError('no_block', `there is no block ${number} on this chain`);
  }

  /** The state of a block, or of the newest one. */
  async place({ block, signal }: ReadAt = {}): Promise<Place> {
    const header =
      block === undefined
        ? await this.header(undefined, signal)
        : { number: block, hash: await this.hashOf(block, signal) };
    return { ...header, runtime: await this.runtimes.at(header.hash, signal), signal };
  }

  async block(hash: string): Promise<Block> {
    const known = this.blocks.get(hash);
    if (known) return known;
    const made = readBlock(this, hash);
    this.blocks.set(hash, made);
    made.catch(() => this.blocks.delete(hash));
    if (this.blocks.size > MOST_BLOCKS) this.blocks.delete(this.blocks.keys().next().value!);
    return made;
  }

  /** The newest blocks before and with this one, newest first. */
  async blocksBefore(hash: string, count: number): Promise<Block[]> {
    const blocks = [await this.block(hash)];
    while (blocks.length < count) {
      const last = blocks[blocks.length - 1]!;
      if (last.number === 0) break;
      const known = this.blocks.get(last.parentHash);
      if (known) blocks.push(await known);
      else blocks.push(...(await this.sideBySide(last, Math.min(AT_ONCE, count - blocks.length))));
    }
    return blocks;
  }

  /** One block or more before this one. They are found by their numbers: a far node is not asked for one after the other. */
  private async sideBySide({ number, parentHash }: Block, most: number): Promise<Block[]> {
    const numbers = Array.from({ length: Math.min(most, number) - 1 }, (_, i) => number - 2 - i);
    const others = numbers.map(async one => this.block(await this.hashOf(one)));
    const [first, ...rest] = await Promise.all([
      this.block(parentHash),
      ...others.map(one => one.catch(() => undefined)),
    ]);
    const chain = [first];
    // Of another branch than the newest block's, after a revert: read again by their hashes.
    for (const block of rest) {
      if (block?.hash !== chain[chain.length - 1]!.parentHash) break;
      chain.push(block);
    }
    return chain;
  }

  /** Storage values of one block, in the order asked for; undefined for an item that its runtime does not have. */
  async read(place: Place, queries: readonly StorageQuery[]): Promise<Decoded[]> {
    const { runtime } = place;
    const keys = queries.map(([path, ...keys]) =>
      runtime.hasStorage(path) ? runtime.storageKey(path, keys.map(String)) : undefined,
    );
    const values = await this.values(
      place,
      keys.filter(key => key !== undefined),
    );
    return queries.map(([path], i) => {
      const key = keys[i];
      return key === undefined ? undefined : runtime.storageValue(path, values.get(key) ?? null);
    });
  }

  /** All entries of a map that begin with these keys, at most `most` of them. */
  async entries(
    place: Place,
    path: string,
    keys: readonly (string | number)[] = [],
    most = MOST_KEYS,
  ): Promise<(readonly [keys: readonly Decoded[], value: Decoded])[]> {
    const { runtime } = place;
    if (!runtime.hasStorage(path)) return [];
    const found = await this.keysUnder(place, runtime.storageKey(path, keys.map(String)), most);
    const values = await this.values(place, found);
    return found.map(key => [runtime.keysOf(path, key), runtime.storageValue(path, values.get(key) ?? null)]);
  }

  /** What a runtime API answers; arguments as text. Error `unsupported` where the chain does not describe it. */
  async ask(place: Place, path: string, args: readonly (string | number)[]): Promise<Decoded> {
    const { runtime } = place;
    const method = runtime.apiMethod(path);
    if (!method) {
      const who = `${runtime.specName} ${runtime.specVersion}`;
      throw new BittensorError('unsupported', `${who} does not describe the runtime API ${path}`);
    }
    const bytes = concat(...method.inputs.map(({ type }, i) => encodeText(runtime.codec, type, String(args[i] ?? ''))));
    const answer = await this.rpc.call('state_call', [method.name, toHex(bytes), place.hash], place);
    return runtime.decode(method.output, fromHex(String(answer)));
  }

  /** As `ask`, with undefined where the chain has no such method or refuses the question. */
  async askIfAny(place: Place, path: string, args: readonly (string | number)[]): Promise<Decoded> {
    try {
      return await this.ask(place, path, args);
    } catch (error) {
      if (error instanceof BittensorError && (error.code === 'unsupported' || error.code === 'rpc')) return undefined;
      throw error;
    }
  }

  async metagraph(netuid: number, options: ReadAt = {}): Promise<MetagraphData> {
    return readMetagraph(this, netuid, await this.place(options));
  }

  async weights(netuid: number, options: ReadAt = {}): Promise<WeightMatrix> {
    return readWeights(this, netuid, await this.place(options));
  }

  neuronHistory(netuid: number, uid: number, blocks: readonly number[], options: ReadAt = {}): Promise<NeuronAt[]> {
    return readHistory(this, netuid, uid, blocks, options.signal);
  }

  /**
   * Calls back with the newest block, at most every 200 ms, however fast they come, until the returned function is
   * called.
   */
  watchHeads(onHead: (head: Head) => void): () => void {
    let finalized = 0;
    let heard = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isBusy = false;
    const tell = async () => {
      timer = undefined;
      if (isBusy) return;
      isBusy = true;
      try {
        const told = heard;
        const header = await this.header();
        onHead({ ...header, finalized: Math.min(finalized, header.number) });
        if (heard !== told) later();
      } catch {
        // The connection says so; the next block comes after the next connection.
      }
      isBusy = false;
    };
    const later = () => {
      timer ??= setTimeout(tell, 200);
    };
    const onItem = () => {
      heard += 1;
      later();
    };
    const ends = [
      this.rpc.subscribe(['chain_subscribeNewHeads', 'chain_unsubscribeNewHeads'], [], onItem),
      this.rpc.subscribe(['chain_subscribeFinalizedHeads', 'chain_unsubscribeFinalizedHeads'], [], item => {
        const { number } = (item ?? {}) as { number?: unknown };
        finalized = Number(number) || 0;
        later();
      }),
    ];
    return () => {
      clearTimeout(timer);
      for (const end of ends) end();
    };
  }

  private async header(hash?: string, signal?: AbortSignal) {
    const found = hash ?? String(await this.rpc.call('chain_getBlockHash', [], { signal }));
    const header = await this.rpc.call('chain_getHeader', [found], { signal });
    const { parentHash } = (header ?? {}) as { parentHash?: unknown };
    return { number: numberIn(header), hash: found, parentHash: String(parentHash) };
  }

  private async values(place: Place, keys: readonly string[]): Promise<Map<string, string | null>> {
    const values = new Map<string, string | null>();
    const pages = Array.from({ length: Math.ceil(keys.length / PAGE) }, (_, i) => keys.slice(i * PAGE, (i + 1) * PAGE));
    const answers = await Promise.all(
      pages.map(page => this.rpc.call('state_queryStorageAt', [page, place.hash], place)),
    );
    for (const answer of answers) {
      for (const { changes } of answer as { changes: [string, string | null][] }[]) {
        for (const [key, value] of changes) values.set(key, value);
      }
    }
    return values;
  }

  private async keysUnder(place: Place, prefix: string, most: number): Promise<string[]> {
    const keys: string[] = [];
    for (;;) {
      const page = await this.rpc.call('state_getKeysPaged', [prefix, PAGE, keys.at(-1) ?? null, place.hash], place);
      if (!Array.isArray(page)) throw new BittensorError('rpc', `${this.rpc.url} gives no keys`);
      for (const key of page as unknown[]) if (typeof key === 'string' && key.startsWith(prefix)) keys.push(key);
      if (page.length < PAGE || keys.length >= most) return keys.slice(0, most);
    }
  }
}

function numberIn(header: unknown): number {
  const { number } = (header ?? {}) as { number?: unknown };
  const value = typeof number === 'string' ? Number(number) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < 0) throw new BittensorError('rpc', 'a header without a number');
  return value;
}
