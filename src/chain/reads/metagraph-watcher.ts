import { type Log, messageOf } from '../../base/browser.js';
import type { Block } from '../connection/header.js';
import type { Heads } from '../connection/heads.js';
import type { Metagraph } from './metagraph.js';

/** Reads one metagraph at a time; while it reads, only the newest block waits. */
export class MetagraphWatcher {
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
      this.show(await this.read(block));
    } catch (error) {
      // The next block brings another chance.
      if (this.callbacks.size > 0) this.log.debug(`no metagraph of block ${block.number}: ${messageOf(error)}`);
    }
    return this.next === undefined;
  }

  private show(metagraph: Metagraph): void {
    for (const callback of [...this.callbacks]) {
      try {
        callback(metagraph);
      } catch (error) {
        this.log.error(`a metagraph subscriber failed: ${messageOf(error)}`);
      }
    }
  }
}
