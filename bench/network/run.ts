import { join } from 'node:path';
import type { Cast } from './cast.js';
import { type NetworkOptions, openNetwork } from './network.js';
import { measureQuality } from './quality.js';
import { headText, rowText, type TempoRow, TempoWatch } from './tempos.js';

export interface RunOptions extends Omit<NetworkOptions, 'folder' | 'models'> {
  readonly folder: string;
  /** Tempos that are looked at. */
  readonly tempos: number;
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
  readonly ok: boolean;
}

/** What counts as the right order. */
export const WANTED = 0.9;

/** One network from an empty chain to its ranks. */
export async function runOnce(options: RunOptions): Promise<RunResult> {
  const { cast, seed, signal, say } = options;
  const folder = join(options.folder, `run-${seed}`);
  await using network = await openNetwork({ ...options, folder, models: join(options.folder, 'models') });
  await network.startMiners();
  const quality = await measureQuality(network, signal);
  const watch = new TempoWatch(network, quality, row => say(rowText(row)));
  try {
    say(headText(network, quality));
    const starting = network.startValidators();
    starting.catch(() => {});
    await watch.until(({ tempo }) => tempo >= options.tempos, signal, 0);
    await starting;
    return resultOf(options, cast, quality, watch.rows, seed);
  } finally {
    watch.stop();
  }
}

function resultOf(
  { netns, blockTimeMs, tempo }: RunOptions,
  { validators, miners }: Cast,
  quality: readonly number[],
  tempos: readonly TempoRow[],
  seed: number,
): RunResult {
  const wrong = tempos.findLastIndex(row => Math.min(row.spearmanIncentive, row.spearmanEmission) < WANTED);
  const rightFrom = tempos[wrong + 1]?.tempo;
  return {
    seed,
    place: netns ? 'namespaces' : 'loopback',
    blockTimeMs,
    tempoBlocks: tempo,
    validators: validators.length,
    miners: miners.map(({ name, kind }, i) => ({ name, kind, quality: quality[i]! })),
    tempos,
    rightFrom,
    ok: rightFrom !== undefined,
  };
}
