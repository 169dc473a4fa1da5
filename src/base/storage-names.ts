/*
 * Names by which a Subtensor chain keeps and tells what both the chain client and the explorer's page read. A chain of
 * another version may lack some of them.
 */

/** Items of `SubtensorModule`, by netuid, that make a subnet at a glance. */
export const SUBNET_ITEMS = [
  'SubnetIdentitiesV3',
  'SubnetIdentitiesV2',
  'TokenSymbol',
  'SubnetOwner',
  'SubnetOwnerHotkey',
  'SubnetworkN',
  'MaxAllowedUids',
  'Tempo',
  'SubnetAlphaOutEmission',
  'SubnetTaoInEmission',
  'EmissionValues',
  'SubnetTAO',
  'SubnetAlphaIn',
  'SubnetAlphaOut',
  'Burn',
  'Difficulty',
  'NetworkRegistrationAllowed',
  'NetworkPowRegistrationAllowed',
  'SubtokenEnabled',
  'NetworkRegisteredAt',
  'ImmunityPeriod',
  'SubnetLocked',
  'MechanismCountCurrent',
  'SubnetMechanism',
] as const;
export type SubnetItem = (typeof SUBNET_ITEMS)[number];

/** Runtime APIs that tell a subnet's neurons: as a list, or, where chains have no list any more, in columns. */
export const NEURONS_API = 'NeuronInfoRuntimeApi.get_neurons_lite';
export const METAGRAPH_API = 'SubnetInfoRuntimeApi.get_metagraph';

/** Of each column of upstream's `Metagraph`, the field of `NeuronInfoLite` that it is. */
export const METAGRAPH_COLUMNS = {
  active: 'active',
  rank: 'rank',
  emission: 'emission',
  incentives: 'incentive',
  consensus: 'consensus',
  trust: 'trust',
  validator_trust: 'validator_trust',
  dividends: 'dividends',
  last_update: 'last_update',
  validator_permit: 'validator_permit',
  pruning_score: 'pruning_score',
  total_stake: 'stake',
  axons: 'axon_info',
  hotkeys: 'hotkey',
  coldkeys: 'coldkey',
} as const;
