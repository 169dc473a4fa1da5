import { walletError } from '../errors.js';
import { checkPassword } from '../password/policy.js';
import { openAnsible } from './ansible.js';
import type { KeyFileCosts } from './costs.js';
import { openFernet } from './fernet.js';
import type { EncryptedFormat } from './format.js';
import { openNacl, sealNacl } from './nacl.js';
import { openStrong, sealStrong } from './strong.js';

/** The forms that we write: the official one, and one with a salt of its own that only this program reads. */
export type EncryptionForm = 'nacl' | 'strong';

export interface Encryption {
  readonly form: EncryptionForm;
  /** UTF-8. Stays the caller's, who overwrites it. */
  readonly password: Uint8Array;
}

/** The content of an encrypted key file. Takes seconds and 512 MiB. Errors: `weak_password`, `key_derivation`. */
export async function seal(
  content: Uint8Array,
  { form, password }: Encryption,
  costs: KeyFileCosts,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  checkPassword(password);
  return form === 'nacl'
    ? await sealNacl(content, password, costs.nacl, signal)
    : await sealStrong(content, password, costs, signal);
}

export interface SealedFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly format: EncryptedFormat;
}

/** What an encrypted file holds. Errors: `wrong_password`, `bad_key_file` (what is wrong with its form), `key_derivation`. */
export async function unseal(
  { path, content, format }: SealedFile,
  password: Uint8Array,
  costs: KeyFileCosts,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  // No form takes an empty one to the end, and some clients leave one by accident.
  const opened = password.length > 0 ? await open() : undefined;
  if (opened) return opened;
  throw walletError('wrong_password', `this password does not open ${path}, or the file was changed`, { path, format });

  async function open(): Promise<Uint8Array | undefined> {
    try {
      switch (format) {
        case 'nacl':
          return await openNacl(content, password, costs.nacl, signal);
        case 'strong':
          return await openStrong(content, password, costs, signal);
        case 'ansible':
          return await openAnsible(content, password);
        case 'fernet':
          return await openFernet(content, password, costs.fernetRounds);
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw walletError('bad_key_file', `${path} (${format}) is damaged: ${error.message}`, { path, format });
    }
  }
}
