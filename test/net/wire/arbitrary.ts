import fc from 'fast-check';

/** Messages of the wire with any content that this code may write. */

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const text = fc.oneof(fc.constantFrom('', '2.0.0'), fc.string({ unit: 'grapheme', maxLength: 20 }));
const version = fc.constantFrom('', '2.0.0', '2.1.17');

export const anyTensor = fc.record({
  version,
  buffer: fc.oneof(bytes(300), fc.constant(new Uint8Array(1_000).fill(7))),
  shape: fc.array(fc.nat(), { maxLength: 4 }),
  dtype: fc.constantFrom(0 as const, 1 as const, 5 as const, 20 as const),
  modality: fc.constantFrom(0 as const, 2 as const),
  requiresGrad: fc.boolean(),
  encoding: fc.constantFrom(0 as const, 2 as const),
  scales: bytes(40),
  compression: fc.constantFrom(0 as const, 1 as const),
});

export const anyTensorMessage = fc.record({
  version,
  neuronKey: text,
  synapseKey: text,
  nonce: fc.maxSafeNat(),
  signature: bytes(64),
  tensors: fc.array(anyTensor, { maxLength: 3 }),
  returnCode: fc.nat(40),
  message: fc.string({ maxLength: 1_000 }),
  receiverKey: text,
  parameterVersion: fc.maxSafeNat(),
  time: fc.maxSafeNat(),
  network: bytes(32),
});

export const anyRequestHead = fc.record({
  version,
  method: fc.constantFrom(0 as const, 1 as const, 2 as const),
  caller: bytes(32),
  receiver: bytes(32),
  synapseKey: text,
  nonce: fc.maxSafeNat(),
  parameterVersion: fc.maxSafeNat(),
  tensorsDigest: bytes(32),
  signature: bytes(64),
  length: fc.maxSafeNat(),
  timeoutMs: fc.nat(2 ** 32 - 1),
  network: bytes(32),
  replyEncoding: fc.constantFrom(0 as const, 1 as const, 2 as const),
  replyCompression: fc.constantFrom(0 as const, 1 as const),
});

const replyHead = fc.record({
  returnCode: fc.nat(40),
  message: fc.string({ unit: 'grapheme', maxLength: 500 }),
  parameterVersion: fc.maxSafeNat(),
  time: fc.maxSafeNat(),
  length: fc.maxSafeNat(),
  signature: bytes(64),
});
const challenge = fc.record({
  version,
  challenge: bytes(32),
  hotkey: bytes(32),
  time: fc.maxSafeNat(),
  network: bytes(32),
});
const hello = fc.record({
  version,
  caller: bytes(32),
  network: bytes(32),
  expiry: fc.maxSafeNat(),
  signature: bytes(64),
});
const welcome = fc.record({
  version,
  requests: fc.nat(2 ** 32 - 1),
  inlineBytes: fc.maxSafeNat(),
  bodyBytes: fc.maxSafeNat(),
});
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

export const anyFrame = fc.record({
  id: fc.nat(2 ** 32 - 1),
  challenge: maybe(challenge),
  hello: maybe(hello),
  welcome: maybe(welcome),
  request: maybe(anyRequestHead),
  reply: maybe(replyHead),
  cancel: fc.nat(36),
  credit: fc.maxSafeNat(),
  draining: fc.boolean(),
  body: fc.oneof(bytes(300), fc.constant(new Uint8Array(1_000).fill(3))),
});

/** Bytes that look like protobuf more or less: honest ones with faults, pieces in any order, and noise. */
export function hostileBytes(honest: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const fault = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('flip', 'cut', 'insert', 'repeat'),
    value: fc.nat(255),
  });
  const broken = fc.tuple(honest, fc.array(fault, { minLength: 1, maxLength: 4 })).map(([start, faults]) => {
    let out = start;
    for (const { at, kind, value } of faults) {
      const i = out.length === 0 ? 0 : at % out.length;
      if (kind === 'flip' && out.length > 0) {
        out = out.slice();
        out[i] = value;
      } else if (kind === 'cut') out = out.subarray(0, i);
      else if (kind === 'insert') out = Uint8Array.of(...out.subarray(0, i), value, ...out.subarray(i));
      else out = Uint8Array.of(...out, ...out.subarray(i));
    }
    return out;
  });
  return fc.oneof(broken, fc.uint8Array({ maxLength: 64 }));
}
