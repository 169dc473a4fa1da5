import {
  decodeAddress,
  encodeAddress,
  fromHex,
  type SettingSource,
  type SettingValues,
  toHex,
} from '../../../base/index.js';
import { verify as isSignature } from '../../../wallet/index.js';
import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { coldkeyOf, hotkeyOf } from '../../secrets/keys.js';
import { namedWallet } from '../../secrets/named-wallet.js';
import { readPublicKey } from './public-key.js';
import type { signRows, verifyRows } from './settings.js';

/** Signs the UTF-8 bytes of the message as they are, as btcli does. */
export const sign: Action<typeof signRows> = async ({ settings, ui }) => {
  const message = needed(settings.message, '--message');
  const key = await (settings.use_hotkey ? hotkeyOf : coldkeyOf)(settings, ui);
  const signer = await key.unlock();
  const signature = toHex(signer.sign(new TextEncoder().encode(message)));
  return {
    json: { address: signer.address, publicKey: toHex(signer.publicKey), message, signature },
    show: shown => {
      if (shown.isQuiet) return shown.line(signature);
      shown.pairs([
        ['signer', signer.address],
        ['signature', signature],
      ]);
    },
  };
};

/** Ends with code 1 when the signature is not the signer's. */
export const verify: Action<typeof verifyRows> = async ({ settings, sources }) => {
  const message = needed(settings.message, '--message');
  const publicKey = signerOf(settings, sources);
  const signature = readSignature(needed(settings.signature, '--signature'));
  const address = encodeAddress(publicKey);
  const utf8 = (text: string) => new TextEncoder().encode(text);
  // Browser extensions sign what they show inside these marks.
  const forms = { plain: utf8(message), wrapped: utf8(`<Bytes>${message}</Bytes>`) };
  const form = (['plain', 'wrapped'] as const).find(name => isSignature(publicKey, forms[name], signature));
  if (form === undefined) {
    throw cliError('bad_signature', `this is no signature of ${address} over this message`, { address });
  }
  return {
    json: { valid: true, address, wrapped: form === 'wrapped' },
    show: shown => {
      shown.line(`Valid: ${address} signed this message${form === 'wrapped' ? ', inside <Bytes>' : ''}.`);
    },
  };
};

/** The key that is said to have signed: an address, or a key of a wallet, whose public half is enough. */
function signerOf(
  settings: SettingValues<typeof verifyRows>,
  sources: { readonly wallet_name: SettingSource; readonly wallet_hotkey: SettingSource },
): Uint8Array {
  const { address, use_hotkey: isHotkey } = settings;
  const isNamed = sources.wallet_name === 'flag' || sources.wallet_hotkey === 'flag' || isHotkey;
  if (address !== undefined) {
    if (isNamed) throw cliError('usage', 'give --address or the key of a wallet, one of them');
    return readPublicKey(address, '--address');
  }
  if (!isNamed) throw cliError('usage', 'whose signature? Give --address, or --wallet.name and --use_hotkey');
  const wallet = namedWallet(settings);
  return decodeAddress(isHotkey ? wallet.hotkeyAddress(settings.wallet_hotkey) : wallet.coldkeyAddress());
}

function readSignature(text: string): Uint8Array {
  const typed = text.trim().toLowerCase();
  if (/^(0x)?[0-9a-f]{128}$/.test(typed)) return fromHex(typed);
  throw cliError('usage', '--signature must be 64 bytes: 128 hexadecimal digits');
}

function needed(value: string | undefined, flag: string): string {
  if (value !== undefined) return value;
  throw cliError('usage', `${flag} is missing`);
}
