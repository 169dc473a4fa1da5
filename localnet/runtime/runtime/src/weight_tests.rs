//! No call is free of weight, and none is too heavy for a block.

use crate::*;
use alloc::{string::String, vec::Vec};
use codec::Decode;
use frame_support::{
    dispatch::{GetDispatchInfo, Pays},
    traits::{BuildGenesisConfig, GetCallIndex, GetCallName},
};
use sp_core::H256;
use sp_runtime::traits::TrailingZeroInput;

type Subtensor = pallet_subtensor::Call<Runtime>;

/// A chain as it begins.
fn chain(test: impl FnOnce()) {
    sp_io::TestExternalities::default().execute_with(|| {
        RuntimeGenesisConfig::default().build();
        test();
    });
}

/// Largest weight of one transaction.
fn most(info: &frame_support::dispatch::DispatchInfo) -> Weight {
    let (limits, class) = (Limits::get(), info.class);
    limits.get(class).max_extrinsic.or(limits.get(class).max_total).unwrap_or(limits.max_block)
}

fn check(call: &RuntimeCall) {
    let info = call.get_dispatch_info();
    assert!(info.call_weight.ref_time() > 0, "no weight: {call:?}");
    assert!(info.call_weight.all_lte(most(&info)), "{} does not fit a block: {call:?}", info.call_weight);
}

/// Calls whose weight is an argument of root's.
fn says_its_weight(call: &RuntimeCall) -> bool {
    use pallet_sudo::Call::sudo_unchecked_weight;
    use pallet_utility::Call::with_weight;
    matches!(call, RuntimeCall::Utility(with_weight { .. }) | RuntimeCall::Sudo(sudo_unchecked_weight { .. }))
}

/// Every call there is, its arguments all zeros: numbers 0, lists empty, options none.
fn every_call() -> Vec<RuntimeCall> {
    let numbers = 0..=u8::MAX;
    numbers
        .clone()
        .flat_map(|pallet| numbers.clone().map(move |call| [pallet, call]))
        .filter_map(|start| RuntimeCall::decode(&mut TrailingZeroInput::new(&start)).ok())
        .collect()
}

#[test]
fn every_call_has_a_weight_and_fits_a_block() {
    chain(|| {
        let calls = every_call();
        let count: usize = [
            frame_system::Call::<Runtime>::get_call_names().len(),
            pallet_timestamp::Call::<Runtime>::get_call_names().len(),
            pallet_balances::Call::<Runtime>::get_call_names().len(),
            pallet_utility::Call::<Runtime>::get_call_names().len(),
            pallet_sudo::Call::<Runtime>::get_call_names().len(),
            pallet_multisig::Call::<Runtime>::get_call_names().len(),
            pallet_proxy::Call::<Runtime>::get_call_names().len(),
            Subtensor::get_call_names().len(),
            pallet_commitments::Call::<Runtime>::get_call_names().len(),
            pallet_admin_utils::Call::<Runtime>::get_call_names().len(),
        ]
        .iter()
        .sum();
        assert_eq!(calls.len(), count);
        assert_eq!(calls.iter().filter(|call| says_its_weight(call)).count(), 2);
        calls.iter().filter(|call| !says_its_weight(call)).for_each(check);
    });
}

#[test]
fn calls_with_full_lists_fit_a_block_too() {
    chain(|| {
        let key = AccountId::new([1; 32]);
        let uids: Vec<u16> = (0..256).collect();
        let (dests, values, salt) = (uids.clone(), uids.clone(), uids.clone());
        let calls = [
            Subtensor::set_weights { netuid: 1, dests, weights: values, version_key: 0 },
            Subtensor::reveal_weights { netuid: 1, uids: uids.clone(), values: uids, salt, version_key: 0 },
            Subtensor::set_children { hotkey: key.clone(), netuid: 1, children: vec![(1, key.clone()); 5] },
            Subtensor::commit_weights { netuid: 1, commit_hash: H256::zero() },
            Subtensor::burned_register { netuid: 1, hotkey: key.clone() },
            Subtensor::unstake_all { hotkey: key.clone() },
        ];
        for call in calls {
            check(&call.into());
        }
        // As many subnets as there may be, all of them full, with both mechanisms.
        for netuid in 1..=128u16 {
            pallet_subtensor::NetworksAdded::<Runtime>::insert(netuid, true);
            pallet_subtensor::SubnetworkN::<Runtime>::insert(netuid, 256);
            pallet_subtensor::MechanismCountCurrent::<Runtime>::insert(netuid, 2);
            pallet_subtensor::NetworkRegisteredAt::<Runtime>::insert(netuid, 0);
        }
        pallet_subtensor::TotalNetworks::<Runtime>::put(129);
        pallet_subtensor::NetworkImmunityPeriod::<Runtime>::put(0);
        let new = AccountId::new([2; 32]);
        check(&Subtensor::register_network { hotkey: key.clone() }.into());
        check(&Subtensor::root_dissolve_network { netuid: 1 }.into());
        check(&Subtensor::swap_hotkey { hotkey: key.clone(), new_hotkey: new.clone(), netuid: None }.into());
        check(&Subtensor::swap_coldkey { old_coldkey: key, new_coldkey: new, swap_cost: 0 }.into());
        every_call().iter().filter(|call| !says_its_weight(call)).for_each(check);
    });
}

#[test]
fn a_block_holds_many_neurons_weights_and_a_thousand_transfers() {
    chain(|| {
        let fit = |call: RuntimeCall| {
            let limits = Limits::get();
            let class = limits.get(DispatchClass::Normal);
            let one = call.get_dispatch_info().call_weight + class.base_extrinsic;
            class.max_total.unwrap().ref_time() / one.ref_time()
        };
        let uids: Vec<u16> = (0..256).collect();
        let weights = Subtensor::set_weights { netuid: 1, dests: uids.clone(), weights: uids, version_key: 0 };
        assert!(fit(weights.into()) >= 256);
        let dest = MultiAddress::Id(AccountId::new([1; 32]));
        let transfer = pallet_balances::Call::<Runtime>::transfer_keep_alive { dest, value: 1 };
        assert!(fit(transfer.into()) >= 4_000);
    });
}

#[test]
fn what_neurons_must_do_is_free_and_staking_is_not() {
    chain(|| {
        let pays = |name: &str| {
            let place = Subtensor::get_call_names().iter().position(|known| *known == name).unwrap();
            let start = [7, Subtensor::get_call_indices()[place]];
            RuntimeCall::decode(&mut TrailingZeroInput::new(&start)).unwrap().get_dispatch_info().pays_fee
        };
        for name in ["set_weights", "commit_weights", "reveal_weights", "serve_axon", "serve_prometheus", "register"] {
            assert_eq!(pays(name), Pays::No, "{name}");
        }
        for name in ["add_stake", "register_network", "swap_hotkey", "set_identity", "unstake_all"] {
            assert_eq!(pays(name), Pays::Yes, "{name}");
        }
    });
}

/// What clients show before they send, and what people are used to.
#[test]
fn fees_keep_their_magnitude() {
    chain(|| {
        let fee = |call: RuntimeCall, bytes: u32| TransactionPayment::compute_fee(bytes, &call.get_dispatch_info(), 0);
        let dest = MultiAddress::Id(AccountId::new([1; 32]));
        let transfer = pallet_balances::Call::<Runtime>::transfer_keep_alive { dest, value: 1 };
        let hotkey = AccountId::new([1; 32]);
        let stake = Subtensor::add_stake { hotkey: hotkey.clone(), netuid: 1, amount_staked: 1 };
        let found = [fee(transfer.into(), 150), fee(stake.into(), 150)];
        // 0.00002 to 0.0001 TAO, 0.00003 to 0.0003 TAO.
        assert!((20_000..100_000).contains(&found[0]), "{found:?}");
        assert!((30_000..300_000).contains(&found[1]), "{found:?}");
        let create = fee(Subtensor::register_network { hotkey }.into(), 150);
        assert!((50_000..10_000_000).contains(&create), "{create}");
    });
}

/// Those of the pallets that are ours; the others come with measured weights.
#[cfg(feature = "runtime-benchmarks")]
#[test]
fn every_call_is_measured() {
    use frame_benchmarking::Benchmarking;
    let measured = |benchmarks: Vec<frame_benchmarking::BenchmarkMetadata>| -> Vec<String> {
        benchmarks.into_iter().map(|one| String::from_utf8(one.name).unwrap()).collect()
    };
    let check = |calls: &[&str], measured: Vec<String>| {
        let missing: Vec<_> = calls.iter().filter(|call| !measured.contains(&call.to_string())).collect();
        assert!(missing.is_empty(), "{missing:?}");
    };
    check(Subtensor::get_call_names(), measured(SubtensorModule::benchmarks(false)));
    let settings = pallet_admin_utils::Call::<Runtime>::get_call_names();
    check(settings, measured(AdminUtils::benchmarks(false)));
    let publishing = pallet_commitments::Call::<Runtime>::get_call_names();
    check(publishing, measured(Commitments::benchmarks(false)));
}
