import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/base/index.js';
import { Compression, Encoding, type Tensor } from '../../../src/net/gen/bittensor.js';
import {
  defaultTensorLimits,
  floatsOf,
  floatTensor,
  type LinkFormat,
  textTensor,
  type WireTensor,
} from '../../../src/net/index.js';
import { encodeTensors, readTensors } from '../../../src/net/wire/messages.js';
import { checkProto, fromProto, toProto } from '../../../src/net/wire/proto-tensor.js';
import { compress } from '../../../src/net/wire/zstd.js';

const limits = defaultTensorLimits;
const formats: LinkFormat[] = (['plain', 'bf16', 'int8'] as const).flatMap(encoding =>
  (['none', 'zstd'] as const).map(compression => ({ encoding, compression })),
);
const steps = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i / 50));

describe('tensors on a link', () => {
  it('keep what they are in every format, and their numbers as well as it can', () => {
    const tensor = floatTensor(steps(4_096), [4, 1_024], { modality: 'image', requiresGrad: true });
    const sizes = new Map<string, number>();
    for (const link of formats) {
      const { body } = encodeTensors([tensor], limits, link);
      const [back] = readTensors(body, limits, 'RequestDeserializationException').tensors();
      const { buffer: _, ...facts } = tensor;
      expect(back).toMatchObject(facts);
      const largest = Math.max(...floatsOf(back!).map((value, i) => Math.abs(value - floatsOf(tensor)[i]!)));
      expect(largest).toBeLessThanOrEqual({ plain: 0, bf16: 1 / 256, int8: 0.51 / 127 }[link.encoding]);
      sizes.set(`${link.encoding} ${link.compression}`, body.length);
    }
    expect(sizes.get('plain none')).toBe(16_384 + 33);
    expect(sizes.get('bf16 none')).toBe(8_192 + 34);
    expect(sizes.get('int8 none')).toBe(4_096 + 16 + 37);
    expect(sizes.get('int8 zstd')).toBeLessThan(sizes.get('int8 none')!);
  });

  it('are plain where a format does not fit them', () => {
    const format = (tensor: WireTensor, link: LinkFormat) => {
      const { encoding, compression } = toProto(tensor, limits, link);
      return [encoding, compression];
    };
    const short = { encoding: 'int8', compression: 'zstd' } as const;
    expect(format(floatTensor(steps(1_000).fill(Number.NaN), [1_000]), { ...short, compression: 'none' })).toEqual([
      0, 0,
    ]);
    expect(format(floatTensor(steps(8), [8, 1]), short)).toEqual([0, 0]);
    expect(format(floatTensor(steps(8), [8]), short)).toEqual([2, 0]);
    expect(format(floatTensor(new Float32Array(0), [0, 5]), short)).toEqual([0, 0]);
    expect(format(textTensor(['a'.repeat(1_000)]), short)).toEqual([0, 1]);
    expect(format({ ...floatTensor(steps(500), [500]), dtype: 'int32' }, short)).toEqual([0, 1]);
    // A single number, and rows of nothing.
    for (const shape of [[], [2, 0], [0]]) {
      for (const link of formats) {
        const length = shape.length === 0 ? 1 : 0;
        const tensor = floatTensor(new Float32Array(length).fill(2), shape);
        expect(fromProto(toProto(tensor, limits, link))).toEqual(tensor);
      }
    }
  });

  it('carry text compressed', () => {
    const tensor = textTensor(['über'.repeat(500), '', 'b']);
    const proto = toProto(tensor, limits, { encoding: 'plain', compression: 'zstd' });
    expect(proto.buffer.length).toBeLessThan(100);
    expect(fromProto(proto)).toEqual(tensor);
  });

  it('are compressed up to a bound only, above which they travel as they are', () => {
    const zstd = { encoding: 'plain', compression: 'zstd' } as const;
    const tensor = floatTensor(new Float32Array(1_000), [1_000]);
    const small = { ...limits, compressedBytes: 9_000 };
    const received = readTensors(
      encodeTensors([tensor, tensor, tensor], small, zstd).body,
      small,
      'RequestDeserializationException',
    );
    expect(received.decodedBytes).toBe(12_000);
    expect(received.tensors()).toEqual([tensor, tensor, tensor]);
    const more = encodeTensors([tensor, tensor, tensor], limits, zstd).body;
    expect(() => readTensors(more, small, 'RequestDeserializationException')).toThrow(
      expect.objectContaining({ returnCode: 'TooLarge' }),
    );
    expect(() => readTensors(more, { ...limits, bytes: 11_999 }, 'ResponseDeserializationException')).toThrow(
      expect.objectContaining({ returnCode: 'TooLarge' }),
    );
    expect(() => encodeTensors([tensor, tensor, tensor], { ...limits, bytes: 11_999 })).toThrow(
      expect.objectContaining({ returnCode: 'RequestSerializationException' }),
    );
  });
});

describe('a tensor from the wire', () => {
  const tensor = floatTensor(steps(1_024), [4, 256]);
  const bf16 = toProto(tensor, limits, { encoding: 'bf16', compression: 'none' });
  const int8 = toProto(tensor, limits, { encoding: 'int8', compression: 'none' });
  const zstd = toProto(floatTensor(new Float32Array(1_024), [4, 256]), limits, {
    encoding: 'plain',
    compression: 'zstd',
  });

  it('is refused undecoded where its encoding, scales or compression lie', () => {
    const lie = (proto: Tensor, change: Partial<Tensor>) => checkProto({ ...proto, ...change });
    expect([bf16, int8, zstd].map(proto => checkProto(proto))).toEqual([undefined, undefined, undefined]);
    expect(lie(bf16, { encoding: Encoding.PLAIN })).toContain('takes 4096 bytes, the buffer has 2048');
    expect(lie(bf16, { encoding: 9 as Encoding })).toContain('unknown encoding 9');
    expect(lie(bf16, { dtype: 3 })).toContain('int32 has no encoding 1');
    expect(lie(bf16, { dtype: 5 })).toContain('utf8 has no encoding 1');
    expect(lie(bf16, { scales: new Uint8Array(4) })).toContain('takes 0 bytes of scales, not 4');
    expect(lie(int8, { scales: new Uint8Array(0) })).toContain('takes 16 bytes of scales, not 0');
    expect(lie(int8, { scales: new Uint8Array(20) })).toContain('takes 16 bytes of scales');
    expect(lie(int8, { shape: [1, 1024] })).toContain('takes 4 bytes of scales');
    expect(lie(int8, { buffer: new Uint8Array(1_023) })).toContain('takes 1024 bytes, the buffer has 1023');
    expect(lie(zstd, { compression: 2 as Compression })).toContain('unknown compression 2');
    expect(lie(zstd, { compression: Compression.NONE })).toContain('takes 4096 bytes');
    expect(lie(zstd, { buffer: zstd.buffer.subarray(0, -1) })).toContain('no zstd frame');
    expect(lie(zstd, { buffer: compress(new Uint8Array(4_097)) })).toContain('the buffer has 4097');
    expect(lie(bf16, { compression: Compression.ZSTD })).toContain('no zstd frame');
    expect(lie(zstd, { dtype: 5, shape: [1, 1], buffer: fromHex('28b52ffda000000200190000616263') })).toBeUndefined();
    expect(checkProto(zstd, { ...limits, bytes: 4_000 })).toContain('more than 4000');
  });

  it('is refused when its scales are negative or no numbers, or its frame is damaged', () => {
    const scale = (value: number) => new Uint8Array(Float32Array.of(1, value, 1, 1).buffer);
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => fromProto({ ...int8, scales: scale(value) })).toThrow('no finite number');
    }
    const damaged = zstd.buffer.slice();
    damaged[damaged.length - 5]! ^= 0xff;
    const broken = { ...zstd, buffer: damaged };
    if (checkProto(broken) === undefined)
      expect(() => fromProto(broken)).toThrow(expect.objectContaining({ code: 'refused' }));
    // The frame says 4096 as the shape does, but its one block has three bytes.
    const short = fromHex('28b52ffd60000f190000616263');
    expect(() => fromProto({ ...zstd, buffer: short })).toThrow(
      expect.objectContaining({ returnCode: 'RequestDeserializationException' }),
    );
  });

  it('never makes the reader throw anything but a refusal, whatever its bytes are', () => {
    const base = fc.constantFrom(bf16, int8, zstd);
    const change = fc.record(
      {
        buffer: fc.uint8Array({ maxLength: 64 }),
        scales: fc.uint8Array({ maxLength: 32 }),
        shape: fc.array(fc.oneof(fc.integer({ min: -1, max: 5 }), fc.maxSafeInteger()), { maxLength: 9 }),
        dtype: fc.integer({ min: -1, max: 21 }),
        encoding: fc.integer({ min: -1, max: 3 }),
        compression: fc.integer({ min: -1, max: 2 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(base, change, (proto, changed) => {
        const hostile = { ...proto, ...changed } as Tensor;
        try {
          fromProto(hostile, { ...limits, elements: 4_096 });
        } catch (error) {
          expect(error).toMatchObject({ code: 'refused', returnCode: 'RequestDeserializationException' });
        }
      }),
      { seed: 51, numRuns: 3_000 },
    );
  });
});
