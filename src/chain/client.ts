import { type Log, silentLog } from '../base/browser.js';
import type { Signer } from '../wallet/index.js';
import type {
  CallOptions,
  ChainClient,
  RegisterArgs,
  RowOptions,
  ServeArgs,
  StakeArgs,
  WeightArgs,
} from './chain-client.js';
import type { ConnectOptions } from './connect.js';
import { type Chain, identify, isDevelopmentChain } from './connection/chain.js';
import { Connection, type ConnectionState } from './connection/connection.js';
import { type Block, readHeader } from './connection/header.js';
import { Heads } from './connection/heads.js';
import { StallWatch } from './connection/stall.js';
import { chainError } from './errors.js';
import { versionOf } from './metadata/api.js';
import { askRuntimeIfAny } from './metadata/runtime.js';
import { isValuableGenesis } from './networks.js';
import {
  type AccountBalance,
  existentialDeposit,
  isOwnRuntime,
  leastStake,
  readBalance,
  readWaiting,
} from './reads/accounts.js';
import { readHotkeysOf, readStakesOf, type Stake } from './reads/coldkey-stakes.js';
import type { Metagraph } from './reads/metagraph.js';
import { MetagraphWatcher } from './reads/metagraph-watcher.js';
import { type Overview, readOverview } from './reads/overview.js';
import { type Quote, quoteStake, quoteUnstake, readPrice } from './reads/prices.js';
import {
  type Hyperparameters,
  type MetagraphCache,
  type ReadOptions,
  readHyperparameters,
  readMany,
  readMetagraph,
  readRows,
  readSchedule,
} from './reads/reads.js';
import { readSettings, type Setting } from './reads/settings.js';
import { readStake, readUid } from './reads/stakes.js';
import { readNetuids, readSubnets, type Subnet, type SubnetDetails } from './reads/subnets.js';
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
} from './transactions/actions.js';
import { createCall, createCallOf, nameOf, type Way } from './transactions/calls.js';
import type { Submitted } from './transactions/outcome.js';
import { type Prepared, type PrepareRequest, prepareCall } from './transactions/prepare.js';
import { type SubmitOptions, Submitter } from './transactions/submit.js';

const FUND_MS = 30_000;

/** As `connect`, which loads this. */
export async function openClient(options: ConnectOptions): Promise<ChainClient> {
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
  private readonly stalls: StallWatch;

  constructor(
    private readonly connection: Connection<Chain>,
    private readonly heads: Heads,
    private readonly log: Log,
  ) {
    this.submitter = new Submitter(connection, heads, log);
    this.stalls = new StallWatch({ connection, heads, log }).start();
    connection.onReverted(() => {
      this.heads.forget();
      this.submitter.forget();
    });
  }

  get endpoint(): string {
    return this.connection.endpoint;
  }

  get connectionState(): ConnectionState {
    return this.connection.state;
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

  get isValuable(): boolean {
    return isValuableGenesis(this.genesisHash);
  }

  get blockTimeMs(): number {
    return this.connection.chain.blockTimeMs;
  }

  headBlock(): number {
    return this.heads.head.number;
  }

  async newestBlock(options: CallOptions = {}): Promise<Block> {
    const header = readHeader(this.connection.chain.api, await this.connection.call('chain_getHeader', [], options));
    if (!header) throw chainError('foreign_chain', `${this.endpoint} gives headers of another kind`);
    return { number: header.number, hash: header.hash };
  }

  onBlock(callback: (block: Block) => void): () => void {
    return this.heads.on(callback);
  }

  async metagraph(
    netuid: number,
    { block, ...options }: CallOptions & { block?: number | undefined } = {},
  ): Promise<Metagraph> {
    const at = block === undefined ? await this.heads.newest(options) : await this.blockAt(block, options);
    return this.metagraphAt(netuid, at, options);
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

  weights(netuid: number, { uids, ...options }: RowOptions = {}) {
    return readRows(this.connection, 'Weights', netuid, options, uids);
  }

  bonds(netuid: number, { uids, ...options }: RowOptions = {}) {
    return readRows(this.connection, 'Bonds', netuid, options, uids);
  }

  async netuids(options?: CallOptions): Promise<number[]> {
    return readNetuids(this.connection, options);
  }

  async subnets(options: CallOptions = {}): Promise<Subnet[]> {
    return readSubnets(this.connection, { ...options, at: (await this.heads.newest(options)).hash });
  }

  async subnet(netuid: number, options: CallOptions = {}): Promise<SubnetDetails | undefined> {
    const { hash } = await this.heads.newest(options);
    return (await readSubnets(this.connection, { ...options, at: hash }, [netuid]))[0];
  }

  async allHyperparameters(netuid: number, options?: CallOptions): Promise<Setting[] | undefined> {
    return readSettings(this.connection, netuid, options);
  }

  async overview(coldkey: string, hotkeys?: readonly string[], options: CallOptions = {}): Promise<Overview> {
    const own = hotkeys ?? (await readHotkeysOf(this.connection, coldkey, options));
    const block = await this.heads.newest(options);
    const whole = (netuid: number) => this.metagraphAt(netuid, block, options);
    return readOverview(this.connection, own, block, whole, options);
  }

  hyperparameters(netuid: number, options?: CallOptions): Promise<Hyperparameters> {
    return readHyperparameters(this.connection, netuid, options);
  }

  async blocksUntilEpoch(netuid: number, options: CallOptions = {}): Promise<number> {
    const { number, hash } = await this.heads.newest(options);
    return (await readSchedule(this.connection, netuid, number, { ...options, at: hash })).blocksUntilEpoch;
  }

  async balanceRao(address: string, options?: CallOptions): Promise<bigint> {
    return (await this.accountBalance(address, options)).freeRao;
  }

  async accountBalance(address: string, options?: CallOptions): Promise<AccountBalance> {
    return readBalance(this.connection, address, options);
  }

  waiting(address: string, options?: CallOptions): Promise<number> {
    return readWaiting(this.connection, address, options);
  }

  leastStakeRao(): bigint | undefined {
    return leastStake(this.connection);
  }

  mayTakeFeeOfStake(): boolean {
    return !isOwnRuntime(this.connection);
  }

  takesWorkOfNewcomers(): boolean {
    return isOwnRuntime(this.connection);
  }

  existentialDepositRao(): bigint {
    return existentialDeposit(this.connection);
  }

  registrationCost(netuid: number, options?: CallOptions): Promise<bigint> {
    return this.burnRao(netuid, options);
  }

  async subnetCreationCost(options?: CallOptions): Promise<bigint | undefined> {
    const path = 'SubnetRegistrationRuntimeApi.get_network_registration_cost';
    const answer = await askRuntimeIfAny(this.connection, path, [], options);
    return typeof answer === 'bigint' ? answer : undefined;
  }

  priceRao(netuid: number, options?: CallOptions): Promise<bigint | undefined> {
    return readPrice(this.connection, netuid, options);
  }

  quoteStake(netuid: number, taoRao: bigint, options?: CallOptions): Promise<Quote | undefined> {
    return quoteStake(this.connection, netuid, checkAmount(taoRao), options);
  }

  quoteUnstake(netuid: number, alphaRao: bigint, options?: CallOptions): Promise<Quote | undefined> {
    return quoteUnstake(this.connection, netuid, checkAmount(alphaRao), options);
  }

  async stakesOf(coldkey: string, options?: CallOptions): Promise<Stake[]> {
    return readStakesOf(this.connection, coldkey, options);
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

  async prepare(request: PrepareRequest): Promise<Prepared> {
    return prepareCall(this.connection, this.submitter, request);
  }

  transfer({ to, amountRao, signer, ...options }: Parameters<ChainClient['transfer']>[0]): Promise<Submitted> {
    return this.act(signer, options, () => transferWays(to, amountRao));
  }

  burnedRegister({ netuid, hotkey, limitRao, signer, ...options }: RegisterArgs): Promise<Submitted> {
    return this.act(signer, options, () => registerWays(netuid, hotkey, limitRao));
  }

  addStake({ netuid, hotkey, amountRao, signer, ...options }: StakeArgs): Promise<Submitted> {
    return this.act(signer, options, () => addStakeWays(netuid, hotkey, amountRao));
  }

  removeStake({ netuid, hotkey, amountRao, signer, ...options }: StakeArgs): Promise<Submitted> {
    return this.act(signer, options, () => removeStakeWays(netuid, hotkey, amountRao));
  }

  serveAxon({ signer, waitFor, signal, timeoutMs, onSigned, onStatus, ...axon }: ServeArgs): Promise<Submitted> {
    return this.act(signer, defined({ waitFor, signal, timeoutMs, onSigned, onStatus }), () => serveAxonWays(axon));
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

  async devFund({ address, amountRao, signal, timeoutMs = FUND_MS }: Parameters<ChainClient['devFund']>[0]) {
    if (!this.isLocal) throw chainError('unsupported', `${this.chainName} is no development chain: it funds nobody`);
    const params = [checkAddress(address), String(checkAmount(amountRao))];
    const answer = await this.connection.call('dev_fund', params, { signal, timeoutMs, once: true });
    const { hash, block } = answer as { hash: string; block: string };
    return { hash, blockHash: block };
  }

  async close(): Promise<void> {
    this.stalls.stop();
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

  private async blockAt(number: number, options: CallOptions): Promise<Block> {
    if (!(Number.isSafeInteger(number) && number >= 0))
      throw chainError('bad_argument', `${number} is no block number`);
    const hash = await this.connection.call('chain_getBlockHash', [number], options);
    if (typeof hash === 'string') return { number, hash };
    throw chainError('bad_argument', `there is no block ${number} yet; the newest final one is ${this.headBlock()}`);
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
