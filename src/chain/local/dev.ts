import { abortingWith, isBittensorError } from '../../base/browser.js';
import { type CallOptions, openSession, type RpcSession } from '../connection/json-rpc.js';
import { chainError } from '../errors.js';
import { isValuableGenesis } from '../networks.js';
import { checkAddress } from '../transactions/actions.js';

/** A local chain's account of itself. What an older one does not tell is undefined. */
export interface LocalStatus {
  readonly pid: number;
  readonly dataFolder: string;
  /** Milliseconds between blocks, or how blocks are made. */
  readonly blockTime: number | 'instant' | 'manual';
  readonly genesis: string;
  /** Hash and number of the newest block. */
  readonly head: string;
  readonly number: number;
  /** The chain's clock, of the newest block. */
  readonly timestampMs: number;
  /** Transactions in the pool that can go into a block, and that wait for others. */
  readonly ready: number;
  readonly future: number;
  /** The block that it began with: 0, or that of a dump or a fork. */
  readonly firstBlock: number | undefined;
  readonly finalizedNumber: number | undefined;
  readonly finalityLag: number | undefined;
  readonly deterministic: boolean | undefined;
  readonly snapshots: readonly LocalSnapshot[];
  /** Where its state, or its blocks, come from. */
  readonly forkedFrom: unknown;
  readonly following: unknown;
  readonly memoryBytes: number | undefined;
}

export interface LocalSnapshot {
  readonly id: string | number;
  readonly block: number;
  readonly hash: string;
}

/** A development account. Its keys are public: nothing of worth may ever belong to it on another chain. */
export interface LocalAccount {
  readonly name: string;
  readonly address: string;
  /** What its keys derive from: `//Alice`. */
  readonly uri: string;
  readonly secretSeed: string;
  readonly freeRao: bigint;
}

/** A transaction that was included, and the block that holds it. */
export interface Included {
  readonly hash: string;
  readonly block: string;
}

/** Faults that a local chain feigns on request: shares of messages, milliseconds, or refusals. */
export type Faults = Readonly<Record<string, number | boolean | null>>;

type Options = Partial<CallOptions>;

/** What only a local chain does, over one connection that is made again after a revert. Errors: `not_local`, `rpc`, `timeout`, `chain_unreachable`. */
export interface LocalChain extends AsyncDisposable {
  readonly url: string;
  status(options?: Options): Promise<LocalStatus>;
  /** Makes blocks now; the hash of the last. */
  mine(count?: number, options?: Options): Promise<string>;
  /** The number of a block; undefined when it cannot be told. */
  numberOf(block: string, options?: Options): Promise<number | undefined>;
  /** Sends from a development account; answers when it is in a block, which on a chain of manual blocks is when one is mined. */
  fund(address: string, amountRao: bigint, options?: Options): Promise<Included>;
  faucet(address: string, options?: Options): Promise<Included>;
  accounts(options?: Options): Promise<LocalAccount[]>;
  /** Moves the chain's clock forward, by `ms` or to a unix time, and mines a block with the new time. */
  travel(how: { ms: number } | { to: number }, options?: Options): Promise<{ timestampMs: number; block: string }>;
  snapshot(options?: Options): Promise<LocalSnapshot>;
  /** Goes back to a snapshot or a block; every client is cut off and comes back. */
  revert(to: { id: string | number } | { block: number }, options?: Options): Promise<{ block: number; hash: string }>;
  /** All state of the newest block, or of block `at`, as a raw chain specification to start from. */
  dumpState(at?: string, options?: Options): Promise<Record<string, unknown>>;
  /** Hex keys to hex values, or null to remove one. */
  setStorage(items: readonly (readonly [string, string | null])[], options?: Options): Promise<Included>;
  setBalance(address: string, freeRao: bigint, options?: Options): Promise<Included>;
  /** Makes an encoded call in the name of any account. */
  callAs(address: string, callHex: string, options?: Options): Promise<Included>;
  sudo(callHex: string, options?: Options): Promise<Included>;
  checkInvariants(options?: Options): Promise<{ ok: boolean; problems: readonly string[] }>;
  /** Null ends them. */
  setFaults(faults: Faults | null, options?: Options): Promise<void>;
  faults(options?: Options): Promise<Faults | null>;
  close(): Promise<void>;
}

const CONNECT_MS = 5_000;
const ASK_MS = 10_000;
/** Whatever waits for a block, or reads all of the state. */
const LONG_MS = 60_000;
/** A slow machine's empty block. */
const BLOCK_MS = 50;

/**
 * Connects to a local chain at `ws://...`. Error `not_local` when something else answers there, or a chain where value
 * is at stake, and `chain_unreachable` when nothing does.
 */
export async function openLocalChain(url: string, options: Options = {}): Promise<LocalChain> {
  const chain = new Connected(url.replace(/^http/, 'ws'), options.signal);
  try {
    const { genesis, forkedFrom, firstBlock = 0 } = await chain.status(options);
    // A fork has the genesis hash of its source, as has what begins with a dump of one: they say so.
    const isCopy = Boolean(forkedFrom) || firstBlock > 0;
    if (isValuableGenesis(genesis) && !isCopy) throw notLocal(url, 'dev_status', 'it serves a public network');
    return chain;
  } catch (error) {
    await chain.close();
    throw error;
  }
}

class Connected implements LocalChain {
  private opening: Promise<RpcSession> | undefined;
  private session: RpcSession | undefined;
  private readonly closing = new AbortController();

  constructor(
    readonly url: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async status(options?: Options): Promise<LocalStatus> {
    const answer = record(await this.ask('dev_status', [], options));
    const { pid, genesis, head, number } = answer;
    if (typeof genesis !== 'string' || typeof head !== 'string' || typeof number !== 'number') {
      throw notLocal(this.url, 'dev_status', 'it does not say which chain it is');
    }
    return {
      ...(answer as unknown as LocalStatus),
      pid: Number(pid),
      timestampMs: timeOf(answer.timestampMs) ?? 0,
      snapshots: Array.isArray(answer.snapshots) ? answer.snapshots.map(snapshotOf) : [],
    };
  }

  async mine(count = 1, options: Options = {}): Promise<string> {
    return String(await this.ask('dev_newBlock', [{ count }], { timeoutMs: ASK_MS + BLOCK_MS * count, ...options }));
  }

  async numberOf(block: string, options?: Options): Promise<number | undefined> {
    try {
      const number = Number(record(await this.ask('chain_getHeader', [block], options)).number ?? Number.NaN);
      return Number.isSafeInteger(number) ? number : undefined;
    } catch {
      return undefined;
    }
  }

  fund(address: string, amountRao: bigint, options?: Options): Promise<Included> {
    return this.include('dev_fund', [checkAddress(address), String(amountRao)], options);
  }

  faucet(address: string, options?: Options): Promise<Included> {
    return this.include('dev_faucet', [checkAddress(address)], options);
  }

  async accounts(options?: Options): Promise<LocalAccount[]> {
    const answer = await this.ask('dev_accounts', [], options);
    if (!Array.isArray(answer)) throw this.unfit('dev_accounts', answer);
    return answer.map(entry => {
      const { name, address, uri, secretSeed, freeRao } = record(entry);
      if (typeof address !== 'string' || !/^\d{1,40}$/.test(String(freeRao ?? 0)))
        throw this.unfit('dev_accounts', entry);
      return {
        name: String(name ?? uri),
        address,
        uri: String(uri),
        secretSeed: String(secretSeed ?? ''),
        freeRao: BigInt(String(freeRao ?? 0)),
      };
    });
  }

  async travel(how: { ms: number } | { to: number }, options?: Options) {
    const { timestampMs, block } = record(await this.ask('dev_travel', [how], options));
    const time = timeOf(timestampMs);
    if (time === undefined) throw this.unfit('dev_travel', timestampMs);
    return { timestampMs: time, block: String(block) };
  }

  async snapshot(options?: Options): Promise<LocalSnapshot> {
    return snapshotOf(await this.ask('dev_snapshot', [], options));
  }

  async revert(to: { id: string | number } | { block: number }, options?: Options) {
    const session = await this.connected(options);
    try {
      const { block, hash } = record(
        await this.request(session, 'dev_revert', [to], { timeoutMs: LONG_MS, ...options }),
      );
      return { block: Number(block), hash: String(hash) };
    } catch (error) {
      // It may cut this connection, too, before its answer is out; then the new one tells where the chain is.
      if (!session.isReverted) throw error;
      this.forget(session);
      const { number, head } = await this.status(options);
      return { block: number, hash: head };
    } finally {
      // It is about to be cut.
      this.forget(session);
    }
  }

  async dumpState(at?: string, options?: Options): Promise<Record<string, unknown>> {
    const params = at === undefined ? [] : [{ at }];
    const answer = record(await this.ask('dev_dumpState', params, { timeoutMs: LONG_MS, ...options }));
    if (record(record(answer.genesis).raw).top === undefined) throw this.unfit('dev_dumpState', answer);
    return answer;
  }

  setStorage(items: readonly (readonly [string, string | null])[], options?: Options): Promise<Included> {
    return this.include('dev_setStorage', [items], options);
  }

  setBalance(address: string, freeRao: bigint, options?: Options): Promise<Included> {
    return this.include('dev_setBalance', [checkAddress(address), String(freeRao)], options);
  }

  callAs(address: string, callHex: string, options?: Options): Promise<Included> {
    return this.include('dev_callAs', [checkAddress(address), callHex], options);
  }

  sudo(callHex: string, options?: Options): Promise<Included> {
    return this.include('dev_sudo', [callHex], options);
  }

  async checkInvariants(options?: Options) {
    const { ok, problems } = record(await this.ask('dev_checkInvariants', [], { timeoutMs: LONG_MS, ...options }));
    return { ok: ok === true, problems: Array.isArray(problems) ? problems.map(String) : [] };
  }

  async setFaults(faults: Faults | null, options?: Options): Promise<void> {
    await this.ask('dev_setFaults', [faults], options);
  }

  async faults(options?: Options): Promise<Faults | null> {
    return (await this.ask('dev_faults', [], options)) as Faults | null;
  }

  async close(): Promise<void> {
    this.closing.abort(chainError('closed', 'the connection to the local chain was closed'));
    await this.opening?.catch(() => {});
    this.session?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async include(method: string, params: readonly unknown[], options?: Options): Promise<Included> {
    const { hash, block } = record(await this.ask(method, params, { timeoutMs: LONG_MS, ...options }));
    return { hash: String(hash), block: String(block) };
  }

  private async ask(method: string, params: readonly unknown[], options: Options = {}): Promise<unknown> {
    return this.request(await this.connected(options), method, params, options);
  }

  private async request(
    session: RpcSession,
    method: string,
    params: readonly unknown[],
    { timeoutMs = ASK_MS, signal }: Options,
  ): Promise<unknown> {
    const stop = this.stoppingWith(signal);
    try {
      return await session.call(method, params, { timeoutMs, signal: stop.signal });
    } catch (error) {
      if (!isBittensorError(error) || error.code !== 'unsupported') throw error;
      throw notLocal(this.url, method, `it does not offer ${method}`, error);
    } finally {
      stop.abort();
    }
  }

  private connected({ signal, timeoutMs = CONNECT_MS }: Options = {}): Promise<RpcSession> {
    if (this.session) return Promise.resolve(this.session);
    this.opening ??= this.open(Math.min(timeoutMs, CONNECT_MS), signal).finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  private async open(timeoutMs: number, signal: AbortSignal | undefined): Promise<RpcSession> {
    this.closing.signal.throwIfAborted();
    const stop = this.stoppingWith(signal);
    const opening = openSession(this.url, { timeoutMs, signal: stop.signal });
    const session = await opening.finally(() => stop.abort());
    this.session = session;
    session.onEnded(() => this.forget(session));
    return session;
  }

  /** The next request makes a new connection. */
  private forget(session: RpcSession): void {
    if (this.session === session) this.session = undefined;
    session.close();
  }

  /** To be aborted when the work is done. */
  private stoppingWith(signal: AbortSignal | undefined): AbortController {
    return abortingWith(this.closing.signal, this.signal, signal);
  }

  private unfit(method: string, answer: unknown) {
    return notLocal(this.url, method, `${method} answers ${JSON.stringify(answer)?.slice(0, 120)}`);
  }
}

function snapshotOf(value: unknown): LocalSnapshot {
  const { id, block, hash } = record(value);
  return { id: typeof id === 'number' ? id : String(id), block: Number(block), hash: String(hash) };
}

/** Milliseconds since 1970 that a date can have. */
function timeOf(value: unknown): number | undefined {
  return typeof value === 'number' && Math.abs(value) <= 8.64e15 ? value : undefined;
}

function notLocal(url: string, method: string, why: string, cause?: unknown) {
  const message = `${url} is no local chain that this program can drive: ${why}`;
  return chainError('not_local', message, { url, method }, cause);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
