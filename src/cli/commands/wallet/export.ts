import { renderUnicodeCompact } from 'uqr';
import { decodeAddress, toHex } from '../../../base/index.js';
import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { coldkeyOf, hotkeyOf } from '../../secrets/keys.js';
import { namedWallet } from '../../secrets/named-wallet.js';
import { unlockKey } from '../../secrets/unlock.js';
import type { exportRows } from './settings.js';

/** The public half of a key, as a code to scan or as text; its words too, for who can open it and asks for them. */
export const exportKey: Action<typeof exportRows> = async input => {
  const { settings, ui } = input;
  const { use_hotkey: isHotkey, format } = settings;
  const { address } = await (isHotkey ? hotkeyOf : coldkeyOf)(settings, ui);
  const publicKey = toHex(decodeAddress(address));
  const name = isHotkey ? `${settings.wallet_name} ${settings.wallet_hotkey}` : settings.wallet_name;
  // What the wallets of phones and browsers read: substrate:<address>:<public key>:<name>.
  const uri = `substrate:${address}:${publicKey}:${name.replaceAll(':', ' ')}`;
  const mnemonic = settings.reveal_mnemonic ? await readWords(input) : undefined;
  const json = {
    wallet: settings.wallet_name,
    ...(isHotkey ? { hotkey: settings.wallet_hotkey } : {}),
    address,
    publicKey,
    uri,
  };
  return {
    json: { ...json, ...(mnemonic === undefined ? {} : { mnemonic }) },
    show: shown => {
      const texts = { address, 'public-key': publicKey, uri };
      if (format === 'qr') for (const line of renderUnicodeCompact(uri, { border: 2 }).split('\n')) shown.line(line);
      shown.line(format === 'qr' ? address : texts[format]);
      if (mnemonic !== undefined) shown.line(mnemonic);
    },
  };
};

async function readWords({ settings, ui }: Parameters<typeof exportKey>[0]): Promise<string> {
  const wallet = namedWallet(settings);
  const { use_hotkey: isHotkey, wallet_hotkey: hotkey } = settings;
  const which = isHotkey ? { hotkey } : 'coldkey';
  const keypair = await unlockKey(wallet, which, { settings, ui });
  const { mnemonic } = keypair.exportSecrets();
  if (mnemonic !== undefined) return mnemonic;
  const path = wallet.keyFile(which);
  throw cliError('no_words', `${path} holds a key without words: it was made of a seed, an export or a URI`, { path });
}
