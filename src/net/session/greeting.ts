import type { Signer } from '../../wallet/index.js';
import { CHALLENGE_BYTES, signHello } from '../auth/hello.js';
import { RequestError } from '../errors.js';
import type { Challenge, Hello, Welcome } from '../gen/bittensor.js';
import { clean } from '../wire/status.js';
import { agreedVersion, PROTOCOL_VERSION } from '../wire/version.js';
import { NO_BYTES } from './frames.js';
import { MOST_INLINE_BYTES } from './limits.js';

/** Who greets whom, and over what. */
export interface Greeting {
  readonly signer: Signer;
  /** Whom the chain names at this address, 32 bytes. */
  readonly expect: { readonly hotkey: Uint8Array };
  /** Genesis hash, 32 bytes, or none. */
  readonly network: Uint8Array;
  /** SHA-256 of the public key of the server's certificate. Undefined: plain text, where each request is signed. */
  readonly serverKeyHash: Uint8Array | undefined;
}

/** How long a hello may be on its way, microseconds by the server's clock. */
const HELLO_US = 30_000_000;

/**
 * The caller's answer to a challenge, or why there is none: another neuron, another network, another language. Throws a `RequestError`
 * where the challenge is none.
 */
export function helloTo(
  challenge: Challenge,
  { signer, expect, network, serverKeyHash }: Greeting,
): Hello | RequestError {
  const version = agreedVersion(challenge.version);
  if (version === undefined) {
    const text = `the peer speaks version ${clean(challenge.version) || 'none'}, this side ${PROTOCOL_VERSION}`;
    return new RequestError('ResponseIncompatibleVersion', text);
  }
  if (Buffer.compare(challenge.hotkey, expect.hotkey) !== 0) {
    return new RequestError('InvalidResponse', 'another neuron answers at this address');
  }
  if (Buffer.compare(challenge.network, network) !== 0) {
    return new RequestError('InvalidResponse', 'the peer is on another network');
  }
  if (challenge.challenge.length !== (serverKeyHash ? CHALLENGE_BYTES : 0)) {
    throw new RequestError('InvalidResponse', `a challenge of ${challenge.challenge.length} bytes`);
  }
  const expiry = challenge.time + HELLO_US;
  if (!(challenge.time >= 0) || !Number.isSafeInteger(expiry)) {
    throw new RequestError('InvalidResponse', 'a challenge without a time');
  }
  const caller = signer.publicKey;
  const about = { network, caller, server: expect.hotkey, challenge: challenge.challenge, expiry };
  const signature = serverKeyHash ? signHello(signer, { ...about, serverKeyHash }) : NO_BYTES;
  return { version, caller, network, expiry, signature };
}

/** What the caller makes of a welcome: never more than its own limits. Throws a `RequestError` for a welcome to nothing. */
export function boundedWelcome(welcome: Welcome, { requests }: { readonly requests: number }): Welcome {
  if (welcome.requests < 1) throw new RequestError('InvalidResponse', 'a welcome to no requests');
  return {
    ...welcome,
    requests: Math.min(welcome.requests, requests),
    inlineBytes: Math.min(welcome.inlineBytes, MOST_INLINE_BYTES),
  };
}
