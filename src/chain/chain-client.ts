import type { Signer } from '../wallet/index.js';
import type { ConnectionState } from './connection/connection.js';
import type { Block } from './connection/header.js';
import type { AccountBalance } from './reads/accounts.js';
import type { Stake } from './reads/coldkey-stakes.js';
import type { Metagraph } from './reads/metagraph.js';
import type { Overview } from './reads/overview.js';
import type { Quote } from './reads/prices.js';
import type { Hyperparameters, ReadOptions, WeightsRow } from './reads/reads.js';
import type { Setting } from './reads/settings.js';
import type { Subnet, SubnetDetails } from './reads/subnets.js';
import type { Submitted } from './transactions/outcome.js';
import type { Prepared, PrepareRequest } from './transactions/prepare.js';
import type { SubmitOptions } from './transactions/submit.js';

/** A connection to a Subtensor chain: typed reads and writes, by the shapes that the chain itself describes. */
export interface ChainClient extends AsyncDisposable {
  /** The endpoint in use. */
  readonly endpoint: string;
  readonly connectionState: ConnectionState;
  readonly genesisHash: string;
  readonly chainName: string;
  readonly specVersion: number;
  /** A development chain that funds accounts; never true where value is at stake. */
  readonly isLocal: boolean;
  /** True on the public networks, by their genesis: there a mistake costs real value. */
  readonly isValuable: boolean;
  readonly blockTimeMs: number;
  /** Number of the newest finalized block seen. */
  headBlock(): number;
  /** The newest block, which may still be replaced by another where blocks are not final at once. */
  newestBlock(options?: CallOptions): Promise<Block>;
  /** Tells each finalized block from now on, also after reconnections; some may be left out when many come at once. */
  onBlock(callback: (block: Block) => void): () => void;
  /** A frozen snapshot of the newest finalized block, or of an earlier one whose state the node still has. */
  metagraph(netuid: number, options?: CallOptions & { block?: number | undefined }): Promise<Metagraph>;
  /** A snapshot for each finalized block, the newest first when reading takes longer than a block. */
  onMetagraph(netuid: number, callback: (metagraph: Metagraph) => void): () => void;
  /** Rows that are not empty, by uid; all, or those of `uids`; at a block's hash, or now. */
  weights(netuid: number, options?: RowOptions): Promise<Map<number, WeightsRow>>;
  /** The same of bonds. */
  bonds(netuid: number, options?: RowOptions): Promise<Map<number, WeightsRow>>;
  /** Netuids, in order. */
  netuids(options?: CallOptions): Promise<number[]>;
  subnets(options?: CallOptions): Promise<Subnet[]>;
  /** Undefined where there is no such subnet. */
  subnet(netuid: number, options?: CallOptions): Promise<SubnetDetails | undefined>;
  /** All that the chain tells, by upstream's names; undefined where there is no such subnet. */
  allHyperparameters(netuid: number, options?: CallOptions): Promise<Setting[] | undefined>;
  /** The neurons of a coldkey's hotkeys in all subnets; the hotkeys that the chain knows of unless some are named. */
  overview(coldkey: string, hotkeys?: readonly string[], options?: CallOptions): Promise<Overview>;
  /** What the client itself goes by; what a chain does not have is undefined. */
  hyperparameters(netuid: number, options?: CallOptions): Promise<Hyperparameters>;
  blocksUntilEpoch(netuid: number, options?: CallOptions): Promise<number>;
  /** Free balance. */
  balanceRao(address: string, options?: CallOptions): Promise<bigint>;
  accountBalance(address: string, options?: CallOptions): Promise<AccountBalance>;
  existentialDepositRao(): bigint;
  /** Transactions of this account that wait in the node's pool. */
  waiting(address: string, options?: CallOptions): Promise<number>;
  /** The least that can be staked at once; undefined where the chain does not tell. */
  leastStakeRao(): bigint | undefined;
  /** Whether who has no TAO for the fee may unstake all the same: false only where it is sure that he may not. */
  mayTakeFeeOfStake(): boolean;
  /** Whether a hotkey without an account may register by work, as on the local chain. */
  takesWorkOfNewcomers(): boolean;
  /** What registering costs now. */
  burnRao(netuid: number, options?: CallOptions): Promise<bigint>;
  /** The same as `burnRao`. */
  registrationCost(netuid: number, options?: CallOptions): Promise<bigint>;
  /** What creating a subnet costs now, in rao; undefined where the chain does not tell. */
  subnetCreationCost(options?: CallOptions): Promise<bigint | undefined>;
  /** Rao of TAO for one alpha of a subnet; undefined where the chain does not tell. */
  priceRao(netuid: number, options?: CallOptions): Promise<bigint | undefined>;
  /** What so much TAO would buy now; undefined where the chain does not tell. */
  quoteStake(netuid: number, taoRao: bigint, options?: CallOptions): Promise<Quote | undefined>;
  /** What so much alpha would bring now; undefined where the chain does not tell. */
  quoteUnstake(netuid: number, alphaRao: bigint, options?: CallOptions): Promise<Quote | undefined>;
  /** Everything that a coldkey has staked. */
  stakesOf(coldkey: string, options?: CallOptions): Promise<Stake[]>;
  uidOf(netuid: number, hotkey: string, options?: CallOptions): Promise<number | undefined>;
  /** Of all stakers of a hotkey: alpha of the subnet, or TAO on chains of before subnets had tokens. */
  stakeRao(netuid: number, hotkey: string, options?: CallOptions): Promise<bigint>;
  /** Any storage values as plain data, by the metadata's names: `[['SubtensorModule.Tempo', 1]]`. */
  read(items: readonly (readonly [path: string, ...keys: unknown[]])[], options?: ReadOptions): Promise<unknown[]>;
  /**
   * A transaction to look at before it is signed: its call as its bytes say, the fee, how long it stays valid. The
   * functions `prepareTransfer`, `prepareAddStake`, ... make them with their effect. Error `unsupported` when the chain
   * has none of these calls.
   */
  prepare(request: PrepareRequest): Promise<Prepared>;
  /** The writes: each ends with its block, or with error `rejected`, `dispatch` or `timeout`. */
  transfer(args: { to: string; amountRao: bigint; signer: Signer } & SubmitOptions): Promise<Submitted>;
  /** Signed by the coldkey. Above `limitRao` the chain refuses, where it has a call for that. */
  burnedRegister(args: RegisterArgs): Promise<Submitted>;
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
    /** Default 30 s. */
    timeoutMs?: number | undefined;
  }): Promise<{ hash: string; blockHash: string }>;
  close(): Promise<void>;
}

export interface CallOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** Of which neurons, and at which block (by its hash). */
export interface RowOptions extends CallOptions {
  uids?: readonly number[];
  at?: string;
}

/** Signed by the coldkey; amounts in rao of the subnet's alpha when removing. */
export type RegisterArgs = { netuid: number; hotkey: string; limitRao?: bigint; signer: Signer } & SubmitOptions;

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
