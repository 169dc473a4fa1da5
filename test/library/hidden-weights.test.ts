import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pollUntil } from '../../src/base/index.js';
import { type LocalChain, openLocalChain } from '../../src/chain/index.js';
import * as bittensor from '../../src/index.js';
import { keypairFromUri } from '../../src/wallet/index.js';
import { openWorld, type World } from './helpers.js';

const TEMPO = 10;

let world: World;
let local: LocalChain;
let wallet: Awaited<ReturnType<ReturnType<typeof bittensor.wallet>['create']>>;
const chain = () => bittensor.subtensor();

/** The weights that the chain has of uid 0. */
const row = async () => Array.from((await bittensor.metagraph().sync()).W[0]!);
const mineTo = async (block: number) => {
  const missing = block - (await chain().block());
  if (missing > 0) await local.mine(missing);
};
const commit = async (weights: number[]) => {
  const { hidden } = await chain().setWeights({ wallet, uids: [0, 1], weights });
  return hidden!;
};

async function sudo(call: string, args: Record<string, unknown>): Promise<void> {
  const from = keypairFromUri('//Alice').address;
  const { callHex } = await chain().use(client => client.prepare({ call, args, from }));
  await local.sudo(callHex);
}

beforeAll(async () => {
  world = await openWorld('instant');
  local = await openLocalChain(world.url);
  wallet = await bittensor.wallet().create();
  await chain().register({ wallet });
  await chain().register({ wallet: await bittensor.wallet({ hotkey: 'other' }).create() });
  await chain().addStake({ wallet, amountTao: 500 });
  await sudo('AdminUtils.sudo_set_tempo', { netuid: 1, tempo: TEMPO });
  await sudo('AdminUtils.sudo_set_commit_reveal_weights_enabled', { netuid: 1, enabled: true });
  // A permit comes with an epoch.
  await local.mine(2 * TEMPO);
});

afterAll(async () => {
  await local?.close();
  await world?.[Symbol.asyncDispose]();
});

describe('weights of a subnet that hides them at first', () => {
  it('are committed, and count once they were revealed', async () => {
    expect(await chain().revealWeights({ wallet })).toEqual([]);
    const { hidden, ...receipt } = await chain().setWeights({
      wallet,
      uids: [0, 1],
      weights: [1, 3],
      waitForInclusion: false,
    });
    expect(hidden!.firstBlock).toBeGreaterThan(receipt.blockNumber!);
    expect(hidden!.lastBlock).toBeGreaterThanOrEqual(hidden!.firstBlock!);
    expect(hidden!.file).toContain(wallet.folder);
    expect(await row()).toEqual([0, 0]);

    const revealing = chain().revealWeights({ wallet });
    await mineTo(hidden!.firstBlock! - 1);
    const [revealed] = await revealing;
    expect(revealed!.blockNumber).toBe(hidden!.firstBlock);
    expect(await row()).toEqual([expect.closeTo(0.25, 4), expect.closeTo(0.75, 4)]);
    expect(existsSync(hidden!.file)).toBe(false);
  });

  it('are revealed by the next setWeights, when it is time', async () => {
    const first = await commit([1, 0]);
    await mineTo(first.firstBlock!);
    const second = await commit([0, 1]);
    expect(await row()).toEqual([1, 0]);
    expect([existsSync(first.file), existsSync(second.file)]).toEqual([false, true]);
    await mineTo(second.firstBlock!);
    expect(await chain().revealWeights({ wallet })).toHaveLength(1);
    expect(await row()).toEqual([0, 1]);
  });

  it('stay to be revealed when somebody gives up waiting', async () => {
    const { file, firstBlock } = await commit([1, 1]);
    const stop = new AbortController();
    const revealing = chain().revealWeights({ wallet, signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(revealing).rejects.toThrow('enough');
    expect(existsSync(file)).toBe(true);
    await mineTo(firstBlock!);
    expect(await chain().revealWeights({ wallet })).toHaveLength(1);
  });

  it('are lost after their last block, which is said once', async () => {
    const before = await row();
    const { file, lastBlock } = await commit([0, 1]);
    await mineTo(lastBlock!);
    await expect(chain().revealWeights({ wallet })).rejects.toMatchObject({
      code: 'nothing_to_reveal',
      data: { lastBlock },
    });
    expect([existsSync(file), await row()]).toEqual([false, before]);
    expect(await chain().revealWeights({ wallet })).toEqual([]);
  });

  it('of which the chain refuses one are all tried', async () => {
    const refused = await commit([1, 0]);
    // Rows of an older version are not taken any more.
    await sudo('AdminUtils.sudo_set_weights_version_key', { netuid: 1, weights_version_key: 5 });
    await mineTo(refused.firstBlock! - 1);
    const { hidden: taken } = await chain().setWeights({ wallet, uids: [0, 1], weights: [0, 1] });
    const before = await chain().block();
    const revealing = chain().revealWeights({ wallet });
    revealing.catch(() => {});
    // A transaction of its own has a block of its own.
    await pollUntil('the refusal', { withinMs: 20_000 }, async () =>
      (await chain().block()) > before ? true : undefined,
    );
    await mineTo(taken!.firstBlock! - 1);
    await expect(revealing).rejects.toMatchObject({ code: 'dispatch', data: { name: 'IncorrectWeightVersionKey' } });
    expect(await row()).toEqual([0, 1]);
    expect([existsSync(refused.file), existsSync(taken!.file)]).toEqual([true, false]);
  });
});
