//! What storage costs. Written by `benchmark.sh`; not to be edited.
//!
//! Measured in the engine that runs this chain, in a state of 10,000 keys: a read with its hashing and decoding, a write
//! with its part of the state root. Times 2, for larger states. 2026-11-21, AMD EPYC, Node 20.

use frame_support::{parameter_types, weights::RuntimeDbWeight};

parameter_types! {
    pub const StorageWeight: RuntimeDbWeight = RuntimeDbWeight {
        read: 3_520_000,
        write: 12_700_000,
    };
}
