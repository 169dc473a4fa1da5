import type { BittensorError } from '../../base/index.js';
import type { Evaluation } from '../../model/index.js';
import { ModelThread } from './model-thread.js';
import type { PeerCaller } from './peer-caller.js';
import type {
  CallerGradients,
  Opened,
  OpenRequest,
  Prepared,
  PrepareTrainer,
  RemoteBackward,
  RemoteForward,
  SaveRequest,
  Served,
  StepReport,
  StudentRequest,
} from './thread-messages.js';

/** The main thread's end of the thread that learns. One call at a time, `save` excepted. */
export class Trainer {
  private readonly thread: ModelThread;
  private caller: PeerCaller | undefined;

  constructor(onDeath: (error: BittensorError) => void) {
    const absent = { ok: false, code: 'Unavailable' } as const;
    this.thread = new ModelThread(
      'trainer',
      {
        forward: async (request: RemoteForward) => this.caller?.forward(request) ?? absent,
        backward: async (request: RemoteBackward) => this.caller?.backward(request) ?? absent,
      },
      onDeath,
    );
  }

  prepare(request: PrepareTrainer): Promise<Prepared> {
    return this.thread.rpc.call('prepare', request);
  }

  /** A fresh model, or the saved one. Code `bad_checkpoint` when that cannot be used. */
  open(request: OpenRequest): Promise<Opened> {
    return this.thread.rpc.call('open', request);
  }

  /** Gives the model its way to peers. */
  connect(caller: PeerCaller): void {
    this.caller = caller;
  }

  /** Learns from the next batch, with these peers (hotkeys) as candidates. */
  step(peers: readonly string[]): Promise<StepReport> {
    return this.thread.rpc.call('step', { peers });
  }

  evaluate(peers: readonly string[]): Promise<Evaluation> {
    return this.thread.rpc.call('evaluate', { peers });
  }

  parameters(): Promise<Served> {
    return this.thread.rpc.call('parameters', undefined);
  }

  /** Writes the student's files and returns the manifest's text. */
  student(request: StudentRequest): Promise<string> {
    return this.thread.rpc.call('student', request);
  }

  /** Keeps callers' gradients for the next step; with `stepNow` makes a step of them alone. */
  takeCallerGradients(gradients: CallerGradients, stepNow: boolean): Promise<void> {
    return this.thread.rpc.call('takeCallerGradients', { gradients, stepNow });
  }

  save(request: SaveRequest): Promise<void> {
    return this.thread.rpc.call('save', request);
  }

  stop(): Promise<void> {
    return this.thread.stop();
  }
}
