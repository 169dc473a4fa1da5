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
  it('has the root that the state had, and the children', () => {
    const spec = tinySpec(tinyCode(1, version), { top: LONG }, { pots: { tea: LONG, cup: 'two' } });
    using here = temporaryFolder();
    using there = temporaryFolder();
    using tiny = openTiny(here.path, spec.source);
    const { chain } = tiny;
    tiny.block([ops.childSet('pots', 'jam', LONG), ops.childClear('pots', 'cup'), ops.childSet('pans', 'x', 'y')]);
    const about = { chainName: 'Tiny', properties: {}, version: '1', dataFolder: '', blockTime: 'manual' };
    const methods = stateMethods({ chain, about } as unknown as Engine);
    const dumpState = methods['dev_dumpState'] as (params: Params) => unknown;
    const text = JSON.stringify(dumpState(new Params([])));
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
    expect(() => (other['dev_dumpState'] as typeof dumpState)(new Params([]))).toThrow('does not fit into one answer');
  });
});
