import { describe, expect, it } from 'vitest';
import { pollUntil, silentLog } from '../../../src/base/index.js';
import type { ModelForms } from '../../../src/model/index.js';
import { Axon, describeAxon, RequestError, type TensorDefinition } from '../../../src/net/index.js';
import { definitionFields } from '../../../src/net/wire/definition.js';
import type { KnownPeer } from '../../../src/neuron/membership/directory.js';
import { PeerHealth } from '../../../src/neuron/membership/peer-health.js';
import { isSameKind, PeerKinds } from '../../../src/neuron/membership/peer-kinds.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../../net/helpers.js';

const answer: TensorDefinition = { modality: 'tensor', dtype: 'float32', shape: [-1, 1024] };
const digits: ModelForms = {
  inputs: [{ modality: 'image', dtype: 'float32', shape: [-1, 784] }],
  outputs: [{ modality: 'tensor', dtype: 'float32', shape: [-1, 1024] }],
};
const text: ModelForms = {
  inputs: [{ modality: 'text', dtype: 'int64', shape: [-1, -1] }],
  outputs: [{ modality: 'tensor', dtype: 'float32', shape: [-1, -1, 1024] }],
};
const served = (forms: ModelForms, synapseKey = '') => ({
  synapseKey,
  ...forms,
  priceRao: 0n,
  workMs: undefined,
  backward: true,
});
const peer = (name: string, more: Partial<KnownPeer> = {}): KnownPeer => ({
  hotkey: name,
  host: '127.0.0.1',
  port: 1,
  ...more,
});
const names = (peers: readonly KnownPeer[]) => peers.map(({ hotkey }) => hotkey);

/** A clock that is set by hand. */
class Hands {
  now = 1_000_000;
  nowMs = () => this.now;
}

function kindsOf(describe: (peer: KnownPeer) => Promise<{ synapses: ReturnType<typeof served>[] }>, own = digits) {
  const clock = new Hands();
  const said: string[] = [];
  const tell = (level: string) => (line: string) => said.push(`${level} ${line}`);
  const log = { ...silentLog, info: tell('info'), warn: tell('warn'), error: tell('error') };
  const health = new PeerHealth(clock);
  const asked: string[] = [];
  const kinds = new PeerKinds({
    own: () => own,
    health,
    log,
    clock,
    signal: new AbortController().signal,
    describe: async peer => {
      asked.push(peer.hotkey);
      return describe(peer);
    },
  });
  return { kinds, clock, health, asked, said };
}
const settled = () => new Promise(resolve => setImmediate(resolve));

describe('kinds of models', () => {
  it('are the same where modalities, dtypes and shapes are, any size being any', () => {
    expect(isSameKind(digits, served(digits))).toBe(true);
    expect(isSameKind(text, served(text))).toBe(true);
    expect(isSameKind(text, served({ ...text, inputs: [{ ...text.inputs[0]!, shape: [-1, 64] }] }))).toBe(true);
    for (const other of [
      text,
      { ...digits, inputs: [{ ...digits.inputs[0]!, shape: [-1, 32, 32, 3] }] },
      { ...digits, inputs: [{ ...digits.inputs[0]!, modality: 'tensor' as const }] },
      { ...digits, outputs: [{ ...answer, shape: [-1, 10] }] as ModelForms['outputs'] },
      { inputs: [], outputs: [] },
    ]) {
      expect(isSameKind(digits, served(other))).toBe(false);
    }
  });
});

describe('the peers of a model', () => {
  it('are those whose entry in gossip says so, without a question', () => {
    const { kinds, asked } = kindsOf(async () => expect.fail('nobody is asked'));
    const entry = (forms: ModelForms) => {
      const { synapseKey: _, ...definition } = definitionFields(served(forms));
      return definition;
    };
    const peers = [
      peer('digits', { synapseKey: 'digits', definition: entry(digits) }),
      peer('text', { synapseKey: 'text', definition: entry(text) }),
    ];
    expect(names(kinds.fitting(peers))).toEqual(['digits']);
    expect(names(kinds.fitting(peers))).toEqual(['digits']);
    // An entry that was announced anew is another one.
    expect(names(kinds.fitting([peer('digits', { synapseKey: 'digits', definition: entry(text) })]))).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('are asked once over a chain, and again when they have moved or what they serve proved another', async () => {
    const { kinds, asked, said, clock } = kindsOf(async ({ hotkey }) => ({
      synapses: [served(text, 'another synapse'), served(hotkey === 'text' ? text : digits, hotkey)],
    }));
    const peers = [peer('digits'), peer('text')];
    expect(kinds.fitting(peers)).toEqual([]);
    for (let step = 0; step < 10; step++) {
      await settled();
      expect(names(kinds.fitting(peers))).toEqual(['digits']);
    }
    expect(asked).toEqual(['digits', 'text']);
    expect(kinds.fitting([peer('digits', { announcedAt: 7 }), peer('text')])).toEqual([]);
    await settled();
    expect(names(kinds.fitting([peer('digits', { announcedAt: 7 }), peer('text')]))).toEqual(['digits']);
    kinds.forget('digits');
    expect(kinds.fitting([peer('digits', { announcedAt: 7 }), peer('text')])).toEqual([]);
    await settled();
    expect(asked).toEqual(['digits', 'text', 'digits', 'digits']);
    // Whoever served something else may have been started anew.
    clock.now += 11 * 60_000;
    kinds.fitting([peer('digits', { announcedAt: 7 }), peer('text')]);
    await settled();
    expect(asked.at(-1)).toBe('text');
    // Also where the clock was set back meanwhile.
    const before = asked.length;
    clock.now -= 24 * 60 * 60_000;
    kinds.fitting([peer('digits', { announcedAt: 7 }), peer('text')]);
    await settled();
    expect(asked.slice(before)).toEqual(['text']);
    expect(said).toEqual([]);
  });

  it('are left alone for longer and longer while they do not answer, and nothing is said of it', async () => {
    let alive = false;
    const { kinds, asked, said, clock, health } = kindsOf(async () => {
      if (!alive) throw new RequestError('Unavailable', 'connection refused');
      return { synapses: [served(digits)] };
    });
    for (let step = 0; step < 600; step++) {
      expect(kinds.fitting([peer('dead')])).toEqual([]);
      await settled();
      clock.now += 100;
    }
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.length).toBeLessThan(10);
    expect(health.isLost('dead')).toBe(true);
    expect(said).toEqual([]);
    alive = true;
    clock.now += 61_000;
    kinds.fitting([peer('dead')]);
    await settled();
    clock.now += 61_000;
    expect(names(kinds.fitting([peer('dead')]))).toEqual(['dead']);
  });

  it('are asked for their answers where they cannot say what they serve', async () => {
    const { kinds } = kindsOf(async () => {
      throw new RequestError('NotImplemented', 'no such method is served here');
    });
    kinds.fitting([peer('old')]);
    await settled();
    expect(names(kinds.fitting([peer('old')]))).toEqual(['old']);
  });

  it('are asked for their answers where their synapse is not described, and not where there is none', async () => {
    const { kinds } = kindsOf(async ({ hotkey }) => ({
      synapses: hotkey === 'none' ? [] : [served({ inputs: [], outputs: [] }, hotkey)],
    }));
    const peers = [peer('undescribed'), peer('none')];
    kinds.fitting(peers);
    await settled();
    expect(names(kinds.fitting(peers))).toEqual(['undescribed']);
    expect(['undescribed', 'none', 'nobody'].map(name => kinds.isOther(name))).toEqual([false, true, false]);
  });

  it('are all of them until it is known what the own model is, and at most eight are asked at a time', async () => {
    const waiting = kindsOf(() => new Promise(() => {}));
    const many = Array.from({ length: 100 }, (_, i) => peer(`p${i}`));
    waiting.kinds.fitting(many);
    waiting.kinds.fitting(many);
    expect(waiting.asked).toHaveLength(8);
    const unknown = new PeerKinds({
      own: () => undefined,
      health: new PeerHealth(),
      log: silentLog,
      signal: new AbortController().signal,
    });
    expect(unknown.fitting(many)).toEqual(many);
  });

  it('are told apart by real axons', async () => {
    await ready();
    const axons = [digits, text].map((forms, i) => {
      const axon = new Axon({ signer: key(i + 1), host: '127.0.0.1', registeredOnly: true });
      axon.attach({ definition: forms, forward: async () => ({ tensors: [], parameterVersion: 0 }) });
      return axon;
    });
    try {
      const ports = await Promise.all(axons.map(axon => axon.start()));
      const described = await describeAxon({ host: '127.0.0.1', port: ports[0]! });
      const other = await describeAxon({ host: '127.0.0.1', port: ports[1]! });
      const peers = [
        peer(described.hotkey, { port: ports[0]! }),
        peer(other.hotkey, { port: ports[1]! }),
        // Somebody else's hotkey at that port.
        peer(`0x${'12'.repeat(32)}`, { port: ports[1]! }),
      ];
      const health = new PeerHealth();
      const signal = new AbortController().signal;
      const kinds = new PeerKinds({ own: () => digits, health, log: silentLog, signal });
      await pollUntil('both are known', { withinMs: 30_000, everyMs: 10 }, () =>
        kinds.fitting(peers).length > 0 && health.usable(peers).length < 3 ? true : undefined,
      );
      expect(names(kinds.fitting(peers))).toEqual([described.hotkey]);
    } finally {
      await Promise.all(axons.map(axon => axon.stop()));
    }
  });
});
