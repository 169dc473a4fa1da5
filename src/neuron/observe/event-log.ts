import { type Evaluation, type EventWriter, openEventFile } from '../../model/index.js';
import type { Axon, Dendrite } from '../../net/index.js';
import type { PeerDirectory } from '../membership/directory.js';
import type { StepReport } from '../model/thread-messages.js';

export interface EventLogOptions {
  /** Where TensorBoard is told to look: `tensorboard --logdir`. */
  folder: string;
  axon: Pick<Axon, 'stats'>;
  dendrite: Pick<Dendrite, 'stats'>;
  directory: Pick<PeerDirectory, 'metagraph'>;
  onError(error: unknown): void;
  nowMs?: () => number;
}

/** Points of a curve come no closer than this share of the time that it shows: a month takes some ten times the room of an hour. */
const CLOSEST = 1 / 5_000;

/** What a neuron shows TensorBoard, under the tags of the documents of October 2020 and January 2021. */
export interface EventLog {
  readonly path: string;
  step(report: StepReport, peers: number, synapses: number): void;
  /** After an epoch. */
  test(step: number, evaluation: Evaluation, metric: 'accuracy' | 'perplexity'): void;
  close(): void;
}

/** Opens the event file of this run. Code `disk` where there can be none. */
export function openEventLog({
  folder,
  axon,
  dendrite,
  directory,
  onError,
  nowMs = Date.now,
}: EventLogOptions): EventLog {
  const file: EventWriter = openEventFile(folder, onError, nowMs);
  let last = { requests: axon.stats().requests, at: nowMs() };
  const [steps, tests] = [new Spacing(last.at), new Spacing(last.at)];
  return {
    path: file.path,
    step(report, peers, synapses) {
      const at = nowMs();
      if (!steps.hasRoom(at)) return;
      const { requests, bytesIn, bytesOut } = axon.stats();
      const asked = dendrite.stats();
      const perSecond = at > last.at ? (1000 * (requests - last.requests)) / (at - last.at) : 0;
      last = { requests, at };
      const neurons = directory.metagraph?.()?.neurons;
      file.scalars(report.step, {
        n_peers: peers,
        n_synapses: synapses,
        train_loss: report.loss,
        'Neuron/Rloss': report.targetLoss,
        'Neuron/Lloss': report.localLoss,
        'Neuron/Dloss': report.distillationLoss,
        'Neuron/Train_loss': report.loss,
        'Axon/total_in_bytes': bytesIn,
        // The documents' code gave both the name of the first.
        'Axon/total_out_bytes': bytesOut,
        'Axon/Queries/Sec': perSecond,
        'Dendrite/Incoming bytes': asked.reduce((sum, peer) => sum + peer.bytesIn, 0),
        'Dendrite/Outgoing bytes': asked.reduce((sum, peer) => sum + peer.bytesOut, 0),
        ...(neurons && {
          'Metagraph/neurons': neurons.length,
          // TAO (of other subnets alpha) that all neurons together were given in the last epoch.
          'Metagraph/inflation_rate': neurons.reduce((sum, { emissionRao }) => sum + Number(emissionRao), 0) / 1e9,
        }),
      });
    },
    test(step, { network, local }, metric) {
      if (!tests.hasRoom(nowMs())) return;
      const worth = ({ loss, accuracy }: Evaluation['network'], of: string) => ({
        [`${of}/loss`]: loss,
        [`${of}/accuracy`]: accuracy,
        ...(metric === 'perplexity' && { [`${of}/perplexity`]: Math.exp(loss) }),
      });
      file.scalars(step, { ...worth(network, 'Test'), ...worth(local, 'Student') });
    },
    close: () => file.close(),
  };
}

/** Thins points out while a curve grows. */
class Spacing {
  private last = Number.NEGATIVE_INFINITY;

  constructor(private readonly began: number) {}

  /** True when a point has room; it is taken then. */
  hasRoom(at: number): boolean {
    // A clock that was set back must not silence a curve.
    if (at >= this.last && at - this.last < CLOSEST * (at - this.began)) return false;
    this.last = at;
    return true;
  }
}
