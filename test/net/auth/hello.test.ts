import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { concat, fromHex, toHex, utf8 } from '../../../src/base/index.js';
import { checkHello, HELLO_LIFE_MS, helloBytes, helloDigest, signHello } from '../../../src/net/auth/hello.js';
import { ready, verify } from '../../../src/wallet/index.js';
import { key } from '../keys.js';

interface Vector {
  network: string;
  serverKeyHash: string;
  caller: string;
  server: string;
  challenge: string;
  expiry: number;
  digest: string;
  signedBytes: string;
  signature: string;
}
const { hellos } = JSON.parse(readFileSync(new URL('../../vectors/net/hellos.json', import.meta.url), 'utf8')) as {
  hellos: Vector[];
};

const contentOf = (vector: Vector) => ({
  network: fromHex(vector.network),
  serverKeyHash: fromHex(vector.serverKeyHash),
  caller: fromHex(vector.caller),
  server: fromHex(vector.server),
  challenge: fromHex(vector.challenge),
  expiry: vector.expiry,
});

beforeAll(() => ready());

describe('a hello', () => {
  it('has the digest of the vectors, with and without a chain', () => {
    expect(hellos.map(({ network }) => network.length)).toEqual([2, 66]);
    for (const vector of hellos) {
      const hello = contentOf(vector);
      expect(toHex(helloDigest(hello))).toBe(vector.digest);
      expect(toHex(helloBytes(hello))).toBe(vector.signedBytes);
      expect(vector.signedBytes).toBe(toHex(concat(utf8('bittensor-net/2 hello\0'), fromHex(vector.digest))));
      expect(verify(hello.caller, helloBytes(hello), fromHex(vector.signature))).toBe(true);
      expect(checkHello(hello, fromHex(vector.signature), hello.expiry / 1000 - 1)).toBeUndefined();
    }
  });

  it('counts until its expiry, and at most a minute', () => {
    const hello = contentOf(hellos[1]!);
    const signature = fromHex(hellos[1]!.signature);
    const expiryMs = hello.expiry / 1000;
    expect(checkHello(hello, signature, expiryMs - HELLO_LIFE_MS)).toBeUndefined();
    expect(checkHello(hello, signature, expiryMs - HELLO_LIFE_MS - 1)).toMatchObject({ returnCode: 'ClockSkew' });
    expect(checkHello(hello, signature, expiryMs)).toMatchObject({ returnCode: 'ClockSkew' });
  });

  it('is refused when any bit of what it says, or of its signature, is another', () => {
    const hello = contentOf(hellos[1]!);
    const nowMs = hello.expiry / 1000 - 1_000;
    const signature = signHello(key(2), hello);
    const parts = ['network', 'serverKeyHash', 'caller', 'server', 'challenge'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...parts, 'signature' as const), fc.nat(511), (part, bit) => {
        const flip = (bytes: Uint8Array) => {
          const copy = Uint8Array.from(bytes);
          const at = (bit >> 3) % copy.length;
          copy[at] = copy[at]! ^ (1 << (bit & 7));
          return copy;
        };
        const wrong = part === 'signature' ? hello : { ...hello, [part]: flip(hello[part]) };
        const refusal = checkHello(wrong, part === 'signature' ? flip(signature) : signature, nowMs);
        expect(refusal).toMatchObject({ returnCode: 'Unauthenticated' });
      }),
      { seed: 6, numRuns: 120 },
    );
    expect(checkHello({ ...hello, expiry: hello.expiry + 1 }, signature, nowMs)).toMatchObject({
      returnCode: 'Unauthenticated',
    });
  });

  it('has its fault named, and what the fault is decides how the caller may go on', () => {
    const hello = contentOf(hellos[1]!);
    const signature = fromHex(hellos[1]!.signature);
    const nowMs = hello.expiry / 1000 - 1_000;
    const words = (change: Partial<typeof hello>, sign = signature, atMs = nowMs) => {
      const refusal = checkHello({ ...hello, ...change }, sign, atMs);
      return refusal && [refusal.returnCode, refusal.message];
    };
    expect(words({})).toBeUndefined();
    expect(words({}, signature, nowMs + 1_250)).toEqual(['ClockSkew', 'the hello expired 250 ms ago']);
    expect(words({}, signature, nowMs - 60_000)).toEqual(['ClockSkew', 'the hello counts 61000 ms, more than 60000']);
    expect(words({ caller: new Uint8Array() })).toEqual(['Unauthenticated', 'the hello names no caller']);
    for (const wrong of [signature.subarray(1), concat(signature, Uint8Array.of(0))]) {
      const text = `the hello's signature has ${wrong.length} bytes, not 64`;
      expect(words({}, wrong)).toEqual(['Unauthenticated', text]);
    }
    expect(words({}, new Uint8Array(64))).toEqual([
      'Unauthenticated',
      "the hello's signature is not the caller's for this connection",
    ]);
  });
});
