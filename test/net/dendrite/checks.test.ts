import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkReply } from '../../../src/net/dendrite/checks.js';
import { floatTensor, textTensor } from '../../../src/net/wire/tensor.js';

const zeros = (...shape: number[]) => floatTensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
const codeOf = (...args: Parameters<typeof checkReply>) => checkReply(...args)?.returnCode;

describe('checking a reply', () => {
  it('takes any outputs with the batch size of the first input, and nothing else', () => {
    const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(shape, fc.array(shape, { maxLength: 3 }), (sent, got) => {
        const code = codeOf(
          got.map(one => zeros(...one)),
          { kind: 'forward', tensors: [zeros(...sent)] },
        );
        const fits = got.every(one => one.length > 0 && (sent.length === 0 || one[0] === sent[0]));
        expect(code).toBe(!fits ? 'ResponseShapeException' : got.length === 0 ? 'EmptyResponse' : undefined);
      }),
      { seed: 24, numRuns: 500 },
    );
  });

  it('takes as gradients only what has the shapes and dtypes of the first inputs', () => {
    const tensors = [zeros(2, 3), zeros(2, 1)];
    const back = (...got: ReturnType<typeof zeros>[]) => codeOf(got, { kind: 'backward', tensors });
    expect(back()).toBeUndefined();
    expect(back(zeros(2, 3))).toBeUndefined();
    expect(back(zeros(2, 3), zeros(2, 1))).toBeUndefined();
    expect(back(zeros(3, 2))).toBe('ResponseShapeException');
    expect(back(zeros(2, 3), zeros(2, 1), zeros(1))).toBe('ResponseShapeException');
    expect(back({ ...zeros(2, 3), dtype: 'int32' })).toBe('InvalidResponse');
  });

  it('compares with what was asked for, -1 being any size', () => {
    const expected = { kind: 'forward', tensors: [zeros(2, 3)], expect: [[2, -1]], dtype: 'float32' } as const;
    expect(codeOf([zeros(2, 9)], expected)).toBeUndefined();
    expect(codeOf([zeros(2, 9), zeros(2, 9)], expected)).toBe('ResponseShapeException');
    expect(codeOf([zeros(2, 9, 1)], expected)).toBe('ResponseShapeException');
    expect(codeOf([], expected)).toBe('ResponseShapeException');
    expect(codeOf([textTensor(['a', 'b'])], expected)).toBe('InvalidResponse');
  });

  it('finds what is not finite at every place', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 11 }),
        fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
        (place, value) => {
          const data = new Float32Array(12).fill(3e38);
          const request = { kind: 'forward', tensors: [zeros(2, 6)] } as const;
          expect(codeOf([floatTensor(data, [2, 6])], request)).toBeUndefined();
          data[place] = value;
          expect(codeOf([floatTensor(data, [2, 6])], request)).toBe('InvalidResponse');
          expect(codeOf([floatTensor(data, [2, 6])], { ...request, acceptNonFinite: true })).toBeUndefined();
        },
      ),
      { seed: 25, numRuns: 100 },
    );
  });

  it('refuses gradients of the right batch size in another shape, or more of them than there are inputs', () => {
    const back = (...got: ReturnType<typeof zeros>[]) => codeOf(got, { kind: 'backward', tensors: [zeros(2, 3)] });
    expect(back(zeros(2, 4))).toBe('ResponseShapeException');
    expect(back(zeros(2, 3), zeros(2, 3))).toBe('ResponseShapeException');
  });

  it('lets a forward answer in any dtype, unless one was asked for', () => {
    const forward = { kind: 'forward', tensors: [zeros(2, 3)] } as const;
    expect(codeOf([textTensor(['a', 'b'])], forward)).toBeUndefined();
    expect(codeOf([textTensor(['a', 'b'])], { ...forward, dtype: 'utf8' })).toBeUndefined();
    expect(codeOf([zeros(2)], { ...forward, dtype: 'utf8' })).toBe('InvalidResponse');
  });

  it('takes any batch size where nothing was sent, and more gradients than inputs where those were asked for', () => {
    expect(codeOf([zeros(5, 2)], { kind: 'forward', tensors: [] })).toBeUndefined();
    expect(codeOf([zeros(5, 2)], { kind: 'backward', tensors: [], expect: [[5, 2]] })).toBeUndefined();
  });

  it('says what is wrong', () => {
    const forward = { kind: 'forward', tensors: [zeros(2, 3)] } as const;
    const words = (...args: Parameters<typeof checkReply>) => checkReply(...args)?.message;
    const shapes = { ...forward, expect: [[2, 4], [2]] };
    expect(words([zeros(2, 3), zeros(1)], shapes)).toBe('the reply has the shapes [2,3] [1], not [2,4] [2]');
    expect(words([], shapes)).toBe('the reply has the shapes none, not [2,4] [2]');
    expect(words([], forward)).toBe('the reply holds no tensor');
    expect(words([zeros(2)], { ...forward, dtype: 'utf8' })).toBe('tensor 0 of the reply is float32, not utf8');
    expect(words([floatTensor(Float32Array.of(Number.NaN, 0), [2])], forward)).toBe('the reply holds NaN or infinity');
  });
});
