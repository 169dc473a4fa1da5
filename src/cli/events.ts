import type { ChainEvent } from '../chain/index.js';
import { formatAmount, formatTao } from './amounts.js';

type Say = (...data: readonly string[]) => string;

/** What events of a transaction mean, by the order of their fields in upstream's metadata. */
const MEANINGS: Readonly<Record<string, Say>> = {
  'Balances.Transfer': (from, to, value) => `${from} sent ${tao(value)} to ${to}`,
  'SubtensorModule.NeuronRegistered': (netuid, uid, hotkey) => `${hotkey} is uid ${uid} of subnet ${netuid}`,
  'SubtensorModule.StakeAdded': (_, hotkey, paid, alpha, netuid) =>
    alpha === undefined
      ? `Staked ${tao(paid)} on ${hotkey}`
      : `Staked ${tao(paid)} on ${hotkey}: ${amount(alpha)} alpha of subnet ${netuid}`,
  'SubtensorModule.StakeRemoved': (_, hotkey, got, alpha, netuid) =>
    alpha === undefined
      ? `Took back ${tao(got)} from ${hotkey}`
      : `Took back ${tao(got)} from ${hotkey}: ${amount(alpha)} alpha of subnet ${netuid}`,
  'SubtensorModule.WeightsSet': (_, uid) => `Weights of uid ${uid} are set`,
  'SubtensorModule.NetworkAdded': netuid => `Subnet ${netuid} is made`,
  'SubtensorModule.FirstEmissionBlockNumberSet': (netuid, block) => `Subnet ${netuid} runs from block ${block} on`,
  'SubtensorModule.SubtokenEnabled': netuid => `The token of subnet ${netuid} can be bought and sold`,
  'SubtensorModule.AxonServed': (netuid, hotkey) => `The axon of ${hotkey} on subnet ${netuid} is announced`,
};

/** A sentence for each event that means something to a user; fees and bookkeeping are left out. */
export function sayEvents(events: readonly ChainEvent[]): string[] {
  return events.flatMap(({ pallet, name, data }) => {
    const key = `${pallet}.${name}`;
    return Object.hasOwn(MEANINGS, key) ? [MEANINGS[key]!(...data.map(field => String(field)))] : [];
  });
}

/** The first event of that name, its fields as text. */
export function eventOf(events: readonly ChainEvent[], name: string): readonly string[] | undefined {
  return events.find(event => event.name === name)?.data.map(String);
}

function tao(rao: string | undefined): string {
  return formatTao(BigInt(rao ?? 0));
}

function amount(rao: string): string {
  return formatAmount(BigInt(rao));
}
