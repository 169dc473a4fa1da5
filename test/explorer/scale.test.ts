import type { SiLookupTypeId } from '@polkadot/types/interfaces';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBittensorError, toHex, utf8 } from '../../src/base/index.js';
import { Input } from '../../src/base/scale.js';
import { storageKey } from '../../src/chain/metadata/api.js';
import { layoutOf } from '../../src/chain/metadata/scale/layout.js';
import { compileValue } from '../../src/chain/metadata/scale/values.js';
import { Runtime } from '../../src/explorer/data/runtime.js';
import { compact } from '../../src/explorer/data/scale/encode.js';
import { xxh64 } from '../../src/explorer/data/scale/hashers.js';
import { readMetadata } from '../../src/explorer/data/scale/metadata.js';
import { Account, Choice, type Decoded } from '../../src/explorer/data/scale/values.js';
import { apiOf, ownMetadata, upstreamMetadata } from '../chain/metadata-vectors.js';
import { randomBytes, randomOf } from '../chain/random-values.js';

const own = await ownMetadata();
const upstream = [14, 15] as const;
const bases = [
  ['ours', own.metadata] as const,
  ...upstream.flatMap(version => {
    const metadata = upstreamMetadata(version);
    return metadata ? [[`upstream's, version ${version}`, metadata] as const] : [];
  }),
];

/** What both decoders say, in one form: the client drops wrappers of a record's only field, and has small compact numbers as bytes. */
function plain(value: unknown): unknown {
  if (value instanceof Account) return value.hex;
  if (value instanceof Choice || isChoice(value)) {
    const { name, value: inner } = value as { name: string; value: unknown };
    return { [name]: plain(inner) };
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const list = Array.from(value as unknown as Iterable<unknown>, plain);
    const isBytes = list.length > 1 && list.every(item => typeof item === 'bigint' && item >= 0n && item < 256n);
    if (isBytes) return toHex(Uint8Array.from(list as bigint[], Number));
    return list.length === 1 ? list[0] : list;
  }
  if (typeof value === 'number') return BigInt(value);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.values(value).map(plain);
  if (entries.length === 0) return undefined;
  return entries.length === 1 ? entries[0] : entries;
}

function isChoice(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).join() === 'name,value';
}

/** Eras are shown as what they mean, and a text of the client's own form. */
const APART = /Era$/;
const MOST_BYTES = 2_000;

describe.each(bases)('values in the browser by metadata, %s,', (_, metadata) => {
  const runtime = new Runtime('test', 1, readMetadata(metadata));
  const { codec } = runtime;

  it('have the same number of types, pallets and runtime APIs as polkadot-js finds', async () => {
    const { registry } = await apiOf(metadata);
    expect(runtime.metadata.types.size).toBe(registry.lookup.types.length);
    expect(runtime.metadata.pallets.map(({ name }) => name)).toEqual(
      registry.metadata.pallets.map(({ name }) => name.toString()),
    );
    const methods = [...registry.metadata.apis].flatMap(({ name, methods }) =>
      methods.map(method => `${name.toString()}.${method.name.toString()}`),
    );
    expect([...runtime.metadata.apis.keys()]).toEqual(methods);
  });

  it('are those of the client, for every type, and end where they end', async () => {
    const { registry } = await apiOf(metadata);
    const { lookup } = registry;
    let compared = 0;
    for (const id of runtime.metadata.types.keys()) {
      const { path, def } = codec.typeOf(id);
      if (APART.test(path.at(-1) ?? '') || (def.kind === 'variant' && def.variants.length === 0)) continue;
      const theirs = compileValue(layoutOf(lookup, id as unknown as SiLookupTypeId));
      const ours = codec.reader(id);
      for (let seed = 1; seed <= (metadata === own.metadata ? 2 : 1); seed++) {
        const bytes = shortValue(lookup, id, 7919 * seed + id);
        // Calls within calls: long, and nothing new.
        if (bytes === undefined) continue;
        const [a, b] = [new Input(bytes), new Input(bytes)];
        const outcome = attempt(() => plain(ours(a)));
        const wanted = attempt(() => plain(theirs(b)));
        if (wanted === REFUSED || hasEra(outcome)) continue;
        expect(outcome, `${path.join('::')} ${toHex(bytes).slice(0, 200)}`).toEqual(wanted);
        expect(a.left, path.join('::')).toBe(0);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(400);
  }, 120_000);

  it('are stored under the keys that the client computes', async () => {
    const api = await apiOf(metadata);
    let compared = 0;
    for (const { name, storage } of runtime.metadata.pallets) {
      for (const item of storage) {
        const path = `${name}.${item.name}`;
        const keys = item.keys.map(type => sampleKey(runtime, type));
        if (keys.includes(undefined)) continue;
        const ours = runtime.storageKey(path, keys as string[]);
        expect(ours, path).toBe(storageKey(api, path, keys));
        expect(runtime.keysOf(path, ours)).toHaveLength(keys.length);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(100);
  });

  it('are refused in words, whatever the bytes are', () => {
    const ids = [...runtime.metadata.types.keys()];
    fc.assert(
      fc.property(fc.constantFrom(...ids), fc.uint8Array({ maxLength: 300 }), (id, bytes) => {
        try {
          runtime.decode(id, bytes);
        } catch (error) {
          expect(isBittensorError(error), String(error)).toBe(true);
        }
      }),
      { seed: 8, numRuns: 3_000 },
    );
  });

  it('describe themselves: metadata cut anywhere is refused in words', () => {
    for (const length of [0, 3, 4, 5, 100, 1_000, metadata.length >> 1, metadata.length - 1]) {
      expect(() => readMetadata(metadata.subarray(0, length)), `${length}`).toThrow(/.+/);
    }
    const other = metadata.slice();
    other[4] = 9;
    expect(() => readMetadata(other)).toThrow('metadata of version 9');
  });
});

/** The bytes of a random value; undefined for one that takes more than so many random numbers. */
function shortValue(lookup: Parameters<typeof randomBytes>[0], id: number, seed: number): Uint8Array | undefined {
  const random = randomOf(seed);
  let left = MOST_BYTES;
  const bounded = (below: number) => {
    if (--left < 0) throw new RangeError('too long');
    return random(below);
  };
  const bytes = attempt(() => randomBytes(lookup, id as unknown as SiLookupTypeId, bounded));
  return bytes === REFUSED ? undefined : Uint8Array.from(bytes as number[]);
}

const REFUSED = Symbol('refused');

function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return REFUSED;
  }
}

function hasEra(value: unknown): boolean {
  return (
    JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one))?.match(/"(Im)?[mM]ortal"/) !== null
  );
}

/** A key that both understand as text. */
function sampleKey(runtime: Runtime, type: number): string | undefined {
  const { def, path } = runtime.codec.typeOf(type);
  if (path.at(-1) === 'AccountId32') return '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
  if (path.length === 0 && def.kind === 'primitive' && /^u\d+$/.test(def.name)) return '7';
  return undefined;
}

describe('hashes and numbers', () => {
  it('are those of xxHash', () => {
    // Source: the xxHash specification's own sanity checks and python-xxhash's tests.
    expect(xxh64(utf8(''), 0n)).toBe(0xef46db3751d8e999n);
    expect(xxh64(utf8('a'), 0n)).toBe(0xd24ec4f1a98c6e5bn);
    expect(xxh64(utf8('abc'), 0n)).toBe(0x44bc2cf5ad770999n);
    expect(xxh64(utf8('Nobody inspects the spammish repetition'), 0n)).toBe(0xfbcea83c8a378bf1n);
  });

  it('come back from compact form', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), value => {
        const input = new Input(compact(value));
        expect(input.compactBig()).toBe(value);
        expect(input.left).toBe(0);
      }),
      { seed: 9 },
    );
  });
});

describe('an era', () => {
  it('is shown as what it means', () => {
    const metadata = readMetadata(own.metadata);
    const runtime = new Runtime('test', 1, metadata);
    const id = [...metadata.types].find(([, { path }]) => path.at(-1) === 'Era')![0];
    const read = (...bytes: number[]) => runtime.decode(id, Uint8Array.from(bytes)) as Decoded & Choice;
    expect(read(0).name).toBe('Immortal');
    // Source: sp-runtime's era.rs, `era_initialization_works` and its SCALE form: period 32768, phase 20000.
    const era = read(78, 156);
    expect([era.name, { ...(era.value as object) }]).toEqual(['Mortal', { period: 32_768, phase: 20_000 }]);
  });
});
