import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keyText } from '../../../src/net/auth/signed.js';
import { RequestError } from '../../../src/net/errors.js';
import {
  type Compression,
  type Encoding,
  type Method,
  type ReplyHead,
  RequestHead,
  TensorMessage,
} from '../../../src/net/gen/bittensor.js';

import {
  checkHead,
  encodeTensors,
  kindOf,
  openAnswer,
  openUnary,
  openUnaryReply,
  readTensors,
  replyFormatOf,
  replyHead,
  requestDigest,
  type SignedHeadContent,
  sealUnary,
  sealUnaryReply,
  sessionHead,
  signHead,
  signReply,
  verifyHead,
} from '../../../src/net/wire/messages.js';
import { networkBytes } from '../../../src/net/wire/network.js';
import { floatTensor, defaultTensorLimits as limits } from '../../../src/net/wire/tensor.js';
import { PROTOCOL_VERSION } from '../../../src/net/wire/version.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../keys.js';

beforeAll(() => ready());

const network = new Uint8Array(32).fill(7);
const own = { hotkey: key(1).publicKey, network };
const encoded = encodeTensors([floatTensor(Float32Array.of(1, 2), [1, 2])], limits);
const others = encodeTensors([floatTensor(Float32Array.of(1, 3), [1, 2])], limits);
const content = {
  kind: 'backward',
  synapseKey: 'a',
  parameterVersion: 3,
  length: encoded.body.length,
  timeoutMs: 5_000,
} as const;
const signed = (change: Partial<SignedHeadContent> = {}) => {
  const all = { ...content, receiver: own.hotkey, network, nonce: 1_000, digest: encoded.digest(), ...change };
  return signHead(key(2), all);
};

/** What was thrown, as code and words. */
function thrown(work: () => unknown): [string, string] {
  try {
    work();
  } catch (error) {
    if (error instanceof RequestError) return [error.returnCode, error.message];
    throw error;
  }
  throw new Error('nothing was thrown');
}
const said = (error: RequestError | undefined) => error && [error.returnCode, error.message];

describe('the head of a request', () => {
  it('says in a session what is asked, and neither keys nor signature', () => {
    expect(sessionHead(content)).toEqual({
      ...RequestHead.create(),
      method: 2,
      synapseKey: 'a',
      parameterVersion: 3,
      length: encoded.body.length,
      timeoutMs: 5_000,
    });
    expect(sessionHead({ ...content, kind: 'forward' }).method).toBe(1);
  });

  it('carries a time of whole milliseconds, from one to what 32 bits hold', () => {
    const timeOf = (timeoutMs: number) => sessionHead({ ...content, timeoutMs }).timeoutMs;
    expect([0, -5, 0.2, 1.2, 2, 1e12].map(timeOf)).toEqual([1, 1, 1, 2, 2, 4_294_967_295]);
  });

  it('asks for the reply in every format that there is, and the axon reads the same', () => {
    for (const encoding of ['plain', 'bf16', 'int8'] as const) {
      for (const compression of ['none', 'zstd'] as const) {
        expect(replyFormatOf(sessionHead({ ...content, reply: { encoding, compression } }))).toEqual({
          encoding,
          compression,
        });
      }
    }
    const unknown = { ...sessionHead(content), replyEncoding: 99 as Encoding, replyCompression: 99 as Compression };
    expect(replyFormatOf(unknown)).toEqual({ encoding: 'plain', compression: 'none' });
    expect([sessionHead(content).replyEncoding, sessionHead(content).replyCompression]).toEqual([0, 0]);
  });

  it('is of a forward or a backward, and no other method has a digest', () => {
    const head = signed();
    expect([1, 2, 0, 3].map(method => kindOf({ ...head, method: method as Method }))).toEqual([
      'forward',
      'backward',
      undefined,
      undefined,
    ]);
    expect(thrown(() => requestDigest({ ...head, method: 7 as Method }))).toEqual([
      'InvalidRequest',
      'unknown method 7',
    ]);
  });

  it('is verified as it was signed', () => {
    expect(signed()).toMatchObject({ version: PROTOCOL_VERSION, nonce: 1_000, method: 2, synapseKey: 'a' });
    expect(verifyHead(signed(), own)).toBeUndefined();
    expect(said(verifyHead({ ...signed(), nonce: 1_001 }, own))).toEqual([
      'Unauthenticated',
      'the signature is not that of the caller for this request',
    ]);
    expect(verifyHead(signed({ network: new Uint8Array() }), { ...own, network: new Uint8Array() })).toBeUndefined();
  });

  it('is refused for another neuron or network, however well it is signed for those', () => {
    expect(verifyHead(signed({ network: new Uint8Array(32) }), own)?.message).toBe('the request is of another network');
    expect(verifyHead(signed({ receiver: key(3).publicKey }), own)?.message).toBe(
      'the request is addressed to another neuron',
    );
  });

  it('may be the first of all: the nonce and the parameter version begin at zero', () => {
    expect(checkHead(signed({ nonce: 0, parameterVersion: 0 }), own)).toBeUndefined();
  });

  it('has its fault named before anyone verifies the signature', () => {
    const faults: [Partial<RequestHead>, string, string][] = [
      [
        { version: '1.0.0' },
        'RequestIncompatibleVersion',
        `the request speaks version 1.0.0, this side ${PROTOCOL_VERSION}`,
      ],
      [{ version: '' }, 'RequestIncompatibleVersion', `the request speaks version none, this side ${PROTOCOL_VERSION}`],
      [{ method: 3 as Method }, 'InvalidRequest', 'unknown method 3'],
      [{ caller: new Uint8Array(31) }, 'InvalidRequest', 'the caller is no key of 32 bytes'],
      [{ receiver: key(3).publicKey }, 'Unauthenticated', 'the request is addressed to another neuron'],
      [{ network: new Uint8Array(32) }, 'Unauthenticated', 'the request is of another network'],
      [{ signature: new Uint8Array(65) }, 'Unauthenticated', 'the signature has 65 bytes, not 64'],
      [{ tensorsDigest: new Uint8Array(31) }, 'InvalidRequest', 'tensors_digest has 31 bytes, not 32'],
      [{ nonce: -1 }, 'InvalidRequest', 'a negative number'],
      [{ parameterVersion: -1 }, 'InvalidRequest', 'a negative number'],
    ];
    for (const [change, code, message] of faults) {
      expect(said(checkHead({ ...signed(), ...change }, own))).toEqual([code, message]);
    }
  });
});

const open = (bytes: Uint8Array, announced?: RequestHead) =>
  openUnary('backward', bytes, own.hotkey, limits, announced);
const rewritten = (bytes: Uint8Array, change: Partial<TensorMessage>) =>
  TensorMessage.encode({ ...TensorMessage.decode(bytes), ...change }).finish();

describe('a unary request', () => {
  let head: RequestHead;
  let bytes: Uint8Array;
  beforeEach(() => {
    head = signed();
    bytes = sealUnary(head, encoded.body);
  });

  it('gives back the head that it was sealed with', () => {
    const opened = open(bytes);
    const { method, synapseKey, nonce, parameterVersion, version } = head;
    expect(opened.head).toMatchObject({ method, synapseKey, nonce, parameterVersion, version, length: bytes.length });
    expect([opened.head.caller, opened.head.receiver, opened.head.network]).toEqual([
      key(2).publicKey,
      own.hotkey,
      network,
    ]);
    expect(verifyHead(opened.head, own)).toBeUndefined();
    expect(openUnary('forward', bytes, own.hotkey, limits).head.method).toBe(1);
    expect(opened.tensors()).toHaveLength(1);
    expect(TensorMessage.decode(bytes).version).toBe(PROTOCOL_VERSION);
  });

  it('is taken as addressed to this neuron where it names none, and its signature covers that', () => {
    const unnamed = open(rewritten(bytes, { receiverKey: '' }));
    expect(verifyHead(unnamed.head, own)).toBeUndefined();
  });

  it('is refused in these words when it is malformed', () => {
    const words = (change: Partial<TensorMessage>) => thrown(() => open(rewritten(bytes, change)));
    const spoken = (theirs: string) => [
      'RequestIncompatibleVersion',
      `the request speaks version ${theirs}, this side ${PROTOCOL_VERSION}`,
    ];
    expect(words({ version: '1.2.3' })).toEqual(spoken('1.2.3'));
    expect(words({ version: '' })).toEqual(spoken('none'));
    expect(words({ neuronKey: '0x12' })).toEqual(['InvalidRequest', 'neuron_key is not 0x and 64 hexadecimal digits']);
    expect(words({ receiverKey: '0x12' })).toEqual([
      'InvalidRequest',
      'receiver_key is not 0x and 64 hexadecimal digits',
    ]);
    expect(thrown(() => open(Uint8Array.of(255)))[0]).toBe('InvalidRequest');
    const [tensor] = TensorMessage.decode(bytes).tensors;
    expect(words({ tensors: [{ ...tensor!, shape: [5, 5] }] })[0]).toBe('RequestDeserializationException');
  });

  it('that was announced keeps the announced head, and must have its tensors', () => {
    expect(open(bytes, head).head).toBe(head);
    expect(open(bytes, head).tensors()).toHaveLength(1);
    expect(thrown(() => open(sealUnary(head, others.body), head))).toEqual([
      'Unauthenticated',
      'the tensors are not those that the header announced',
    ]);
  });
});

describe('a unary reply', () => {
  let request: RequestHead;
  let digest: Uint8Array;
  let bytes: Uint8Array;
  let to: Parameters<typeof openUnaryReply>[1];
  beforeEach(() => {
    request = signed();
    digest = requestDigest(request);
    bytes = make();
    to = { digest, nonce: 1_000, responder: own.hotkey };
  });
  const words = { code: 'Stale', message: 'old', parameterVersion: 4, time: 2_500, digest: encoded.digest() } as const;
  const make = (change: Partial<typeof words> = {}, signer = key(1)) => {
    const changed = { ...words, ...change };
    const head = replyHead(changed, encoded.body.length, signReply(signer, digest, changed));
    return sealUnaryReply(signer.publicKey, request, head, encoded.body);
  };

  it('says what was sealed, addressed to the caller and of its synapse', () => {
    expect(openUnaryReply(bytes, to, limits)).toMatchObject({
      code: 'Stale',
      message: 'old',
      parameterVersion: 4,
      timeMs: 2.5,
      tensors: [{ shape: [1, 2] }],
    });
    expect(TensorMessage.decode(bytes)).toMatchObject({
      version: PROTOCOL_VERSION,
      neuronKey: keyText(own.hotkey),
      receiverKey: keyText(key(2).publicKey),
      synapseKey: 'a',
      nonce: 1_000,
    });
  });

  it('may have a time and a parameter version of zero', () => {
    expect(openUnaryReply(make({ time: 0 as 2_500, parameterVersion: 0 as 4 }), to, limits)).toMatchObject({
      timeMs: 0,
      parameterVersion: 0,
    });
  });

  it('is refused in these words when it is none to this request', () => {
    const refusal = (change: Partial<TensorMessage>) =>
      thrown(() => openUnaryReply(rewritten(bytes, change), to, limits));
    expect(refusal({ version: '3.0.0' })).toEqual([
      'ResponseIncompatibleVersion',
      `the reply speaks version 3.0.0, this side ${PROTOCOL_VERSION}`,
    ]);
    expect(refusal({ version: '' })).toEqual([
      'ResponseIncompatibleVersion',
      `the reply speaks version none, this side ${PROTOCOL_VERSION}`,
    ]);
    expect(refusal({ neuronKey: keyText(key(3).publicKey) })).toEqual(['InvalidResponse', 'another neuron answered']);
    expect(refusal({ nonce: 1_001 })).toEqual(['InvalidResponse', 'the reply answers another request']);
    expect(refusal({ time: -1 })).toEqual(['InvalidResponse', 'a negative number']);
    expect(refusal({ parameterVersion: -1 })).toEqual(['InvalidResponse', 'a negative number']);
    expect(refusal({ returnCode: 0 })).toEqual(['InvalidResponse', 'the reply has no return code']);
    const [tensor] = TensorMessage.decode(bytes).tensors;
    expect(refusal({ tensors: [{ ...tensor!, shape: [5, 5] }] })[0]).toBe('ResponseDeserializationException');
    expect(thrown(() => openUnaryReply(Uint8Array.of(255), to, limits))[0]).toBe('InvalidResponse');
  });

  it('is refused when anything that it says is another than was signed', () => {
    const forged = ['InvalidResponse', "the reply's signature is not that of the peer for this request"];
    const [other] = TensorMessage.decode(others.body).tensors;
    const changes: Partial<TensorMessage>[] = [
      { signature: new Uint8Array() },
      { signature: new Uint8Array(64) },
      { returnCode: 1 },
      { message: 'new' },
      { message: '' },
      { parameterVersion: 5 },
      { time: 2_501 },
      { tensors: [] },
      { tensors: [other!] },
    ];
    for (const change of changes) {
      expect(thrown(() => openUnaryReply(rewritten(bytes, change), to, limits))).toEqual(forged);
    }
    expect(thrown(() => openUnaryReply(bytes, { ...to, digest: new Uint8Array(32) }, limits))).toEqual(forged);
    const stolen = rewritten(make({}, key(3)), { neuronKey: keyText(own.hotkey) });
    expect(thrown(() => openUnaryReply(stolen, to, limits))).toEqual(forged);
  });
});

describe('the signature of a reply', () => {
  const words = { code: 'Success', message: 'm', parameterVersion: 1, time: 5, digest: encoded.digest() } as const;
  let request: Uint8Array;
  beforeEach(() => {
    request = requestDigest(signed());
  });

  it('holds for these words, this request and this responder alone', () => {
    const signature = signReply(key(1), request, words);
    const holds = (change: Partial<ReplyHead>, by = own.hotkey, of = request, sent = encoded) => {
      const head = { ...replyHead(words, 0, signature), ...change };
      const body = readTensors(sent.body, limits, 'ResponseDeserializationException');
      try {
        return openAnswer(head, body, { request: of, responder: by }).code === 'Success';
      } catch {
        return false;
      }
    };
    expect(holds({})).toBe(true);
    for (const change of [{ returnCode: 5 }, { message: '' }, { parameterVersion: 2 }, { time: 6 }]) {
      expect(holds(change)).toBe(false);
    }
    expect(holds({}, own.hotkey, request, others)).toBe(false);
    expect(holds({}, key(2).publicKey)).toBe(false);
    expect(holds({}, own.hotkey, new Uint8Array(32))).toBe(false);
  });

  it('is of the first thousand characters of a long message, which are those that are sent', () => {
    const long = { ...words, message: 'x'.repeat(1_001) };
    const head = replyHead(long, 9, signReply(key(1), request, long));
    expect([head.message.length, head.length, head.returnCode]).toEqual([1_000, 9, 1]);
    const body = readTensors(encoded.body, limits, 'ResponseDeserializationException');
    expect(openAnswer(head, body, { request, responder: own.hotkey }).message).toHaveLength(200);
    expect(replyHead(words, 0)).toEqual({
      returnCode: 1,
      message: 'm',
      parameterVersion: 1,
      time: 5,
      length: 0,
      signature: new Uint8Array(),
    });
  });

  it('is asked for in an Exchange on plain text only', () => {
    const head = replyHead(words, encoded.body.length);
    const body = () => readTensors(encoded.body, limits, 'ResponseDeserializationException');
    expect(openAnswer(head, body())).toMatchObject({ code: 'Success', message: 'm', timeMs: 0.005 });
    expect(thrown(() => openAnswer(head, body(), { request, responder: own.hotkey }))[0]).toBe('InvalidResponse');
    const right = { ...head, signature: signReply(key(1), request, words) };
    expect(openAnswer(right, body(), { request, responder: own.hotkey })).toMatchObject({ code: 'Success' });
    expect(openAnswer({ ...head, message: 'a\nb\u0007' }, body()).message).toBe('a b ');
  });
});

describe('the name of a network', () => {
  it('is a hash of 32 bytes or nothing', () => {
    expect(networkBytes(undefined)).toEqual(new Uint8Array());
    expect(networkBytes(new Uint8Array())).toEqual(new Uint8Array());
    expect(networkBytes(network)).toBe(network);
    expect(() => networkBytes(new Uint8Array(31))).toThrow('a genesis hash has 32 bytes, not 31');
  });
});
