import { beforeAll, describe, expect, it } from 'vitest';
import { concat } from '../../../src/base/index.js';
import { makeCertificate, readCertificate } from '../../../src/net/auth/certificate.js';
import { keyText } from '../../../src/net/auth/signed.js';
import { GossipBatch, Synapse } from '../../../src/net/gen/bittensor.js';
import { ServerReflectionRequest } from '../../../src/net/gen/reflection.js';
import { openEntry } from '../../../src/net/gossip/synapse-entry.js';
import { defaultTensorLimits, floatTensor, textTensor } from '../../../src/net/index.js';
import { isReturnCode } from '../../../src/net/wire/codes.js';
import {
  encodeDescribeRequest,
  openDescribeRequest,
  openDescription,
  sealDescription,
} from '../../../src/net/wire/description.js';
import { checkEnvelope, gossipBatchRule } from '../../../src/net/wire/envelope.js';
import { decodeFrame, encodeFrame } from '../../../src/net/wire/exchange-frame.js';
import { decodeRequestHead, encodeRequestHead } from '../../../src/net/wire/head-bytes.js';
import { readHealthRequest } from '../../../src/net/wire/health.js';
import { encodeTensors, openUnary, openUnaryReply, readTensors, replyHead } from '../../../src/net/wire/messages.js';
import { reflect } from '../../../src/net/wire/reflection.js';
import { signSynapse } from '../../../src/net/wire/synapse.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';
import { sealReply, sealRequest } from '../sealed.js';

/**
 * Messages for all decoders together: `FUZZ_MESSAGES=1000000 npx vitest run test/net/wire/fuzz` for a long run,
 * `FUZZ_SEED` for another one.
 */
const MESSAGES = Number(process.env['FUZZ_MESSAGES'] ?? 24_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
/** No message may take more time of the processor: what other programs take does not count. */
const LONGEST_MS = 100;

const limits = { ...defaultTensorLimits, elements: 2 ** 20, bytes: 2 ** 22, compressedBytes: 2 ** 20 };
const bytesOf = (pem: string) => Buffer.from(pem.replace(/-----.*-----|\s/g, ''), 'base64');

interface Target {
  readonly name: string;
  readonly honest: () => Uint8Array[];
  readonly decode: (bytes: Uint8Array) => unknown;
}

const challenge = new Uint8Array(32).fill(3);
const entry = () =>
  signSynapse(
    key(1),
    Synapse.fromPartial({
      version: '2.0.0',
      network: challenge,
      neuronKey: keyText(key(1).publicKey),
      address: '127.0.0.1',
      port: '8091',
      heartbeat: 1_800_000_000_000,
      inputs: [{ modality: 1, dtype: 1, shape: [-1, 784] }],
      outputs: [{ modality: 0, dtype: 1, shape: [-1, 10] }],
    }),
  );
const tensors = () => [
  floatTensor(
    Float32Array.from({ length: 600 }, (_, i) => Math.sin(i)),
    [3, 200],
    { requiresGrad: true },
  ),
  textTensor(['über', '', 'x'.repeat(700)]),
  { ...floatTensor(new Float32Array(200), [200]), dtype: 'int32' as const },
];
const request = () =>
  sealRequest(key(2), {
    kind: 'forward',
    receiver: key(1).publicKey,
    synapseKey: keyText(key(3).publicKey),
    nonce: 1_800_000_000_000_000,
    parameterVersion: 0,
    tensors: tensors(),
    network: new Uint8Array(32).fill(1),
  });
const bodies = () =>
  (['plain', 'bf16', 'int8'] as const).flatMap(encoding =>
    (['none', 'zstd'] as const).map(compression => encodeTensors(tensors(), limits, { encoding, compression }).body),
  );

const targets: Target[] = [
  {
    name: 'frames',
    honest: () => {
      const { head } = request();
      const reply = replyHead({ code: 'Stale', message: 'gone', parameterVersion: 3, time: 5 }, 4, new Uint8Array(64));
      const hello = {
        version: '2.0.0',
        caller: head.caller,
        network: head.network,
        expiry: 9,
        signature: head.signature,
      };
      const welcome = { version: '2.0.0', requests: 64, inlineBytes: 2 ** 18, bodyBytes: 2 ** 28 };
      return [
        encodeFrame({ id: 1, request: head, body: new Uint8Array(50) }),
        encodeFrame({ id: 2, reply }),
        encodeFrame({ challenge: { version: '2.0.0', challenge, hotkey: challenge, time: 7, network: challenge } }),
        encodeFrame({ hello }),
        encodeFrame({ welcome, draining: true }),
        encodeFrame({ id: 3, credit: 2 ** 22, cancel: 36 }),
      ];
    },
    decode: bytes => encodeFrame(decodeFrame(bytes)),
  },
  {
    name: 'heads',
    honest: () => [encodeRequestHead(request().head)],
    decode: bytes => encodeRequestHead(decodeRequestHead(bytes)),
  },
  {
    name: 'bodies of requests',
    honest: bodies,
    decode: bytes => {
      const received = readTensors(bytes, limits, 'RequestDeserializationException');
      return [received.digest(), received.decodedBytes, received.tensors()];
    },
  },
  {
    name: 'bodies of replies',
    honest: bodies,
    decode: bytes => readTensors(bytes, limits, 'ResponseDeserializationException').tensors(),
  },
  {
    name: 'unary requests',
    honest: () => [request().bytes],
    decode: bytes => openUnary('forward', bytes, key(1).publicKey, limits).tensors(),
  },
  {
    name: 'unary replies',
    honest: () => [
      sealReply(key(1), request(), { code: 'Success', message: 'x', parameterVersion: 1, tensors: tensors() }),
    ],
    decode: bytes => {
      const { head, digest } = request0;
      return openUnaryReply(bytes, { digest, nonce: head.nonce, responder: key(1).publicKey }, limits);
    },
  },
  {
    name: 'descriptions',
    honest: () => {
      const content = { synapses: [entry()], network: challenge, bodyBytes: 5, timeMs: 1_800_000_000_000 };
      return [sealDescription(key(1), content, challenge)];
    },
    decode: bytes => openDescription(bytes, { responder: key(1).publicKey, challenge }),
  },
  {
    name: 'requests for descriptions',
    honest: () => [encodeDescribeRequest(challenge)],
    decode: openDescribeRequest,
  },
  {
    name: 'gossip',
    honest: () => [
      GossipBatch.encode(
        GossipBatch.fromPartial({ version: '2.0.0', peers: ['127.0.0.1:1'], synapses: [entry()] }),
      ).finish(),
    ],
    decode: bytes => {
      checkEnvelope(bytes, gossipBatchRule({ peers: 10, synapses: 100 }));
      return decodeGossip(bytes).synapses.map(openEntry);
    },
  },
  {
    name: 'reflection',
    honest: () => [ServerReflectionRequest.encode({ host: '', fileContainingSymbol: 'Tensor' }).finish()],
    decode: bytes => reflect(bytes, ['Bittensor']),
  },
  { name: 'health', honest: () => [Uint8Array.of(10, 3, 97, 98, 99)], decode: readHealthRequest },
  {
    name: 'certificates',
    honest: () => [bytesOf(makeCertificate(key(1)).certPem)],
    decode: readCertificate,
  },
];

let request0: ReturnType<typeof request>;
beforeAll(async () => {
  await ready();
  request0 = request();
});

/** What the generated decoder throws is a refusal where gossip reads it. */
function decodeGossip(bytes: Uint8Array): GossipBatch {
  try {
    return GossipBatch.decode(bytes);
  } catch (error) {
    throw new RangeError('not a GossipBatch', { cause: error });
  }
}

/** xorshift32: the same messages in every run of a seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed || 1;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Up to six faults: bytes and bits changed, pieces cut, repeated, swapped in from another message, numbers made huge. */
function mutate(honest: readonly Uint8Array[], random: (below: number) => number): Uint8Array {
  let bytes: Uint8Array = honest[random(honest.length)]!.slice();
  if (random(40) === 0) return Uint8Array.from({ length: random(80) }, () => random(256));
  for (let faults = 1 + random(6); faults > 0; faults--) {
    const at = random(Math.max(1, bytes.length));
    const to = at + random(Math.min(64, bytes.length - at + 1));
    switch (random(8)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes[at]! ^= 1 << random(8);
        break;
      case 2:
        bytes = bytes.slice(0, at);
        break;
      case 3:
        bytes = concat(bytes.subarray(0, at), bytes.subarray(to));
        break;
      case 4:
        bytes = concat(bytes.subarray(0, to), bytes.subarray(at));
        break;
      case 5: {
        const other = honest[random(honest.length)]!;
        bytes = concat(bytes.subarray(0, at), other.subarray(random(other.length)));
        break;
      }
      case 6:
        bytes.fill(0xff, at, to);
        break;
      default:
        bytes = concat(bytes.subarray(0, at), Uint8Array.of(random(256), random(256)), bytes.subarray(at));
    }
  }
  return bytes;
}

describe('a decoder of hostile bytes', () => {
  it.each(targets)('throws nothing but refusals, and never takes long: $name', { timeout: 3_600_000 }, target => {
    const random = randomOf(SEED);
    const honest = target.honest();
    for (const bytes of honest) target.decode(bytes);
    const rounds = Math.ceil(MESSAGES / targets.length);
    let [accepted, slowest] = [0, 0];
    for (let i = 0; i < rounds; i++) {
      const bytes = mutate(honest, random);
      const time = () => {
        const began = process.cpuUsage();
        if (attempt(target, bytes)) accepted++;
        const { user, system } = process.cpuUsage(began);
        return (user + system) / 1_000;
      };
      let took = time();
      // It may have been the turn of the garbage collector or of the compiler.
      for (let again = 0; took > LONGEST_MS && again < 3; again++) took = Math.min(took, time());
      slowest = Math.max(slowest, took);
      if (i % 64 === 0) expectUntouched(target, bytes);
      if (took > LONGEST_MS) throw new Error(`${took} ms for ${Buffer.from(bytes).toString('hex')}`);
    }
    // Some faults do no harm; if all messages passed or none, this would test nothing.
    expect(accepted).toBeLessThan(rounds);
    expect(slowest).toBeLessThanOrEqual(LONGEST_MS);
  });
});

function attempt(target: Target, bytes: Uint8Array): boolean {
  try {
    target.decode(bytes);
    return true;
  } catch (error) {
    const { returnCode } = error as { returnCode?: unknown };
    if (!isReturnCode(returnCode) && !(error instanceof RangeError)) throw new Error(hexOf(bytes), { cause: error });
    return false;
  }
}

/** What arrives may be a view of memory that others read too. */
function expectUntouched(target: Target, bytes: Uint8Array): void {
  const copy = bytes.slice();
  attempt(target, bytes);
  expect(hexOf(bytes)).toBe(hexOf(copy));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
