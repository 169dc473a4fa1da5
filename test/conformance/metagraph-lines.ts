import { type ChainClient, fromU16Weights } from '../../src/chain/index.js';
import type { NeuronLine, OfficialClient } from './official-client.js';
import { agrees } from './stage.js';

/** Of u16::MAX. */
const U16 = 65_535;
/** Clients print shares of a row as floats of their own. */
const DIGITS = 1e6;

/** Expects that a client tells of every neuron what our own client reads, in all that it tells at all. */
export async function seesTheMetagraph(client: OfficialClient, ours: ChainClient, netuid: number): Promise<void> {
  let kinds: string[] = [];
  await agrees(
    async () => {
      const said = await client.metagraph(netuid);
      kinds = Object.keys(said[0]!);
      return said.map(shown);
    },
    async () => {
      const { neurons } = await ours.metagraph(netuid);
      return neurons.map(neuron => {
        const axon = neuron.axon ? `${neuron.axon.ip}:${neuron.axon.port}` : null;
        const line = { ...neuron, stake: neuron.stakeRao, permit: neuron.validatorPermit, axon };
        return shown(kinds.length === 0 ? line : (pick(line, kinds) as unknown as NeuronLine));
      });
    },
  );
}

/** Expects that it tells the same rows of weights, each as shares of the whole. */
export async function seesTheWeights(client: OfficialClient, ours: ChainClient, netuid: number): Promise<void> {
  await agrees(
    async () => {
      const rows = Object.entries(await client.weights(netuid));
      return sorted(
        rows.map(([uid, row]) => [Number(uid), Object.entries(row).map(([to, share]) => [Number(to), share])]),
      );
    },
    async () => {
      const rows = [...(await ours.weights(netuid))];
      return sorted(
        rows.map(([uid, row]) => {
          const shares = fromU16Weights(row.map(([, weight]) => weight));
          return [uid, row.map(([to], i) => [to, shares[i]!])];
        }),
      );
    },
  );
}

type Rows = [uid: number, row: number[][]][];

function sorted(rows: Rows): Rows {
  return rows
    .map(([uid, row]): Rows[number] => [
      uid,
      row.map(([to, share]) => [to!, Math.round(DIGITS * share!)]).sort(([a], [b]) => a! - b!),
    ])
    .sort(([a], [b]) => a - b);
}

/** Shares as the chain has them, so that printing and rounding do not count. */
function shown(line: NeuronLine): NeuronLine {
  const rounded = { ...line };
  for (const key of ['incentive', 'dividends'] as const) {
    if (line[key] !== undefined) rounded[key] = Math.round(line[key] * U16);
  }
  return rounded;
}

function pick(line: object, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map(key => [key, (line as Record<string, unknown>)[key]]));
}
