import { compactFromU8a, compactToU8a } from '@polkadot/util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compact,
  compactBig,
  hex,
  keyBytes,
  keyHex,
  optionalBytes,
  Reader,
  toKey,
  unhex,
} from '../../localnet/engine/codec.js';
import { mergeJson } from '../../localnet/engine/json.js';

const SEED = 1;
const bytes = fc.uint8Array({ maxLength: 300 });

describe('SCALE', () => {
  it('writes compact integers as @polkadot/util does', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), value => {
        expect(hex(compact(value))).toBe(hex(compactToU8a(value)));
        expect(hex(compactBig(BigInt(value)))).toBe(hex(compactToU8a(value)));
      }),
      { seed: SEED, examples: [[0], [63], [64], [16383], [16384], [2 ** 30 - 1], [2 ** 30], [2 ** 32]] },
    );
  });

  it('reads compact integers of any size', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n }), value => {
        expect(BigInt(new Reader(compactToU8a(value)).compactBig())).toBe(value);
        expect(compactFromU8a(compactBig(value))[1].toString()).toBe(value.toString());
      }),
      { seed: SEED },
    );
  });

  it('refuses to read beyond the end', () => {
    const reader = new Reader(Uint8Array.of(0x10, 1, 2));
    expect(() => reader.vec()).toThrow('4 bytes wanted, 2 left');
    expect(() => new Reader(new Uint8Array()).u8()).toThrow(RangeError);
    expect(() => new Reader(Uint8Array.of(0xff, ...new Array(67).fill(255))).compact()).toThrow('too large');
  });

  it('writes options as Option<Vec<u8>>', () => {
    expect(hex(optionalBytes(null))).toBe('0x00');
    expect(hex(optionalBytes(Uint8Array.of(7)))).toBe('0x010407');
  });
});

describe('storage keys', () => {
  it('keep every byte, and sort as bytes do', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(keyBytes(toKey(a))).toEqual(Buffer.from(a));
        expect(keyHex(toKey(a))).toBe(hex(a));
        expect(Math.sign(Buffer.compare(a, b))).toBe(toKey(a) < toKey(b) ? -1 : toKey(a) > toKey(b) ? 1 : 0);
      }),
      { seed: SEED },
    );
  });

  it('are refused when they are not hexadecimal', () => {
    for (const text of ['', '12', '0x1', '0xzz', '0x12zz', 'x12'])
      expect(() => unhex(text)).toThrow('not 0x-hexadecimal');
    expect(unhex('0x')).toEqual(Buffer.alloc(0));
  });
});

describe('merging JSON', () => {
  it('goes into objects, replaces the rest, and keeps every digit of large numbers', () => {
    const merged = mergeJson(
      '{"a":{"b":1,"c":[1,2]},"n":18446744073709551615}',
      '{"a":{"c":[3],"d":{"e":-9007199254740993}}}',
      '{"x":"18446744073709551615 \\" 1e99"}',
    );
    expect(merged).toBe(
      '{"a":{"b":1,"c":[3],"d":{"e":-9007199254740993}},"n":18446744073709551615,"x":"18446744073709551615 \\" 1e99"}',
    );
  });

  it('treats __proto__ as any other key', () => {
    expect(mergeJson('{}', '{"__proto__":{"a":1}}')).toBe('{"__proto__":{"a":1}}');
    expect(({} as { a?: number }).a).toBeUndefined();
  });
});
