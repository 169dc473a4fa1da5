//! The runtime of the local Bittensor chain.
//!
//! Pallets sit at the public chain's indices, amounts are `u64` rao, and transactions carry standard extensions only,
//! so that any Substrate or Bittensor client reads and drives it by its metadata.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
pub mod check_nonce;
pub mod genesis;
pub mod proxy;
pub mod storage_weight;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod weight_tests;

use alloc::vec::Vec;
use frame_support::{
    construct_runtime, derive_impl,
    dispatch::DispatchClass,
    parameter_types,
    traits::{ConstBool, ConstU16, ConstU32, ConstU64, ConstU8, Get},
    weights::{constants::WEIGHT_REF_TIME_PER_SECOND, Weight, WeightToFee},
};
use frame_system::limits::{BlockLength, BlockWeights};
use pallet_subtensor::SubnetListener;
use pallet_transaction_payment::{ConstFeeMultiplier, FungibleAdapter, Multiplier};
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_runtime::{
    generic,
    traits::{AccountIdLookup, BlakeTwo256, IdentifyAccount, One, Verify},
    MultiAddress, MultiSignature, Perbill,
};
use sp_version::{runtime_version, RuntimeVersion};

/// How transactions are signed.
pub type Signature = MultiSignature;
/// An account, by public key.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// An amount in rao.
pub type Balance = u64;
/// Number of an account's transactions.
pub type Nonce = u32;
/// Number of a block.
pub type BlockNumber = u32;
/// Hash of a block.
pub type Hash = sp_core::H256;
/// A block's header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// What signed transactions carry besides the call.
pub type TxExtension = (
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckMortality<Runtime>,
    check_nonce::CheckNonce,
    frame_system::CheckWeight<Runtime>,
    pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
    frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
);
/// A transaction or inherent.
pub type UncheckedExtrinsic =
    generic::UncheckedExtrinsic<MultiAddress<AccountId, ()>, RuntimeCall, Signature, TxExtension>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// What runs a block.
pub type Executive =
    frame_executive::Executive<Runtime, Block, frame_system::ChainContext<Runtime>, Runtime, AllPalletsWithSystem>;

/// Clients remember metadata by genesis hash and `spec_version`: every change of the runtime raises it.
#[runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: alloc::borrow::Cow::Borrowed("node-subtensor"),
    impl_name: alloc::borrow::Cow::Borrowed("bittensor-localnet"),
    authoring_version: 1,
    spec_version: 8,
    impl_version: 1,
    apis: apis::RUNTIME_API_VERSIONS,
    transaction_version: 1,
    system_version: 1,
};

construct_runtime!(
    pub enum Runtime {
        System: frame_system = 0,
        Timestamp: pallet_timestamp = 2,
        Aura: pallet_aura = 3,
        Balances: pallet_balances = 5,
        TransactionPayment: pallet_transaction_payment = 6,
        SubtensorModule: pallet_subtensor = 7,
        Utility: pallet_utility = 11,
        Sudo: pallet_sudo = 12,
        Multisig: pallet_multisig = 13,
        Proxy: pallet_proxy = 16,
        Commitments: pallet_commitments = 18,
        AdminUtils: pallet_admin_utils = 19,
        Swap: pallet_swap = 28,
    }
);

/// Part of a block that transactions may fill; the rest is for `operational` calls such as inherents.
const NORMAL_SHARE: Perbill = Perbill::from_percent(75);

parameter_types! {
    pub const Version: RuntimeVersion = VERSION;
    /// Two seconds of computation in each block: a local chain is as fast as its machine.
    pub Limits: BlockWeights = BlockWeights::with_sensible_defaults(
        Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND.saturating_mul(2), u64::MAX),
        NORMAL_SHARE,
    );
    /// 10 MiB.
    pub Length: BlockLength = BlockLength::builder()
        .max_length(10 * 1024 * 1024)
        .modify_max_length_for_class(DispatchClass::Normal, |length| *length = NORMAL_SHARE * *length)
        .build();
    /// Transactions live for up to this many blocks.
    pub const BlockHashCount: BlockNumber = 4096;
    pub FeeMultiplier: Multiplier = Multiplier::one();
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type Nonce = Nonce;
    type Hash = Hash;
    type AccountId = AccountId;
    type Lookup = AccountIdLookup<AccountId, ()>;
    type Block = Block;
    type BlockHashCount = BlockHashCount;
    type BlockWeights = Limits;
    type BlockLength = Length;
    type DbWeight = storage_weight::StorageWeight;
    type Version = Version;
    type AccountData = pallet_balances::AccountData<Balance>;
    type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
    type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
    type SS58Prefix = ConstU16<42>;
    type MaxConsumers = ConstU32<16>;
}

/// Milliseconds between blocks, as genesis chose them.
pub struct SlotDuration;
impl Get<u64> for SlotDuration {
    fn get() -> u64 {
        pallet_subtensor::SlotDuration::<Runtime>::get()
    }
}

impl pallet_timestamp::Config for Runtime {
    type Moment = u64;
    type OnTimestampSet = Aura;
    // Blocks made on demand follow each other as fast as the machine can.
    type MinimumPeriod = ConstU64<1>;
    type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl pallet_aura::Config for Runtime {
    type AuthorityId = AuraId;
    type DisabledValidators = ();
    type MaxAuthorities = ConstU32<32>;
    // Blocks made on demand may share a slot.
    type AllowMultipleBlocksPerSlot = ConstBool<true>;
    type SlotDuration = SlotDuration;
}

impl pallet_balances::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type Balance = Balance;
    type DustRemoval = ();
    type ExistentialDeposit = ConstU64<500>;
    type AccountStore = System;
    type ReserveIdentifier = [u8; 8];
    type FreezeIdentifier = RuntimeFreezeReason;
    type MaxLocks = ConstU32<50>;
    type MaxReserves = ConstU32<50>;
    type MaxFreezes = ConstU32<50>;
    type DoneSlashHandler = ();
    type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
}

/// One rao for each 6,600 picoseconds: a transfer costs some 0.00003 TAO.
pub struct Fee;
impl WeightToFee for Fee {
    type Balance = Balance;
    fn weight_to_fee(weight: &Weight) -> Balance {
        weight.ref_time() / 6_600
    }
}

/// One rao for each byte.
pub struct LengthFee;
impl WeightToFee for LengthFee {
    type Balance = Balance;
    fn weight_to_fee(length: &Weight) -> Balance {
        length.ref_time()
    }
}

impl pallet_transaction_payment::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    // Fees are destroyed: whoever makes blocks on a local chain earns nothing by it.
    type OnChargeTransaction = FungibleAdapter<Balances, ()>;
    type WeightToFee = Fee;
    type LengthToFee = LengthFee;
    type FeeMultiplierUpdate = ConstFeeMultiplier<FeeMultiplier>;
    type OperationalFeeMultiplier = ConstU8<5>;
    type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
}

impl pallet_sudo::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}

impl pallet_utility::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type PalletsOrigin = OriginCaller;
    type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

impl pallet_subtensor::Config for Runtime {
    type Currency = Balances;
    type MaxUids = ConstU16<4096>;
    type MaxHotkeysPerColdkey = ConstU32<1024>;
    // 0.002 TAO.
    type MinStake = ConstU64<2_000_000>;
    // 0.1 TAO, and 0.001 TAO.
    type KeySwapCost = ConstU64<100_000_000>;
    type KeySwapOnSubnetCost = ConstU64<1_000_000>;
    type HotkeySwapOnSubnetInterval = ConstU64<100>;
    type InitialStartCallDelay = ConstU64<0>;
    type WeightInfo = pallet_subtensor::Measured<Runtime>;
    type DurationOfStartCall = ConstU64<0>;
    type Listener = PerSubnet;
    type Published = Commitments;
}

/// What other pallets keep for each subnet and neuron.
pub struct PerSubnet;

impl SubnetListener for PerSubnet {
    fn added(netuid: u16) {
        Swap::add(netuid);
    }
    fn removed(netuid: u16) {
        Swap::remove(netuid);
        Commitments::removed(netuid);
    }
    fn neuron_removed(netuid: u16, hotkey: &AccountId) {
        Commitments::neuron_removed(netuid, hotkey);
    }
    fn neuron_renamed(netuid: u16, old: &AccountId, new: &AccountId) {
        Commitments::neuron_renamed(netuid, old, new);
    }
}

impl pallet_commitments::Config for Runtime {
    type WeightInfo = pallet_commitments::Measured<Runtime>;
}

impl pallet_swap::Config for Runtime {}

impl pallet_admin_utils::Config for Runtime {
    type WeightInfo = pallet_admin_utils::Measured<Runtime>;
}

/// What is reserved for so many entries and bytes in storage, in rao.
const fn deposit(entries: u64, bytes: u64) -> Balance {
    entries * 200_000 + bytes * 1_000
}

parameter_types! {
    pub const MultisigDepositBase: Balance = deposit(1, 112);
    pub const MultisigDepositFactor: Balance = deposit(0, 32);
    pub const ProxyDepositBase: Balance = deposit(1, 40);
    pub const ProxyDepositFactor: Balance = deposit(0, 33);
    pub const AnnouncementDepositBase: Balance = deposit(1, 16);
    pub const AnnouncementDepositFactor: Balance = deposit(0, 68);
}

impl pallet_multisig::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type DepositBase = MultisigDepositBase;
    type DepositFactor = MultisigDepositFactor;
    type MaxSignatories = ConstU32<100>;
    type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
    type BlockNumberProvider = System;
}

impl pallet_proxy::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type ProxyType = proxy::ProxyType;
    type ProxyDepositBase = ProxyDepositBase;
    type ProxyDepositFactor = ProxyDepositFactor;
    type MaxProxies = ConstU32<20>;
    type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
    type MaxPending = ConstU32<75>;
    type CallHasher = BlakeTwo256;
    type AnnouncementDepositBase = AnnouncementDepositBase;
    type AnnouncementDepositFactor = AnnouncementDepositFactor;
    type BlockNumberProvider = System;
}
