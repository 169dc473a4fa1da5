import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../../src/base/index.js';
import { Frame, RequestHead } from '../../../src/net/gen/bittensor.js';
import { defaultTensorLimits, floatTensor } from '../../../src/net/index.js';
import { decodeFrame, encodeFrame, encodeFrameHead } from '../../../src/net/wire/exchange-frame.js';
import { decodeRequestHead, encodeRequestHead } from '../../../src/net/wire/head-bytes.js';
import { encodeTensors } from '../../../src/net/wire/messages.js';
import { anyFrame, anyRequestHead } from './arbitrary.js';

const hex = (...parts: string[]) => concat(...parts.map(part => fromHex(part)));

describe('a frame', () => {
  it('has the bytes that the generated encoder makes, and is read as the generated decoder reads it', () => {
    fc.assert(
      fc.property(anyFrame, frame => {
        const bytes = encodeFrame(frame);
        expect(toHex(bytes)).toBe(toHex(Frame.encode(Frame.fromPartial(frame)).finish()));
        expect(decodeFrame(bytes)).toEqual(Frame.decode(bytes));
        expect(toHex(concat(encodeFrameHead(frame, frame.body.length), frame.body))).toBe(toHex(bytes));
      }),
      { seed: 21, numRuns: 500 },
    );
  });

  it('takes a body of tensors as it lies in memory, once, and copies it after that', () => {
    const tensor = floatTensor(new Float32Array(100).fill(1), [100]);
    const { body } = encodeTensors([tensor], defaultTensorLimits);
    const copy = body.slice();
    const first = encodeFrame({ id: 1, body });
    const second = encodeFrame({ id: 2, body });
    expect(overlap(first, body)).toBe(true);
    expect(overlap(second, body)).toBe(false);
    expect(decodeFrame(first)).toMatchObject({ id: 1, body: copy });
    expect(decodeFrame(second)).toMatchObject({ id: 2, body: copy });
    // A part of a body has no room of its own.
    const part = encodeFrame({ id: 3, body: body.subarray(10, 60) });
    expect(decodeFrame(part)).toMatchObject({ id: 3, body: copy.subarray(10, 60) });
    expect(body).toEqual(copy);
  });

  it('views its body and its keys', () => {
    const bytes = encodeFrame({
      id: 1,
      request: RequestHead.fromPartial({ caller: new Uint8Array(32) }),
      body: bytesOf(9),
    });
    const frame = decodeFrame(bytes);
    expect(frame.body.buffer).toBe(bytes.buffer);
    expect(frame.request!.caller.buffer).toBe(bytes.buffer);
  });

  it('with an unknown field passes, as of a newer minor version', () => {
    expect(decodeFrame(hex('0801', '5005', '8a0203010203', '7a01ff'))).toMatchObject({
      id: 1,
      body: Uint8Array.of(255),
    });
    const unknown = Array.from({ length: 64 }, () => '5001');
    expect(decodeFrame(hex(...unknown)).id).toBe(0);
    expect(() => decodeFrame(hex(...unknown, '5001'))).toThrow('more than 64 unknown fields');
  });

  it('is refused where it lies', () => {
    const refused = (bytes: string, why: string) => {
      const expected = { returnCode: 'InvalidRequest', message: expect.stringContaining(why) };
      expect(() => decodeFrame(fromHex(bytes))).toThrow(expect.objectContaining(expected));
    };
    refused('08010802', 'field 1 occurs more than 1 times');
    refused('7a00' + '7a00', 'field 15 occurs more than 1 times');
    refused('7a05ff', 'runs over the end');
    refused('7affffffffffffffffff01', 'beyond 2^53');
    refused('7affffffffffffff0f01', 'runs over the end');
    refused('08ffffffffffffffffff01', 'beyond 2^53');
    refused('08ffffffff1f', 'beyond 2^32');
    refused('38ffffffff0f', 'beyond 2^31');
    refused('08ffffffffffffffffffff01', 'more than 10 bytes');
    refused('08', 'ends within a number');
    refused('00', 'field number 0');
    refused('0100', 'field number 0');
    refused('ffffffff7f', 'beyond 2^29');
    refused('0b', 'field 1 has wire type 3');
    refused('0a0101', 'field 1 has wire type 2');
    refused('7801', 'field 15 has wire type 0');
    refused('5301', 'wire type 3 is not used');
    refused(`2a03${'2a01ff'}`, 'field 5 is not UTF-8');
    refused('2a041a050000', 'runs over the end');
    refused(`2a23${'1a21'.padEnd(70, '0')}`, 'field 3 has 33 bytes, more than 32');
    refused(`2a43${'4a41'.padEnd(134, '0')}`, 'field 9 has 65 bytes, more than 64');
    refused(`2a81${'10'.padEnd(4, '0')}`, 'more than 2048');
    refused('2a0410011002', 'field 2 occurs more than 1 times');
    refused('2a020801', 'field 1 has wire type 0');
  });

  it('that this side would send with a number out of range is an error of its own', () => {
    for (const credit of [-1, 1.5, Number.NaN, 2 ** 53]) expect(() => encodeFrame({ credit })).toThrow(RangeError);
  });
});

describe('a request head', () => {
  it('travels in a header as the generated code has it', () => {
    fc.assert(
      fc.property(anyRequestHead, head => {
        const bytes = encodeRequestHead(head);
        expect(toHex(bytes)).toBe(toHex(RequestHead.encode(head).finish()));
        expect(decodeRequestHead(bytes)).toEqual(RequestHead.decode(bytes));
      }),
      { seed: 22, numRuns: 300 },
    );
  });
});

function overlap(a: Uint8Array, b: Uint8Array): boolean {
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.length && b.byteOffset < a.byteOffset + a.length;
}

function bytesOf(length: number): Uint8Array {
  return new Uint8Array(length).fill(1);
}
