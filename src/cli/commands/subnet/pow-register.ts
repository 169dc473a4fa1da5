import { BittensorError, isBittensorError } from '../../../base/index.js';
import { preparePowRegister, solvePow, type WorkProgress } from '../../../chain/index.js';
import type { Action } from '../../frame/command.js';
import { coldkeyAddressOf, hotkeyOf } from '../../secrets/keys.js';
import type { Ui } from '../../terminal/ui.js';
import { checkExists } from '../../transaction/affordable.js';
import { checkMeant } from '../../transaction/consent.js';
import { withChain } from '../../transaction/network.js';
import { agree, transact } from '../../transaction/transaction.js';
import { checkCanRegister, registered } from './registration.js';
import type { powRows } from './rows.js';

/** Work is worth something for a few blocks only: what came too late is searched again, on fast chains more often. */
const TRYING_MS = 60_000;
const TRIES = { least: 4, most: 40 };
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
    const balance = await client.accountBalance(address, { signal });
    const isNewcomer = !balance.exists;
    if (!client.takesWorkOfNewcomers()) checkExists(client, hotkey, balance);
    let key = hotkey;
    const question = [
      ['Register', `${address} on subnet ${netuid}, for work`],
      ['Owned by', coldkey],
      ['Signed by', `${address} (${hotkey.title})`],
      ['Chain', `${client.chainName}, ${client.endpoint}`],
    ] as const;
    const shown = question.map(([label]) => label);
    if (!settings.dry_run) {
      await agree({ settings, ui, target }, question);
      const signer = await hotkey.unlock();
      key = { ...hotkey, unlock: async () => signer };
    }
    const onProgress = (progress: WorkProgress) => showProgress(ui, progress);
    const mostTries = triesOn(client.blockTimeMs);
    for (let tries = 1; ; tries++) {
      const work = await solvePow(client, { netuid, hotkey: address }, { threads, onProgress, signal });
      ui.progress('Searching', 1, 1);
      const prepared = await preparePowRegister(client, { from: address, netuid, coldkey, work, signal });
      const outcome = (done: Parameters<typeof registered>[0]) =>
        registered(done, { netuid, hotkey: address, payer: address });
      try {
        return await transact({ ...input, target, key, prepared, agreed: { shown, isRetry: tries > 1 }, outcome });
      } catch (error) {
        if (!isTooLate(error, isNewcomer)) throw error;
        if (tries >= mostTries) throw afterTries(error, tries);
        ui.note(`The work came too late (try ${tries} of ${mostTries}); searching again.`);
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

/** How often it is worth trying where blocks come so fast. */
export function triesOn(blockTimeMs: number): number {
  return Math.min(TRIES.most, Math.max(TRIES.least, Math.ceil(TRYING_MS / Math.max(1, blockTimeMs))));
}

function afterTries(error: BittensorError, tries: number): BittensorError {
  const message = `${error.message} The work came too late ${tries} times: the chain's blocks come faster than it is found and sent.`;
  return new BittensorError(error.code, message, { data: { ...error.data, tries }, cause: error });
}

/** For who has no account only work that counts speaks: without it, the pool misses a fee. */
function isTooLate(error: unknown, isNewcomer: boolean): error is BittensorError {
  if (!isBittensorError(error)) return false;
  const name = String(error.data['name']);
  return TOO_LATE.includes(name) || (isNewcomer && name === 'Payment');
}
