import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../../src/net/address.js';
import { Bucket } from '../../../src/net/bucket.js';
import { MessageReader } from '../../../src/net/server/message-reader.js';
import { originOf } from '../../../src/net/server/origin.js';

describe('where a caller is', () => {
  it.each([
    '127.0.0.1',
    '127.255.3.4',
    '::1',
    '::ffff:127.0.0.1',
    '::FFFF:127.1.2.3',
  ])('%s is this machine', address => {
    expect(isLoopback(address)).toBe(true);
  });

  it.each([
    '10.0.0.1',
    '128.0.0.1',
    '0.0.0.0',
    '::',
    '::2',
    '::ffff:10.0.0.1',
    '::127.0.0.1',
    'fe80::1',
    '1127.0.0.1',
    '',
  ])('%s is not', address => {
    expect(isLoopback(address)).toBe(false);
  });

  it('counts a /64 of IPv6 as one, each address of IPv4 for itself', () => {
    expect(originOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(originOf('2001:db8:1:2::1')).toBe(originOf('2001:DB8:1:2:ffff::'));
    expect(originOf('2001:db8::1')).toBe('2001:db8:0:0::/64');
    expect(originOf('2001:db8:1:3::1')).not.toBe(originOf('2001:db8:1:2::1'));
    expect(originOf('fe80::1%eth0')).toBe(originOf('fe80::2'));
    expect(originOf('::ffff:10.0.0.1')).toBe('10.0.0.1');
    expect(originOf('10.0.0.2')).not.toBe(originOf('10.0.0.1'));
  });
});

describe('a bucket', () => {
  it('gives its burst, and then so many a second, whatever the clock does', () => {
    const bucket = new Bucket(3, 2, 1_000);
    expect([1, 2, 3, 4].map(() => bucket.take(1_000))).toEqual([true, true, true, false]);
    expect(bucket.take(500)).toBe(false);
    expect(bucket.take(1_000)).toBe(true);
    expect(bucket.take(1_100)).toBe(false);
    expect(bucket.isFull(10_000)).toBe(true);
    expect([1, 2, 3, 4].map(() => bucket.take(10_000))).toEqual([true, true, true, false]);
  });
});

function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

describe('the reader of messages', () => {
  it('finds the same messages however the bytes are cut, and whether it is paused on the way', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        (messages, cuts, believeLength, pauseAfter) => {
          const found: Buffer[] = [];
          let reader: MessageReader | undefined;
          const onMessage = (message: Buffer) => {
            found.push(Buffer.from(message));
            if (found.length % pauseAfter === 0) reader!.pause();
          };
          reader = new MessageReader({ maxBytes: 300, believeLength, onMessage });
          const all = Buffer.concat(messages.map(framed));
          for (let at = 0, i = 0; at < all.length; i++) {
            const cut = cuts[i % cuts.length]!;
            reader.push(all.subarray(at, at + cut));
            at += cut;
            if (i % 3 === 0) reader.resume();
          }
          for (let i = 0; i <= messages.length; i++) reader.resume();
          expect(found.map(message => [...message])).toEqual(messages.map(message => [...message]));
          expect(reader.held).toBe(0);
        },
      ),
      { seed: 63, numRuns: 1_000 },
    );
  });

  it('reads a large message whose length it does not believe in steps', () => {
    const found: number[] = [];
    const reader = new MessageReader({
      maxBytes: 1e6,
      believeLength: false,
      onMessage: message => found.push(message.length),
    });
    const message = framed(new Uint8Array(777_777));
    for (let at = 0; at < message.length; at += 16_384) reader.push(message.subarray(at, at + 16_384));
    expect(found).toEqual([777_777]);
  });

  it('refuses what is too large or compressed at its first bytes', () => {
    const reader = () => new MessageReader({ maxBytes: 10, believeLength: false, onMessage() {} });
    expect(() => reader().push(Buffer.from('000000000b', 'hex'))).toThrow(/11 bytes/);
    expect(() => reader().push(Buffer.from('00ffffffff', 'hex'))).toThrow(/4294967295 bytes/);
    expect(() => reader().push(Buffer.from('0100000001', 'hex'))).toThrow(/compressed/);
  });
});
