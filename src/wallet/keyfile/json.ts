import { decodeAddress, encodeAddress, equalBytes, fromHex, toHex, utf8 } from '../../base/index.js';
import { walletError } from '../errors.js';
import { type Keypair, keypairFromMnemonic, keypairFromPrivateKey, keypairFromSeed } from '../keys/keypair.js';
import { otherKindOf } from '../keys/kinds.js';
import { notKeyFile, notKeyInside } from './disk.js';
import { hasMixedCase, parseFields } from './fields.js';

/** `cryptoType` of the official files: 1 is sr25519, the only kind that signs on this network's chain for us. */
const SR25519 = 1;

/** The private key file, one line, fields as bittensor-wallet 4.1.1 writes them; absent parts are left out. */
export function formatKeypairJson(keypair: Keypair): string {
  const { privateKey, seed, mnemonic } = keypair.exportSecrets();
  const text = JSON.stringify({
    ...publicFields(keypair.publicKey),
    privateKey: toHex(privateKey),
    ...(mnemonic === undefined ? {} : { secretPhrase: mnemonic }),
    ...(seed === undefined ? {} : { secretSeed: toHex(seed) }),
  });
  privateKey.fill(0);
  seed?.fill(0);
  return text;
}

/** The public file beside it. */
export function formatPublicJson(publicKey: Uint8Array): string {
  return JSON.stringify(publicFields(publicKey));
}

function publicFields(publicKey: Uint8Array) {
  const hex = toHex(publicKey);
  return { accountId: hex, publicKey: hex, ss58Address: encodeAddress(publicKey), cryptoType: SR25519 };
}

type Part = readonly [name: string, keypair: Keypair];

/**
 * Reads a private key file: any key order, parts missing. The words, the seed, the private key and the public key that
 * are there must belong to one key. `path` is for messages; `decrypted` when a password opened it.
 */
export function parseKeypairJson(text: string, path: string, decrypted = false): Keypair {
  const bad = (why: string) => (decrypted ? notKeyInside(path, why) : notKeyFile(path, why));
  const fields = parseFields(text, path, bad);
  const expected = recordedPublicKey(fields, bad);
  const parts: Part[] = [];
  const take = (name: string, value: string | undefined, reader: (value: string) => Keypair) => {
    if (value === undefined) return;
    const keypair = attempt(() => reader(value));
    if (!keypair) throw bad(`its ${name} cannot be read`);
    parts.push([name, keypair]);
  };
  const known = () => parts[0]?.[1].publicKey ?? expected;
  take('secretPhrase', secretField(fields, 'secretPhrase', bad), keypairFromMnemonic);
  const seed = secretField(fields, 'secretSeed', bad);
  const raw = seed === undefined ? undefined : rawSeed(seed);
  // One that belongs to another key is passed over: then the private key alone counts, as this seed did in its time.
  const isKnown = raw && equalBytes(keypairFromSeed(raw).publicKey, known() ?? raw);
  if (!raw || isKnown) take('secretSeed', seed, text => keypairFromSeed(raw ?? text));
  for (const [, keypair] of parts) refuseOtherKinds(keypair, expected, path);
  take('privateKey', secretField(fields, 'privateKey', bad), text => {
    const publicKey = known();
    return attempt(() => keypairFromPrivateKey(text, publicKey)) ?? keypairFromPrivateKey(text);
  });
  if (parts.length === 0) throw bad('it holds no private key (secretPhrase, secretSeed or privateKey)');
  const best = parts[0]!;
  for (const part of parts) checkAgreement(best, part, bad);
  const [name, keypair] = best;
  if (!expected || equalBytes(keypair.publicKey, expected)) return keypair;
  throw bad(`its ${name} is the key of ${keypair.address}, and the file says that it is ${encodeAddress(expected)}`);
}

/** The parts may not contradict each other, down to the last bit. */
function checkAgreement([name, keypair]: Part, [otherName, other]: Part, bad: (why: string) => Error): void {
  if (!equalBytes(keypair.publicKey, other.publicKey)) {
    throw bad(`its ${name} is the key of ${keypair.address}, and its ${otherName} that of ${other.address}`);
  }
  const [secrets, others] = [keypair.exportSecrets(), other.exportSecrets()];
  const same = equalBytes(secrets.privateKey, others.privateKey);
  for (const copy of [secrets, others]) {
    copy.privateKey.fill(0);
    copy.seed?.fill(0);
  }
  if (!same) throw bad(`its ${otherName} differs in its second half from what its ${name} gives`);
}

/**
 * bittensor-wallet up to 4.1.1 writes a seed whose bytes happen to be UTF-8 as that text instead of as hexadecimal, and
 * cannot read it again. The seed of such a text; undefined for any other.
 */
function rawSeed(text: string): Uint8Array | undefined {
  return [text.replace(/^0x/, ''), text].map(utf8).find(bytes => bytes.length === 32);
}

function refuseOtherKinds(keypair: Keypair, expected: Uint8Array | undefined, path: string): void {
  if (!expected || equalBytes(keypair.publicKey, expected)) return;
  const kind = otherKindOf(keypair, expected);
  if (!kind) return;
  throw walletError('unsupported_key', `${path} holds an ${kind} key; only sr25519 keys are supported`, { path, kind });
}

type Fields = Readonly<Record<string, unknown>>;

/** The text of a secret part; undefined when it is absent, null or empty. */
function secretField(fields: Fields, name: string, bad: (why: string) => Error): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw bad(`its ${name} is no text`);
  const caseCounts = name === 'secretSeed' && rawSeed(value) !== undefined;
  if (!caseCounts && hasMixedCase(value))
    throw bad(`its ${name} mixes small and capital letters, as if it were damaged`);
  return value;
}

/** The public key that a private or public JSON file names. */
export function parsePublicJson(text: string, path: string): Uint8Array {
  const bad = (why: string) => notKeyFile(path, why);
  const publicKey = recordedPublicKey(parseFields(text, path, bad), bad);
  if (!publicKey) throw bad('it names no public key (publicKey, accountId or ss58Address)');
  return publicKey;
}

/** A public key as a bare `0x...` or address. */
export function parsePublicText(text: string, path: string): Uint8Array {
  const publicKey = publicKeyFrom(text.trim());
  if (!publicKey) throw notKeyFile(path, 'it is neither JSON nor a public key');
  return publicKey;
}

function recordedPublicKey(fields: Fields, bad: (why: string) => Error): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  for (const name of ['publicKey', 'accountId', 'ss58Address']) {
    const value = fields[name];
    if (value === undefined || value === null || value === '') continue;
    const key = typeof value === 'string' ? publicKeyFrom(value) : undefined;
    if (!key) throw bad(`its ${name} is no public key`);
    if (found && !equalBytes(found, key)) throw bad(`its ${name} is that of another key than its publicKey`);
    found = key;
  }
  return found;
}

function publicKeyFrom(text: string): Uint8Array | undefined {
  if (text.startsWith('0x') && hasMixedCase(text)) return undefined;
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
