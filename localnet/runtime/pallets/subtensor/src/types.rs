//! Values in storage, in runtime API answers and in the genesis configuration.
//!
//! Field order is the wire order that existing clients decode.

use alloc::vec::Vec;
use codec::{Compact, Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_runtime::AccountId32;

/// The root network: member of every chain, holds stake but no miners.
pub const ROOT: u16 = 0;

/// Unsigned fixed point with 64 fraction bits, the shape of stake shares.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, Default, PartialEq, Eq, Debug,
)]
pub struct FixedU128 {
    /// The value times 2^64.
    pub bits: u128,
}

/// Where a neuron's axon answers.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Default, PartialEq, Eq, Debug)]
pub struct AxonInfo {
    /// Block at which it was announced.
    pub block: u64,
    /// Version of the serving software.
    pub version: u32,
    /// Address; an IPv4 address is in the lowest 32 bits.
    pub ip: u128,
    /// Port, never 0.
    pub port: u16,
    /// 4 or 6.
    pub ip_type: u8,
    /// Protocol number chosen by the server.
    pub protocol: u8,
    /// Reserved.
    pub placeholder1: u8,
    /// Reserved.
    pub placeholder2: u8,
}

/// Where a neuron serves its metrics.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Default, PartialEq, Eq, Debug)]
pub struct PrometheusInfo {
    /// Block at which it was announced.
    pub block: u64,
    /// Version of the serving software.
    pub version: u32,
    /// Address; an IPv4 address is in the lowest 32 bits.
    pub ip: u128,
    /// Port, never 0.
    pub port: u16,
    /// 4 or 6.
    pub ip_type: u8,
}

/// A neuron with its weights and bonds.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct NeuronInfo {
    pub hotkey: AccountId32,
    pub coldkey: AccountId32,
    pub uid: Compact<u16>,
    pub netuid: Compact<u16>,
    pub active: bool,
    pub axon_info: AxonInfo,
    pub prometheus_info: PrometheusInfo,
    pub stake: Vec<(AccountId32, Compact<u64>)>,
    pub rank: Compact<u16>,
    pub emission: Compact<u64>,
    pub incentive: Compact<u16>,
    pub consensus: Compact<u16>,
    pub trust: Compact<u16>,
    pub validator_trust: Compact<u16>,
    pub dividends: Compact<u16>,
    pub last_update: Compact<u64>,
    pub validator_permit: bool,
    pub weights: Vec<(Compact<u16>, Compact<u16>)>,
    pub bonds: Vec<(Compact<u16>, Compact<u16>)>,
    pub pruning_score: Compact<u16>,
}

/// A neuron without its weights and bonds.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct NeuronInfoLite {
    pub hotkey: AccountId32,
    pub coldkey: AccountId32,
    pub uid: Compact<u16>,
    pub netuid: Compact<u16>,
    pub active: bool,
    pub axon_info: AxonInfo,
    pub prometheus_info: PrometheusInfo,
    pub stake: Vec<(AccountId32, Compact<u64>)>,
    pub rank: Compact<u16>,
    pub emission: Compact<u64>,
    pub incentive: Compact<u16>,
    pub consensus: Compact<u16>,
    pub trust: Compact<u16>,
    pub validator_trust: Compact<u16>,
    pub dividends: Compact<u16>,
    pub last_update: Compact<u64>,
    pub validator_permit: bool,
    pub pruning_score: Compact<u16>,
}

/// A subnet at genesis. Every field may be left out of the JSON; what is absent has the local network's value.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct SubnetGenesis {
    pub netuid: u16,
    /// Coldkey of the owner; none: nobody.
    pub owner: Option<AccountId32>,
    /// Hotkey of the owner; none: the owner's coldkey.
    pub owner_hotkey: Option<AccountId32>,
    /// Blocks between two epochs; 0: never.
    pub tempo: u16,
    pub max_allowed_uids: u16,
    pub max_allowed_validators: u16,
    pub min_allowed_weights: u16,
    /// Largest share of one weight, 65535 meaning no limit.
    pub max_weights_limit: u16,
    pub weights_version_key: u64,
    /// Blocks that a neuron waits between two `set_weights`.
    pub weights_set_rate_limit: u64,
    /// Blocks that a neuron waits between two `serve_axon`.
    pub serving_rate_limit: u64,
    /// Blocks for which a new neuron is safe from pruning.
    pub immunity_period: u16,
    /// Blocks after which a neuron that sets no weights counts as inactive.
    pub activity_cutoff: u16,
    pub kappa: u16,
    pub rho: u16,
    /// Share of a million that old bonds keep in one epoch.
    pub bonds_moving_average: u64,
    pub bonds_penalty: u16,
    /// Bonds by Yuma 3 instead of Yuma 2.
    pub yuma3: bool,
    /// Price of `burned_register`, in rao.
    pub burn: u64,
    pub min_burn: u64,
    pub max_burn: u64,
    pub difficulty: u64,
    pub registration_allowed: bool,
    pub max_registrations_per_block: u16,
    /// An interval admits three times as many registrations.
    pub target_registrations_per_interval: u16,
    /// Blocks of one interval.
    pub adjustment_interval: u16,
    pub commit_reveal_weights_enabled: bool,
    /// Whether staking is open and the subnet earns emission.
    pub subtoken_enabled: bool,
}

impl Default for SubnetGenesis {
    fn default() -> Self {
        Self {
            netuid: 1,
            owner: None,
            owner_hotkey: None,
            tempo: 40,
            max_allowed_uids: 256,
            max_allowed_validators: 64,
            min_allowed_weights: 1,
            max_weights_limit: u16::MAX,
            weights_version_key: 0,
            weights_set_rate_limit: 0,
            serving_rate_limit: 0,
            immunity_period: 5_000,
            activity_cutoff: 5_000,
            kappa: 32_767,
            rho: 10,
            bonds_moving_average: 900_000,
            bonds_penalty: u16::MAX,
            yuma3: true,
            burn: 100_000_000,
            min_burn: 500_000,
            max_burn: 100_000_000_000,
            difficulty: 10_000_000,
            registration_allowed: true,
            max_registrations_per_block: 64,
            target_registrations_per_interval: 256,
            adjustment_interval: 100,
            commit_reveal_weights_enabled: false,
            subtoken_enabled: true,
        }
    }
}

/// A neuron that is registered, and may have stake, from the first block on.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NeuronGenesis {
    pub netuid: u16,
    pub hotkey: AccountId32,
    pub coldkey: AccountId32,
    /// Stake of the coldkey on the hotkey, in rao, made out of nothing.
    #[serde(default)]
    pub stake: u64,
}
