import { type Log, silentLog } from '../base/index.js';
import type { Signer } from '../wallet/index.js';
import {
  addStakeWays,
  checkAddress,
  checkAmount,
  checkWeights,
  registerWays,
  removeStakeWays,
  serveAxonWays,
  transferWays,
  weightWays,
} from './actions.js';
import { findConstant, versionOf } from './api.js';
import { createCall, createCallOf, nameOf, type Way } from './calls.js';
import { type Chain, identify, isDevelopmentChain } from './chain.js';
import { Connection } from './connection.js';
import { chainError } from './errors.js';
import type { Block } from './header.js';
import { Heads } from './heads.js';
import type { Metagraph } from './metagraph.js';
import { MetagraphWatcher } from './metagraph-watcher.js';
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
import { readStake, readUid } from './stakes.js';
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
  /** Of all stakers of a hotkey: alpha of the subnet, or TAO on chains of before subnets had tokens. */
  stakeRao(netuid: number, hotkey: string, options?: CallOptions): Promise<bigint>;
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
      admit: (session, before, own, isReverted) =>
        identify({ session, before, isReverted, genesisHash: options.genesisHash, transport: own }),
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
    connection.onReverted(() => {
      this.heads.forget();
      this.submitter.forget();
    });
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

  uidOf(netuid: number, hotkey: string, options?: CallOptions): Promise<number | undefined> {
    return readUid(this.connection, netuid, checkAddress(hotkey), options);
  }

  stakeRao(netuid: number, hotkey: string, options?: CallOptions): Promise<bigint> {
    return readStake(this.connection, netuid, checkAddress(hotkey), options);
  }

  read(items: readonly (readonly [path: string, ...keys: unknown[]])[], options?: ReadOptions): Promise<unknown[]> {
    return readMany(this.connection, items, options);
  }

  transfer({ to, amountRao, signer, ...options }: Parameters<ChainClient['transfer']>[0]): Promise<Submitted> {
    return this.act(signer, options, () => transferWays(to, amountRao));
  }

  burnedRegister({ netuid, hotkey, signer, ...options }: Parameters<ChainClient['burnedRegister']>[0]) {
    return this.act(signer, options, () => registerWays(netuid, hotkey));
  }

  addStake({ netuid, hotkey, amountRao, signer, ...options }: StakeArgs): Promise<Submitted> {
    return this.act(signer, options, () => addStakeWays(netuid, hotkey, amountRao));
  }

  removeStake({ netuid, hotkey, amountRao, signer, ...options }: StakeArgs): Promise<Submitted> {
    return this.act(signer, options, () => removeStakeWays(netuid, hotkey, amountRao));
  }

  serveAxon({ signer, waitFor, signal, timeoutMs, ...axon }: ServeArgs): Promise<Submitted> {
    return this.act(signer, defined({ waitFor, signal, timeoutMs }), () => serveAxonWays(axon));
  }

  setWeights({ netuid, uids, weightsU16, versionKey, signer, ...options }: WeightArgs): Promise<Submitted> {
    return this.act(signer, options, async () => {
      checkWeights(uids, weightsU16);
      const key = versionKey ?? (await this.hyperparameters(netuid, options)).weightsVersionKey;
      return weightWays({ netuid, uids, weightsU16, versionKey: key });
    });
  }

  async submit({ call, args, signer, ...options }: Parameters<ChainClient['submit']>[0]): Promise<Submitted> {
    return this.submitter.submit(nameOf(call), createCall(this.connection.chain.api, call, args), signer, options);
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

  /** Submits whichever of these calls the chain has. */
  private async act(
    signer: Signer,
    options: SubmitOptions,
    ways: () => readonly Way[] | Promise<readonly Way[]>,
  ): Promise<Submitted> {
    const { name, call } = createCallOf(this.connection.chain.api, await ways());
    return this.submitter.submit(name, call, signer, options);
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

/** Without what is undefined, which an optional property is not to be. */
function defined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
