import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { concat, fromHex, toHex, utf8 } from '../../../src/base/index.js';
import {
  keyBytes,
  keyText,
  requestDigest,
  type SignedRequest,
  tensorsDigest,
  verifyDigest,
} from '../../../src/net/auth/signed.js';
import { Synapse } from '../../../src/net/gen/bittensor.js';
import { openEntry, verifyEntry } from '../../../src/net/gossip/synapse-entry.js';
import {
  defaultTensorLimits,
  floatTensor,
  RETURN_CODES,
  type ReturnCode,
  type WireTensor,
} from '../../../src/net/index.js';
import { openReply, openRequest, sealReply, sealRequest } from '../../../src/net/wire/messages.js';
import { ready, verify } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';

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
const dtypes = ['', 'float32', 'float64', 'int32', 'int64', 'utf8'];
const modalities = ['tensor', 'image', 'text'];
// biome-ignore lint/suspicious/noExplicitAny: read from a JSON file
const tensorsForm = (tensors: any[]) =>
  concat(
    int(tensors.length, 4),
    ...tensors.map(({ dtype, shape, buffer, modality, requiresGrad }) =>
      concat(
        int(dtypes.indexOf(dtype), 1),
        int(modalities.indexOf(modality), 1),
        int(requiresGrad ? 1 : 0, 1),
        int(shape.length, 4),
        ...shape.map((size: number) => int(size, 8)),
        int(fromHex(buffer).length, 8),
        fromHex(buffer),
      ),
    ),
  );

describe('the vectors of what is signed', () => {
  it('hold for requests', () => {
    for (const vector of vectors.requests) {
      const tensors = sha(tensorsForm(vector.tensors));
      expect(toHex(tensors)).toBe(vector.tensorsDigest);
      const digest = sha(
        int(vector.kind === 'forward' ? 1 : 2, 1),
        fromHex(vector.caller),
        fromHex(vector.receiver),
        text(vector.synapseKey),
        int(vector.nonce, 8),
        int(vector.parameterVersion, 8),
        tensors,
      );
      expect(toHex(digest)).toBe(vector.digest);
      const signed = concat(utf8('bittensor-net/1 request\0'), digest);
      expect(toHex(signed)).toBe(vector.signedBytes);
      expect(verify(fromHex(vector.caller), signed, fromHex(vector.signature))).toBe(true);
      const request = openRequest(vector.kind, fromHex(vector.message), fromHex(vector.receiver), limits);
      expect(toHex(requestDigest(request))).toBe(vector.digest);
      expect(toHex(request.signature)).toBe(vector.signature);
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
      expect(toHex(digest)).toBe(vector.digest);
      const signed = concat(utf8('bittensor-net/1 reply\0'), digest);
      expect(toHex(signed)).toBe(vector.signedBytes);
      expect(verify(fromHex(vector.responder), signed, fromHex(vector.signature))).toBe(true);
      const to = {
        digest: fromHex(vector.request),
        nonce: vectors.requests[0].nonce,
        responder: fromHex(vector.responder),
      };
      const { code, message, parameterVersion, timeMs } = openReply(fromHex(vector.wire), to, limits);
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
      );
      expect(toHex(digest)).toBe(vector.digest);
      const signed = concat(utf8('bittensor-net/1 synapse\0'), digest);
      expect(toHex(signed)).toBe(vector.signedBytes);
      expect(verify(fromHex(vector.neuronKey), signed, fromHex(vector.signature))).toBe(true);
      expect(verifyEntry(openEntry(Synapse.decode(fromHex(vector.message)))!)).toBe(true);
    }
  });

  it('name the keys of their seeds', () => {
    for (const [i, vector] of vectors.keys.entries()) expect(keyText(key(i + 1).publicKey)).toBe(vector.publicKey);
  });
});

const tensor = floatTensor(Float32Array.of(1, 2), [1, 2]);
const fields = {
  kind: 'backward' as const,
  receiver: key(1).publicKey,
  synapseKey: 'a',
  nonce: 1_800_000_000_000_000,
  parameterVersion: 3,
  tensors: [tensor],
} satisfies Omit<SignedRequest, 'caller'>;

describe('a request digest', () => {
  it('changes with everything that it covers', () => {
    const base: SignedRequest = { ...fields, caller: key(2).publicKey };
    const other: SignedRequest[] = [
      { ...base, kind: 'forward' },
      { ...base, caller: key(3).publicKey },
      { ...base, receiver: key(3).publicKey },
      { ...base, synapseKey: 'b' },
      { ...base, synapseKey: '' },
      { ...base, nonce: base.nonce + 1 },
      { ...base, parameterVersion: 4 },
      { ...base, tensors: [] },
      { ...base, tensors: [tensor, tensor] },
      { ...base, tensors: [{ ...tensor, shape: [2, 1] }] },
      { ...base, tensors: [{ ...tensor, dtype: 'int32' }] },
      { ...base, tensors: [{ ...tensor, modality: 'image' }] },
      { ...base, tensors: [{ ...tensor, requiresGrad: true }] },
      { ...base, tensors: [floatTensor(Float32Array.of(1, 3), [1, 2])] },
    ];
    const digests = [base, ...other].map(request => toHex(requestDigest(request)));
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('tells lists of tensors apart that hold the same bytes', () => {
    const bytes = (length: number): WireTensor => ({ ...tensor, shape: [length / 4], buffer: new Uint8Array(length) });
    const lists = [[], [bytes(0)], [bytes(0), bytes(0)], [bytes(8)], [bytes(4), bytes(4)], [bytes(0), bytes(8)]];
    expect(new Set(lists.map(list => toHex(tensorsDigest(list)))).size).toBe(lists.length);
  });
});

describe('a signature', () => {
  const digest = sha(utf8('x'));

  it('is refused when it is absent, short, long, of another purpose or of another key', () => {
    const sealed = sealRequest(key(2), fields, limits);
    const { signature } = openRequest('backward', sealed.bytes, key(1).publicKey, limits);
    const caller = key(2).publicKey;
    expect(verifyDigest(caller, 'request', sealed.digest, signature)).toBe(true);
    expect(verifyDigest(caller, 'reply', sealed.digest, signature)).toBe(false);
    expect(verifyDigest(caller, 'synapse', sealed.digest, signature)).toBe(false);
    expect(verifyDigest(key(3).publicKey, 'request', sealed.digest, signature)).toBe(false);
    expect(verifyDigest(caller, 'request', digest, signature)).toBe(false);
    for (const bad of [
      new Uint8Array(0),
      signature.subarray(0, 63),
      concat(signature, Uint8Array.of(0)),
      new Uint8Array(64),
    ]) {
      expect(verifyDigest(caller, 'request', sealed.digest, bad)).toBe(false);
    }
  });
});

describe('a sealed message', () => {
  it('is refused or says the same when a byte of it is changed', () => {
    const { bytes } = sealRequest(key(2), fields, limits);
    const good = openRequest('backward', bytes, key(1).publicKey, limits);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = bytes.slice();
        altered[at]! ^= change;
        let opened: ReturnType<typeof openRequest>;
        try {
          opened = openRequest('backward', altered, key(1).publicKey, limits);
        } catch (error) {
          expect(error).toMatchObject({ code: 'refused' });
          return;
        }
        if (verifyDigest(opened.caller, 'request', requestDigest(opened), opened.signature))
          expect(opened).toEqual(good);
      }),
      { seed: 6, numRuns: 600 },
    );
  });

  it('is refused as a reply when it is another request’s, another neuron’s, or altered', () => {
    const request = sealRequest(key(2), fields, limits);
    const to = { digest: request.digest, nonce: fields.nonce, callerText: keyText(key(2).publicKey), synapseKey: 'a' };
    const content = { code: 'Success', message: '', tensors: [tensor], parameterVersion: 3 } as const;
    const bytes = sealReply(key(1), to, content, 1_800_000_000_000, limits);
    const from = { digest: request.digest, nonce: fields.nonce, responder: key(1).publicKey };
    expect(openReply(bytes, from, limits)).toMatchObject(content);
    const invalid = (change: Partial<typeof from>) =>
      expect(() => openReply(bytes, { ...from, ...change }, limits)).toThrow(
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
          expect(openReply(altered, from, limits)).toMatchObject(content);
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
