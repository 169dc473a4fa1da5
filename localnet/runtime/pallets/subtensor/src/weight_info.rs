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
    // d 1 to 256: 519 to 691 us.
    fn set_weights(d: u32) -> Weight {
        Weight::from_parts(508_000_000, 0)
            .saturating_add(Weight::from_parts(497_000, 0).saturating_mul(u64::from(d)))
            .saturating_add(T::DbWeight::get().reads_writes(146, 2))
    }
    // 136 us.
    fn add_stake() -> Weight {
        Weight::from_parts(136_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(11, 8))
    }
    // 96 us.
    fn remove_stake() -> Weight {
        Weight::from_parts(96_400_000, 0).saturating_add(T::DbWeight::get().reads_writes(10, 7))
    }
    // 109 us.
    fn serve_axon() -> Weight {
        Weight::from_parts(109_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
    }
    // 110 us.
    fn serve_prometheus() -> Weight {
        Weight::from_parts(110_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
    }
    // n 2 to 256: 667 to 7_887 us.
    fn register(n: u32) -> Weight {
        Weight::from_parts(403_000_000, 0)
            .saturating_add(Weight::from_parts(28_700_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(104, 100))
            .saturating_add(T::DbWeight::get().reads_writes(4, 2).saturating_mul(u64::from(n)))
    }
    // n 2 to 256: 451 to 7_035 us.
    fn burned_register(n: u32) -> Weight {
        Weight::from_parts(272_000_000, 0)
            .saturating_add(Weight::from_parts(26_500_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(38, 36))
            .saturating_add(T::DbWeight::get().reads_writes(4, 2).saturating_mul(u64::from(n)))
    }
    // 110 us.
    fn serve_axon_tls() -> Weight {
        Weight::from_parts(111_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 2))
    }
    // s 1 to 64, n 1 to 256, k 0 to 256: 24_324 to 64_079 us.
    fn register_network(s: u32, n: u32, k: u32) -> Weight {
        Weight::from_parts(3_130_000_000, 0)
            .saturating_add(Weight::from_parts(40_800_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(Weight::from_parts(153_000_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(Weight::from_parts(74_200_000, 0).saturating_mul(u64::from(k)))
            .saturating_add(T::DbWeight::get().reads_writes(37, 97))
            .saturating_add(T::DbWeight::get().reads_writes(4, 5).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(5, 20).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(2, 2).saturating_mul(u64::from(k)))
    }
    // n 1 to 256, k 0 to 256: 20_918 to 59_249 us.
    fn dissolve_network(n: u32, k: u32) -> Weight {
        Weight::from_parts(1_720_000_000, 0)
            .saturating_add(Weight::from_parts(154_000_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(Weight::from_parts(75_600_000, 0).saturating_mul(u64::from(k)))
            .saturating_add(T::DbWeight::get().reads_writes(16, 94))
            .saturating_add(T::DbWeight::get().reads_writes(5, 20).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(2, 2).saturating_mul(u64::from(k)))
    }
    // n 1 to 256: 180 to 1_802 us.
    fn root_register(n: u32) -> Weight {
        Weight::from_parts(150_000_000, 0)
            .saturating_add(Weight::from_parts(6_230_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(27, 31))
            .saturating_add(T::DbWeight::get().reads_writes(2, 0).saturating_mul(u64::from(n)))
    }
    // 39 us.
    fn decrease_take() -> Weight {
        Weight::from_parts(38_600_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 2))
    }
    // 73 us.
    fn increase_take() -> Weight {
        Weight::from_parts(73_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(5, 2))
    }
    // c 0 to 5, s 1 to 64: 123 to 386 us.
    fn set_children(c: u32, s: u32) -> Weight {
        Weight::from_parts(123_000_000, 0)
            .saturating_add(Weight::from_parts(17_800_000, 0).saturating_mul(u64::from(c)))
            .saturating_add(Weight::from_parts(2_260_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(8, 2))
            .saturating_add(T::DbWeight::get().reads_writes(5, 0).saturating_mul(u64::from(c)))
            .saturating_add(T::DbWeight::get().reads_writes(1, 0).saturating_mul(u64::from(s)))
    }
    // h 1 to 1024: 89 to 3_272 us.
    fn set_identity(h: u32) -> Weight {
        Weight::from_parts(125_000_000, 0)
            .saturating_add(Weight::from_parts(3_050_000, 0).saturating_mul(u64::from(h)))
            .saturating_add(T::DbWeight::get().reads_writes(4, 1))
    }
    // 10 us.
    fn sudo_set_tx_childkey_take_rate_limit() -> Weight {
        Weight::from_parts(9_680_000, 0).saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
    // s 1 to 64, k 0 to 256: 23_067 to 144_008 us.
    fn swap_hotkey(s: u32, k: u32) -> Weight {
        Weight::from_parts(23_100_000_000, 0)
            .saturating_add(Weight::from_parts(1_130_000_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(Weight::from_parts(86_900_000, 0).saturating_mul(u64::from(k)))
            .saturating_add(T::DbWeight::get().reads_writes(31, 16))
            .saturating_add(T::DbWeight::get().reads_writes(101, 102).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(3, 3).saturating_mul(u64::from(k)))
    }
    // s 1 to 64, h 0 to 1023: 2_116 to 327_547 us.
    fn swap_coldkey(s: u32, h: u32) -> Weight {
        Weight::from_parts(2_120_000_000, 0)
            .saturating_add(Weight::from_parts(1_510_000_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(Weight::from_parts(121_000_000, 0).saturating_mul(u64::from(h)))
            .saturating_add(T::DbWeight::get().reads_writes(334, 8))
            .saturating_add(T::DbWeight::get().reads_writes(342, 5).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(23, 3).saturating_mul(u64::from(h)))
    }
    // 38 us.
    fn set_childkey_take() -> Weight {
        Weight::from_parts(38_400_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 13 us.
    fn sudo_set_min_childkey_take() -> Weight {
        Weight::from_parts(12_900_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
    }
    // 11 us.
    fn sudo_set_max_childkey_take() -> Weight {
        Weight::from_parts(10_700_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
    }
    // 24 us.
    fn set_subnet_identity() -> Weight {
        Weight::from_parts(24_400_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 1))
    }
    // s 1 to 64, n 1 to 256, k 0 to 256: 24_232 to 67_563 us.
    fn register_network_with_identity(s: u32, n: u32, k: u32) -> Weight {
        Weight::from_parts(1_730_000_000, 0)
            .saturating_add(Weight::from_parts(19_000_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(Weight::from_parts(157_000_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(Weight::from_parts(85_500_000, 0).saturating_mul(u64::from(k)))
            .saturating_add(T::DbWeight::get().reads_writes(37, 97))
            .saturating_add(T::DbWeight::get().reads_writes(4, 5).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(5, 20).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(2, 2).saturating_mul(u64::from(k)))
    }
    // s 1 to 64: 116 to 5_926 us.
    fn unstake_all(s: u32) -> Weight {
        Weight::from_parts(62_800_000, 0)
            .saturating_add(Weight::from_parts(92_400_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(5, 1))
            .saturating_add(T::DbWeight::get().reads_writes(8, 6).saturating_mul(u64::from(s)))
    }
    // s 1 to 64: 91 to 3_186 us.
    fn unstake_all_alpha(s: u32) -> Weight {
        Weight::from_parts(69_500_000, 0)
            .saturating_add(Weight::from_parts(49_700_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(9, 6))
            .saturating_add(T::DbWeight::get().reads_writes(8, 6).saturating_mul(u64::from(s)))
    }
    // 128 us.
    fn move_stake() -> Weight {
        Weight::from_parts(129_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(20, 14))
    }
    // 149 us.
    fn transfer_stake() -> Weight {
        Weight::from_parts(149_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(21, 14))
    }
    // 160 us.
    fn swap_stake() -> Weight {
        Weight::from_parts(161_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(19, 14))
    }
    // 105 us.
    fn add_stake_limit() -> Weight {
        Weight::from_parts(106_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(11, 8))
    }
    // 93 us.
    fn remove_stake_limit() -> Weight {
        Weight::from_parts(93_300_000, 0).saturating_add(T::DbWeight::get().reads_writes(10, 7))
    }
    // 108 us.
    fn swap_stake_limit() -> Weight {
        Weight::from_parts(109_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(19, 14))
    }
    // 60 us.
    fn try_associate_hotkey() -> Weight {
        Weight::from_parts(59_700_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    // 27 us.
    fn start_call() -> Weight {
        Weight::from_parts(26_800_000, 0).saturating_add(T::DbWeight::get().reads_writes(5, 2))
    }
    // 149 us.
    fn commit_weights() -> Weight {
        Weight::from_parts(150_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(10, 2))
    }
    // d 1 to 256, s 0 to 256: 494 to 621 us.
    fn reveal_weights(_d: u32, s: u32) -> Weight {
        Weight::from_parts(528_000_000, 0)
            .saturating_add(Weight::from_parts(64_900, 0).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(145, 2))
    }
    // 101 us.
    fn remove_stake_full_limit() -> Weight {
        Weight::from_parts(101_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(10, 7))
    }
    // 6 us.
    fn set_pending_childkey_cooldown() -> Weight {
        Weight::from_parts(6_090_000, 0).saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
    // 77 us.
    fn set_coldkey_auto_stake_hotkey() -> Weight {
        Weight::from_parts(77_100_000, 0).saturating_add(T::DbWeight::get().reads_writes(5, 4))
    }
    // 154 us.
    fn commit_mechanism_weights() -> Weight {
        Weight::from_parts(155_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(10, 2))
    }
    // d 1 to 256, s 0 to 256: 496 to 580 us.
    fn reveal_mechanism_weights(d: u32, _s: u32) -> Weight {
        Weight::from_parts(497_000_000, 0)
            .saturating_add(Weight::from_parts(225_000, 0).saturating_mul(u64::from(d)))
            .saturating_add(T::DbWeight::get().reads_writes(145, 2))
    }
    // d 1 to 256: 495 to 673 us.
    fn set_mechanism_weights(_d: u32) -> Weight {
        Weight::from_parts(562_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(146, 2))
    }
    // n 1 to 256, k 0 to 256: 20_671 to 59_698 us.
    fn root_dissolve_network(n: u32, k: u32) -> Weight {
        Weight::from_parts(1_690_000_000, 0)
            .saturating_add(Weight::from_parts(147_000_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(Weight::from_parts(76_800_000, 0).saturating_mul(u64::from(k)))
            .saturating_add(T::DbWeight::get().reads_writes(16, 94))
            .saturating_add(T::DbWeight::get().reads_writes(5, 20).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(2, 2).saturating_mul(u64::from(k)))
    }
    // 50 us.
    fn announce_coldkey_swap() -> Weight {
        Weight::from_parts(50_300_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
    }
    // s 1 to 64, h 0 to 1023: 1_850 to 324_155 us.
    fn swap_coldkey_announced(s: u32, h: u32) -> Weight {
        Weight::from_parts(1_850_000_000, 0)
            .saturating_add(Weight::from_parts(1_560_000_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(Weight::from_parts(120_000_000, 0).saturating_mul(u64::from(h)))
            .saturating_add(T::DbWeight::get().reads_writes(336, 7))
            .saturating_add(T::DbWeight::get().reads_writes(342, 5).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(23, 3).saturating_mul(u64::from(h)))
    }
    // 15 us.
    fn dispute_coldkey_swap() -> Weight {
        Weight::from_parts(15_500_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
    }
    // 14 us.
    fn reset_coldkey_swap() -> Weight {
        Weight::from_parts(14_400_000, 0).saturating_add(T::DbWeight::get().reads_writes(1, 2))
    }
    // b 1 to 8: 538 to 4_817 us.
    fn batch_set_weights(b: u32) -> Weight {
        Weight::from_parts(539_000_000, 0)
            .saturating_add(Weight::from_parts(478_000_000, 0).saturating_mul(u64::from(b)))
            .saturating_add(T::DbWeight::get().reads_writes(68, 0))
            .saturating_add(T::DbWeight::get().reads_writes(79, 2).saturating_mul(u64::from(b)))
    }
    // b 1 to 10: 559 to 4_288 us.
    fn batch_reveal_weights(b: u32) -> Weight {
        Weight::from_parts(60_300_000, 0)
            .saturating_add(Weight::from_parts(411_000_000, 0).saturating_mul(u64::from(b)))
            .saturating_add(T::DbWeight::get().reads_writes(145, 2))
    }
    // b 1 to 8: 174 to 619 us.
    fn batch_commit_weights(b: u32) -> Weight {
        Weight::from_parts(92_800_000, 0)
            .saturating_add(Weight::from_parts(68_000_000, 0).saturating_mul(u64::from(b)))
            .saturating_add(T::DbWeight::get().reads_writes(0, 0))
            .saturating_add(T::DbWeight::get().reads_writes(10, 2).saturating_mul(u64::from(b)))
    }
    // 663 us.
    fn faucet() -> Weight {
        Weight::from_parts(664_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(68, 65))
    }
    // s 1 to 64, k 0 to 256: 25_394 to 152_624 us.
    fn swap_hotkey_v2(s: u32, k: u32) -> Weight {
        Weight::from_parts(25_400_000_000, 0)
            .saturating_add(Weight::from_parts(1_140_000_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(Weight::from_parts(101_000_000, 0).saturating_mul(u64::from(k)))
            .saturating_add(T::DbWeight::get().reads_writes(31, 16))
            .saturating_add(T::DbWeight::get().reads_writes(101, 102).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(3, 3).saturating_mul(u64::from(k)))
    }
    // 65 us.
    fn recycle_alpha() -> Weight {
        Weight::from_parts(65_400_000, 0).saturating_add(T::DbWeight::get().reads_writes(9, 6))
    }
    // 56 us.
    fn burn_alpha() -> Weight {
        Weight::from_parts(55_800_000, 0).saturating_add(T::DbWeight::get().reads_writes(9, 6))
    }
    // s 1 to 64: 35 to 255 us.
    fn update_symbol(s: u32) -> Weight {
        Weight::from_parts(31_900_000, 0)
            .saturating_add(Weight::from_parts(3_660_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(4, 1))
            .saturating_add(T::DbWeight::get().reads_writes(1, 0).saturating_mul(u64::from(s)))
    }
    // 168 us.
    fn add_stake_burn() -> Weight {
        Weight::from_parts(169_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(11, 8))
    }
    // 13 us.
    fn clear_coldkey_swap_announcement() -> Weight {
        Weight::from_parts(13_400_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
    }
    // n 2 to 256: 307 to 7_340 us.
    fn register_limit(n: u32) -> Weight {
        Weight::from_parts(135_000_000, 0)
            .saturating_add(Weight::from_parts(28_500_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(38, 36))
            .saturating_add(T::DbWeight::get().reads_writes(4, 2).saturating_mul(u64::from(n)))
    }
    // 27 us.
    fn set_tempo() -> Weight {
        Weight::from_parts(27_100_000, 0).saturating_add(T::DbWeight::get().reads_writes(6, 3))
    }
    // 34 us.
    fn set_activity_cutoff_factor() -> Weight {
        Weight::from_parts(34_500_000, 0).saturating_add(T::DbWeight::get().reads_writes(8, 2))
    }
    // 29 us.
    fn trigger_epoch() -> Weight {
        Weight::from_parts(29_300_000, 0).saturating_add(T::DbWeight::get().reads_writes(9, 2))
    }
    // s 0 to 64: 41 to 6_599 us.
    fn every_block(s: u32) -> Weight {
        Weight::from_parts(41_200_000, 0)
            .saturating_add(Weight::from_parts(96_600_000, 0).saturating_mul(u64::from(s)))
            .saturating_add(T::DbWeight::get().reads_writes(16, 5))
            .saturating_add(T::DbWeight::get().reads_writes(29, 13).saturating_mul(u64::from(s)))
    }
    // n 1 to 64, p 0 to 256: 9_632 to 31_451 us.
    fn epoch(n: u32, p: u32) -> Weight {
        Weight::from_parts(9_640_000_000, 0)
            .saturating_add(Weight::from_parts(44_700_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(Weight::from_parts(57_300_000, 0).saturating_mul(u64::from(p)))
            .saturating_add(T::DbWeight::get().reads_writes(930, 25))
            .saturating_add(T::DbWeight::get().reads_writes(6, 6).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(5, 4).saturating_mul(u64::from(p)))
    }
    // 34_646 us.
    fn epoch_of_256() -> Weight {
        Weight::from_parts(34_700_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(3_614, 1_557))
    }
    // c 0 to 64: 6 to 4_466 us.
    fn new_children(c: u32) -> Weight {
        Weight::from_parts(5_610_000, 0)
            .saturating_add(Weight::from_parts(68_800_000, 0).saturating_mul(u64::from(c)))
            .saturating_add(T::DbWeight::get().reads_writes(2, 0))
            .saturating_add(T::DbWeight::get().reads_writes(9, 8).saturating_mul(u64::from(c)))
    }
}
