import { formatTao, RAO_PER_TAO } from '../base/index.js';
import {
  type ChainClient,
  type Hyperparameters,
  type Network,
  type SubmitOptions,
  type Submitted,
  toU16Weights,
} from '../chain/index.js';
import { fitWeights } from '../neuron/parts.js';
import type { Signer } from '../wallet/index.js';
import { withChain } from './chains.js';
import { libraryError } from './errors.js';
import { type NetworkOptions, netuidOf, networkOf } from './settings.js';
import { metagraph, type StoredMetagraph } from './stored-metagraph.js';
import { hotkeyOf, wallet as openWallet, Wallet } from './wallet.js';

export interface WriteOptions {
  /** Default: the wallet that `wallet()` gives. */
  readonly wallet?: Wallet | undefined;
  readonly netuid?: number | undefined;
  /** Wait for the block that holds it. Default true; false: only until a node has taken it. */
  readonly waitForInclusion?: boolean | undefined;
  /** Wait until that block cannot go away. Default false. */
  readonly waitForFinalization?: boolean | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A transaction: in a block, or, where that was not waited for, on its way. */
export type Receipt = Pick<Submitted, 'hash'> & Partial<Submitted>;

/** Any numbers that stand for weights. */
export type Numbers = readonly number[] | Float32Array | { readonly data: Float32Array };

/** Whose account: an address, a wallet's coldkey, or a key. */
export type Account = string | Wallet | Pick<Signer, 'address'>;

/** A chain to read from and to write to. Connects with the first call; connections are shared, and close when idle. */
export class Subtensor implements AsyncDisposable {
  private closed = false;

  constructor(
    readonly network: Network,
    private readonly options: NetworkOptions,
  ) {}

  /** Number of the newest final block. */
  block(options: { signal?: AbortSignal } = {}): Promise<number> {
    return this.use(async client => client.headBlock(), options.signal);
  }

  /** Free balance, rao. */
  balanceRao(of: Account, options: { signal?: AbortSignal } = {}): Promise<bigint> {
    return this.use(client => client.balanceRao(addressOf(of), options), options.signal);
  }

  /** Staked with a hotkey on a subnet, by all its stakers: rao of TAO, or of the subnet's alpha where it has a token of its own. */
  stakeRao(hotkey: string, { netuid, ...options }: { netuid?: number; signal?: AbortSignal } = {}): Promise<bigint> {
    return this.use(client => client.stakeRao(netuidOf(netuid), hotkey, options), options.signal);
  }

  /** What registering costs now, rao. */
  registrationCostRao({ netuid, ...options }: { netuid?: number; signal?: AbortSignal } = {}): Promise<bigint> {
    return this.use(client => client.burnRao(netuidOf(netuid), options), options.signal);
  }

  /** A subnet as it is now. */
  metagraph(netuid?: number, options: { block?: number; signal?: AbortSignal } = {}): Promise<StoredMetagraph> {
    return metagraph({ ...this.options, netuid }).sync(options);
  }

  /** The uid of a hotkey, ss58; undefined where it is not registered. */
  uidOf(hotkey: string, { netuid, ...options }: { netuid?: number; signal?: AbortSignal } = {}) {
    return this.use(client => client.uidOf(netuidOf(netuid), hotkey, options), options.signal);
  }

  /**
   * Registers the wallet's hotkey; one that is registered stays as it is. Resolves with its uid. The coldkey pays: on a
   * local chain out of the development account; elsewhere `maxCostTao` must be said, and more is error `too_dear`.
   */
  async register(options: WriteOptions & { maxCostTao?: number } = {}): Promise<number> {
    const { wallet = openWallet(this.options), signal } = options;
    const netuid = netuidOf(options.netuid);
    const hotkey = await wallet.hotkey(signal ? { signal } : {});
    return this.use(async client => {
      const known = await client.uidOf(netuid, hotkey.address);
      if (known !== undefined) return known;
      const costRao = await client.burnRao(netuid);
      refuseDear(client, costRao, options.maxCostTao);
      const coldkey = await wallet.coldkey(signal ? { signal } : {});
      if (client.isLocal) await fund(client, coldkey.address, costRao + SPARE_RAO, signal);
      await client.burnedRegister({ netuid, hotkey: hotkey.address, signer: coldkey, ...submitting(options) });
      const uid = await client.uidOf(netuid, hotkey.address);
      if (uid !== undefined) return uid;
      throw libraryError('not_registered', `${hotkey.address} was registered on subnet ${netuid}, and is gone again`);
    }, signal);
  }

  /** Stakes TAO of the wallet's coldkey on its hotkey; on a local chain it comes from the development account. */
  async addStake(options: WriteOptions & { amountTao: number }): Promise<Receipt> {
    const { wallet = openWallet(this.options), signal } = options;
    const amountRao = raoOf(options.amountTao);
    const coldkey = await wallet.coldkey(signal ? { signal } : {});
    return this.use(async client => {
      if (client.isLocal) await fund(client, coldkey.address, amountRao + SPARE_RAO, signal);
      const stake = { hotkey: wallet.hotkeyAddress, netuid: netuidOf(options.netuid), amountRao };
      return submitted(options, waiting => client.addStake({ ...stake, signer: coldkey, ...waiting }));
    }, signal);
  }

  /** Announces where the wallet's hotkey serves. */
  async serve(options: WriteOptions & { ip: string; port: number }): Promise<Receipt> {
    const signer = await this.signer(options);
    const { ip, port } = options;
    const netuid = netuidOf(options.netuid);
    return this.use(
      client => submitted(options, waiting => client.serveAxon({ netuid, ip, port, signer, ...waiting })),
      options.signal,
    );
  }

  /**
   * Ranks neurons: any numbers from 0 up, of which the chain keeps the ratios, as far as the subnet's largest share allows.
   * Zeros are left out, except where the subnet wants more uids in a row. Errors: `bad_argument` before anything is signed;
   * `rejected` for a subnet that hides weights at first (commit-reveal), before anything is signed; `rejected` and `dispatch`
   * as the chain has it, such as for a hotkey without a permit or too soon after the last time.
   */
  async setWeights(options: WriteOptions & { weights: Numbers; uids: readonly number[] }): Promise<Receipt> {
    const values = checkedWeights(options.uids, options.weights);
    const signer = await this.signer(options);
    const netuid = netuidOf(options.netuid);
    return this.use(async client => {
      const { signal } = options;
      const limits = await client.hyperparameters(netuid, signal ? { signal } : {});
      if (limits.commitRevealEnabled) throw hidesWeights(netuid);
      const row = rowOf(options.uids, values, limits);
      return submitted(options, waiting => client.setWeights({ netuid, ...row, signer, ...waiting }));
    }, options.signal);
  }

  /** The client below, for all else that a chain can do. */
  async use<T>(act: (client: ChainClient) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.closed) throw libraryError('closed', 'this subtensor was closed');
    return withChain(this.network, act, signal);
  }

  /** Refuses what comes. What is under way ends by itself. May be called twice. */
  async close(): Promise<void> {
    this.closed = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private signer({ wallet = openWallet(this.options), signal }: WriteOptions): Promise<Signer> | Signer {
    return hotkeyOf(wallet, signal);
  }
}

/**
 * The chain of a network; nothing is connected yet. Error `bad_network`.
 *
 * ```ts
 * await bittensor.subtensor({ network: 'local' }).setWeights({ uids: [1, 2], weights: [0.7, 0.3], wallet });
 * ```
 */
export function subtensor(options: NetworkOptions = {}): Subtensor {
  return new Subtensor(networkOf(options), options);
}

/** What registering and staking take besides: fees, and what keeps an account alive. */
const SPARE_RAO = 10n * RAO_PER_TAO;

async function fund(client: ChainClient, address: string, wantedRao: bigint, signal: AbortSignal | undefined) {
  if ((await client.balanceRao(address)) >= wantedRao) return;
  await client.devFund({ address, amountRao: wantedRao, ...(signal && { signal }) });
}

function refuseDear(client: ChainClient, costRao: bigint, maxCostTao: number | undefined): void {
  if (maxCostTao === undefined) {
    if (client.isLocal) return;
    throw libraryError(
      'too_dear',
      `registering costs ${formatTao(costRao)} now: say register({ maxCostTao }) to pay it`,
      {
        costRao,
      },
    );
  }
  const maxRao = raoOf(maxCostTao);
  if (costRao <= maxRao) return;
  const text = `registering costs ${formatTao(costRao)} now, more than ${formatTao(maxRao)}; nothing was signed`;
  throw libraryError('too_dear', text, { costRao, maxRao });
}

function raoOf(tao: number): bigint {
  const rao = Math.round(tao * Number(RAO_PER_TAO));
  if (tao >= 0 && Number.isSafeInteger(rao)) return BigInt(rao);
  throw libraryError('bad_argument', `${tao} is no amount of TAO`);
}

function addressOf(of: Account): string {
  if (typeof of === 'string') return of;
  return of instanceof Wallet ? of.coldkeyAddress : of.address;
}

/** As many numbers as uids, none below 0 and one above. Error `bad_argument`. */
function checkedWeights(uids: readonly number[], weights: Numbers): number[] {
  const values = Array.from('data' in weights ? weights.data : weights);
  if (values.length !== uids.length) {
    throw libraryError('bad_argument', `${values.length} weights for ${uids.length} uids`);
  }
  const wrong = values.findIndex(value => !(Number.isFinite(value) && value >= 0));
  if (wrong >= 0) throw libraryError('bad_argument', `the weight of uid ${uids[wrong]} is ${values[wrong]}`);
  if (values.some(value => value > 0)) return values;
  throw libraryError('bad_argument', 'there is no weight above 0: nothing to set');
}

/** A commitment is worth nothing without a reveal some epochs later, which takes a program that still runs, or a file. */
function hidesWeights(netuid: number) {
  const what = `subnet ${netuid} hides weights at first: they are committed, and revealed later`;
  const how = '`bittensor-cli weights set` and `weights reveal` do it, and `bittensor-cli run validator` by itself';
  return libraryError('rejected', `${what}; ${how}`, { name: 'CommitRevealEnabled', netuid });
}

/** A row as the subnet takes it: what rounds to nothing is left out, unless the subnet wants more uids. */
function rowOf(uids: readonly number[], values: readonly number[], limits: Hyperparameters) {
  const u16 = toU16Weights(values);
  const zeros = [...uids.keys()].filter(i => u16[i] === 0);
  const missing = limits.minAllowedWeights - (uids.length - zeros.length);
  const left = new Set(zeros.slice(Math.max(0, missing)));
  const kept = [...uids.keys()].filter(i => !left.has(i));
  return {
    uids: kept.map(i => uids[i]!),
    weightsU16: fitWeights(
      kept.map(i => values[i]!),
      limits,
    ),
  };
}

function submitting({ waitForFinalization, timeoutMs, signal }: WriteOptions): SubmitOptions {
  return {
    waitFor: waitForFinalization ? 'finalization' : 'inclusion',
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(signal && { signal }),
  };
}

/** Waits as long as was asked for. */
function submitted(options: WriteOptions, submit: (waiting: SubmitOptions) => Promise<Submitted>): Promise<Receipt> {
  if (options.waitForInclusion !== false || options.waitForFinalization) return submit(submitting(options));
  return new Promise((resolve, reject) => {
    const onStatus = ({ hash }: { hash: string }) => resolve({ hash });
    submit({ ...submitting(options), onStatus }).then(resolve, reject);
  });
}
