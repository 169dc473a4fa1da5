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

pub mod emission;
pub mod epoch;
pub mod genesis;
pub mod invariants;
pub mod registration;
pub mod rpc_info;
pub mod serving;
pub mod staking;
#[allow(missing_docs)]
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::*;

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use alloc::vec::Vec;
    use frame_support::{
        dispatch::Pays,
        pallet_prelude::*,
        parameter_types,
        traits::fungible::{Inspect, Mutate},
    };
    use frame_system::pallet_prelude::*;
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
    }

    /// Lists are plain vectors because clients expect that type; every write keeps them within `MaxUids` or
    /// `MaxHotkeysPerColdkey`.
    #[pallet::pallet]
    #[pallet::without_storage_info]
    pub struct Pallet<T>(_);

    parameter_types! {
        /// The account of all zeros: what absent owners read as.
        pub const NoAccount: AccountId32 = AccountId32::new([0; 32]);
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

    // Chain.

    /// Milliseconds between two blocks, fixed at genesis.
    #[pallet::storage]
    pub type SlotDuration<T: Config> = StorageValue<_, u64, ValueQuery, DefaultSlotDuration>;
    /// Whether axons may announce loopback addresses; only where all neurons share one machine.
    #[pallet::storage]
    pub type AllowLoopbackAxons<T: Config> = StorageValue<_, bool, ValueQuery>;

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
        /// A coldkey staked: coldkey, hotkey, TAO paid, alpha received, netuid, fee.
        #[codec(index = 2)]
        StakeAdded(AccountId32, AccountId32, u64, u64, u16, u64),
        /// A coldkey took stake back: coldkey, hotkey, TAO received, alpha given, netuid, fee.
        #[codec(index = 3)]
        StakeRemoved(AccountId32, AccountId32, u64, u64, u16, u64),
        /// A neuron set its weights: netuid, uid.
        #[codec(index = 5)]
        WeightsSet(u16, u16),
        /// A neuron registered: netuid, uid, hotkey.
        #[codec(index = 6)]
        NeuronRegistered(u16, u16, AccountId32),
        /// An axon announced its address: netuid, hotkey.
        #[codec(index = 28)]
        AxonServed(u16, AccountId32),
        /// Rao earned by each miner, by uid, in the epoch that just ended: netuid, emissions.
        #[codec(index = 108)]
        IncentiveAlphaEmittedToMiners(u16, Vec<u64>),
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
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        /// Starts the block: registration counters, the block's emission, and every epoch that is due.
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            let block = Self::block();
            Self::reset_registration_counters(block);
            Self::mint_block_emission(block);
            Self::run_due_epochs(block)
        }

        /// Ends the block: one number for all rao there are, whichever pallet made or burned some.
        fn on_finalize(_: BlockNumberFor<T>) {
            Self::refresh_issuance();
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
        #[pallet::weight((call_weight::<T>(12, 3, dests.len()), DispatchClass::Normal, Pays::No))]
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
        #[pallet::weight(call_weight::<T>(10, 8, 0))]
        pub fn add_stake(origin: OriginFor<T>, hotkey: AccountId32, netuid: u16, amount_staked: u64) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_add_stake(coldkey, hotkey, netuid, amount_staked)
        }

        /// Takes stake of the calling coldkey back from a hotkey in a subnet.
        #[pallet::call_index(3)]
        #[pallet::weight(call_weight::<T>(10, 8, 0))]
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
        #[pallet::weight((call_weight::<T>(4, 1, 0), DispatchClass::Normal, Pays::No))]
        #[allow(clippy::too_many_arguments)]
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

        /// Registers a hotkey of the calling coldkey as a neuron, for the price in `Burn`, which is destroyed.
        ///
        /// In a full subnet the neuron with the lowest emission gives way.
        #[pallet::call_index(7)]
        #[pallet::weight((call_weight::<T>(40, 30, 0), DispatchClass::Normal, Pays::No))]
        pub fn burned_register(origin: OriginFor<T>, netuid: u16, hotkey: AccountId32) -> DispatchResult {
            let coldkey = ensure_signed(origin)?;
            Self::do_burned_register(coldkey, netuid, hotkey)
        }

        /// Sets weights in one of the subnet's weight matrices; see `set_weights`, which sets the first.
        #[pallet::call_index(119)]
        #[pallet::weight((call_weight::<T>(12, 3, dests.len()), DispatchClass::Normal, Pays::No))]
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
    }

    /// Weight of a call: its storage accesses, 50 us of its own, and 0.1 us for each list entry.
    fn call_weight<T: Config>(reads: u64, writes: u64, entries: usize) -> Weight {
        let own = 50_000_000u64.saturating_add((entries as u64).saturating_mul(100_000));
        Weight::from_parts(own, 0).saturating_add(T::DbWeight::get().reads_writes(reads, writes))
    }

    impl<T: Config> Pallet<T> {
        /// The current block number, as all block numbers in storage are.
        pub fn block() -> u64 {
            use sp_runtime::SaturatedConversion;
            frame_system::Pallet::<T>::block_number().saturated_into()
        }
    }
}
