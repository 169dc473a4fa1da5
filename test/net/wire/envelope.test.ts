import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex } from '../../../src/base/index.js';
import { GossipBatch, TensorMessage } from '../../../src/net/gen/bittensor.js';
import { checkEnvelope, gossipBatchRule, tensorMessageRule } from '../../../src/net/wire/envelope.js';

const rule = tensorMessageRule({ tensors: 4, rank: 3 });
const check = (bytes: Uint8Array) => checkEnvelope(bytes, rule);
const repeat = (hex: string, times: number) => new Uint8Array(Buffer.alloc((hex.length / 2) * times, hex, 'hex'));

describe('a look at the envelope', () => {
  it('passes what this code encodes', () => {
    const message = TensorMessage.fromPartial({
      version: '1.0.0',
      neuronKey: `0x${'ab'.repeat(32)}`,
      nonce: Number.MAX_SAFE_INTEGER,
      signature: new Uint8Array(64),
      tensors: Array.from({ length: 4 }, () => ({ buffer: new Uint8Array(100), shape: [1, 5, 5] })),
      returnCode: 1,
      parameterVersion: 3,
    });
    check(TensorMessage.encode(message).finish());
    check(new Uint8Array(0));
  });

  it('refuses millions of empty tensors, and long shapes, before anything is built of them', () => {
    const started = performance.now();
    expect(() => check(repeat('3200', 1_000_000))).toThrow('field 6 occurs more than 4 times');
    const longShape = concat(fromHex('3288'), fromHex('02'), fromHex('1a85'), fromHex('02'), new Uint8Array(261));
    expect(() => check(longShape)).toThrow('more than 30');
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('refuses what runs over, ends early, nests groups or has endless numbers', () => {
    expect(() => check(fromHex('0a05302e'))).toThrow('runs over the end');
    expect(() => check(fromHex('0aff'))).toThrow('ends within a number');
    expect(() => check(fromHex('20ffffffffffffffffffff01'))).toThrow('more than 10 bytes');
    expect(() => check(fromHex('0b'))).toThrow('wire type 3');
    expect(() => check(fromHex('00'))).toThrow('field number 0');
    // A tensor whose buffer claims more than the tensor has, though the message goes on.
    expect(() => check(concat(fromHex('3204' + '12050000'), new Uint8Array(10)))).toThrow('runs over the end');
    expect(() => check(repeat('c80301', 65))).toThrow('more than 64');
  });

  it('passes fields of a newer version', () => {
    check(repeat('c80301', 64));
    check(fromHex('ca03' + '03' + '010203'));
  });

  it('bounds what decoding a passed message can make, whatever the bytes', () => {
    const small = gossipBatchRule({ peers: 2, synapses: 3 });
    const piece = fc.oneof(
      fc
        .constantFrom('0a00', '1200', '1a00', '1a020a00', '820100', '8a010131', '0d00000000', '1a0412020a00')
        .map(fromHex),
      fc.uint8Array({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        const bytes = concat(...pieces);
        try {
          checkEnvelope(bytes, small);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        let batch: GossipBatch;
        try {
          batch = GossipBatch.decode(bytes);
        } catch {
          return;
        }
        expect(batch.peers.length).toBeLessThanOrEqual(2);
        expect(batch.synapses.length).toBeLessThanOrEqual(3);
      }),
      { seed: 5, numRuns: 3_000 },
    );
  });
});
