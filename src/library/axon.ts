import { isIP } from 'node:net';
import { Closing, encodeAddress, fromHex, type Log, silentLog } from '../base/index.js';
import { isLoopback, type Metagraph, type Network, type Neuron, ownChainAt, reachOwnChain } from '../chain/index.js';
import type { Admission, AxonStats } from '../net/index.js';
import { joinSubnet, lockHotkey } from '../neuron/parts.js';
import type { Signer } from '../wallet/index.js';
import { type Lease, leaseChain } from './chains.js';
import { whole } from './checks.js';
import { libraryError } from './errors.js';
import type { Handlers } from './handlers.js';
import { priorityOf } from './priority.js';
import { environmentSettings, isWithoutChain, type NetworkOptions, netuidOf, networkOf } from './settings.js';
import { hotkeyOf, wallet as openWallet, Wallet } from './wallet.js';

/** What an axon serves, to whom, and where. */
export interface AxonOptions extends NetworkOptions, Handlers {
  /** Whose axon it is: a wallet, or a hotkey alone, which must be registered. Default: what `wallet()` gives. */
  readonly wallet?: Wallet | Signer | undefined;
  readonly netuid?: number | undefined;
  /** Default: `BT_AXON_PORT`, or a free port. */
  readonly port?: number | undefined;
  /** Address to bind. Default: `BT_AXON_IP`; else loopback where it announces a loopback address, and all addresses. */
  readonly ip?: string | undefined;
  /** Address to announce. Default: `BT_AXON_EXTERNAL_IP`; else 127.0.0.1 on a local chain. */
  readonly externalIp?: string | undefined;
  readonly externalPort?: number | undefined;
  /** Refuses a caller: true, or the reason in words. */
  readonly blacklist?: ((pubkey: string) => boolean | string | undefined) | undefined;
  /** Who is computed first: more goes first. Default: the caller's stake. */
  readonly priority?: ((pubkey: string) => number | bigint) | undefined;
  /** Serve registered hotkeys only. Default: `BT_AXON_REGISTERED_ONLY`, or true; otherwise, and without a chain, others come last. */
  readonly registeredOnly?: boolean | undefined;
  /** Default: nothing is logged. */
  readonly log?: Log | undefined;
  /** Stops it. */
  readonly signal?: AbortSignal | undefined;
}

type NetAxon = import('../net/index.js').Axon;

/** Serves functions on tensors to other neurons. `start()` listens, `subscribe()` makes it known on the chain. */
export class Axon implements AsyncDisposable {
  /** What the start under way, or the one that succeeded, has to close. */
  private closing = new Closing();
  private readonly stopping = new AbortController();
  private started: Promise<Running> | undefined;
  private known: { readonly uid: number } | undefined;
  private running: Running | undefined;

  constructor(private readonly options: AxonOptions) {
    const { signal } = options;
    if (signal?.aborted) void this.stop();
    // Nothing of an axon that was stopped stays in a signal that lives on.
    signal?.addEventListener('abort', () => void this.stop(), { once: true, signal: this.stopping.signal });
  }

  /**
   * Begins to listen: await it, or go on with `.subscribe()`. Where the network is local and no chain answers there, one
   * is started, as a neuron does. One that failed may be started again. Errors `chain_unreachable`, `port_in_use`,
   * `slot_taken`, `closed`, and those of the wallet.
   */
  start(): Starting {
    const done = this.begun().then(() => this);
    // Whoever goes on with subscribe() hears of a failure there.
    done.catch(() => {});
    return {
      // biome-ignore lint/suspicious/noThenProperty: it is awaited or chained
      then: (onDone, onError) => done.then(onDone, onError),
      subscribe: () => this.subscribe(),
    };
  }

  /**
   * Publishes its address, which is what the documents call subscribing. On a local chain the hotkey is funded, registered
   * and staked first; elsewhere it must be registered (error `not_registered`), and nothing is spent. Resolves with this.
   * Error `bad_argument` where there is no chain.
   */
  async subscribe(): Promise<this> {
    const { chain, hotkey, announced } = await this.begun();
    if (!chain)
      throw libraryError('bad_argument', 'without a chain there is nothing to subscribe to: start() is enough');
    const { client } = chain.lease;
    const { wallet = openWallet(this.options), log = silentLog } = this.options;
    const coldkey = client.isLocal && wallet instanceof Wallet ? await wallet.coldkey() : undefined;
    const { signal } = this.stopping;
    const uid = await joinSubnet({ client, netuid: this.netuid, hotkey, coldkey, axon: announced, log, signal });
    this.known = { uid };
    return this;
  }

  /** The bound port; 0 before `start()`. */
  get port(): number {
    return this.running?.axon.port ?? 0;
  }

  /** Its uid, once it is subscribed. */
  get uid(): number | undefined {
    return this.known?.uid;
  }

  /** What it has served; undefined before `start()`. */
  stats(): AxonStats | undefined {
    return this.running?.axon.stats();
  }

  /** Lets requests end within 1.5 s, then closes everything. May be called twice. */
  async stop(): Promise<void> {
    this.stopping.abort(libraryError('closed', 'this axon was stopped'));
    await this.started?.catch(() => {});
    await this.closing.close();
  }

  /** The same as `stop`. */
  close(): Promise<void> {
    return this.stop();
  }

  /** The same as `stop`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private get netuid(): number {
    return netuidOf(this.options.netuid);
  }

  /** Error `closed` for one that was stopped: it does not start again. */
  private async begun(): Promise<Running> {
    this.stopping.signal.throwIfAborted();
    this.started ??= this.begin();
    return this.started;
  }

  private async begin(): Promise<Running> {
    try {
      return await this.open();
    } catch (error) {
      await this.closing.close();
      this.closing = new Closing();
      this.started = undefined;
      throw error;
    }
  }

  private async open(): Promise<Running> {
    const { options, closing } = this;
    const { signal } = this.stopping;
    signal.throwIfAborted();
    const { values, sources } = environmentSettings();
    const [{ Axon: Net, axonOptionsOf }, { wireHandlers }] = await Promise.all([
      import('../net/index.js'),
      import('./handlers.js'),
    ]);
    const { wallet = openWallet(options), log = silentLog } = options;
    const hotkey = await hotkeyOf(wallet, signal);
    closing.add(lockHotkey(hotkey.address));
    const chain = isWithoutChain(options) ? undefined : await this.openChain(values.data);
    const client = chain?.lease.client;
    const isNear = !client || client.isLocal;
    const external = options.externalIp ?? values.axon_external_ip ?? (isNear ? '127.0.0.1' : undefined);
    if (external === undefined) {
      throw libraryError(
        'no_address',
        `on ${client!.chainName} peers need an address to reach this axon at: give axon({ externalIp }), or BT_AXON_EXTERNAL_IP`,
      );
    }
    const isPrivate = isLoopback(`ws://${external.includes(':') ? `[${external}]` : external}`);
    const { blacklist, priority } = options;
    const ss58 = ({ caller }: Admission) => encodeAddress(fromHex(caller));
    const rules = axonOptionsOf(values);
    const axon = new Net({
      ...rules,
      registeredOnly: options.registeredOnly ?? (chain !== undefined && rules.registeredOnly),
      signer: hotkey,
      endorsement: wallet instanceof Wallet ? wallet.endorsement : undefined,
      ...(chain && { network: fromHex(chain.lease.client.genesisHash), registry: chain.neuronOf }),
      host: options.ip ?? values.axon_ip ?? (isPrivate ? '127.0.0.1' : '0.0.0.0'),
      port: options.port ?? (sources.axon_port === 'default' ? 0 : values.axon_port),
      blacklist: blacklist && (request => blacklist(ss58(request))),
      priority: priority && (request => priorityOf(priority(ss58(request)))),
      log,
    });
    axon.attach(await wireHandlers(options));
    closing.add(() => axon.stop());
    const port = await axon.start();
    const announced = { ip: external, port: options.externalPort ?? values.axon_external_port ?? port };
    this.running = { axon, chain, hotkey, announced };
    return this.running;
  }

  /** Connects, and follows the subnet. */
  private async openChain(dataFolder: string): Promise<Chain> {
    const { closing } = this;
    const { signal } = this.stopping;
    const lease = await reach(networkOf(this.options), dataFolder, signal);
    closing.add(() => lease.release());
    const { client } = lease;
    let graph: Metagraph = await client.metagraph(this.netuid, { signal });
    closing.add(
      client.onMetagraph(this.netuid, next => {
        graph = next;
      }),
    );
    return { lease, neuronOf: hotkey => graph.byHotkey(hotkey) };
  }
}

/** An axon that is about to listen: to be awaited, or gone on with. */
export interface Starting extends PromiseLike<Axon> {
  /** As that of the axon, once it listens. */
  subscribe(): Promise<Axon>;
}

interface Chain {
  readonly lease: Lease;
  /** As the newest block has it. */
  readonly neuronOf: (hotkey: string) => Neuron | undefined;
}

interface Running {
  readonly axon: NetAxon;
  /** Undefined where there is none. */
  readonly chain: Chain | undefined;
  readonly hotkey: Signer;
  readonly announced: { readonly ip: string; readonly port: number };
}

/**
 * An axon; nothing listens yet. Error `bad_argument`.
 *
 * ```ts
 * const axon = await bittensor.axon({ wallet, forwardText, backwardText }).start().subscribe();
 * ```
 */
export function axon(options: AxonOptions = {}): Axon {
  const { port, externalPort, externalIp } = options;
  if (port !== undefined) whole('port', port, 0, 65_535);
  if (externalPort !== undefined) whole('externalPort', externalPort, 1, 65_535);
  if (externalIp !== undefined && isIP(externalIp) === 0) {
    throw libraryError(
      'bad_argument',
      `externalIp is ${JSON.stringify(externalIp)}, and has to be an IPv4 or IPv6 address`,
    );
  }
  return new Axon(options);
}

/** The chain that is there; at one address of this machine where none is, one that is started now. */
async function reach(network: Network, dataFolder: string, signal: AbortSignal): Promise<Lease> {
  const lease = () => leaseChain(network, signal);
  const own = ownChainAt(network.endpoints, dataFolder);
  return own ? reachOwnChain(own, lease, { signal }) : lease();
}
