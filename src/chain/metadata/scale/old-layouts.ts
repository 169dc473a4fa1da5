import type { Field, Layout } from './layout.js';

/*
 * Answers that older runtimes wrapped into `Vec<u8>`, so that their metadata says nothing of them. Source: the type
 * registry of the official Python SDK 6 to 8 (`chain_data.py`), which had to know them by heart as well.
 */
const int = (bits: number): Layout => ({ kind: 'int', bytes: bits / 8, signed: false });
const compact = (bits: number): Layout => ({ kind: 'compact', bytes: bits / 8 });
const bool: Layout = { kind: 'bool' };
const key: Layout = { kind: 'array', of: int(8), length: 32 };

function record(fields: Readonly<Record<string, Layout>>): Layout {
  return { kind: 'record', fields: Object.entries(fields).map(([name, layout]) => ({ name, layout })) };
}

const STAKE: readonly Field[] = [
  { name: undefined, layout: key },
  { name: undefined, layout: compact(64) },
];

/** `Vec<NeuronInfoLite>`, the same from spec 218 on. */
export const NEURONS_LITE: Layout = {
  kind: 'list',
  of: record({
    hotkey: key,
    coldkey: key,
    uid: compact(16),
    netuid: compact(16),
    active: bool,
    axon_info: record({
      block: int(64),
      version: int(32),
      ip: int(128),
      port: int(16),
      ip_type: int(8),
      protocol: int(8),
      placeholder1: int(8),
      placeholder2: int(8),
    }),
    prometheus_info: record({ block: int(64), version: int(32), ip: int(128), port: int(16), ip_type: int(8) }),
    stake: { kind: 'list', of: { kind: 'record', fields: STAKE } },
    rank: compact(16),
    emission: compact(64),
    incentive: compact(16),
    consensus: compact(16),
    trust: compact(16),
    validator_trust: compact(16),
    dividends: compact(16),
    last_update: compact(64),
    validator_permit: bool,
    pruning_score: compact(16),
  }),
};
