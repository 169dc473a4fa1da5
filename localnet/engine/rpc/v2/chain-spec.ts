import type { Engine, Family } from '../family.js';

/** The JSON-RPC specification's `chainSpec` group. */
export function chainSpecFamily({ chain, about }: Engine): Family {
  return {
    methods: {
      chainSpec_v1_chainName: () => about.chainName,
      chainSpec_v1_genesisHash: () => chain.genesisHash,
      chainSpec_v1_properties: () => about.properties,
    },
  };
}
