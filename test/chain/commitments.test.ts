import { TypeRegistry } from '@polkadot/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pollUntil } from '../../src/base/index.js';
import {
  commitmentHash,
  connect,
  openLocalChain,
  prepareCommitWeights,
  prepareRevealWeights,
  prepareSetWeights,
  revealBlocks,
  startLocalnet,
  whatHappened,
} from '../../src/chain/index.js';
import { generateMnemonic, keypairFromMnemonic, keypairFromUri, ready } from '../../src/wallet/index.js';
import { failure } from '../wallet/helpers.js';
import { temporaryFolder } from './helpers.js';

const TAO = 1_000_000_000n;
const NETUID = 1;
const newKey = () => keypairFromMnemonic(generateMnemonic());

describe('weights that are committed first', () => {
  it('have the hash that the runtime makes of them', async () => {
    await ready();
    const registry = new TypeRegistry();
    const { address } = keypairFromUri('//Alice');
    const u16 = fc.integer({ min: 0, max: 65_535 });
    const lists = fc.tuple(...[0, 1, 2].map(() => fc.array(u16, { maxLength: 300 })));
    fc.assert(
      fc.property(
        u16,
        lists,
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        (netuid, [uids, weightsU16, salt], versionKey) => {
          const commitment = { netuid, hotkey: address, uids: uids!, weightsU16: weightsU16!, salt: salt!, versionKey };
          const type = '(AccountId32, u16, Vec<u16>, Vec<u16>, Vec<u16>, u64)';
          const encoded = registry.createType(type, [address, netuid, uids, weightsU16, salt, versionKey]).toU8a();
          expect(commitmentHash(commitment)).toBe(registry.hash(encoded).toHex());
        },
      ),
      { seed: 11, numRuns: 50 },
    );
  });

  it('are set once they are revealed', async () => {
    await ready();
    using folder = temporaryFolder();
    const net = await startLocalnet({ port: 0, dataFolder: folder.path, blockTime: 'manual', detached: false });
    await using local = await openLocalChain(net.url);
    const client = await connect({ endpoints: [net.url] });
    try {
      const [alice, hotkey] = [keypairFromUri('//Alice'), newKey()];
      /** Does it, and makes the block that it waits for. */
      const mined = async <T>(work: Promise<T>): Promise<T> => {
        let isOver = false;
        const done = work.finally(() => {
          isOver = true;
        });
        done.catch(() => {});
        await pollUntil('it in the pool', { withinMs: 30_000, everyMs: 10 }, async () => {
          if (isOver) return true;
          return (await local.status()).ready > 0 ? true : undefined;
        });
        await local.mine();
        return done;
      };
      await mined(client.burnedRegister({ netuid: NETUID, hotkey: hotkey.address, signer: alice }));
      await mined(client.addStake({ netuid: NETUID, hotkey: hotkey.address, amountRao: 1_000n * TAO, signer: alice }));
      const enable = {
        call: 'AdminUtils.sudo_set_commit_reveal_weights_enabled',
        args: { netuid: NETUID, enabled: true },
      };
      const { callHex } = await client.prepare({ ...enable, from: alice.address });
      await mined(local.sudo(callHex));

      const weights = { from: hotkey.address, netuid: NETUID, uids: [0], weightsU16: [65_535] };
      expect(await failure(() => prepareSetWeights(client, weights))).toMatchObject({
        code: 'rejected',
        data: { name: 'CommitRevealEnabled' },
      });
      const commit = await prepareCommitWeights(client, weights);
      expect(commit.args.map(({ value }) => value)).toEqual(['1', commitmentHash(commit.commitment)]);
      const done = await mined(commit.submit(hotkey));
      expect(whatHappened(done)[0]).toContain(`Committed ${hotkey.address} to weights on subnet 1`);
      const { first, last } = (await revealBlocks(client, commit.commitment))!;
      expect(first).toBeGreaterThan(done.blockNumber);
      expect(last).toBeGreaterThanOrEqual(first);

      const early = await prepareRevealWeights(client, { commitment: commit.commitment });
      expect(await failure(() => mined(early.submit(hotkey)))).toMatchObject({
        code: 'dispatch',
        data: { name: 'RevealTooEarly' },
      });
      await local.mine(first - (await local.status()).number - 1);
      const reveal = await prepareRevealWeights(client, { commitment: commit.commitment });
      const revealed = await mined(reveal.submit(hotkey));
      expect(whatHappened(revealed).join('\n')).toContain(`Revealed the weights of ${hotkey.address} on subnet 1`);
      expect(await client.weights(NETUID)).toEqual(new Map([[0, [[0, 65_535]]]]));
      expect(await revealBlocks(client, commit.commitment)).toBeUndefined();
    } finally {
      await client.close();
      await net.stop();
    }
  });
});
