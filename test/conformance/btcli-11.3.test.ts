import { describe, expect, it } from 'vitest';
import { Btcli11 } from './btcli11.js';
import { journeys } from './journeys.js';

describe('btcli of bittensor 11.3.0', () => {
  journeys(stage => Btcli11.open(stage), {
    also: scene => {
      it('lists what an owner may set, by the storage where it lies', async () => {
        const { stage, client, netuid } = scene();
        const said = await client.hyperparameters(netuid);
        const lies = {
          activity_cutoff_factor: 'ActivityCutoffFactorMilli',
          bonds_penalty: 'BondsPenalty',
          max_allowed_uids: 'MaxAllowedUids',
          max_burn: 'MaxBurn',
          network_pow_registration_allowed: 'NetworkPowRegistrationAllowed',
          owner_immune_neuron_limit: 'ImmuneOwnerUidsLimit',
          yuma3_enabled: 'Yuma3On',
        };
        for (const [name, item] of Object.entries(lies)) {
          expect([name, said[name]]).toEqual([name, await stage.stored(`SubtensorModule.${item}`, netuid)]);
        }
        // What the local chain has not: registrations move the price when an interval ends, and none of it is locked.
        expect(said).toMatchObject({ burn_half_life: 0, burn_increase_mult: 2 ** 64, collateral_lock_share: 0 });
      });
    },
  });
});
