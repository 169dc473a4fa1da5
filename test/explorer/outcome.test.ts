import { describe, expect, it } from 'vitest';
import type { BlockEvent } from '../../src/explorer/data/blocks.js';
import { outcomeOf } from '../../src/explorer/data/outcome.js';
import { Choice, type Decoded } from '../../src/explorer/data/scale/values.js';

const runtime = {
  errorName: (pallet: number, index: number) => ({ name: `Pallet${pallet}.Error${index}`, docs: [] }),
};
const event = (pallet: string, name: string, args: Decoded): BlockEvent => ({
  index: 0,
  extrinsic: 1,
  phase: 'ApplyExtrinsic',
  act: { pallet, name, args },
});
const moduleError = new Choice('Module', { index: 7, error: Uint8Array.of(3, 0, 0, 0) });
const err = new Choice('Err', moduleError);
const done = event('System', 'ExtrinsicSuccess', {});
const of = (...events: BlockEvent[]) => {
  const { ok, failure, innerFailure } = outcomeOf(runtime, events);
  return { ok, failure, innerFailure };
};

describe('what became of an extrinsic', () => {
  it('is done, failed for a reason, or unknown where the state is gone', () => {
    expect(of(done)).toEqual({ ok: true, failure: undefined, innerFailure: undefined });
    expect(of(event('System', 'ExtrinsicFailed', { dispatch_error: moduleError }))).toMatchObject({
      ok: false,
      failure: 'Pallet7.Error3',
    });
    expect(outcomeOf(runtime, undefined)).toMatchObject({ ok: undefined, innerFailure: undefined });
  });

  it.each([
    ['as root', event('Sudo', 'Sudid', { sudo_result: err })],
    ['as root, without names', event('Sudo', 'Sudid', err)],
    ['for another account', event('Proxy', 'ProxyExecuted', { result: err })],
    ['of a multisig account', event('Multisig', 'MultisigExecuted', { call_hash: new Uint8Array(32), result: err })],
    ['that ended a batch', event('Utility', 'BatchInterrupted', { index: 1, error: moduleError })],
    ['in a batch that went on', event('Utility', 'ItemFailed', { error: moduleError })],
  ])('says that a call %s failed, although the extrinsic is done', (_, inner) => {
    expect(of(inner, done)).toEqual({ ok: true, failure: undefined, innerFailure: 'Pallet7.Error3' });
  });

  it('takes no inner call that succeeded for one that failed', () => {
    const fine = new Choice('Ok', undefined);
    expect(of(event('Sudo', 'Sudid', { sudo_result: fine }), done).innerFailure).toBeUndefined();
    expect(of(event('Other', 'Thing', { result: err }), done).innerFailure).toBeUndefined();
    const kind = new Choice('Err', new Choice('BadOrigin', undefined));
    expect(of(event('Sudo', 'Sudid', { sudo_result: kind }), done).innerFailure).toBe('BadOrigin');
  });
});
