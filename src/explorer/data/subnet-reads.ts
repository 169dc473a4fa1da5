import { type Token, tokenOf } from '../../base/browser.js';
import type { ChainData, Place } from './chain-data.js';
import { listOf, numberOf } from './decoded.js';

const DAY_MS = 86_400_000;
/** Blocks over which the time between them is measured. */
const MEASURED_BLOCKS = 12;

/** What stake and emission of these subnets are counted in, in their order. */
export async function readTokens(chain: ChainData, netuids: readonly number[], place: Place): Promise<Token[]> {
  const mechanisms = await chain.read(
    place,
    netuids.map(netuid => ['SubtensorModule.SubnetMechanism', netuid] as const),
  );
  return netuids.map((netuid, i) => tokenOf(netuid, numberOf(mechanisms[i])));
}

/**
 * Blocks from one epoch to the next, one more than the tempo; undefined where there are none or the chain does not tell.
 * Source: subtensor `run_coinbase.rs`.
 */
export async function readEpochBlocks(chain: ChainData, netuid: number, place: Place): Promise<number | undefined> {
  const [value] = await chain.read(place, [['SubtensorModule.Tempo', netuid]]);
  const tempo = numberOf(value);
  return tempo ? tempo + 1 : undefined;
}

/** How many epochs a day has at the pace of the blocks up to this one; undefined where that cannot be told. */
export async function readEpochsPerDay(chain: ChainData, netuid: number, place: Place): Promise<number | undefined> {
  const [epochBlocks, blocks] = await Promise.all([
    readEpochBlocks(chain, netuid, place),
    chain.blocksBefore(place.hash, MEASURED_BLOCKS),
  ]);
  const timed = blocks.filter(block => block.timeMs !== undefined);
  const [newest, oldest] = [timed[0], timed[timed.length - 1]];
  if (!epochBlocks || !newest || !oldest || newest.number === oldest.number) return undefined;
  const blockMs = (newest.timeMs! - oldest.timeMs!) / (newest.number - oldest.number);
  return blockMs > 0 ? DAY_MS / (blockMs * epochBlocks) : undefined;
}

/** Changes when somebody has set weights: the blocks in which each neuron last did. */
export async function readWeightsState(chain: ChainData, netuid: number, place: Place): Promise<string> {
  const [blocks] = await chain.read(place, [['SubtensorModule.LastUpdate', netuid]]);
  return listOf(blocks).join();
}
