import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../../src/base/index.js';
import { Tensor, TensorMessage } from '../../../src/net/gen/bittensor.js';
import { decodeTensorMessage, encodeAround, encodeBody } from '../../../src/net/wire/tensor-message.js';
import { anyTensorMessage } from './arbitrary.js';

const limits = { tensors: 4, rank: 3 };
const decode = (bytes: Uint8Array) => decodeTensorMessage(bytes, limits);
const repeat = (hex: string, times: number) => new Uint8Array(Buffer.alloc((hex.length / 2) * times, hex, 'hex'));

describe('a tensor message', () => {
  it('has the bytes that the generated encoder makes, and is read as the generated decoder reads it', () => {
    fc.assert(
      fc.property(anyTensorMessage, message => {
        const { tensors, ...fields } = message;
        const body = encodeBody('2.0.0', tensors);
        const plain = TensorMessage.encode(TensorMessage.fromPartial({ version: '2.0.0', tensors })).finish();
        expect(toHex(body)).toBe(toHex(plain));
        const bytes = encodeAround(body, fields);
        expect(toHex(bytes)).toBe(toHex(TensorMessage.encode(message).finish()));
        expect(decodeTensorMessage(bytes, { tensors: 3, rank: 4 })).toEqual(TensorMessage.decode(bytes));
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('may have its shape unpacked, and its fields in any order', () => {
    const bytes = fromHex('3206' + '1802' + '1803' + '2001' + '0a05322e302e30');
    expect(decode(bytes)).toEqual(TensorMessage.decode(bytes));
    expect(decode(bytes)).toMatchObject({ version: '2.0.0', tensors: [{ shape: [2, 3], dtype: 1 }] });
  });

  it('may have negative numbers, which are refused by what they mean', () => {
    const message = TensorMessage.fromPartial({ nonce: -5, tensors: [{ shape: [-1, 2] }] });
    expect(decode(TensorMessage.encode(message).finish())).toEqual(message);
  });

  it('is refused when it holds millions of empty tensors, or long shapes, before anything is built of them', () => {
    expect(() => decode(repeat('3200', 1_000_000))).toThrow('field 6 occurs more than 4 times');
    const packed = concat(fromHex('3288021a8502'), new Uint8Array(261));
    expect(() => decode(packed)).toThrow('more than 30');
    const unpacked = Tensor.encode(Tensor.create()).raw(repeat('1801', 31)).finish();
    expect(() => decode(concat(fromHex('323e'), unpacked))).toThrow('more than 30');
  });

  it('is refused where it runs over, ends early, nests groups, repeats itself or has endless numbers', () => {
    expect(() => decode(fromHex('0a05302e'))).toThrow('runs over the end');
    expect(() => decode(fromHex('0aff'))).toThrow('ends within a number');
    expect(() => decode(fromHex('20ffffffffffffffffffff01'))).toThrow('more than 10 bytes');
    expect(() => decode(fromHex('20ffffffffffffffff7f'))).toThrow('beyond 2^53');
    expect(() => decode(fromHex('0b'))).toThrow('wire type 3');
    expect(() => decode(fromHex('00'))).toThrow('field number 0');
    expect(() => decode(fromHex('20012002'))).toThrow('field 4 occurs more than 1 times');
    expect(() => decode(fromHex('32042001' + '2001'))).toThrow('field 4 occurs more than 1 times');
    expect(() => decode(fromHex('0a01ff'))).toThrow('field 1 is not UTF-8');
    expect(() => decode(fromHex('9001ffffffffffffffffff01'.replace('9001', '8001')))).toThrow('beyond 2^53');
    // A tensor whose buffer claims more than the tensor has, though the message goes on.
    expect(() => decode(concat(fromHex('320412050000'), new Uint8Array(10)))).toThrow('runs over the end');
    expect(() => decode(repeat('c80301', 65))).toThrow('more than 64');
  });

  it('passes fields of a newer version', () => {
    decode(repeat('c80301', 64));
    decode(fromHex('ca0303010203'));
    decode(new Uint8Array(0));
  });
});
