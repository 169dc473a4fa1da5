import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex } from '../../../src/base/index.js';
import { Description, GossipBatch, type TensorDefinition } from '../../../src/net/gen/bittensor.js';
import { checkEnvelope, descriptionRule, gossipBatchRule } from '../../../src/net/wire/envelope.js';

const rule = descriptionRule({ synapses: 4 });
const check = (bytes: Uint8Array) => checkEnvelope(bytes, rule);
const repeat = (hex: string, times: number) => new Uint8Array(Buffer.alloc((hex.length / 2) * times, hex, 'hex'));

describe('a look at the envelope', () => {
  it('passes what this code encodes', () => {
    const definition: TensorDefinition = { modality: 1, dtype: 1, shape: [-1, 28, 28] };
    const synapse = {
      neuronKey: `0x${'ab'.repeat(32)}`,
      inputs: Array(16).fill(definition),
      signature: new Uint8Array(64),
    };
    const description = Description.fromPartial({
      version: '2.0.0',
      synapses: Array.from({ length: 4 }, () => ({ ...synapse, outputs: [definition], price: 5, backward: true })),
      challenge: new Uint8Array(32),
      time: Number.MAX_SAFE_INTEGER,
    });
    check(Description.encode(description).finish());
    check(new Uint8Array(0));
  });

  it('refuses millions of empty messages, and long shapes, before anything is built of them', () => {
    expect(() => check(repeat('1a00', 1_000_000))).toThrow('field 3 occurs more than 4 times');
    const definitions = repeat('a20100', 17);
    expect(() => check(concat(Uint8Array.of(0x1a, definitions.length), definitions))).toThrow('more than 16');
    const shape = concat(fromHex('1a56' + 'a20153' + '1a51'), new Uint8Array(81));
    expect(() => check(shape)).toThrow('more than 80');
  });

  it('refuses what runs over, ends early, nests groups or has endless numbers', () => {
    expect(() => check(fromHex('0a05302e'))).toThrow('runs over the end');
    expect(() => check(fromHex('0aff'))).toThrow('ends within a number');
    expect(() => check(fromHex('38ffffffffffffffffffff01'))).toThrow('more than 10 bytes');
    expect(() => check(fromHex('0b'))).toThrow('wire type 3');
    expect(() => check(fromHex('00'))).toThrow('field number 0');
    expect(() => check(concat(fromHex('1a040a050000'), new Uint8Array(10)))).toThrow('runs over the end');
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
