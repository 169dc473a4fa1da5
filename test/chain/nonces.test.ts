import { describe, expect, it } from 'vitest';
import { BittensorError } from '../../src/base/index.js';
import { isNonceClash, poolError } from '../../src/chain/refusals/pool-errors.js';
import { NonceLanes } from '../../src/chain/transactions/nonces.js';

describe('nonces', () => {
  it('follow each other for submissions at once, even when the node counts late', async () => {
    const lanes = new NonceLanes();
    const releases: (() => void)[] = [];
    const sent = await Promise.all(
      Array.from({ length: 200 }, () =>
        lanes.run(
          'a',
          async () => 5,
          async nonce => {
            releases.push(lanes.hold('a'));
            return nonce;
          },
        ),
      ),
    );
    expect(sent).toEqual(Array.from({ length: 200 }, (_, i) => 5 + i));
    for (const release of releases) {
      release();
      release();
    }
    // With nothing under way, only the chain is believed: what was lost leaves no gap.
    expect(
      await lanes.run(
        'a',
        async () => 7,
        async nonce => nonce,
      ),
    ).toBe(7);
  });

  it('are counted by the chain again when one that was given out is never used', async () => {
    const lanes = new NonceLanes();
    const next = async (onChain: number) =>
      lanes.run(
        'a',
        async () => onChain,
        async nonce => {
          lanes.hold('a');
          return nonce;
        },
      );
    expect([await next(5), await next(5), await next(5)]).toEqual([5, 6, 7]);
    // The first is lost for good: the others wait for it.
    lanes.giveBack('a');
    expect([await next(5), await next(8)]).toEqual([5, 8]);
  });

  it('of two accounts do not wait for each other', async () => {
    const lanes = new NonceLanes();
    const stuck = lanes.run(
      'a',
      () => new Promise<number>(() => {}),
      async nonce => nonce,
    );
    expect(
      await lanes.run(
        'b',
        async () => 0,
        async nonce => nonce,
      ),
    ).toBe(0);
    void stuck;
  });

  it('go on after a failure', async () => {
    const lanes = new NonceLanes();
    const failing = lanes.run(
      'a',
      async () => 3,
      async () => Promise.reject(new Error('refused')),
    );
    const next = lanes.run(
      'a',
      async () => 3,
      async nonce => nonce,
    );
    await expect(failing).rejects.toThrow('refused');
    expect(await next).toBe(3);
  });
});

describe('refusals of the pool', () => {
  const refusal = (rpcCode: number, rpcMessage: string, rpcData?: string) =>
    new BittensorError('rpc', `${rpcMessage}: ${rpcData}`, { data: { rpcCode, rpcMessage, rpcData } });

  it('are told apart from nonce clashes', () => {
    expect(isNonceClash(refusal(1014, 'Priority is too low: (10 vs 10)'))).toBe(true);
    expect(isNonceClash(refusal(1010, 'Invalid Transaction', 'Transaction is outdated'))).toBe(true);
    expect(isNonceClash(refusal(1013, 'Transaction Already Imported'))).toBe(true);
    expect(isNonceClash(refusal(1010, 'Invalid Transaction', 'Inability to pay some fees'))).toBe(false);
    expect(isNonceClash(new Error('no'))).toBe(false);
  });

  it("name Subtensor's own reasons", () => {
    expect(poolError('set_weights', refusal(1010, 'Invalid Transaction', 'Custom error: 6'))).toMatchObject({
      code: 'rejected',
      data: { name: 'RateLimitExceeded', rpcCode: 1010 },
      message: expect.stringContaining('RateLimitExceeded'),
    });
    expect(poolError('x', refusal(1010, 'Invalid Transaction', 'Custom error: 99'))).toMatchObject({
      data: { name: 'custom error 99' },
    });
    expect(poolError('x', refusal(1010, 'Invalid Transaction', 'Inability to pay some fees'))).toMatchObject({
      code: 'rejected',
      data: { reason: 'Inability to pay some fees' },
    });
    const other = new Error('other');
    expect(poolError('x', other)).toBe(other);
  });
});
