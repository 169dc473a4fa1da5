//! What the node, and clients through it, ask the runtime.

use crate::{
    genesis, AccountId, Aura, AuraId, Balance, Block, Executive, Header, InherentDataExt, Nonce, Runtime, RuntimeCall,
    RuntimeGenesisConfig, SubtensorModule, System, TransactionPayment, UncheckedExtrinsic, VERSION,
};
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use codec::{Compact, Encode};
use frame_metadata::{v15, RuntimeMetadata, RuntimeMetadataPrefixed, META_RESERVED};
use frame_support::{
    genesis_builder_helper::{build_state, get_preset},
    weights::Weight,
};
use pallet_subtensor::{
    DelegateInfo, DynamicInfo, HyperparamEntry, LockState, Metagraph, NeuronInfo, NeuronInfoLite, SelectiveMetagraph,
    SimSwapResult, StakeAvailability, StakeInfo, SubnetHyperparams, SubnetHyperparamsV2, SubnetInfo, SubnetInfov2,
    SubnetPrice, SubnetState,
};
use pallet_transaction_payment::{FeeDetails, RuntimeDispatchInfo};
use scale_info::{IntoPortable, Registry};
use sp_api::impl_runtime_apis;
use sp_core::OpaqueMetadata;
use sp_genesis_builder::PresetId;
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_runtime::{
    traits::Block as BlockT,
    transaction_validity::{TransactionSource, TransactionValidity},
    ApplyExtrinsicResult, ExtrinsicInclusionMode,
};
use sp_version::RuntimeVersion;

/// Runtime APIs of the public chain, by its names; its types are what they are.
#[allow(clippy::type_complexity)]
pub mod interface {
    use super::*;

    sp_api::decl_runtime_apis! {
        /// The neurons of a subnet.
        pub trait NeuronInfoRuntimeApi {
            /// All neurons with weights and bonds.
            fn get_neurons(netuid: u16) -> Vec<NeuronInfo>;
            /// One neuron with weights and bonds.
            fn get_neuron(netuid: u16, uid: u16) -> Option<NeuronInfo>;
            /// All neurons.
            fn get_neurons_lite(netuid: u16) -> Vec<NeuronInfoLite>;
            /// One neuron.
            fn get_neuron_lite(netuid: u16, uid: u16) -> Option<NeuronInfoLite>;
        }

        /// Subnets.
        pub trait SubnetInfoRuntimeApi {
            /// One subnet, as older clients ask for it.
            fn get_subnet_info(netuid: u16) -> Option<SubnetInfo>;
            /// All subnets, by netuid, as older clients ask for them.
            fn get_subnets_info() -> Vec<Option<SubnetInfo>>;
            /// One subnet, with what its owner says of it.
            fn get_subnet_info_v2(netuid: u16) -> Option<SubnetInfov2>;
            /// All subnets, by netuid.
            fn get_subnets_info_v2() -> Vec<Option<SubnetInfov2>>;
            /// A subnet's settings.
            fn get_subnet_hyperparams(netuid: u16) -> Option<SubnetHyperparams>;
            /// A subnet's settings, with the newer ones.
            fn get_subnet_hyperparams_v2(netuid: u16) -> Option<SubnetHyperparamsV2>;
            /// A subnet's settings, by name.
            fn get_subnet_hyperparams_v3(netuid: u16) -> Option<Vec<HyperparamEntry>>;
            /// The tokens of all subnets, by netuid.
            fn get_all_dynamic_info() -> Vec<Option<DynamicInfo>>;
            /// All subnets with their neurons, by netuid.
            fn get_all_metagraphs() -> Vec<Option<Metagraph>>;
            /// A subnet with its neurons.
            fn get_metagraph(netuid: u16) -> Option<Metagraph>;
            /// All weight matrices of all subnets.
            fn get_all_mechagraphs() -> Vec<Option<Metagraph>>;
            /// A subnet with its neurons, as one of its weight matrices has them.
            fn get_mechagraph(netuid: u16, mecid: u8) -> Option<Metagraph>;
            /// The token of a subnet.
            fn get_dynamic_info(netuid: u16) -> Option<DynamicInfo>;
            /// A subnet's neurons, column by column.
            fn get_subnet_state(netuid: u16) -> Option<SubnetState>;
            /// Parts of a metagraph, by number.
            fn get_selective_metagraph(netuid: u16, metagraph_indexes: Vec<u16>) -> Option<SelectiveMetagraph>;
            /// Where a coldkey's incentive is staked.
            fn get_coldkey_auto_stake_hotkey(coldkey: AccountId, netuid: u16) -> Option<AccountId>;
            /// Parts of a weight matrix's metagraph, by number.
            fn get_selective_mechagraph(netuid: u16, subid: u8, metagraph_indexes: Vec<u16>) -> Option<SelectiveMetagraph>;
            /// The subnet that would give way to a new one.
            fn get_subnet_to_prune() -> Option<u16>;
            /// The block of a subnet's next epoch; none where there are none.
            fn get_next_epoch_start_block(netuid: u16) -> Option<u64>;
        }

        /// Stake.
        pub trait StakeInfoRuntimeApi {
            /// All stake of a coldkey.
            fn get_stake_info_for_coldkey(coldkey_account: AccountId) -> Vec<StakeInfo>;
            /// All stake of several coldkeys.
            fn get_stake_info_for_coldkeys(coldkey_accounts: Vec<AccountId>) -> Vec<(AccountId, Vec<StakeInfo>)>;
            /// A coldkey's stake on a hotkey in a subnet.
            fn get_stake_info_for_hotkey_coldkey_netuid(hotkey_account: AccountId, coldkey_account: AccountId, netuid: u16) -> Option<StakeInfo>;
            /// How much of their stake coldkeys may take back.
            fn get_stake_availability_for_coldkeys(coldkey_accounts: Vec<AccountId>, netuids: Option<Vec<u16>>) -> BTreeMap<AccountId, BTreeMap<u16, StakeAvailability>>;
            /// What moving stake costs, in rao.
            fn get_stake_fee(
                origin: Option<(AccountId, u16)>,
                origin_coldkey_account: AccountId,
                destination: Option<(AccountId, u16)>,
                destination_coldkey_account: AccountId,
                amount: u64,
            ) -> u64;
            /// A coldkey's locked stake in a subnet.
            fn get_coldkey_lock(coldkey: AccountId, netuid: u16) -> Option<LockState>;
        }

        /// Hotkeys on which others stake.
        pub trait DelegateInfoRuntimeApi {
            /// All of them.
            fn get_delegates() -> Vec<DelegateInfo>;
            /// One of them.
            fn get_delegate(delegate_account: AccountId) -> Option<DelegateInfo>;
            /// Those on which a coldkey has stake, with subnet and stake.
            fn get_delegated(delegatee_account: AccountId) -> Vec<(DelegateInfo, (Compact<u16>, Compact<u64>))>;
        }

        /// New subnets.
        pub trait SubnetRegistrationRuntimeApi {
            /// What the next subnet costs, in rao.
            fn get_network_registration_cost() -> u64;
        }

        /// Alpha and TAO.
        pub trait SwapRuntimeApi {
            /// Rao for one alpha.
            fn current_alpha_price(netuid: u16) -> u64;
            /// Rao for one alpha of each subnet.
            fn current_alpha_price_all() -> Vec<SubnetPrice>;
            /// What staking an amount would give.
            fn sim_swap_tao_for_alpha(netuid: u16, tao: u64) -> SimSwapResult;
            /// What taking an amount back would give.
            fn sim_swap_alpha_for_tao(netuid: u16, alpha: u64) -> SimSwapResult;
        }

        /// Funds that validators keep for their root stakers. There are none on this chain.
        pub trait BetaBasketRuntimeApi {
            /// Rao that a coldkey would get for all of its shares.
            fn get_root_basket_owed(coldkey: AccountId) -> u64;
            /// A coldkey's shares: hotkey, number, and rao that they are worth.
            fn get_root_basket_positions(coldkey: AccountId) -> Vec<(AccountId, u128, u64)>;
        }

        /// What is true after every block. Not part of the public chain.
        pub trait InvariantsApi {
            /// Checks issuance, stake sums, keys, uids and list lengths; says what is wrong.
            fn check() -> Result<(), String>;
        }
    }
}

/// Metadata 15 with the pallets' types first, as runtimes of the public chain have it: older clients know accounts as
/// type 0. The newer `RuntimeMetadataV15::new` puts the extrinsic's types first.
fn metadata_15() -> Vec<u8> {
    let ir = Runtime::metadata_ir();
    let mut registry = Registry::new();
    let pallets = registry.map_into_portable(ir.pallets.into_iter().map(v15::PalletMetadata::from));
    let extrinsic = v15::ExtrinsicMetadata::from(ir.extrinsic).into_portable(&mut registry);
    let ty = registry.register_type(&ir.ty);
    let apis = registry.map_into_portable(ir.apis.into_iter().map(v15::RuntimeApiMetadata::from));
    let outer_enums = v15::OuterEnums::from(ir.outer_enums).into_portable(&mut registry);
    let custom = v15::CustomMetadata { map: Default::default() };
    let metadata =
        v15::RuntimeMetadataV15 { types: registry.into(), pallets, extrinsic, ty, apis, outer_enums, custom };
    RuntimeMetadataPrefixed(META_RESERVED, RuntimeMetadata::V15(metadata)).encode()
}

impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion {
            VERSION
        }
        fn execute_block(block: <Block as BlockT>::LazyBlock) {
            Executive::execute_block(block)
        }
        fn initialize_block(header: &Header) -> ExtrinsicInclusionMode {
            Executive::initialize_block(header)
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata {
            OpaqueMetadata::new(Runtime::metadata().into())
        }
        fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
            match version {
                15 => Some(OpaqueMetadata::new(metadata_15())),
                _ => Runtime::metadata_at_version(version),
            }
        }
        fn metadata_versions() -> Vec<u32> {
            Runtime::metadata_versions()
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(extrinsic: UncheckedExtrinsic) -> ApplyExtrinsicResult {
            Executive::apply_extrinsic(extrinsic)
        }
        fn finalize_block() -> Header {
            Executive::finalize_block()
        }
        fn inherent_extrinsics(data: InherentData) -> Vec<UncheckedExtrinsic> {
            data.create_extrinsics()
        }
        fn check_inherents(block: <Block as BlockT>::LazyBlock, data: InherentData) -> CheckInherentsResult {
            data.check_extrinsics(&block)
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            source: TransactionSource,
            tx: UncheckedExtrinsic,
            block_hash: <Block as BlockT>::Hash,
        ) -> TransactionValidity {
            Executive::validate_transaction(source, tx, block_hash)
        }
    }

    impl sp_consensus_aura::AuraApi<Block, AuraId> for Runtime {
        fn slot_duration() -> sp_consensus_aura::SlotDuration {
            sp_consensus_aura::SlotDuration::from_millis(Aura::slot_duration())
        }
        fn authorities() -> Vec<AuraId> {
            pallet_aura::Authorities::<Runtime>::get().into_inner()
        }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
        fn account_nonce(account: AccountId) -> Nonce {
            System::account_nonce(account)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance> for Runtime {
        fn query_info(uxt: UncheckedExtrinsic, len: u32) -> RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_info(uxt, len)
        }
        fn query_fee_details(uxt: UncheckedExtrinsic, len: u32) -> FeeDetails<Balance> {
            TransactionPayment::query_fee_details(uxt, len)
        }
        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }
        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentCallApi<Block, Balance, RuntimeCall> for Runtime {
        fn query_call_info(call: RuntimeCall, len: u32) -> RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_call_info(call, len)
        }
        fn query_call_fee_details(call: RuntimeCall, len: u32) -> FeeDetails<Balance> {
            TransactionPayment::query_call_fee_details(call, len)
        }
        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }
        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl interface::NeuronInfoRuntimeApi<Block> for Runtime {
        fn get_neurons(netuid: u16) -> Vec<NeuronInfo> {
            SubtensorModule::get_neurons(netuid)
        }
        fn get_neuron(netuid: u16, uid: u16) -> Option<NeuronInfo> {
            SubtensorModule::get_neuron(netuid, uid)
        }
        fn get_neurons_lite(netuid: u16) -> Vec<NeuronInfoLite> {
            SubtensorModule::get_neurons_lite(netuid)
        }
        fn get_neuron_lite(netuid: u16, uid: u16) -> Option<NeuronInfoLite> {
            SubtensorModule::get_neuron_lite(netuid, uid)
        }
    }

    impl interface::SubnetInfoRuntimeApi<Block> for Runtime {
        fn get_subnet_info(netuid: u16) -> Option<SubnetInfo> {
            SubtensorModule::get_subnet_info(netuid)
        }
        fn get_subnets_info() -> Vec<Option<SubnetInfo>> {
            SubtensorModule::get_subnets_info()
        }
        fn get_subnet_info_v2(netuid: u16) -> Option<SubnetInfov2> {
            SubtensorModule::get_subnet_info_v2(netuid)
        }
        fn get_subnets_info_v2() -> Vec<Option<SubnetInfov2>> {
            SubtensorModule::get_subnets_info_v2()
        }
        fn get_subnet_hyperparams(netuid: u16) -> Option<SubnetHyperparams> {
            SubtensorModule::get_subnet_hyperparams(netuid)
        }
        fn get_subnet_hyperparams_v2(netuid: u16) -> Option<SubnetHyperparamsV2> {
            SubtensorModule::get_subnet_hyperparams_v2(netuid)
        }
        fn get_subnet_hyperparams_v3(netuid: u16) -> Option<Vec<HyperparamEntry>> {
            SubtensorModule::get_subnet_hyperparams_v3(netuid)
        }
        fn get_all_dynamic_info() -> Vec<Option<DynamicInfo>> {
            SubtensorModule::get_all_dynamic_info()
        }
        fn get_all_metagraphs() -> Vec<Option<Metagraph>> {
            SubtensorModule::get_all_metagraphs()
        }
        fn get_metagraph(netuid: u16) -> Option<Metagraph> {
            SubtensorModule::get_metagraph(netuid)
        }
        fn get_all_mechagraphs() -> Vec<Option<Metagraph>> {
            SubtensorModule::get_all_mechagraphs()
        }
        fn get_mechagraph(netuid: u16, mecid: u8) -> Option<Metagraph> {
            SubtensorModule::get_mechagraph(netuid, mecid)
        }
        fn get_dynamic_info(netuid: u16) -> Option<DynamicInfo> {
            SubtensorModule::get_dynamic_info(netuid)
        }
        fn get_subnet_state(netuid: u16) -> Option<SubnetState> {
            SubtensorModule::get_subnet_state(netuid)
        }
        fn get_selective_metagraph(netuid: u16, metagraph_indexes: Vec<u16>) -> Option<SelectiveMetagraph> {
            SubtensorModule::get_selective_metagraph(netuid, &metagraph_indexes)
        }
        fn get_coldkey_auto_stake_hotkey(coldkey: AccountId, netuid: u16) -> Option<AccountId> {
            SubtensorModule::get_coldkey_auto_stake_hotkey(&coldkey, netuid)
        }
        fn get_selective_mechagraph(netuid: u16, subid: u8, metagraph_indexes: Vec<u16>) -> Option<SelectiveMetagraph> {
            SubtensorModule::get_selective_mechagraph(netuid, subid, &metagraph_indexes)
        }
        fn get_subnet_to_prune() -> Option<u16> {
            SubtensorModule::get_subnet_to_prune()
        }
        fn get_next_epoch_start_block(netuid: u16) -> Option<u64> {
            SubtensorModule::get_next_epoch_start_block(netuid)
        }
    }

    impl interface::StakeInfoRuntimeApi<Block> for Runtime {
        fn get_stake_info_for_coldkey(coldkey_account: AccountId) -> Vec<StakeInfo> {
            SubtensorModule::get_stake_info_for_coldkey(&coldkey_account)
        }
        fn get_stake_info_for_coldkeys(coldkey_accounts: Vec<AccountId>) -> Vec<(AccountId, Vec<StakeInfo>)> {
            SubtensorModule::get_stake_info_for_coldkeys(coldkey_accounts)
        }
        fn get_stake_info_for_hotkey_coldkey_netuid(hotkey_account: AccountId, coldkey_account: AccountId, netuid: u16) -> Option<StakeInfo> {
            SubtensorModule::get_stake_info_for_hotkey_coldkey_netuid(&hotkey_account, &coldkey_account, netuid)
        }
        fn get_stake_availability_for_coldkeys(coldkey_accounts: Vec<AccountId>, netuids: Option<Vec<u16>>) -> BTreeMap<AccountId, BTreeMap<u16, StakeAvailability>> {
            SubtensorModule::get_stake_availability_for_coldkeys(coldkey_accounts, netuids)
        }
        fn get_stake_fee(
            _origin: Option<(AccountId, u16)>,
            _origin_coldkey_account: AccountId,
            _destination: Option<(AccountId, u16)>,
            _destination_coldkey_account: AccountId,
            _amount: u64,
            ) -> u64 {
            SubtensorModule::get_stake_fee()
        }
        fn get_coldkey_lock(coldkey: AccountId, netuid: u16) -> Option<LockState> {
            SubtensorModule::get_coldkey_lock(&coldkey, netuid)
        }
    }

    impl interface::DelegateInfoRuntimeApi<Block> for Runtime {
        fn get_delegates() -> Vec<DelegateInfo> {
            SubtensorModule::get_delegates()
        }
        fn get_delegate(delegate_account: AccountId) -> Option<DelegateInfo> {
            SubtensorModule::get_delegate(delegate_account)
        }
        fn get_delegated(delegatee_account: AccountId) -> Vec<(DelegateInfo, (Compact<u16>, Compact<u64>))> {
            SubtensorModule::get_delegated(&delegatee_account)
        }
    }

    impl interface::SubnetRegistrationRuntimeApi<Block> for Runtime {
        fn get_network_registration_cost() -> u64 {
            SubtensorModule::get_network_registration_cost()
        }
    }

    impl interface::BetaBasketRuntimeApi<Block> for Runtime {
        fn get_root_basket_owed(_: AccountId) -> u64 {
            0
        }
        fn get_root_basket_positions(_: AccountId) -> Vec<(AccountId, u128, u64)> {
            Vec::new()
        }
    }

    impl interface::SwapRuntimeApi<Block> for Runtime {
        fn current_alpha_price(netuid: u16) -> u64 {
            SubtensorModule::current_alpha_price(netuid)
        }
        fn current_alpha_price_all() -> Vec<SubnetPrice> {
            SubtensorModule::current_alpha_price_all()
        }
        fn sim_swap_tao_for_alpha(netuid: u16, tao: u64) -> SimSwapResult {
            SubtensorModule::sim_swap(netuid, tao)
        }
        fn sim_swap_alpha_for_tao(netuid: u16, alpha: u64) -> SimSwapResult {
            SubtensorModule::sim_swap(netuid, alpha)
        }
    }

    impl interface::InvariantsApi<Block> for Runtime {
        fn check() -> Result<(), String> {
            SubtensorModule::check_invariants().map_err(Into::into)
        }
    }

    impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
        fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
            build_state::<RuntimeGenesisConfig>(config)
        }
        fn get_preset(id: &Option<PresetId>) -> Option<Vec<u8>> {
            get_preset::<RuntimeGenesisConfig>(id, genesis::preset)
        }
        fn preset_names() -> Vec<PresetId> {
            genesis::presets()
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    impl frame_benchmarking::Benchmark<Block> for Runtime {
        fn benchmark_metadata(
            extra: bool,
        ) -> (Vec<frame_benchmarking::BenchmarkList>, Vec<frame_support::traits::StorageInfo>) {
            crate::benchmarks::metadata(extra)
        }
        fn dispatch_benchmark(
            config: frame_benchmarking::BenchmarkConfig,
        ) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, String> {
            crate::benchmarks::dispatch(config)
        }
    }
}
