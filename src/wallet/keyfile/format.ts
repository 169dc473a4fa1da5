import { STRONG_MAGIC } from './strong.js';

/** The forms that a password opens; the JSON form is inside. We write the first two. */
export type EncryptedFormat = 'nacl' | 'strong' | 'ansible' | 'fernet';
/** How a key file is written, told from its first bytes. */
export type KeyFileFormat = 'json' | 'public' | EncryptedFormat;

interface Magic {
  readonly format: EncryptedFormat;
  readonly prefix: string;
}

/** First bytes of the encrypted forms. Source: bittensor-wallet `keyfile.rs`; `strong` is ours. */
const ENCRYPTED: readonly Magic[] = [
  { format: 'nacl', prefix: '$NACL' },
  { format: 'strong', prefix: STRONG_MAGIC },
  { format: 'ansible', prefix: '$ANSIBLE_VAULT' },
  { format: 'fernet', prefix: 'gAAAAA' },
];

/** The form of a key file's content, or undefined when it is none that we know. */
export function keyFileFormat(content: Uint8Array): KeyFileFormat | undefined {
  for (const { format, prefix } of ENCRYPTED) if (startsWith(content, prefix)) return format;
  const first = content.find(byte => byte > 0x20);
  if (first === '{'.charCodeAt(0)) return 'json';
  // Public files of the first years hold nothing but `0x...` or an address.
  return content.length > 0 && content.length < 200 && content.every(byte => byte < 0x7f) ? 'public' : undefined;
}

export function isEncrypted(format: KeyFileFormat): format is EncryptedFormat {
  return ENCRYPTED.some(entry => entry.format === format);
}

function startsWith(content: Uint8Array, prefix: string): boolean {
  return [...prefix].every((char, i) => content[i] === char.charCodeAt(0));
}
