//! Shapes of runtime API answers. Field order is the wire order that existing clients decode.

use crate::types::*;
use alloc::vec::Vec;
use codec::{Compact, Decode, Encode};
use scale_info::TypeInfo;
use sp_runtime::AccountId32;

/// Structs that differ in their fields only.
macro_rules! shapes {
    ($($(#[$about:meta])* $name:ident { $($field:ident: $kind:ty),* $(,)? })*) => {$(
        $(#[$about])*
        #[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
        pub struct $name { $(pub $field: $kind),* }
    )*};
}

/// A struct with all fields, the same with each one optional, and the choice of fields by number.
macro_rules! selective {
    ($(#[$about:meta])* $all:ident, $(#[$about_some:meta])* $some:ident: netuid = 0,
     $($field:ident: $kind:ty = $number:literal),* $(,)?) => {
        $(#[$about])*
        #[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
        pub struct $all { pub netuid: Compact<u16>, $(pub $field: $kind),* }

        $(#[$about_some])*
        #[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
        pub struct $some {
            pub netuid: Compact<u16>,
            $(pub $field: Option<$kind>,)*
            pub validators: Option<Vec<Compact<u16>>>,
            pub commitments: Option<Vec<(AccountId32, Vec<Compact<u8>>)>>,
        }

        impl $all {
            /// The fields whose numbers are named; numbers that mean nothing are passed over.
            pub fn select(self, numbers: &[u16]) -> $some {
                let validators = || {
                    let permits = (0u16..).zip(&self.validator_permit);
                    permits.filter(|(_, permit)| **permit).map(|(uid, _)| Compact(uid)).collect()
                };
                $some {
                    netuid: self.netuid,
                    validators: numbers.contains(&72).then(validators),
                    // Nobody's place in a metagraph: who selects adds them.
                    commitments: None,
                    $($field: numbers.contains(&$number).then_some(self.$field),)*
                }
            }
        }
    };
}

shapes! {
    /// A subnet, as older clients ask for it.
    SubnetInfo {
        netuid: Compact<u16>, rho: Compact<u16>, kappa: Compact<u16>, difficulty: Compact<u64>,
        immunity_period: Compact<u16>, max_allowed_validators: Compact<u16>, min_allowed_weights: Compact<u16>,
        max_weights_limit: Compact<u16>, scaling_law_power: Compact<u16>, subnetwork_n: Compact<u16>,
        max_allowed_uids: Compact<u16>, blocks_since_last_step: Compact<u64>, tempo: Compact<u16>,
        network_modality: Compact<u16>, network_connect: Vec<[u16; 2]>, emission_values: Compact<u64>,
        burn: Compact<u64>, owner: AccountId32,
    }

    /// A subnet with what its owner says of it.
    SubnetInfov2 {
        netuid: Compact<u16>, rho: Compact<u16>, kappa: Compact<u16>, difficulty: Compact<u64>,
        immunity_period: Compact<u16>, max_allowed_validators: Compact<u16>, min_allowed_weights: Compact<u16>,
        max_weights_limit: Compact<u16>, scaling_law_power: Compact<u16>, subnetwork_n: Compact<u16>,
        max_allowed_uids: Compact<u16>, blocks_since_last_step: Compact<u64>, tempo: Compact<u16>,
        network_modality: Compact<u16>, network_connect: Vec<[u16; 2]>, emission_value: Compact<u64>,
        burn: Compact<u64>, owner: AccountId32, identity: Option<SubnetIdentityV3>,
    }

    /// A subnet's settings.
    SubnetHyperparams {
        rho: Compact<u16>, kappa: Compact<u16>, immunity_period: Compact<u16>, min_allowed_weights: Compact<u16>,
        max_weights_limit: Compact<u16>, tempo: Compact<u16>, min_difficulty: Compact<u64>,
        max_difficulty: Compact<u64>, weights_version: Compact<u64>, weights_rate_limit: Compact<u64>,
        adjustment_interval: Compact<u16>, activity_cutoff: Compact<u16>, registration_allowed: bool,
        target_regs_per_interval: Compact<u16>, min_burn: Compact<u64>, max_burn: Compact<u64>,
        bonds_moving_avg: Compact<u64>, max_regs_per_block: Compact<u16>, serving_rate_limit: Compact<u64>,
        max_validators: Compact<u16>, adjustment_alpha: Compact<u64>, difficulty: Compact<u64>,
        commit_reveal_period: Compact<u64>, commit_reveal_weights_enabled: bool, alpha_high: Compact<u16>,
        alpha_low: Compact<u16>, liquid_alpha_enabled: bool,
    }

    /// A subnet's settings, with the newer ones.
    SubnetHyperparamsV2 {
        rho: Compact<u16>, kappa: Compact<u16>, immunity_period: Compact<u16>, min_allowed_weights: Compact<u16>,
        max_weights_limit: Compact<u16>, tempo: Compact<u16>, min_difficulty: Compact<u64>,
        max_difficulty: Compact<u64>, weights_version: Compact<u64>, weights_rate_limit: Compact<u64>,
        adjustment_interval: Compact<u16>, activity_cutoff: Compact<u16>, registration_allowed: bool,
        target_regs_per_interval: Compact<u16>, min_burn: Compact<u64>, max_burn: Compact<u64>,
        bonds_moving_avg: Compact<u64>, max_regs_per_block: Compact<u16>, serving_rate_limit: Compact<u64>,
        max_validators: Compact<u16>, adjustment_alpha: Compact<u64>, difficulty: Compact<u64>,
        commit_reveal_period: Compact<u64>, commit_reveal_weights_enabled: bool, alpha_high: Compact<u16>,
        alpha_low: Compact<u16>, liquid_alpha_enabled: bool, alpha_sigmoid_steepness: FixedI64,
        yuma_version: Compact<u16>, subnet_is_active: bool, transfers_enabled: bool, bonds_reset_enabled: bool,
        user_liquidity_enabled: bool,
    }

    /// One of a subnet's settings, by name.
    HyperparamEntry { name: Vec<u8>, value: HyperparamValue }

    /// A subnet's token, and what flows.
    DynamicInfo {
        netuid: Compact<u16>, owner_hotkey: AccountId32, owner_coldkey: AccountId32, subnet_name: Vec<Compact<u8>>,
        token_symbol: Vec<Compact<u8>>, tempo: Compact<u16>, last_step: Compact<u64>,
        blocks_since_last_step: Compact<u64>, emission: Compact<u64>, alpha_in: Compact<u64>,
        alpha_out: Compact<u64>, tao_in: Compact<u64>, alpha_out_emission: Compact<u64>,
        alpha_in_emission: Compact<u64>, tao_in_emission: Compact<u64>, pending_alpha_emission: Compact<u64>,
        pending_root_emission: Compact<u64>, subnet_volume: Compact<u128>, network_registered_at: Compact<u64>,
        subnet_identity: Option<SubnetIdentityV3>, moving_price: FixedI128,
    }

    /// A subnet's neurons, column by column.
    SubnetState {
        netuid: Compact<u16>, hotkeys: Vec<AccountId32>, coldkeys: Vec<AccountId32>, active: Vec<bool>,
        validator_permit: Vec<bool>, pruning_score: Vec<Compact<u16>>, last_update: Vec<Compact<u64>>,
        emission: Vec<Compact<u64>>, dividends: Vec<Compact<u16>>, incentives: Vec<Compact<u16>>,
        consensus: Vec<Compact<u16>>, trust: Vec<Compact<u16>>, rank: Vec<Compact<u16>>,
        block_at_registration: Vec<Compact<u64>>, alpha_stake: Vec<Compact<u64>>, tao_stake: Vec<Compact<u64>>,
        total_stake: Vec<Compact<u64>>, emission_history: Vec<Vec<Compact<u64>>>,
    }

    /// A coldkey's stake on a hotkey in a subnet.
    StakeInfo {
        hotkey: AccountId32, coldkey: AccountId32, netuid: Compact<u16>, stake: Compact<u64>, locked: Compact<u64>,
        emission: Compact<u64>, tao_emission: Compact<u64>, drain: Compact<u64>, is_registered: bool,
    }

    /// How much of a coldkey's stake it may take back.
    StakeAvailability { total: Compact<u64>, locked: Compact<u64>, available: Compact<u64> }

    /// A hotkey on which others may stake.
    DelegateInfo {
        delegate_ss58: AccountId32, take: Compact<u16>, nominators: Vec<(AccountId32, Vec<(Compact<u16>, Compact<u64>)>)>,
        owner_ss58: AccountId32, registrations: Vec<Compact<u16>>, validator_permits: Vec<Compact<u16>>,
        return_per_1000: Compact<u64>, total_daily_return: Compact<u64>,
    }

    /// Rao for one alpha of a subnet.
    SubnetPrice { netuid: u16, price: u64 }

    /// What a swap between TAO and alpha would give, in rao.
    SimSwapResult {
        tao_amount: u64, alpha_amount: u64, tao_fee: u64, alpha_fee: u64, tao_slippage: u64, alpha_slippage: u64,
    }
}

/// The value of one of a subnet's settings.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum HyperparamValue {
    Bool(bool),
    U16(Compact<u16>),
    U32(Compact<u32>),
    U64(Compact<u64>),
    U128(Compact<u128>),
    TaoBalance(Compact<u64>),
    I32F32(FixedI64),
    U64F64(FixedU128),
}

selective! {
    /// A subnet and its neurons, in one answer.
    Metagraph,
    /// The parts of a `Metagraph` that were asked for.
    SelectiveMetagraph: netuid = 0,
    name: Vec<Compact<u8>> = 1, symbol: Vec<Compact<u8>> = 2, identity: Option<SubnetIdentityV3> = 3,
    network_registered_at: Compact<u64> = 4, owner_hotkey: AccountId32 = 5, owner_coldkey: AccountId32 = 6,
    block: Compact<u64> = 7, tempo: Compact<u16> = 8, last_step: Compact<u64> = 9,
    blocks_since_last_step: Compact<u64> = 10, subnet_emission: Compact<u64> = 11, alpha_in: Compact<u64> = 12,
    alpha_out: Compact<u64> = 13, tao_in: Compact<u64> = 14, alpha_out_emission: Compact<u64> = 15,
    alpha_in_emission: Compact<u64> = 16, tao_in_emission: Compact<u64> = 17,
    pending_alpha_emission: Compact<u64> = 18, pending_root_emission: Compact<u64> = 19,
    subnet_volume: Compact<u128> = 20, moving_price: FixedI128 = 21, rho: Compact<u16> = 22,
    kappa: Compact<u16> = 23, min_allowed_weights: Compact<u16> = 24, max_weights_limit: Compact<u16> = 25,
    weights_version: Compact<u64> = 26, weights_rate_limit: Compact<u64> = 27, activity_cutoff: Compact<u16> = 28,
    max_validators: Compact<u16> = 29, num_uids: Compact<u16> = 30, max_uids: Compact<u16> = 31,
    burn: Compact<u64> = 32, difficulty: Compact<u64> = 33, registration_allowed: bool = 34,
    pow_registration_allowed: bool = 35, immunity_period: Compact<u16> = 36, min_difficulty: Compact<u64> = 37,
    max_difficulty: Compact<u64> = 38, min_burn: Compact<u64> = 39, max_burn: Compact<u64> = 40,
    adjustment_alpha: Compact<u64> = 41, adjustment_interval: Compact<u16> = 42,
    target_regs_per_interval: Compact<u16> = 43, max_regs_per_block: Compact<u16> = 44,
    serving_rate_limit: Compact<u64> = 45, commit_reveal_weights_enabled: bool = 46,
    commit_reveal_period: Compact<u64> = 47, liquid_alpha_enabled: bool = 48, alpha_high: Compact<u16> = 49,
    alpha_low: Compact<u16> = 50, bonds_moving_avg: Compact<u64> = 51, hotkeys: Vec<AccountId32> = 52,
    coldkeys: Vec<AccountId32> = 53, identities: Vec<Option<ChainIdentityV2>> = 54, axons: Vec<AxonInfo> = 55,
    active: Vec<bool> = 56, validator_permit: Vec<bool> = 57, pruning_score: Vec<Compact<u16>> = 58,
    last_update: Vec<Compact<u64>> = 59, emission: Vec<Compact<u64>> = 60, dividends: Vec<Compact<u16>> = 61,
    incentives: Vec<Compact<u16>> = 62, consensus: Vec<Compact<u16>> = 63, trust: Vec<Compact<u16>> = 64,
    rank: Vec<Compact<u16>> = 65, block_at_registration: Vec<Compact<u64>> = 66, alpha_stake: Vec<Compact<u64>> = 67,
    tao_stake: Vec<Compact<u64>> = 68, total_stake: Vec<Compact<u64>> = 69,
    tao_dividends_per_hotkey: Vec<(AccountId32, Compact<u64>)> = 70,
    alpha_dividends_per_hotkey: Vec<(AccountId32, Compact<u64>)> = 71,
}
