import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Closing, type Log, pollUntil, silentLog } from '../../../src/base/index.js';
import { keyText } from '../../../src/net/auth/signed.js';
import { GossipBatch, Synapse } from '../../../src/net/gen/bittensor.js';
import { definitionOf, sealEntry } from '../../../src/net/gossip/synapse-entry.js';
import { workDigest, workSubject, workTime, zeroBits } from '../../../src/net/gossip/work.js';
import { Gossip, type GossipOptions, networkOfName, PROTOCOL_VERSION, TEST_NETWORK } from '../../../src/net/index.js';
import { defaultServerLimits, RpcServer } from '../../../src/net/server/rpc-server.js';
import { ENTRY_BYTES } from '../../../src/net/wire/envelope.js';
import { signSynapse } from '../../../src/net/wire/synapse.js';
import { endorse, ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';
import { RawChannels } from '../raw-channels.js';

beforeAll(() => ready());

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

const network = networkOfName(TEST_NETWORK);
const quick = { intervalMs: 40, heartbeatMs: 150, expiryMs: 1_500, timeoutMs: 500, difficulty: 0 };

async function node(index: number, bootstrap: string[] = [], options: Partial<GossipOptions> = {}): Promise<Gossip> {
  const gossip = new Gossip({
    signer: key(index),
    synapse: { synapseKey: keyText(key(100 + index).publicKey), host: '127.0.0.1', port: 9_000 + index },
    host: '127.0.0.1',
    bootstrap,
    ...quick,
    ...options,
  });
  closing.add(() => gossip.stop());
  await gossip.start();
  return gossip;
}

/** `nP|nS`, as a neuron's log line has it. */
const counts = (gossip: Gossip) => `${gossip.peers().length}|${gossip.synapses().length}`;

async function untilCounts(nodes: readonly Gossip[], wanted: string, withinMs = 8_000): Promise<void> {
  await pollUntil(`all of ${nodes.length} nodes show ${wanted}`, { withinMs, everyMs: 20 }, () =>
    nodes.every(gossip => counts(gossip) === wanted) ? true : undefined,
  );
}

/** Speaks to a node as any stranger may. */
async function say(to: Gossip, batch: Partial<GossipBatch>): Promise<GossipBatch> {
  const pool = new RawChannels({ channels: 1, messageBytes: 2 ** 20 });
  try {
    const bytes = GossipBatch.encode(
      GossipBatch.fromPartial({ version: PROTOCOL_VERSION, network, ...batch }),
    ).finish();
    const address = { host: '127.0.0.1', port: to.port };
    return GossipBatch.decode(await pool.call('', address, { path: '/Metagraph/Gossip', bytes, timeoutMs: 5_000 }));
  } finally {
    pool.close();
  }
}

function entry(index: number, change: Partial<Parameters<typeof sealEntry>[1]> = {}): Synapse {
  const address = { host: '127.0.0.1', port: 9_000 + index };
  return sealEntry(key(index), {
    network,
    synapseKey: '',
    address,
    metagraph: undefined,
    heartbeatMs: Date.now(),
    ...change,
  });
}

describe('gossip', () => {
  it('shows a first node alone as 0|1, and two nodes as 1|2 in both', async () => {
    const first = await node(1);
    expect(counts(first)).toBe('0|1');
    const second = await node(2, [`0.0.0.0:${first.port}`]);
    await untilCounts([first, second], '1|2');
    expect(first.peers()[0]).toMatchObject({ hotkey: keyText(key(2).publicKey), host: '127.0.0.1', port: 9_002 });
    expect(first.synapses()[0]).toMatchObject({ hotkey: keyText(key(1).publicKey), port: 9_001 });
  });

  it('brings five nodes together through one bootstrap address', async () => {
    const first = await node(1);
    const others = await Promise.all([2, 3, 4, 5].map(index => node(index, [String(first.port)])));
    await untilCounts([first, ...others], '4|5');
  });

  it('tells which coldkey endorses a neuron, from one to the next', async () => {
    const synapse = {
      synapseKey: '',
      host: '127.0.0.1',
      port: 9_001,
      endorsement: endorse(key(50), key(1).publicKey),
    };
    const first = await node(1, [], { synapse });
    const others = [await node(2, [String(first.port)])];
    others.push(await node(3, [String(others[0]!.port)]));
    await untilCounts([first, ...others], '2|3');
    const coldkeys = others.map(gossip => gossip.peers().map(peer => [peer.port, peer.coldkey]));
    for (const seen of coldkeys) expect(seen).toContainEqual([9_001, keyText(key(50).publicKey)]);
    expect(coldkeys.flat().filter(([, coldkey]) => coldkey !== undefined)).toHaveLength(2);
    expect(first.synapses()[0]?.coldkey).toBe(keyText(key(50).publicKey));
  });

  it('goes on when the bootstrap node is gone', async () => {
    const first = await node(1);
    const others = await Promise.all([2, 3].map(index => node(index, [String(first.port)])));
    await untilCounts([first, ...others], '2|3');
    await first.stop();
    await untilCounts(others, '1|2');
    const late = await node(4, [`127.0.0.1:${others[0]!.port}`]);
    await untilCounts([...others, late], '2|3');
  });

  it('forgets a node that said goodbye at once, and one that fell silent after its last signature expired', async () => {
    const first = await node(1, [], { expiryMs: 60_000 });
    const second = await node(2, [String(first.port)], { expiryMs: 60_000 });
    await untilCounts([first, second], '1|2');
    await second.stop();
    await untilCounts([first], '0|1', 500);

    const third = await node(3);
    await say(third, { synapses: [entry(7)] });
    expect(counts(third)).toBe('1|2');
    await untilCounts([third], '0|1', 3_000);
  });

  it('does not keep a dead node alive by passing its entry around', async () => {
    const nodes = [await node(1)];
    for (const index of [2, 3]) nodes.push(await node(index, [String(nodes[0]!.port)]));
    await untilCounts(nodes, '2|3');
    const dead = entry(7);
    await say(nodes[0]!, { synapses: [dead] });
    await untilCounts(nodes, '3|4');
    await untilCounts(nodes, '2|3', 3_000);
    await say(nodes[0]!, { synapses: [dead] });
    expect(counts(nodes[0]!)).toBe('2|3');
  });

  it('knows its own address in the bootstrap list, and its own entry when it is echoed', async () => {
    const first = await node(1);
    const self = await node(2, [String(first.port)]);
    await untilCounts([first, self], '1|2');
    const echoed = (await say(self, {})).synapses;
    expect(echoed).toHaveLength(2);
    await say(self, { synapses: echoed });
    expect(counts(self)).toBe('1|2');
  });

  it('retries a bootstrap peer that is down with one line, and says when it is there', async () => {
    const lines: string[] = [];
    const log: Log = { ...silentLog, warn: line => lines.push(line), info: line => lines.push(line) };
    const reserved = await node(1);
    const { port } = reserved;
    await reserved.stop();
    const waiting = await node(2, [String(port)], { log });
    await pollUntil('a line', { withinMs: 10_000, everyMs: 10 }, () => (lines.length > 0 ? true : undefined));
    const back = await node(1, [], { port });
    await untilCounts([waiting, back], '1|2');
    await pollUntil('a second line', { withinMs: 10_000, everyMs: 10 }, () => lines[1]);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain(`bootstrap peer 127.0.0.1:${port} does not answer`);
    expect(lines[1]).toBe(`bootstrap peer 127.0.0.1:${port} answers again`);
  });

  it('calls back when a synapse comes and when it goes', async () => {
    const first = await node(1, [], { expiryMs: 60_000 });
    const seen: string[] = [];
    const off = first.onChange(() => seen.push(counts(first)));
    await say(first, { synapses: [entry(7)] });
    await say(first, { synapses: [entry(7, { goodbye: true, heartbeatMs: Date.now() + 5 })] });
    off();
    await say(first, { synapses: [entry(8)] });
    expect(seen).toEqual(['1|2', '0|1']);
  });

  it('refuses a host that is no literal address, and a port in use', async () => {
    const first = await node(1);
    const named = node(2, [], { synapse: { synapseKey: '', host: 'example.org', port: 1 } });
    await expect(named).rejects.toMatchObject({ code: 'bad_address' });
    await expect(node(3, [], { port: first.port })).rejects.toMatchObject({ code: 'port_in_use' });
    expect(
      () =>
        new Gossip({ signer: key(4), synapse: { synapseKey: '', host: '127.0.0.1', port: 1 }, bootstrap: ['x y:1'] }),
    ).toThrow('not an address');
  });
});

describe('networks', () => {
  const elsewhere = networkOfName('elsewhere');

  it('never mix: neither side takes anything of the other, and neighbours of one name meet', async () => {
    const lines: string[] = [];
    const log: Log = { ...silentLog, warn: line => lines.push(line) };
    const first = await node(1);
    const other = await node(2, [String(first.port)], { network: elsewhere, log, timeoutMs: 10_000 });
    const same = await node(3, [String(first.port)]);
    const third = await node(4, [String(other.port)], { network: elsewhere });
    await untilCounts([first, same], '1|2');
    await untilCounts([other, third], '1|2');
    await pollUntil('a line', { withinMs: 10_000, everyMs: 10 }, () => lines[0]);
    expect(lines[0]).toContain('gossip of another network');
  });

  it('are in what an entry signs and what its work is for', async () => {
    const first = await node(1, [], { difficulty: 1 });
    const refused = async (synapse: Synapse, why: string, batch: Partial<GossipBatch> = {}) =>
      await expect(say(first, { synapses: [synapse], ...batch })).rejects.toThrow(why);
    const proven = (of: Uint8Array) => {
      const proofOfWork = workTime(Date.now());
      for (let nonce = 0; ; nonce++) {
        const made = entry(7, { network: of, proof: { nonce, proofOfWork } });
        // Work for one network and none for the other.
        const bits = [network, elsewhere].map(of => zeroBits(workDigest(workSubject({ ...made, network: of }), nonce)));
        if (bits[of === network ? 0 : 1]! > 0 && bits[of === network ? 1 : 0] === 0) return made;
      }
    };
    const foreign = proven(elsewhere);
    await refused(foreign, 'this is gossip of another network', { network: elsewhere });
    await refused(foreign, 'a synapse of another network');
    await refused({ ...foreign, network: new Uint8Array(0) }, 'a synapse of another network');
    await refused({ ...foreign, network }, 'without the work');
    const good = proven(network);
    const { signature } = signSynapse(key(7), { ...good, network: elsewhere });
    await refused({ ...good, signature }, 'wrong signature');
    await say(first, { synapses: [good] });
    expect(counts(first)).toBe('1|2');
  });
});

describe('what a synapse takes and gives', () => {
  const definition = {
    inputs: [{ modality: 'image', dtype: 'float32', shape: [-1, 784] }],
    outputs: [{ modality: 'tensor', dtype: 'bfloat16', shape: [-1, 10] }],
    priceRao: 7n,
    backward: true,
  } as const;
  const synapse = { synapseKey: 's', host: '127.0.0.1', port: 9_000, definition };

  it('is known to others, from one to the next', async () => {
    const first = await node(1);
    const second = await node(2, [String(first.port)]);
    const third = await node(3, [String(first.port)], { synapse });
    await untilCounts([first, second, third], '2|3');
    const heard = second.peers().find(({ hotkey }) => hotkey === keyText(key(3).publicKey))!;
    expect(definitionOf(heard)).toEqual({ synapseKey: 's', ...definition, workMs: undefined });
  });

  it('is refused at once where it is too long to be passed on', async () => {
    const first = await node(1);
    const many = Array.from({ length: 16 }, () => ({ ...definition.inputs[0], shape: [-1, -1, -1] }));
    const asked = first.subscribe({ ...synapse, definition: { inputs: many, outputs: many } });
    await expect(asked).rejects.toMatchObject({ code: 'too_many' });
    await expect(first.subscribe(synapse)).resolves.toBeUndefined();
  });
});

describe('gossip with hostile strangers', () => {
  it('refuses entries so long that a thousand of them would not fit into one message', async () => {
    const first = await node(1);
    const long = (letters: number) => {
      const message = entry(7, { synapseKey: 's'.repeat(250) });
      return signSynapse(key(7), {
        ...message,
        blockHash: `0x${'1'.repeat(64)}`,
        version: `2.0.${'0'.repeat(letters)}`,
      });
    };
    const bytesOf = (letters: number) => Synapse.encode(long(letters)).finish().length;
    const definition = { modality: 1, dtype: 1, shape: [-1, -1, -1, -1] } as const;
    const filled = {
      ...long(1),
      inputs: Array.from({ length: 8 }, () => ({ ...definition, shape: [...definition.shape] })),
    };
    expect(bytesOf(1)).toBeLessThan(ENTRY_BYTES);
    expect(Synapse.encode(filled).finish().length).toBeGreaterThan(ENTRY_BYTES);
    await expect(say(first, { synapses: [signSynapse(key(7), filled)] })).rejects.toMatchObject({
      returnCode: 'InvalidRequest',
    });
    await say(first, { synapses: [long(1)] });
    expect(counts(first)).toBe('1|2');
    const rest = { peers: Array.from({ length: 10 }, () => 'x'.repeat(256)), have: new Uint8Array(65_536), network };
    const full = GossipBatch.encode(GossipBatch.fromPartial(rest)).finish().length + 1_000 * (ENTRY_BYTES + 3);
    expect(full).toBeLessThan(2 ** 20);
  });

  it('refuses entries that are unsigned, altered, signed by another, from the future, or malformed', async () => {
    const first = await node(1);
    const good = entry(7);
    const other = entry(8);
    const bad: Partial<Synapse>[] = [
      { ...good, signature: new Uint8Array(0) },
      { ...good, signature: good.signature.subarray(0, 63) },
      { ...good, port: '1' },
      { ...good, heartbeat: good.heartbeat + 1 },
      { ...good, metagraph: '127.0.0.1:1' },
      { ...good, neuronKey: other.neuronKey },
      { ...good, signature: other.signature },
      { ...good, address: 'localhost' },
      { ...good, port: '70000' },
      { ...good, neuronKey: 'me' },
    ];
    for (const synapse of bad) {
      await expect(say(first, { synapses: [synapse as Synapse] })).rejects.toMatchObject({ code: 'refused' });
    }
    await say(first, { synapses: [entry(7, { heartbeatMs: Date.now() + 60_000 }), entry(7, { heartbeatMs: 1 })] });
    expect(counts(first)).toBe('0|1');
    await say(first, { synapses: [good] });
    expect(counts(first)).toBe('1|2');
  });

  it('refuses endorsements that are none, and lets nobody add, drop or change one', async () => {
    const first = await node(1);
    const endorsement = endorse(key(50), key(7).publicKey);
    const good = entry(7, { endorsement });
    const another = entry(7, { endorsement: endorse(key(51), key(7).publicKey) });
    const none = { coldkey: '', endorsement: new Uint8Array() };
    const bad: Partial<Synapse>[] = [
      // Dropped, added or exchanged by who passes it on.
      { ...good, ...none },
      { ...entry(7), coldkey: good.coldkey, endorsement: good.endorsement },
      { ...good, coldkey: another.coldkey, endorsement: another.endorsement },
      { ...good, coldkey: '' },
      { ...good, endorsement: new Uint8Array() },
      { ...good, endorsement: good.endorsement.subarray(1) },
      { ...good, coldkey: 'me' },
      // Signed by a neuron that no coldkey endorses.
      entry(7, { endorsement: endorse(key(50), key(8).publicKey) }),
      entry(7, { endorsement: { ...endorsement, coldkey: key(51).address } }),
      entry(7, { endorsement: { ...endorsement, signature: `0x${'00'.repeat(64)}` } }),
    ];
    for (const synapse of bad) {
      await expect(say(first, { synapses: [synapse as Synapse] })).rejects.toMatchObject({ code: 'refused' });
    }
    await say(first, { synapses: [good] });
    expect(first.peers()[0]?.coldkey).toBe(keyText(key(50).publicKey));
    const later = (change: Parameters<typeof entry>[1]) => entry(7, { heartbeatMs: Date.now() + 5_000, ...change });
    const forged = later({ endorsement: { ...endorsement, coldkey: key(51).address } });
    await expect(say(first, { synapses: [forged] })).rejects.toMatchObject({ code: 'refused' });
    await say(first, { synapses: [later({ endorsement, heartbeatMs: Date.now() + 6_000 })] });
    expect(first.peers()[0]?.coldkey).toBe(keyText(key(50).publicKey));
    await say(first, { synapses: [later({ heartbeatMs: Date.now() + 7_000 })] });
    expect(first.peers()[0]?.coldkey).toBeUndefined();
  });

  it('does not let an older entry move or revive a synapse', async () => {
    const first = await node(1, [], { expiryMs: 60_000 });
    const now = Date.now();
    const port = () => first.peers()[0]?.port;
    await say(first, { synapses: [entry(7, { heartbeatMs: now })] });
    await say(first, { synapses: [entry(7, { heartbeatMs: now - 10, address: { host: '127.0.0.1', port: 1 } })] });
    expect(port()).toBe(9_007);
    await say(first, { synapses: [entry(7, { heartbeatMs: now + 10, goodbye: true })] });
    await say(first, { synapses: [entry(7, { heartbeatMs: now + 5 })] });
    expect(port()).toBeUndefined();
    await say(first, { synapses: [entry(7, { heartbeatMs: now + 20 })] });
    expect(port()).toBe(9_007);
  });

  it('stays within metagraph_size under a flood, which displaces nobody that was there', async () => {
    const first = await node(1, [], { size: 20, expiryMs: 60_000 });
    await say(first, { synapses: Array.from({ length: 15 }, (_, i) => entry(40 + i)) });
    const before = first.peers().map(peer => peer.hotkey);
    for (let round = 0; round < 3; round++) {
      await say(first, { synapses: Array.from({ length: 60 }, (_, i) => entry(60 + 60 * round + i)) });
    }
    const after = first.peers().map(peer => peer.hotkey);
    expect(after).toHaveLength(20);
    expect(after).toEqual(expect.arrayContaining(before));
  });

  it('refuses more than 1000 synapses or 10 peers in one batch, and messages over a megabyte', async () => {
    const first = await node(1);
    const one = entry(7);
    await expect(say(first, { synapses: Array.from({ length: 1_001 }, () => one) })).rejects.toMatchObject({
      returnCode: 'InvalidRequest',
    });
    await expect(say(first, { peers: Array.from({ length: 11 }, () => '127.0.0.1:1') })).rejects.toMatchObject({
      returnCode: 'InvalidRequest',
    });
    await expect(say(first, { address: 'x'.repeat(2 ** 20) })).rejects.toMatchObject({ returnCode: 'TooLarge' });
    expect(counts(first)).toBe('0|1');
  });

  it('gives up a partner that never answers, and stops at once even then', async () => {
    const hung = new RpcServer({ '/Metagraph/Gossip': () => new Promise(() => {}) }, defaultServerLimits, silentLog);
    const port = await hung.listen('127.0.0.1', 0);
    closing.add(() => hung.stop(0));
    const lines: string[] = [];
    const log: Log = { ...silentLog, warn: line => lines.push(line) };
    const first = await node(1, [String(port)], { timeoutMs: 100, log });
    await pollUntil('a line', { withinMs: 10_000, everyMs: 10 }, () => lines[0]);
    const second = await node(2, [String(first.port)]);
    await untilCounts([first, second], '1|2');
    const third = await node(3, [String(port)], { timeoutMs: 30_000 });
    await pollUntil('a call', { withinMs: 10_000, everyMs: 10 }, () => (hung.active > 1 ? true : undefined));
    const started = performance.now();
    await third.stop();
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('stays itself under garbage', async () => {
    const first = await node(1);
    const pool = new RawChannels({ channels: 1, messageBytes: 2 ** 20 });
    closing.add(() => pool.close());
    const address = { host: '127.0.0.1', port: first.port };
    const valid = GossipBatch.encode(
      GossipBatch.fromPartial({ version: PROTOCOL_VERSION, network, synapses: [entry(7)] }),
    ).finish();
    const altered = fc.tuple(fc.nat(valid.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, change]) => {
      const bytes = valid.slice();
      bytes[at]! ^= change;
      return bytes;
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 100 }), altered), async bytes => {
        await pool.call('', address, { path: '/Metagraph/Gossip', bytes, timeoutMs: 5_000 }).catch(error => {
          expect(error).toMatchObject({ code: 'refused' });
        });
        // Nothing but the one entry that was really signed can come of it.
        for (const peer of first.peers())
          expect(peer).toMatchObject({ hotkey: keyText(key(7).publicKey), port: 9_007 });
      }),
      { seed: 12, numRuns: 150 },
    );
  });

  it('is not slowed by addresses that never answer', async () => {
    const first = await node(1);
    const peers = Array.from({ length: 10 }, (_, i) => `127.0.0.1:${i + 1}`);
    for (let i = 0; i < 20; i++) await say(first, { peers, address: `127.0.0.1:${20 + i}` });
    const second = await node(2, [String(first.port)]);
    await untilCounts([first, second], '1|2');
  });
});
