import { concat, equalBytes } from '../../base/index.js';
import { isEndorsement, type Signer } from '../../wallet/index.js';
import { descriptionDigest, keyBytes, keyText, SIGNATURE_BYTES, signDigest, verifyDigest } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import { DescribeRequest, Description, type Synapse } from '../gen/bittensor.js';
import { decodeWithin } from './decode.js';
import { describeRequestRule, descriptionRule } from './envelope.js';
import { digestOfSynapse, verifySynapse } from './synapse.js';
import { isSpoken, PROTOCOL_VERSION, speaks } from './version.js';

/** What `Describe` asks and answers. */

/** Bytes that a caller may have signed. */
export const DESCRIBE_CHALLENGE_BYTES = 32;
/** Largest answer, bytes. */
export const DESCRIPTION_BYTES = 1024 * 1024;

const limits = { synapses: 256 };

export interface DescriptionContent {
  /** Each as `signSynapse` made it, with the responder's key. */
  readonly synapses: readonly Synapse[];
  /** Genesis hash, 32 bytes, or empty without a chain. */
  readonly network: Uint8Array;
  /** Public key and signature, 32 and 64 bytes, of the coldkey that endorses the neuron. */
  readonly endorsement?: { readonly coldkey: Uint8Array; readonly signature: Uint8Array } | undefined;
  /** The largest body that it takes. */
  readonly bodyBytes: number;
  /** Its clock, milliseconds since 1970. */
  readonly timeMs: number;
}

export interface OpenedDescription extends DescriptionContent {
  readonly version: string;
}

export function encodeDescribeRequest(challenge: Uint8Array): Uint8Array {
  return DescribeRequest.encode({ version: PROTOCOL_VERSION, challenge }).finish();
}

/** The challenge of a caller. Errors `InvalidRequest`, `RequestIncompatibleVersion`. */
export function openDescribeRequest(bytes: Uint8Array): Uint8Array {
  const request = decodeWithin('DescribeRequest', DescribeRequest, bytes, describeRequestRule);
  if (!isSpoken(request.version)) {
    throw new RequestError('RequestIncompatibleVersion', speaks('the request', request.version));
  }
  return request.challenge;
}

/** Signs a description for the caller with this challenge. */
export function sealDescription(signer: Signer, content: DescriptionContent, challenge: Uint8Array): Uint8Array {
  const { endorsement, network, bodyBytes } = content;
  const unsigned: Description = {
    ...Description.create(),
    version: PROTOCOL_VERSION,
    neuronKey: keyText(signer.publicKey),
    synapses: [...content.synapses],
    coldkey: endorsement ? keyText(endorsement.coldkey) : '',
    endorsement: endorsement?.signature ?? new Uint8Array(),
    network,
    time: Math.round(content.timeMs * 1000),
    challenge,
    bodyBytes,
  };
  const digest = digestOf(unsigned, signer.publicKey);
  return Description.encode({ ...unsigned, signature: signDigest(signer, 'description', digest) }).finish();
}

/**
 * Reads a description and verifies everything in it: that `responder` signed it for this challenge, each synapse, and the
 * endorsement. Errors `InvalidResponse`, `ResponseIncompatibleVersion`.
 */
export function openDescription(
  bytes: Uint8Array,
  to: { readonly responder: Uint8Array; readonly challenge: Uint8Array },
): OpenedDescription {
  const message = decodeWithin('Description', Description, bytes, descriptionRule(limits), 'InvalidResponse');
  const { version, synapses, network, endorsement, bodyBytes, time } = message;
  if (!isSpoken(version)) {
    throw new RequestError('ResponseIncompatibleVersion', speaks('the description', version));
  }
  if (message.neuronKey !== keyText(to.responder)) throw invalid('another neuron answered');
  if (!equalBytes(message.challenge, to.challenge)) throw invalid('the description answers another challenge');
  if (network.length !== 0 && network.length !== 32) throw invalid(`a network of ${network.length} bytes`);
  if (time < 0 || bodyBytes < 0) throw invalid('a negative number');
  const coldkey = coldkeyOf(message);
  if (!verifyDigest(to.responder, 'description', digestOf(message, to.responder), message.signature)) {
    throw invalid("the description's signature is not that of the peer");
  }
  for (const synapse of synapses) {
    if (synapse.neuronKey !== message.neuronKey) throw invalid('a synapse of another neuron');
    if (!equalBytes(synapse.network, network)) throw invalid('a synapse of another network');
    if (!verifySynapse(synapse)) throw invalid("a synapse's signature is not that of the peer");
  }
  if (coldkey && !isEndorsement(coldkey, to.responder, endorsement)) throw invalid('the endorsement is forged');
  return {
    version,
    synapses,
    network,
    endorsement: coldkey && { coldkey, signature: endorsement },
    bodyBytes,
    timeMs: time / 1000,
  };
}

/** Undefined where none is named; both a key and a signature, or neither. */
function coldkeyOf({ coldkey, endorsement }: Description): Uint8Array | undefined {
  if (coldkey === '' && endorsement.length === 0) return undefined;
  const key = keyBytes(coldkey);
  if (!key || endorsement.length !== SIGNATURE_BYTES) throw invalid('half an endorsement');
  return key;
}

function digestOf(message: Description, neuron: Uint8Array): Uint8Array {
  const { network, synapses, endorsement, bodyBytes, time, challenge } = message;
  const coldkey = keyBytes(message.coldkey) ?? new Uint8Array();
  return descriptionDigest({
    network,
    neuron,
    synapses: synapses.map(synapse => {
      const digest = digestOfSynapse(synapse);
      if (!digest) throw invalid('a synapse names no neuron');
      return digest;
    }),
    endorsement: concat(coldkey, endorsement),
    bodyBytes,
    time,
    challenge,
  });
}

function invalid(message: string, cause?: unknown): RequestError {
  return new RequestError('InvalidResponse', message, cause);
}
