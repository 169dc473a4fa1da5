//! The runtime as a node sees it: genesis, blocks and signed transactions.

use crate::*;
use codec::{Compact, Decode, Encode};
use frame_support::{dispatch::GetDispatchInfo, traits::BuildGenesisConfig};
use frame_system::RawOrigin;
use sp_genesis_builder::PresetId;
use sp_keyring::Sr25519Keyring as Key;
use sp_runtime::{
    generic::Era,
    traits::{Dispatchable, Hash as _, Header as _, TransactionExtension},
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
    BuildStorage, Digest, DigestItem,
};

const TAO: u64 = 1_000_000_000;
type Subtensor = pallet_subtensor::Call<Runtime>;

/// What a node does with a preset: put it over the default configuration, and build.
fn genesis_of(preset: &str) -> sp_io::TestExternalities {
    fn merge(into: &mut serde_json::Value, patch: serde_json::Value) {
        match (into, patch) {
            (serde_json::Value::Object(into), serde_json::Value::Object(patch)) => {
                patch
                    .into_iter()
                    .for_each(|(key, value)| merge(into.entry(key).or_insert(serde_json::Value::Null), value));
            }
            (into, patch) => *into = patch,
        }
    }
    let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
    merge(&mut config, serde_json::from_slice(&genesis::preset(&PresetId::from(preset)).unwrap()).unwrap());
    let config: RuntimeGenesisConfig = serde_json::from_value(config).unwrap();
    config.build_storage().unwrap().into()
}

/// Begins block 1 of the local network.
fn in_first_block(test: impl FnOnce()) {
    genesis_of("local_testnet").execute_with(|| {
        let parent = System::block_hash(0);
        let slot = sp_consensus_aura::Slot::from(8u64);
        let digest = Digest { logs: vec![DigestItem::PreRuntime(sp_consensus_aura::AURA_ENGINE_ID, slot.encode())] };
        Executive::initialize_block(&Header::new(1, Default::default(), Default::default(), parent, digest));
        let time = RuntimeCall::Timestamp(pallet_timestamp::Call::set { now: 2_000 });
        Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(time)).unwrap().unwrap();
        test();
    });
}

fn signed(key: Key, nonce: Nonce, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
    let extension: TxExtension = (
        frame_system::CheckNonZeroSender::new(),
        frame_system::CheckSpecVersion::new(),
        frame_system::CheckTxVersion::new(),
        frame_system::CheckGenesis::new(),
        frame_system::CheckMortality::from(Era::Immortal),
        check_nonce::CheckNonce::from(nonce),
        frame_system::CheckWeight::new(),
        pallet_transaction_payment::ChargeTransactionPayment::from(0),
        frame_metadata_hash_extension::CheckMetadataHash::new(false),
    );
    let call = call.into();
    let payload = (&call, &extension, extension.implicit().unwrap()).using_encoded(|bytes| {
        if bytes.len() > 256 {
            sp_io::hashing::blake2_256(bytes).to_vec()
        } else {
            bytes.to_vec()
        }
    });
    let signature = MultiSignature::Sr25519(key.sign(&payload));
    UncheckedExtrinsic::new_signed(call, MultiAddress::Id(key.to_account_id()), signature, extension)
}

/// A keyring account that genesis does not fund, as somebody's hotkey.
const HOTKEY: Key = Key::One;

fn register() -> Subtensor {
    Subtensor::burned_register { netuid: 1, hotkey: HOTKEY.to_account_id() }
}

fn serve() -> Subtensor {
    Subtensor::serve_axon {
        netuid: 1,
        version: 1,
        ip: 0x7f000001,
        port: 8091,
        ip_type: 4,
        protocol: 4,
        placeholder1: 0,
        placeholder2: 0,
    }
}

#[test]
fn both_presets_make_the_same_local_network() {
    let root = |preset| genesis_of(preset).execute_with(|| sp_io::storage::root(sp_core::storage::StateVersion::V1));
    assert_eq!(root("local_testnet"), root("development"));
    assert_eq!(genesis::presets(), [PresetId::from("local_testnet"), PresetId::from("development")]);
    assert!(genesis::preset(&PresetId::from("another")).is_none());

    genesis_of("local_testnet").execute_with(|| {
        let alice = Key::Alice.to_account_id();
        assert_eq!(Balances::free_balance(&alice), 1_000_000 * TAO);
        assert_eq!(Balances::free_balance(Key::FerdieStash.to_account_id()), 100_000 * TAO);
        assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(alice.clone()));
        assert_eq!(pallet_subtensor::SubnetOwner::<Runtime>::get(1), alice);
        assert!(pallet_subtensor::AllowLoopbackAxons::<Runtime>::get());
        assert_eq!(Aura::slot_duration(), 250);
        assert_eq!(SubtensorModule::check_invariants(), Ok(()));
        // The first halving lies ahead.
        let issuance = pallet_subtensor::TotalIssuance::<Runtime>::get();
        assert_eq!(pallet_subtensor::emission::block_emission(issuance), TAO);
    });
}

#[test]
fn the_default_configuration_is_no_preset_and_still_builds() {
    let mut state: sp_io::TestExternalities = Default::default();
    state.execute_with(|| {
        RuntimeGenesisConfig::default().build();
        assert!(!pallet_subtensor::AllowLoopbackAxons::<Runtime>::get());
        assert_eq!(SubtensorModule::netuids(), [0]);
    });
}

#[test]
fn metadata_says_what_clients_look_for() {
    genesis_of("local_testnet").execute_with(|| {
        let v14 = Runtime::metadata_at_version(14).unwrap();
        let v15 = Runtime::metadata_at_version(15).unwrap();
        assert_eq!((&v14[..4], v14[4]), (&b"meta"[..], 14));
        assert_eq!((&v15[..4], v15[4]), (&b"meta"[..], 15));
        let has = |metadata: &[u8], text: &str| metadata.windows(text.len()).any(|bytes| bytes == text.as_bytes());
        for name in ["SubtensorModule", "LastMechansimStepBlock", "NeuronRegistered", "SettingWeightsTooFast"] {
            assert!(has(&v14, name) && has(&v15, name), "{name}");
        }
        for name in [
            "NeuronInfoRuntimeApi",
            "get_neurons_lite",
            "AuraApi",
            "SubnetInfoRuntimeApi",
            "get_subnet_hyperparams_v3",
            "get_selective_mechagraph",
            "StakeInfoRuntimeApi",
            "get_coldkey_lock",
            "DelegateInfoRuntimeApi",
            "SubnetRegistrationRuntimeApi",
            "current_alpha_price_all",
            "DecayingHotkeyLock",
            "CollateralLockShare",
            "SubnetEpochConsensus",
            "SubnetEmaTaoFlow",
            "SubnetIdentitiesV3",
            "RootClaimType",
            "CommitmentOf",
            "BetaBasketRuntimeApi",
        ] {
            assert!(has(&v15, name), "{name}");
        }
        // The block time is a constant of Aura, read from the state: its name, its type, and its bytes.
        let constant = |ms: u64| {
            let metadata = Runtime::metadata_at_version(14).unwrap();
            let name = "SlotDuration".encode();
            let bytes = ms.encode().encode();
            metadata.windows(name.len() + 16).any(|part| {
                part.starts_with(&name) && part[name.len()..].windows(bytes.len()).any(|value| value == bytes)
            })
        };
        assert!(!constant(1_000));
        pallet_subtensor::SlotDuration::<Runtime>::put(1_000);
        assert!(constant(1_000));
    });
}

#[test]
fn pallets_keep_the_public_chains_indices() {
    let index = |call: RuntimeCall| call.encode()[0];
    assert_eq!(index(frame_system::Call::remark { remark: vec![] }.into()), 0);
    assert_eq!(index(pallet_timestamp::Call::set { now: 0 }.into()), 2);
    assert_eq!(index(pallet_balances::Call::burn { value: 0, keep_alive: true }.into()), 5);
    assert_eq!(index(register().into()), 7);
    assert_eq!(index(pallet_utility::Call::batch { calls: vec![] }.into()), 11);
    assert_eq!(index(pallet_sudo::Call::remove_key {}.into()), 12);
    assert_eq!(
        index(
            pallet_multisig::Call::poke_deposit { threshold: 0, other_signatories: vec![], call_hash: [0; 32] }.into()
        ),
        13
    );
    assert_eq!(index(pallet_proxy::Call::remove_proxies {}.into()), 16);
    assert_eq!(index(pallet_commitments::Call::set_max_space { new_limit: 1 }.into()), 18);
    assert_eq!(index(pallet_admin_utils::Call::sudo_set_tempo { netuid: 1, tempo: 2 }.into()), 19);
}

#[test]
fn a_hotkey_without_any_balance_serves_and_sets_weights() {
    in_first_block(|| {
        // Before it is registered, nobody vouches for the storage of its nonce.
        assert_eq!(
            Executive::apply_extrinsic(signed(HOTKEY, 0, serve())),
            Err(TransactionValidityError::Invalid(InvalidTransaction::Payment))
        );
        Executive::apply_extrinsic(signed(Key::Alice, 0, register())).unwrap().unwrap();
        Executive::apply_extrinsic(signed(HOTKEY, 0, serve())).unwrap().unwrap();
        let weights = Subtensor::set_weights { netuid: 1, dests: vec![0], weights: vec![1], version_key: 0 };
        Executive::apply_extrinsic(signed(HOTKEY, 1, weights)).unwrap().unwrap();
        assert_eq!(System::account_nonce(HOTKEY.to_account_id()), 2);
        assert_eq!(Balances::free_balance(HOTKEY.to_account_id()), 0);
        assert_eq!(SubtensorModule::get_neurons_lite(1)[0].axon_info.port, 8091);
        Executive::finalize_block();
        assert_eq!(SubtensorModule::check_invariants(), Ok(()));
    });
}

#[test]
fn what_neurons_do_is_free_and_the_rest_nearly() {
    in_first_block(|| {
        let fee = |call: RuntimeCall| {
            let length = signed(Key::Alice, 0, call.clone()).encode().len() as u32;
            TransactionPayment::compute_fee(length, &call.get_dispatch_info(), 0)
        };
        assert_eq!(fee(register().into()), 0);
        assert_eq!(fee(serve().into()), 0);
        let transfer =
            pallet_balances::Call::transfer_keep_alive { dest: MultiAddress::Id(Key::Bob.to_account_id()), value: TAO };
        let transfer = fee(transfer.into());
        assert!((1_000..100_000).contains(&transfer), "{transfer}");
    });
}

#[test]
fn fees_and_burns_leave_the_issuance() {
    in_first_block(|| {
        let before = pallet_subtensor::TotalIssuance::<Runtime>::get();
        Executive::apply_extrinsic(signed(Key::Alice, 0, register())).unwrap().unwrap();
        let remark = frame_system::Call::remark_with_event { remark: vec![1] };
        Executive::apply_extrinsic(signed(Key::Alice, 1, remark)).unwrap().unwrap();
        let spent = 1_000_000 * TAO - Balances::free_balance(Key::Alice.to_account_id());
        Executive::finalize_block();
        assert!(spent > TAO / 10);
        assert_eq!(pallet_subtensor::TotalIssuance::<Runtime>::get(), before + TAO - spent);
        assert_eq!(SubtensorModule::check_invariants(), Ok(()));
    });
}

#[test]
fn a_changed_transaction_is_refused() {
    in_first_block(|| {
        let bytes = signed(Key::Alice, 0, register()).encode();
        let mut changed = bytes.clone();
        *changed.last_mut().unwrap() ^= 1;
        let changed = UncheckedExtrinsic::decode(&mut &changed[..]).unwrap();
        let check = |tx| Executive::validate_transaction(TransactionSource::External, tx, System::parent_hash());
        assert_eq!(check(changed), Err(TransactionValidityError::Invalid(InvalidTransaction::BadProof)));
        assert!(check(UncheckedExtrinsic::decode(&mut &bytes[..]).unwrap()).is_ok());
    });
}

#[test]
fn sudo_may_do_what_others_may_not() {
    in_first_block(|| {
        let set = |key: Key, nonce| {
            let give = pallet_balances::Call::force_set_balance {
                who: MultiAddress::Id(Key::Two.to_account_id()),
                new_free: 7 * TAO,
            };
            signed(key, nonce, pallet_sudo::Call::sudo { call: Box::new(give.into()) })
        };
        assert!(Executive::apply_extrinsic(set(Key::Bob, 0)).unwrap().is_err());
        Executive::apply_extrinsic(set(Key::Alice, 0)).unwrap().unwrap();
        assert_eq!(Balances::free_balance(Key::Two.to_account_id()), 7 * TAO);
        Executive::finalize_block();
        assert_eq!(SubtensorModule::check_invariants(), Ok(()));
    });
}

#[test]
fn an_epoch_of_a_full_subnet_fits_its_block() {
    let limits = Limits::get();
    // As many neurons as there may be, each with weights for all; `run_epoch` says what that costs.
    let mut state = genesis_of("local_testnet");
    state.execute_with(|| {
        for n in 0..256u16 {
            let mut key = [1u8; 32];
            key[..2].copy_from_slice(&n.to_le_bytes());
            let hotkey = AccountId::new(key);
            pallet_subtensor::MaxRegistrationsPerBlock::<Runtime>::insert(1, u16::MAX);
            let call = RuntimeCall::from(Subtensor::burned_register { netuid: 1, hotkey: hotkey.clone() });
            let owner = [Key::Alice, Key::Bob][usize::from(n % 2)].to_account_id();
            call.dispatch(RawOrigin::Signed(owner).into()).unwrap();
            pallet_subtensor::Weights::<Runtime>::insert(1, n, (0..256).map(|to| (to, n + 1)).collect::<Vec<_>>());
        }
        pallet_subtensor::ValidatorPermit::<Runtime>::insert(1, vec![true; 256]);
        System::set_block_number(1_000);
        let used = <SubtensorModule as frame_support::traits::Hooks<BlockNumber>>::on_initialize(1_000);
        assert_eq!(pallet_subtensor::LastEpochBlock::<Runtime>::get(1), 1_000);
        assert!(used.all_lte(limits.max_block), "{used:?}");
    });
}

#[test]
fn a_proxy_does_what_its_kind_may_and_nothing_else() {
    use crate::proxy::ProxyType;
    in_first_block(|| {
        let bob = MultiAddress::Id(Key::Bob.to_account_id());
        let alice = || MultiAddress::Id(Key::Alice.to_account_id());
        let add = pallet_proxy::Call::add_proxy { delegate: bob, proxy_type: ProxyType::Staking, delay: 0 };
        Executive::apply_extrinsic(signed(Key::Alice, 0, add)).unwrap().unwrap();
        let by_proxy = |nonce, call: RuntimeCall| {
            let call = pallet_proxy::Call::proxy { real: alice(), force_proxy_type: None, call: Box::new(call) };
            Executive::apply_extrinsic(signed(Key::Bob, nonce, call)).unwrap().unwrap();
        };
        Executive::apply_extrinsic(signed(Key::Alice, 1, register())).unwrap().unwrap();
        let stake = || pallet_subtensor::TotalHotkeyAlpha::<Runtime>::get(HOTKEY.to_account_id(), 1);
        let add = Subtensor::add_stake { hotkey: HOTKEY.to_account_id(), netuid: 1, amount_staked: TAO };
        by_proxy(0, add.clone().into());
        assert_eq!(stake(), TAO);
        // Neither a transfer, nor one hidden in a batch.
        let before = Balances::free_balance(Key::Two.to_account_id());
        let give: RuntimeCall =
            pallet_balances::Call::transfer_keep_alive { dest: MultiAddress::Id(Key::Two.to_account_id()), value: TAO }
                .into();
        by_proxy(1, give.clone());
        by_proxy(2, pallet_utility::Call::batch_all { calls: vec![add.into(), give] }.into());
        assert_eq!(Balances::free_balance(Key::Two.to_account_id()), before);
        assert_eq!(stake(), TAO);
    });
}

#[test]
fn kinds_of_proxies_keep_the_public_chains_numbers() {
    use crate::proxy::ProxyType;
    use frame_support::traits::InstanceFilter;
    assert_eq!(ProxyType::Any.encode(), [0]);
    assert_eq!(ProxyType::Staking.encode(), [8]);
    assert_eq!(ProxyType::RootClaim.encode(), [17]);
    let small = |value| {
        pallet_balances::Call::transfer_keep_alive { dest: MultiAddress::Id(Key::Two.to_account_id()), value }.into()
    };
    assert!(ProxyType::SmallTransfer.filter(&small(499_999_999)));
    assert!(!ProxyType::SmallTransfer.filter(&small(500_000_000)));
    assert!(ProxyType::NonTransfer.filter(&register().into()) && !ProxyType::NonTransfer.filter(&small(1)));
    assert!(ProxyType::Registration.filter(&register().into()) && !ProxyType::NonFungible.filter(&register().into()));
    let tempo = pallet_admin_utils::Call::sudo_set_tempo { netuid: 1, tempo: 2 }.into();
    assert!(ProxyType::Owner.filter(&tempo) && !ProxyType::Senate.filter(&tempo));
    assert!(
        ProxyType::Any.is_superset(&ProxyType::Staking) && !ProxyType::NonTransfer.is_superset(&ProxyType::Transfer)
    );
}

#[test]
fn two_of_three_spend_what_is_theirs() {
    in_first_block(|| {
        let mut all = [Key::Alice, Key::Bob, Key::Charlie].map(|key| key.to_account_id());
        all.sort();
        let shared = pallet_multisig::Pallet::<Runtime>::multi_account_id(&all, 2);
        let fund =
            pallet_balances::Call::transfer_keep_alive { dest: MultiAddress::Id(shared.clone()), value: 9 * TAO };
        Executive::apply_extrinsic(signed(Key::Alice, 0, fund)).unwrap().unwrap();
        let give: RuntimeCall =
            pallet_balances::Call::transfer_keep_alive { dest: MultiAddress::Id(Key::Two.to_account_id()), value: TAO }
                .into();
        let others = |me: &AccountId| all.iter().filter(|one| *one != me).cloned().collect::<Vec<_>>();
        let approve = |key: Key, nonce, maybe_timepoint| {
            let call = pallet_multisig::Call::as_multi {
                threshold: 2,
                other_signatories: others(&key.to_account_id()),
                maybe_timepoint,
                call: Box::new(give.clone()),
                max_weight: frame_support::weights::Weight::from_parts(1_000_000_000, 100_000),
            };
            Executive::apply_extrinsic(signed(key, nonce, call)).unwrap().unwrap();
        };
        approve(Key::Alice, 1, None);
        assert_eq!(Balances::free_balance(Key::Two.to_account_id()), 0);
        approve(Key::Bob, 0, Some(pallet_multisig::Timepoint { height: 1, index: 2 }));
        assert_eq!(Balances::free_balance(Key::Two.to_account_id()), TAO);
    });
}

#[test]
fn work_registers_a_hotkey_without_any_balance() {
    use pallet_subtensor::proof_of_work::{meets, seal};
    in_first_block(|| {
        let hotkey = HOTKEY.to_account_id();
        let difficulty = pallet_subtensor::Difficulty::<Runtime>::get(1);
        let hash = System::block_hash(0);
        let nonce = (0..).find(|nonce| meets(&seal(hash, &hotkey, *nonce), difficulty)).unwrap();
        let register = |nonce| Subtensor::register {
            netuid: 1,
            block_number: 0,
            nonce,
            work: seal(hash, &HOTKEY.to_account_id(), nonce).to_vec(),
            hotkey: HOTKEY.to_account_id(),
            coldkey: Key::Bob.to_account_id(),
        };
        // Neither without enough work, nor with a later nonce, nor signed by somebody else.
        let refused = |tx| Executive::apply_extrinsic(tx).map(|_| ());
        let poor = (0..).find(|nonce| !meets(&seal(hash, &hotkey, *nonce), difficulty)).unwrap();
        let no_account = Err(TransactionValidityError::Invalid(InvalidTransaction::Payment));
        assert_eq!(refused(signed(HOTKEY, 0, register(poor))), no_account);
        assert_eq!(refused(signed(HOTKEY, 1, register(nonce))), no_account);
        assert_eq!(refused(signed(Key::Two, 0, register(nonce))), no_account);
        Executive::apply_extrinsic(signed(HOTKEY, 0, register(nonce))).unwrap().unwrap();
        assert_eq!(pallet_subtensor::Keys::<Runtime>::get(1, 0), hotkey);
        assert_eq!((System::account_nonce(&hotkey), System::account_exists(&hotkey)), (1, true));
        Executive::apply_extrinsic(signed(HOTKEY, 1, serve())).unwrap().unwrap();
        let again = Executive::apply_extrinsic(signed(HOTKEY, 0, register(nonce)));
        assert_eq!(again.map(|_| ()), Err(TransactionValidityError::Invalid(InvalidTransaction::Stale)));
    });
}

#[test]
fn a_coldkey_whose_swap_is_announced_may_send_nothing_else() {
    in_first_block(|| {
        let refused = |number| Err(TransactionValidityError::Invalid(InvalidTransaction::Custom(number)));
        let remark = || RuntimeCall::from(frame_system::Call::remark_with_event { remark: vec![1] });
        let allow =
            pallet_proxy::Call::add_proxy { delegate: id(Key::Alice), proxy_type: proxy::ProxyType::Any, delay: 0 };
        Executive::apply_extrinsic(signed(Key::Bob, 0, allow)).unwrap().unwrap();
        let hash = BlakeTwo256::hash_of(&Key::Two.to_account_id());
        let announce = Subtensor::announce_coldkey_swap { new_coldkey_hash: hash };
        Executive::apply_extrinsic(signed(Key::Bob, 1, announce)).unwrap().unwrap();

        assert_eq!(Executive::apply_extrinsic(signed(Key::Bob, 2, remark())), refused(0));
        let batch = pallet_utility::Call::batch { calls: vec![remark()] };
        assert_eq!(Executive::apply_extrinsic(signed(Key::Bob, 2, batch)), refused(0));
        let by_proxy =
            pallet_proxy::Call::proxy { real: id(Key::Bob), force_proxy_type: None, call: Box::new(remark()) };
        assert_eq!(Executive::apply_extrinsic(signed(Key::Alice, 0, by_proxy.clone())), refused(0));
        // The swap itself goes on, and whoever has none announced is free.
        let finish = Subtensor::swap_coldkey_announced { new_coldkey: Key::Two.to_account_id() };
        assert!(Executive::apply_extrinsic(signed(Key::Bob, 2, finish.clone())).unwrap().is_err());
        Executive::apply_extrinsic(signed(Key::Alice, 0, remark())).unwrap().unwrap();
        Executive::apply_extrinsic(signed(Key::Bob, 3, Subtensor::dispute_coldkey_swap {})).unwrap().unwrap();
        assert_eq!(Executive::apply_extrinsic(signed(Key::Bob, 4, finish)), refused(21));
        assert_eq!(Executive::apply_extrinsic(signed(Key::Alice, 1, by_proxy)), refused(21));
    });
}

fn id(key: Key) -> MultiAddress<AccountId, ()> {
    MultiAddress::Id(key.to_account_id())
}

#[test]
fn accounts_are_the_first_type_of_metadata_15() {
    in_first_block(|| {
        let bytes = <Runtime as sp_api::runtime_decl_for_metadata::Metadata<Block>>::metadata_at_version(15).unwrap();
        // Magic, version, the number of types; then the first type with its id, and its path.
        let rest = &mut &bytes[5..];
        Compact::<u32>::decode(rest).unwrap();
        assert_eq!(Compact::<u32>::decode(rest).unwrap().0, 0);
        assert_eq!(Vec::<String>::decode(rest).unwrap(), ["sp_core", "crypto", "AccountId32"]);
    });
}

#[test]
fn a_price_lies_where_clients_look_for_it_as_long_as_the_subnet_is_there() {
    in_first_block(|| {
        let priced = || {
            let mut netuids: Vec<u16> = pallet_swap::AlphaSqrtPrice::<Runtime>::iter_keys().collect();
            netuids.sort();
            netuids
        };
        assert_eq!(priced(), [0, 1]);
        assert_eq!(pallet_swap::AlphaSqrtPrice::<Runtime>::get(1).bits, 1 << 64);
        let owner = Key::Bob.to_account_id();
        let origin = || RawOrigin::Signed(owner.clone()).into();
        SubtensorModule::register_network(origin(), owner.clone()).unwrap();
        assert_eq!(priced(), [0, 1, 2]);
        SubtensorModule::root_dissolve_network(RawOrigin::Root.into(), 2).unwrap();
        assert_eq!(priced(), [0, 1]);
    });
}
