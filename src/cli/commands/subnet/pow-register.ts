import { isBittensorError } from '../../../base/index.js';
import { preparePowRegister, solvePow, type WorkProgress } from '../../../chain/index.js';
import type { Action } from '../../frame/command.js';
import { coldkeyAddressOf, hotkeyOf } from '../../secrets/keys.js';
import type { Ui } from '../../terminal/ui.js';
import { checkMeant } from '../../transaction/consent.js';
import { withChain } from '../../transaction/network.js';
import { agree, transact } from '../../transaction/transaction.js';
import { checkCanRegister, registered } from './registration.js';
import type { powRows } from './rows.js';

/** Work is worth something for a few blocks only: what came too late is searched again. */
const TRIES = 3;
const TOO_LATE = ['InvalidWorkBlock', 'InvalidSeal', 'InvalidDifficulty'];

/** The question and the password come first, because work that is found must be sent at once. */
export const powRegister: Action<typeof powRows> = async input => {
  const { settings, sources, ui, signal } = input;
  const hotkey = await hotkeyOf(settings, ui);
  const coldkey = await coldkeyAddressOf(settings);
  return withChain(input, async target => {
    const { client, isAtStake } = target;
    const { netuid, threads } = settings;
    const { address } = hotkey;
    checkMeant(isAtStake, { netuid: sources.netuid !== 'default' });
    await checkCanRegister(client, netuid, address, signal);
    let key = hotkey;
    if (!settings.dry_run) {
      await agree({ settings, ui, target }, [
        ['Register', `${address} on subnet ${netuid}, for work`],
        ['Owned by', coldkey],
        ['Signed by', hotkey.title],
        ['Chain', `${client.chainName}, ${client.endpoint}`],
      ]);
      const signer = await hotkey.unlock();
      key = { ...hotkey, unlock: async () => signer };
    }
    const onProgress = (progress: WorkProgress) => showProgress(ui, progress);
    for (let tries = 1; ; tries++) {
      const work = await solvePow(client, { netuid, hotkey: address }, { threads, onProgress, signal });
      ui.progress('Searching', 1, 1);
      const prepared = await preparePowRegister(client, { from: address, netuid, coldkey, work, signal });
      const outcome = (done: Parameters<typeof registered>[0]) => registered(done, netuid, address);
      try {
        return await transact({ ...input, target, key, prepared, isAgreed: true, outcome });
      } catch (error) {
        if (tries >= TRIES || !isTooLate(error)) throw error;
        ui.note('The work came too late; searching again.');
      }
    }
  });
};

function showProgress(
  ui: Ui,
  { hashes, hashesPerSecond, difficulty, blockNumber, expectedSeconds }: WorkProgress,
): void {
  const most = Number(difficulty);
  ui.progress('Searching', Math.min(hashes, most - 1), most);
  const left = `${expectedSeconds.toFixed(1)} s expected`;
  ui.detail(`block ${blockNumber}: ${hashes} hashes, ${Math.round(hashesPerSecond)} per second, ${left}`);
}

function isTooLate(error: unknown): boolean {
  return isBittensorError(error) && TOO_LATE.includes(String(error.data['name']));
}
