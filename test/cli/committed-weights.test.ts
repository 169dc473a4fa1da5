import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliOnChain, hideWeights } from './on-chain.js';

let chain: CliOnChain;
let hotkey: string;

beforeAll(async () => {
  chain = await CliOnChain.start();
  hotkey = (await chain.wallet('alice')).hotkey.address;
  await chain.json('register --wallet.name alice');
  await chain.json('stake add --wallet.name alice --amount 100');
  await hideWeights(chain, 1);
});
afterAll(() => chain?.[Symbol.asyncDispose]());

const code = async (line: string) => ((await chain.json(line, 4)) as { error: { code: string } }).error.code;

describe('weights of a subnet that hides them at first', () => {
  it('are committed, kept, and revealed when it is time', async () => {
    expect(await code('weights reveal --wallet.name alice')).toBe('nothing_to_reveal');
    const preview = await chain.json('weights set --wallet.name alice --uids 0 --weights 1 --dry-run');
    expect(preview).toMatchObject({ call: 'SubtensorModule.commit_weights' });
    expect(existsSync(`${chain.wallets}/alice/commitments`)).toBe(false);

    const set = await chain.json('weights set --wallet.name alice --uids 0 --weights 1');
    expect(set).toMatchObject({ uid: 0, reveal: { first: expect.any(Number), last: expect.any(Number) } });
    const { first, last, file } = set.reveal as { first: number; last: number; file: string };
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      netuid: 1,
      hotkey,
      uids: [0],
      weightsU16: [65_535],
    });
    expect(await chain.json('weights show')).toMatchObject({ rows: [] });

    expect(await chain.json('weights reveal --wallet.name alice', 4)).toMatchObject({
      error: { code: 'too_early', data: { first, last } },
    });
    await chain.mine(first - chain.client.headBlock() - 1);
    const reveal = await chain.json('weights reveal --wallet.name alice');
    expect(reveal).toMatchObject({ call: 'SubtensorModule.reveal_weights', weights: [{ uid: 0, weightU16: 65_535 }] });
    expect(await chain.json('weights show')).toMatchObject({ rows: [{ uid: 0, weights: [{ uid: 0 }] }] });
    expect(existsSync(file)).toBe(false);
    expect(await code('weights reveal --wallet.name alice')).toBe('nothing_to_reveal');
  });

  it('are lost when their time has passed, and a damaged file is named', async () => {
    const set = await chain.json('weights set --wallet.name alice --uids 0 --weights 1');
    const { last, file } = set.reveal as { last: number; file: string };
    await chain.mine(last - chain.client.headBlock() + 1);
    expect(await code('weights reveal --wallet.name alice')).toBe('nothing_to_reveal');
    for (const text of ['', '{}', 'null', readFileSync(file, 'utf8').replace('"uids":[0]', '"uids":[70000]')]) {
      writeFileSync(file, text);
      expect(await chain.json('weights reveal --wallet.name alice', 1)).toMatchObject({
        error: { code: 'file_system', message: expect.stringContaining(file) },
      });
    }
  });
});
