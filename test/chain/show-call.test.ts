import type { ApiPromise } from '@polkadot/api';
import type { Call, SiField, SiVariant } from '@polkadot/types/interfaces';
import { compactToU8a } from '@polkadot/util';
import { beforeAll, describe, expect, it } from 'vitest';
import { concat, toHex, utf8 } from '../../src/base/index.js';
import { createCall } from '../../src/chain/transactions/calls.js';
import { type ShownCall, showCall } from '../../src/chain/transactions/show-call.js';
import { keypairFromUri, ready } from '../../src/wallet/index.js';
import { failure } from '../wallet/helpers.js';
import { apiOf, ownMetadata, upstreamApi } from './metadata-vectors.js';
import { randomBytes, randomOf } from './random-values.js';

const TAO = 1_000_000_000n;

await ready();
const alice = keypairFromUri('//Alice').address;
const own = await ownMetadata();
const apis: [string, ApiPromise][] = [['ours', await apiOf(own.metadata, own.version)]];
for (const version of [14, 15] as const) {
  const api = await upstreamApi(version);
  if (api) apis.push([`upstream's, metadata ${version}`, api]);
}

/** Every call of every pallet that anyone can make: some want a value of a type that has none. */
function callsOf(api: ApiPromise): { pallet: string; index: number; variant: SiVariant }[] {
  return api.registry.metadata.pallets.flatMap(({ name, index, calls }) => {
    if (calls.isNone) return [];
    const { variants } = api.registry.lookup.getSiType(calls.unwrap().type).def.asVariant;
    const isEmpty = ({ type }: SiField) => {
      const { def } = api.registry.lookup.getSiType(type);
      return def.isVariant && def.asVariant.variants.length === 0;
    };
    const possible = variants.filter(({ fields }) => !fields.some(isEmpty));
    return possible.map(variant => ({ pallet: name.toString(), index: index.toNumber(), variant }));
  });
}

function readAny(api: ApiPromise, bytes: Uint8Array): ShownCall | undefined {
  try {
    return showCall(api, toHex(bytes));
  } catch (error) {
    if (/key_owner_proof (has no variant|.*it ends)/.test((error as Error).message)) return undefined;
    throw error;
  }
}

function encoded(api: ApiPromise, type: string, value: unknown): string | undefined {
  try {
    return toHex(api.registry.createTypeUnsafe(type, [value]).toU8a());
  } catch {
    return undefined;
  }
}

const holdsCalls = (shown: ShownCall['args'][number]) => JSON.stringify(shown).includes('"call":');

describe.each(apis)('the bytes of a call of a runtime like %s', (_, api) => {
  it('are read as @polkadot/types reads them, whatever the call and its arguments', () => {
    const random = randomOf(20_261_121);
    const calls = callsOf(api);
    expect(calls.length).toBeGreaterThan(100);
    let compared = 0;
    for (const { pallet, index, variant } of calls) {
      for (let i = 0; i < 3; i++) {
        const args = variant.fields.map(field => Uint8Array.from(randomBytes(api.registry.lookup, field.type, random)));
        const bytes = concat(Uint8Array.of(index, variant.index.toNumber()), ...args);
        const shown = readAny(api, bytes);
        // A call within it is one of those that nobody can make.
        if (shown === undefined) continue;
        expect(shown.call).toBe(`${pallet}.${variant.name.toString()}`);
        expect(shown.args.map(({ name }) => name)).toEqual(
          variant.fields.map(({ name }) => name.unwrapOr('').toString()),
        );
        for (const [k, arg] of shown.args.entries()) {
          expect(arg.value).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          // What is shown is all that there is: the library makes the same bytes of it.
          const type = api.registry.createLookupType(variant.fields[k]!.type);
          if (holdsCalls(arg) || /Bit|BTree/.test(api.registry.lookup.getTypeDef(variant.fields[k]!.type).type))
            continue;
          if (/Lookup/.test(type) && arg.raw !== null && typeof arg.raw === 'object' && !Array.isArray(arg.raw))
            continue;
          const again = encoded(api, type, arg.raw);
          // Some types it takes in forms of its own only.
          if (again === undefined) continue;
          expect([shown.call, arg.name, again]).toEqual([shown.call, arg.name, toHex(args[k]!)]);
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(500);
  });

  it('are refused when they are cut short, go on, or name no call', async () => {
    const { index } = callsOf(api).find(({ pallet }) => pallet === 'Balances')!;
    const call = createCall(api, 'Balances.transfer_keep_alive', { dest: { Id: alice }, value: TAO });
    const bytes = call.toU8a();
    for (let length = 0; length < bytes.length; length++) {
      expect(await failure(() => showCall(api, toHex(bytes.subarray(0, length))))).toMatchObject({
        code: 'unsupported',
      });
    }
    const wrong = [concat(bytes, Uint8Array.of(0)), Uint8Array.of(index, 250), Uint8Array.of(251, 0)];
    for (const one of wrong)
      expect(await failure(() => showCall(api, toHex(one)))).toMatchObject({ code: 'unsupported' });
  });

  it('do not nest without end, nor promise more than they hold', async () => {
    const utility = callsOf(api).find(({ pallet, variant }) => pallet === 'Utility' && variant.name.eq('batch'))!;
    const head = Uint8Array.of(utility.index, utility.variant.index.toNumber());
    const deep = concat(...Array.from({ length: 5_000 }, () => concat(head, Uint8Array.of(4))), head, Uint8Array.of(0));
    expect(await failure(() => showCall(api, toHex(deep)))).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('too deeply'),
    });
    const long = concat(head, compactToU8a(2 ** 29));
    expect(await failure(() => showCall(api, toHex(long)))).toMatchObject({ code: 'unsupported' });
  });
});

describe('values as people read them', () => {
  let api: ApiPromise;
  beforeAll(() => {
    api = apis[0]![1];
  });

  const valuesOf = (path: string, args: Record<string, unknown>) =>
    showCall(api, (createCall(api, path, args) as Call).toHex()).args.map(({ value }) => value);

  it('are amounts, prices and shares by what they stand for', () => {
    const stake = { hotkey: alice, netuid: 3, limit_price: 250_000_000n, allow_partial: true };
    expect(valuesOf('SubtensorModule.remove_stake_limit', { ...stake, amount_unstaked: 1n })).toEqual([
      alice,
      '3',
      '0.000000001 alpha',
      '0.25 TAO for one alpha',
      'yes',
    ]);
    const most = { ...stake, amount_staked: 20_000n * TAO, limit_price: 2n ** 64n - 1n };
    expect(valuesOf('SubtensorModule.add_stake_limit', most).slice(2, 4)).toEqual(['20,000 TAO', 'no limit']);
    const take = { hotkey: alice, take: 11_796 };
    expect(valuesOf('SubtensorModule.increase_take', take)[1]).toBe('18.00 % (11796)');
    const full = { hotkey: alice, netuid: 3, limit_price: null };
    expect(valuesOf('SubtensorModule.remove_stake_full_limit', full)[2]).toBe('none');
    const burn = { hotkey: alice, amount: 5n * TAO, netuid: 3 };
    expect(valuesOf('SubtensorModule.burn_alpha', burn)[1]).toBe('5 alpha');
  });

  it('are texts only where a terminal shows them as they are', () => {
    const remark = (bytes: Uint8Array) => valuesOf('System.remark', { remark: toHex(bytes) })[0];
    expect(remark(utf8('good day'))).toBe('"good day"');
    expect(remark(utf8('\u001b[31mred'))).toBe('0x1b5b33316d726564');
    expect(remark(utf8('say "yes"'))).toBe('0x736179202279657322');
    expect(remark(new Uint8Array(1000).fill(200))).toBe(`0x${'c8'.repeat(32)}... (1000 bytes)`);
    expect(remark(utf8('x'.repeat(300)))).toBe(`"${'x'.repeat(128)}..." (300 bytes)`);
  });
});
