import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/base/index.js';
import { TensorMessage } from '../../../src/net/gen/bittensor.js';
import { encodeMessage } from '../../../src/net/wire/frame.js';

describe('a framed message', () => {
  it('has the bytes that the generated encoder makes', () => {
    const tensor = fc.record({
      version: fc.constantFrom('', '1.0.0'),
      buffer: fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(new Uint8Array(20_000).fill(7))),
      shape: fc.array(fc.nat(), { maxLength: 4 }),
      dtype: fc.constantFrom(0 as const, 1 as const, 5 as const),
      modality: fc.constantFrom(0 as const, 2 as const),
      requiresGrad: fc.boolean(),
      encoding: fc.constantFrom(0 as const, 2 as const),
      scales: fc.uint8Array({ maxLength: 40 }),
      compression: fc.constantFrom(0 as const, 1 as const),
    });
    const message = fc.record({
      version: fc.constantFrom('', '1.0.0'),
      neuronKey: fc.string(),
      synapseKey: fc.string(),
      nonce: fc.maxSafeNat(),
      signature: fc.uint8Array({ maxLength: 64 }),
      tensors: fc.array(tensor, { maxLength: 3 }),
      returnCode: fc.nat(40),
      message: fc.string(),
      receiverKey: fc.string(),
      parameterVersion: fc.maxSafeNat(),
      time: fc.maxSafeNat(),
      network: fc.uint8Array({ maxLength: 32 }),
    });
    fc.assert(
      fc.property(message, value => {
        expect(toHex(encodeMessage(value))).toBe(toHex(TensorMessage.encode(value).finish()));
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});
