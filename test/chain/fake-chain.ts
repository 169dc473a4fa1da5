import type { StorageKey } from '@polkadot/types';
import { expandMetadata, Metadata, TypeRegistry } from '@polkadot/types';
import type { SiLookupTypeId } from '@polkadot/types/interfaces';
import type { StorageEntry } from '@polkadot/types/primitive/types';
import { unwrapStorageSi } from '@polkadot/types/util';
import type { Codec } from '@polkadot/types-codec/types';
import { compactToU8a, stringCamelCase } from '@polkadot/util';
import type { WebSocket } from 'ws';
import { concat, toHex } from '../../src/base/index.js';
import { type FakeNode, fakeNode } from './helpers.js';

export interface FakeOptions {
  /** With its magic; version 14 is served by `state_getMetadata` alone, 15 by the runtime API, too. */
  metadata: Uint8Array;
  version: { specName: string; specVersion: number; transactionVersion: number };
  genesisHash?: string;
}

/** A call as the chain read it from the bytes that came. */
export interface SubmittedCall {
  readonly signer: string;
  readonly nonce: number;
  /** `SubtensorModule.set_weights`. */
  readonly call: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly extensions: readonly string[];
}

interface FakeBlock {
  readonly number: number;
  readonly hash: string;
  readonly header: Record<string, unknown>;
  readonly extrinsics: readonly string[];
  readonly events: string;
}

interface Waiting {
  readonly hex: string;
  readonly tell: (status: unknown) => void;
}

/**
 * A chain of any metadata that @polkadot/types can read, as far as a client can see: it answers what it was given, in the
 * metadata's types, and puts whatever is submitted into blocks. It has no runtime.
 */
export class FakeChain implements AsyncDisposable {
  readonly submitted: SubmittedCall[] = [];
  /** What `payment_queryInfo` says, where the node offers it. */
  partialFee: string | undefined;
  /** When false, transactions wait until `mine` is called. */
  minesAtOnce = true;
  private readonly registry = new TypeRegistry();
  private readonly expanded: ReturnType<typeof expandMetadata>;
  private readonly storage = new Map<string, string>();
  private readonly answers = new Map<string, string>();
  private readonly blocks: FakeBlock[] = [];
  private readonly heads = new Map<string, WebSocket>();
  private readonly transactions = new Map<string, WebSocket>();
  private pool: Waiting[] = [];
  private forks = 0;
  private isUpgrading = false;
  private subscriptions = 0;
  private node!: FakeNode;

  private constructor(private readonly options: FakeOptions) {
    const metadata = new Metadata(this.registry, options.metadata);
    this.registry.setMetadata(metadata, undefined, undefined, true);
    this.expanded = expandMetadata(this.registry, metadata);
    this.append([]);
  }

  static async start(options: FakeOptions): Promise<FakeChain> {
    const chain = new FakeChain(options);
    chain.node = await fakeNode((method, params, socket) => chain.respond(method, params, socket));
    return chain;
  }

  get url(): string {
    return this.node.url;
  }

  /** Methods that were asked, in order. */
  get asked(): readonly string[] {
    return this.node.calls;
  }

  get head(): { number: number; hash: string } {
    return this.blocks.at(-1)!;
  }

  /** Keeps a value, in whatever type the metadata gives it. */
  set(path: string, keys: readonly unknown[], value: unknown): this {
    const entry = this.entry(path);
    const key = this.registry.createTypeUnsafe<StorageKey>('StorageKey', [[entry, [...keys]]]).toHex();
    const type = this.registry.createLookupType(unwrapStorageSi(entry.meta.type));
    this.storage.set(key, toHex(this.registry.createTypeUnsafe(type, [value]).toU8a()));
    return this;
  }

  /** What a runtime API answers: a value of the type that the metadata gives it, or bytes. */
  answer(path: string, value: unknown): this {
    const [trait = '', name] = path.split('.');
    this.answers.set(
      `${trait}_${name}`,
      value instanceof Uint8Array ? toHex(value) : toHex(this.encodeAnswer(path, value)),
    );
    return this;
  }

  encodeAnswer(path: string, value: unknown): Uint8Array {
    const [trait, name] = path.split('.');
    const described = this.registry.metadata.apis.find(api => api.name.eq(trait));
    const method = described?.methods.find(entry => entry.name.eq(name));
    if (!method) throw new Error(`the metadata describes no ${path}`);
    return this.registry.createTypeUnsafe(this.registry.createLookupType(method.output), [value]).toU8a();
  }

  /** A block of all that waits. */
  mine(): void {
    const waiting = this.pool;
    this.pool = [];
    this.append(waiting.map(({ hex }) => hex));
    const { hash } = this.head;
    for (const { tell } of waiting) tell({ inBlock: hash });
    this.tellHead();
    for (const { tell } of waiting) tell({ finalized: hash });
  }

  /** A block after which the same metadata has another version. */
  upgrade(specVersion: number): void {
    this.options.version = { ...this.options.version, specVersion };
    this.isUpgrading = true;
    this.mine();
    this.isUpgrading = false;
  }

  /** As `dev_revert`: back to a block, all subscriptions and connections end. */
  revert(number: number): void {
    this.forks++;
    this.blocks.length = number + 1;
    this.pool = [];
    for (const [kind, open] of [
      ['chain_finalizedHead', this.heads],
      ['author_extrinsicUpdate', this.transactions],
    ] as const) {
      for (const [subscription, socket] of open) {
        const error = { code: -32099, message: 'reverted' };
        socket.send(JSON.stringify({ jsonrpc: '2.0', method: kind, params: { subscription, error } }));
        socket.close(4001, 'the chain was reverted');
      }
      open.clear();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.node[Symbol.asyncDispose]();
  }

  private entry(path: string): StorageEntry {
    const [section = '', method = ''] = path.split('.').map(name => stringCamelCase(name));
    const entry = this.expanded.query[section]?.[method];
    if (!entry) throw new Error(`the metadata has no storage ${path}`);
    return entry;
  }

  private get eventsKey(): string {
    return this.registry.createTypeUnsafe<StorageKey>('StorageKey', [[this.entry('System.Events'), []]]).toHex();
  }

  private respond(method: string, params: readonly unknown[], socket: WebSocket): unknown {
    const { version, metadata, genesisHash = this.blocks[0]!.hash } = this.options;
    const isOld = metadata[4] === 14;
    switch (method) {
      case 'chain_getBlockHash':
        return params[0] === 0 ? genesisHash : (this.blocks[Number(params[0])]?.hash ?? null);
      case 'state_getRuntimeVersion':
        return version;
      case 'system_chain':
        return 'Fake';
      case 'state_getMetadata':
        return toHex(metadata);
      case 'state_call':
        if (params[0] === 'Metadata_metadata_at_version' && !isOld) {
          return toHex(concat(Uint8Array.of(1), compactToU8a(metadata.length), metadata));
        }
        return this.answers.get(String(params[0])) ?? refuse(4003, `Client error: no ${String(params[0])}`);
      case 'state_queryStorageAt': {
        const changes = (params[0] as string[]).map(key => [key, this.storage.get(key) ?? null]);
        return [{ block: this.head.hash, changes }];
      }
      case 'state_getKeysPaged': {
        const [prefix, count, start] = params as [string, number, string | null];
        const keys = [...this.storage.keys()].filter(key => key.startsWith(prefix) && key > (start ?? '')).sort();
        return keys.slice(0, count);
      }
      case 'state_getStorage':
        if (params[0] === this.eventsKey) return this.blockOf(params[1])?.events ?? null;
        return this.storage.get(String(params[0])) ?? null;
      case 'chain_getFinalizedHead':
        return this.head.hash;
      case 'chain_getHeader':
        return (params[0] === undefined ? this.blocks.at(-1) : this.blockOf(params[0]))?.header ?? null;
      case 'chain_getBlock': {
        const block = this.blockOf(params[0]);
        return block ? { block: { header: block.header, extrinsics: block.extrinsics } } : null;
      }
      case 'chain_subscribeFinalizedHeads': {
        const id = `heads-${this.subscriptions++}`;
        this.heads.set(id, socket);
        setImmediate(() => this.tellHead());
        return id;
      }
      case 'system_accountNextIndex':
        return this.nonceOf(String(params[0]));
      case 'author_submitExtrinsic':
        return this.submit(String(params[0]), () => {});
      case 'author_submitAndWatchExtrinsic': {
        const id = `transaction-${this.subscriptions++}`;
        this.transactions.set(id, socket);
        const tell = (result: unknown) =>
          socket.send(
            JSON.stringify({ jsonrpc: '2.0', method: 'author_extrinsicUpdate', params: { subscription: id, result } }),
          );
        this.submit(String(params[0]), tell);
        return id;
      }
      case 'payment_queryInfo':
        if (this.partialFee === undefined) return refuse(-32601, 'Method not found');
        return { weight: {}, class: 'normal', partialFee: this.partialFee };
      case 'author_unwatchExtrinsic':
      case 'chain_unsubscribeFinalizedHeads':
        return true;
      default:
        return refuse(-32601, 'Method not found');
    }
  }

  private submit(hex: string, tell: Waiting['tell']): string {
    const extrinsic = this.registry.createType('Extrinsic', hex);
    const { section, method } = extrinsic.method;
    const pallet = this.registry.metadata.pallets.find(({ name }) => stringCamelCase(name.toString()) === section);
    const { meta } = this.registry.findMetaCall(extrinsic.method.callIndex);
    const names = meta.fields.map(({ name }) => name.unwrapOr('').toString());
    const nonce = extrinsic.nonce.toNumber();
    const signer = extrinsic.signer.toString();
    if (nonce !== this.nonceOf(signer)) refuse(1010, 'Invalid Transaction', 'Transaction is outdated');
    this.submitted.push({
      signer,
      nonce,
      call: `${pallet?.name.toString()}.${meta.name.toString()}`,
      args: Object.fromEntries(names.map((name, i) => [name, extrinsic.method.args[i]!.toJSON()])),
      extensions: [...this.registry.signedExtensions],
    });
    if (section === '' || method === '') throw new Error('a call without a name');
    this.pool.push({ hex, tell });
    if (this.minesAtOnce) setImmediate(() => this.mine());
    return extrinsic.hash.toHex();
  }

  private nonceOf(address: string): number {
    const hexes = [...this.blocks.flatMap(({ extrinsics }) => extrinsics), ...this.pool.map(({ hex }) => hex)];
    return hexes.filter(hex => this.registry.createType('Extrinsic', hex).signer.toString() === address).length;
  }

  private blockOf(hash: unknown): FakeBlock | undefined {
    return this.blocks.find(block => block.hash === hash);
  }

  private append(extrinsics: readonly string[]): void {
    const zero = `0x${'00'.repeat(32)}`;
    const number = this.blocks.length;
    const header = {
      parentHash: this.blocks.at(-1)?.hash ?? zero,
      number: `0x${number.toString(16)}`,
      // Of another fork, and so of another hash.
      stateRoot: `0x${this.forks.toString(16).padStart(64, '0')}`,
      extrinsicsRoot: `0x${extrinsics.length.toString(16).padStart(64, '0')}`,
      // `RuntimeEnvironmentUpdated`.
      digest: { logs: this.isUpgrading ? ['0x08'] : [] },
    };
    const hash = (this.registry.createTypeUnsafe('Header', [header]) as Codec & { hash: Codec }).hash.toHex();
    this.blocks.push({ number, hash, header, extrinsics, events: this.successes(extrinsics.length) });
  }

  /** `System.Events` of a block in which everything succeeded. */
  private successes(count: number): string {
    const system = this.registry.metadata.pallets.find(({ name }) => name.eq('System'))!;
    const { variants } = this.registry.lookup.getSiType(system.events.unwrap().type).def.asVariant;
    const success = variants.find(({ name }) => name.eq('ExtrinsicSuccess'))!;
    const fields = success.fields.map(({ type }) => this.emptyValue(type));
    const events = Array.from({ length: count }, (_, i) =>
      concat(
        Uint8Array.of(0, i, 0, 0, 0),
        Uint8Array.of(system.index.toNumber(), success.index.toNumber()),
        ...fields,
        Uint8Array.of(0),
      ),
    );
    return toHex(concat(compactToU8a(count), ...events));
  }

  private emptyValue(id: SiLookupTypeId): Uint8Array {
    return this.registry.createTypeUnsafe(this.registry.createLookupType(id), []).toU8a();
  }

  private tellHead(): void {
    const { header } = this.blocks.at(-1)!;
    for (const [subscription, socket] of this.heads) {
      const params = { subscription, result: header };
      socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'chain_finalizedHead', params }));
    }
  }
}

function refuse(code: number, message: string, data?: string): never {
  throw { code, message, ...(data === undefined ? {} : { data }) };
}
