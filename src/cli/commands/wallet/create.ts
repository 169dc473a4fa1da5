import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { keyFlags } from '../../secrets/key-flags.js';
import { namedWallet } from '../../secrets/named-wallet.js';
import type { Kept } from './keep.js';
import { keepColdkey, keepHotkey, keptJson, mayKeepColdkey, mayKeepHotkey, showKept } from './keep.js';
import type { newKeyRows } from './settings.js';
import { type NewKey, newKey, tellWords, writeWords } from './words.js';

type NewKeyAction = Action<typeof newKeyRows>;
type NewKeyInput = Parameters<NewKeyAction>[0];

/** A coldkey and a hotkey. */
export const create: NewKeyAction = async input => {
  const { settings } = input;
  if (settings.uri !== undefined)
    throw cliError('usage', 'two keys cannot come of one --uri: new-coldkey and new-hotkey take it');
  const wallet = namedWallet(settings);
  await mayKeepColdkey(input, wallet);
  await mayKeepHotkey(input, wallet);
  const [cold, hot] = [newKey(settings), newKey(settings)];
  const text = `coldkey of wallet ${wallet.name}: ${cold.words}\nhotkey ${settings.wallet_hotkey}: ${hot.words}`;
  // From here on the words in the file are those of a key that is there.
  const coldkey = await withWordsFile(settings.mnemonic_out, text, () => keepColdkey(input, wallet, cold.keypair));
  const hotkey = await keepHotkey(input, wallet, hot.keypair, cold.keypair);
  tell(input, coldkey, cold, false);
  tell(input, hotkey, hot, true);
  return {
    json: {
      wallet: wallet.name,
      coldkey: withWords(input, coldkey, cold),
      hotkey: { name: settings.wallet_hotkey, ...withWords(input, hotkey, hot) },
    },
    show: ui => {
      for (const [kept, key] of [
        [coldkey, cold],
        [hotkey, hot],
      ] as const) {
        showKept(ui, kept);
        if (settings.reveal_mnemonic) ui.line(key.words);
      }
    },
  };
};

export const newColdkey: NewKeyAction = async input => {
  const wallet = namedWallet(input.settings);
  await mayKeepColdkey(input, wallet);
  return await makeOne(input, wallet.name, keypair => keepColdkey(input, wallet, keypair));
};

export const newHotkey: NewKeyAction = async input => {
  const wallet = namedWallet(input.settings);
  await mayKeepHotkey(input, wallet);
  return await makeOne(input, wallet.name, keypair => keepHotkey(input, wallet, keypair), input.settings.wallet_hotkey);
};

async function makeOne(
  input: NewKeyInput,
  wallet: string,
  keep: (keypair: NewKey['keypair']) => Promise<Kept>,
  hotkey?: string,
) {
  const { settings, ui } = input;
  const key = newKey(settings);
  if (settings.uri !== undefined && !/^(\/\/)?\w+$/.test(settings.uri)) {
    ui.note("Warning: what follows --uri is seen by other users of this machine and stays in the shell's history.");
  }
  if (settings.mnemonic_out !== undefined && key.words === undefined) {
    throw cliError('usage', 'the key of a --uri has no words for --mnemonic-out');
  }
  const kept = await withWordsFile(settings.mnemonic_out, key.words ?? '', () => keep(key.keypair));
  tell(input, kept, key, hotkey !== undefined);
  return {
    json: { wallet, ...(hotkey === undefined ? {} : { hotkey }), ...withWords(input, kept, key) },
    show: (ui: NewKeyInput['ui']) => {
      showKept(ui, kept);
      if (settings.reveal_mnemonic && key.words !== undefined) ui.line(key.words);
    },
  };
}

/** The words are kept before the key is, and go again when it could not be made. */
async function withWordsFile<T>(path: string | undefined, text: string, make: () => Promise<T>): Promise<T> {
  const undo = path === undefined ? () => {} : writeWords(path, text);
  try {
    return await make();
  } catch (error) {
    undo();
    throw error;
  }
}

function tell({ settings, ui }: NewKeyInput, { title }: Kept, { words }: NewKey, isHotkey: boolean): void {
  if (words === undefined) return;
  const flags = keyFlags(settings.wallet_name, isHotkey ? { hotkey: settings.wallet_hotkey } : 'coldkey');
  const again = `bittensor-cli wallet export ${flags} --reveal_mnemonic`;
  tellWords(`the ${title}`, words, { ui, reveal: settings.reveal_mnemonic, file: settings.mnemonic_out, again });
}

function withWords({ settings }: NewKeyInput, kept: Kept, { words }: NewKey): Record<string, unknown> {
  return { ...keptJson(kept), ...(settings.reveal_mnemonic && words !== undefined ? { mnemonic: words } : {}) };
}
