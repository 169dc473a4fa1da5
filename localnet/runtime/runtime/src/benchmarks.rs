//! The pallets whose weights are measured here; all others bring theirs.

use crate::{AdminUtils, Commitments, SubtensorModule};
use alloc::{string::String, vec::Vec};
use frame_benchmarking::{add_benchmark, list_benchmark, BenchmarkBatch, BenchmarkConfig, BenchmarkList};
use frame_support::traits::{StorageInfo, StorageInfoTrait, WhitelistedStorageKeys};

macro_rules! for_each {
    ($what:ident!($first:ident, $second:ident)) => {
        $what!($first, $second, pallet_subtensor, SubtensorModule);
        $what!($first, $second, pallet_admin_utils, AdminUtils);
        $what!($first, $second, pallet_commitments, Commitments);
    };
}

pub fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
    let mut list = Vec::new();
    for_each!(list_benchmark!(list, extra));
    (list, crate::AllPalletsWithSystem::storage_info())
}

pub fn dispatch(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
    let whitelist = crate::AllPalletsWithSystem::whitelisted_storage_keys();
    let mut batches = Vec::new();
    let params = (&config, &whitelist);
    for_each!(add_benchmark!(params, batches));
    Ok(batches)
}
