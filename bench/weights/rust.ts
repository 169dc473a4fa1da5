import type { Cost } from './measure.js';
import type { Line } from './regression.js';

const LINE_WIDTH = 120;

/** What `weight_info.rs` says about where its numbers come from. */
export interface Origin {
  steps: number;
  repeats: number;
  date: string;
  machine: string;
}

/** The `WeightInfo` of a pallet. */
export function weightInfo(costs: readonly Cost[], origin: Origin): string {
  return `//! What calls cost. Written by \`benchmark.sh\`, from \`benchmarking.rs\`; not to be edited.
//!
//! Measured in the engine that runs this chain: Node's wasm, state in memory. ${origin.steps} values of each component,
//! ${origin.repeats} repeats, medians, least squares. ${origin.date}, ${origin.machine}.
//!
//! Times hold what the storage accesses of a call take; \`DbWeight\` comes on top, as a margin.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What each call, and each part of a block, costs.
pub trait WeightInfo {
${costs.map(cost => `    fn ${signature(cost, '')} -> Weight;`).join('\n')}
}

/// As measured.
pub struct Measured<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for Measured<T> {
${costs.map(weightFunction).join('\n')}
}
`;
}

/** The weights of one read and one write. */
export function storageWeight(reads: Cost, writes: Cost, origin: Origin, margin: number): string {
  const cost = ({ ns, settledNs }: Cost) => (ns.slopes[0]! + settledNs.slopes[0]!) * margin;
  return `//! What storage costs. Written by \`benchmark.sh\`; not to be edited.
//!
//! Measured in the engine that runs this chain, in a state of 10,000 keys: a read with its hashing and decoding, a write
//! with its part of the state root. Times ${margin}, for larger states. ${origin.date}, ${origin.machine}.

use frame_support::{parameter_types, weights::RuntimeDbWeight};

parameter_types! {
    pub const StorageWeight: RuntimeDbWeight = RuntimeDbWeight {
        read: ${picoseconds(cost(reads))},
        write: ${picoseconds(cost(writes))},
    };
}
`;
}

function letters({ benchmark }: Cost): string[] {
  return benchmark.components.map(({ letter }) => String.fromCharCode(97 + letter));
}

function signature(cost: Cost, unused: '' | '_'): string {
  const all: Line[] = [cost.ns, cost.reads, cost.writes];
  const names = letters(cost).map((letter, i) =>
    unused === '' || all.some(line => whole(line.slopes[i]!) !== '0' || line.slopes[i]! > 0.01) ? letter : `_${letter}`,
  );
  return `${cost.benchmark.name}(${names.map(name => `${name}: u32`).join(', ')})`;
}

function weightFunction(cost: Cost): string {
  const { components } = cost.benchmark;
  const ranges = components.map(({ from, to }, i) => `${letters(cost)[i]} ${from} to ${to}`);
  const [low, high] = cost.range.map(ns => micros(ns));
  const parts = [`Weight::from_parts(${picoseconds(Math.max(cost.ns.base, 1000))}, 0)`];
  const add = (weight: string, letter?: string) =>
    parts.push(`.saturating_add(${letter ? `${weight}.saturating_mul(u64::from(${letter}))` : weight})`);
  letters(cost).forEach((letter, i) => {
    if (cost.ns.slopes[i]! > 0) add(`Weight::from_parts(${picoseconds(cost.ns.slopes[i]!)}, 0)`, letter);
  });
  add(`T::DbWeight::get().reads_writes(${whole(cost.reads.base)}, ${whole(cost.writes.base)})`);
  letters(cost).forEach((letter, i) => {
    const [reads, writes] = [cost.reads.slopes[i]!, cost.writes.slopes[i]!];
    if (reads > 0.01 || writes > 0.01)
      add(`T::DbWeight::get().reads_writes(${whole(reads)}, ${whole(writes)})`, letter);
  });
  // As rustfmt has it.
  const line = `        ${parts.join('')}`;
  const body = line.length <= LINE_WIDTH ? line : `        ${parts.join('\n            ')}`;
  return `    // ${ranges.length > 0 ? `${ranges.join(', ')}: ` : ''}${low === high ? low : `${low} to ${high}`} us.
    fn ${signature(cost, '_')} -> Weight {
${body}
    }`;
}

/** Nanoseconds as picoseconds: three digits that mean something, rounded up. */
function picoseconds(ns: number): string {
  const ps = ns * 1000;
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(ps, 1))) - 2);
  return grouped(Math.max(1, Math.ceil(ps / unit) * unit));
}

/** Counts are whole; what the fit left of noise is cut. */
function whole(count: number): string {
  return grouped(Math.ceil(count - 0.01));
}

function micros(ns: number): string {
  return grouped(Math.max(1, Math.round(ns / 1000)));
}

function grouped(value: number): string {
  return String(Math.max(0, value)).replace(/\B(?=(\d{3})+$)/g, '_');
}
