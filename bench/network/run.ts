import { join } from 'node:path';
import { type Audit, compare, type JournalLine, readJournal, weightsOnChain } from './audit.js';
import { examOf } from './exam.js';
import { type Fault, type FaultResult, goThrough } from './faults.js';
import { type Network, type NetworkOptions, openNetwork } from './network.js';
import { measureQuality } from './quality.js';
import { headText, isRight, rowText, type TempoRow, TempoWatch } from './tempos.js';

export interface RunOptions extends Omit<NetworkOptions, 'folder' | 'models'> {
  readonly folder: string;
  /** Tempos that are looked at. */
  readonly tempos: number;
  /** Look at no more of them once the ranks were right so many times in a row. */
  readonly enough?: number;
  /** What is done to the network afterwards. */
  readonly faults?: readonly Fault[];
  /** Looks at the network while it still runs. */
  readonly inspect?: (network: Network) => Promise<void>;
}

export interface RunResult {
  readonly seed: number;
  readonly place: 'loopback' | 'namespaces';
  readonly blockTimeMs: number;
  readonly tempoBlocks: number;
  readonly validators: number;
  readonly miners: readonly { readonly name: string; readonly kind: string; readonly quality: number }[];
  readonly tempos: readonly TempoRow[];
  /** The first tempo from which on the ranks were right until the end; undefined where they were not at the end. */
  readonly rightFrom: number | undefined;
  /** How many tempos there were before anything was done to the network. */
  readonly calmTempos: number;
  readonly faults: readonly FaultResult[];
  /** By validator: whether its rows are on the chain as its journal says. */
  readonly weights: Readonly<Record<string, Audit>>;
  readonly ok: boolean;
}

/** One network from an empty chain to its ranks. */
export async function runOnce(options: RunOptions): Promise<RunResult> {
  const { seed, signal, say } = options;
  const folder = join(options.folder, `run-${seed}`);
  await using network = await openNetwork({ ...options, folder, models: join(options.folder, 'models') });
  await network.startMiners();
  const quality = await measureQuality(network, examOf(seed).measured, signal);
  const journals = new Journals(network);
  const begin = network.client.headBlock();
  const watch = new TempoWatch(network, quality, row => {
    say(rowText(row));
    journals.read();
  });
  try {
    say(headText(network, quality));
    const starting = network.startValidators();
    starting.catch(() => {});
    const { tempos, enough = tempos } = options;
    const isEnough = ({ tempo }: TempoRow) =>
      tempo >= tempos || (tempo >= enough && watch.rows.slice(tempo - enough, tempo).every(isRight));
    await watch.until(isEnough, signal, 0);
    await starting;
    const calm = watch.rows.slice();
    const faults = await goThrough(network, watch, options.faults ?? [], { signal, say });
    const rows = watch.rows.slice();
    await options.inspect?.(network);
    const weights = await journals.audit(begin, rows);
    return resultOf(options, { quality, calm, tempos: rows, faults, weights });
  } finally {
    watch.stop();
  }
}

/** What the validators' journals held at any time. */
class Journals {
  private readonly lines = new Map<string, Map<string, JournalLine>>();

  constructor(private readonly network: Network) {}

  read(): void {
    for (const { name } of this.network.validators) {
      const known = this.lines.get(name) ?? new Map<string, JournalLine>();
      this.lines.set(name, known);
      for (const line of readJournal(this.network.slotFolder(name))) {
        known.set(`${line.epoch} ${line.uids} ${line.weights}`, line);
      }
    }
  }

  async audit(begin: number, rows: readonly TempoRow[]): Promise<Record<string, Audit>> {
    const { client, validators, url } = this.network;
    const upTo = client.headBlock();
    const sets = await weightsOnChain(url, begin, upTo);
    this.read();
    const epochs = rows.map(row => row.block);
    return Object.fromEntries(
      validators.map(({ name, hotkey }) => {
        const journal = [...(this.lines.get(name)?.values() ?? [])];
        return [name, compare({ hotkey: hotkey.address, sets, upTo, journal, epochs })];
      }),
    );
  }
}

function resultOf(
  { netns, blockTimeMs, tempo, seed, cast }: RunOptions,
  seen: {
    quality: readonly number[];
    /** The tempos before anything went wrong, and all. */
    calm: readonly TempoRow[];
    tempos: readonly TempoRow[];
    faults: readonly FaultResult[];
    weights: Readonly<Record<string, Audit>>;
  },
): RunResult {
  const { quality, calm, faults, weights } = seen;
  const { validators, miners } = cast;
  const rightFrom = calm[calm.findLastIndex(row => !isRight(row)) + 1]?.tempo;
  const isHonest = Object.values(weights).every(
    // A validator that set nothing at all has nothing that could be wrong.
    audit => audit.sets > 0 && audit.doubles.length + audit.lost.length + audit.unknown.length === 0,
  );
  return {
    seed,
    place: netns ? 'namespaces' : 'loopback',
    blockTimeMs,
    tempoBlocks: tempo,
    validators: validators.length,
    miners: miners.map(({ name, kind }, i) => ({ name, kind, quality: quality[i]! })),
    tempos: seen.tempos,
    rightFrom,
    calmTempos: calm.length,
    faults,
    weights,
    ok: rightFrom !== undefined && isHonest && faults.every(fault => fault.rightFrom !== undefined),
  };
}
