import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BittensorError, isBittensorError } from '../../base/index.js';
import { type KeyName, openWallet, type Wallet, walletNames } from '../../wallet/index.js';
import { shellWord } from './key-flags.js';

/** More names than this are not listed. */
const MOST_NAMES = 10;

/** The wallet that the settings name. A key that is missing there is error `wallet_not_found`, which says what there is. */
export function namedWallet({
  wallet_name: name,
  wallet_path: path,
}: {
  wallet_name: string;
  wallet_path: string;
}): Wallet {
  const wallet = openWallet({ name, path });
  const told = (error: unknown, which: KeyName) => {
    const isMissing = isBittensorError(error) && error.code === 'wallet_not_found';
    return isMissing ? missingKey(wallet, which, error) : error;
  };
  const address = (which: KeyName, read: () => string) => {
    try {
      return read();
    } catch (error) {
      throw told(error, which);
    }
  };
  const opened = <T>(which: KeyName, work: Promise<T>) =>
    work.catch(error => {
      throw told(error, which);
    });
  return {
    ...wallet,
    coldkeyAddress: () => address('coldkey', wallet.coldkeyAddress),
    hotkeyAddress: hotkey => address({ hotkey }, () => wallet.hotkeyAddress(hotkey)),
    unlockColdkey: options => opened('coldkey', wallet.unlockColdkey(options)),
    unlockHotkey: (hotkey, options) => opened({ hotkey }, wallet.unlockHotkey(hotkey, options)),
  };
}

/** The error for a key whose file is not there: which part is missing, what there is instead, and what makes it. */
export function missingKey(wallet: Wallet, which: KeyName, cause?: unknown): BittensorError {
  const path = wallet.keyFile(which);
  return new BittensorError('wallet_not_found', describeMissing(wallet, which), { data: { path }, cause });
}

function describeMissing(wallet: Wallet, which: KeyName): string {
  const { name, folder } = wallet;
  const flags = `--wallet.name ${shellWord(name)}`;
  if (!existsSync(folder)) {
    const names = walletNames(dirname(folder));
    const others = names.length === 0 ? 'nor any other' : `there are: ${listed(names)} (--wallet.name)`;
    const advice = names.length === 0 ? `; \`bittensor-cli wallet create ${flags}\` makes it` : '';
    return `there is no wallet ${shellWord(name)} in ${dirname(folder)}${names.length === 0 ? ', ' : '; '}${others}${advice}`;
  }
  if (which === 'coldkey') {
    if (existsSync(join(folder, 'coldkeypub.txt'))) {
      const what = `wallet ${name} has only the public half of its coldkey, enough to watch and to receive`;
      return `${what}; \`bittensor-cli wallet regen-coldkey ${flags}\` brings the private one back`;
    }
    return `wallet ${name} has no coldkey; \`bittensor-cli wallet new-coldkey ${flags}\` makes one, regen-coldkey brings one back`;
  }
  const { hotkey } = which;
  const make = `${flags} --wallet.hotkey ${shellWord(hotkey)}`;
  if (existsSync(`${wallet.keyFile(which)}pub.txt`)) {
    const what = `wallet ${name} has only the public half of its hotkey ${hotkey}`;
    return `${what}; \`bittensor-cli wallet regen-hotkey ${make}\` brings the private one back`;
  }
  const hotkeys = wallet.hotkeyNames();
  const others = hotkeys.length === 0 ? '' : `; there are: ${listed(hotkeys)} (--wallet.hotkey)`;
  return `wallet ${name} has no hotkey ${shellWord(hotkey)}${others}; \`bittensor-cli wallet new-hotkey ${make}\` makes it`;
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).map(shellWord).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
