import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIp, parseIp } from '../../src/chain/index.js';
import { failure } from '../wallet/helpers.js';

describe('IP addresses', () => {
  it('become the numbers that the chain stores', () => {
    expect(parseIp('1.2.3.4')).toEqual({ value: 0x01020304n, type: 4 });
    expect(parseIp('::1')).toEqual({ value: 1n, type: 6 });
    expect(parseIp('[2001:db8::8a2e:370:7334]').value).toBe(0x20010db8000000000000_8a2e03707334n);
    expect(parseIp('::ffff:1.2.3.4').value).toBe(0xffff01020304n);
  });

  it('come back from their numbers in the usual spelling', () => {
    for (const text of [
      '0.0.0.0',
      '255.255.255.255',
      '127.0.0.1',
      '::',
      '::1',
      '1::',
      '2001:db8::1',
      'fe80::1:0:0:1',
      '1:2:3:4:5:6:7:8',
      '1:0:3:4:5:6:7:8',
    ]) {
      expect(formatIp(parseIp(text))).toBe(text);
    }
  });

  it('survive the way there and back', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), fc.ipV6(), (v4, number, v6) => {
        expect(formatIp(parseIp(v4))).toBe(v4);
        const text = formatIp({ value: number, type: 6 });
        expect(isIPv6(text)).toBe(true);
        expect(parseIp(text)).toEqual({ value: number, type: 6 });
        expect(parseIp(formatIp(parseIp(v6)))).toEqual(parseIp(v6));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('are refused when they are none, exactly as Node.js refuses them', async () => {
    for (const text of [
      '',
      'localhost',
      '1.2.3',
      '1.2.3.256',
      '1.2.3.4.5',
      ':',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '12345::',
      'g::',
      '1.2.3.4:80',
      '::1.2.3',
    ]) {
      expect(isIPv4(text) || isIPv6(text)).toBe(false);
      expect(await failure(() => parseIp(text))).toMatchObject({ code: 'bad_argument' });
    }
  });
});
