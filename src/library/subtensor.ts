import { formatTao, RAO_PER_TAO } from '../base/index.js';
import type { ChainClient, Network } from '../chain/index.js';
import type { Signer } from '../wallet/index.js';
import { withChain } from './chains.js';
import { libraryError } from './errors.js';
import { commitWeights, type HiddenWeights, type Revealer, revealDue, revealWeights } from './hidden-weights.js';
import { type NetworkOptions, netuidOf, networkOf } from './settings.js';
import { metagraph, type StoredMetagraph } from './stored-metagraph.js';
import { type Receipt, submitted, submitting, type WriteOptions } from './submitting.js';
import { hotkeyOf, wallet as openWallet, Wallet } from './wallet.js';
import { checkedWeights, type Numbers, rowOf } from './weights.js';

/** What became of weights. */
export type WeightsReceipt = Receipt & {
  /** Where the subnet hides weights at first: what is owed. */
  readonly hidden?: HiddenWeights;
};

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
   * local chain out of the development account; elsewhere `maxCostTao` must be said, and more is error `too_dear`, or `dispatch` where
   * the price rose meanwhile.
   */
  async register(options: WriteOptions & { maxCostTao?: number } = {}): Promise<number> {
    const { wallet = openWallet(this.options), signal } = options;
    const netuid = netuidOf(options.netuid);
    const until = signal ? { signal } : {};
    const hotkey = await wallet.hotkey(until);
    return this.use(async client => {
      const known = await client.uidOf(netuid, hotkey.address, until);
      if (known !== undefined) return known;
      const costRao = await client.burnRao(netuid, until);
      const limitRao = limitOf(client, costRao, options.maxCostTao);
      const coldkey = await wallet.coldkey(until);
      if (client.isLocal) await fund(client, coldkey.address, costRao + SPARE_RAO, signal);
      const wanted = { netuid, hotkey: hotkey.address, ...(limitRao !== undefined && { limitRao }) };
      await client.burnedRegister({ ...wanted, signer: coldkey, ...submitting(options) });
      const uid = await client.uidOf(netuid, hotkey.address, until);
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
   * Zeros are left out, except where the subnet wants more uids in a row.
   *
   * Where the subnet hides weights at first (commit-reveal) this commits to them, waits for the block in any case, and
   * says in `receipt.hidden` what is owed: they count once `revealWeights()` has shown them, some epochs later. What was
   * committed before and can be revealed now is revealed first, so that a program that sets weights every epoch owes nothing.
   *
   * Errors: `bad_argument` before anything is signed; `rejected` and `dispatch` as the chain has it, such as for a hotkey
   * without a permit or too soon after the last time; `disk` where what a reveal needs cannot be kept.
   *
   * ```ts
   * const { hidden } = await chain.setWeights({ uids, weights, wallet });
   * if (hidden) await chain.revealWeights({ wallet }); // waits for hidden.firstBlock
   * ```
   */
  async setWeights(options: WriteOptions & { weights: Numbers; uids: readonly number[] }): Promise<WeightsReceipt> {
    const values = checkedWeights(options.uids, options.weights);
    return this.asRevealer(options, async of => {
      const { client, netuid, signer } = of;
      const { signal } = options;
      const limits = await client.hyperparameters(netuid, signal ? { signal } : {});
      const row = rowOf(options.uids, values, limits);
      if (!limits.commitRevealEnabled) {
        return submitted(options, waiting => client.setWeights({ netuid, ...row, signer, ...waiting }));
      }
      await revealDue(of);
      return commitWeights(of, row);
    });
  }

  /**
   * Reveals what `setWeights()` committed to, in this program or in one that has ended: waits for the blocks in which
   * that can be done, an hour or more on public networks. Resolves with a receipt for each row, none where nothing is owed.
   * Errors, once all rows were tried: `rejected` and `dispatch` as the chain has it, `nothing_to_reveal` where the time of a row had
   * passed. At once: `file_system` for a file of the wallet's `commitments` that cannot be read.
   */
  revealWeights(options: WriteOptions = {}): Promise<Receipt[]> {
    return this.asRevealer(options, revealWeights);
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

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async asRevealer<T>(options: WriteOptions, act: (of: Revealer) => Promise<T>): Promise<T> {
    const { wallet = openWallet(this.options), signal } = options;
    const [signer, netuid] = [await hotkeyOf(wallet, signal), netuidOf(options.netuid)];
    return this.use(client => act({ client, netuid, folder: wallet.folder, signer, options }), signal);
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
  const until = signal ? { signal } : {};
  if ((await client.balanceRao(address, until)) >= wantedRao) return;
  await client.devFund({ address, amountRao: wantedRao, ...until });
}

/** The most that may be paid; on a local chain it need not be said. */
function limitOf(client: ChainClient, costRao: bigint, maxCostTao: number | undefined): bigint | undefined {
  if (maxCostTao === undefined) {
    if (client.isLocal) return undefined;
    const text = `registering costs ${formatTao(costRao)} now: say register({ maxCostTao }) to pay it`;
    throw libraryError('too_dear', text, { costRao });
  }
  const maxRao = raoOf(maxCostTao);
  if (costRao <= maxRao) return maxRao;
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
