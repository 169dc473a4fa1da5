import { describe, expect, it } from 'vitest';
import { parseRawSpec } from '../../localnet/engine/chain/genesis.js';
import { hex } from '../../localnet/engine/codec.js';
import { stateMethods } from '../../localnet/engine/rpc/dev/state.js';
import type { Engine } from '../../localnet/engine/rpc/family.js';
import { Params } from '../../localnet/engine/rpc/params.js';
import { childPrefix } from '../../localnet/engine/state/child.js';
import { temporaryFolder } from './fixture.js';
import { openTiny, ops, tinyCode, tinySpec } from './tiny.js';

const LONG = 'v'.repeat(50);

describe.each([0, 1] as const)('a dump of a state with children, of state version %i', version => {
  it('has the root that the state had, and the children', async () => {
    const spec = tinySpec(tinyCode(1, version), { top: LONG }, { pots: { tea: LONG, cup: 'two' } });
    using here = temporaryFolder();
    using there = temporaryFolder();
    using tiny = openTiny(here.path, spec.source);
    const { chain } = tiny;
    tiny.block([ops.childSet('pots', 'jam', LONG), ops.childClear('pots', 'cup'), ops.childSet('pans', 'x', 'y')]);
    const about = { chainName: 'Tiny', properties: {}, version: '1', dataFolder: '', blockTime: 'manual' };
    const methods = stateMethods({ chain, about } as unknown as Engine);
    const dumpState = methods['dev_dumpState'] as (params: Params) => Promise<unknown>;
    const text = JSON.stringify(await dumpState(new Params([])));
    const dump = JSON.parse(text) as { id: string; genesis: { raw: { childrenDefault: object } } };
    expect(dump.id).toBe('tiny_block_1');
    expect(Object.keys(dump.genesis.raw.childrenDefault)).toHaveLength(2);
    using loaded = openTiny(there.path, { kind: 'raw', spec: parseRawSpec(text), text });
    expect(hex(loaded.chain.head.header.stateRoot)).toBe(hex(chain.head.header.stateRoot));
    expect(hex(loaded.chain.state.get(`${childPrefix('pots')}jam`)!)).toBe(hex(Buffer.from(LONG)));
    loaded.block([ops.kill('pots')]);
    expect(loaded.chain.state.next(childPrefix('pots'))).toBeNull();
    // More than one answer holds.
    const large = 'x'.repeat(4 * 2 ** 20);
    for (const name of ['1', '2', '3', '4']) loaded.block([ops.childSet('pots', name, large)]);
    const other = stateMethods({ chain: loaded.chain, about } as unknown as Engine);
    await expect((other['dev_dumpState'] as typeof dumpState)(new Params([]))).rejects.toThrow(
      'does not fit into one answer',
    );
  });

  it('lets others have their turn, blocks too, and is of the one state all the same', async () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`key ${i}`, LONG]));
    const spec = tinySpec(tinyCode(1, version), many);
    using here = temporaryFolder();
    using there = temporaryFolder();
    using tiny = openTiny(here.path, spec.source, { keepBlocks: 16 });
    const { chain } = tiny;
    tiny.block([ops.set('key 1', 'before')]);
    const root = hex(chain.head.header.stateRoot);
    const about = { chainName: 'Tiny', properties: {} };
    const methods = stateMethods({ chain, about } as unknown as Engine);
    const dumpState = methods['dev_dumpState'] as (params: Params) => Promise<unknown>;
    let done = false;
    const dumping = dumpState(new Params([])).finally(() => {
      done = true;
    });
    let turns = 0;
    for (; !done; turns++) {
      tiny.block([ops.clear(`key ${2999 - turns}`), ops.set('key 1', `after ${turns}`)]);
      await new Promise(resolve => setImmediate(resolve));
    }
    expect(turns).toBeGreaterThan(3);
    const text = JSON.stringify(await dumping);
    using loaded = openTiny(there.path, { kind: 'raw', spec: parseRawSpec(text), text });
    expect(hex(loaded.chain.head.header.stateRoot)).toBe(root);
    // When the state goes before the end, so does the dump.
    const late = dumpState(new Params([]));
    for (let i = 0; i < 20; i++) tiny.block([ops.set('key 2', String(i))]);
    await expect(late).rejects.toThrow('State already discarded');
  });
});
