import { beforeEach, describe, expect, it } from 'vitest';
import { BittensorError, silentLog } from '../../../src/base/index.js';
import type { ChainClient, Metagraph } from '../../../src/chain/index.js';
import { TwinWatch, watchedChain } from '../../../src/neuron/keys/twin-watch.js';
import { PublicAddress } from '../../../src/neuron/public-address.js';

const HOTKEY = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const OWN = { ip: '10.0.0.1', port: 8091 };

let head: number;
let errors: string[];
beforeEach(() => {
  head = 100;
  errors = [];
});

/** Blocks of 12 s: what is signed is of worth for 32 of them. */
const chain = { headBlock: () => head, blockTimeMs: 12_000 };

function watchOf({
  mayBeOpen = false,
  announced = new PublicAddress(OWN) as PublicAddress | undefined,
} = {}): TwinWatch {
  const log = { ...silentLog, error: (line: string) => void errors.push(line) };
  return new TwinWatch({ chain, hotkey: HOTKEY, announced, mayBeOpen, log });
}

/** What the chain says of the hotkey; with uid -1 it has lost its place. */
function metagraph(lastUpdate: number, axon: typeof OWN | undefined = OWN, uid = 3): Metagraph {
  const self = uid < 0 ? undefined : { hotkey: HOTKEY, uid, lastUpdate, axon };
  return { block: head, byHotkey: (key: string) => (key === HOTKEY ? self : undefined) } as unknown as Metagraph;
}

const included = (blockNumber: number) => () => Promise.resolve({ blockNumber });

describe('the axon that the chain has for a hotkey', () => {
  it('is not suspicious before the own one was seen there, in whatever spelling', () => {
    const watch = watchOf({ announced: new PublicAddress({ ip: '2001:0DB8:0::1', port: 1 }) });
    watch.onMetagraph(metagraph(1, { ip: '10.9.9.9', port: 1 }));
    expect(watch.reason).toBeUndefined();
    watch.onMetagraph(metagraph(1, { ip: '2001:db8::1', port: 1 }));
    watch.onMetagraph(metagraph(1, { ip: '2001:db8::1', port: 1 }));
    expect(watch.reason).toBeUndefined();
    watch.onMetagraph(metagraph(1, { ip: '2001:db8::2', port: 1 }));
    expect(watch.reason).toMatch(/is used by another neuron, too: the chain now has 2001:db8::2:1 for it, not/);
  });

  it('raises the alarm once, and from then on nothing is sent', async () => {
    const watch = watchOf();
    watch.onMetagraph(metagraph(1));
    for (const port of [8092, 8093]) watch.onMetagraph(metagraph(1, { ip: '10.0.0.1', port }));
    expect(errors).toEqual([expect.stringMatching(/has 10\.0\.0\.1:8092 for it.*sets no weights any more/)]);
    let calls = 0;
    const client = { setWeights: async () => ({ blockNumber: calls++ }) } as unknown as ChainClient;
    await expect(watchedChain(client, watch).setWeights({} as never)).rejects.toMatchObject({
      code: 'hotkey_elsewhere',
    });
    expect(calls).toBe(0);
  });

  it('may be where it was before it moved, until the chain has the new one', () => {
    const announced = new PublicAddress(OWN);
    const watch = watchOf({ announced });
    watch.onMetagraph(metagraph(1));
    const moved = { ip: '10.0.0.2', port: 8091 };
    announced.moveTo(moved);
    for (const axon of [OWN, moved]) watch.onMetagraph(metagraph(1, axon));
    expect(watch.reason).toBeUndefined();
    watch.onMetagraph(metagraph(1, { ip: '10.0.0.3', port: 8091 }));
    expect(watch.reason).toContain('has 10.0.0.3:8091 for it, not 10.0.0.2:8091');
  });

  it('is of no concern to who publishes none', () => {
    const watch = watchOf({ announced: undefined });
    for (const port of [1, 2]) watch.onMetagraph(metagraph(1, { ip: '10.0.0.1', port }));
    expect(watch.reason).toBeUndefined();
  });
});

describe('weights of a hotkey', () => {
  it('that this neuron sent are its own, also when the block is told before the answer, or replaced', async () => {
    const watch = watchOf();
    watch.onMetagraph(metagraph(50));
    await watch.send(included(101));
    watch.onMetagraph(metagraph(101));
    watch.onMetagraph(metagraph(103));
    expect(watch.reason).toBeUndefined();
    head = 150;
    const late = watch.send(async () => {
      watch.onMetagraph(metagraph(151));
      return { blockNumber: 151 };
    });
    await late;
    watch.onMetagraph(metagraph(151));
    expect(watch.reason).toBeUndefined();
  });

  it('that it did not send raise the alarm', () => {
    const watch = watchOf();
    watch.onMetagraph(metagraph(50));
    watch.onMetagraph(metagraph(50));
    expect(watch.alarm.aborted).toBe(false);
    watch.onMetagraph(metagraph(99));
    expect(watch.alarm.aborted).toBe(true);
    expect(errors).toEqual([expect.stringContaining('weights were set in block 99 that this neuron did not send')]);
  });

  it('that came while its own were refused raise it, too', async () => {
    const watch = watchOf();
    watch.onMetagraph(metagraph(50));
    const sending = watch.send(async () => {
      watch.onMetagraph(metagraph(101));
      throw new BittensorError('dispatch', 'SettingWeightsTooFast');
    });
    await expect(sending).rejects.toMatchObject({ code: 'dispatch' });
    expect(watch.reason).toMatch(/block 101/);
  });

  it('whose fate it does not know may be its own for as long as the signature is of worth', async () => {
    const watch = watchOf();
    watch.onMetagraph(metagraph(50));
    const lost = watch.send(() => Promise.reject(new BittensorError('timeout', 'no block')));
    await expect(lost).rejects.toMatchObject({ code: 'timeout' });
    watch.onMetagraph(metagraph(160));
    expect(watch.reason).toBeUndefined();
    watch.onMetagraph(metagraph(400));
    expect(watch.reason).toMatch(/block 400/);
  });

  it('that were on their way before this start may come', () => {
    const watch = watchOf({ mayBeOpen: true });
    watch.onMetagraph(metagraph(50));
    watch.onMetagraph(metagraph(120));
    expect(watch.reason).toBeUndefined();
    watch.onMetagraph(metagraph(100_000));
    expect(watch.reason).toMatch(/block 100000/);
  });

  it('that a node which is behind shows again are no news', async () => {
    const watch = watchOf();
    watch.onMetagraph(metagraph(90));
    await watch.send(included(101));
    for (const lastUpdate of [101, 90, 50, 90, 101]) watch.onMetagraph(metagraph(lastUpdate));
    expect(watch.reason).toBeUndefined();
    watch.onMetagraph(metagraph(140));
    expect(watch.reason).toMatch(/block 140/);
  });

  it('begin anew where it was registered again, which counts as an update', () => {
    const watch = watchOf();
    watch.onMetagraph(metagraph(50));
    watch.onMetagraph(metagraph(0, undefined, -1));
    watch.onMetagraph(metagraph(300));
    watch.onMetagraph(metagraph(700, undefined, 5));
    expect(watch.reason).toBeUndefined();
    watch.onMetagraph(metagraph(701, undefined, 5));
    expect(watch.reason).toMatch(/block 701/);
  });

  it('that were signed once more when the machine woke up may come long after the first', async () => {
    const watch = watchOf();
    watch.onMetagraph(metagraph(50));
    const lost = watch.send(() => {
      head = 5_000;
      return Promise.reject(new BittensorError('timeout', 'no block'));
    });
    await expect(lost).rejects.toMatchObject({ code: 'timeout' });
    watch.onMetagraph(metagraph(5_003));
    expect(watch.reason).toBeUndefined();
  });
});
