import { createHash, generateKeyPairSync, randomBytes, sign as signWith } from 'node:crypto';
import { concat, equalBytes, utf8 } from '../../base/index.js';
import { type Signer, verify } from '../../wallet/index.js';
import { RequestError } from '../errors.js';
import { der, readDer } from './der.js';

/**
 * The certificate of an axon: self-signed (RFC 5280), P-256, made at each start. An extension, as libp2p's TLS has one,
 * binds it to the hotkey: SEQUENCE { OCTET STRING hotkey, OCTET STRING signature }, the signature being sr25519 over
 * the tag and the SHA-256 of the certificate's SubjectPublicKeyInfo.
 */
const TAG = utf8('bittensor-net/2 tls\0');

/** 2.25.200914775577662865956323463719961654048: an UUID as ITU-T X.667 allows, so that nobody has to register it. */
const HOTKEY_OID = Buffer.from('06146982aea6e3cef886aa84a3b59d88e4d780e9e620', 'hex');
const ECDSA_SHA256 = Buffer.from('300a06082a8648ce3d040302', 'hex');
const COMMON_NAME_OID = Buffer.from('0603550403', 'hex');
const ALT_NAME_OID = Buffer.from('0603551d11', 'hex');
/** What precedes the 65 bytes of a P-256 point in a SubjectPublicKeyInfo (RFC 5480). */
const P256_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

/** The name in every certificate; it says nothing, and clients that insist on one may ask for it. */
export const CERTIFICATE_NAME = 'axon.bittensor';

const DAY_MS = 86_400_000;
const LARGEST_CERTIFICATE = 4_096;

export interface Certificate {
  readonly certPem: string;
  readonly keyPem: string;
  /** SHA-256 of the SubjectPublicKeyInfo, 32 bytes: what a hello signs and a client pins. */
  readonly publicKeyHash: Uint8Array;
}

export interface CertificateContent {
  /** Whose signature the certificate carries, 32 bytes; verified. */
  readonly hotkey: Uint8Array;
  readonly publicKeyHash: Uint8Array;
}

/** A new key and its certificate, bound to the signer's hotkey. */
export function makeCertificate(signer: Signer, nowMs = Date.now()): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const publicKeyHash = sha256(spki);
  const name = der(0x30, der(0x31, der(0x30, COMMON_NAME_OID, der(0x0c, utf8(CERTIFICATE_NAME)))));
  const proof = der(0x30, der(4, signer.publicKey), der(4, signer.sign(concat(TAG, publicKeyHash))));
  const altNames = der(0x30, der(0x82, utf8(CERTIFICATE_NAME)));
  // Clocks differ, and an axon may run for years: the pin decides, not the dates.
  const validity = der(0x30, time(nowMs - 30 * DAY_MS), time(nowMs + 3_650 * DAY_MS));
  const extensions = der(0x30, der(0x30, ALT_NAME_OID, der(4, altNames)), der(0x30, HOTKEY_OID, der(4, proof)));
  const content = der(
    0x30,
    der(0xa0, der(2, Uint8Array.of(2))),
    der(2, positive(randomBytes(16))),
    ECDSA_SHA256,
    name,
    validity,
    name,
    spki,
    der(0xa3, extensions),
  );
  const signature = signWith('sha256', content, { key: privateKey, dsaEncoding: 'der' });
  const certificate = der(0x30, content, ECDSA_SHA256, der(3, Uint8Array.of(0), signature));
  return {
    certPem: pem(certificate),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicKeyHash,
  };
}

/** Whom a certificate (DER) speaks for. A `RequestError` `Unauthenticated` when it is not of this kind or not proven. */
export function readCertificate(certificate: Uint8Array): CertificateContent {
  let found: ReturnType<typeof findProof>;
  try {
    found = findProof(certificate);
  } catch (cause) {
    throw refused(`it cannot be read: ${(cause as Error).message}`, cause);
  }
  const { spki, hotkey, signature } = found;
  const publicKeyHash = sha256(spki);
  if (!verify(hotkey, concat(TAG, publicKeyHash), signature)) throw refused('its hotkey did not sign its public key');
  return { hotkey, publicKeyHash };
}

function findProof(certificate: Uint8Array): { spki: Uint8Array; hotkey: Uint8Array; signature: Uint8Array } {
  if (certificate.length > LARGEST_CERTIFICATE) throw new Error(`${certificate.length} bytes`);
  const [content] = sequence(only(readDer(certificate)));
  if (!content) throw new Error('it is empty');
  // Version, serial number, algorithm, issuer, validity, subject, key, extensions.
  const fields = sequence(content);
  const [key, extensions] = [fields[6], fields[7]];
  const known =
    key?.whole.length === P256_PREFIX.length + 65 && equalBytes(key.whole.subarray(0, P256_PREFIX.length), P256_PREFIX);
  if (!key || !known) throw new Error('its key is not on P-256');
  if (extensions?.tag !== 0xa3) throw new Error('it has no extensions');
  const proofs = sequence(only(readDer(extensions.content)))
    .map(extension => sequence(extension))
    .filter(([id]) => id !== undefined && equalBytes(id.whole, HOTKEY_OID));
  const value = only(proofs).at(-1)!;
  if (value.tag !== 4) throw new Error('its proof has no value');
  const [hotkey, signature, ...rest] = sequence(only(readDer(value.content)));
  const sized = hotkey?.tag === 4 && hotkey.content.length === 32 && signature?.tag === 4;
  if (!sized || signature.content.length !== 64 || rest.length > 0) throw new Error('its proof is malformed');
  return {
    spki: key.whole,
    // Copies: what is kept must not hold on to a buffer of the socket.
    hotkey: Uint8Array.from(hotkey.content),
    signature: Uint8Array.from(signature.content),
  };
}

function sequence(element: { tag: number; content: Uint8Array }): ReturnType<typeof readDer> {
  if (element.tag !== 0x30) throw new Error(`tag ${element.tag} instead of a sequence`);
  return readDer(element.content);
}

function only<T>(list: readonly T[]): T {
  if (list.length !== 1) throw new Error(`${list.length} elements instead of one`);
  return list[0]!;
}

function refused(why: string, cause?: unknown): RequestError {
  return new RequestError('Unauthenticated', `not the certificate of a neuron: ${why}`, cause);
}

/** UTCTime up to 2049, GeneralizedTime from then on (RFC 5280, 4.1.2.5). */
function time(ms: number): Uint8Array {
  const digits = `${new Date(ms).toISOString().replace(/[-T:]/g, '').slice(0, 14)}Z`;
  return digits < '2050' ? der(0x17, utf8(digits.slice(2))) : der(0x18, utf8(digits));
}

/** As a positive INTEGER of the shortest form. */
function positive(bytes: Uint8Array): Uint8Array {
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes;
}

function pem(bytes: Uint8Array): string {
  const lines = Buffer.from(bytes)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
