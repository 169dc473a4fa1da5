import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/index.js';
import { DataType, GossipBatch, Modality, Synapse, Tensor, TensorMessage } from '../../../src/net/gen/bittensor.js';
import {
  defaultTensorLimits,
  findNonFinite,
  floatsOf,
  floatTensor,
  stringsOf,
  textTensor,
  type WireTensor,
} from '../../../src/net/index.js';
import { fromProto, toProto } from '../../../src/net/wire/proto-tensor.js';
import { problemOf } from '../../../src/net/wire/tensor.js';

const golden = JSON.parse(readFileSync('test/vectors/net/october-2020.json', 'utf8'));

const plain = (hex: string) => toHex(fromHex(hex)).slice(2);
const encoded = (writer: { finish(): Uint8Array }) => toHex(writer.finish()).slice(2);

describe('the wire of October 2020', () => {
  const tensor = {
    ...golden.tensor.value,
    buffer: fromHex(golden.tensor.value.buffer),
    dtype: DataType[golden.tensor.value.dtype as 'FLOAT32'],
    modality: Modality[golden.tensor.value.modality as 'TENSOR'],
  };

  it('has its tensor, byte for byte, both ways', () => {
    expect(Tensor.decode(fromHex(golden.tensor.hex))).toEqual(Tensor.fromPartial(tensor));
    expect(encoded(Tensor.encode(Tensor.fromPartial(tensor)))).toBe(plain(golden.tensor.hex));
    const read = fromProto(Tensor.decode(fromHex(golden.tensor.hex)));
    expect([...floatsOf(read)]).toEqual([1, -2]);
    expect(read).toMatchObject({ dtype: 'float32', shape: [1, 2], modality: 'tensor', requiresGrad: true });
  });

  it('has its tensor message', () => {
    const message = TensorMessage.fromPartial({ ...golden.tensorMessage.value, tensors: [tensor] });
    expect(TensorMessage.decode(fromHex(golden.tensorMessage.hex))).toEqual(message);
    expect(encoded(TensorMessage.encode(message))).toBe(plain(golden.tensorMessage.hex));
  });

  it('has its gossip batch', () => {
    const { synapse, ...rest } = golden.gossipBatch.value;
    const batch = GossipBatch.fromPartial({ ...rest, synapses: [Synapse.fromPartial(synapse)] });
    expect(GossipBatch.decode(fromHex(golden.gossipBatch.hex))).toEqual(batch);
    expect(encoded(GossipBatch.encode(batch))).toBe(plain(golden.gossipBatch.hex));
  });

  it('may have the version of a gossip batch as a float, which is passed over', () => {
    expect(GossipBatch.decode(fromHex('0d0000803f')).version).toBe('');
  });
});

const sizes = {
  ...{ float32: 4, float64: 8, int32: 4, int64: 8 },
  ...{ bfloat16: 2, float16: 2, int8: 1, uint8: 1, bool: 1 },
} as const;
const numeric: fc.Arbitrary<WireTensor> = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(sizes) as (keyof typeof sizes)[])),
    shape: fc.array(fc.nat(4), { maxLength: 5 }),
    modality: fc.constantFrom('text', 'image', 'tensor'),
    requiresGrad: fc.boolean(),
    fill: fc.nat(255),
  })
  .map(({ fill, ...rest }) => {
    const elements = rest.shape.reduce((product, size) => product * size, 1);
    const byte = rest.dtype === 'bool' ? fill % 2 : fill;
    return { ...rest, buffer: new Uint8Array(elements * sizes[rest.dtype]).fill(byte) };
  });

describe('a wire tensor', () => {
  it('comes back from protobuf as it went in', () => {
    fc.assert(
      fc.property(numeric, tensor => {
        const bytes = Tensor.encode(toProto(tensor)).finish();
        expect(fromProto(Tensor.decode(bytes))).toEqual(tensor);
      }),
      { seed: 1 },
    );
  });

  it('is a view of the message, not a copy', () => {
    const bytes = Tensor.encode(toProto(floatTensor(new Float32Array(100), [100]))).finish();
    expect(fromProto(Tensor.decode(bytes)).buffer.buffer).toBe(bytes.buffer);
  });

  it('carries text as UTF-8 with lengths', () => {
    expect(toHex(textTensor(['a', '', 'ü']).buffer)).toBe('0x0100000061' + '00000000' + '02000000c3bc');
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 20 }), strings => {
        const tensor = fromProto(Tensor.decode(Tensor.encode(toProto(textTensor(strings))).finish()));
        expect(stringsOf(tensor)).toEqual(strings);
      }),
      { seed: 2 },
    );
  });

  it('is refused when its text is cut, runs over, has a wrong count or is not UTF-8', () => {
    const text = (hex: string, n = 1): WireTensor => ({ ...textTensor([]), shape: [n, 1], buffer: fromHex(hex) });
    expect(problemOf(text('0100000061'))).toBeUndefined();
    expect(problemOf(text('01000000'))).toContain('runs over the end');
    expect(problemOf(text('ffffffff61'))).toContain('runs over the end');
    expect(problemOf(text('010000'))).toContain('do not fit');
    expect(problemOf(text('010000006162'))).toContain('1 bytes follow');
    expect(problemOf(text('0100000061', 2))).toContain('do not fit');
    expect(problemOf(text('0100000061', 0))).toContain('5 bytes follow');
    expect(problemOf(text('01000000ff'))).toContain('not UTF-8');
    expect(problemOf(text('02000000c0af'))).toContain('not UTF-8');
    expect(problemOf(text('03000000eda080'))).toContain('not UTF-8');
    expect(problemOf({ ...text('0100000061'), shape: [1] })).toContain('shape [n, 1]');
    expect(problemOf({ ...text('0100000061'), shape: [1, 2] })).toContain('shape [n, 1]');
    expect(problemOf(text('', 2 ** 24))).toContain('do not fit');
  });

  it('is refused when its shape lies', () => {
    const lie = (shape: number[], bytes = 16) => problemOf({ ...floatTensor(new Float32Array(bytes / 4), shape) });
    expect(lie([4])).toBeUndefined();
    expect(lie([], 4)).toBeUndefined();
    expect(lie([0, 5], 0)).toBeUndefined();
    expect(lie([5])).toBe('shape [5] of float32 takes 20 bytes, the buffer has 16');
    expect(lie([-4])).toContain('dimension -4');
    expect(lie([-2, -2])).toContain('dimension -2');
    expect(lie([1.5])).toContain('dimension 1.5');
    expect(lie([2 ** 26 + 1])).toContain('outside');
    expect(lie([2 ** 20, 2 ** 20])).toContain('more than');
    expect(lie([2 ** 24, 2 ** 24, 2 ** 24, 2 ** 24])).toContain('more than');
    expect(lie([1, 1, 1, 1, 1, 1, 1, 1, 4])).toContain('rank 9');
  });

  it('is refused with a dtype or modality that is not known', () => {
    const proto = toProto(floatTensor(Float32Array.of(1), [1]));
    for (const dtype of [DataType.UNKNOWN, 6, -1, 2 ** 31 - 1]) {
      expect(() => fromProto({ ...proto, dtype: dtype as DataType })).toThrow('unknown dtype');
    }
    expect(() => fromProto({ ...proto, modality: 3 as Modality })).toThrow('unknown modality');
    expect(problemOf({ ...floatTensor(Float32Array.of(1), [1]), dtype: 'toString' as 'float32' })).toContain('dtype');
  });

  it('never makes the reader throw anything but a refusal, whatever the protobuf says', () => {
    const anyTensor = fc.record({
      version: fc.string(),
      buffer: fc.uint8Array({ maxLength: 64 }),
      shape: fc.array(fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(-0, 2 ** 24, 4)), { maxLength: 10 }),
      dtype: fc.oneof(fc.integer({ min: -2, max: 7 }), fc.integer()),
      modality: fc.integer({ min: -1, max: 4 }),
      requiresGrad: fc.boolean(),
    });
    fc.assert(
      fc.property(anyTensor, proto => {
        let tensor: WireTensor;
        try {
          tensor = fromProto(proto as Tensor);
        } catch (error) {
          expect(error).toMatchObject({ code: 'refused', returnCode: 'RequestDeserializationException' });
          return;
        }
        if (tensor.dtype === 'utf8') expect(stringsOf(tensor)).toHaveLength(tensor.shape[0]!);
        else {
          const elements = tensor.shape.reduce((product, size) => product * size, 1);
          expect(tensor.buffer).toHaveLength(elements * sizes[tensor.dtype]);
        }
      }),
      { seed: 3, numRuns: 1_000 },
    );
  });

  it('respects limits that are given', () => {
    const limits = { ...defaultTensorLimits, rank: 2, dimension: 4, elements: 8 };
    expect(problemOf(floatTensor(new Float32Array(8), [2, 4]), limits)).toBeUndefined();
    expect(problemOf(floatTensor(new Float32Array(8), [1, 2, 4]), limits)).toContain('rank');
    expect(problemOf(floatTensor(new Float32Array(8), [8]), limits)).toContain('dimension');
    expect(problemOf(floatTensor(new Float32Array(16), [4, 4]), limits)).toContain('elements');
  });
});

describe('the floats of a tensor', () => {
  it('are read at any alignment', () => {
    const bytes = new Uint8Array(11);
    new DataView(bytes.buffer).setFloat32(3, 1.5, true);
    new DataView(bytes.buffer).setFloat32(7, -2, true);
    for (const buffer of [bytes.subarray(3), Buffer.from(bytes.buffer, 3, 8)]) {
      expect([...floatsOf({ ...floatTensor(new Float32Array(2), [2]), buffer })]).toEqual([1.5, -2]);
    }
  });

  it('are searched for NaN and infinity, and only floats are', () => {
    const at = (tensor: WireTensor) => findNonFinite(tensor);
    const f32 = (...values: number[]) => floatTensor(Float32Array.from(values), [values.length]);
    expect(at(f32(1, -0, 3.4e38, 1e-45))).toBeUndefined();
    expect(at(f32(1, Number.NaN))).toBe(1);
    expect(at(f32(1, 2, Number.POSITIVE_INFINITY))).toBe(2);
    expect(at(f32(Number.NEGATIVE_INFINITY))).toBe(0);
    const f64 = (value: number): WireTensor => ({
      ...f32(),
      dtype: 'float64',
      shape: [1],
      buffer: new Uint8Array(Float64Array.of(value).buffer),
    });
    expect(at(f64(Number.MAX_VALUE))).toBeUndefined();
    expect(at(f64(Number.NaN))).toBe(0);
    expect(at(f64(Number.NEGATIVE_INFINITY))).toBe(0);
    expect(at({ ...f32(), dtype: 'int32', shape: [1], buffer: new Uint8Array(4).fill(255) })).toBeUndefined();
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1 }), array => {
        const expected = array.findIndex(value => !Number.isFinite(value));
        expect(at(floatTensor(array, [array.length]))).toBe(expected === -1 ? undefined : expected);
      }),
      { seed: 4 },
    );
  });
});
