import { createHash } from 'node:crypto';
import { concat, u64le, utf8 } from '../../base/index.js';
import { type Signer, verify } from '../../wallet/index.js';
import { RequestError } from '../errors.js';

/** How a session begins over TLS: the server's challenge, and the caller's signature that answers it. */

const HELLO_TAG = utf8('bittensor-net/2 hello\0');
const SIGNATURE_BYTES = 64;

/** Bytes of a challenge. */
export const CHALLENGE_BYTES = 32;
/** A hello counts at most so long, milliseconds. */
export const HELLO_LIFE_MS = 60_000;

export interface SignedHello {
  /** Genesis hash, 32 bytes, or none. */
  readonly network: Uint8Array;
  /** SHA-256 of the SubjectPublicKeyInfo of the server's certificate: who relays a hello has another one. */
  readonly serverKeyHash: Uint8Array;
  /** Public keys, 32 bytes. */
  readonly caller: Uint8Array;
  readonly server: Uint8Array;
  readonly challenge: Uint8Array;
  /** Microseconds since 1970 by the server's clock. */
  readonly expiry: number;
}

/** SHA-256 of all that a hello says; docs/protocol.md has the same, byte for byte. */
export function helloDigest(hello: SignedHello): Uint8Array {
  const hash = createHash('sha256')
    .update(Uint8Array.of(hello.network.length))
    .update(hello.network)
    .update(hello.serverKeyHash)
    .update(hello.caller)
    .update(hello.server)
    .update(hello.challenge)
    .update(u64le(BigInt(hello.expiry)));
  return new Uint8Array(hash.digest());
}

/** The bytes that the caller signs. */
export function helloBytes(hello: SignedHello): Uint8Array {
  return concat(HELLO_TAG, helloDigest(hello));
}

export function signHello(signer: Signer, hello: SignedHello): Uint8Array {
  return signer.sign(helloBytes(hello));
}

/** What is wrong with a hello: its time, or its signature. `nowMs` is the server's clock. */
export function checkHello(hello: SignedHello, signature: Uint8Array, nowMs: number): RequestError | undefined {
  const leftMs = hello.expiry / 1000 - nowMs;
  if (leftMs <= 0) return new RequestError('ClockSkew', `the hello expired ${Math.round(-leftMs)} ms ago`);
  if (leftMs > HELLO_LIFE_MS) {
    return new RequestError('ClockSkew', `the hello counts ${Math.round(leftMs)} ms, more than ${HELLO_LIFE_MS}`);
  }
  if (hello.caller.length !== 32) return new RequestError('Unauthenticated', 'the hello names no caller');
  if (signature.length !== SIGNATURE_BYTES) {
    return new RequestError('Unauthenticated', `the hello's signature has ${signature.length} bytes, not 64`);
  }
  if (!verify(hello.caller, helloBytes(hello), signature)) {
    return new RequestError('Unauthenticated', "the hello's signature is not the caller's for this connection");
  }
  return undefined;
}
