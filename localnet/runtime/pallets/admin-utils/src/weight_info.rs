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
    fn sudo_set_default_take() -> Weight;
    fn sudo_set_tx_rate_limit() -> Weight;
    fn sudo_set_serving_rate_limit() -> Weight;
    fn sudo_set_min_difficulty() -> Weight;
    fn sudo_set_max_difficulty() -> Weight;
    fn sudo_set_weights_version_key() -> Weight;
    fn sudo_set_weights_set_rate_limit() -> Weight;
    fn sudo_set_adjustment_interval() -> Weight;
    fn sudo_set_adjustment_alpha() -> Weight;
    fn sudo_set_immunity_period() -> Weight;
    fn sudo_set_min_allowed_weights() -> Weight;
    fn sudo_set_max_allowed_uids() -> Weight;
    fn sudo_set_kappa() -> Weight;
    fn sudo_set_rho() -> Weight;
    fn sudo_set_activity_cutoff() -> Weight;
    fn sudo_set_network_registration_allowed() -> Weight;
    fn sudo_set_network_pow_registration_allowed() -> Weight;
    fn sudo_set_target_registrations_per_interval() -> Weight;
    fn sudo_set_min_burn() -> Weight;
    fn sudo_set_max_burn() -> Weight;
    fn sudo_set_difficulty() -> Weight;
    fn sudo_set_max_allowed_validators() -> Weight;
    fn sudo_set_bonds_moving_average() -> Weight;
    fn sudo_set_max_registrations_per_block() -> Weight;
    fn sudo_set_subnet_owner_cut() -> Weight;
    fn sudo_set_network_rate_limit() -> Weight;
    fn sudo_set_tempo() -> Weight;
    fn sudo_set_network_immunity_period() -> Weight;
    fn sudo_set_network_min_lock_cost() -> Weight;
    fn sudo_set_subnet_limit() -> Weight;
    fn sudo_set_lock_reduction_interval() -> Weight;
    fn sudo_set_rao_recycled() -> Weight;
    fn sudo_set_stake_threshold() -> Weight;
    fn sudo_set_nominator_min_required_stake() -> Weight;
    fn sudo_set_tx_delegate_take_rate_limit() -> Weight;
    fn sudo_set_min_delegate_take() -> Weight;
    fn sudo_set_commit_reveal_weights_enabled() -> Weight;
    fn sudo_set_liquid_alpha_enabled() -> Weight;
    fn sudo_set_alpha_values() -> Weight;
    fn sudo_set_commit_reveal_weights_interval() -> Weight;
    fn sudo_set_bonds_penalty() -> Weight;
    fn sudo_set_toggle_transfer() -> Weight;
    fn sudo_set_subnet_owner_hotkey() -> Weight;
    fn sudo_set_subtoken_enabled() -> Weight;
    fn sudo_set_sn_owner_hotkey() -> Weight;
    fn sudo_set_alpha_sigmoid_steepness() -> Weight;
    fn sudo_set_yuma3_enabled() -> Weight;
    fn sudo_set_bonds_reset_enabled() -> Weight;
    fn sudo_set_commit_reveal_version() -> Weight;
    fn sudo_set_owner_immune_neuron_limit() -> Weight;
    fn sudo_set_admin_freeze_window() -> Weight;
    fn sudo_set_owner_hparam_rate_limit() -> Weight;
    fn sudo_set_mechanism_emission_split() -> Weight;
    fn sudo_set_min_allowed_uids() -> Weight;
    fn sudo_set_recycle_or_burn() -> Weight;
    fn sudo_set_min_non_immune_uids() -> Weight;
    fn sudo_set_start_call_delay() -> Weight;
    fn sudo_set_coldkey_swap_announcement_delay() -> Weight;
    fn sudo_set_coldkey_swap_reannouncement_delay() -> Weight;
    fn sudo_set_max_mechanism_count() -> Weight;
    fn sudo_set_mechanism_count(n: u32) -> Weight;
}

/// As measured.
pub struct Measured<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for Measured<T> {
    // 16 us.
    fn sudo_set_default_take() -> Weight {
        Weight::from_parts(16_400_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 18 us.
    fn sudo_set_tx_rate_limit() -> Weight {
        Weight::from_parts(17_800_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 41 us.
    fn sudo_set_serving_rate_limit() -> Weight {
        Weight::from_parts(41_500_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 25 us.
    fn sudo_set_min_difficulty() -> Weight {
        Weight::from_parts(25_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 1))
    }
    // 36 us.
    fn sudo_set_max_difficulty() -> Weight {
        Weight::from_parts(35_700_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 36 us.
    fn sudo_set_weights_version_key() -> Weight {
        Weight::from_parts(36_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 25 us.
    fn sudo_set_weights_set_rate_limit() -> Weight {
        Weight::from_parts(25_200_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 1))
    }
    // 26 us.
    fn sudo_set_adjustment_interval() -> Weight {
        Weight::from_parts(26_400_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 1))
    }
    // 38 us.
    fn sudo_set_adjustment_alpha() -> Weight {
        Weight::from_parts(37_600_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 37 us.
    fn sudo_set_immunity_period() -> Weight {
        Weight::from_parts(37_500_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 37 us.
    fn sudo_set_min_allowed_weights() -> Weight {
        Weight::from_parts(36_900_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 40 us.
    fn sudo_set_max_allowed_uids() -> Weight {
        Weight::from_parts(40_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(9, 2))
    }
    // 25 us.
    fn sudo_set_kappa() -> Weight {
        Weight::from_parts(24_700_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 1))
    }
    // 36 us.
    fn sudo_set_rho() -> Weight {
        Weight::from_parts(36_300_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 40 us.
    fn sudo_set_activity_cutoff() -> Weight {
        Weight::from_parts(39_700_000, 0).saturating_add(T::DbWeight::get().reads_writes(8, 3))
    }
    // 22 us.
    fn sudo_set_network_registration_allowed() -> Weight {
        Weight::from_parts(21_900_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 1))
    }
    // 33 us.
    fn sudo_set_network_pow_registration_allowed() -> Weight {
        Weight::from_parts(33_100_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 25 us.
    fn sudo_set_target_registrations_per_interval() -> Weight {
        Weight::from_parts(24_600_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 1))
    }
    // 35 us.
    fn sudo_set_min_burn() -> Weight {
        Weight::from_parts(35_200_000, 0).saturating_add(T::DbWeight::get().reads_writes(8, 2))
    }
    // 35 us.
    fn sudo_set_max_burn() -> Weight {
        Weight::from_parts(35_200_000, 0).saturating_add(T::DbWeight::get().reads_writes(8, 2))
    }
    // 23 us.
    fn sudo_set_difficulty() -> Weight {
        Weight::from_parts(23_300_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 1))
    }
    // 25 us.
    fn sudo_set_max_allowed_validators() -> Weight {
        Weight::from_parts(24_800_000, 0).saturating_add(T::DbWeight::get().reads_writes(5, 1))
    }
    // 35 us.
    fn sudo_set_bonds_moving_average() -> Weight {
        Weight::from_parts(34_700_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 23 us.
    fn sudo_set_max_registrations_per_block() -> Weight {
        Weight::from_parts(23_100_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 1))
    }
    // 16 us.
    fn sudo_set_subnet_owner_cut() -> Weight {
        Weight::from_parts(16_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 17 us.
    fn sudo_set_network_rate_limit() -> Weight {
        Weight::from_parts(17_200_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 26 us.
    fn sudo_set_tempo() -> Weight {
        Weight::from_parts(25_600_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 1))
    }
    // 17 us.
    fn sudo_set_network_immunity_period() -> Weight {
        Weight::from_parts(17_300_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 18 us.
    fn sudo_set_network_min_lock_cost() -> Weight {
        Weight::from_parts(17_900_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 16 us.
    fn sudo_set_subnet_limit() -> Weight {
        Weight::from_parts(16_200_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 18 us.
    fn sudo_set_lock_reduction_interval() -> Weight {
        Weight::from_parts(17_600_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 22 us.
    fn sudo_set_rao_recycled() -> Weight {
        Weight::from_parts(22_400_000, 0).saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
    // 18 us.
    fn sudo_set_stake_threshold() -> Weight {
        Weight::from_parts(17_800_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 11 us.
    fn sudo_set_nominator_min_required_stake() -> Weight {
        Weight::from_parts(11_400_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 22 us.
    fn sudo_set_tx_delegate_take_rate_limit() -> Weight {
        Weight::from_parts(22_100_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 30 us.
    fn sudo_set_min_delegate_take() -> Weight {
        Weight::from_parts(30_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 47 us.
    fn sudo_set_commit_reveal_weights_enabled() -> Weight {
        Weight::from_parts(47_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 36 us.
    fn sudo_set_liquid_alpha_enabled() -> Weight {
        Weight::from_parts(36_400_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 37 us.
    fn sudo_set_alpha_values() -> Weight {
        Weight::from_parts(36_600_000, 0).saturating_add(T::DbWeight::get().reads_writes(8, 2))
    }
    // 40 us.
    fn sudo_set_commit_reveal_weights_interval() -> Weight {
        Weight::from_parts(40_500_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 48 us.
    fn sudo_set_bonds_penalty() -> Weight {
        Weight::from_parts(48_500_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 44 us.
    fn sudo_set_toggle_transfer() -> Weight {
        Weight::from_parts(44_400_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 36 us.
    fn sudo_set_subnet_owner_hotkey() -> Weight {
        Weight::from_parts(36_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 1))
    }
    // 16 us.
    fn sudo_set_subtoken_enabled() -> Weight {
        Weight::from_parts(16_200_000, 0).saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
    // 40 us.
    fn sudo_set_sn_owner_hotkey() -> Weight {
        Weight::from_parts(40_300_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 1))
    }
    // 44 us.
    fn sudo_set_alpha_sigmoid_steepness() -> Weight {
        Weight::from_parts(44_300_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 47 us.
    fn sudo_set_yuma3_enabled() -> Weight {
        Weight::from_parts(47_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 42 us.
    fn sudo_set_bonds_reset_enabled() -> Weight {
        Weight::from_parts(41_900_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 22 us.
    fn sudo_set_commit_reveal_version() -> Weight {
        Weight::from_parts(22_300_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 38 us.
    fn sudo_set_owner_immune_neuron_limit() -> Weight {
        Weight::from_parts(38_200_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 26 us.
    fn sudo_set_admin_freeze_window() -> Weight {
        Weight::from_parts(26_500_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 27 us.
    fn sudo_set_owner_hparam_rate_limit() -> Weight {
        Weight::from_parts(27_300_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 30 us.
    fn sudo_set_mechanism_emission_split() -> Weight {
        Weight::from_parts(30_400_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 1))
    }
    // 33 us.
    fn sudo_set_min_allowed_uids() -> Weight {
        Weight::from_parts(33_400_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 1))
    }
    // 33 us.
    fn sudo_set_recycle_or_burn() -> Weight {
        Weight::from_parts(32_800_000, 0).saturating_add(T::DbWeight::get().reads_writes(7, 2))
    }
    // 28 us.
    fn sudo_set_min_non_immune_uids() -> Weight {
        Weight::from_parts(28_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
    // 25 us.
    fn sudo_set_start_call_delay() -> Weight {
        Weight::from_parts(25_100_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 18 us.
    fn sudo_set_coldkey_swap_announcement_delay() -> Weight {
        Weight::from_parts(18_200_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 20 us.
    fn sudo_set_coldkey_swap_reannouncement_delay() -> Weight {
        Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // 10 us.
    fn sudo_set_max_mechanism_count() -> Weight {
        Weight::from_parts(9_890_000, 0).saturating_add(T::DbWeight::get().reads_writes(0, 1))
    }
    // n 1 to 256: 128 to 5_763 us.
    fn sudo_set_mechanism_count(n: u32) -> Weight {
        Weight::from_parts(129_000_000, 0)
            .saturating_add(Weight::from_parts(21_400_000, 0).saturating_mul(u64::from(n)))
            .saturating_add(T::DbWeight::get().reads_writes(5, 16))
            .saturating_add(T::DbWeight::get().reads_writes(0, 21).saturating_mul(u64::from(n)))
    }
}
