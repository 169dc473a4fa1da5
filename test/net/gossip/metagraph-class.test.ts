import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Closing, pollUntil, silentLog } from '../../../src/base/index.js';
import { keyText } from '../../../src/net/auth/signed.js';
import { GrpcTransport } from '../../../src/net/gossip/grpc-transport.js';
import { definitionOf, Gossip, type GossipOptions } from '../../../src/net/index.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';

beforeAll(() => ready());

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

/** Listens; gossips when it is told to. */
async function still(options: Partial<GossipOptions>): Promise<Gossip> {
  const gossip = new Gossip({ host: '127.0.0.1', difficulty: 0, ...options });
  closing.add(() => gossip.stop());
  await gossip.listen();
  return gossip;
}

const synapse = (n: number) => ({ synapseKey: keyText(key(n).publicKey), host: '127.0.0.1', port: 9_000 + n });
const serving = (n: number, bootstrap: Gossip[] = [], more: Partial<GossipOptions> = {}) =>
  still({ signer: key(n), synapse: synapse(n), bootstrap: bootstrap.map(one => String(one.port)), ...more });
const hotkey = (n: number) => keyText(key(n).publicKey);

describe("the manual's metagraph class", () => {
  it('gossips once with doGossip, and says whether anybody answered', async () => {
    const first = await serving(1);
    expect(await first.doGossip()).toBe(false);
    const second = await serving(2, [first]);
    expect(await second.doGossip()).toBe(true);
    for (const [gossip, other] of [
      [first, second],
      [second, first],
    ] as const) {
      expect(gossip.getPeers()).toEqual([`127.0.0.1:${other.port}`]);
      expect(gossip.getSynapses()).toHaveLength(2);
    }
    await first.stop();
    expect(await second.doGossip()).toBe(false);
  });

  it('gives ten peers and a thousand synapses unless told otherwise, best score first', async () => {
    const first = await serving(1);
    for (let n = 2; n <= 14; n++) await (await serving(n, [first])).doGossip();
    expect(first.getPeers()).toHaveLength(10);
    expect(new Set(first.getPeers(100)).size).toBe(13);
    expect(first.getPeers(3)).toHaveLength(3);
    expect(first.getSynapses(5)).toHaveLength(5);
    const best = first.peers().find(peer => peer.hotkey === hotkey(9))!;
    first.setWeights([best], [0.25]);
    expect(first.getSynapses().map(entry => entry.hotkey)).toHaveLength(14);
    expect(
      first
        .getSynapses()
        .slice(0, 2)
        .map(entry => entry.hotkey),
    ).toEqual([hotkey(1), hotkey(9)]);
  });

  it('keeps weights for itself: 0 for what has none, none for its own, and no numbers that are none', async () => {
    const first = await serving(1);
    const second = await serving(2, [first]);
    await second.update();
    const [own, other] = second.getSynapses();
    expect(second.getWeights([own!, other!])).toEqual([0, 0]);
    second.setWeights([own!, other!], Float32Array.of(1, 0.5));
    expect(second.getWeights([other!, own!, { hotkey: hotkey(9), synapseKey: '' }])).toEqual([0.5, 0, 0]);
    await second.update();
    expect(first.getWeights(first.getSynapses())).toEqual([0, 0]);
    expect(() => second.setWeights([other!], [])).toThrow('0 weights for 1 synapses');
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
      expect(() => second.setWeights([other!], [bad])).toThrow('not a weight');
    }
    expect(second.getWeights([other!])).toEqual([0.5]);
  });

  it('forgets with doClean who signed nothing for so long', async () => {
    let now = Date.now();
    const first = await serving(1, [], { clock: { nowMs: () => now } });
    await (await serving(2, [first])).update();
    now += 299_000;
    first.doClean();
    expect(first.peers()).toHaveLength(1);
    first.doClean(298);
    expect(first.peers()).toHaveLength(0);
  });

  it('observes without an axon and without a key, and announces nothing then', async () => {
    const first = await serving(1);
    const observer = await still({ bootstrap: [String(first.port)] });
    await observer.update();
    expect(observer.getSynapses().map(entry => entry.hotkey)).toEqual([hotkey(1)]);
    expect(first.peers()).toEqual([]);
    await expect(observer.subscribe(synapse(3))).rejects.toMatchObject({ code: 'no_key' });
    expect(() => new Gossip({ synapse: synapse(3) })).toThrow('an observer announces no synapse');
    // Others may begin with an observer's address.
    const second = await serving(2, [observer]);
    await second.update();
    expect(second.peers().map(entry => entry.hotkey)).toEqual([hotkey(1)]);
    await observer.update();
    expect(observer.peers()).toHaveLength(2);
  });

  it('announces what is subscribed, with its definition, changes of it, and eight synapses at most', async () => {
    const first = await serving(1);
    const second = await still({ signer: key(2), bootstrap: [String(first.port)] });
    await second.update();
    expect(first.peers()).toEqual([]);
    const inputs = [{ modality: 'image', dtype: 'float32', shape: [-1, 784] }] as const;
    const definition = { inputs, priceRao: 5n, backward: true };
    await second.subscribe({ ...synapse(3), definition });
    await second.subscribe(synapse(4));
    await second.update();
    expect(first.peers().map(peer => peer.port)).toEqual([9_003, 9_004]);
    expect(definitionOf(first.peers()[0]!)).toMatchObject(definition);
    await second.subscribe({ ...synapse(4), port: 9_005 });
    await second.update();
    expect(first.peers().map(peer => peer.port)).toEqual([9_003, 9_005]);
    for (let n = 10; n < 16; n++) await second.subscribe(synapse(n));
    await expect(second.subscribe(synapse(16))).rejects.toMatchObject({ code: 'too_many' });
    await expect(second.subscribe({ ...synapse(3), host: 'example.org' })).rejects.toMatchObject({
      code: 'bad_address',
    });
    await second.stop();
    expect(first.peers()).toEqual([]);
    await expect(second.subscribe(synapse(3))).rejects.toMatchObject({ code: 'closed' });
  });

  it('starts and stops twice, and does not start again', async () => {
    const gossip = new Gossip({ host: '127.0.0.1' });
    await Promise.all([gossip.start(), gossip.start()]);
    expect(gossip.port).toBeGreaterThan(0);
    await Promise.all([gossip.stop(), gossip.stop()]);
    const never = new Gossip({ host: '127.0.0.1' });
    await never.stop();
    await expect(never.start()).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('the work of a starting node', () => {
  it('observes until its proof is there, announces itself then, and takes nobody without work', async () => {
    const quick = { difficulty: 16, intervalMs: 40 };
    const first = await serving(1, [], quick);
    await (await serving(7, [first])).doGossip();
    expect(first.peers()).toEqual([]);
    const second = new Gossip({
      ...quick,
      signer: key(2),
      synapse: synapse(2),
      host: '127.0.0.1',
      bootstrap: [String(first.port)],
    });
    closing.add(() => second.stop());
    await second.start();
    expect(second.synapses()).toEqual([]);
    const known = await pollUntil('it is known', { withinMs: 30_000, everyMs: 10 }, () => first.peers()[0]);
    expect(known.hotkey).toBe(hotkey(2));
    await pollUntil('it knows', { withinMs: 30_000, everyMs: 10 }, () => second.peers()[0]);
  });

  it('is 21 bits by default, and stops at once in the middle of it', async () => {
    const gossip = new Gossip({ signer: key(1), synapse: synapse(1), host: '127.0.0.1', difficulty: 28 });
    await gossip.start();
    const announced = gossip.subscribe(synapse(2));
    const ended = expect(announced).rejects.toMatchObject({ code: 'closed' });
    await gossip.stop();
    await ended;
    for (const difficulty of [-1, 29, 1.5]) expect(() => new Gossip({ difficulty })).toThrow('difficulty');
  });
});

describe('gossip over TLS', () => {
  it('is what other machines get, from nodes with a key and without one', async () => {
    const over = (n: number | undefined, bootstrap: Gossip[]) => {
      const signer = n === undefined ? undefined : key(n);
      const transport = new GrpcTransport({ host: '127.0.0.1', port: 0, log: silentLog, signer, encrypts: () => true });
      const options = { signer, transport, bootstrap: bootstrap.map(one => String(one.port)), timeoutMs: 10_000 };
      return still(n === undefined ? options : { ...options, synapse: synapse(n) });
    };
    const observer = await over(undefined, []);
    const first = await over(1, [observer]);
    expect(await first.doGossip()).toBe(true);
    const second = await over(2, [observer]);
    expect(await second.doGossip()).toBe(true);
    expect(second.peers().map(peer => peer.hotkey)).toEqual([hotkey(1)]);
    // The same port speaks plain text to this machine.
    const plain = await serving(3, [observer]);
    expect(await plain.doGossip()).toBe(true);
    expect(plain.peers()).toHaveLength(2);
  });
});
