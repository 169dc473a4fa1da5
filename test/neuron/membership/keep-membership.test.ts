import { beforeEach, describe, expect, it } from 'vitest';
import { type Log, pollUntil, silentLog } from '../../../src/base/index.js';
import type { ChainClient, Metagraph } from '../../../src/chain/index.js';
import { keepMembership } from '../../../src/neuron/membership/keep-membership.js';
import { PublicAddress } from '../../../src/neuron/public-address.js';
import { keypairFromUri, ready } from '../../../src/wallet/index.js';

const AXON = { ip: '10.0.0.1', port: 8091 };

let lines: string[];
let problem: () => string | undefined;
let published: number;
let address: PublicAddress;
let newest: Metagraph;
let look: (metagraph: Metagraph) => void;

function metagraph(block: number, uid: number | undefined, axon: typeof AXON | 'none' = AXON): Metagraph {
  const self = uid === undefined ? undefined : { uid, axon: axon === 'none' ? undefined : axon };
  newest = { block, byHotkey: () => self } as unknown as Metagraph;
  return newest;
}

beforeEach(async () => {
  await ready();
  lines = [];
  published = 0;
  address = new PublicAddress(AXON);
  const say = (line: string) => void lines.push(line);
  const log: Log = { ...silentLog, info: say, warn: say, error: say };
  const client = {
    metagraph: async () => newest,
    serveAxon: async () => {
      published += 1;
      return { blockNumber: 1 };
    },
  } as unknown as ChainClient;
  const status = {
    check: (_: string, check: typeof problem) => {
      problem = check;
    },
  };
  const { signal } = new AbortController();
  look = keepMembership({ client, netuid: 1, hotkey: keypairFromUri('//Alice'), axon: address, status, log, signal });
});

describe('the place of a neuron', () => {
  it('is lost with a word, for people and for who asks after its health, and there again with another', () => {
    look(metagraph(10, undefined));
    expect([problem(), lines]).toEqual([undefined, []]);
    look(metagraph(11, 3));
    look(metagraph(12, undefined));
    look(metagraph(13, undefined));
    expect(problem()).toContain('has lost its place (uid 3) on subnet 1');
    expect(lines).toEqual([problem()]);
    look(metagraph(14, 9));
    expect(problem()).toBeUndefined();
    expect(lines.at(-1)).toBe('Registered again on subnet 1 as uid 9');
  });

  it('is not lost because a node is behind', () => {
    look(metagraph(11, 3));
    look(metagraph(5, undefined));
    expect(problem()).toBeUndefined();
  });

  it('brings its address with it once more where that went with the old one, but not before the first was seen', async () => {
    look(metagraph(11, 3, 'none'));
    look(metagraph(12, 3));
    look(metagraph(13, undefined));
    expect(published).toBe(0);
    look(metagraph(14, 9, 'none'));
    await pollUntil('the address', { withinMs: 5_000, everyMs: 2 }, () => (published === 1 ? true : undefined));
    look(metagraph(15, 9));
    expect(published).toBe(1);
  });

  it('gets the address that the axon has now, where the chain still has one that it had, and no other', async () => {
    const publishedTimes = async (n: number) => {
      await pollUntil('the address', { withinMs: 5_000, everyMs: 2 }, () => (published === n ? true : undefined));
      // What was published is in the block after.
      await new Promise(resolve => setImmediate(resolve));
    };
    look(metagraph(11, 3));
    const moved = { ip: '10.0.0.2', port: 8091 };
    address.moveTo(moved);
    look(metagraph(12, 3));
    await publishedTimes(1);
    look(metagraph(13, 3, moved));
    // Somebody else's: whoever watches for twins says so.
    look(metagraph(14, 3, { ip: '10.9.9.9', port: 1 }));
    expect(published).toBe(1);
    address.moveTo(AXON);
    look(metagraph(15, 3, moved));
    await publishedTimes(2);
    expect(lines.filter(line => line.includes('published by serve_axon'))).toEqual([
      expect.stringContaining('Axon 10.0.0.2:8091 of uid 3'),
      expect.stringContaining('Axon 10.0.0.1:8091 of uid 3'),
    ]);
  });
});
