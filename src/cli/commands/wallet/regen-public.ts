import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { encodeAddress, toHex } from '../../../base/index.js';
import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { namedWallet } from '../../secrets/named-wallet.js';
import { mayWrite } from './overwrite.js';
import { readPublicKey } from './public-key.js';
import type { regenPublicRows } from './settings.js';

/** The public half of a coldkey that is kept elsewhere: enough to watch it and to receive. */
export const regenColdkeyPublic: Action<typeof regenPublicRows> = async ({ settings, ui }) => {
  const { address, public_key: hex, overwrite } = settings;
  if ((address === undefined) === (hex === undefined)) {
    throw cliError('usage', 'give --address or --public-key, one of them');
  }
  const publicKey = address === undefined ? readPublicKey(hex!, '--public-key') : readPublicKey(address, '--address');
  const wallet = namedWallet(settings);
  const path = join(wallet.folder, 'coldkeypub.txt');
  const title = `the public coldkey of wallet ${wallet.name}`;
  const isSame = existsSync(path) && addressOrNone(() => wallet.coldkeyAddress()) === encodeAddress(publicKey);
  if (!isSame) {
    if (wallet.hasColdkey()) {
      const what = `${title} belongs to the private key beside it, which is that of another address`;
      throw cliError('usage', `${what}: give the new one to another wallet with --wallet.name`);
    }
    await mayWrite(ui, { title, name: wallet.name, path, isTaken: existsSync(path) }, overwrite);
    wallet.writeColdkeyPublic(publicKey, { overwrite });
  }
  const json = { wallet: wallet.name, address: encodeAddress(publicKey), publicKey: toHex(publicKey), path };
  return {
    json,
    show: shown =>
      shown.pairs([
        [title.replace(/^the /, ''), json.address],
        ['file', path],
      ]),
  };
};

/** Of a file that cannot be read nothing is known. */
function addressOrNone(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
