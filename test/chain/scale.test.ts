import type { SiLookupTypeId } from '@polkadot/types/interfaces';
import { unwrapStorageSi } from '@polkadot/types/util';
import { describe, expect, it } from 'vitest';
import { concat, fromHex } from '../../src/base/index.js';
import { decodeAll } from '../../src/chain/metadata/scale/decode-all.js';
import { type Layout, layoutOf, leastBytes } from '../../src/chain/metadata/scale/layout.js';
import { compileValue } from '../../src/chain/metadata/scale/values.js';
import { failure } from '../wallet/helpers.js';
import { apiOf, ownMetadata, upstreamMetadata } from './metadata-vectors.js';
import { difference, randomBytes, randomOf } from './random-values.js';

const own = await ownMetadata();
const upstream = upstreamMetadata(15);
const bases = [['ours', own.metadata] as const, ...(upstream ? [["upstream's, spec 343", upstream] as const] : [])];

/** Values that cannot be made at random (keys in order), or that the library reads as something of its own. */
const APART =
  /BTreeSet|EventRecord|MultiAddress|Equivocation|Void|RuntimeCall|RuntimeEvent|U256|Era|Ethereum|HoldReason|FreezeReason|Result</;
const PALLETS = ['System', 'Balances', 'SubtensorModule', 'Timestamp', 'Multisig', 'Proxy', 'Drand', 'Commitments'];

describe.each(bases)('values by metadata, %s,', (_, metadata) => {
  it('are those of polkadot-js: answers of runtime APIs, stored values, arguments of calls', async () => {
    const { registry } = await apiOf(metadata);
    const { lookup } = registry;
    const ids = new Map<string, SiLookupTypeId>();
    for (const { methods } of registry.metadata.apis) {
      for (const { inputs, output } of methods)
        for (const id of [output, ...inputs.map(i => i.type)]) ids.set(`${id}`, id);
    }
    for (const { name, storage, calls } of registry.metadata.pallets) {
      if (!PALLETS.includes(name.toString())) continue;
      for (const { type } of storage.unwrapOr({ items: [] }).items) {
        const id = unwrapStorageSi(type);
        ids.set(`${id}`, id);
      }
      const variants = calls.isSome ? lookup.getSiType(calls.unwrap().type).def.asVariant.variants : [];
      for (const { fields } of variants) for (const { type } of fields) ids.set(`${type}`, type);
    }
    let compared = 0;
    for (const id of ids.values()) {
      const name = `${lookup.getTypeDef(id).type} ${JSON.stringify(lookup.getSiType(id).path)}`;
      const read = compileValue(layoutOf(lookup, id));
      if (APART.test(name)) continue;
      for (let seed = 1; seed <= 5; seed++) {
        const bytes = Uint8Array.from(randomBytes(lookup, id, randomOf(7919 * seed + Number(id))));
        if (APART.test(JSON.stringify(describeLayout(layoutOf(lookup, id))))) continue;
        const theirs = libraryValue(() => registry.createTypeUnsafe(registry.createLookupType(id), [bytes]));
        if (!theirs) continue;
        expect(difference(lookup, id, theirs, decodeAll(name, bytes, read)), name).toBeUndefined();
        compared++;
      }
    }

    expect(compared).toBeGreaterThan(500);
  });

  it('are refused when their bytes end early or go on, whatever they are', async () => {
    const { registry } = await apiOf(metadata);
    const { lookup } = registry;
    for (const { methods } of registry.metadata.apis) {
      for (const { output } of methods) {
        const layout = layoutOf(lookup, output);
        const read = compileValue(layout);
        if (APART.test(JSON.stringify(describeLayout(layout)))) continue;
        const bytes = Uint8Array.from(randomBytes(lookup, output, randomOf(77)));
        expect(() => decodeAll('x', concat(bytes, Uint8Array.of(0)), read)).toThrow(/1 bytes follow/);
        for (let end = 0; end < bytes.length; end += Math.ceil(bytes.length / 6)) {
          expect(() => decodeAll('x', bytes.subarray(0, end), read)).toThrow(/x: bytes of another form/);
        }
      }
    }
  });
});

describe('hostile bytes', () => {
  const byte: Layout = { kind: 'int', bytes: 1, signed: false };
  const word: Layout = { kind: 'int', bytes: 8, signed: false };
  const nothing: Layout = { kind: 'record', fields: [] };
  const huge = ['0xfeffffff', '0x03ffffffff', '0x13ffffffffffffffff', '0x0700000000ff'].map(fromHex);

  it('with lengths beyond all bounds make nothing large', async () => {
    const layouts: Layout[] = [
      { kind: 'list', of: byte },
      { kind: 'list', of: word },
      { kind: 'list', of: { kind: 'compact', bytes: 8 } },
      { kind: 'list', of: nothing },
      { kind: 'list', of: { kind: 'list', of: byte } },
      { kind: 'array', of: word, length: 2 ** 31 },
      { kind: 'array', of: { kind: 'compact', bytes: 2 }, length: 2 ** 31 },
      { kind: 'text' },
      { kind: 'bits', storeBytes: 8 },
    ];
    for (const layout of layouts) {
      const read = compileValue(layout);
      for (const bytes of huge) {
        const before = process.memoryUsage();
        expect(await failure(() => decodeAll('it', bytes, read))).toMatchObject({ code: 'unsupported' });
        const after = process.memoryUsage();
        expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(2 ** 20);
      }
    }
  });

  it('nested without end are one error', async () => {
    const nest: Layout = { kind: 'list', of: { kind: 'again', layout: () => nest } };
    const error = await failure(() => decodeAll('it', new Uint8Array(100_000).fill(4), compileValue(nest)));
    expect(error).toMatchObject({ code: 'unsupported', message: expect.stringContaining('too deeply') });
    expect(decodeAll('it', fromHex('0x040400'), compileValue(nest))).toEqual([[[]]]);
  });

  it('with numbers, tags and truths that there are not, are refused', async () => {
    const wrong: [Layout, string][] = [
      [{ kind: 'bool' }, '0x02'],
      [{ kind: 'option', of: byte }, '0x0201'],
      [{ kind: 'compact', bytes: 2 }, '0x02000400'],
      [{ kind: 'compact', bytes: 8 }, '0x1700000000000000000001'],
      [{ kind: 'choice', variants: [{ index: 3, name: 'A', fields: [] }] }, '0x00'],
      [{ kind: 'text' }, '0x04ff'],
    ];
    for (const [layout, bytes] of wrong) {
      expect(await failure(() => decodeAll('it', fromHex(bytes), compileValue(layout)))).toMatchObject({
        code: 'unsupported',
      });
    }
  });

  it('are measured by what a value takes at least', () => {
    expect(
      leastBytes({
        kind: 'record',
        fields: [
          { name: 'a', layout: word },
          { name: 'b', layout: nothing },
        ],
      }),
    ).toBe(8);
    const variants = [
      { index: 0, name: 'A', fields: [{ name: undefined, layout: word }] },
      { index: 1, name: 'B', fields: [{ name: undefined, layout: byte }] },
    ];
    expect(leastBytes({ kind: 'choice', variants })).toBe(2);
  });
});

/** The library refuses maps that have a key twice, which random ones may. */
function libraryValue<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    expect(String(error)).toMatch(/Duplicate value in BTreeMap/);
    return undefined;
  }
}

/** Names of what a layout holds, to leave out types that cannot be compared. */
function describeLayout(layout: Layout, depth = 0): unknown {
  if (depth > 6) return '';
  if (layout.kind === 'choice') {
    return layout.variants.length === 0
      ? 'Void'
      : layout.variants.map(({ fields }) => fields.map(f => describeLayout(f.layout, depth + 1)));
  }
  if (layout.kind === 'record') return layout.fields.map(f => describeLayout(f.layout, depth + 1));
  if (layout.kind === 'list' || layout.kind === 'array' || layout.kind === 'option') {
    return describeLayout(layout.of, depth + 1);
  }
  return layout.kind === 'again' ? 'RuntimeCall' : '';
}
