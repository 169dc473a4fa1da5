import { describe, expect, it } from 'vitest';
import { blake2b256, pollUntil, toHex } from '../../src/base/index.js';
import { openLocalChain } from '../../src/chain/index.js';
import { openWallet } from '../../src/wallet/index.js';
import { Btcli9 } from './btcli9.js';
import { journeys } from './journeys.js';

const SALT = [3, 1, 4, 1, 5, 9, 2, 6];
/** What it signs as the version of its weights: 9.23.2. */
const VERSION_KEY = 9_023_002;
/** At a block every 250 ms: two minutes and a half. */
const TEMPO = 600;
const UIDS = [0, 1];
const WEIGHTS_U16 = [21_845, 65_535];

describe('btcli 9.23.2', () => {
  // Its `weights commit` asks for a storage item that no chain has; it reads no weights.
  journeys(stage => Btcli9.open(stage), {
    without: ['setWeights', 'weights'],
    also: scene => {
      it('sets a hyperparameter, and reveals weights that were committed', async () => {
        const { stage, owner, netuid } = scene();
        const client = scene().client as Btcli9;
        await client.setHyperparameter('owner', netuid, 'commit_reveal_weights_enabled', 'true');
        expect(await stage.stored('SubtensorModule.CommitRevealWeightsEnabled', netuid)).toBe(true);
        // An epoch that outlasts a slow client; the one before it is mined away.
        await using local = await openLocalChain(stage.engine.url);
        const tempo = { call: 'AdminUtils.sudo_set_tempo', args: { netuid, tempo: TEMPO }, from: owner.coldkey };
        await local.sudo((await stage.ours.prepare(tempo)).callHex);

        const signer = await openWallet({ name: 'owner', path: `${stage.home}/.bittensor/wallets` }).unlockHotkey(
          'default',
        );
        const commit = [owner.hotkey, netuid, UIDS, WEIGHTS_U16, SALT, VERSION_KEY];
        const bytes = stage.api.createType('(AccountId32, u16, Vec<u16>, Vec<u16>, Vec<u16>, u64)', commit).toU8a();
        const commitHash = toHex(blake2b256(bytes));
        await stage.ours.submit({
          call: 'SubtensorModule.commit_weights',
          args: { netuid, commit_hash: commitHash },
          signer,
        });
        const epoch = () => stage.stored('SubtensorModule.SubnetEpochIndex', netuid);
        const committed = Number(await epoch());
        await local.mine(TEMPO + 1);
        expect(Number(await epoch())).toBeGreaterThan(committed);
        await client.revealWeights({ wallet: 'owner', netuid, uids: UIDS, weights: [0.25, 0.75], salt: SALT });
        // It does not wait for the block.
        const row = () => stage.stored('SubtensorModule.Weights', netuid, 0) as Promise<unknown[]>;
        const revealed = await pollUntil('the weights', { withinMs: 30_000 }, async () => {
          const weights = await row();
          return weights.length > 0 ? weights : undefined;
        });
        expect(revealed).toEqual(UIDS.map((uid, i) => [uid, WEIGHTS_U16[i]]));
      });
    },
  });
});
