import fc from 'fast-check';
import type { NeuronRow } from '../../src/explorer/data/types.js';

export function neuronRow(fields: Partial<NeuronRow> = {}): NeuronRow {
  return {
    uid: 0,
    hotkey: '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
    coldkey: '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty',
    token: 'TAO',
    stake: 0,
    rank: 0,
    trust: 0,
    validatorTrust: 0,
    consensus: 0,
    incentive: 0,
    dividends: 0,
    emission: 0,
    updated: 0,
    active: false,
    validatorPermit: false,
    axon: undefined,
    registeredAt: undefined,
    immune: false,
    ...fields,
  };
}

const share = fc.double({ min: 0, max: 1, noNaN: true });

/** Rows with uids 0, 1, 2, ... and anything in the other columns. */
export const anyRows: fc.Arbitrary<NeuronRow[]> = fc
  .array(
    fc.record({
      hotkey: fc.string({ maxLength: 60 }),
      coldkey: fc.string({ maxLength: 60 }),
      stake: fc.double({ min: 0, max: 1e7, noNaN: true }),
      incentive: share,
      dividends: share,
      emission: share,
      updated: fc.nat(10_000),
      active: fc.boolean(),
      validatorPermit: fc.boolean(),
      immune: fc.boolean(),
      axon: fc.option(fc.record({ ip: fc.string({ maxLength: 20 }), port: fc.nat(65_535) }), { nil: undefined }),
    }),
    { maxLength: 60 },
  )
  .map(list => list.map((fields, uid) => neuronRow({ ...fields, uid })));
