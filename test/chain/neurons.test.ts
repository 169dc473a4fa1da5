import type { ApiPromise } from '@polkadot/api';
import { compactToU8a } from '@polkadot/util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, encodeAddress, fromHex } from '../../src/base/index.js';
import { neuronSource } from '../../src/chain/reads/neuron-source.js';
import { type NeuronColumns, neuronsFromDecoded } from '../../src/chain/reads/neurons.js';
import { failure } from '../wallet/helpers.js';
import { EditedMetadata, field } from './edit-metadata.js';
import { apiOf, ownMetadata, upstreamMetadata } from './metadata-vectors.js';

const u16 = fc.oneof(fc.constantFrom(0, 63, 64, 16_383, 16_384, 65_535), fc.nat(65_535));
const u64 = fc.oneof(
  fc.constantFrom(0n, 2n ** 14n, 2n ** 30n - 1n, 2n ** 30n, 2n ** 53n, 2n ** 64n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);
const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(bytes => encodeAddress(bytes));
const neuron = fc.record({
  hotkey: key,
  coldkey: key,
  uid: u16,
  netuid: u16,
  active: fc.boolean(),
  axonInfo: fc.record({
    block: fc.nat(1e9),
    version: fc.nat(1e9),
    ip: fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 32n }), fc.bigInt({ min: 0n, max: 2n ** 128n - 1n })),
    port: u16,
    ipType: fc.constantFrom(0, 4, 6),
    protocol: fc.nat(255),
    placeholder1: fc.nat(255),
    placeholder2: fc.nat(255),
  }),
  prometheusInfo: fc.record({
    block: fc.nat(1e9),
    version: fc.nat(9),
    ip: fc.bigInt(0n, 9n),
    port: u16,
    ipType: fc.nat(6),
  }),
  stake: fc.array(fc.tuple(key, fc.bigInt({ min: 0n, max: 2n ** 60n })), { maxLength: 4 }),
  rank: u16,
  emission: u64,
  incentive: u16,
  consensus: u16,
  trust: u16,
  validatorTrust: u16,
  dividends: u16,
  lastUpdate: fc.bigInt({ min: 0n, max: 2n ** 53n }),
  validatorPermit: fc.boolean(),
  pruningScore: u16,
});
type Neuron = typeof neuron extends fc.Arbitrary<infer T> ? T : never;

const METHOD = 'NeuronInfoRuntimeApi.get_neurons_lite';

/** How other versions of the runtime might describe their neurons. */
const VERSIONS: Readonly<Record<string, (metadata: EditedMetadata) => void>> = {
  'as it is': () => {},
  'with the fields in another order': metadata => {
    metadata.struct('NeuronInfoLite').reverse();
    metadata.struct('AxonInfo').reverse();
  },
  'with fields added everywhere': metadata => {
    const list = metadata.sequence(metadata.compact(metadata.primitive('u64')));
    const added = metadata.add({ composite: { fields: [field('a', list), field('b', metadata.primitive('u32'))] } });
    metadata.struct('NeuronInfoLite').splice(3, 0, field('more', added), field('bits', metadata.primitive('u128')));
    metadata.struct('NeuronInfoLite').push(field('last', metadata.primitive('str')));
    metadata.struct('AxonInfo').splice(1, 0, field('certificate', metadata.sequence(metadata.primitive('u8'))));
  },
  'with plain numbers instead of compact ones': metadata => {
    for (const entry of metadata.struct('NeuronInfoLite')) {
      if (['emission', 'last_update'].includes(entry.name!)) entry.type = metadata.primitive('u64');
      else if (['uid', 'netuid', 'rank', 'trust', 'incentive', 'consensus'].includes(entry.name!)) {
        entry.type = metadata.primitive('u16');
      }
    }
  },
  'with wider numbers': metadata => {
    const wide = { u64: metadata.primitive('u128'), u16: metadata.primitive('u32'), u32: metadata.primitive('u64') };
    const fields = metadata.struct('NeuronInfoLite');
    const byName = (name: string) => fields.find(entry => entry.name === name)!;
    byName('emission').type = metadata.compact(wide.u64);
    byName('last_update').type = wide.u64;
    for (const name of ['uid', 'rank', 'pruning_score']) byName(name).type = metadata.compact(wide.u16);
    const axon = metadata.struct('AxonInfo');
    axon.find(entry => entry.name === 'port')!.type = wide.u16;
    axon.find(entry => entry.name === 'version')!.type = wide.u32;
  },
  'with new names for numbers, as NetUid, TaoBalance and PerU16': metadata => {
    const netuid = metadata.newtype('NetUid', metadata.primitive('u16'));
    const tao = metadata.newtype('TaoBalance', metadata.primitive('u64'));
    const share = metadata.newtype('PerU16', metadata.primitive('u16'));
    const tuple = metadata.add({ tuple: [metadata.struct('NeuronInfoLite')[0]!.type, metadata.compact(tao)] });
    for (const entry of metadata.struct('NeuronInfoLite')) {
      if (entry.name === 'netuid') entry.type = metadata.compact(netuid);
      if (entry.name === 'emission') entry.type = metadata.compact(tao);
      if (entry.name === 'stake') entry.type = metadata.sequence(tuple);
      if (['rank', 'trust', 'dividends'].includes(entry.name!)) entry.type = share;
    }
  },
};

/** Metadata to begin with: of our own runtime, and of upstream's where that lies beside the repository. */
const own = (await ownMetadata()).metadata;
const upstream = upstreamMetadata(15);
const bases = [['ours', own] as const, ...(upstream ? [["upstream's, spec 343", upstream] as const] : [])];

async function versionOf(base: Uint8Array, edit: (metadata: EditedMetadata) => void): Promise<ApiPromise> {
  const metadata = new EditedMetadata(base);
  edit(metadata);
  return apiOf(metadata.bytes());
}

function encode(api: ApiPromise, neurons: readonly unknown[]): Uint8Array {
  return api.registry.createTypeUnsafe(neuronSource(api).method!.output, [neurons]).toU8a();
}

function expectColumns(columns: NeuronColumns, neurons: readonly Neuron[]): void {
  expect(columns.n).toBe(neurons.length);
  neurons.forEach(({ axonInfo, stake, ...expected }, i) => {
    expect(encodeAddress(columns.hotkeys.subarray(32 * i, 32 * i + 32))).toBe(expected.hotkey);
    expect(encodeAddress(columns.coldkeys.subarray(32 * i, 32 * i + 32))).toBe(expected.coldkey);
    expect({
      axon: [columns.axonBlock[i], columns.axonVersion[i], columns.axonIp[i], columns.axonPort[i]],
      kind: [columns.axonIpType[i], columns.axonProtocol[i]],
      flags: [columns.active[i] === 1, columns.validatorPermit[i] === 1],
      stake: columns.stakeRao[i],
      emission: columns.emissionRao[i],
      numbers: [columns.uid[i], columns.rank[i], columns.incentive[i], columns.consensus[i], columns.trust[i]],
      more: [columns.validatorTrust[i], columns.dividends[i], columns.lastUpdate[i], columns.pruningScore[i]],
    }).toEqual({
      axon: [axonInfo.block, axonInfo.version, axonInfo.ip, axonInfo.port],
      kind: [axonInfo.ipType, axonInfo.protocol],
      flags: [expected.active, expected.validatorPermit],
      stake: stake.reduce((sum, [, amount]) => sum + amount, 0n),
      emission: expected.emission,
      numbers: [expected.uid, expected.rank, expected.incentive, expected.consensus, expected.trust],
      more: [expected.validatorTrust, expected.dividends, Number(expected.lastUpdate), expected.pruningScore],
    });
  });
}

describe.each(bases)('neurons by metadata, %s,', (_, base) => {
  it.each(
    Object.entries(VERSIONS),
  )('%s: reads what polkadot-js encodes and decodes, to the last field', async (__, edit) => {
    const api = await versionOf(base, edit);
    const { decode, method } = neuronSource(api);
    fc.assert(
      fc.property(fc.array(neuron, { maxLength: 6 }), neurons => {
        const bytes = encode(api, neurons);
        const columns = decode(bytes);
        expectColumns(columns, neurons);
        const general = api.registry.createTypeUnsafe(method!.output, [bytes]).toPrimitive();
        expect(neuronsFromDecoded(general)).toEqual(columns);
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it('leaves at 0 what the chain does not tell, and does without no key', async () => {
    const api = await versionOf(base, metadata => {
      const fields = metadata.struct('NeuronInfoLite');
      for (const name of ['rank', 'trust', 'axon_info', 'stake']) {
        fields.splice(
          fields.findIndex(entry => entry.name === name),
          1,
        );
      }
    });
    const [one] = fc.sample(neuron, { seed: 2, numRuns: 1 });
    const columns = neuronSource(api).decode(encode(api, [one]));
    expect([columns.rank[0], columns.trust[0], columns.stakeRao[0], columns.axonPort[0]]).toEqual([0, 0, 0n, 0]);
    expect([columns.incentive[0], columns.axonIp[0]]).toEqual([one!.incentive, 0n]);
    const keyless = await versionOf(base, metadata => {
      const fields = metadata.struct('NeuronInfoLite');
      fields.splice(
        fields.findIndex(entry => entry.name === 'hotkey'),
        1,
      );
    });
    const bytes = encode(keyless, [one]);
    expect(await failure(() => neuronSource(keyless).decode(bytes))).toMatchObject({ code: 'unsupported' });
  });

  it('refuses numbers that no neuron has', async () => {
    const api = await versionOf(base, VERSIONS['with wider numbers']!);
    const [one] = fc.sample(neuron, { seed: 3, numRuns: 1 });
    const error = await failure(() => neuronSource(api).decode(encode(api, [{ ...one!, uid: 65_536 }])));
    expect(error).toMatchObject({ code: 'unsupported', message: expect.stringContaining('uid is 65536') });
  });

  it('reads the layout of spec 218 out of opaque bytes, and from chains that describe no runtime APIs', async () => {
    const neurons = fc.sample(neuron, { seed: 4, numRuns: 20 });
    const bytes = encode(await versionOf(base, () => {}), neurons);
    const wrapped = concat(compactToU8a(bytes.length), bytes);
    const opaque = await versionOf(base, metadata => {
      metadata.method(METHOD).output = metadata.sequence(metadata.primitive('u8'));
    });
    expectColumns(neuronSource(opaque).decode(wrapped), neurons);
    expectColumns(neuronSource(opaque).decode(fromHex('0x0400')), []);
    for (const bad of [bytes, wrapped.subarray(1), concat(wrapped, Uint8Array.of(0)), fromHex('0x08feff')]) {
      expect(await failure(() => neuronSource(opaque).decode(bad))).toMatchObject({ code: 'unsupported' });
    }
    const silent = await apiOf(new EditedMetadata(base).bytesV14());
    expect(neuronSource(silent)).toMatchObject({ name: 'NeuronInfoRuntimeApi_get_neurons_lite', method: undefined });
    for (const answer of [bytes, wrapped]) expectColumns(neuronSource(silent).decode(answer), neurons);
    expectColumns(neuronSource(silent).decode(fromHex('0x00')), []);
  });

  it('takes them from the metagraph where no list of them is offered', async () => {
    const api = await versionOf(base, metadata => metadata.removeMethod(METHOD));
    const { name, method, decode } = neuronSource(api);
    expect(name).toBe('SubnetInfoRuntimeApi_get_metagraph');
    const neurons = fc.sample(neuron, { seed: 5, numRuns: 3 }).map((one, uid) => ({ ...one, uid }));
    const column = <K extends keyof Neuron>(field: K) => neurons.map(one => one[field]);
    const graph = {
      hotkeys: column('hotkey'),
      coldkeys: column('coldkey'),
      active: column('active'),
      validatorPermit: column('validatorPermit'),
      axons: column('axonInfo'),
      rank: column('rank'),
      incentives: column('incentive'),
      consensus: column('consensus'),
      trust: column('trust'),
      dividends: column('dividends'),
      emission: column('emission'),
      lastUpdate: column('lastUpdate'),
      pruningScore: column('pruningScore'),
      totalStake: neurons.map(({ stake }) => stake.reduce((sum, [, amount]) => sum + amount, 0n)),
    };
    const bytes = api.registry.createTypeUnsafe(method!.output, [graph]).toU8a();
    // Upstream's metagraph has no column of validator trust.
    expectColumns(
      decode(bytes),
      neurons.map(one => ({ ...one, validatorTrust: 0 })),
    );
    expect(decode(Uint8Array.of(0)).n).toBe(0);
  });

  it('refuses bytes that end early, go on, or promise more than they hold', async () => {
    const api = await versionOf(base, () => {});
    const { decode } = neuronSource(api);
    const bytes = encode(api, fc.sample(neuron, { seed: 6, numRuns: 3 }));
    const bad = ['0x', '0xfeffffff', '0x03ffffffff', '0x13ffffffffffffffff', '0xff', '0x0300000000010203'];
    for (let end = 0; end < bytes.length; end += 7) expect(() => decode(bytes.subarray(0, end))).toThrow(/get_neurons/);
    for (const hostile of [...bad.map(fromHex), Uint8Array.of(...bytes, 0)]) {
      expect(await failure(() => decode(hostile))).toMatchObject({
        code: 'unsupported',
        message: expect.stringContaining('NeuronInfoRuntimeApi_get_neurons_lite'),
      });
    }
  });

  it('never does anything but decode or refuse, whatever the bytes', async () => {
    const api = await versionOf(base, () => {});
    const { decode } = neuronSource(api);
    const good = encode(api, fc.sample(neuron, { seed: 7, numRuns: 2 }));
    const mutated = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => good.with(at, byte));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), mutated), bytes => {
        try {
          decode(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'unsupported' });
        }
      }),
      { seed: 8, numRuns: 1000 },
    );
  });
});
