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
    fn set_weights(d: u32) -> Weight;
    fn add_stake() -> Weight;
    fn remove_stake() -> Weight;
    fn serve_axon() -> Weight;
    fn serve_prometheus() -> Weight;
    fn register(n: u32) -> Weight;
    fn burned_register(n: u32) -> Weight;
    fn serve_axon_tls() -> Weight;
    fn register_network(s: u32, n: u32, k: u32) -> Weight;
    fn dissolve_network(n: u32, k: u32) -> Weight;
    fn root_register(n: u32) -> Weight;
    fn decrease_take() -> Weight;
    fn increase_take() -> Weight;
    fn set_children(c: u32, s: u32) -> Weight;
    fn set_identity(h: u32) -> Weight;
    fn sudo_set_tx_childkey_take_rate_limit() -> Weight;
    fn swap_hotkey(s: u32, k: u32) -> Weight;
    fn swap_coldkey(s: u32, h: u32) -> Weight;
    fn set_childkey_take() -> Weight;
    fn sudo_set_min_childkey_take() -> Weight;
    fn sudo_set_max_childkey_take() -> Weight;
    fn set_subnet_identity() -> Weight;
    fn register_network_with_identity(s: u32, n: u32, k: u32) -> Weight;
    fn unstake_all(s: u32) -> Weight;
    fn unstake_all_alpha(s: u32) -> Weight;
    fn move_stake() -> Weight;
    fn transfer_stake() -> Weight;
    fn swap_stake() -> Weight;
    fn add_stake_limit() -> Weight;
    fn remove_stake_limit() -> Weight;
    fn swap_stake_limit() -> Weight;
    fn try_associate_hotkey() -> Weight;
    fn start_call() -> Weight;
    fn commit_weights() -> Weight;
    fn reveal_weights(d: u32, s: u32) -> Weight;
    fn remove_stake_full_limit() -> Weight;
    fn set_pending_childkey_cooldown() -> Weight;
    fn set_coldkey_auto_stake_hotkey() -> Weight;
    fn commit_mechanism_weights() -> Weight;
    fn reveal_mechanism_weights(d: u32, s: u32) -> Weight;
    fn set_mechanism_weights(d: u32) -> Weight;
    fn root_dissolve_network(n: u32, k: u32) -> Weight;
    fn announce_coldkey_swap() -> Weight;
    fn swap_coldkey_announced(s: u32, h: u32) -> Weight;
    fn dispute_coldkey_swap() -> Weight;
    fn reset_coldkey_swap() -> Weight;
    fn batch_set_weights(b: u32) -> Weight;
    fn batch_reveal_weights(b: u32) -> Weight;
    fn batch_commit_weights(b: u32) -> Weight;
    fn faucet() -> Weight;
    fn swap_hotkey_v2(s: u32, k: u32) -> Weight;
    fn recycle_alpha() -> Weight;
    fn burn_alpha() -> Weight;
    fn update_symbol(s: u32) -> Weight;
    fn add_stake_burn() -> Weight;
    fn clear_coldkey_swap_announcement() -> Weight;
    fn register_limit(n: u32) -> Weight;
    fn set_tempo() -> Weight;
    fn set_activity_cutoff_factor() -> Weight;
    fn trigger_epoch() -> Weight;
    fn every_block(s: u32) -> Weight;
    fn epoch(n: u32, p: u32) -> Weight;
    fn epoch_of_256() -> Weight;
    fn new_children(c: u32) -> Weight;
}

/// As measured.
pub struct Measured<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for Measured<T> {
    // d 1 to 256: 489 to 636 us.
    fn set_weights(d: u32) -> Weight {
        Weight::from_parts(461_000_000, 0)
            .saturating_add(Weight::from_parts(519_000, 0).saturating_mul(u64::from(d)))
            .saturating_add(T::DbWeight::get().reads_writes(146, 2))
    }
    // 193 us.
    fn add_stake() -> Weight {
        Weight::from_parts(194_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(11, 8))
    }
    // 406 us.
    fn remove_stake() -> Weight {
        Weight::from_parts(406_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(77, 8))
    }
    // 103 us.
    fn serve_axon() -> Weight {
        Weight::from_parts(104_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
    }
    // 120 us.
    fn serve_prometheus() -> Weight {
        Weight::from_parts(120_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
    }
    // n 2 to 256: 591 to 8_802 us.
    fn register(n: u32) -> Weight {
        Weight::from_parts(65_500_000, 0)
            .saturating_add(Weight::from_parts(31_400_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(105, 103))
            .saturating_add(T::DbWeight::get().reads_writes(4, 2).saturating_mul(u64::from(n)))
    }
    // n 2 to 256: 366 to 6_705 us.
    fn burned_register(n: u32) -> Weight {
        Weight::from_parts(142_000_000, 0)
            .saturating_add(Weight::from_parts(25_200_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(39, 39))
            .saturating_add(T::DbWeight::get().reads_writes(4, 2).saturating_mul(u64::from(n)))
    }
    // 109 us.
    fn serve_axon_tls() -> Weight {
        Weight::from_parts(109_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 2))
    }
    // s 1 to 64, n 1 to 256, k 0 to 256: 728 to 72_670 us.
    fn register_network(s: u32, n: u32, k: u32) -> Weight {
        Weight::from_parts(253_000_000, 0)
            .saturating_add(Weight::from_parts(24_600_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(Weight::from_parts(182_000_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(Weight::from_parts(93_800_000, 0).saturating_mul(u64::from(k)))
            .saturating_add(T::DbWeight::get().reads_writes(37, 99))
            .saturating_add(T::DbWeight::get().reads_writes(3, 0).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(7, 26).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(3, 3).saturating_mul(u64::from(k)))
    }
    // n 1 to 256, k 0 to 256: 476 to 70_514 us.
    fn dissolve_network(n: u32, k: u32) -> Weight {
        Weight::from_parts(351_000_000, 0)
            .saturating_add(Weight::from_parts(191_000_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(Weight::from_parts(88_300_000, 0).saturating_mul(u64::from(k)))
            .saturating_add(T::DbWeight::get().reads_writes(14, 90))
            .saturating_add(T::DbWeight::get().reads_writes(7, 26).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(3, 3).saturating_mul(u64::from(k)))
    }
    // n 1 to 256: 202 to 1_503 us.
    fn root_register(n: u32) -> Weight {
        Weight::from_parts(196_000_000, 0)
            .saturating_add(Weight::from_parts(5_190_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(28, 33))
            .saturating_add(T::DbWeight::get().reads_writes(2, 0).saturating_mul(u64::from(n)))
    }
    // 37 us.
    fn decrease_take() -> Weight {
        Weight::from_parts(37_100_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 2))
    }
    // 33 us.
    fn increase_take() -> Weight {
        Weight::from_parts(33_300_000, 0).saturating_add(T::DbWeight::get().reads_writes(5, 2))
    }
    // c 0 to 5, s 1 to 64: 66 to 373 us.
    fn set_children(c: u32, s: u32) -> Weight {
        Weight::from_parts(8_280_000, 0)
            .saturating_add(Weight::from_parts(29_700_000, 0).saturating_mul(u64::from(c)))
            .saturating_add(Weight::from_parts(3_300_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(9, 2))
            .saturating_add(T::DbWeight::get().reads_writes(6, 0).saturating_mul(u64::from(c)))
            .saturating_add(T::DbWeight::get().reads_writes(1, 0).saturating_mul(u64::from(s)))
    }
    // h 1 to 1024: 57 to 2_898 us.
    fn set_identity(h: u32) -> Weight {
        Weight::from_parts(69_200_000, 0)
            .saturating_add(Weight::from_parts(2_780_000, 0).saturating_mul(u64::from(h)))
            .saturating_add(T::DbWeight::get().reads_writes(4, 1))
    }
    // 13 us.
    fn sudo_set_tx_childkey_take_rate_limit() -> Weight {
        Weight::from_parts(12_700_000, 0).saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
    // s 1 to 64, k 0 to 256: 727 to 79_331 us.
    fn swap_hotkey(s: u32, k: u32) -> Weight {
        Weight::from_parts(727_000_000, 0)
            .saturating_add(Weight::from_parts(805_000_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(Weight::from_parts(89_000_000, 0).saturating_mul(u64::from(k)))
            .saturating_add(T::DbWeight::get().reads_writes(34, 16))
            .saturating_add(T::DbWeight::get().reads_writes(109, 108).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(3, 3).saturating_mul(u64::from(k)))
    }
    // s 1 to 64, h 0 to 1023: 200 to 31_633 us.
    fn swap_coldkey(s: u32, h: u32) -> Weight {
        Weight::from_parts(200_000_000, 0)
            .saturating_add(Weight::from_parts(68_500_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(Weight::from_parts(24_400_000, 0).saturating_mul(u64::from(h)))
            .saturating_add(T::DbWeight::get().reads_writes(16, 10))
            .saturating_add(T::DbWeight::get().reads_writes(7, 6).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(2, 3).saturating_mul(u64::from(h)))
    }
    // 52 us.
    fn set_childkey_take() -> Weight {
        Weight::from_parts(52_100_000, 0).saturating_add(T::DbWeight::get().reads_writes(8, 2))
    }
    // 22 us.
    fn sudo_set_min_childkey_take() -> Weight {
        Weight::from_parts(22_500_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
    }
    // 12 us.
    fn sudo_set_max_childkey_take() -> Weight {
        Weight::from_parts(12_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
    }
    // 24 us.
    fn set_subnet_identity() -> Weight {
        Weight::from_parts(23_700_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 1))
    }
    // s 1 to 64, n 1 to 256, k 0 to 256: 731 to 71_541 us.
    fn register_network_with_identity(s: u32, n: u32, k: u32) -> Weight {
        Weight::from_parts(274_000_000, 0)
            .saturating_add(Weight::from_parts(63_600_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(Weight::from_parts(177_000_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(Weight::from_parts(88_700_000, 0).saturating_mul(u64::from(k)))
            .saturating_add(T::DbWeight::get().reads_writes(37, 99))
            .saturating_add(T::DbWeight::get().reads_writes(3, 0).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(7, 26).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(3, 3).saturating_mul(u64::from(k)))
    }
    // s 1 to 64: 151 to 7_479 us.
    fn unstake_all(s: u32) -> Weight {
        Weight::from_parts(151_000_000, 0)
            .saturating_add(Weight::from_parts(110_000_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(8, 2))
            .saturating_add(T::DbWeight::get().reads_writes(8, 6).saturating_mul(u64::from(s)))
    }
    // s 1 to 64: 99 to 2_903 us.
    fn unstake_all_alpha(s: u32) -> Weight {
        Weight::from_parts(67_600_000, 0)
            .saturating_add(Weight::from_parts(44_900_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(10, 7))
            .saturating_add(T::DbWeight::get().reads_writes(8, 6).saturating_mul(u64::from(s)))
    }
    // 441 us.
    fn move_stake() -> Weight {
        Weight::from_parts(442_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(86, 14))
    }
    // 479 us.
    fn transfer_stake() -> Weight {
        Weight::from_parts(480_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(88, 15))
    }
    // 214 us.
    fn swap_stake() -> Weight {
        Weight::from_parts(215_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(19, 14))
    }
    // 158 us.
    fn add_stake_limit() -> Weight {
        Weight::from_parts(158_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(11, 8))
    }
    // 473 us.
    fn remove_stake_limit() -> Weight {
        Weight::from_parts(473_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(77, 8))
    }
    // 197 us.
    fn swap_stake_limit() -> Weight {
        Weight::from_parts(197_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(19, 14))
    }
    // 90 us.
    fn try_associate_hotkey() -> Weight {
        Weight::from_parts(90_300_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    // 42 us.
    fn start_call() -> Weight {
        Weight::from_parts(42_100_000, 0).saturating_add(T::DbWeight::get().reads_writes(5, 2))
    }
    // 141 us.
    fn commit_weights() -> Weight {
        Weight::from_parts(142_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(10, 2))
    }
    // d 1 to 256, s 0 to 256: 490 to 589 us.
    fn reveal_weights(d: u32, s: u32) -> Weight {
        Weight::from_parts(511_000_000, 0)
            .saturating_add(Weight::from_parts(80_000, 0).saturating_mul(u64::from(d)))
            .saturating_add(Weight::from_parts(56_900, 0).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(145, 2))
    }
    // 444 us.
    fn remove_stake_full_limit() -> Weight {
        Weight::from_parts(445_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(77, 8))
    }
    // 15 us.
    fn set_pending_childkey_cooldown() -> Weight {
        Weight::from_parts(15_300_000, 0).saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
    // 140 us.
    fn set_coldkey_auto_stake_hotkey() -> Weight {
        Weight::from_parts(141_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(10, 5))
    }
    // 148 us.
    fn commit_mechanism_weights() -> Weight {
        Weight::from_parts(148_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(10, 2))
    }
    // d 1 to 256, s 0 to 256: 479 to 561 us.
    fn reveal_mechanism_weights(d: u32, _s: u32) -> Weight {
        Weight::from_parts(500_000_000, 0)
            .saturating_add(Weight::from_parts(124_000, 0).saturating_mul(u64::from(d)))
            .saturating_add(T::DbWeight::get().reads_writes(145, 2))
    }
    // d 1 to 256: 472 to 520 us.
    fn set_mechanism_weights(d: u32) -> Weight {
        Weight::from_parts(468_000_000, 0)
            .saturating_add(Weight::from_parts(171_000, 0).saturating_mul(u64::from(d)))
            .saturating_add(T::DbWeight::get().reads_writes(146, 2))
    }
    // n 1 to 256, k 0 to 256: 452 to 72_809 us.
    fn root_dissolve_network(n: u32, k: u32) -> Weight {
        Weight::from_parts(452_000_000, 0)
            .saturating_add(Weight::from_parts(182_000_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(Weight::from_parts(94_400_000, 0).saturating_mul(u64::from(k)))
            .saturating_add(T::DbWeight::get().reads_writes(14, 90))
            .saturating_add(T::DbWeight::get().reads_writes(7, 26).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(3, 3).saturating_mul(u64::from(k)))
    }
    // 50 us.
    fn announce_coldkey_swap() -> Weight {
        Weight::from_parts(49_600_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
    }
    // s 1 to 64, h 0 to 1023: 176 to 38_539 us.
    fn swap_coldkey_announced(s: u32, h: u32) -> Weight {
        Weight::from_parts(176_000_000, 0)
            .saturating_add(Weight::from_parts(105_000_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(Weight::from_parts(25_800_000, 0).saturating_mul(u64::from(h)))
            .saturating_add(T::DbWeight::get().reads_writes(18, 9))
            .saturating_add(T::DbWeight::get().reads_writes(7, 6).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(2, 3).saturating_mul(u64::from(h)))
    }
    // 25 us.
    fn dispute_coldkey_swap() -> Weight {
        Weight::from_parts(25_300_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
    }
    // 22 us.
    fn reset_coldkey_swap() -> Weight {
        Weight::from_parts(22_100_000, 0).saturating_add(T::DbWeight::get().reads_writes(1, 2))
    }
    // b 1 to 8: 510 to 7_820 us.
    fn batch_set_weights(b: u32) -> Weight {
        Weight::from_parts(510_000_000, 0)
            .saturating_add(Weight::from_parts(682_000_000, 0).saturating_mul(u64::from(b)))
            .saturating_add(T::DbWeight::get().reads_writes(68, 0))
            .saturating_add(T::DbWeight::get().reads_writes(79, 2).saturating_mul(u64::from(b)))
    }
    // b 1 to 10: 485 to 3_793 us.
    fn batch_reveal_weights(b: u32) -> Weight {
        Weight::from_parts(121_000_000, 0)
            .saturating_add(Weight::from_parts(377_000_000, 0).saturating_mul(u64::from(b)))
            .saturating_add(T::DbWeight::get().reads_writes(145, 2))
    }
    // b 1 to 8: 157 to 533 us.
    fn batch_commit_weights(b: u32) -> Weight {
        Weight::from_parts(92_200_000, 0)
            .saturating_add(Weight::from_parts(54_800_000, 0).saturating_mul(u64::from(b)))
            .saturating_add(T::DbWeight::get().reads_writes(0, 0))
            .saturating_add(T::DbWeight::get().reads_writes(10, 2).saturating_mul(u64::from(b)))
    }
    // 343 us.
    fn faucet() -> Weight {
        Weight::from_parts(343_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(68, 65))
    }
    // s 1 to 64, k 0 to 256: 713 to 77_895 us.
    fn swap_hotkey_v2(s: u32, k: u32) -> Weight {
        Weight::from_parts(713_000_000, 0)
            .saturating_add(Weight::from_parts(861_000_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(Weight::from_parts(86_900_000, 0).saturating_mul(u64::from(k)))
            .saturating_add(T::DbWeight::get().reads_writes(34, 16))
            .saturating_add(T::DbWeight::get().reads_writes(109, 108).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(3, 3).saturating_mul(u64::from(k)))
    }
    // 307 us.
    fn recycle_alpha() -> Weight {
        Weight::from_parts(308_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(76, 7))
    }
    // 307 us.
    fn burn_alpha() -> Weight {
        Weight::from_parts(308_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(76, 7))
    }
    // s 1 to 64: 39 to 185 us.
    fn update_symbol(s: u32) -> Weight {
        Weight::from_parts(37_300_000, 0)
            .saturating_add(Weight::from_parts(2_380_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(4, 1))
            .saturating_add(T::DbWeight::get().reads_writes(1, 0).saturating_mul(u64::from(s)))
    }
    // 243 us.
    fn add_stake_burn() -> Weight {
        Weight::from_parts(244_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(11, 8))
    }
    // 18 us.
    fn clear_coldkey_swap_announcement() -> Weight {
        Weight::from_parts(18_300_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
    }
    // n 2 to 256: 330 to 6_225 us.
    fn register_limit(n: u32) -> Weight {
        Weight::from_parts(286_000_000, 0)
            .saturating_add(Weight::from_parts(23_800_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(39, 39))
            .saturating_add(T::DbWeight::get().reads_writes(4, 2).saturating_mul(u64::from(n)))
    }
    // 42 us.
    fn set_tempo() -> Weight {
        Weight::from_parts(41_900_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 4))
    }
    // 39 us.
    fn set_activity_cutoff_factor() -> Weight {
        Weight::from_parts(39_400_000, 0).saturating_add(T::DbWeight::get().reads_writes(8, 2))
    }
    // 33 us.
    fn trigger_epoch() -> Weight {
        Weight::from_parts(32_700_000, 0).saturating_add(T::DbWeight::get().reads_writes(9, 2))
    }
    // s 0 to 64: 39 to 4_787 us.
    fn every_block(s: u32) -> Weight {
        Weight::from_parts(29_900_000, 0)
            .saturating_add(Weight::from_parts(74_700_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(16, 5))
            .saturating_add(T::DbWeight::get().reads_writes(29, 13).saturating_mul(u64::from(s)))
    }
    // n 2 to 64, p 0 to 256: 358 to 27_300 us.
    fn epoch(n: u32, p: u32) -> Weight {
        Weight::from_parts(358_000_000, 0)
            .saturating_add(Weight::from_parts(155_000_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(Weight::from_parts(64_900_000, 0).saturating_mul(u64::from(p)))
            .saturating_add(T::DbWeight::get().reads_writes(62, 46))
            .saturating_add(T::DbWeight::get().reads_writes(15, 10).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(6, 5).saturating_mul(u64::from(p)))
    }
    // 51_328 us.
    fn epoch_of_256() -> Weight {
        Weight::from_parts(51_400_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(3_110, 2_332))
    }
    // c 0 to 64: 6 to 7_290 us.
    fn new_children(c: u32) -> Weight {
        Weight::from_parts(6_160_000, 0)
            .saturating_add(Weight::from_parts(104_000_000, 0).saturating_mul(u64::from(c)))
            .saturating_add(T::DbWeight::get().reads_writes(2, 0))
            .saturating_add(T::DbWeight::get().reads_writes(15, 14).saturating_mul(u64::from(c)))
    }
}
