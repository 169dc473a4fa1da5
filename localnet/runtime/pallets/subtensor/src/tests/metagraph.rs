//! What runtime APIs answer about subnets, stake and delegates.

use crate::{mock::*, *};
use codec::{Compact, Encode};
use frame_support::assert_ok;

fn busy(test: impl FnOnce()) {
    local(|| {
        join(1, 100 * TAO);
        join(2, 0);
        assert_ok!(SubtensorModule::add_stake(signed(cold(3)), hot(1), NETUID, 40 * TAO));
        assert_ok!(SubtensorModule::add_stake(signed(cold(3)), hot(1), ROOT, 10 * TAO));
        pass_epoch();
        assert_ok!(set_weights(1, vec![1], vec![9]));
        pass_epoch();
        test();
    });
}

#[test]
fn metagraphs_tell_what_is_stored() {
    busy(|| {
        let graph = SubtensorModule::get_metagraph(NETUID).unwrap();
        assert_eq!((graph.netuid.0, graph.num_uids.0, graph.max_uids.0, graph.tempo.0), (1, 2, 256, 40));
        assert_eq!(graph.hotkeys, [hot(1), hot(2)]);
        assert_eq!(graph.coldkeys, [cold(1), cold(2)]);
        assert_eq!(graph.incentives, [Compact(0), Compact(65_535)]);
        assert_eq!(graph.dividends, [Compact(65_535), Compact(0)]);
        assert_eq!(graph.validator_permit, ValidatorPermit::<Test>::get(NETUID));
        assert_eq!(graph.block.0, 80);
        assert_eq!(graph.subnet_emission.0, TAO);
        for (uid, stake) in graph.alpha_stake.iter().enumerate() {
            assert_eq!(stake.0, TotalHotkeyAlpha::<Test>::get(&graph.hotkeys[uid], NETUID));
            assert_eq!(graph.total_stake[uid].0, stake.0 + graph.tao_stake[uid].0);
        }
        assert_eq!(graph.alpha_dividends_per_hotkey[0].1 .0, AlphaDividendsPerSubnet::<Test>::get(NETUID, hot(1)));
        assert_eq!(graph.tao_in.0, SubnetTAO::<Test>::get(NETUID));
        let state = SubtensorModule::get_subnet_state(NETUID).unwrap();
        assert_eq!(
            (state.hotkeys, state.emission, state.total_stake),
            (graph.hotkeys.clone(), graph.emission.clone(), graph.total_stake.clone())
        );
        assert_eq!(SubtensorModule::get_all_metagraphs().len(), 2);
        assert_eq!(SubtensorModule::get_all_metagraphs()[1].as_ref(), Some(&graph));
        assert_eq!(SubtensorModule::get_all_mechagraphs().len(), 2);
        assert!(SubtensorModule::get_metagraph(9).is_none() && SubtensorModule::get_mechagraph(NETUID, 1).is_none());
        assert!(SubtensorModule::get_subnet_state(9).is_none());
    });
}

#[test]
fn a_selective_metagraph_has_the_fields_asked_for_and_no_others() {
    busy(|| {
        let whole = SubtensorModule::get_metagraph(NETUID).unwrap();
        let some = SubtensorModule::get_selective_metagraph(NETUID, &[0, 52, 62, 72, 73, 9_999]).unwrap();
        assert_eq!(some.hotkeys.as_ref(), Some(&whole.hotkeys));
        assert_eq!(some.incentives.as_ref(), Some(&whole.incentives));
        assert_eq!(some.validators, Some(vec![Compact(0)]));
        assert_eq!(some.commitments, Some(vec![]));
        // A netuid, 73 fields of one byte each when absent.
        let none = SubtensorModule::get_selective_mechagraph(NETUID, 0, &[]).unwrap();
        assert_eq!(none.encode(), [&[4u8][..], &[0; 73]].concat());
        // Every field by its number, in order: together they are the whole.
        let all = SubtensorModule::get_selective_metagraph(NETUID, &(0..74).collect::<Vec<_>>()).unwrap();
        let alone: usize = (1..72).map(|n| whole.clone().select(&[n]).encode().len() - 74).sum();
        assert_eq!(alone + 1, whole.encode().len());
        assert_eq!(all.encode().len(), whole.encode().len() + 73 + 2 + 1);
    });
}

#[test]
fn subnets_are_told_in_every_version() {
    busy(|| {
        let new = SubtensorModule::get_subnet_info_v2(NETUID).unwrap();
        let old = SubtensorModule::get_subnet_info(NETUID).unwrap();
        // The newer answer is the older one and the identity, here none.
        assert_eq!(new.encode(), [old.encode(), vec![0]].concat());
        assert_eq!(SubtensorModule::get_subnets_info().len(), 2);
        assert_eq!(SubtensorModule::get_subnets_info_v2()[1].as_ref(), Some(&new));

        let settings = SubtensorModule::get_subnet_hyperparams_v2(NETUID).unwrap();
        let older = SubtensorModule::get_subnet_hyperparams(NETUID).unwrap();
        assert!(settings.encode().starts_with(&older.encode()));
        assert_eq!((settings.yuma_version.0, settings.alpha_sigmoid_steepness.bits), (3, 1_000 << 32));
        let named = SubtensorModule::get_subnet_hyperparams_v3(NETUID).unwrap();
        let value = |name: &str| named.iter().find(|entry| entry.name == name.as_bytes()).map(|entry| &entry.value);
        assert_eq!(value("tempo"), Some(&HyperparamValue::U16(Compact(40))));
        assert_eq!(value("yuma_version"), Some(&HyperparamValue::U16(Compact(3))));
        assert_eq!(value("max_burn"), Some(&HyperparamValue::TaoBalance(Compact(100 * TAO))));
        assert_eq!(value("commit_reveal_weights_enabled"), Some(&HyperparamValue::Bool(false)));
        assert_eq!(value("activity_cutoff_factor"), Some(&HyperparamValue::U32(Compact(13_889))));
        assert_eq!(value("burn_increase_mult"), Some(&HyperparamValue::U64F64(FixedU128::ONE)));

        let info = SubtensorModule::get_dynamic_info(NETUID).unwrap();
        assert_eq!(info.tao_in.0, SubnetTAO::<Test>::get(NETUID));
        assert_eq!(info.moving_price, FixedI128::ONE);
        assert_eq!(info.subnet_name.iter().map(|byte| byte.0).collect::<Vec<_>>(), b"subnet 1");
        let all = SubtensorModule::get_all_dynamic_info();
        assert_eq!((all.len(), all[1].as_ref()), (2, Some(&info)));
        assert!(SubtensorModule::get_subnet_info(9).is_none() && SubtensorModule::get_dynamic_info(9).is_none());
        assert!(SubtensorModule::get_subnet_hyperparams_v3(9).is_none());
    });
}

#[test]
fn stake_is_told_by_coldkey() {
    busy(|| {
        let mine = SubtensorModule::get_stake_info_for_coldkey(&cold(3));
        let netuids: Vec<u16> = mine.iter().map(|info| info.netuid.0).collect();
        assert_eq!(netuids, [ROOT, NETUID]);
        // Ten that were staked, and what they earned.
        let root = SubtensorModule::stake_of(&hot(1), &cold(3), ROOT);
        assert!(mine[0].stake.0 == root && root > 10 * TAO);
        assert_eq!(mine[1].stake.0, SubtensorModule::stake_of(&hot(1), &cold(3), NETUID));
        assert!(mine[1].is_registered && !mine[0].is_registered);
        let all = SubtensorModule::get_stake_info_for_coldkeys(vec![cold(3), cold(8)]);
        assert_eq!(all, [(cold(3), mine.clone()), (cold(8), vec![])]);
        let one = |netuid| SubtensorModule::get_stake_info_for_hotkey_coldkey_netuid(&hot(1), &cold(3), netuid);
        assert_eq!(one(NETUID).as_ref(), mine.get(1));
        assert!(one(9).is_none());
        let free = SubtensorModule::get_stake_availability_for_coldkeys(vec![cold(3)], Some(vec![NETUID, 7]));
        assert_eq!(free[&cold(3)][&NETUID].available, mine[1].stake);
        assert_eq!((free[&cold(3)][&7].total.0, free[&cold(3)].len()), (0, 2));
        assert!(SubtensorModule::get_coldkey_lock(&cold(3), NETUID).is_none());
    });
}

#[test]
fn delegates_are_told_with_their_stakers() {
    busy(|| {
        let one = SubtensorModule::get_delegate(hot(1)).unwrap();
        assert_eq!((one.owner_ss58.clone(), one.take.0), (cold(1), 11_796));
        assert_eq!(one.nominators.len(), 2);
        assert_eq!((one.registrations.clone(), one.validator_permits.clone()), (vec![Compact(1)], vec![Compact(1)]));
        assert!(one.total_daily_return.0 > 0 && one.return_per_1000.0 > 0);
        assert_eq!(SubtensorModule::get_delegates().len(), 2);
        let mine = SubtensorModule::get_delegated(&cold(3));
        assert_eq!(mine.len(), 2);
        let root = SubtensorModule::stake_of(&hot(1), &cold(3), ROOT);
        assert_eq!(mine[0], (one, (Compact(ROOT), Compact(root))));
        assert!(SubtensorModule::get_delegate(hot(9)).is_none());
    });
}

#[test]
fn one_alpha_is_one_tao() {
    local(|| {
        assert_eq!(SubtensorModule::current_alpha_price(NETUID), TAO);
        assert_eq!(SubtensorModule::current_alpha_price(9), 0);
        let prices = SubtensorModule::current_alpha_price_all();
        assert_eq!(prices, [ROOT, NETUID].map(|netuid| SubnetPrice { netuid, price: TAO }));
        let swap = SubtensorModule::sim_swap(NETUID, 7);
        assert_eq!((swap.tao_amount, swap.alpha_amount, swap.tao_fee, swap.alpha_slippage), (7, 7, 0, 0));
        assert_eq!(SubtensorModule::sim_swap(9, 7).alpha_amount, 0);
    });
}
