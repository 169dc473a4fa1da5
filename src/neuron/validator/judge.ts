import type { BittensorError } from '../../base/index.js';
import { ModelThread } from '../model/model-thread.js';
import type { Asked, Judged, PrepareJudge, Ready } from './messages.js';

/** The main thread's end of the thread that asks and judges. */
export class Judge {
  private readonly thread: ModelThread;
  private id = 0;

  constructor(onDeath: (error: BittensorError) => void) {
    this.thread = new ModelThread('judge', {}, onDeath);
  }

  prepare(options: PrepareJudge): Promise<Ready> {
    return this.thread.rpc.call('prepare', options);
  }

  /** The next question; the one before it cannot be judged any more. */
  async ask(): Promise<Asked> {
    this.id += 1;
    return this.thread.rpc.call('ask', { id: this.id });
  }

  /** What each answer to the last question added, in nats. The answers' memory goes to the other thread. */
  async judge(answers: readonly Float32Array<ArrayBuffer>[]): Promise<number[]> {
    const { gains } = await this.thread.rpc.call<Judged>(
      'judge',
      { id: this.id, answers },
      answers.map(answer => answer.buffer),
    );
    return gains;
  }

  stop(): Promise<void> {
    return this.thread.stop();
  }
}
