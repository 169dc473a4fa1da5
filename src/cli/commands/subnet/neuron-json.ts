import type { AxonEndpoint, Neuron } from '../../../chain/index.js';
import {
  addressSchema,
  booleanSchema,
  integerSchema,
  nullable,
  numberSchema,
  raoSchema,
  textSchema,
} from '../../frame/schema.js';

/** A neuron's fields in every JSON document that has neurons. */
export const neuronFields = {
  uid: integerSchema,
  hotkey: addressSchema,
  coldkey: addressSchema,
  stakeRao: raoSchema,
  rank: numberSchema,
  trust: numberSchema,
  consensus: numberSchema,
  incentive: numberSchema,
  dividends: numberSchema,
  emissionRao: raoSchema,
  validatorTrust: numberSchema,
  validatorPermit: booleanSchema,
  blocksSinceUpdate: integerSchema,
  active: booleanSchema,
  axon: nullable(textSchema),
} as const;

/** Of a neuron as it is at a block. */
export function neuronJson(neuron: Neuron, block: number) {
  const { uid, hotkey, coldkey, stakeRao, rank, trust, consensus, incentive, dividends } = neuron;
  const { emissionRao, validatorTrust, validatorPermit, active, axon } = neuron;
  return {
    uid,
    hotkey,
    coldkey,
    stakeRao,
    rank,
    trust,
    consensus,
    incentive,
    dividends,
    emissionRao,
    validatorTrust,
    validatorPermit,
    blocksSinceUpdate: blocksSince(neuron, block),
    active,
    axon: axonText(axon) ?? null,
  };
}

/** Blocks since its last weights or its registration. */
export function blocksSince({ lastUpdate }: Neuron, block: number): number {
  return Math.max(0, block - lastUpdate);
}

export function axonText(axon: AxonEndpoint | undefined): string | undefined {
  if (!axon) return undefined;
  return axon.ipType === 6 ? `[${axon.ip}]:${axon.port}` : `${axon.ip}:${axon.port}`;
}
