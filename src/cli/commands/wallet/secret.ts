import { isBittensorError } from '../../../base/index.js';
import { type Keypair, keypairFromMnemonic, keypairFromPolkadotJson, keypairFromSeed } from '../../../wallet/index.js';
import { cliError } from '../../errors.js';
import type { Ui } from '../../terminal/ui.js';
import { readText } from './read-text.js';
import { keypairOfTypedWords } from './typed-words.js';

export interface SecretSettings {
  readonly mnemonic: string | undefined;
  readonly mnemonic_file: string | undefined;
  readonly seed: string | undefined;
  readonly seed_file: string | undefined;
  readonly json_file: string | undefined;
  readonly json_password_file: string | undefined;
}

const WAYS = ['mnemonic', 'mnemonic_file', 'seed', 'seed_file', 'json_file'] as const;

/**
 * The key that is to be made again: of words, a seed or an export, whichever was given; else the words are asked for.
 * `moreWords` are those of `--mnemonic` that the shell split. Errors: `usage`, `needs_terminal`, and those of the key.
 */
export async function readSecretKey(settings: SecretSettings, moreWords: readonly string[], ui: Ui): Promise<Keypair> {
  const given = WAYS.filter(way => settings[way] !== undefined);
  if (given.length > 1)
    throw cliError('usage', `${given.map(flagOf).join(' and ')} exclude each other: one key, one source`);
  if (moreWords.length > 0 && given[0] !== 'mnemonic') {
    throw cliError('usage', `${moreWords.length} words too many on the command line: words of a key follow --mnemonic`);
  }
  if (settings.json_password_file !== undefined && given[0] !== 'json_file') {
    throw cliError('usage', '--json-password-file is the password of --json-file, which is missing');
  }
  switch (given[0]) {
    case 'mnemonic':
      warn(ui, 'mnemonic');
      return keypairOfTypedWords([settings.mnemonic, ...moreWords].join(' '), ui);
    case 'mnemonic_file':
      return keypairFromMnemonic(await readText(settings.mnemonic_file!, 'the words', ui));
    case 'seed':
      warn(ui, 'seed');
      return keypairFromSeed(settings.seed!.trim());
    case 'seed_file':
      return keypairFromSeed(await readText(settings.seed_file!, 'the seed', ui));
    case 'json_file':
      return await fromExport(settings, ui);
    default:
      return await askForWords(ui);
  }
}

function flagOf(way: string): string {
  return `--${way.replaceAll('_', '-')}`;
}

function warn(ui: Ui, way: 'mnemonic' | 'seed'): void {
  ui.note(
    `Warning: what follows --${way} is seen by other users of this machine and stays in the shell's history; ` +
      `--${way}-file reads it from a file, and without any of them the words are asked for.`,
  );
}

async function fromExport(
  { json_file: path, json_password_file: passwordFile }: SecretSettings,
  ui: Ui,
): Promise<Keypair> {
  const text = await readText(path!, 'the exported account', ui);
  const password = async () =>
    passwordFile === undefined
      ? await ui.secret(`Password of ${path}:`)
      : new TextEncoder().encode(await readText(passwordFile, 'the password', ui));
  return await ui.busy('opening the export', keypairFromPolkadotJson(text, path!, password));
}

/** How often words may be mistyped. */
const TRIES = 3;

async function askForWords(ui: Ui): Promise<Keypair> {
  if (!ui.isInteractive) {
    throw cliError('usage', 'which key? Give --mnemonic-file, --seed-file or --json-file (- reads the standard input)');
  }
  for (let tries = 1; ; tries++) {
    const typed = await ui.secret('The words of the key (not shown):');
    const words = new TextDecoder().decode(typed);
    typed.fill(0);
    try {
      return keypairOfTypedWords(words, ui);
    } catch (error) {
      if (tries === TRIES || !isBittensorError(error) || error.code !== 'bad_mnemonic') throw error;
      ui.note(error.message);
    }
  }
}
