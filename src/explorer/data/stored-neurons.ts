import { BittensorError } from '../../base/browser.js';
import type { ChainData, Place } from './chain-data.js';
import { addressOf, listOf, numberOf } from './decoded.js';
import type { Decoded } from './scale/values.js';

/** Lists by uid, and which field of a neuron each is. */
const LISTS = {
  Active: 'active',
  Rank: 'rank',
  Trust: 'trust',
  ValidatorTrust: 'validator_trust',
  Consensus: 'consensus',
  Incentive: 'incentive',
  Dividends: 'dividends',
  Emission: 'emission',
  LastUpdate: 'last_update',
  ValidatorPermit: 'validator_permit',
} as const;

/**
 * The neurons of a chain that describes no runtime APIs (metadata 14), from its storage, with the fields of `NeuronInfoLite`.
 * Stake is alpha of the subnet, or on chains of before subnets had tokens the TAO that the hotkey has everywhere.
 */
export async function readStoredNeurons(chain: ChainData, netuid: number, place: Place): Promise<Decoded[]> {
  const { runtime } = place;
  if (!runtime.hasStorage('SubtensorModule.Keys')) {
    const who = `${runtime.specName} ${runtime.specVersion}`;
    throw new BittensorError('unsupported', `${who} tells of its neurons in no way that this page knows`);
  }
  const [keys, lists] = await Promise.all([
    chain.entries(place, 'SubtensorModule.Keys', [netuid]),
    chain.read(
      place,
      Object.keys(LISTS).map(name => [`SubtensorModule.${name}`, netuid] as const),
    ),
  ]);
  const own = await chain.read(
    place,
    keys.flatMap(([, key]) => {
      const hotkey = addressOf(key)!;
      return [
        ['SubtensorModule.Owner', hotkey],
        ['SubtensorModule.Axons', netuid, hotkey],
        ['SubtensorModule.TotalHotkeyAlpha', hotkey, netuid],
        ['SubtensorModule.TotalHotkeyStake', hotkey],
      ] as const;
    }),
  );
  return keys.map(([[, uid], hotkey], i) => {
    const [coldkey, axon, alpha, tao] = own.slice(4 * i, 4 * i + 4);
    const columns = Object.values(LISTS).map((field, k) => [field, listOf(lists[k])[numberOf(uid)!]]);
    return { ...Object.fromEntries(columns), uid, hotkey, coldkey, axon_info: axon, stake: [[hotkey, alpha ?? tao]] };
  });
}
