import { BittensorError } from '../../../base/index.js';
import type { Action } from '../../frame/command.js';
import { namedWallet } from '../../secrets/named-wallet.js';
import { unlockKey } from '../../secrets/unlock.js';
import type { endorseRows } from './settings.js';

/** The coldkey's signed word, beside the hotkey's public file, that the hotkey is its own. */
export const endorse: Action<typeof endorseRows> = async ({ settings, ui }) => {
  const wallet = namedWallet(settings);
  const hotkey = settings.wallet_hotkey;
  const address = wallet.hotkeyAddress(hotkey);
  if (!wallet.hasColdkey()) {
    const what = `the private coldkey of wallet ${wallet.name} is not here: endorse where it is, and copy the statement`;
    throw new BittensorError('wallet_not_found', what, { data: { path: wallet.keyFile('coldkey') } });
  }
  const coldkey = await unlockKey(wallet, 'coldkey', { settings, ui });
  wallet.endorseHotkey(hotkey, coldkey);
  return {
    json: { wallet: wallet.name, hotkey, address, coldkey: coldkey.address },
    show: shown => shown.line(`${coldkey.address} endorses hotkey ${hotkey}, ${address}.`),
  };
};
