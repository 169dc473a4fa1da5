//! Values in storage, in runtime API answers and in the genesis configuration.
//!
//! Field order is the wire order that existing clients decode.

use alloc::{collections::BTreeSet, vec::Vec};
use codec::{Compact, Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
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

/// Signed fixed point with 64 fraction bits, the shape of averages.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, Default, PartialEq, Eq, Debug,
)]
pub struct FixedI128 {
    /// The value times 2^64.
    pub bits: i128,
}

impl FixedU128 {
    /// One.
    pub const ONE: Self = Self { bits: 1 << 64 };
}

impl FixedI128 {
    /// One.
    pub const ONE: Self = Self { bits: 1 << 64 };
}

/// Signed fixed point with 32 fraction bits.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, Default, PartialEq, Eq, Debug,
)]
pub struct FixedI64 {
    /// The value times 2^32.
    pub bits: i64,
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

/// The certificate by which a neuron's axon is known when it speaks TLS.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Default, PartialEq, Eq, Debug)]
pub struct NeuronCertificate {
    /// The key, 64 bytes at most.
    pub public_key: BoundedVec<u8, ConstU32<64>>,
    /// The number of its algorithm.
    pub algorithm: u8,
}

/// What a coldkey says of itself; each text UTF-8.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Default, PartialEq, Eq, Debug)]
pub struct ChainIdentityV2 {
    pub name: Vec<u8>,
    pub url: Vec<u8>,
    pub github_repo: Vec<u8>,
    pub image: Vec<u8>,
    pub discord: Vec<u8>,
    pub description: Vec<u8>,
    pub additional: Vec<u8>,
}

/// What a subnet's owner says of it; each text UTF-8.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Default, PartialEq, Eq, Debug)]
pub struct SubnetIdentityV3 {
    pub subnet_name: Vec<u8>,
    pub github_repo: Vec<u8>,
    pub subnet_contact: Vec<u8>,
    pub subnet_url: Vec<u8>,
    pub discord: Vec<u8>,
    pub description: Vec<u8>,
    pub logo_url: Vec<u8>,
    pub additional: Vec<u8>,
}

/// Stake that cannot be taken back yet. No call of this chain locks any.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Default, PartialEq, Eq, Debug)]
pub struct LockState {
    pub locked_mass: u64,
    pub conviction: FixedU128,
    pub last_update: u64,
}

/// How a subnet's neurons are judged. This chain knows Yuma only.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum EpochConsensus {
    #[default]
    Yuma,
    Null,
}

/// What becomes of TAO that a subnet's owner would have earned without a registration.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum RecycleOrBurnEnum {
    #[default]
    Burn,
    Recycle,
}

/// What happens at most once in a while.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum RateLimitKey {
    SetSNOwnerHotkey(u16),
    OwnerHyperparamUpdate(u16, Hyperparameter),
    NetworkLastRegistered,
    LastTxBlock(AccountId32),
    LastTxBlockChildKeyTake(AccountId32),
    LastTxBlockDelegateTake(AccountId32),
    AddStakeBurn(u16),
}

/// A setting that a subnet's owner may change once in a while.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hyperparameter {
    Unknown,
    ServingRateLimit,
    MaxDifficulty,
    AdjustmentAlpha,
    MaxWeightLimit,
    ImmunityPeriod,
    MinAllowedWeights,
    Kappa,
    Rho,
    ActivityCutoff,
    PowRegistrationAllowed,
    MinBurn,
    MaxBurn,
    BondsMovingAverage,
    BondsPenalty,
    CommitRevealEnabled,
    LiquidAlphaEnabled,
    AlphaValues,
    WeightCommitInterval,
    TransferEnabled,
    AlphaSigmoidSteepness,
    Yuma3Enabled,
    BondsResetEnabled,
    ImmuneNeuronLimit,
    RecycleOrBurn,
    MaxAllowedUids,
    #[codec(index = 30)]
    ActivityCutoffFactorMilli,
    #[codec(index = 31)]
    TriggerEpoch,
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
    /// While no more neurons than this are past immunity, only immune ones are pruned.
    pub min_non_immune_uids: u16,
    /// Blocks after which a neuron that sets no weights counts as inactive.
    pub activity_cutoff: u16,
    pub kappa: u16,
    pub rho: u16,
    /// Share of a million that old bonds keep in one epoch.
    pub bonds_moving_average: u64,
    pub bonds_penalty: u16,
    /// Bonds by Yuma 3 instead of Yuma 2.
    pub yuma3: bool,
    /// Rates of bonds by agreement with consensus, between `alpha_low` and `alpha_high`, of 65535.
    pub liquid_alpha: bool,
    pub alpha_low: u16,
    pub alpha_high: u16,
    /// Steepness of that rate's curve, in hundredths.
    pub alpha_sigmoid_steepness: i16,
    /// Price of `burned_register`, in rao.
    pub burn: u64,
    pub min_burn: u64,
    pub max_burn: u64,
    /// Hashes that a registration by work takes, on average.
    pub difficulty: u64,
    pub min_difficulty: u64,
    pub max_difficulty: u64,
    /// How slowly price and difficulty follow demand, of 2^64 - 1.
    pub adjustment_alpha: u64,
    pub registration_allowed: bool,
    pub pow_registration_allowed: bool,
    pub max_registrations_per_block: u16,
    /// An interval admits three times as many registrations.
    pub target_registrations_per_interval: u16,
    /// Blocks of one interval.
    pub adjustment_interval: u16,
    pub commit_reveal_weights_enabled: bool,
    /// Epochs after which commitments are revealed.
    pub reveal_period_epochs: u64,
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
            min_non_immune_uids: 10,
            activity_cutoff: 5_000,
            kappa: 32_767,
            rho: 10,
            bonds_moving_average: 900_000,
            bonds_penalty: u16::MAX,
            yuma3: true,
            liquid_alpha: false,
            alpha_low: 45_875,
            alpha_high: 58_982,
            alpha_sigmoid_steepness: 1_000,
            burn: 100_000_000,
            min_burn: 500_000,
            max_burn: 100_000_000_000,
            difficulty: 10_000,
            min_difficulty: 1_000,
            max_difficulty: u64::MAX / 4,
            adjustment_alpha: 0,
            registration_allowed: true,
            pow_registration_allowed: true,
            max_registrations_per_block: 64,
            target_registrations_per_interval: 256,
            adjustment_interval: 100,
            commit_reveal_weights_enabled: false,
            reveal_period_epochs: 1,
            subtoken_enabled: true,
        }
    }
}

/// Limits of the whole chain at genesis. Every field may be left out of the JSON; the defaults keep nobody waiting.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ChainGenesis {
    /// Lowest price of a subnet, in rao.
    pub network_min_lock_cost: u64,
    /// Blocks in which the price of a subnet falls by what the last one cost.
    pub network_lock_reduction_interval: u64,
    /// Blocks between two new subnets.
    pub network_rate_limit: u64,
    /// Blocks for which a new subnet is safe from being replaced.
    pub network_immunity_period: u64,
    /// Largest number of subnets, the root network not counted.
    pub subnet_limit: u16,
    /// Blocks between a subnet's creation and its start.
    pub start_call_delay: u64,
    /// A subnet owner's share of its emission, of 65535.
    pub subnet_owner_cut: u16,
    /// Blocks between two hotkey swaps of one coldkey.
    pub tx_rate_limit: u64,
    /// Blocks between two raises of a hotkey's take.
    pub tx_delegate_take_rate_limit: u64,
    /// Blocks between two raises of a child's take, and between two `set_children`.
    pub tx_childkey_take_rate_limit: u64,
    /// Blocks until new children count, at the epoch after.
    pub pending_child_key_cooldown: u64,
    /// Blocks between the announcement of a coldkey swap and the swap.
    pub coldkey_swap_announcement_delay: u32,
    /// Blocks after that until another one may be announced.
    pub coldkey_swap_reannouncement_delay: u32,
    /// Blocks before an epoch in which owners may not change settings.
    pub admin_freeze_window: u16,
    /// Epochs between two changes of one setting by an owner.
    pub owner_hyperparam_rate_limit: u16,
    /// Whether anybody may have TAO for work.
    pub faucet: bool,
}

impl Default for ChainGenesis {
    fn default() -> Self {
        Self {
            network_min_lock_cost: 1_000_000_000,
            network_lock_reduction_interval: 100,
            network_rate_limit: 0,
            network_immunity_period: 7_200,
            subnet_limit: 128,
            start_call_delay: 0,
            subnet_owner_cut: 11_796,
            tx_rate_limit: 0,
            tx_delegate_take_rate_limit: 0,
            tx_childkey_take_rate_limit: 0,
            pending_child_key_cooldown: 0,
            coldkey_swap_announcement_delay: 50,
            coldkey_swap_reannouncement_delay: 10,
            admin_freeze_window: 0,
            owner_hyperparam_rate_limit: 0,
            faucet: true,
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

/// What becomes of the earnings of root stake.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Default, PartialEq, Eq, Debug)]
pub enum RootClaimTypeEnum {
    /// Exchanged for TAO, which is staked on the root network.
    #[default]
    #[codec(index = 0)]
    Swap,
    /// Kept as alpha.
    #[codec(index = 1)]
    Keep,
    /// Kept in some subnets only.
    #[codec(index = 2)]
    KeepSubnets {
        /// Which.
        subnets: BTreeSet<u16>,
    },
}

/// Hears which subnets and neurons there are.
pub trait SubnetListener {
    /// A subnet began.
    fn added(netuid: u16);
    /// A subnet was dissolved or pruned.
    fn removed(netuid: u16);
    /// A hotkey is no neuron of the subnet any more.
    fn neuron_removed(netuid: u16, hotkey: &AccountId32);
    /// A neuron has another hotkey.
    fn neuron_renamed(netuid: u16, old: &AccountId32, new: &AccountId32);
}

impl SubnetListener for () {
    fn added(_: u16) {}
    fn removed(_: u16) {}
    fn neuron_removed(_: u16, _: &AccountId32) {}
    fn neuron_renamed(_: u16, _: &AccountId32, _: &AccountId32) {}
}

/// What neurons have published.
pub trait Published {
    /// By hotkey, encoded with deposit and block.
    fn in_subnet(netuid: u16) -> Vec<(AccountId32, Vec<u8>)>;
}

impl Published for () {
    fn in_subnet(_: u16) -> Vec<(AccountId32, Vec<u8>)> {
        Vec::new()
    }
}
