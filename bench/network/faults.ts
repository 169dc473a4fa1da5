import type { Network, Neuron } from './network.js';
import { isRight, type TempoWatch } from './tempos.js';

/** Something that went wrong, and how long the network took to get over it without help. */
export interface FaultResult {
  readonly what: string;
  /** The tempos before it, and the one at whose end it was over. */
  readonly after: number;
  readonly over: number;
  /** The first tempo from which the ranks were right twice in a row. */
  readonly rightFrom: number | undefined;
}

/** `kill`: neurons are killed and started again; `cut`: neurons are cut off and joined again. */
export const FAULTS = ['kill', 'cut'] as const;
export type Fault = (typeof FAULTS)[number];

/** Tempos that a fault lasts, and that the network has to get over it. */
const LASTS = 2;
const WITHIN = 10;

/** One fault after the other, each over before the next begins. */
export async function goThrough(
  network: Network,
  watch: TempoWatch,
  wanted: readonly Fault[],
  { signal, say }: { signal: AbortSignal; say: (line: string) => void },
): Promise<FaultResult[]> {
  const [first, second, third] = network.validators;
  const good = network.miners.filter(({ part }) => part?.kind === 'good');
  const weak = network.miners.filter(({ part }) => part?.kind === 'weak');
  const killed = [second ?? first!, good[1] ?? good[0]!, ...weak.slice(0, 1)];
  const apart = [third ?? first!, good[0]!];
  const names = (neurons: readonly Neuron[]) => neurons.map(({ name }) => name).join(', ');
  const results: FaultResult[] = [];
  const fault = async (what: string, begin: () => Promise<unknown>, end: () => Promise<unknown>): Promise<void> => {
    const after = watch.rows.length;
    say(what);
    await begin();
    const { tempo: over } = await watch.until(({ tempo }) => tempo >= after + LASTS, signal);
    await end();
    say(`${what}: over`);
    const rightFrom = await rightAgain(watch, over, signal);
    results.push({ what, after, over, rightFrom });
  };
  const kill = () =>
    fault(
      `kill -9 of ${names(killed)}, started again ${LASTS} tempos later`,
      () => Promise.all(killed.map(({ program }) => program.kill())),
      async () => {
        for (const { program } of killed) program.start();
      },
    );
  const cut = () =>
    fault(
      `${names(apart)} cut off for ${LASTS} tempos`,
      () => Promise.all(apart.map(({ place }) => place.cut())),
      () => Promise.all(apart.map(({ place }) => place.heal())),
    );
  const doing = { kill, cut };
  for (const name of wanted) await doing[name]();
  return results;
}

async function rightAgain(watch: TempoWatch, over: number, signal: AbortSignal): Promise<number | undefined> {
  const found = await watch.until(row => {
    const before = watch.rows[row.tempo - 2];
    const isTwice = row.tempo >= over + 2 && isRight(row) && before !== undefined && isRight(before);
    return isTwice || row.tempo >= over + WITHIN;
  }, signal);
  return isRight(found) ? found.tempo - 1 : undefined;
}
