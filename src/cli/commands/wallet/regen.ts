import type { Action } from '../../frame/command.js';
import { namedWallet } from '../../secrets/named-wallet.js';
import type { Ui } from '../../terminal/ui.js';
import { type Kept, keepColdkey, keepHotkey, keptJson, mayKeepColdkey, mayKeepHotkey, showKept } from './keep.js';
import { readSecretKey } from './secret.js';
import type { regenRows } from './settings.js';

type RegenAction = Action<typeof regenRows>;

export const regenColdkey: RegenAction = async input => {
  const { settings, args, ui } = input;
  const wallet = namedWallet(settings);
  await mayKeepColdkey(input, wallet);
  const keypair = await readSecretKey(settings, args, ui);
  return resultOf({ wallet: wallet.name }, await keepColdkey(input, wallet, keypair));
};

export const regenHotkey: RegenAction = async input => {
  const { settings, args, ui } = input;
  const wallet = namedWallet(settings);
  await mayKeepHotkey(input, wallet);
  const keypair = await readSecretKey(settings, args, ui);
  const kept = await keepHotkey(input, wallet, keypair);
  return resultOf({ wallet: wallet.name, hotkey: settings.wallet_hotkey }, kept);
};

function resultOf(names: Record<string, string>, kept: Kept) {
  return { json: { ...names, ...keptJson(kept) }, show: (ui: Ui) => showKept(ui, kept) };
}
