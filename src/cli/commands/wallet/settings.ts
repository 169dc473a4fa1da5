import { choice, onOff, type Setting, type SettingTable, text } from '../../../base/index.js';
import { networkRows } from '../../settings/network.js';
import { signingRows } from '../../settings/transaction.js';
import { encryptionRows, passwordRows, walletRows } from '../../settings/wallet.js';
import { amountRow } from '../../terminal/amounts.js';

type WordCount = 12 | 15 | 18 | 21 | 24;
const WORD_COUNTS = ['12', '15', '18', '21', '24'] as const;

const optionalText = (argument: string, about: string): Setting<string | undefined> & { flagOnly: true } => ({
  ...text<string | undefined>({ argument, about, default: undefined }),
  flagOnly: true,
});

const flagOnly = (about: string) => ({ ...onOff({ about, default: false }), flagOnly: true }) as const;

const nWords: Setting<WordCount> = {
  about: 'how many words a new key gets',
  argument: '12|15|18|21|24',
  default: 12,
  parse: value => {
    if (!WORD_COUNTS.includes(value as (typeof WORD_COUNTS)[number])) {
      throw new RangeError(`must be one of ${WORD_COUNTS.join(', ')}`);
    }
    return Number(value) as WordCount;
  },
};

const overwrite = flagOnly('replace a key that is there; the old file is kept in the folder "replaced" of the wallet');

/** Of every command that writes a key. */
const writeRows = { ...walletRows, ...passwordRows, ...encryptionRows, overwrite } satisfies SettingTable;

/** The words of a key, when nobody sits at a terminal. */
const revealRow = { reveal_mnemonic: flagOnly('print the words, in JSON too') } satisfies SettingTable;

export const newKeyRows = {
  ...writeRows,
  ...revealRow,
  n_words: nWords,
  mnemonic_out: optionalText('file', 'write the new words to this new file, mode 0600'),
  uri: optionalText('uri', 'take the key of a secret URI like //Alice, instead of new words'),
} satisfies SettingTable;

export const regenRows = {
  ...writeRows,
  mnemonic: optionalText('words', 'the words; others may see them here: better --mnemonic-file, or type them'),
  mnemonic_file: optionalText('file', 'file with the words; - for the standard input'),
  seed: optionalText('hex', 'the 32-byte seed; others may see it here: better --seed-file'),
  seed_file: optionalText('file', 'file with the seed; - for the standard input'),
  json_file: optionalText('file', 'account that polkadot-js exported'),
  json_password_file: optionalText('file', 'file with the password of --json-file; - for the standard input'),
} satisfies SettingTable;

export const regenPublicRows = {
  ...walletRows,
  overwrite,
  address: optionalText('ss58', 'address of the coldkey'),
  public_key: optionalText('hex', 'its public key, instead of the address'),
} satisfies SettingTable;

/** Which of the wallet's keys is meant. */
const keyRows = {
  ...walletRows,
  use_hotkey: flagOnly('the hotkey instead of the coldkey'),
} satisfies SettingTable;

/** An empty message can be signed, too. */
const messageRow = (about: string) => ({ ...optionalText('text', about), parse: (value: string) => value });

export const signRows = {
  ...keyRows,
  ...passwordRows,
  message: messageRow('what to sign; its UTF-8 bytes as they are'),
} satisfies SettingTable;

export const verifyRows = {
  ...keyRows,
  message: messageRow('what was signed'),
  signature: optionalText('hex', '64 bytes'),
  address: optionalText('ss58|hex', "the signer's address, or public key, instead of a key of a wallet"),
} satisfies SettingTable;

export const setPasswordRows = {
  ...keyRows,
  ...passwordRows,
  no_password: encryptionRows.no_password,
  encryption: encryptionRows.encryption,
  keep_password: flagOnly('the same password, for another form of encryption'),
  new_password_file: { ...optionalText('file', 'file with the new password'), flag: 'new-password-file' },
  new_password_fd: {
    ...passwordRows.password_fd,
    flag: 'new-password-fd',
    about: 'open file descriptor to read the new password from',
  },
} satisfies SettingTable;

export const exportRows = {
  ...keyRows,
  ...passwordRows,
  ...revealRow,
  format: {
    ...choice<'qr' | 'address' | 'public-key' | 'uri'>({
      about: 'what to print: a code to scan with the address below, or one of the texts',
      default: 'qr',
      of: ['qr', 'address', 'public-key', 'uri'],
    }),
    flagOnly: true,
  },
} satisfies SettingTable;

const allRow = { all: flagOnly('all wallets of the folder') } satisfies SettingTable;
const addressRow = {
  address: optionalText('ss58', 'any address, instead of that of the wallet'),
} satisfies SettingTable;

export const inspectRows = { ...walletRows, ...allRow } satisfies SettingTable;
export const endorseRows = { ...walletRows, ...passwordRows } satisfies SettingTable;
export const balanceRows = { ...walletRows, ...networkRows, ...allRow, ...addressRow } satisfies SettingTable;
export const overviewRows = { ...walletRows, ...networkRows, ...allRow } satisfies SettingTable;

export const transferRows = {
  ...signingRows,
  dest: optionalText('ss58', 'address to send to'),
  amount: { ...amountRow({ about: 'how much to send' }), flagOnly: true },
  all: flagOnly('everything that can be sent'),
  allow_death: flagOnly('let the account end when less than the least deposit is left: that rest is lost'),
} satisfies SettingTable;

export const faucetRows = {
  ...walletRows,
  ...networkRows,
  ...addressRow,
  amount: { ...amountRow({ about: 'how much (default: 1000)' }), flagOnly: true },
} satisfies SettingTable;
