import { existsSync } from 'node:fs';
import {
  type HotkeyDescription,
  type KeyDescription,
  type WalletDescription,
  walletNames,
} from '../../../wallet/index.js';
import type { Action } from '../../frame/command.js';
import { missingKey, namedWallet } from '../../secrets/named-wallet.js';
import { OLD_FORMS, renewCommand } from '../../secrets/unlock.js';
import type { Ui } from '../../terminal/ui.js';
import type { inspectRows } from './settings.js';

/** What the key files are, without a password: form, permissions, endorsements, and what is wrong. */
export const inspect: Action<typeof inspectRows> = async ({ settings }) => {
  const { all, wallet_name: name, wallet_path: path } = settings;
  const names = all ? walletNames(path) : [name];
  const wallets = names.map(wallet => namedWallet({ wallet_name: wallet, wallet_path: path }).describe());
  if (!all && !existsSync(wallets[0]!.folder)) {
    throw missingKey(namedWallet(settings), 'coldkey');
  }
  return {
    json: { path, wallets: wallets.map(walletJson) },
    show: ui => {
      if (wallets.length === 0) ui.line(`No wallets in ${path}.`);
      wallets.forEach((wallet, i) => {
        if (i > 0) ui.line();
        showWallet(ui, wallet);
      });
    },
  };
};

function walletJson({ name, folder, coldkey, hotkeys, warnings }: WalletDescription) {
  return {
    name,
    folder,
    coldkey: coldkey ? keyJson(coldkey, name) : null,
    hotkeys: hotkeys.map(hotkey => ({
      name: hotkey.name,
      ...keyJson(hotkey, name, hotkey.name),
      endorsement: hotkey.endorsement,
    })),
    warnings,
  };
}

function keyJson(key: KeyDescription, wallet: string, hotkey?: string) {
  const { file, address = null, form, encrypted } = key;
  return { file, address, form, encrypted, warnings: warningsOf(key, wallet, hotkey) };
}

function warningsOf({ form, warnings }: KeyDescription, wallet: string, hotkey?: string): readonly string[] {
  if (!OLD_FORMS.includes(form)) return warnings;
  const renew = renewCommand(wallet, hotkey === undefined ? 'coldkey' : { hotkey });
  return [...warnings, `it is in an old form: \`${renew}\` renews it`];
}

const FORMS: Readonly<Record<KeyDescription['form'], string>> = {
  json: 'not encrypted',
  public: 'a public key where a private one should be',
  nacl: 'encrypted (nacl)',
  strong: 'encrypted (strong)',
  ansible: 'encrypted (ansible, an old form)',
  fernet: 'encrypted (fernet, an old form)',
  none: 'only the public half is here',
  unknown: 'no key file',
};

function showWallet(ui: Ui, { name, folder, coldkey, hotkeys, warnings }: WalletDescription): void {
  ui.line(`${ui.colors.bold(name)}  ${folder}`);
  for (const warning of warnings) ui.line(ui.colors.yellow(`  ! ${warning}`));
  if (coldkey) showKey(ui, 'coldkey', coldkey, warningsOf(coldkey, name));
  else ui.line('  coldkey  none');
  for (const hotkey of hotkeys) {
    showKey(ui, `hotkey ${hotkey.name}`, hotkey, warningsOf(hotkey, name, hotkey.name), endorsementText(hotkey));
  }
}

function endorsementText({ endorsement }: HotkeyDescription): string {
  const texts = {
    valid: 'endorsed by the coldkey',
    absent: 'not endorsed by the coldkey',
    bad: 'its endorsement is NOT that of the coldkey',
  };
  return texts[endorsement];
}

function showKey(ui: Ui, title: string, key: KeyDescription, warnings: readonly string[], endorsement?: string): void {
  ui.line(`  ${title}  ${key.address ?? 'address unknown'}`);
  ui.line(ui.colors.dim(`    ${[FORMS[key.form], ...(endorsement === undefined ? [] : [endorsement])].join(', ')}`));
  for (const warning of warnings) ui.line(ui.colors.yellow(`    ! ${warning}`));
}
