import type { ChainData } from './chain-data.js';
import { readHyperparameters } from './subnets.js';
import type { MetagraphData, NeuronRow } from './types.js';

/** Something that two blocks have otherwise. */
export interface Change {
  /** `uid 3`, or the name of a hyperparameter. */
  readonly what: string;
  readonly uid: number | undefined;
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** Of a neuron: what is compared, and how it is said. */
const FIELDS: readonly (readonly [name: string, text: (row: NeuronRow) => string])[] = [
  ['hotkey', row => row.hotkey],
  ['coldkey', row => row.coldkey],
  ['stake', row => `${row.stake.toFixed(4)} ${row.token}`],
  ['rank', row => row.rank.toFixed(5)],
  ['trust', row => row.trust.toFixed(5)],
  ['validator trust', row => row.validatorTrust.toFixed(5)],
  ['consensus', row => row.consensus.toFixed(5)],
  ['incentive', row => row.incentive.toFixed(5)],
  ['dividends', row => row.dividends.toFixed(5)],
  ['emission', row => `${row.emission.toFixed(6)} ${row.token}`],
  ['active', row => (row.active ? 'yes' : 'no')],
  ['validator permit', row => (row.validatorPermit ? 'yes' : 'no')],
  ['axon', row => (row.axon ? `${row.axon.ip}:${row.axon.port}` : 'none')],
];

export function compareMetagraphs(before: MetagraphData, after: MetagraphData): Change[] {
  const old = new Map(before.rows.map(row => [row.uid, row]));
  const now = new Map(after.rows.map(row => [row.uid, row]));
  const uids = [...new Set([...old.keys(), ...now.keys()])].sort((a, b) => a - b);
  return uids.flatMap(uid => {
    const what = `uid ${uid}`;
    const [first, second] = [old.get(uid), now.get(uid)];
    if (!first || !second) {
      const field = second ? 'joined' : 'left';
      return [{ what, uid, field, before: first?.hotkey ?? '', after: second?.hotkey ?? '' }];
    }
    return FIELDS.flatMap(([field, text]) =>
      text(first) === text(second) ? [] : [{ what, uid, field, before: text(first), after: text(second) }],
    );
  });
}

/** Hyperparameters first, then neurons by uid. */
export async function readChanges(
  chain: ChainData,
  netuid: number,
  [from, to]: readonly [from: number, to: number],
  signal: AbortSignal,
): Promise<Change[]> {
  const [before, after] = await Promise.all([
    readState(chain, netuid, from, signal),
    readState(chain, netuid, to, signal),
  ]);
  const known = new Map(before.hyperparameters);
  const settings = after.hyperparameters.flatMap(([name, value]) => {
    const [first, second] = [say(known.get(name)), say(value)];
    return first === second
      ? []
      : [{ what: name, uid: undefined, field: 'hyperparameter', before: first, after: second }];
  });
  return [...settings, ...compareMetagraphs(before.metagraph, after.metagraph)];
}

async function readState(chain: ChainData, netuid: number, block: number, signal: AbortSignal) {
  const [metagraph, place] = await Promise.all([
    chain.metagraph(netuid, { block, signal }),
    chain.place({ block, signal }),
  ]);
  return { metagraph, hyperparameters: await readHyperparameters(chain, netuid, place) };
}

function say(value: unknown): string {
  return value === undefined
    ? 'none'
    : typeof value === 'object'
      ? JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one))
      : String(value);
}
