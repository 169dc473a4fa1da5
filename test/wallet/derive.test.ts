import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pollUntil, toHex } from '../../src/base/index.js';
import { openKeypair } from '../../src/wallet/index.js';
import { type Argon2Cost, argon2, pbkdf2Sha256 } from '../../src/wallet/password/derive.js';
import { password } from './cheap.js';
import { COLD, failure, VECTORS } from './helpers.js';

const bytes = (text: string) => new TextEncoder().encode(text);

async function derived(type: Argon2Cost['type'], iterations: number, memoryKiB: number, word = 'password') {
  const key = await argon2({ password: bytes(word), salt: bytes('somesalt'), cost: { type, iterations, memoryKiB } });
  return Buffer.from(key).toString('hex');
}

describe('the key of a password', () => {
  it('is that of the reference implementation of Argon2 (phc-winner-argon2, test.c)', async () => {
    expect(await derived('argon2i', 2, 256)).toBe('89e9029f4637b295beb027056a7336c414fadd43f6b208645281cb214a56452f');
    expect(await derived('argon2i', 2, 65_536)).toBe(
      'c1628832147d9720c5bd1cfd61367078729f6dfb6f8fea9ff98158e0d7816ed0',
    );
    expect(await derived('argon2id', 2, 256)).toBe('9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe');
    expect(await derived('argon2id', 2, 65_536)).toBe(
      '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7',
    );
    expect(await derived('argon2id', 2, 65_536, 'differentpassword')).toBe(
      '0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde',
    );
  });

  it('is that of RFC 7914 for PBKDF2-HMAC-SHA256', async () => {
    const key = await pbkdf2Sha256(bytes('passwd'), bytes('salt'), 1, 64);
    expect(toHex(key)).toBe(
      '0x55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783',
    );
  });

  it('opens the official file while the rest of the program goes on, and leaves no half gigabyte behind', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 10);
    const before = process.memoryUsage.rss();
    const secret = password();
    const keypair = await openKeypair(join(VECTORS, 'enc12/coldkey'), { password: async () => secret });
    clearInterval(timer);
    expect(keypair.address).toBe(COLD);
    // Some seconds of derivation; had it been in this thread, there were none.
    expect(ticks).toBeGreaterThan(20);
    expect(secret.every(byte => byte === 0)).toBe(true);
    const left = () => (process.memoryUsage.rss() - before < 200 * 2 ** 20 ? true : undefined);
    await pollUntil('the memory is given back', { withinMs: 30_000 }, left);
  });

  it('is computed one at a time, whatever fails in between', async () => {
    const cost: Argon2Cost = { type: 'argon2id', iterations: 1, memoryKiB: 8 };
    const keys = await Promise.allSettled([
      argon2({ password: bytes('a'), salt: bytes('somesalt'), cost }),
      argon2({ password: bytes('b'), salt: bytes('short'), cost }),
      argon2({ password: bytes('a'), salt: bytes('somesalt'), cost }),
    ]);
    expect(keys.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(keys[0]).toEqual(keys[2]);
    expect(keys[1]).toMatchObject({ reason: { code: 'key_derivation' } });
  });

  it('ends at once when its signal says so, running or waiting', async () => {
    const cost: Argon2Cost = { type: 'argon2i', iterations: 1000, memoryKiB: 65_536 };
    const job = { password: bytes('a'), salt: bytes('somesalt'), cost };
    const stop = new AbortController();
    const both = [argon2(job, stop.signal), argon2(job, stop.signal)].map(work => failure(() => work));
    setTimeout(() => stop.abort(new Error('enough')), 50);
    for (const error of await Promise.all(both)) expect(error.message).toBe('enough');
    expect(await derived('argon2i', 2, 256)).toMatch(/^89e9/);
  });

  it('that cannot have its memory is an error with a code', async () => {
    const cost: Argon2Cost = { type: 'argon2id', iterations: 1, memoryKiB: 2 ** 32 - 1 };
    const error = await failure(() => argon2({ password: bytes('a'), salt: bytes('somesalt'), cost }));
    expect(error).toMatchObject({ code: 'key_derivation' });
    expect(error.message).toContain('4194304 MiB');
  });

  it('leaves the caller’s password as it is', async () => {
    const word = password();
    await argon2({ password: word, salt: bytes('somesalt'), cost: { type: 'argon2id', iterations: 1, memoryKiB: 8 } });
    expect(word).toEqual(password());
  });
});
