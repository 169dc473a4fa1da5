import { isBittensorError, type Log } from '../../base/index.js';
import { type ChainClient, eraPeriod, type Metagraph } from '../../chain/index.js';
import { NeuronError } from '../errors.js';
import { type AxonAddress, type PublicAddress, textOf } from '../public-address.js';

export interface TwinWatchOptions {
  readonly chain: Pick<ChainClient, 'headBlock' | 'blockTimeMs'>;
  /** ss58. */
  readonly hotkey: string;
  /** What this neuron publishes; undefined where it publishes nothing. */
  readonly announced: PublicAddress | undefined;
  /** What was signed before this start may still come into a block. */
  readonly mayBeOpen: boolean;
  readonly log: Pick<Log, 'error'>;
}

/** Blocks of which one may hold what this neuron has sent. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** A block may be replaced by another one; what was in it is then in one of the next. */
const REPLACED_BLOCKS = 8;
/** Sendings that are remembered. */
const MOST_SPANS = 32;

/**
 * Notices while a neuron runs that somebody else uses its hotkey: the chain has an axon for it that it did not publish, or weights that
 * it did not send. Says so once, and from then on this neuron sends no weights: of two rows of one key nobody knows which one counts.
 */
export class TwinWatch {
  private readonly stopped = new AbortController();
  private readonly spans: Span[] = [];
  private sending = 0;
  private isPublished = false;
  private uid: number | undefined;
  /** The newest one that was seen. A node that is behind shows older ones again. */
  private lastUpdate: number | undefined;
  /** Updates that came while something was being sent. */
  private unexplained: number[] = [];

  constructor(private readonly options: TwinWatchOptions) {
    const { chain, mayBeOpen } = options;
    if (mayBeOpen) this.noteSpan(0, chain.headBlock() + 2 * eraPeriod(chain.blockTimeMs));
  }

  /** Aborts when somebody else was noticed. */
  get alarm(): AbortSignal {
    return this.stopped.signal;
  }

  /** What was noticed. */
  get reason(): string | undefined {
    return this.stopped.signal.aborted ? (this.stopped.signal.reason as Error).message : undefined;
  }

  /** To be called with each new metagraph, once this neuron is registered. */
  onMetagraph(metagraph: Metagraph): void {
    if (this.alarm.aborted) return;
    const self = metagraph.byHotkey(this.options.hotkey);
    // Who lost its place and was registered again was updated by that.
    if (self?.uid !== this.uid) this.lastUpdate = undefined;
    this.uid = self?.uid;
    if (!self) return;
    if (self.axon) this.lookAtAxon(self.axon);
    const { lastUpdate } = self;
    const before = this.lastUpdate;
    if (before !== undefined && lastUpdate <= before) return;
    this.lastUpdate = lastUpdate;
    if (before === undefined || this.isOwn(lastUpdate)) return;
    this.unexplained.push(lastUpdate);
    this.judge();
  }

  /** Sends something that moves this neuron's last update. Error `hotkey_elsewhere` when somebody else was noticed. */
  async send<T extends { readonly blockNumber: number }>(work: () => Promise<T>): Promise<T> {
    this.alarm.throwIfAborted();
    const { chain } = this.options;
    const from = chain.headBlock();
    this.sending += 1;
    try {
      const done = await work();
      this.noteSpan(from, done.blockNumber + REPLACED_BLOCKS);
      return done;
    } catch (error) {
      // Only what the chain ran and refused is known to be in no block.
      const isRefused = isBittensorError(error) && error.code === 'dispatch';
      // What was signed last may be much newer than the first, where this machine slept in between.
      if (!isRefused) this.noteSpan(from, chain.headBlock() + 2 * eraPeriod(chain.blockTimeMs));
      throw error;
    } finally {
      this.sending -= 1;
      this.judge();
    }
  }

  private lookAtAxon(shown: AxonAddress): void {
    const { announced } = this.options;
    // The chain has the former one until the new one is published.
    if (announced?.isOrWas(shown)) this.isPublished = true;
    else if (this.isPublished) this.raise(`the chain now has ${textOf(shown)} for it, not ${announced}`);
  }

  private judge(): void {
    if (this.sending > 0) return;
    const foreign = this.unexplained.find(block => !this.isOwn(block));
    this.unexplained = [];
    if (foreign !== undefined) this.raise(`weights were set in block ${foreign} that this neuron did not send`);
  }

  private isOwn(block: number): boolean {
    return this.spans.some(({ from, to }) => block > from && block <= to);
  }

  private noteSpan(from: number, to: number): void {
    this.spans.push({ from, to });
    if (this.spans.length > MOST_SPANS) this.spans.shift();
  }

  private raise(what: string): void {
    if (this.alarm.aborted) return;
    const text = `hotkey ${this.options.hotkey} is used by another neuron, too: ${what}`;
    this.stopped.abort(new NeuronError('hotkey_elsewhere', text, { data: { hotkey: this.options.hotkey } }));
    this.options.log.error(`${text}. This neuron goes on, but sets no weights any more: stop one of the two`);
  }
}

/** The same client, whose weights go through the watch. */
export function watchedChain(chain: ChainClient, watch: TwinWatch): ChainClient {
  return new Proxy(chain, {
    get(target, key) {
      if (key === 'setWeights')
        return (args: Parameters<ChainClient['setWeights']>[0]) => watch.send(() => target.setWeights(args));
      if (key === 'submit')
        return (args: Parameters<ChainClient['submit']>[0]) => watch.send(() => target.submit(args));
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
