import { describe, expect, it } from 'vitest';
import type { TransactionStatus } from '../../localnet/engine/pool/pool.js';
import { pollUntil } from '../../src/base/index.js';
import { account, openChain, temporaryFolder } from './fixture.js';

describe('finality', () => {
  it('comes at once without a lag', () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path);
    const final: number[] = [];
    test.chain.onFinalized(({ number }) => final.push(number));
    expect(test.chain.finalized).toEqual({ number: 0, hash: test.chain.genesisHash });
    test.author.build();
    test.author.build();
    expect(final).toEqual([1, 2]);
    expect(test.chain.finalized).toEqual({ number: 2, hash: test.chain.head.hash });
  });

  it('follows that many blocks behind the head, and watchers hear of it then', async () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path, { finalityLag: 3 });
    const final: number[] = [];
    const statuses: TransactionStatus[] = [];
    test.chain.onFinalized(({ number }) => final.push(number));
    test.pool.submit(test.transfer(account(1), 1_000_000_000n, 0), status => statuses.push(status));
    const { hash } = test.author.build().block;
    test.author.build();
    test.author.build();
    expect(final).toEqual([]);
    expect(test.chain.finalized.number).toBe(0);
    expect(statuses.at(-1)).toEqual({ inBlock: hash });
    test.author.build();
    expect(final).toEqual([1]);
    expect(test.chain.finalized).toEqual({ number: 1, hash });
    await pollUntil('the last status', { withinMs: 30_000, everyMs: 5 }, () =>
      statuses.length === 4 ? true : undefined,
    );
    expect(statuses).toEqual(['ready', { broadcast: [] }, { inBlock: hash }, { finalized: hash }]);
  });
});
