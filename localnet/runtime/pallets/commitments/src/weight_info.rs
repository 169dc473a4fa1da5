//! What calls cost. Written by `benchmark.sh`, from `benchmarking.rs`; not to be edited.
//!
//! Measured in the engine that runs this chain: Node's wasm, state in memory. 4 values of each component,
//! 7 repeats, medians, least squares. 2026-11-21, AMD EPYC, Node 20.
//!
//! Times hold what the storage accesses of a call take; `DbWeight` comes on top, as a margin.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What each call, and each part of a block, costs.
pub trait WeightInfo {
    fn set_commitment(n: u32) -> Weight;
    fn set_max_space() -> Weight;
}

/// As measured.
pub struct Measured<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for Measured<T> {
    // n 1 to 256: 57 to 2_598 us.
    fn set_commitment(n: u32) -> Weight {
        Weight::from_parts(56_900_000, 0)
            .saturating_add(Weight::from_parts(9_360_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(9, 4))
            .saturating_add(T::DbWeight::get().reads_writes(2, 2).saturating_mul(u64::from(n)))
    }
    // 11 us.
    fn set_max_space() -> Weight {
        Weight::from_parts(10_700_000, 0).saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
}
