//! Neurons, stake, weights, consensus and emission.
//!
//! Names, indices, argument orders, storage hashers and value shapes follow the public Subtensor chain, so that every
//! existing client reads and drives this one. Subnets run the "stable" mechanism: one alpha is one TAO.
//!
//! One file per subject: [`registration`], [`staking`], [`serving`], [`weights`] and [`emission`] hold the rules,
//! [`epoch`] the consensus mathematics as pure functions, [`rpc_info`] what runtime APIs answer, [`genesis`] the first
//! state, [`invariants`] what is true after every block.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used))]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
pub mod bonds;
pub mod children;
pub(crate) mod costs;
pub mod delegation;
pub mod emission;
pub mod epoch;
mod fixed;
pub mod genesis;
pub mod identity;
#[allow(missing_docs)]
pub mod info;
pub mod invariants;
pub mod keys;
mod matrix;
pub mod metagraph;
pub mod moving;
pub mod networks;
pub mod payment;
pub mod proof_of_work;
pub mod registration;
pub mod reveal;
pub mod root;
pub mod rpc_info;
pub mod serving;
pub mod settings;
pub mod stake_info;
pub mod staking;
pub mod subnet_info;
pub mod symbols;
pub(crate) mod traces;
#[allow(missing_docs)]
pub mod types;
#[allow(missing_docs)]
pub mod weight_info;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use info::*;
pub use pallet::*;
pub use types::*;
pub use weight_info::{Measured, WeightInfo};

// The public chain says what the arguments are.
#[allow(clippy::too_many_arguments)]
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use alloc::vec::Vec;
    use codec::Compact;
    use frame_support::{
        dispatch::Pays,
        pallet_prelude::*,
        parameter_types,
        traits::fungible::{Inspect, Mutate},
    };
    use frame_system::pallet_prelude::*;
    use sp_core::H256;
    use sp_runtime::AccountId32;

    /// What the runtime decides.
    #[pallet::config]
    pub trait Config: frame_system::Config<AccountId = AccountId32, RuntimeEvent: From<Event<Self>>> {
        /// Free balances, in rao.
        type Currency: Inspect<AccountId32, Balance = u64> + Mutate<AccountId32>;

        /// No subnet may have more neurons than this, whatever `MaxAllowedUids` says: an epoch is one block's work.
        #[pallet::constant]
        type MaxUids: Get<u16>;

        /// No coldkey may own, or have stake on, more hotkeys than this.
        #[pallet::constant]
        type MaxHotkeysPerColdkey: Get<u32>;

        /// Smallest stake that `add_stake` adds, in rao.
        #[pallet::constant]
        type MinStake: Get<u64>;

        /// Price of `swap_hotkey` in all subnets, and of a coldkey swap, in rao.
        #[pallet::constant]
        type KeySwapCost: Get<u64>;

        /// Price of `swap_hotkey` in one subnet, in rao.
        #[pallet::constant]
        type KeySwapOnSubnetCost: Get<u64>;

        /// Blocks between two swaps of a coldkey's hotkeys in one subnet.
        #[pallet::constant]
        type HotkeySwapOnSubnetInterval: Get<u64>;

        /// Blocks between a subnet's creation and its start, where genesis says nothing else.
        #[pallet::constant]
        type InitialStartCallDelay: Get<u64>;

        /// What calls cost.
        type WeightInfo: WeightInfo;

        /// `InitialStartCallDelay` under its older name.
        #[pallet::constant]
        type DurationOfStartCall: Get<u64>;

        /// Pallets that keep something for each subnet.
        type Listener: SubnetListener;
        /// What neurons have published, kept by another pallet.
        type Published: Published;
    }

    /// Lists are plain vectors because clients expect that type; every write keeps them within `MaxUids` or
    /// `MaxHotkeysPerColdkey`.
    #[pallet::pallet]
    #[pallet::without_storage_info]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// 1: `SubnetAccounts` is there.
    pub(crate) const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    parameter_types! {
        /// The account of all zeros: what absent owners read as.
        pub const NoAccount: AccountId32 = AccountId32::new([0; 32]);
        /// Blocks of a lock's half-life.
        pub const DefaultLockRate: u64 = 934_866;
        /// Emission per block before the first halving, in rao.
        pub const DefaultBlockEmission: u64 = 1_000_000_000;
        /// Weight of root stake in a subnet, of 2^64 - 1.
        pub const DefaultTaoWeight: u64 = 971_718_665_099_567_868;
        /// Share of dividends that a hotkey's owner takes, of 65535 (18 %).
        pub const DefaultTake: u16 = 11_796;
        /// Milliseconds between two blocks.
        pub const DefaultSlotDuration: u64 = 250;
        /// "𝜏", until a subnet chooses another symbol.
        pub DefaultTokenSymbol: Vec<u8> = alloc::vec![0xf0, 0x9d, 0x9c, 0x8f];
        /// See `Tempo`.
        pub const DefaultTempo: u16 = 10;
        /// See `Kappa`.
        pub const DefaultKappa: u16 = 32_767;
        /// See `Rho`.
        pub const DefaultRho: u16 = 10;
        /// See `MaxAllowedUids`.
        pub const DefaultMaxAllowedUids: u16 = 256;
        /// See `MinNonImmuneUids`.
        pub const DefaultMinNonImmuneUids: u16 = 10;
        /// See `ImmunityPeriod`.
        pub const DefaultImmunityPeriod: u16 = 4_096;
        /// See `ActivityCutoff`.
        pub const DefaultActivityCutoff: u16 = 5_000;
        /// See `ActivityCutoffFactorMilli`.
        pub const DefaultActivityCutoffFactor: u32 = 13_889;
        /// See `MaxWeightsLimit`.
        pub const DefaultMaxWeightsLimit: u16 = u16::MAX;
        /// See `MinAllowedWeights`.
        pub const DefaultMinAllowedWeights: u16 = 1_024;
        /// See `MaxAllowedValidators`.
        pub const DefaultMaxAllowedValidators: u16 = 128;
        /// See `AdjustmentInterval`.
        pub const DefaultAdjustmentInterval: u16 = 100;
        /// See `TargetRegistrationsPerInterval`.
        pub const DefaultTargetRegistrations: u16 = 2;
        /// See `MaxRegistrationsPerBlock`.
        pub const DefaultMaxRegistrationsPerBlock: u16 = 1;
        /// See `BondsMovingAverage`.
        pub const DefaultBondsMovingAverage: u64 = 900_000;
        /// See `BondsPenalty`.
        pub const DefaultBondsPenalty: u16 = u16::MAX;
        /// See `WeightsSetRateLimit`.
        pub const DefaultWeightsSetRateLimit: u64 = 100;
        /// See `ServingRateLimit`.
        pub const DefaultServingRateLimit: u64 = 50;
        /// See `Burn`.
        pub const DefaultBurn: u64 = 100_000_000;
        /// See `MinBurn`.
        pub const DefaultMinBurn: u64 = 500_000;
        /// See `MaxBurn`.
        pub const DefaultMaxBurn: u64 = 100_000_000_000;
        /// See `Difficulty`.
        pub const DefaultDifficulty: u64 = 10_000_000;
        /// See `MechanismCountCurrent`.
        pub const DefaultMechanismCount: u8 = 1;
        /// See `MaxDifficulty`.
        pub const DefaultMaxDifficulty: u64 = u64::MAX / 4;
        /// See `AlphaValues`.
        pub const DefaultAlphaValues: (u16, u16) = (45_875, 58_982);
        /// See `AlphaSigmoidSteepness`.
        pub const DefaultSigmoidSteepness: i16 = 1_000;
        /// See `RevealPeriodEpochs`.
        pub const DefaultRevealPeriod: u64 = 1;
        /// See `CommitRevealWeightsVersion`.
        pub const DefaultCommitRevealVersion: u16 = 4;
        /// See `SubnetLimit`.
        pub const DefaultSubnetLimit: u16 = 128;
        /// See `NetworkImmunityPeriod`.
        pub const DefaultNetworkImmunityPeriod: u64 = 1_296_000;
        /// See `NetworkMinLockCost`.
        pub const DefaultNetworkLockCost: u64 = 1_000_000_000_000;
        /// See `NetworkLockReductionInterval`.
        pub const DefaultLockReductionInterval: u64 = 100_800;
        /// See `SubnetOwnerCut`.
        pub const DefaultSubnetOwnerCut: u16 = 11_796;
        /// See `TxRateLimit`.
        pub const DefaultTxRateLimit: u64 = 1_000;
        /// See `TxDelegateTakeRateLimit`.
        pub const DefaultTxDelegateTakeRateLimit: u64 = 216_000;
        /// See `TxChildkeyTakeRateLimit`.
        pub const DefaultTxChildkeyTakeRateLimit: u64 = 5;
        /// See `PendingChildKeyCooldown`.
        pub const DefaultPendingChildKeyCooldown: u64 = 15;
        /// See `ColdkeySwapAnnouncementDelay`.
        pub const DefaultColdkeySwapDelay: u32 = 50;
        /// See `ColdkeySwapReannouncementDelay`.
        pub const DefaultColdkeyReannouncementDelay: u32 = 10;
        /// See `AdminFreezeWindow`.
        pub const DefaultAdminFreezeWindow: u16 = 10;
        /// See `OwnerHyperparamRateLimit`.
        pub const DefaultOwnerHyperparamRateLimit: u16 = 2;
        /// See `ImmuneOwnerUidsLimit`.
        pub const DefaultImmuneOwnerUidsLimit: u16 = 1;
        /// See `MinAllowedUids`.
        pub const DefaultMinAllowedUids: u16 = 64;
        /// See `ScalingLawPower`.
        pub const DefaultScalingLawPower: u16 = 50;
        /// See `MinActivityCutoff`.
        pub const DefaultMinActivityCutoff: u16 = 360;
        /// See `MaxMechanismCount`.
        pub const DefaultMaxMechanismCount: u8 = 2;
        /// See `SubnetMovingPrice`.
        pub const DefaultMovingPrice: FixedI128 = FixedI128::ONE;
        /// True, as a type.
        pub const Yes: bool = true;
    }

    // Accounts and stake.

    /// The coldkey that owns a hotkey.
    #[pallet::storage]
    pub type Owner<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, AccountId32, ValueQuery, NoAccount>;
    /// Share of the dividends that a hotkey's owner takes, of 65535.
    #[pallet::storage]
    pub type Delegates<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, u16, ValueQuery, DefaultTake>;
    /// The hotkeys that a coldkey owns.
    #[pallet::storage]
    pub type OwnedHotkeys<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, Vec<AccountId32>, ValueQuery>;
    /// The hotkeys on which a coldkey has stake, or once had.
    #[pallet::storage]
    pub type StakingHotkeys<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, Vec<AccountId32>, ValueQuery>;
    /// Stake on a hotkey in a subnet, of all coldkeys together.
    #[pallet::storage]
    pub type TotalHotkeyAlpha<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, u16, u64, ValueQuery>;
    /// What `TotalHotkeyAlpha` was at the last epoch.
    #[pallet::storage]
    pub type TotalHotkeyAlphaLastEpoch<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, u16, u64, ValueQuery>;
    /// Shares in a hotkey's stake, of all coldkeys together.
    #[pallet::storage]
    pub type TotalHotkeyShares<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, u16, FixedU128, ValueQuery>;
    /// A coldkey's shares in a hotkey's stake. Its stake is `TotalHotkeyAlpha * Alpha / TotalHotkeyShares`.
    #[pallet::storage]
    pub type Alpha<T: Config> = StorageNMap<
        _,
        (NMapKey<Blake2_128Concat, AccountId32>, NMapKey<Blake2_128Concat, AccountId32>, NMapKey<Identity, u16>),
        FixedU128,
        ValueQuery,
    >;
    /// Dividends that a hotkey's stakers earned in the last epoch.
    #[pallet::storage]
    pub type AlphaDividendsPerSubnet<T: Config> =
        StorageDoubleMap<_, Identity, u16, Blake2_128Concat, AccountId32, u64, ValueQuery>;
    /// Of the same, what went to those who have stake on the root network.
    #[pallet::storage]
    pub type RootAlphaDividendsPerSubnet<T: Config> =
        StorageDoubleMap<_, Identity, u16, Blake2_128Concat, AccountId32, u64, ValueQuery>;
    /// TAO staked in a subnet.
    #[pallet::storage]
    pub type SubnetTAO<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// Alpha held by hotkeys in a subnet; equal to `SubnetTAO` in stable subnets.
    #[pallet::storage]
    pub type SubnetAlphaOut<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// TAO staked in all subnets.
    #[pallet::storage]
    pub type TotalStake<T: Config> = StorageValue<_, u64, ValueQuery>;
    /// All rao there are: free and reserved balances, stake, and emission not yet paid. Brought up to date at the
    /// end of each block.
    #[pallet::storage]
    pub type TotalIssuance<T: Config> = StorageValue<_, u64, ValueQuery>;
    /// Rao minted in this block.
    #[pallet::storage]
    pub type BlockEmission<T: Config> = StorageValue<_, u64, ValueQuery, DefaultBlockEmission>;
    /// Weight of root stake in a subnet, of 2^64 - 1.
    #[pallet::storage]
    pub type TaoWeight<T: Config> = StorageValue<_, u64, ValueQuery, DefaultTaoWeight>;
    /// Stake below which a neuron may not set weights.
    #[pallet::storage]
    pub type StakeThreshold<T: Config> = StorageValue<_, u64, ValueQuery>;

    /// Stake below which stakers of others are not counted. No call of this chain reads it.
    #[pallet::storage]
    pub type NominatorMinRequiredStake<T: Config> = StorageValue<_, u64, ValueQuery>;
    /// Highest take of a delegate, of 65535.
    #[pallet::storage]
    pub type MaxDelegateTake<T: Config> = StorageValue<_, u16, ValueQuery, DefaultTake>;
    /// Lowest take of a delegate, of 65535.
    #[pallet::storage]
    pub type MinDelegateTake<T: Config> = StorageValue<_, u16, ValueQuery>;
    /// Blocks between two raises of a hotkey's take.
    #[pallet::storage]
    pub type TxDelegateTakeRateLimit<T: Config> = StorageValue<_, u64, ValueQuery, DefaultTxDelegateTakeRateLimit>;
    /// Block of the last change of a hotkey's take.
    #[pallet::storage]
    pub type LastTxBlockDelegateTake<T: Config> = StorageMap<_, Identity, AccountId32, u64, ValueQuery>;
    /// Hotkeys for which a hotkey's stake counts: share of 2^64 - 1, hotkey.
    #[pallet::storage]
    pub type ChildKeys<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, u16, Vec<(u64, AccountId32)>, ValueQuery>;
    /// Hotkeys whose stake counts for a hotkey: share of 2^64 - 1, hotkey.
    #[pallet::storage]
    pub type ParentKeys<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, u16, Vec<(u64, AccountId32)>, ValueQuery>;
    /// Children that will count from the first epoch after a block on.
    #[pallet::storage]
    pub type PendingChildKeys<T: Config> =
        StorageDoubleMap<_, Identity, u16, Blake2_128Concat, AccountId32, (Vec<(u64, AccountId32)>, u64), ValueQuery>;
    /// Blocks until new children count.
    #[pallet::storage]
    pub type PendingChildKeyCooldown<T: Config> = StorageValue<_, u64, ValueQuery, DefaultPendingChildKeyCooldown>;
    /// Share of its parents' dividends that a child takes, of 65535.
    #[pallet::storage]
    pub type ChildkeyTake<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, u16, u16, ValueQuery>;
    /// Highest take of a child, of 65535.
    #[pallet::storage]
    pub type MaxChildkeyTake<T: Config> = StorageValue<_, u16, ValueQuery, DefaultTake>;
    /// Lowest take of a child, of 65535.
    #[pallet::storage]
    pub type MinChildkeyTake<T: Config> = StorageValue<_, u16, ValueQuery>;
    /// Blocks between two raises of a child's take, and between two `set_children`.
    #[pallet::storage]
    pub type TxChildkeyTakeRateLimit<T: Config> = StorageValue<_, u64, ValueQuery, DefaultTxChildkeyTakeRateLimit>;
    /// Block of a hotkey's last transaction of a kind in a subnet.
    #[pallet::storage]
    pub type TransactionKeyLastBlock<T: Config> = StorageNMap<
        _,
        (NMapKey<Blake2_128Concat, AccountId32>, NMapKey<Identity, u16>, NMapKey<Identity, u16>),
        u64,
        ValueQuery,
    >;
    /// Accounts of which other maps hold something in a subnet, so that its end finds it. Not on the public chain.
    #[pallet::storage]
    pub type SubnetAccounts<T: Config> =
        StorageDoubleMap<_, Identity, u16, Blake2_128Concat, AccountId32, (), OptionQuery>;
    /// Blocks between two hotkey swaps of a coldkey.
    #[pallet::storage]
    pub type TxRateLimit<T: Config> = StorageValue<_, u64, ValueQuery, DefaultTxRateLimit>;
    /// Block of a coldkey's last hotkey swap.
    #[pallet::storage]
    pub type LastTxBlock<T: Config> = StorageMap<_, Identity, AccountId32, u64, ValueQuery>;
    /// Block of a coldkey's last hotkey swap in one subnet.
    #[pallet::storage]
    pub type LastHotkeySwapOnNetuid<T: Config> =
        StorageDoubleMap<_, Identity, u16, Blake2_128Concat, AccountId32, u64, ValueQuery>;
    /// The hotkey to which a coldkey's incentive in a subnet goes, if not to the one that earned it.
    #[pallet::storage]
    pub type AutoStakeDestination<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, u16, AccountId32, OptionQuery>;
    /// The coldkeys whose incentive in a subnet goes to a hotkey.
    #[pallet::storage]
    pub type AutoStakeDestinationColdkeys<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, u16, Vec<AccountId32>, ValueQuery>;
    /// Blocks between the announcement of a coldkey swap and the swap.
    #[pallet::storage]
    pub type ColdkeySwapAnnouncementDelay<T: Config> = StorageValue<_, u32, ValueQuery, DefaultColdkeySwapDelay>;
    /// Blocks after that until another one may be announced.
    #[pallet::storage]
    pub type ColdkeySwapReannouncementDelay<T: Config> =
        StorageValue<_, u32, ValueQuery, DefaultColdkeyReannouncementDelay>;
    /// Announced coldkey swaps: block from which on, hash of the new coldkey.
    #[pallet::storage]
    pub type ColdkeySwapAnnouncements<T: Config> = StorageMap<_, Twox64Concat, AccountId32, (u32, H256), OptionQuery>;
    /// Coldkeys whose swap is disputed, and since when.
    #[pallet::storage]
    pub type ColdkeySwapDisputes<T: Config> = StorageMap<_, Twox64Concat, AccountId32, u32, OptionQuery>;
    /// What coldkeys say of themselves.
    #[pallet::storage]
    pub type IdentitiesV2<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, ChainIdentityV2, OptionQuery>;
    /// What owners say of their subnets.
    #[pallet::storage]
    pub type SubnetIdentitiesV3<T: Config> = StorageMap<_, Blake2_128Concat, u16, SubnetIdentityV3, OptionQuery>;
    /// What a coldkey wants of its root stake's earnings. No call of this chain sets it: they always become root stake.
    #[pallet::storage]
    pub type RootClaimType<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, RootClaimTypeEnum, ValueQuery>;
    /// Stake locked on a hotkey. No call of this chain locks any; clients read it.
    #[pallet::storage]
    pub type HotkeyLock<T: Config> =
        StorageDoubleMap<_, Identity, u16, Blake2_128Concat, AccountId32, LockState, OptionQuery>;
    /// Stake locked on a hotkey for a while. Empty, see `HotkeyLock`.
    #[pallet::storage]
    pub type DecayingHotkeyLock<T: Config> =
        StorageDoubleMap<_, Identity, u16, Blake2_128Concat, AccountId32, LockState, OptionQuery>;
    /// Stake locked on a subnet owner's hotkey. Empty, see `HotkeyLock`.
    #[pallet::storage]
    pub type OwnerLock<T: Config> = StorageMap<_, Identity, u16, LockState, OptionQuery>;
    /// Stake locked on a subnet owner's hotkey for a while. Empty, see `HotkeyLock`.
    #[pallet::storage]
    pub type DecayingOwnerLock<T: Config> = StorageMap<_, Identity, u16, LockState, OptionQuery>;
    /// Stake that a coldkey locked in a subnet on a hotkey. Empty, see `HotkeyLock`.
    #[pallet::storage]
    pub type Lock<T: Config> = StorageNMap<
        _,
        (NMapKey<Blake2_128Concat, AccountId32>, NMapKey<Identity, u16>, NMapKey<Blake2_128Concat, AccountId32>),
        LockState,
        OptionQuery,
    >;
    /// Whether a coldkey's lock in a subnet is for good. Empty, see `HotkeyLock`.
    #[pallet::storage]
    pub type DecayingLock<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, u16, bool, OptionQuery>;
    /// Blocks in which a lock would halve.
    #[pallet::storage]
    pub type UnlockRate<T: Config> = StorageValue<_, u64, ValueQuery, DefaultLockRate>;
    /// Blocks in which a lock's weight would grow by half.
    #[pallet::storage]
    pub type MaturityRate<T: Config> = StorageValue<_, u64, ValueQuery, DefaultLockRate>;

    // Chain.

    /// Milliseconds between two blocks, fixed at genesis.
    #[pallet::storage]
    pub type SlotDuration<T: Config> = StorageValue<_, u64, ValueQuery, DefaultSlotDuration>;
    /// Whether anybody may have TAO for work.
    #[pallet::storage]
    pub type AllowFaucet<T: Config> = StorageValue<_, bool, ValueQuery>;
    /// Whether axons may announce loopback addresses; only where all neurons share one machine.
    #[pallet::storage]
    pub type AllowLoopbackAxons<T: Config> = StorageValue<_, bool, ValueQuery>;

    /// Block of what happens at most once in a while.
    #[pallet::storage]
    pub type LastRateLimitedBlock<T: Config> = StorageMap<_, Identity, RateLimitKey, u64, ValueQuery>;
    /// Blocks before an epoch in which owners may not change settings.
    #[pallet::storage]
    pub type AdminFreezeWindow<T: Config> = StorageValue<_, u16, ValueQuery, DefaultAdminFreezeWindow>;
    /// Epochs between two changes of one setting by an owner.
    #[pallet::storage]
    pub type OwnerHyperparamRateLimit<T: Config> = StorageValue<_, u16, ValueQuery, DefaultOwnerHyperparamRateLimit>;
    /// Largest number of subnets, the root network not counted.
    #[pallet::storage]
    pub type SubnetLimit<T: Config> = StorageValue<_, u16, ValueQuery, DefaultSubnetLimit>;
    /// Blocks for which a new subnet is safe from being replaced.
    #[pallet::storage]
    pub type NetworkImmunityPeriod<T: Config> = StorageValue<_, u64, ValueQuery, DefaultNetworkImmunityPeriod>;
    /// Blocks between two new subnets.
    #[pallet::storage]
    pub type NetworkRateLimit<T: Config> = StorageValue<_, u64, ValueQuery>;
    /// Blocks between a subnet's creation and its start.
    #[pallet::storage]
    pub type StartCallDelay<T: Config> = StorageValue<_, u64, ValueQuery>;
    /// Lowest price of a subnet, in rao.
    #[pallet::storage]
    pub type NetworkMinLockCost<T: Config> = StorageValue<_, u64, ValueQuery, DefaultNetworkLockCost>;
    /// What the last subnet cost.
    #[pallet::storage]
    pub type NetworkLastLockCost<T: Config> = StorageValue<_, u64, ValueQuery, DefaultNetworkLockCost>;
    /// Blocks in which the price of a subnet falls by what the last one cost.
    #[pallet::storage]
    pub type NetworkLockReductionInterval<T: Config> = StorageValue<_, u64, ValueQuery, DefaultLockReductionInterval>;
    /// A subnet owner's share of its emission, of 65535.
    #[pallet::storage]
    pub type SubnetOwnerCut<T: Config> = StorageValue<_, u16, ValueQuery, DefaultSubnetOwnerCut>;
    /// Version of the timelocked commitments that clients should make.
    #[pallet::storage]
    pub type CommitRevealWeightsVersion<T: Config> = StorageValue<_, u16, ValueQuery, DefaultCommitRevealVersion>;
    /// Largest number of weight matrices in a subnet.
    #[pallet::storage]
    pub type MaxMechanismCount<T: Config> = StorageValue<_, u8, ValueQuery, DefaultMaxMechanismCount>;
    /// Lowest `ActivityCutoff` that an owner may set.
    #[pallet::storage]
    pub type MinActivityCutoff<T: Config> = StorageValue<_, u16, ValueQuery, DefaultMinActivityCutoff>;
    /// Networks that wait to be created. Always empty: creation is immediate.
    #[pallet::storage]
    pub type NetworkRegistrationQueue<T: Config> = StorageValue<_, Vec<AccountId32>, ValueQuery>;
    /// Networks that wait to be cleaned up. Always empty: dissolving is immediate.
    #[pallet::storage]
    pub type DissolveCleanupQueue<T: Config> = StorageValue<_, Vec<u16>, ValueQuery>;
    /// The network that is being cleaned up. Always none.
    #[pallet::storage]
    pub type CurrentDissolveCleanupStatus<T: Config> = StorageValue<_, u16, OptionQuery>;

    // Subnets.

    /// Number of subnets, the root network included.
    #[pallet::storage]
    pub type TotalNetworks<T: Config> = StorageValue<_, u16, ValueQuery>;
    /// The subnets there are.
    #[pallet::storage]
    pub type NetworksAdded<T: Config> = StorageMap<_, Identity, u16, bool, ValueQuery>;
    /// Number of neurons.
    #[pallet::storage]
    pub type SubnetworkN<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery>;
    /// Whether a hotkey is a neuron of a subnet.
    #[pallet::storage]
    pub type IsNetworkMember<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, u16, bool, ValueQuery>;
    /// Coldkey of the owner.
    #[pallet::storage]
    pub type SubnetOwner<T: Config> = StorageMap<_, Identity, u16, AccountId32, ValueQuery, NoAccount>;
    /// Hotkey of the owner.
    #[pallet::storage]
    pub type SubnetOwnerHotkey<T: Config> = StorageMap<_, Identity, u16, AccountId32, ValueQuery, NoAccount>;
    /// Symbol of the subnet's token, UTF-8.
    #[pallet::storage]
    pub type TokenSymbol<T: Config> = StorageMap<_, Identity, u16, Vec<u8>, ValueQuery, DefaultTokenSymbol>;
    /// How TAO becomes alpha: 0 is stable, one for one.
    #[pallet::storage]
    pub type SubnetMechanism<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery>;
    /// Number of weight matrices.
    #[pallet::storage]
    pub type MechanismCountCurrent<T: Config> = StorageMap<_, Twox64Concat, u16, u8, ValueQuery, DefaultMechanismCount>;
    /// Block of creation.
    #[pallet::storage]
    pub type NetworkRegisteredAt<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// Whether staking is open and emission is earned.
    #[pallet::storage]
    pub type SubtokenEnabled<T: Config> = StorageMap<_, Identity, u16, bool, ValueQuery>;
    /// Block from which emission is earned.
    #[pallet::storage]
    pub type FirstEmissionBlockNumber<T: Config> = StorageMap<_, Identity, u16, u64, OptionQuery>;
    /// Blocks between two epochs; 0: never.
    #[pallet::storage]
    pub type Tempo<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, DefaultTempo>;
    /// Block of the last epoch.
    #[pallet::storage]
    pub type LastEpochBlock<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// Number of epochs so far.
    #[pallet::storage]
    pub type SubnetEpochIndex<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// Blocks since the last epoch.
    #[pallet::storage]
    pub type BlocksSinceLastStep<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// Block of the last epoch; bonds older than a registration are masked by it.
    #[pallet::storage]
    pub type LastMechansimStepBlock<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// Emission for servers, to be paid at the next epoch.
    #[pallet::storage]
    pub type PendingServerEmission<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// Emission for validators, to be paid at the next epoch.
    #[pallet::storage]
    pub type PendingValidatorEmission<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;

    /// How emission is shared between mechanisms, of 65535; none: equally.
    #[pallet::storage]
    pub type MechanismEmissionSplit<T: Config> = StorageMap<_, Twox64Concat, u16, Vec<u16>, OptionQuery>;
    /// How a subnet's neurons are judged; always Yuma.
    #[pallet::storage]
    pub type SubnetEpochConsensus<T: Config> = StorageMap<_, Identity, u16, EpochConsensus, ValueQuery>;
    /// Share of a registration's price that is locked instead of burned, of 65535; always none.
    #[pallet::storage]
    pub type CollateralLockShare<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery>;
    /// Block at which an epoch is due before its time; 0: none.
    #[pallet::storage]
    pub type PendingEpochAt<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// Emission for the owner, to be paid at the next epoch.
    #[pallet::storage]
    pub type PendingOwnerCut<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// Rao that the subnet's owner paid for it, given back when it is dissolved.
    #[pallet::storage]
    pub type SubnetLocked<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// Rao that the subnet earns in a block.
    #[pallet::storage]
    pub type SubnetAlphaOutEmission<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// TAO put into the subnet's pool in a block; none in stable subnets.
    #[pallet::storage]
    pub type SubnetTaoInEmission<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// Alpha put into the subnet's pool in a block; none in stable subnets.
    #[pallet::storage]
    pub type SubnetAlphaInEmission<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// Alpha in the subnet's pool; none in stable subnets.
    #[pallet::storage]
    pub type SubnetAlphaIn<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// TAO staked and taken back so far.
    #[pallet::storage]
    pub type SubnetVolume<T: Config> = StorageMap<_, Identity, u16, u128, ValueQuery>;
    /// Average price of alpha in TAO; one in stable subnets.
    #[pallet::storage]
    pub type SubnetMovingPrice<T: Config> = StorageMap<_, Identity, u16, FixedI128, ValueQuery, DefaultMovingPrice>;
    /// Average flow of TAO: block, rao. Not kept in stable subnets.
    #[pallet::storage]
    pub type SubnetEmaTaoFlow<T: Config> = StorageMap<_, Identity, u16, (u64, FixedI128), OptionQuery>;
    /// Whether stake may be moved to another coldkey.
    #[pallet::storage]
    pub type TransferToggle<T: Config> = StorageMap<_, Identity, u16, bool, ValueQuery, Yes>;
    /// What becomes of TAO from registrations; it is destroyed either way.
    #[pallet::storage]
    pub type RecycleOrBurn<T: Config> = StorageMap<_, Identity, u16, RecycleOrBurnEnum, ValueQuery>;

    // Hyperparameters.

    /// Largest number of neurons.
    #[pallet::storage]
    pub type MaxAllowedUids<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, DefaultMaxAllowedUids>;
    /// Largest number of neurons with a validator permit.
    #[pallet::storage]
    pub type MaxAllowedValidators<T: Config> =
        StorageMap<_, Identity, u16, u16, ValueQuery, DefaultMaxAllowedValidators>;
    /// Smallest number of weights in one call.
    #[pallet::storage]
    pub type MinAllowedWeights<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, DefaultMinAllowedWeights>;
    /// Largest share of one weight; 65535: no limit.
    #[pallet::storage]
    pub type MaxWeightsLimit<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, DefaultMaxWeightsLimit>;
    /// Lowest version key that `set_weights` accepts; 0: any.
    #[pallet::storage]
    pub type WeightsVersionKey<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// Blocks that a neuron waits between two `set_weights`.
    #[pallet::storage]
    pub type WeightsSetRateLimit<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, DefaultWeightsSetRateLimit>;
    /// Whether weights are committed first and revealed later.
    #[pallet::storage]
    pub type CommitRevealWeightsEnabled<T: Config> = StorageMap<_, Identity, u16, bool, ValueQuery, Yes>;
    /// Blocks for which a new neuron is safe from pruning.
    #[pallet::storage]
    pub type ImmunityPeriod<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, DefaultImmunityPeriod>;
    /// While no more neurons than this are past immunity, an immune one is pruned.
    #[pallet::storage]
    pub type MinNonImmuneUids<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, DefaultMinNonImmuneUids>;
    /// Blocks after which a neuron that sets no weights is inactive.
    #[pallet::storage]
    pub type ActivityCutoff<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, DefaultActivityCutoff>;
    /// The same in thousandths of the tempo. Where this is set, it decides.
    #[pallet::storage]
    pub type ActivityCutoffFactorMilli<T: Config> =
        StorageMap<_, Identity, u16, u32, ValueQuery, DefaultActivityCutoffFactor>;
    /// Blocks that a neuron waits between two `serve_axon`.
    #[pallet::storage]
    pub type ServingRateLimit<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, DefaultServingRateLimit>;
    /// Share of stake, of 65535, that must agree on a weight.
    #[pallet::storage]
    pub type Kappa<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, DefaultKappa>;
    /// Temperature of an older trust function; kept because clients show it.
    #[pallet::storage]
    pub type Rho<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, DefaultRho>;
    /// Share of a million that old bonds keep in one epoch.
    #[pallet::storage]
    pub type BondsMovingAverage<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, DefaultBondsMovingAverage>;
    /// How much of the weight above consensus is lost for bonds, of 65535.
    #[pallet::storage]
    pub type BondsPenalty<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, DefaultBondsPenalty>;
    /// Whether bonds follow Yuma 3 instead of Yuma 2.
    #[pallet::storage]
    pub type Yuma3On<T: Config> = StorageMap<_, Blake2_128Concat, u16, bool, ValueQuery>;

    /// Whether bonds follow weights faster where these agree less with consensus (Yuma 3 only).
    #[pallet::storage]
    pub type LiquidAlphaOn<T: Config> = StorageMap<_, Blake2_128Concat, u16, bool, ValueQuery>;
    /// Slowest and fastest rate of bonds with liquid alpha, of 65535.
    #[pallet::storage]
    pub type AlphaValues<T: Config> = StorageMap<_, Identity, u16, (u16, u16), ValueQuery, DefaultAlphaValues>;
    /// Steepness of the curve between them, in hundredths.
    #[pallet::storage]
    pub type AlphaSigmoidSteepness<T: Config> = StorageMap<_, Identity, u16, i16, ValueQuery, DefaultSigmoidSteepness>;
    /// Whether bonds are dropped when a neuron is replaced. They always are; kept because clients show it.
    #[pallet::storage]
    pub type BondsResetOn<T: Config> = StorageMap<_, Identity, u16, bool, ValueQuery>;
    /// Number of the owner's neurons that are never pruned.
    #[pallet::storage]
    pub type ImmuneOwnerUidsLimit<T: Config> =
        StorageMap<_, Identity, u16, u16, ValueQuery, DefaultImmuneOwnerUidsLimit>;
    /// Lowest `MaxAllowedUids` that an owner may set.
    #[pallet::storage]
    pub type MinAllowedUids<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, DefaultMinAllowedUids>;
    /// Exponent of an older scaling law; kept because clients show it.
    #[pallet::storage]
    pub type ScalingLawPower<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, DefaultScalingLawPower>;
    /// Epochs after which commitments are revealed.
    #[pallet::storage]
    pub type RevealPeriodEpochs<T: Config> = StorageMap<_, Twox64Concat, u16, u64, ValueQuery, DefaultRevealPeriod>;
    /// Commitments of a neuron: hash, block, first and last block in which it may be revealed.
    #[pallet::storage]
    pub type WeightCommits<T: Config> =
        StorageDoubleMap<_, Twox64Concat, u16, Twox64Concat, AccountId32, Vec<(H256, u64, u64, u64)>, OptionQuery>;

    // Registration.

    /// Whether neurons may register.
    #[pallet::storage]
    pub type NetworkRegistrationAllowed<T: Config> = StorageMap<_, Identity, u16, bool, ValueQuery, Yes>;
    /// Price of `burned_register`, in rao.
    #[pallet::storage]
    pub type Burn<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, DefaultBurn>;
    /// Lowest price.
    #[pallet::storage]
    pub type MinBurn<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, DefaultMinBurn>;
    /// Highest price.
    #[pallet::storage]
    pub type MaxBurn<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, DefaultMaxBurn>;
    /// Difficulty of registration by proof of work.
    #[pallet::storage]
    pub type Difficulty<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, DefaultDifficulty>;
    /// Blocks of one registration interval.
    #[pallet::storage]
    pub type AdjustmentInterval<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery, DefaultAdjustmentInterval>;
    /// Block at which the current interval began.
    #[pallet::storage]
    pub type LastAdjustmentBlock<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// An interval admits three times as many registrations.
    #[pallet::storage]
    pub type TargetRegistrationsPerInterval<T: Config> =
        StorageMap<_, Identity, u16, u16, ValueQuery, DefaultTargetRegistrations>;
    /// Largest number of registrations in a block.
    #[pallet::storage]
    pub type MaxRegistrationsPerBlock<T: Config> =
        StorageMap<_, Identity, u16, u16, ValueQuery, DefaultMaxRegistrationsPerBlock>;
    /// Registrations in this interval.
    #[pallet::storage]
    pub type RegistrationsThisInterval<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery>;
    /// Of these, by burning.
    #[pallet::storage]
    pub type BurnRegistrationsThisInterval<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery>;
    /// Registrations in this block.
    #[pallet::storage]
    pub type RegistrationsThisBlock<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery>;
    /// Rao burned for registrations so far.
    #[pallet::storage]
    pub type RAORecycledForRegistration<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;

    /// Whether neurons may register by proof of work.
    #[pallet::storage]
    pub type NetworkPowRegistrationAllowed<T: Config> = StorageMap<_, Identity, u16, bool, ValueQuery, Yes>;
    /// Lowest difficulty.
    #[pallet::storage]
    pub type MinDifficulty<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, DefaultDifficulty>;
    /// Highest difficulty.
    #[pallet::storage]
    pub type MaxDifficulty<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery, DefaultMaxDifficulty>;
    /// How slowly price and difficulty follow demand, of 2^64 - 1.
    #[pallet::storage]
    pub type AdjustmentAlpha<T: Config> = StorageMap<_, Identity, u16, u64, ValueQuery>;
    /// Of these, by proof of work.
    #[pallet::storage]
    pub type POWRegistrationsThisInterval<T: Config> = StorageMap<_, Identity, u16, u16, ValueQuery>;
    /// Proofs of work that were used in the last blocks.
    #[pallet::storage]
    pub type UsedWork<T: Config> = StorageMap<_, Identity, Vec<u8>, u64, ValueQuery>;

    // Neurons: by uid, or as lists whose index is the uid.

    /// Hotkey to uid.
    #[pallet::storage]
    pub type Uids<T: Config> = StorageDoubleMap<_, Identity, u16, Blake2_128Concat, AccountId32, u16, OptionQuery>;
    /// Uid to hotkey.
    #[pallet::storage]
    pub type Keys<T: Config> = StorageDoubleMap<_, Identity, u16, Identity, u16, AccountId32, ValueQuery, NoAccount>;
    /// Block of registration.
    #[pallet::storage]
    pub type BlockAtRegistration<T: Config> = StorageDoubleMap<_, Identity, u16, Identity, u16, u64, ValueQuery>;
    /// Addresses of axons.
    #[pallet::storage]
    pub type Axons<T: Config> =
        StorageDoubleMap<_, Identity, u16, Blake2_128Concat, AccountId32, AxonInfo, OptionQuery>;
    /// Addresses of metric servers.
    #[pallet::storage]
    pub type Prometheus<T: Config> =
        StorageDoubleMap<_, Identity, u16, Blake2_128Concat, AccountId32, PrometheusInfo, OptionQuery>;
    /// Certificates of axons that speak TLS.
    #[pallet::storage]
    pub type NeuronCertificates<T: Config> =
        StorageDoubleMap<_, Identity, u16, Blake2_128Concat, AccountId32, NeuronCertificate, OptionQuery>;
    /// Weights that a neuron has set: uid and value, the largest value being 65535.
    #[pallet::storage]
    pub type Weights<T: Config> = StorageDoubleMap<_, Identity, u16, Identity, u16, Vec<(u16, u16)>, ValueQuery>;
    /// Bonds that a validator holds in other neurons.
    #[pallet::storage]
    pub type Bonds<T: Config> = StorageDoubleMap<_, Identity, u16, Identity, u16, Vec<(u16, u16)>, ValueQuery>;
    /// Whether the neuron has set weights recently.
    #[pallet::storage]
    pub type Active<T: Config> = StorageMap<_, Identity, u16, Vec<bool>, ValueQuery>;
    /// Stake-weighted sum of the weights set for the neuron.
    #[pallet::storage]
    pub type Rank<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;
    /// Share of the rank that remains after clipping at consensus.
    #[pallet::storage]
    pub type Trust<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;
    /// The weight on which the stake majority agrees.
    #[pallet::storage]
    pub type Consensus<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;
    /// Share of the emission for servers.
    #[pallet::storage]
    pub type Incentive<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;
    /// Share of the emission for validators.
    #[pallet::storage]
    pub type Dividends<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;
    /// Rao earned in the last epoch.
    #[pallet::storage]
    pub type Emission<T: Config> = StorageMap<_, Identity, u16, Vec<u64>, ValueQuery>;
    /// Block at which weights were last set, at first the block of registration.
    #[pallet::storage]
    pub type LastUpdate<T: Config> = StorageMap<_, Identity, u16, Vec<u64>, ValueQuery>;
    /// Share of a validator's weights that consensus kept.
    #[pallet::storage]
    pub type ValidatorTrust<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;
    /// Emission relative to the best neuron's.
    #[pallet::storage]
    pub type PruningScores<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;
    /// Whether the neuron may set weights for others.
    #[pallet::storage]
    pub type ValidatorPermit<T: Config> = StorageMap<_, Identity, u16, Vec<bool>, ValueQuery>;
    /// Share of the subnet's stake weight.
    #[pallet::storage]
    pub type StakeWeight<T: Config> = StorageMap<_, Identity, u16, Vec<u16>, ValueQuery>;

    /// What the chain starts with.
    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// Milliseconds between two blocks.
        pub slot_duration: u64,
        /// Whether axons may announce loopback addresses.
        pub allow_loopback_axons: bool,
        /// Stake below which a neuron may not set weights, in rao.
        pub stake_threshold: u64,
        /// Limits of the whole chain.
        #[serde(default)]
        pub chain: ChainGenesis,
        /// Subnets besides the root network, which is always there.
        pub subnets: Vec<SubnetGenesis>,
        /// Neurons registered from the start.
        pub neurons: Vec<NeuronGenesis>,
        /// Not part of the JSON.
        #[serde(skip)]
        pub _config: PhantomData<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                slot_duration: DefaultSlotDuration::get(),
                allow_loopback_axons: false,
                stake_threshold: 0,
                chain: ChainGenesis::default(),
                subnets: Vec::new(),
                neurons: Vec::new(),
                _config: PhantomData,
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            Pallet::<T>::build_genesis(self);
        }
    }

    /// What happened. Numbers are those of the public chain.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A subnet was created: netuid, mechanism.
        #[codec(index = 0)]
        NetworkAdded(u16, u16),
        /// A subnet was dissolved: netuid.
        #[codec(index = 1)]
        NetworkRemoved(u16),
        /// A coldkey staked: coldkey, hotkey, TAO paid, alpha received, netuid, fee.
        #[codec(index = 2)]
        StakeAdded(AccountId32, AccountId32, u64, u64, u16, u64),
        /// A coldkey took stake back: coldkey, hotkey, TAO received, alpha given, netuid, fee.
        #[codec(index = 3)]
        StakeRemoved(AccountId32, AccountId32, u64, u64, u16, u64),
        /// A coldkey moved stake: coldkey, old hotkey, old netuid, new hotkey, new netuid, rao.
        #[codec(index = 4)]
        StakeMoved(AccountId32, AccountId32, u16, AccountId32, u16, u64),
        /// A neuron set its weights: netuid, uid.
        #[codec(index = 5)]
        WeightsSet(u16, u16),
        /// A neuron registered: netuid, uid, hotkey.
        #[codec(index = 6)]
        NeuronRegistered(u16, u16, AccountId32),
        /// A subnet's setting changed: netuid, largest number of neurons.
        #[codec(index = 9)]
        MaxAllowedUidsSet(u16, u16),
        /// A subnet's setting changed: netuid, largest share of one weight.
        #[codec(index = 10)]
        MaxWeightLimitSet(u16, u16),
        /// A subnet's setting changed: netuid, difficulty.
        #[codec(index = 11)]
        DifficultySet(u16, u64),
        /// A subnet's setting changed: netuid, blocks of one registration interval.
        #[codec(index = 12)]
        AdjustmentIntervalSet(u16, u16),
        /// A subnet's setting changed: netuid, target of registrations in an interval.
        #[codec(index = 13)]
        RegistrationPerIntervalSet(u16, u16),
        /// A subnet's setting changed: netuid, largest number of registrations in a block.
        #[codec(index = 14)]
        MaxRegistrationsPerBlockSet(u16, u16),
        /// A subnet's setting changed: netuid, blocks after which a neuron is inactive.
        #[codec(index = 15)]
        ActivityCutoffSet(u16, u16),
        /// A subnet's setting changed: netuid, rho.
        #[codec(index = 16)]
        RhoSet(u16, u16),
        /// A subnet's setting changed: netuid, steepness of the rate of bonds.
        #[codec(index = 17)]
        AlphaSigmoidSteepnessSet(u16, i16),
        /// A subnet's setting changed: netuid, kappa.
        #[codec(index = 18)]
        KappaSet(u16, u16),
        /// A subnet's setting changed: netuid, smallest number of weights.
        #[codec(index = 19)]
        MinAllowedWeightSet(u16, u16),
        /// A subnet's setting changed: netuid, blocks between two `set_weights`.
        #[codec(index = 22)]
        WeightsSetRateLimitSet(u16, u64),
        /// A subnet's setting changed: netuid, blocks of immunity.
        #[codec(index = 23)]
        ImmunityPeriodSet(u16, u16),
        /// A subnet's setting changed: netuid, part of a million that bonds keep.
        #[codec(index = 24)]
        BondsMovingAverageSet(u16, u64),
        /// A subnet's setting changed: netuid, penalty on bonds.
        #[codec(index = 25)]
        BondsPenaltySet(u16, u16),
        /// A subnet's setting changed: netuid, whether bonds are reset.
        #[codec(index = 26)]
        BondsResetOnSet(u16, bool),
        /// A subnet's setting changed: netuid, largest number of permits.
        #[codec(index = 27)]
        MaxAllowedValidatorsSet(u16, u16),
        /// An axon announced its address: netuid, hotkey.
        #[codec(index = 28)]
        AxonServed(u16, AccountId32),
        /// A metric server announced its address: netuid, hotkey.
        #[codec(index = 29)]
        PrometheusServed(u16, AccountId32),
        /// A limit of the chain changed: highest take of a delegate.
        #[codec(index = 31)]
        DefaultTakeSet(u16),
        /// A subnet's setting changed: netuid, lowest version key.
        #[codec(index = 32)]
        WeightsVersionKeySet(u16, u64),
        /// A subnet's setting changed: netuid, lowest difficulty.
        #[codec(index = 33)]
        MinDifficultySet(u16, u64),
        /// A subnet's setting changed: netuid, highest difficulty.
        #[codec(index = 34)]
        MaxDifficultySet(u16, u64),
        /// A subnet's setting changed: netuid, blocks between two `serve_axon`.
        #[codec(index = 35)]
        ServingRateLimitSet(u16, u64),
        /// A subnet's setting changed: netuid, price.
        #[codec(index = 36)]
        BurnSet(u16, u64),
        /// A subnet's setting changed: netuid, highest price.
        #[codec(index = 37)]
        MaxBurnSet(u16, u64),
        /// A subnet's setting changed: netuid, lowest price.
        #[codec(index = 38)]
        MinBurnSet(u16, u64),
        /// A limit of the chain changed: blocks between two hotkey swaps.
        #[codec(index = 39)]
        TxRateLimitSet(u64),
        /// A limit of the chain changed: blocks between two raises of a take.
        #[codec(index = 40)]
        TxDelegateTakeRateLimitSet(u64),
        /// A limit of the chain changed: blocks between two raises of a child's take.
        #[codec(index = 41)]
        TxChildKeyTakeRateLimitSet(u64),
        /// A limit of the chain changed: blocks before an epoch without changes.
        #[codec(index = 42)]
        AdminFreezeWindowSet(u16),
        /// A limit of the chain changed: epochs between two changes by an owner.
        #[codec(index = 43)]
        OwnerHyperparamRateLimitSet(u16),
        /// A limit of the chain changed: lowest take of a child.
        #[codec(index = 44)]
        MinChildKeyTakeSet(u16),
        /// A limit of the chain changed: highest take of a child.
        #[codec(index = 45)]
        MaxChildKeyTakeSet(u16),
        /// A child's take changed: hotkey, take.
        #[codec(index = 46)]
        ChildKeyTakeSet(AccountId32, u16),
        /// A subnet's setting changed: netuid, whether neurons may register.
        #[codec(index = 48)]
        RegistrationAllowed(u16, bool),
        /// A subnet's setting changed: netuid, whether neurons may register by work.
        #[codec(index = 49)]
        PowRegistrationAllowed(u16, bool),
        /// A subnet's setting changed: netuid, blocks between two epochs.
        #[codec(index = 50)]
        TempoSet(u16, u16),
        /// A subnet's setting changed: netuid, rao burned for registrations.
        #[codec(index = 51)]
        RAORecycledForRegistrationSet(u16, u64),
        /// A limit of the chain changed: stake that setting weights needs.
        #[codec(index = 52)]
        StakeThresholdSet(u64),
        /// A subnet's setting changed: netuid, how slowly the price follows demand.
        #[codec(index = 53)]
        AdjustmentAlphaSet(u16, u64),
        /// Work was paid for: coldkey, rao.
        #[codec(index = 54)]
        Faucet(AccountId32, u64),
        /// A limit of the chain changed: an owner's share of emission.
        #[codec(index = 55)]
        SubnetOwnerCutSet(u16),
        /// A limit of the chain changed: blocks between two new subnets.
        #[codec(index = 56)]
        NetworkRateLimitSet(u64),
        /// A limit of the chain changed: blocks for which a new subnet is safe.
        #[codec(index = 57)]
        NetworkImmunityPeriodSet(u64),
        /// A limit of the chain changed: blocks until a subnet may start.
        #[codec(index = 58)]
        StartCallDelaySet(u64),
        /// A limit of the chain changed: lowest price of a subnet.
        #[codec(index = 59)]
        NetworkMinLockCostSet(u64),
        /// A limit of the chain changed: largest number of subnets.
        #[codec(index = 60)]
        SubnetLimitSet(u16),
        /// A limit of the chain changed: blocks in which the price of a subnet falls.
        #[codec(index = 61)]
        NetworkLockCostReductionIntervalSet(u64),
        /// A delegate lowered its take: coldkey, hotkey, take.
        #[codec(index = 62)]
        TakeDecreased(AccountId32, AccountId32, u16),
        /// A delegate raised its take: coldkey, hotkey, take.
        #[codec(index = 63)]
        TakeIncreased(AccountId32, AccountId32, u16),
        /// A hotkey was replaced everywhere.
        #[codec(index = 64)]
        HotkeySwapped {
            /// Its owner.
            coldkey: AccountId32,
            /// The one that was.
            old_hotkey: AccountId32,
            /// The one that is.
            new_hotkey: AccountId32,
        },
        /// A limit of the chain changed: highest take of a delegate.
        #[codec(index = 65)]
        MaxDelegateTakeSet(u16),
        /// A limit of the chain changed: lowest take of a delegate.
        #[codec(index = 66)]
        MinDelegateTakeSet(u16),
        /// A coldkey swap was announced.
        #[codec(index = 67)]
        ColdkeySwapAnnounced {
            /// The coldkey that will be replaced.
            who: AccountId32,
            /// Hash of the new one.
            new_coldkey_hash: H256,
        },
        /// Root called an announced coldkey swap off.
        #[codec(index = 68)]
        ColdkeySwapReset {
            /// The coldkey that stays.
            who: AccountId32,
        },
        /// A coldkey was replaced.
        #[codec(index = 69)]
        ColdkeySwapped {
            /// The one that was.
            old_coldkey: AccountId32,
            /// The one that is.
            new_coldkey: AccountId32,
        },
        /// An announced coldkey swap is disputed.
        #[codec(index = 70)]
        ColdkeySwapDisputed {
            /// The coldkey that would be replaced.
            coldkey: AccountId32,
        },
        /// Children will count later: hotkey, netuid, block, shares and children.
        #[codec(index = 73)]
        SetChildrenScheduled(AccountId32, u16, u64, Vec<(u64, AccountId32)>),
        /// Children count from now on: hotkey, netuid, shares and children.
        #[codec(index = 74)]
        SetChildren(AccountId32, u16, Vec<(u64, AccountId32)>),
        /// A coldkey said who it is: coldkey.
        #[codec(index = 75)]
        ChainIdentitySet(AccountId32),
        /// An owner said what its subnet is: netuid.
        #[codec(index = 76)]
        SubnetIdentitySet(u16),
        /// A subnet's identity is gone: netuid.
        #[codec(index = 77)]
        SubnetIdentityRemoved(u16),
        /// A limit of the chain changed: blocks until an announced coldkey swap.
        #[codec(index = 79)]
        ColdkeySwapAnnouncementDelaySet(u32),
        /// A limit of the chain changed: blocks until another announcement.
        #[codec(index = 80)]
        ColdkeySwapReannouncementDelaySet(u32),
        /// Weights were committed: hotkey, netuid, hash.
        #[codec(index = 83)]
        WeightsCommitted(AccountId32, u16, H256),
        /// Committed weights were revealed: hotkey, netuid, hash.
        #[codec(index = 84)]
        WeightsRevealed(AccountId32, u16, H256),
        /// Several committed weights were revealed: hotkey, netuid, hashes.
        #[codec(index = 85)]
        WeightsBatchRevealed(AccountId32, u16, Vec<H256>),
        /// A batch of weights or commitments is through: netuids, hotkey.
        #[codec(index = 86)]
        BatchWeightsCompleted(Vec<Compact<u16>>, AccountId32),
        /// At least one of a batch was refused; which ones, the events after this say.
        #[codec(index = 87)]
        BatchCompletedWithErrors(),
        /// One of a batch was refused: why.
        #[codec(index = 88)]
        BatchWeightItemFailed(sp_runtime::DispatchError),
        /// Stake went to another coldkey: old coldkey, new coldkey, hotkey, old netuid, new netuid, rao.
        #[codec(index = 89)]
        StakeTransferred(AccountId32, AccountId32, AccountId32, u16, u16, u64),
        /// A coldkey moved stake between subnets: coldkey, hotkey, old netuid, new netuid, rao.
        #[codec(index = 90)]
        StakeSwapped(AccountId32, AccountId32, u16, u16, u64),
        /// A subnet's setting changed: netuid, whether stake may change its coldkey.
        #[codec(index = 91)]
        TransferToggle(u16, bool),
        /// A subnet's owner has another hotkey: netuid, hotkey.
        #[codec(index = 92)]
        SubnetOwnerHotkeySet(u16, AccountId32),
        /// A subnet started: netuid, first block that earns.
        #[codec(index = 93)]
        FirstEmissionBlockNumberSet(u16, u64),
        /// Stake was destroyed, and may be minted again: coldkey, hotkey, alpha, netuid.
        #[codec(index = 94)]
        AlphaRecycled(AccountId32, AccountId32, u64, u16),
        /// Stake was destroyed: coldkey, hotkey, alpha, netuid.
        #[codec(index = 95)]
        AlphaBurned(AccountId32, AccountId32, u64, u16),
        /// A subnet's setting changed: netuid, epochs until commitments are revealed.
        #[codec(index = 98)]
        CommitRevealPeriodsSet(u16, u64),
        /// A subnet's setting changed: netuid, whether weights are committed first.
        #[codec(index = 99)]
        CommitRevealEnabled(u16, bool),
        /// A hotkey was replaced in a subnet.
        #[codec(index = 100)]
        HotkeySwappedOnSubnet {
            /// Its owner.
            coldkey: AccountId32,
            /// The one that was.
            old_hotkey: AccountId32,
            /// The one that is.
            new_hotkey: AccountId32,
            /// The subnet.
            netuid: u16,
        },
        /// A subnet's token has another symbol.
        #[codec(index = 103)]
        SymbolUpdated {
            /// The subnet.
            netuid: u16,
            /// The symbol, UTF-8.
            symbol: Vec<u8>,
        },
        /// A limit of the chain changed: version of timelocked commitments.
        #[codec(index = 104)]
        CommitRevealVersionSet(u16),
        /// Incentive was staked elsewhere.
        #[codec(index = 107)]
        AutoStakeAdded {
            /// The subnet.
            netuid: u16,
            /// The hotkey that holds the stake.
            destination: AccountId32,
            /// The hotkey that earned it.
            hotkey: AccountId32,
            /// The coldkey whose stake it is.
            owner: AccountId32,
            /// Rao.
            incentive: u64,
        },
        /// What miners earned in the epoch that just ended.
        #[codec(index = 108)]
        IncentiveAlphaEmittedToMiners {
            /// The subnet, plus 4096 for each mechanism after the first.
            netuid: u16,
            /// Rao by uid.
            emissions: Vec<u64>,
        },
        /// A subnet's setting changed: netuid, lowest number of places.
        #[codec(index = 109)]
        MinAllowedUidsSet(u16, u16),
        /// Incentive will be staked elsewhere.
        #[codec(index = 110)]
        AutoStakeDestinationSet {
            /// The coldkey whose incentive it is.
            coldkey: AccountId32,
            /// The subnet.
            netuid: u16,
            /// The hotkey that will hold it.
            hotkey: AccountId32,
        },
        /// A subnet's setting changed: netuid, number of neurons that immunity must leave.
        #[codec(index = 111)]
        MinNonImmuneUidsSet(u16, u16),
        /// TAO was staked, and the stake destroyed.
        #[codec(index = 119)]
        AddStakeBurn {
            /// The subnet.
            netuid: u16,
            /// The hotkey on which it was staked.
            hotkey: AccountId32,
            /// TAO paid, in rao.
            amount: u64,
            /// Alpha destroyed.
            alpha: u64,
        },
        /// An announced coldkey swap was called off by the coldkey.
        #[codec(index = 120)]
        ColdkeySwapCleared {
            /// The coldkey that stays.
            who: AccountId32,
        },
        /// A subnet's setting changed: blocks after which a neuron is inactive, in thousandths of the tempo.
        #[codec(index = 121)]
        ActivityCutoffFactorMilliSet {
            /// The subnet.
            netuid: u16,
            /// Thousandths of the tempo.
            factor_milli: u32,
        },
        /// The owner asked for an epoch before its time.
        #[codec(index = 122)]
        EpochTriggered {
            /// The subnet.
            netuid: u16,
            /// The owner's coldkey.
            by: AccountId32,
            /// The block from which it may run.
            fires_at: u64,
        },
    }

    /// Why a call was refused. The whole list of the public chain, in its order, so that numbers mean the same.
    #[pallet::error]
    pub enum Error<T> {
        /// The root network does not exist.
        RootNetworkDoesNotExist,
        /// The address type is neither 4 nor 6.
        InvalidIpType,
        /// The address cannot be announced: loopback, broadcast, or too large for its type.
        InvalidIpAddress,
        /// The port is 0.
        InvalidPort,
        /// The hotkey is not a neuron of this subnet.
        HotKeyNotRegisteredInSubNet,
        /// The hotkey is unknown to the chain: it was never registered.
        HotKeyAccountNotExists,
        /// The hotkey is not a neuron of the network it names.
        HotKeyNotRegisteredInNetwork,
        /// The hotkey belongs to another coldkey.
        NonAssociatedColdKey,
        /// There is not enough stake.
        NotEnoughStake,
        /// More stake is asked back than there is.
        NotEnoughStakeToWithdraw,
        /// The stake is below the threshold for setting weights.
        NotEnoughStakeToSetWeights,
        /// The stake is below the threshold for setting child keys.
        NotEnoughStakeToSetChildkeys,
        /// The coldkey's free balance is too small.
        NotEnoughBalanceToStake,
        /// The amount could not be taken from the coldkey's balance.
        BalanceWithdrawalError,
        /// The withdrawal would leave less than the existential deposit.
        ZeroBalanceAfterWithdrawn,
        /// The neuron has no validator permit: it may not set weights for others.
        NeuronNoValidatorPermit,
        /// There are not as many weights as uids.
        WeightVecNotEqualSize,
        /// A uid appears twice.
        DuplicateUids,
        /// A uid does not exist in this subnet.
        UidVecContainInvalidOne,
        /// There are fewer weights than the subnet asks for.
        WeightVecLengthIsLow,
        /// This block has no room for another registration.
        TooManyRegistrationsThisBlock,
        /// The hotkey is a neuron of this subnet already.
        HotKeyAlreadyRegisteredInSubNet,
        /// The new hotkey is the old one.
        NewHotKeyIsSameWithOld,
        /// The proof of work is for a block that is too old or in the future.
        InvalidWorkBlock,
        /// The proof of work is below the difficulty.
        InvalidDifficulty,
        /// The proof of work does not match its inputs.
        InvalidSeal,
        /// One weight has a larger share than the subnet allows.
        MaxWeightExceeded,
        /// The hotkey is a delegate already.
        HotKeyAlreadyDelegate,
        /// The neuron set weights too recently.
        SettingWeightsTooFast,
        /// The version key is below the subnet's.
        IncorrectWeightVersionKey,
        /// The address was announced too recently.
        ServingRateLimitExceeded,
        /// There are more uids than neurons.
        UidsLengthExceedUidsInSubNet,
        /// A network was created too recently.
        NetworkTxRateLimitExceeded,
        /// The delegate was changed too recently.
        DelegateTxRateLimitExceeded,
        /// The hotkey was changed too recently.
        HotKeySetTxRateLimitExceeded,
        /// Too many staking operations.
        StakingRateLimitExceeded,
        /// The subnet takes no registrations.
        SubNetRegistrationDisabled,
        /// This interval has no room for another registration.
        TooManyRegistrationsThisInterval,
        /// The caller must be the hotkey.
        TransactorAccountShouldBeHotKey,
        /// The faucet is off.
        FaucetDisabled,
        /// The caller does not own the subnet.
        NotSubnetOwner,
        /// The root network takes no registrations of this kind.
        RegistrationNotPermittedOnRootSubnet,
        /// The stake is too low for the root network.
        StakeTooLowForRoot,
        /// Every network is immune, none can give way.
        AllNetworksInImmunity,
        /// The balance does not cover the price of a hotkey swap.
        NotEnoughBalanceToPaySwapHotKey,
        /// Only the root network allows this.
        NotRootSubnet,
        /// The root network has no weights.
        CanNotSetRootNetworkWeights,
        /// The subnet has no uid to give.
        NoNeuronIdAvailable,
        /// The take is too low.
        DelegateTakeTooLow,
        /// The take is too high.
        DelegateTakeTooHigh,
        /// There is no commitment to reveal.
        NoWeightsCommitFound,
        /// What is revealed does not match the commitment.
        InvalidRevealCommitHashNotMatch,
        /// The subnet wants weights committed first, not set directly.
        CommitRevealEnabled,
        /// The subnet does not use commitments.
        CommitRevealDisabled,
        /// The subnet does not use liquid alpha.
        LiquidAlphaDisabled,
        /// The upper alpha is too low.
        AlphaHighTooLow,
        /// The lower alpha is out of range.
        AlphaLowOutOfRange,
        /// The coldkey has hotkeys already.
        ColdKeyAlreadyAssociated,
        /// The balance does not cover the price of a coldkey swap.
        NotEnoughBalanceToPaySwapColdKey,
        /// The child key is not allowed.
        InvalidChild,
        /// A child key appears twice.
        DuplicateChild,
        /// The proportions add up to more than one.
        ProportionOverflow,
        /// There are too many child keys.
        TooManyChildren,
        /// The account sent such a transaction too recently.
        TxRateLimitExceeded,
        /// No coldkey swap was announced.
        ColdkeySwapAnnouncementNotFound,
        /// The announced coldkey swap is not due yet.
        ColdkeySwapTooEarly,
        /// The coldkey swap was announced too recently.
        ColdkeySwapReannouncedTooEarly,
        /// The coldkey is not the announced one.
        AnnouncedColdkeyHashDoesNotMatch,
        /// The coldkey swap is disputed already.
        ColdkeySwapAlreadyDisputed,
        /// The new coldkey is a hotkey.
        NewColdKeyIsHotkey,
        /// The child key take is out of range.
        InvalidChildkeyTake,
        /// The child key take was changed too recently.
        TxChildkeyTakeRateLimitExceeded,
        /// The identity is malformed or too long.
        InvalidIdentity,
        /// The subnet has no such mechanism.
        MechanismDoesNotExist,
        /// The stake is locked.
        CannotUnstakeLock,
        /// The subnet does not exist.
        SubnetNotExists,
        /// Too many commitments wait to be revealed.
        TooManyUnrevealedCommits,
        /// The commitment has expired.
        ExpiredWeightCommit,
        /// The commitment cannot be revealed yet.
        RevealTooEarly,
        /// The lists differ in length.
        InputLengthsUnequal,
        /// The neuron committed weights too recently.
        CommittingWeightsTooFast,
        /// The amount is too small.
        AmountTooLow,
        /// The pool cannot serve this amount.
        InsufficientLiquidity,
        /// The price would move further than allowed.
        SlippageTooHigh,
        /// The subnet does not allow transfers of stake.
        TransferDisallowed,
        /// The activity cutoff is too low.
        ActivityCutoffTooLow,
        /// The call is off.
        CallDisabled,
        /// The subnet has started already.
        FirstEmissionBlockNumberAlreadySet,
        /// The subnet is too young to be started.
        NeedWaitingMoreBlocksToStarCall,
        /// There is not that much alpha to recycle.
        NotEnoughAlphaOutToRecycle,
        /// The root network's stake cannot be burned or recycled.
        CannotBurnOrRecycleOnRootSubnet,
        /// The public key could not be recovered from the signature.
        UnableToRecoverPublicKey,
        /// The recovered public key is another one.
        InvalidRecoveredPublicKey,
        /// The subnet is not open for staking yet.
        SubtokenDisabled,
        /// The hotkey was swapped in this subnet too recently.
        HotKeySwapOnSubnetIntervalNotPassed,
        /// No amount can be traded within the limit price.
        ZeroMaxStakeAmount,
        /// Origin and destination are the same subnet.
        SameNetuid,
        /// The balance is too small.
        InsufficientBalance,
        /// Stake was changed in this block already.
        StakingOperationRateLimitExceeded,
        /// The beneficiary of the lease is not allowed.
        InvalidLeaseBeneficiary,
        /// The lease would end in the past.
        LeaseCannotEndInThePast,
        /// The leased subnet was not found.
        LeaseNetuidNotFound,
        /// The lease does not exist.
        LeaseDoesNotExist,
        /// The lease has no end.
        LeaseHasNoEndBlock,
        /// The lease has not ended.
        LeaseHasNotEnded,
        /// A number or a list would become too large.
        Overflow,
        /// The beneficiary does not own the hotkey.
        BeneficiaryDoesNotOwnHotkey,
        /// Only the beneficiary may do this.
        ExpectedBeneficiaryOrigin,
        /// Settings are frozen shortly before an epoch.
        AdminActionProhibitedDuringWeightsWindow,
        /// There is no such symbol.
        SymbolDoesNotExist,
        /// Another subnet has this symbol.
        SymbolAlreadyInUse,
        /// The commitment is of another version.
        IncorrectCommitRevealVersion,
        /// The reveal period is too long.
        RevealPeriodTooLarge,
        /// The reveal period is too short.
        RevealPeriodTooSmall,
        /// The value is out of range.
        InvalidValue,
        /// There are as many subnets as there may be.
        SubnetLimitReached,
        /// The balance does not cover the price of a subnet.
        CannotAffordLockCost,
        /// The EVM key was associated too recently.
        EvmKeyAssociateRateLimitExceeded,
        /// This hotkey is the destination already.
        SameAutoStakeHotkeyAlreadySet,
        /// The map of uids could not be cleared.
        UidMapCouldNotBeCleared,
        /// Trimming would leave too many immune neurons.
        TrimmingWouldExceedMaxImmunePercentage,
        /// A key cannot be parent and child of another.
        ChildParentInconsistency,
        /// The number of root claims is out of range.
        InvalidNumRootClaim,
        /// The root claim threshold is out of range.
        InvalidRootClaimThreshold,
        /// The number of subnets is out of range.
        InvalidSubnetNumber,
        /// There are too many neurons for that many mechanisms.
        TooManyUIDsPerMechanism,
        /// Voting power is not tracked.
        VotingPowerTrackingNotEnabled,
        /// The smoothing factor of voting power is out of range.
        InvalidVotingPowerEmaAlpha,
        /// The amount cannot be represented exactly.
        PrecisionLoss,
        /// The call is gone.
        Deprecated,
        /// Stake was added and burned too recently.
        AddStakeBurnRateLimitExceeded,

        // Of newer versions of the public chain, where numbers have moved: clients know them by name.
        /// The coldkey is about to be replaced: until then it may do nothing else.
        ColdkeySwapAnnounced,
        /// The coldkey's swap is disputed: it may do nothing until root has decided.
        ColdkeySwapDisputed,
        /// The announced coldkey swap cannot be called off yet.
        ColdkeySwapClearTooEarly,
        /// The price of a registration is above the limit.
        RegistrationPriceLimitExceeded,
        /// There are too few, or too many, blocks between two epochs.
        TempoOutOfBounds,
        /// The activity cutoff is out of bounds.
        ActivityCutoffFactorMilliOutOfBounds,
        /// An epoch before its time is due already.
        EpochTriggerAlreadyPending,
        /// The next epoch is too close.
        AutoEpochAlreadyImminent,
        /// Where weights are committed, epochs keep their time.
        DynamicTempoBlockedByCommitReveal,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        /// Starts the block: registration counters, the block's emission, and every epoch that is due.
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            let block = Self::block();
            Self::reset_registration_counters(block);
            Self::mint_block_emission(block);
            // What ends the block is part of what was measured.
            T::WeightInfo::every_block(Self::networks()).saturating_add(Self::run_due_epochs(block))
        }

        /// Ends the block: one number for all rao there are, whichever pallet made or burned some.
        fn on_finalize(_: BlockNumberFor<T>) {
            Self::refresh_issuance();
        }

        /// Brings the state of an older runtime up to date.
        fn on_runtime_upgrade() -> Weight {
            Self::note_all_traces()
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants().map_err(Into::into)
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Sets the weights of the calling hotkey's neuron for other neurons of the subnet.
        ///
        /// `dests` are uids, `weights` their values; they are scaled so that the largest becomes 65535. Setting
        /// weights for others needs a validator permit. `version_key` must not be below the subnet's.
        #[pallet::call_index(0)]
        #[pallet::weight((T::WeightInfo::set_weights(dests.len() as u32), DispatchClass::Normal, Pays::No))]
        pub fn set_weights(
            origin: OriginFor<T>,
            netuid: u16,
            dests: Vec<u16>,
            weights: Vec<u16>,
            version_key: u64,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::do_set_weights(hotkey, netuid, 0, dests, weights, version_key)
        }

        /// Stakes TAO of the calling coldkey on a hotkey in a subnet.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::add_stake())]
        pub fn add_stake(origin: OriginFor<T>, hotkey: AccountId32, netuid: u16, amount_staked: u64) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_add_stake(coldkey, hotkey, netuid, amount_staked)
        }

        /// Takes stake of the calling coldkey back from a hotkey in a subnet.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::remove_stake())]
        pub fn remove_stake(
            origin: OriginFor<T>,
            hotkey: AccountId32,
            netuid: u16,
            amount_unstaked: u64,
        ) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_remove_stake(coldkey, hotkey, netuid, amount_unstaked)
        }

        /// Announces the address at which the calling hotkey's axon answers.
        ///
        /// `ip_type` is 4 or 6; an IPv4 address is in the lowest 32 bits of `ip`.
        #[pallet::call_index(4)]
        #[pallet::weight((T::WeightInfo::serve_axon(), DispatchClass::Normal, Pays::No))]
        pub fn serve_axon(
            origin: OriginFor<T>,
            netuid: u16,
            version: u32,
            ip: u128,
            port: u16,
            ip_type: u8,
            protocol: u8,
            placeholder1: u8,
            placeholder2: u8,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            let axon =
                AxonInfo { block: Self::block(), version, ip, port, ip_type, protocol, placeholder1, placeholder2 };
            Self::do_serve_axon(hotkey, netuid, axon)
        }

        /// Announces the address at which the calling hotkey serves its metrics.
        #[pallet::call_index(5)]
        #[pallet::weight((T::WeightInfo::serve_prometheus(), DispatchClass::Normal, Pays::No))]
        pub fn serve_prometheus(
            origin: OriginFor<T>,
            netuid: u16,
            version: u32,
            ip: u128,
            port: u16,
            ip_type: u8,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            let server = PrometheusInfo { block: Self::block(), version, ip, port, ip_type };
            Self::do_serve_prometheus(hotkey, netuid, server)
        }

        /// Registers the calling hotkey as a neuron of the coldkey, by proof of work.
        ///
        /// `work` is `keccak256(sha256(nonce ‖ keccak256(block_hash ‖ hotkey)))` for one of the last blocks.
        /// Its number, little-endian, times `Difficulty` must stay below 2^256.
        #[pallet::call_index(6)]
        #[pallet::weight((T::WeightInfo::register(Pallet::<T>::neurons_of(*netuid)), DispatchClass::Normal, Pays::No))]
        pub fn register(
            origin: OriginFor<T>,
            netuid: u16,
            block_number: u64,
            nonce: u64,
            work: Vec<u8>,
            hotkey: AccountId32,
            coldkey: AccountId32,
        ) -> DispatchResult {
            let signer = ensure_signed(origin)?;
            let work = crate::proof_of_work::Work { block: block_number, nonce, seal: work };
            Self::do_register(signer, netuid, work, hotkey, coldkey)
        }

        /// Registers a hotkey of the calling coldkey as a neuron, for the price in `Burn`, which is destroyed.
        ///
        /// In a full subnet the neuron with the lowest emission gives way.
        #[pallet::call_index(7)]
        #[pallet::weight((T::WeightInfo::burned_register(Pallet::<T>::neurons_of(*netuid)), DispatchClass::Normal, Pays::No))]
        pub fn burned_register(origin: OriginFor<T>, netuid: u16, hotkey: AccountId32) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_burned_register(coldkey, netuid, hotkey)
        }

        /// Announces an axon that speaks TLS, with its certificate: one byte for the algorithm, then the key.
        #[pallet::call_index(40)]
        #[pallet::weight((T::WeightInfo::serve_axon_tls(), DispatchClass::Normal, Pays::No))]
        pub fn serve_axon_tls(
            origin: OriginFor<T>,
            netuid: u16,
            version: u32,
            ip: u128,
            port: u16,
            ip_type: u8,
            protocol: u8,
            placeholder1: u8,
            placeholder2: u8,
            certificate: Vec<u8>,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            let axon =
                AxonInfo { block: Self::block(), version, ip, port, ip_type, protocol, placeholder1, placeholder2 };
            Self::do_serve_axon_tls(hotkey, netuid, axon, &certificate)
        }

        /// Creates a subnet of the calling coldkey, whose hotkey becomes its first neuron.
        ///
        /// The price is locked until the subnet is dissolved. `start_call` opens it for stake and emission.
        #[pallet::call_index(59)]
        #[pallet::weight(Pallet::<T>::register_network_weight())]
        pub fn register_network(origin: OriginFor<T>, hotkey: AccountId32) -> DispatchResultWithPostInfo {
            let coldkey = ensure_signed(origin)?;
            Self::weigh_register_network(|| Self::do_register_network(coldkey, hotkey, None))
        }

        /// Pays the calling coldkey for work, as `register` wants it: 1000 TAO for a million hashes. Only where genesis
        /// allows it.
        #[pallet::call_index(60)]
        #[pallet::weight((T::WeightInfo::faucet(), DispatchClass::Normal, Pays::No))]
        pub fn faucet(origin: OriginFor<T>, block_number: u64, nonce: u64, work: Vec<u8>) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_faucet(coldkey, crate::proof_of_work::Work { block: block_number, nonce, seal: work })
        }

        /// Ends a subnet: stake goes back to the coldkeys, the price to the owner. Root only.
        #[pallet::call_index(61)]
        #[pallet::weight(Pallet::<T>::dissolve_weight(*netuid))]
        pub fn dissolve_network(origin: OriginFor<T>, coldkey: AccountId32, netuid: u16) -> DispatchResultWithPostInfo {
            ensure_root(origin)?;
            ensure!(Self::is_owner(&coldkey, netuid), Error::<T>::NotSubnetOwner);
            Self::weigh_dissolve_network(netuid)
        }

        /// Makes a hotkey of the calling coldkey a member of the root network.
        ///
        /// When that is full the member with the least stake there gives way, if the newcomer has more.
        #[pallet::call_index(62)]
        #[pallet::weight(T::WeightInfo::root_register(SubnetworkN::<T>::get(ROOT).into()))]
        pub fn root_register(origin: OriginFor<T>, hotkey: AccountId32) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_root_register(coldkey, hotkey)
        }

        /// Lowers the share of the dividends, of 65535, that the calling coldkey takes from a hotkey's stakers.
        #[pallet::call_index(65)]
        #[pallet::weight(T::WeightInfo::decrease_take())]
        pub fn decrease_take(origin: OriginFor<T>, hotkey: AccountId32, take: u16) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_decrease_take(coldkey, hotkey, take)
        }

        /// Raises the share of the dividends, of 65535, that the calling coldkey takes from a hotkey's stakers.
        #[pallet::call_index(66)]
        #[pallet::weight(T::WeightInfo::increase_take())]
        pub fn increase_take(origin: OriginFor<T>, hotkey: AccountId32, take: u16) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_increase_take(coldkey, hotkey, take)
        }

        /// Lets shares (of 2^64 - 1) of a hotkey's stake count for other hotkeys, which validate for it.
        ///
        /// The whole list is replaced, at the first epoch after the cooldown.
        #[pallet::call_index(67)]
        #[pallet::weight(T::WeightInfo::set_children(children.len() as u32, Pallet::<T>::networks()))]
        pub fn set_children(
            origin: OriginFor<T>,
            hotkey: AccountId32,
            netuid: u16,
            children: Vec<(u64, AccountId32)>,
        ) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_set_children(coldkey, hotkey, netuid, children)
        }

        /// Says who the calling coldkey is. It must own a neuron.
        #[pallet::call_index(68)]
        #[pallet::weight(T::WeightInfo::set_identity(T::MaxHotkeysPerColdkey::get()))]
        pub fn set_identity(
            origin: OriginFor<T>,
            name: Vec<u8>,
            url: Vec<u8>,
            github_repo: Vec<u8>,
            image: Vec<u8>,
            discord: Vec<u8>,
            description: Vec<u8>,
            additional: Vec<u8>,
        ) -> DispatchResultWithPostInfo {
            let coldkey = ensure_signed(origin)?;
            let hotkeys = OwnedHotkeys::<T>::decode_len(&coldkey).unwrap_or(0) as u32;
            let identity = ChainIdentityV2 { name, url, github_repo, image, discord, description, additional };
            Self::do_set_identity(coldkey, identity)?;
            Ok(Some(T::WeightInfo::set_identity(hotkeys)).into())
        }

        /// Sets the blocks between two raises of a child's take. Root only.
        #[pallet::call_index(69)]
        #[pallet::weight(T::WeightInfo::sudo_set_tx_childkey_take_rate_limit())]
        pub fn sudo_set_tx_childkey_take_rate_limit(origin: OriginFor<T>, tx_rate_limit: u64) -> DispatchResult {
            ensure_root(origin)?;
            TxChildkeyTakeRateLimit::<T>::put(tx_rate_limit);
            Self::deposit_event(Event::TxChildKeyTakeRateLimitSet(tx_rate_limit));
            Ok(())
        }

        /// Puts a new hotkey of the calling coldkey into an old one's place, in one subnet or everywhere: neurons,
        /// stake of all coldkeys, children. The price is destroyed.
        #[pallet::call_index(70)]
        #[pallet::weight(Pallet::<T>::swap_hotkey_weight(*netuid))]
        pub fn swap_hotkey(
            origin: OriginFor<T>,
            hotkey: AccountId32,
            new_hotkey: AccountId32,
            netuid: Option<u16>,
        ) -> DispatchResultWithPostInfo {
            let coldkey = ensure_signed(origin)?;
            Self::weigh_swap_hotkey(coldkey, hotkey, new_hotkey, netuid, false)
        }

        /// Gives all that a coldkey has to another one, for a price. Root only.
        #[pallet::call_index(71)]
        #[pallet::weight(Pallet::<T>::swap_coldkey_weight())]
        pub fn swap_coldkey(
            origin: OriginFor<T>,
            old_coldkey: AccountId32,
            new_coldkey: AccountId32,
            swap_cost: u64,
        ) -> DispatchResultWithPostInfo {
            ensure_root(origin)?;
            if swap_cost > 0 {
                Self::burn_price(&old_coldkey, swap_cost)?;
            }
            let hotkeys = Self::swap_coldkeys(&old_coldkey, &new_coldkey)?;
            ColdkeySwapAnnouncements::<T>::remove(&old_coldkey);
            ColdkeySwapDisputes::<T>::remove(&old_coldkey);
            let actual = T::WeightInfo::swap_coldkey(Self::networks(), hotkeys);
            Ok(Self::spent(Self::swap_coldkey_weight(), actual))
        }

        /// Does what `swap_hotkey` does; the stake may stay on the old hotkey.
        #[pallet::call_index(72)]
        #[pallet::weight(Pallet::<T>::swap_hotkey_weight(*netuid))]
        pub fn swap_hotkey_v2(
            origin: OriginFor<T>,
            hotkey: AccountId32,
            new_hotkey: AccountId32,
            netuid: Option<u16>,
            keep_stake: bool,
        ) -> DispatchResultWithPostInfo {
            let coldkey = ensure_signed(origin)?;
            Self::weigh_swap_hotkey(coldkey, hotkey, new_hotkey, netuid, keep_stake)
        }

        /// Sets the share of its parents' dividends, of 65535, that a child hotkey takes.
        #[pallet::call_index(75)]
        #[pallet::weight(T::WeightInfo::set_childkey_take())]
        pub fn set_childkey_take(origin: OriginFor<T>, hotkey: AccountId32, netuid: u16, take: u16) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_set_childkey_take(coldkey, hotkey, netuid, take)
        }

        /// Sets the lowest take of a child. Root only.
        #[pallet::call_index(76)]
        #[pallet::weight(T::WeightInfo::sudo_set_min_childkey_take())]
        pub fn sudo_set_min_childkey_take(origin: OriginFor<T>, take: u16) -> DispatchResult {
            ensure_root(origin)?;
            ensure!(take <= MaxChildkeyTake::<T>::get(), Error::<T>::InvalidChildkeyTake);
            MinChildkeyTake::<T>::put(take);
            Self::deposit_event(Event::MinChildKeyTakeSet(take));
            Ok(())
        }

        /// Sets the highest take of a child. Root only.
        #[pallet::call_index(77)]
        #[pallet::weight(T::WeightInfo::sudo_set_max_childkey_take())]
        pub fn sudo_set_max_childkey_take(origin: OriginFor<T>, take: u16) -> DispatchResult {
            ensure_root(origin)?;
            ensure!(take >= MinChildkeyTake::<T>::get(), Error::<T>::InvalidChildkeyTake);
            MaxChildkeyTake::<T>::put(take);
            Self::deposit_event(Event::MaxChildKeyTakeSet(take));
            Ok(())
        }

        /// Says what a subnet of the calling coldkey is.
        #[pallet::call_index(78)]
        #[pallet::weight(T::WeightInfo::set_subnet_identity())]
        pub fn set_subnet_identity(
            origin: OriginFor<T>,
            netuid: u16,
            subnet_name: Vec<u8>,
            github_repo: Vec<u8>,
            subnet_contact: Vec<u8>,
            subnet_url: Vec<u8>,
            discord: Vec<u8>,
            description: Vec<u8>,
            logo_url: Vec<u8>,
            additional: Vec<u8>,
        ) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            let identity = SubnetIdentityV3 {
                subnet_name,
                github_repo,
                subnet_contact,
                subnet_url,
                discord,
                description,
                logo_url,
                additional,
            };
            Self::do_set_subnet_identity(coldkey, netuid, identity)
        }

        /// Creates a subnet, as `register_network` does, and says what it is.
        #[pallet::call_index(79)]
        #[pallet::weight(Pallet::<T>::register_network_weight())]
        pub fn register_network_with_identity(
            origin: OriginFor<T>,
            hotkey: AccountId32,
            identity: Option<SubnetIdentityV3>,
        ) -> DispatchResultWithPostInfo {
            let coldkey = ensure_signed(origin)?;
            Self::weigh_register_network(|| Self::do_register_network(coldkey, hotkey, identity))
        }

        /// Sets the weights of the calling hotkey's neurons in several subnets, each as `set_weights` does. One that is
        /// refused does not keep the others.
        #[pallet::call_index(80)]
        #[pallet::weight((
            T::WeightInfo::batch_set_weights(netuids.len() as u32),
            DispatchClass::Normal,
            Pays::No,
        ))]
        pub fn batch_set_weights(
            origin: OriginFor<T>,
            netuids: Vec<Compact<u16>>,
            weights: Vec<Vec<(Compact<u16>, Compact<u16>)>>,
            version_keys: Vec<Compact<u64>>,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::do_batch_set_weights(hotkey, netuids, weights, version_keys)
        }

        /// Takes all stake of the calling coldkey back from a hotkey, in all subnets that are open.
        #[pallet::call_index(83)]
        #[pallet::weight(T::WeightInfo::unstake_all(Pallet::<T>::networks()))]
        pub fn unstake_all(origin: OriginFor<T>, hotkey: AccountId32) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_unstake_all(coldkey, hotkey)
        }

        /// Moves all stake of the calling coldkey on a hotkey to the root network.
        #[pallet::call_index(84)]
        #[pallet::weight(T::WeightInfo::unstake_all_alpha(Pallet::<T>::networks()))]
        pub fn unstake_all_alpha(origin: OriginFor<T>, hotkey: AccountId32) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_unstake_all_alpha(coldkey, hotkey)
        }

        /// Moves stake of the calling coldkey to another hotkey or subnet.
        #[pallet::call_index(85)]
        #[pallet::weight(T::WeightInfo::move_stake())]
        pub fn move_stake(
            origin: OriginFor<T>,
            origin_hotkey: AccountId32,
            destination_hotkey: AccountId32,
            origin_netuid: u16,
            destination_netuid: u16,
            alpha_amount: u64,
        ) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            let hotkeys = (origin_hotkey, destination_hotkey);
            Self::do_move_stake(coldkey, hotkeys, (origin_netuid, destination_netuid), alpha_amount)
        }

        /// Gives stake of the calling coldkey to another coldkey.
        #[pallet::call_index(86)]
        #[pallet::weight(T::WeightInfo::transfer_stake())]
        pub fn transfer_stake(
            origin: OriginFor<T>,
            destination_coldkey: AccountId32,
            hotkey: AccountId32,
            origin_netuid: u16,
            destination_netuid: u16,
            alpha_amount: u64,
        ) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            let netuids = (origin_netuid, destination_netuid);
            Self::do_transfer_stake(coldkey, destination_coldkey, hotkey, netuids, alpha_amount)
        }

        /// Moves stake of the calling coldkey to another subnet.
        #[pallet::call_index(87)]
        #[pallet::weight(T::WeightInfo::swap_stake())]
        pub fn swap_stake(
            origin: OriginFor<T>,
            hotkey: AccountId32,
            origin_netuid: u16,
            destination_netuid: u16,
            alpha_amount: u64,
        ) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_swap_stake(coldkey, hotkey, (origin_netuid, destination_netuid), alpha_amount, 0)
        }

        /// Stakes TAO if one alpha costs no more than `limit_price` rao. The price is one TAO and does not move, so
        /// `allow_partial` changes nothing.
        #[pallet::call_index(88)]
        #[pallet::weight(T::WeightInfo::add_stake_limit())]
        pub fn add_stake_limit(
            origin: OriginFor<T>,
            hotkey: AccountId32,
            netuid: u16,
            amount_staked: u64,
            limit_price: u64,
            allow_partial: bool,
        ) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            let _ = allow_partial;
            Self::do_add_stake_limit(coldkey, hotkey, netuid, amount_staked, limit_price)
        }

        /// Takes stake back if one alpha brings no less than `limit_price` rao; see `add_stake_limit`.
        #[pallet::call_index(89)]
        #[pallet::weight(T::WeightInfo::remove_stake_limit())]
        pub fn remove_stake_limit(
            origin: OriginFor<T>,
            hotkey: AccountId32,
            netuid: u16,
            amount_unstaked: u64,
            limit_price: u64,
            allow_partial: bool,
        ) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            let _ = allow_partial;
            Self::do_remove_stake_limit(coldkey, hotkey, netuid, amount_unstaked, limit_price)
        }

        /// Moves stake to another subnet if the price of its alpha in the old one's is no less than `limit_price`, in
        /// billionths; see `add_stake_limit`.
        #[pallet::call_index(90)]
        #[pallet::weight(T::WeightInfo::swap_stake_limit())]
        pub fn swap_stake_limit(
            origin: OriginFor<T>,
            hotkey: AccountId32,
            origin_netuid: u16,
            destination_netuid: u16,
            alpha_amount: u64,
            limit_price: u64,
            allow_partial: bool,
        ) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            let _ = allow_partial;
            let netuids = (origin_netuid, destination_netuid);
            Self::do_swap_stake(coldkey, hotkey, netuids, alpha_amount, limit_price)
        }

        /// Makes the calling coldkey the owner of a hotkey that nobody owns.
        #[pallet::call_index(91)]
        #[pallet::weight(T::WeightInfo::try_associate_hotkey())]
        pub fn try_associate_hotkey(origin: OriginFor<T>, hotkey: AccountId32) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::bind_hotkey(&coldkey, &hotkey)
        }

        /// Opens a subnet for stake and emission. For its owner, once.
        #[pallet::call_index(92)]
        #[pallet::weight(T::WeightInfo::start_call())]
        pub fn start_call(origin: OriginFor<T>, netuid: u16) -> DispatchResult {
            ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
            Self::ensure_owner_or_root(origin, netuid)?;
            Self::do_start_call(netuid)
        }

        /// Commits the calling hotkey to weights that it will reveal in a later epoch.
        ///
        /// The hash is BLAKE2-256 of `(hotkey, netuid, uids, values, salt, version_key)`.
        #[pallet::call_index(96)]
        #[pallet::weight((T::WeightInfo::commit_weights(), DispatchClass::Normal, Pays::No))]
        pub fn commit_weights(origin: OriginFor<T>, netuid: u16, commit_hash: H256) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::do_commit_weights(hotkey, netuid, 0, commit_hash)
        }

        /// Reveals weights that the calling hotkey has committed to, and sets them.
        #[pallet::call_index(97)]
        #[pallet::weight((T::WeightInfo::reveal_weights(uids.len() as u32, salt.len() as u32), DispatchClass::Normal, Pays::No))]
        pub fn reveal_weights(
            origin: OriginFor<T>,
            netuid: u16,
            uids: Vec<u16>,
            values: Vec<u16>,
            salt: Vec<u16>,
            version_key: u64,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            let revealed = crate::reveal::Revealed { uids, values, salt, version_key };
            Self::do_reveal_weights(hotkey, netuid, 0, revealed)
        }

        /// Reveals several commitments of the calling hotkey in a subnet, all or none, in this order.
        #[pallet::call_index(98)]
        #[pallet::weight((
            T::WeightInfo::batch_reveal_weights(uids_list.len() as u32),
            DispatchClass::Normal,
            Pays::No,
        ))]
        pub fn batch_reveal_weights(
            origin: OriginFor<T>,
            netuid: u16,
            uids_list: Vec<Vec<u16>>,
            values_list: Vec<Vec<u16>>,
            salts_list: Vec<Vec<u16>>,
            version_keys: Vec<u64>,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::do_batch_reveal_weights(hotkey, netuid, uids_list, values_list, salts_list, version_keys)
        }

        /// Commits the calling hotkey to weights in several subnets, each as `commit_weights` does. One that is refused
        /// does not keep the others.
        #[pallet::call_index(100)]
        #[pallet::weight((
            T::WeightInfo::batch_commit_weights(netuids.len() as u32),
            DispatchClass::Normal,
            Pays::No,
        ))]
        pub fn batch_commit_weights(
            origin: OriginFor<T>,
            netuids: Vec<Compact<u16>>,
            commit_hashes: Vec<H256>,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::do_batch_commit_weights(hotkey, netuids, commit_hashes)
        }

        /// Destroys stake of the calling coldkey.
        #[pallet::call_index(101)]
        #[pallet::weight(T::WeightInfo::recycle_alpha())]
        pub fn recycle_alpha(origin: OriginFor<T>, hotkey: AccountId32, amount: u64, netuid: u16) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            let amount = Self::destroy_stake(&coldkey, &hotkey, netuid, amount)?;
            Self::deposit_event(Event::AlphaRecycled(coldkey, hotkey, amount, netuid));
            Ok(())
        }

        /// Destroys stake of the calling coldkey.
        #[pallet::call_index(102)]
        #[pallet::weight(T::WeightInfo::burn_alpha())]
        pub fn burn_alpha(origin: OriginFor<T>, hotkey: AccountId32, amount: u64, netuid: u16) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            let amount = Self::destroy_stake(&coldkey, &hotkey, netuid, amount)?;
            Self::deposit_event(Event::AlphaBurned(coldkey, hotkey, amount, netuid));
            Ok(())
        }

        /// Takes all stake of the calling coldkey back from a hotkey in a subnet; see `remove_stake_limit`.
        #[pallet::call_index(103)]
        #[pallet::weight(T::WeightInfo::remove_stake_full_limit())]
        pub fn remove_stake_full_limit(
            origin: OriginFor<T>,
            hotkey: AccountId32,
            netuid: u16,
            limit_price: Option<u64>,
        ) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_remove_stake_full(coldkey, hotkey, netuid, limit_price)
        }

        /// Sets the blocks until new children count. Root only.
        #[pallet::call_index(109)]
        #[pallet::weight(T::WeightInfo::set_pending_childkey_cooldown())]
        pub fn set_pending_childkey_cooldown(origin: OriginFor<T>, cooldown: u64) -> DispatchResult {
            ensure_root(origin)?;
            PendingChildKeyCooldown::<T>::put(cooldown);
            Ok(())
        }

        /// Gives a subnet's token another symbol: one of the public chain's that no other subnet has.
        #[pallet::call_index(112)]
        #[pallet::weight(T::WeightInfo::update_symbol(Pallet::<T>::networks()))]
        pub fn update_symbol(origin: OriginFor<T>, netuid: u16, symbol: Vec<u8>) -> DispatchResult {
            Self::ensure_owner_or_root(origin, netuid)?;
            Self::do_update_symbol(netuid, symbol)
        }

        /// Stakes the incentive of the calling coldkey's neurons in a subnet on this hotkey from now on.
        #[pallet::call_index(114)]
        #[pallet::weight(T::WeightInfo::set_coldkey_auto_stake_hotkey())]
        pub fn set_coldkey_auto_stake_hotkey(origin: OriginFor<T>, netuid: u16, hotkey: AccountId32) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_set_auto_stake(coldkey, netuid, hotkey)
        }

        /// Commits to weights in one of the subnet's weight matrices; `netuid` in the hash is `mecid * 4096 + netuid`.
        #[pallet::call_index(115)]
        #[pallet::weight((T::WeightInfo::commit_mechanism_weights(), DispatchClass::Normal, Pays::No))]
        pub fn commit_mechanism_weights(
            origin: OriginFor<T>,
            netuid: u16,
            mecid: u8,
            commit_hash: H256,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::do_commit_weights(hotkey, netuid, mecid, commit_hash)
        }

        /// Reveals weights in one of the subnet's weight matrices, and sets them.
        #[pallet::call_index(116)]
        #[pallet::weight((T::WeightInfo::reveal_mechanism_weights(uids.len() as u32, salt.len() as u32), DispatchClass::Normal, Pays::No))]
        pub fn reveal_mechanism_weights(
            origin: OriginFor<T>,
            netuid: u16,
            mecid: u8,
            uids: Vec<u16>,
            values: Vec<u16>,
            salt: Vec<u16>,
            version_key: u64,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            let revealed = crate::reveal::Revealed { uids, values, salt, version_key };
            Self::do_reveal_weights(hotkey, netuid, mecid, revealed)
        }

        /// Sets weights in one of the subnet's weight matrices; see `set_weights`, which sets the first.
        #[pallet::call_index(119)]
        #[pallet::weight((T::WeightInfo::set_mechanism_weights(dests.len() as u32), DispatchClass::Normal, Pays::No))]
        pub fn set_mechanism_weights(
            origin: OriginFor<T>,
            netuid: u16,
            mecid: u8,
            dests: Vec<u16>,
            weights: Vec<u16>,
            version_key: u64,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::do_set_weights(hotkey, netuid, mecid, dests, weights, version_key)
        }

        /// Ends a subnet: stake goes back to the coldkeys, the price to the owner. Root only.
        #[pallet::call_index(120)]
        #[pallet::weight(Pallet::<T>::dissolve_weight(*netuid))]
        pub fn root_dissolve_network(origin: OriginFor<T>, netuid: u16) -> DispatchResultWithPostInfo {
            ensure_root(origin)?;
            Self::weigh_dissolve_network(netuid)
        }

        /// Announces that the calling coldkey will be replaced by the one with this BLAKE2-256 hash.
        #[pallet::call_index(125)]
        #[pallet::weight(T::WeightInfo::announce_coldkey_swap())]
        pub fn announce_coldkey_swap(origin: OriginFor<T>, new_coldkey_hash: H256) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_announce_coldkey_swap(coldkey, new_coldkey_hash)
        }

        /// Gives all that the calling coldkey has to the announced one, after the delay.
        #[pallet::call_index(126)]
        #[pallet::weight(Pallet::<T>::swap_coldkey_weight())]
        pub fn swap_coldkey_announced(origin: OriginFor<T>, new_coldkey: AccountId32) -> DispatchResultWithPostInfo {
            let coldkey = ensure_signed(origin)?;
            let hotkeys = Self::do_swap_announced_coldkey(coldkey, new_coldkey)?;
            let actual = T::WeightInfo::swap_coldkey_announced(Self::networks(), hotkeys);
            Ok(Self::spent(Self::swap_coldkey_weight(), actual))
        }

        /// Stops the announced swap of the calling coldkey until root has decided.
        #[pallet::call_index(127)]
        #[pallet::weight(T::WeightInfo::dispute_coldkey_swap())]
        pub fn dispute_coldkey_swap(origin: OriginFor<T>) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_dispute_coldkey_swap(coldkey)
        }

        /// Calls an announced coldkey swap off. Root only.
        #[pallet::call_index(128)]
        #[pallet::weight(T::WeightInfo::reset_coldkey_swap())]
        pub fn reset_coldkey_swap(origin: OriginFor<T>, coldkey: AccountId32) -> DispatchResult {
            ensure_root(origin)?;
            Self::do_reset_coldkey_swap(coldkey);
            Ok(())
        }

        /// Stakes TAO of the calling coldkey, at no more than `limit` rao for one alpha, and destroys the stake.
        #[pallet::call_index(132)]
        #[pallet::weight(T::WeightInfo::add_stake_burn())]
        pub fn add_stake_burn(
            origin: OriginFor<T>,
            hotkey: AccountId32,
            netuid: u16,
            amount: u64,
            limit: Option<u64>,
        ) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_add_stake_burn(coldkey, hotkey, netuid, amount, limit)
        }

        /// Calls the announced swap of the calling coldkey off, once it could be announced again.
        #[pallet::call_index(133)]
        #[pallet::weight(T::WeightInfo::clear_coldkey_swap_announcement())]
        pub fn clear_coldkey_swap_announcement(origin: OriginFor<T>) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_clear_coldkey_swap(coldkey)
        }

        /// Registers as `burned_register` does, unless the price is above `limit_price` rao.
        #[pallet::call_index(134)]
        #[pallet::weight((T::WeightInfo::register_limit(Pallet::<T>::neurons_of(*netuid)), DispatchClass::Normal, Pays::No))]
        pub fn register_limit(
            origin: OriginFor<T>,
            netuid: u16,
            hotkey: AccountId32,
            limit_price: u64,
        ) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_register_limit(coldkey, netuid, hotkey, limit_price)
        }

        /// Sets the blocks between two epochs, and begins to count from now. For the owner.
        #[pallet::call_index(139)]
        #[pallet::weight(T::WeightInfo::set_tempo())]
        pub fn set_tempo(origin: OriginFor<T>, netuid: u16, tempo: u16) -> DispatchResult {
            let coldkey = Self::ensure_owner(origin, netuid)?;
            Self::do_set_tempo(coldkey, netuid, tempo)
        }

        /// Sets the blocks after which a neuron that sets no weights is inactive, in thousandths of the tempo. For root
        /// and the owner.
        #[pallet::call_index(140)]
        #[pallet::weight(T::WeightInfo::set_activity_cutoff_factor())]
        pub fn set_activity_cutoff_factor(origin: OriginFor<T>, netuid: u16, factor_milli: u32) -> DispatchResult {
            Self::do_set_activity_cutoff_factor(origin, netuid, factor_milli)
        }

        /// Asks for an epoch before its time: after the blocks in which settings rest. For the owner.
        #[pallet::call_index(141)]
        #[pallet::weight(T::WeightInfo::trigger_epoch())]
        pub fn trigger_epoch(origin: OriginFor<T>, netuid: u16) -> DispatchResult {
            let coldkey = Self::ensure_owner(origin, netuid)?;
            Self::do_trigger_epoch(coldkey, netuid)
        }
    }

    impl<T: Config> Pallet<T> {
        /// The current block number, as all block numbers in storage are.
        pub fn block() -> u64 {
            use sp_runtime::SaturatedConversion;
            frame_system::Pallet::<T>::block_number().saturated_into()
        }
    }
}
