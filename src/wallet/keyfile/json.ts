import { decodeAddress, encodeAddress, equalBytes, fromHex, toHex } from '../../base/index.js';
import { walletError } from '../errors.js';
import { type Keypair, keypairFromMnemonic, keypairFromPrivateKey, keypairFromSeed } from '../keypair.js';

/** `cryptoType` of the official files: 1 is sr25519, the only kind that signs on this network's chain for us. */
const SR25519 = 1;
const CRYPTO_NAMES: Readonly<Record<string, string>> = { 0: 'ed25519', 2: 'ecdsa', ed25519: 'ed25519', ecdsa: 'ecdsa' };

type Fields = Readonly<Record<string, unknown>>;

/** The private key file, one line, fields as bittensor-wallet 4.1.1 writes them; absent parts are left out. */
export function formatKeypairJson(keypair: Keypair): string {
  const { privateKey, seed, mnemonic } = keypair.exportSecrets();
  return JSON.stringify({
    ...publicFields(keypair.publicKey),
    privateKey: toHex(privateKey),
    ...(mnemonic === undefined ? {} : { secretPhrase: mnemonic }),
    ...(seed === undefined ? {} : { secretSeed: toHex(seed) }),
  });
}

/** The public file beside it. */
export function formatPublicJson(publicKey: Uint8Array): string {
  return JSON.stringify(publicFields(publicKey));
}

function publicFields(publicKey: Uint8Array) {
  const hex = toHex(publicKey);
  return { accountId: hex, publicKey: hex, ss58Address: encodeAddress(publicKey), cryptoType: SR25519 };
}

/**
 * Reads a private key file tolerantly: any key order, fields missing. The words count first, then the seed, then the
 * private key, as the official reader has it; the first that gives the public key which the file names is taken
 * (upstream can write a seed that is no hexadecimal). `path` is for messages.
 */
export function parseKeypairJson(text: string, path: string): Keypair {
  const fields = parseFields(text, path);
  const expected = recordedPublicKey(fields, path);
  const sources: readonly (readonly [name: string, read: (value: string) => Keypair])[] = [
    ['secretPhrase', keypairFromMnemonic],
    ['secretSeed', keypairFromSeed],
    ['privateKey', value => attempt(() => keypairFromPrivateKey(value, expected)) ?? keypairFromPrivateKey(value)],
  ];
  const present = sources.filter(([name]) => typeof fields[name] === 'string' && fields[name] !== '');
  if (present.length === 0) throw bad(path, 'it holds no private key (secretPhrase, secretSeed or privateKey)');
  let foreign = false;
  for (const [name, read] of present) {
    const keypair = attempt(() => read(fields[name] as string));
    if (keypair && (!expected || equalBytes(keypair.publicKey, expected))) return keypair;
    foreign ||= keypair !== undefined;
  }
  const names = present.map(([name]) => name).join(', ');
  throw foreign && expected
    ? bad(path, `its private part (${names}) is not the key of its address ${encodeAddress(expected)}`)
    : bad(path, `its private part (${names}) cannot be read`);
}

/** The public key that a private or public JSON file names. */
export function parsePublicJson(text: string, path: string): Uint8Array {
  const publicKey = recordedPublicKey(parseFields(text, path), path);
  if (!publicKey) throw bad(path, 'it names no public key (publicKey, accountId or ss58Address)');
  return publicKey;
}

/** A public key as a bare `0x...` or address. */
export function parsePublicText(text: string, path: string): Uint8Array {
  const publicKey = publicKeyFrom(text.trim());
  if (!publicKey) throw bad(path, 'it is neither JSON nor a public key');
  return publicKey;
}

function parseFields(text: string, path: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which is secret.
    throw bad(path, 'it is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(path, 'it is not a JSON object');
  const fields = Object.assign(Object.create(null), value) as Fields;
  const kind = fields.cryptoType;
  const name = typeof kind === 'number' || typeof kind === 'string' ? CRYPTO_NAMES[String(kind)] : undefined;
  if (name) {
    throw walletError('unsupported_key', `${path} holds an ${name} key; only sr25519 keys are supported`, {
      path,
      kind,
    });
  }
  return fields;
}

function recordedPublicKey(fields: Fields, path: string): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  for (const name of ['publicKey', 'accountId', 'ss58Address']) {
    const value = fields[name];
    if (typeof value !== 'string' || value === '') continue;
    const key = publicKeyFrom(value);
    if (!key) throw bad(path, `its ${name} is no public key`);
    if (found && !equalBytes(found, key)) throw bad(path, `its ${name} is that of another key than its publicKey`);
    found = key;
  }
  return found;
}

function publicKeyFrom(text: string): Uint8Array | undefined {
  const key = attempt(() => (text.startsWith('0x') ? fromHex(text) : decodeAddress(text)));
  return key?.length === 32 ? key : undefined;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function bad(path: string, what: string) {
  return walletError('bad_key_file', `${path} is not a usable key file: ${what}`, { path });
}
