import { isAddress, type Log, messageOf, silentLog } from '../base/index.js';
import type { Signer } from '../wallet/index.js';
import { createCall, findConstant, hasCall, versionOf } from './api.js';
import { type Chain, currentChain, identify, isDevelopmentChain } from './chain.js';
import { Connection } from './connection.js';
import { chainError } from './errors.js';
import { type Block, type Header, readHeader } from './header.js';
import { parseIp } from './ip.js';
import type { Metagraph } from './metagraph.js';
import type { Submitted } from './outcome.js';
import {
  type Hyperparameters,
  type MetagraphCache,
  type ReadOptions,
  readHyperparameters,
  readMany,
  readMetagraph,
  readSchedule,
  readWeights,
} from './reads.js';
import { type SubmitOptions, Submitter } from './submit.js';

export interface ConnectOptions {
  /** `ws://` or `wss://`, tried in turn; see `resolveNetwork`. */
  endpoints: readonly string[];
  /** Refuse any chain but this one. */
  genesisHash?: string | undefined;
  signal?: AbortSignal;
  /** Default deadline of a request, 10 s. */
  timeoutMs?: number;
  log?: Log;
}

/** A connection to a Subtensor chain: typed reads and writes, by the shapes that the chain itself describes. */
export interface ChainClient extends AsyncDisposable {
  /** The endpoint in use. */
  readonly endpoint: string;
  readonly genesisHash: string;
  readonly chainName: string;
  readonly specVersion: number;
  /** A development chain that funds accounts; never true where value is at stake. */
  readonly isLocal: boolean;
  readonly blockTimeMs: number;
  /** Number of the newest finalized block seen. */
  headBlock(): number;
  /** Tells each finalized block from now on, also after reconnections; some may be left out when many come at once. */
  onBlock(callback: (block: Block) => void): () => void;
  /** A frozen snapshot of the newest finalized block. */
  metagraph(netuid: number, options?: CallOptions): Promise<Metagraph>;
  /** A snapshot for each finalized block, the newest first when reading takes longer than a block. */
  onMetagraph(netuid: number, callback: (metagraph: Metagraph) => void): () => void;
  weights(
    netuid: number,
    options?: CallOptions,
  ): Promise<Map<number, readonly (readonly [uid: number, weightU16: number])[]>>;
  hyperparameters(netuid: number, options?: CallOptions): Promise<Hyperparameters>;
  blocksUntilEpoch(netuid: number, options?: CallOptions): Promise<number>;
  /** Free balance. */
  balanceRao(address: string, options?: CallOptions): Promise<bigint>;
  existentialDepositRao(): bigint;
  /** What registering costs now. */
  burnRao(netuid: number, options?: CallOptions): Promise<bigint>;
  uidOf(netuid: number, hotkey: string, options?: CallOptions): Promise<number | undefined>;
  /** Any storage values as plain data, by the metadata's names: `[['SubtensorModule.Tempo', 1]]`. */
  read(items: readonly (readonly [path: string, ...keys: unknown[]])[], options?: ReadOptions): Promise<unknown[]>;
  /** The writes: each ends with its block, or with error `rejected`, `dispatch` or `timeout`. */
  transfer(args: { to: string; amountRao: bigint; signer: Signer } & SubmitOptions): Promise<Submitted>;
  /** Signed by the coldkey. */
  burnedRegister(args: { netuid: number; hotkey: string; signer: Signer } & SubmitOptions): Promise<Submitted>;
  addStake(args: StakeArgs): Promise<Submitted>;
  removeStake(args: StakeArgs): Promise<Submitted>;
  /** Announces an axon; signed by the hotkey. */
  serveAxon(args: ServeArgs): Promise<Submitted>;
  /** Signed by the hotkey. `versionKey` is what the subnet asks for by default. */
  setWeights(args: WeightArgs): Promise<Submitted>;
  /** Any call by the metadata's names, arguments too: `submit({ call: 'Balances.transfer_all', args, signer })`. */
  submit(args: { call: string; args: Record<string, unknown>; signer: Signer } & SubmitOptions): Promise<Submitted>;
  /** Local chain only: the engine sends from its development account. */
  devFund(args: {
    address: string;
    amountRao: bigint;
    signal?: AbortSignal;
  }): Promise<{ hash: string; blockHash: string }>;
  close(): Promise<void>;
}

export interface CallOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** Signed by the coldkey; amounts in rao of the subnet's alpha when removing. */
export type StakeArgs = { hotkey: string; netuid: number; amountRao: bigint; signer: Signer } & SubmitOptions;

export type ServeArgs = {
  netuid: number;
  ip: string;
  port: number;
  signer: Signer;
  protocol?: number;
  version?: number;
} & SubmitOptions;

export type WeightArgs = {
  netuid: number;
  uids: readonly number[];
  weightsU16: readonly number[];
  versionKey?: bigint | number;
  signer: Signer;
} & SubmitOptions;

/** What the official clients announce for "protocol"; nobody reads it. */
const AXON_PROTOCOL = 4;
/** Our axon's version as the chain keeps it: 0.1.0. */
const AXON_VERSION = 10;
const FUND_MS = 30_000;

/**
 * Connects to the first endpoint that answers. Errors: `chain_unreachable`, `foreign_chain` (something else answers
 * there). Afterwards it reconnects by itself and says so in the log; every request has a deadline.
 */
export async function connect(options: ConnectOptions): Promise<ChainClient> {
  if (options.endpoints.length === 0) throw chainError('bad_argument', 'no endpoint to connect to');
  const log = options.log ?? silentLog;
  const connection = await Connection.open<Chain>(
    {
      endpoints: options.endpoints,
      timeoutMs: options.timeoutMs ?? 10_000,
      log,
      admit: (session, before, own) => identify(session, before, options.genesisHash, own),
    },
    options.signal,
  );
  try {
    const heads = await Heads.follow(connection, log);
    return new Client(connection, heads, log);
  } catch (error) {
    connection.close();
    throw error;
  }
}

class Client implements ChainClient {
  private readonly submitter: Submitter;
  private readonly caches = new Map<number, MetagraphCache>();
  private readonly addresses = new Map<string, string>();
  private readonly watchers = new Map<number, MetagraphWatcher>();

  constructor(
    private readonly connection: Connection<Chain>,
    private readonly heads: Heads,
    private readonly log: Log,
  ) {
    this.submitter = new Submitter(connection, options => heads.newest(options), log);
  }

  get endpoint(): string {
    return this.connection.endpoint;
  }

  get genesisHash(): string {
    return this.connection.chain.genesisHash;
  }

  get chainName(): string {
    return this.connection.chain.name;
  }

  get specVersion(): number {
    return versionOf(this.connection.chain.api).specVersion;
  }

  get isLocal(): boolean {
    return isDevelopmentChain(this.connection.chain);
  }

  get blockTimeMs(): number {
    return this.connection.chain.blockTimeMs;
  }

  headBlock(): number {
    return this.heads.head.number;
  }

  onBlock(callback: (block: Block) => void): () => void {
    return this.heads.on(callback);
  }

  async metagraph(netuid: number, options: CallOptions = {}): Promise<Metagraph> {
    return this.metagraphAt(netuid, await this.heads.newest(options), options);
  }

  onMetagraph(netuid: number, callback: (metagraph: Metagraph) => void): () => void {
    let watcher = this.watchers.get(netuid);
    if (!watcher) {
      const read = (block: Block) => this.metagraphAt(netuid, block);
      watcher = new MetagraphWatcher(this.heads, read, this.log, () => this.watchers.delete(netuid));
      this.watchers.set(netuid, watcher);
    }
    return watcher.add(callback);
  }

  weights(netuid: number, options?: CallOptions) {
    return readWeights(this.connection, netuid, options);
  }

  hyperparameters(netuid: number, options?: CallOptions): Promise<Hyperparameters> {
    return readHyperparameters(this.connection, netuid, options);
  }

  async blocksUntilEpoch(netuid: number, options: CallOptions = {}): Promise<number> {
    const { number, hash } = await this.heads.newest(options);
    return (await readSchedule(this.connection, netuid, number, { ...options, at: hash })).blocksUntilEpoch;
  }

  async balanceRao(address: string, options?: CallOptions): Promise<bigint> {
    const [account] = await this.read([['System.Account', checkAddress(address)]], options);
    return BigInt(String((account as { data: { free: number | string } }).data.free));
  }

  existentialDepositRao(): bigint {
    return BigInt(findConstant(this.connection.chain.api, 'Balances.ExistentialDeposit')?.toString() ?? 0);
  }

  async burnRao(netuid: number, options?: CallOptions): Promise<bigint> {
    const [burn] = await this.read([['SubtensorModule.Burn', netuid]], options);
    return BigInt(String(burn));
  }

  async uidOf(netuid: number, hotkey: string, options?: CallOptions): Promise<number | undefined> {
    const [uid] = await this.read([['SubtensorModule.Uids', netuid, checkAddress(hotkey)]], options);
    return typeof uid === 'number' ? uid : undefined;
  }

  read(items: readonly (readonly [path: string, ...keys: unknown[]])[], options?: ReadOptions): Promise<unknown[]> {
    return readMany(this.connection, items, options);
  }

  async transfer({ to, amountRao, signer, ...options }: Parameters<ChainClient['transfer']>[0]): Promise<Submitted> {
    const args = { dest: { Id: checkAddress(to) }, value: checkAmount(amountRao) };
    return this.submit({ call: 'Balances.transfer_keep_alive', args, signer, ...options });
  }

  async burnedRegister({ netuid, hotkey, signer, ...options }: Parameters<ChainClient['burnedRegister']>[0]) {
    const args = { netuid, hotkey: checkAddress(hotkey) };
    return this.submit({ call: 'SubtensorModule.burned_register', args, signer, ...options });
  }

  async addStake({ netuid, hotkey, amountRao, signer, ...options }: StakeArgs): Promise<Submitted> {
    const args = { hotkey: checkAddress(hotkey), netuid, amount_staked: checkAmount(amountRao) };
    return this.submit({ call: 'SubtensorModule.add_stake', args, signer, ...options });
  }

  async removeStake({ netuid, hotkey, amountRao, signer, ...options }: StakeArgs): Promise<Submitted> {
    const args = { hotkey: checkAddress(hotkey), netuid, amount_unstaked: checkAmount(amountRao) };
    return this.submit({ call: 'SubtensorModule.remove_stake', args, signer, ...options });
  }

  async serveAxon({ netuid, ip, port, signer, protocol, version, ...options }: ServeArgs): Promise<Submitted> {
    const { value, type } = parseIp(ip);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw chainError('bad_argument', `${port} is no port`);
    const args = {
      netuid,
      version: version ?? AXON_VERSION,
      ip: value,
      port,
      ip_type: type,
      protocol: protocol ?? AXON_PROTOCOL,
      placeholder1: 0,
      placeholder2: 0,
    };
    return this.submit({ call: 'SubtensorModule.serve_axon', args, signer, ...options });
  }

  async setWeights({ netuid, uids, weightsU16, versionKey, signer, ...options }: WeightArgs): Promise<Submitted> {
    if (uids.length !== weightsU16.length || uids.length === 0) {
      throw chainError('bad_argument', `${uids.length} uids and ${weightsU16.length} weights make no row`);
    }
    const wrong = [...uids, ...weightsU16].find(value => !Number.isInteger(value) || value < 0 || value > 65_535);
    if (wrong !== undefined) throw chainError('bad_argument', `${wrong} is no 16-bit uid or weight`);
    const version_key = versionKey ?? (await this.hyperparameters(netuid, options)).weightsVersionKey;
    const args = { netuid, dests: uids, weights: weightsU16, version_key };
    const plain = hasCall(this.connection.chain.api, 'SubtensorModule.set_weights');
    return plain
      ? this.submit({ call: 'SubtensorModule.set_weights', args, signer, ...options })
      : this.submit({ call: 'SubtensorModule.set_mechanism_weights', args: { ...args, mecid: 0 }, signer, ...options });
  }

  async submit({ call, args, signer, ...options }: Parameters<ChainClient['submit']>[0]): Promise<Submitted> {
    const what = call.slice(call.indexOf('.') + 1);
    return this.submitter.submit(what, createCall(this.connection.chain.api, call, args), signer, options);
  }

  async devFund({ address, amountRao, signal }: Parameters<ChainClient['devFund']>[0]) {
    if (!this.isLocal) throw chainError('unsupported', `${this.chainName} is no development chain: it funds nobody`);
    const params = [checkAddress(address), String(checkAmount(amountRao))];
    const answer = await this.connection.call('dev_fund', params, { signal, timeoutMs: FUND_MS, once: true });
    const { hash, block } = answer as { hash: string; block: string };
    return { hash, blockHash: block };
  }

  async close(): Promise<void> {
    this.connection.close();
    this.watchers.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private metagraphAt(netuid: number, block: Block, options?: CallOptions): Promise<Metagraph> {
    let cache = this.caches.get(netuid);
    if (!cache) {
      cache = { addresses: this.addresses, last: undefined };
      this.caches.set(netuid, cache);
    }
    return readMetagraph(this.connection, netuid, block, cache, options);
  }
}

/** The newest finalized block, followed by subscription. */
class Heads {
  private readonly callbacks = new Set<(block: Block) => void>();

  private constructor(
    private readonly connection: Connection<Chain>,
    private readonly log: Log,
    private current: Header,
  ) {}

  static async follow(connection: Connection<Chain>, log: Log): Promise<Heads> {
    const heads = new Heads(connection, log, await readHead(connection));
    await connection.subscribe('chain_subscribeFinalizedHeads', 'chain_unsubscribeFinalizedHeads', [], json => {
      const header = readHeader(connection.chain.api, json);
      if (header) heads.advance(header);
    });
    return heads;
  }

  get head(): Block {
    return this.current;
  }

  on(callback: (block: Block) => void): () => void {
    this.callbacks.add(callback);
    return () => void this.callbacks.delete(callback);
  }

  /** Asks, because a subscription may lag behind what a transaction has just done. */
  async newest(options: CallOptions = {}): Promise<Block> {
    const header = await readHead(this.connection, options, this.current);
    if (header.number > this.current.number) this.advance(header);
    return header;
  }

  private advance(header: Header): void {
    if (header.hash === this.current.hash) return;
    this.current = header;
    if (header.changesRuntime) void this.refresh();
    for (const callback of [...this.callbacks]) {
      try {
        callback({ number: header.number, hash: header.hash });
      } catch (error) {
        this.log.error(`a block subscriber failed: ${messageOf(error)}`);
      }
    }
  }

  private async refresh(): Promise<void> {
    const { connection } = this;
    try {
      const chain = await currentChain(connection, connection.chain, connection.endpoint);
      if (chain === connection.chain) return;
      connection.update(chain);
      const { specName, specVersion } = versionOf(chain.api);
      this.log.info(`the chain's runtime is now ${specName} ${specVersion}`);
    } catch (error) {
      if (!connection.isClosed) this.log.warn(`cannot read the chain's new runtime: ${messageOf(error)}`);
    }
  }
}

async function readHead(connection: Connection<Chain>, options: CallOptions = {}, known?: Header): Promise<Header> {
  const hash = await connection.call('chain_getFinalizedHead', [], options);
  if (known && known.hash === hash) return known;
  const header = readHeader(connection.chain.api, await connection.call('chain_getHeader', [hash], options));
  if (!header || header.hash !== hash)
    throw chainError('foreign_chain', `${connection.endpoint} gives headers of another kind`);
  return header;
}

/** Reads one metagraph at a time; while it reads, only the newest block waits. */
class MetagraphWatcher {
  private readonly callbacks = new Set<(metagraph: Metagraph) => void>();
  private readonly stop: () => void;
  private busy = false;
  private next: Block | undefined;

  constructor(
    heads: Heads,
    private readonly read: (block: Block) => Promise<Metagraph>,
    private readonly log: Log,
    private readonly onEmpty: () => void,
  ) {
    this.stop = heads.on(block => void this.take(block));
    void this.take(heads.head);
  }

  add(callback: (metagraph: Metagraph) => void): () => void {
    this.callbacks.add(callback);
    return () => {
      this.callbacks.delete(callback);
      if (this.callbacks.size > 0) return;
      this.stop();
      this.onEmpty();
    };
  }

  private async take(block: Block): Promise<void> {
    this.next = block;
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.next && !(await this.tell(this.next)));
    } finally {
      this.busy = false;
    }
  }

  /** True when there is no newer block to tell of. */
  private async tell(block: Block): Promise<boolean> {
    this.next = undefined;
    try {
      const metagraph = await this.read(block);
      for (const callback of [...this.callbacks]) callback(metagraph);
    } catch (error) {
      // The next block brings another chance.
      if (this.callbacks.size > 0) this.log.debug(`no metagraph of block ${block.number}: ${messageOf(error)}`);
    }
    return this.next === undefined;
  }
}

function checkAddress(address: string): string {
  if (isAddress(address)) return address;
  throw chainError('bad_argument', `not an ss58 address: ${address.slice(0, 80)}`);
}

function checkAmount(amountRao: bigint): bigint {
  if (amountRao > 0n && amountRao < 1n << 64n) return amountRao;
  throw chainError('bad_argument', `${amountRao} rao is no amount`);
}
