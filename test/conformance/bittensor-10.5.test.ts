import { describe, expect, it } from 'vitest';
import { journeys } from './journeys.js';
import { SdkClient } from './sdk-client.js';
import { agrees } from './stage.js';

describe('bittensor 10.5.0', () => {
  journeys(stage => SdkClient.start('bittensor-10.5.0', 'sdk10.py', stage), {
    also: scene => {
      const ask = <T>(action: string, args: Record<string, unknown>) =>
        (scene().client as SdkClient).ask<T>(action, args);

      it('registers without a price limit too', async () => {
        const { stage, client, netuid } = scene();
        const { coldkey, hotkey } = await client.createWallet('third');
        await stage.fund(coldkey, 10);
        expect(await ask('burned_register', { wallet: 'third', netuid })).toBe(2);
        expect(await stage.stored('SubtensorModule.Keys', netuid, 2)).toBe(hotkey);
      });

      it('publishes a commitment and reads it back', async () => {
        const { stage, miner, netuid } = scene();
        await ask('set_commitment', { wallet: 'miner', netuid, data: 'what I serve' });
        expect(await stage.stored('Commitments.CommitmentOf', netuid, miner.hotkey)).toMatchObject({
          info: { fields: [{ raw12: 'what I serve' }] },
        });
        expect(await ask('commitments', { netuid })).toEqual({ [miner.hotkey]: 'what I serve' });
        expect(await ask('metagraph_commitments', { netuid })).toEqual({ [miner.hotkey]: 'what I serve' });
      });

      it('knows when the next epoch is', async () => {
        const { stage, netuid } = scene();
        await agrees(
          () => ask<number>('next_epoch', { netuid }),
          async () => {
            const [last, tempo] = await stage.ours.read([
              ['SubtensorModule.LastEpochBlock', netuid],
              ['SubtensorModule.Tempo', netuid],
            ]);
            return Number(last) + Number(tempo);
          },
        );
      });
    },
  });
});
