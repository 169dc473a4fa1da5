import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { concat, fromHex, toHex, utf8 } from '../../../src/base/index.js';
import { readCertificate } from '../../../src/net/auth/certificate.js';
import {
  requestDigest as digestOfRequest,
  keyBytes,
  keyText,
  type SignedRequest,
  verifyDigest,
} from '../../../src/net/auth/signed.js';
import { type RequestHead, Synapse, type Tensor } from '../../../src/net/gen/bittensor.js';
import { openEntry, verifyEntry } from '../../../src/net/gossip/synapse-entry.js';
import { RETURN_CODES, type ReturnCode } from '../../../src/net/wire/codes.js';
import { openDescription } from '../../../src/net/wire/description.js';
import { tensorsDigest } from '../../../src/net/wire/digest.js';
import {
  encodeTensors,
  openUnary,
  openUnaryReply,
  readTensors,
  requestDigest,
  verifyHead,
} from '../../../src/net/wire/messages.js';
import { networkOfName } from '../../../src/net/wire/network.js';
import { toProto } from '../../../src/net/wire/proto-tensor.js';
import { defaultTensorLimits, floatTensor, type WireTensor } from '../../../src/net/wire/tensor.js';
import { PROTOCOL_VERSION } from '../../../src/net/wire/version.js';
import { ready, verify } from '../../../src/wallet/index.js';
import { key } from '../keys.js';
import { type RequestFields, sealReply, sealRequest } from '../sealed.js';

beforeAll(() => ready());

const vectors = JSON.parse(readFileSync('test/vectors/net/signatures.json', 'utf8'));
const limits = defaultTensorLimits;

// The forms of docs/protocol.md, written down a second time.
const sha = (...parts: Uint8Array[]) =>
  new Uint8Array(
    createHash('sha256')
      .update(concat(...parts))
      .digest(),
  );
const int = (value: number, bytes: number) => {
  const out = Buffer.alloc(bytes);
  if (bytes === 8) out.writeBigUInt64LE(BigInt(value));
  else out.writeUIntLE(value, 0, bytes);
  return out;
};
const text = (value: string) => concat(int(utf8(value).length, 4), utf8(value));
// biome-ignore lint/suspicious/noExplicitAny: read from a JSON file
type Json = any;
const tensorsForm = (tensors: Json[]) =>
  concat(
    int(tensors.length, 4),
    ...tensors.map(({ dtype, shape, buffer, modality, requiresGrad, encoding, compression, scales }) =>
      concat(
        Uint8Array.of(dtype, modality, requiresGrad ? 1 : 0, encoding, compression),
        int(shape.length, 4),
        ...shape.map((size: number) => int(size, 8)),
        int(fromHex(scales).length, 8),
        fromHex(scales),
        int(fromHex(buffer).length, 8),
        fromHex(buffer),
      ),
    ),
  );
const networkForm = (network: Uint8Array) => concat(int(network.length, 1), network);
const definitionsForm = (definitions: Json[]) =>
  concat(
    int(definitions.length, 4),
    ...definitions.map(({ modality, dtype, shape }) =>
      concat(int(modality, 4), int(dtype, 4), int(shape.length, 4), ...shape.map((size: number) => signed64(size))),
    ),
  );
const endorsementForm = ({ coldkey, endorsement }: Json) =>
  coldkey === '' ? int(0, 1) : concat(int(1, 1), fromHex(coldkey), fromHex(endorsement));
const signed64 = (value: number) => {
  const out = Buffer.alloc(8);
  out.writeBigInt64LE(BigInt(value));
  return out;
};

describe('the vectors of what is signed', () => {
  it('hold for requests', () => {
    expect(vectors.requests.length).toBeGreaterThan(2);
    for (const vector of vectors.requests) {
      const tensors = sha(tensorsForm(vector.tensors));
      expect(toHex(tensors)).toBe(vector.tensorsDigest);
      const digest = sha(
        networkForm(fromHex(vector.network)),
        int(vector.kind === 'forward' ? 1 : 2, 1),
        fromHex(vector.caller),
        fromHex(vector.receiver),
        text(vector.synapseKey),
        int(vector.nonce, 8),
        int(vector.parameterVersion, 8),
        tensors,
      );
      expect(toHex(digest)).toBe(vector.digest);
      const signed = concat(utf8('bittensor-net/2 request\0'), digest);
      expect(toHex(signed)).toBe(vector.signedBytes);
      expect(verify(fromHex(vector.caller), signed, fromHex(vector.signature))).toBe(true);
      const receiver = fromHex(vector.receiver);
      const { head } = openUnary(vector.kind, fromHex(vector.message), receiver, limits);
      expect(toHex(requestDigest(head))).toBe(vector.digest);
      expect(toHex(head.signature)).toBe(vector.signature);
      expect(verifyHead(head, { hotkey: receiver, network: fromHex(vector.network) })).toBeUndefined();
      const body = readTensors(fromHex(vector.body), limits, 'RequestDeserializationException');
      expect(toHex(body.digest())).toBe(vector.tensorsDigest);
    }
  });

  it('hold for replies', () => {
    for (const vector of vectors.replies) {
      const digest = sha(
        fromHex(vector.request),
        fromHex(vector.responder),
        int(RETURN_CODES[vector.code as ReturnCode].number, 4),
        text(vector.message),
        int(vector.parameterVersion, 8),
        int(vector.time, 8),
        sha(tensorsForm(vector.tensors)),
      );
      const signed = concat(utf8('bittensor-net/2 reply\0'), digest);
      expect(verify(fromHex(vector.responder), signed, fromHex(vector.signature))).toBe(true);
      const to = { digest: fromHex(vector.request), nonce: vector.nonce, responder: fromHex(vector.responder) };
      const { code, message, parameterVersion, timeMs } = openUnaryReply(fromHex(vector.wire), to, limits);
      expect({ code, message, parameterVersion, timeMs }).toEqual({
        code: vector.code,
        message: vector.message,
        parameterVersion: vector.parameterVersion,
        timeMs: vector.time / 1000,
      });
    }
  });

  it('hold for synapses', () => {
    for (const vector of vectors.synapses) {
      const digest = sha(
        networkForm(fromHex(vector.network)),
        text(vector.version),
        fromHex(vector.neuronKey),
        text(vector.synapseKey),
        text(vector.address),
        text(vector.port),
        text(vector.metagraph),
        int(vector.heartbeat, 8),
        text(vector.blockHash),
        int(vector.nonce, 4),
        concat(int(fromHex(vector.proofOfWork).length, 4), fromHex(vector.proofOfWork)),
        endorsementForm(vector),
        definitionsForm(vector.inputs),
        definitionsForm(vector.outputs),
        int(vector.price, 8),
        int(vector.work, 8),
        int(vector.backward ? 1 : 0, 1),
      );
      expect(toHex(digest)).toBe(vector.digest);
      const signed = concat(utf8('bittensor-net/2 synapse\0'), digest);
      expect(toHex(signed)).toBe(vector.signedBytes);
      expect(verify(fromHex(vector.neuronKey), signed, fromHex(vector.signature))).toBe(true);
      expect(verifyEntry(openEntry(Synapse.decode(fromHex(vector.message)))!)).toBe(true);
    }
  });

  it('hold for the names of networks without a chain', () => {
    expect(vectors.networks.map(({ name }: Json) => name)).toEqual(['test']);
    for (const { name, network } of vectors.networks) {
      expect(toHex(sha(utf8('bittensor-net/2 network\0'), utf8(name)))).toBe(network);
      expect(toHex(networkOfName(name))).toBe(network);
    }
  });

  it('hold for descriptions', () => {
    expect(vectors.descriptions).toHaveLength(1);
    for (const vector of vectors.descriptions) {
      const digest = sha(
        networkForm(fromHex(vector.network)),
        fromHex(vector.neuronKey),
        int(vector.synapses.length, 4),
        ...vector.synapses.map((one: string) => fromHex(one)),
        endorsementForm(vector),
        int(vector.bodyBytes, 8),
        int(vector.time, 8),
        int(fromHex(vector.challenge).length, 4),
        fromHex(vector.challenge),
      );
      const signed = concat(utf8('bittensor-net/2 description\0'), digest);
      const responder = fromHex(vector.neuronKey);
      expect(verify(responder, signed, fromHex(vector.signature))).toBe(true);
      const to = { responder, challenge: fromHex(vector.challenge) };
      expect(openDescription(fromHex(vector.message), to)).toMatchObject({ bodyBytes: vector.bodyBytes });
    }
  });

  it('hold for certificates', () => {
    for (const vector of vectors.certificates) {
      const { hotkey, publicKeyHash } = readCertificate(fromHex(vector.der));
      expect([toHex(hotkey), toHex(publicKeyHash)]).toEqual([vector.hotkey, vector.publicKeyHash]);
      const spki = new X509Certificate(fromHex(vector.der)).publicKey.export({ type: 'spki', format: 'der' });
      expect(toHex(sha(spki))).toBe(vector.publicKeyHash);
      expect(toHex(concat(utf8('bittensor-net/2 tls\0'), sha(spki)))).toBe(vector.signedBytes);
    }
  });

  it('name the keys of their seeds', () => {
    for (const [i, vector] of vectors.keys.entries()) expect(keyText(key(i + 1).publicKey)).toBe(vector.publicKey);
  });
});

const tensor = floatTensor(Float32Array.of(1, 2), [1, 2]);
const fields: RequestFields = {
  kind: 'backward',
  receiver: key(1).publicKey,
  synapseKey: 'a',
  nonce: 1_800_000_000_000_000,
  parameterVersion: 3,
  tensors: [tensor],
};
const digestOf = (tensors: readonly WireTensor[]) => encodeTensors(tensors, limits).digest();

describe('a request digest', () => {
  it('changes with everything that it covers', () => {
    const network = new Uint8Array();
    const base: SignedRequest = { ...fields, network, caller: key(2).publicKey, tensors: digestOf([tensor]) };
    const lists: WireTensor[][] = [
      [],
      [tensor, tensor],
      [{ ...tensor, shape: [2, 1] }],
      [{ ...tensor, dtype: 'int32' }],
      [{ ...tensor, modality: 'image' }],
      [{ ...tensor, requiresGrad: true }],
      [floatTensor(Float32Array.of(1, 3), [1, 2])],
    ];
    const other: SignedRequest[] = [
      { ...base, kind: 'forward' },
      { ...base, network: new Uint8Array(32) },
      { ...base, network: new Uint8Array(32).fill(1) },
      { ...base, caller: key(3).publicKey },
      { ...base, receiver: key(3).publicKey },
      { ...base, synapseKey: 'b' },
      { ...base, synapseKey: '' },
      { ...base, nonce: base.nonce + 1 },
      { ...base, parameterVersion: 4 },
      ...lists.map(list => ({ ...base, tensors: digestOf(list) })),
    ];
    const digests = [base, ...other].map(request => toHex(digestOfRequest(request)));
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('tells lists of tensors apart that hold the same bytes', () => {
    const bytes = (length: number): WireTensor => ({ ...tensor, shape: [length / 4], buffer: new Uint8Array(length) });
    const lists = [[], [bytes(0)], [bytes(0), bytes(0)], [bytes(8)], [bytes(4), bytes(4)], [bytes(0), bytes(8)]];
    expect(new Set(lists.map(list => toHex(digestOf(list)))).size).toBe(lists.length);
    const proto = toProto(tensor);
    const travelling: Tensor[] = [
      proto,
      { ...proto, encoding: 1 },
      { ...proto, compression: 1 },
      { ...proto, scales: proto.buffer, buffer: new Uint8Array() },
      { ...proto, scales: proto.buffer.subarray(0, 4), buffer: proto.buffer.subarray(4) },
    ];
    expect(new Set(travelling.map(one => toHex(tensorsDigest([one])))).size).toBe(travelling.length);
  });
});

describe('a signature', () => {
  const digest = sha(utf8('x'));

  it('is refused when it is absent, short, long, of another purpose or of another key', () => {
    const { head, digest: own } = sealRequest(key(2), fields);
    const { signature } = head;
    const caller = key(2).publicKey;
    expect(verifyDigest(caller, 'request', own, signature)).toBe(true);
    for (const purpose of ['reply', 'synapse', 'description', 'hello', 'tls'] as const) {
      expect(verifyDigest(caller, purpose, own, signature)).toBe(false);
    }
    expect(verifyDigest(key(3).publicKey, 'request', own, signature)).toBe(false);
    expect(verifyDigest(caller, 'request', digest, signature)).toBe(false);
    for (const bad of [
      new Uint8Array(0),
      signature.subarray(0, 63),
      concat(signature, Uint8Array.of(0)),
      new Uint8Array(64),
    ]) {
      expect(verifyDigest(caller, 'request', own, bad)).toBe(false);
    }
  });
});

describe('a signed head', () => {
  const own = { hotkey: key(1).publicKey, network: new Uint8Array(32).fill(9) };
  let good: RequestHead;
  // Not while the tests are collected: what fails there fails no test.
  beforeEach(() => {
    good = sealRequest(key(2), { ...fields, network: own.network }).head;
  });

  it('passes as it was signed, and names its fault when anything is changed', () => {
    expect(verifyHead(good, own)).toBeUndefined();
    const changes: [Partial<RequestHead>, string, string][] = [
      [
        { version: '1.0.0' },
        'RequestIncompatibleVersion',
        `the request speaks version 1.0.0, this side ${PROTOCOL_VERSION}`,
      ],
      [{ version: '0.0.0' }, 'RequestIncompatibleVersion', 'the request speaks version 0.0.0'],
      [{ version: '' }, 'RequestIncompatibleVersion', 'the request speaks version none'],
      [{ version: '2' }, 'RequestIncompatibleVersion', 'the request speaks version 2,'],
      [{ method: 0 }, 'InvalidRequest', 'unknown method 0'],
      [{ method: 1 }, 'Unauthenticated', 'not that of the caller'],
      [{ caller: good.caller.subarray(1) }, 'InvalidRequest', 'no key of 32 bytes'],
      [{ caller: key(3).publicKey }, 'Unauthenticated', 'not that of the caller'],
      [{ receiver: key(3).publicKey }, 'Unauthenticated', 'another neuron'],
      [{ receiver: new Uint8Array() }, 'Unauthenticated', 'another neuron'],
      [{ network: new Uint8Array() }, 'Unauthenticated', 'another network'],
      [{ network: new Uint8Array(32) }, 'Unauthenticated', 'another network'],
      [{ signature: new Uint8Array() }, 'Unauthenticated', 'has 0 bytes, not 64'],
      [{ signature: new Uint8Array(64) }, 'Unauthenticated', 'not that of the caller'],
      [{ tensorsDigest: new Uint8Array() }, 'InvalidRequest', 'has 0 bytes, not 32'],
      [{ tensorsDigest: new Uint8Array(32) }, 'Unauthenticated', 'not that of the caller'],
      [{ nonce: -1 }, 'InvalidRequest', 'negative'],
      [{ nonce: good.nonce + 1 }, 'Unauthenticated', 'not that of the caller'],
      [{ parameterVersion: -1 }, 'InvalidRequest', 'negative'],
      [{ parameterVersion: 4 }, 'Unauthenticated', 'not that of the caller'],
      [{ synapseKey: 'b' }, 'Unauthenticated', 'not that of the caller'],
    ];
    for (const [change, returnCode, message] of changes) {
      expect(verifyHead({ ...good, ...change }, own)).toMatchObject({
        returnCode,
        message: expect.stringContaining(message),
      });
    }
  });

  it('of another minor version passes', () => {
    expect(verifyHead({ ...good, version: '2.9.1' }, own)).toBeUndefined();
  });
});

const verified = (bytes: Uint8Array) => {
  const opened = openUnary('backward', bytes, key(1).publicKey, limits);
  const refusal = verifyHead(opened.head, { hotkey: key(1).publicKey, network: new Uint8Array() });
  if (refusal) throw refusal;
  return { ...opened.head, length: 0, tensors: opened.tensors() };
};

describe('a sealed message', () => {
  it('is refused or says the same when a byte of it is changed', () => {
    const { bytes } = sealRequest(key(2), fields);
    const good = verified(bytes);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = bytes.slice();
        altered[at]! ^= change;
        try {
          expect({ ...verified(altered), version: good.version }).toEqual(good);
        } catch (error) {
          expect(error).toMatchObject({ code: 'refused' });
        }
      }),
      { seed: 6, numRuns: 600 },
    );
  });

  it('is refused when its tensors are not those that its header announced', () => {
    const { bytes, head } = sealRequest(key(2), fields);
    const other = sealRequest(key(2), { ...fields, tensors: [] });
    expect(openUnary('backward', bytes, key(1).publicKey, limits, head).tensors()).toEqual([tensor]);
    expect(() => openUnary('backward', other.bytes, key(1).publicKey, limits, head)).toThrow(
      expect.objectContaining({ returnCode: 'Unauthenticated' }),
    );
  });

  it('is refused as a reply when it is another request’s, another neuron’s, or altered', () => {
    const request = sealRequest(key(2), fields);
    const content = { code: 'Success', message: '', tensors: [tensor], parameterVersion: 3 } as const;
    const bytes = sealReply(key(1), request, content, 1_800_000_000_000);
    const from = { digest: request.digest, nonce: fields.nonce, responder: key(1).publicKey };
    expect(openUnaryReply(bytes, from, limits)).toMatchObject(content);
    const invalid = (change: Partial<typeof from>) =>
      expect(() => openUnaryReply(bytes, { ...from, ...change }, limits)).toThrow(
        expect.objectContaining({ returnCode: 'InvalidResponse' }),
      );
    invalid({ digest: sha(utf8('another')) });
    invalid({ nonce: fields.nonce + 1 });
    invalid({ responder: key(3).publicKey });
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = bytes.slice();
        altered[at]! ^= change;
        try {
          expect(openUnaryReply(altered, from, limits)).toMatchObject(content);
        } catch (error) {
          expect(error).toMatchObject({ code: 'refused' });
        }
      }),
      { seed: 7, numRuns: 600 },
    );
  });
});

describe('a key on the wire', () => {
  it('is 0x and 64 lower-case digits, and nothing else', () => {
    const name = keyText(key(1).publicKey);
    expect(keyBytes(name)).toEqual(key(1).publicKey);
    for (const bad of [
      '',
      '0x',
      name.slice(2),
      name.toUpperCase(),
      `${name}0`,
      name.slice(0, -1),
      ` ${name}`,
      `${name}\n`,
    ]) {
      expect(keyBytes(bad)).toBeUndefined();
    }
  });
});
