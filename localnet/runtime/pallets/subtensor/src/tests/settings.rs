//! What an owner changes by calls of this pallet.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn owned(test: impl FnOnce()) {
    with_subnet(
        |subnet| {
            subnet.owner = Some(cold(1));
            subnet.owner_hotkey = Some(hot(1));
        },
        test,
    );
}

#[test]
fn set_tempo_begins_to_count_anew() {
    owned(|| {
        let call = |n, tempo| SubtensorModule::set_tempo(signed(cold(n)), NETUID, tempo);
        assert_noop!(call(2, 5), DispatchError::BadOrigin);
        assert_noop!(SubtensorModule::set_tempo(RuntimeOrigin::root(), NETUID, 5), DispatchError::BadOrigin);
        assert_noop!(call(1, 0), Error::<Test>::TempoOutOfBounds);
        assert_noop!(call(1, 50_401), Error::<Test>::TempoOutOfBounds);
        pass_blocks(37);
        assert_ok!(call(1, 5));
        System::assert_last_event(Event::TempoSet(NETUID, 5).into());
        assert_noop!(call(1, 6), Error::<Test>::TxRateLimitExceeded);
        assert_eq!(SubtensorModule::get_next_epoch_start_block(NETUID), Some(43));
        pass_blocks(4);
        assert_eq!(SubnetEpochIndex::<Test>::get(NETUID), 0);
        pass_blocks(1);
        assert_eq!(SubnetEpochIndex::<Test>::get(NETUID), 1);
        AdminFreezeWindow::<Test>::put(6);
        assert_noop!(call(1, 6), Error::<Test>::AdminActionProhibitedDuringWeightsWindow);
    });
}

#[test]
fn trigger_epoch_runs_one_before_its_time() {
    owned(|| {
        let call = |n| SubtensorModule::trigger_epoch(signed(cold(n)), NETUID);
        AdminFreezeWindow::<Test>::put(3);
        assert_noop!(call(2), DispatchError::BadOrigin);
        assert_ok!(call(1));
        System::assert_last_event(Event::EpochTriggered { netuid: NETUID, by: cold(1), fires_at: 4 }.into());
        assert_noop!(call(1), Error::<Test>::EpochTriggerAlreadyPending);
        assert_eq!(SubtensorModule::get_next_epoch_start_block(NETUID), Some(4));
        pass_blocks(3);
        assert_eq!((SubnetEpochIndex::<Test>::get(NETUID), LastEpochBlock::<Test>::get(NETUID)), (1, 4));
        assert_eq!(SubtensorModule::get_next_epoch_start_block(NETUID), Some(44));
        pass_blocks(38);
        assert_noop!(call(1), Error::<Test>::AutoEpochAlreadyImminent);
        CommitRevealWeightsEnabled::<Test>::insert(NETUID, true);
        assert_noop!(call(1), Error::<Test>::DynamicTempoBlockedByCommitReveal);
        assert_eq!(SubtensorModule::get_next_epoch_start_block(ROOT), None);
    });
}

#[test]
fn the_activity_cutoff_may_follow_the_tempo() {
    owned(|| {
        let call = |origin, factor| SubtensorModule::set_activity_cutoff_factor(origin, NETUID, factor);
        assert_eq!(SubtensorModule::activity_cutoff(NETUID), 5_000);
        assert_noop!(call(signed(cold(2)), 2_000), DispatchError::BadOrigin);
        assert_noop!(call(signed(cold(1)), 999), Error::<Test>::ActivityCutoffFactorMilliOutOfBounds);
        assert_noop!(call(RuntimeOrigin::root(), 50_001), Error::<Test>::ActivityCutoffFactorMilliOutOfBounds);
        assert_ok!(call(signed(cold(1)), 2_525));
        assert_eq!(SubtensorModule::activity_cutoff(NETUID), 101);
        System::assert_last_event(Event::ActivityCutoffFactorMilliSet { netuid: NETUID, factor_milli: 2_525 }.into());
        OwnerHyperparamRateLimit::<Test>::put(2);
        assert_noop!(call(signed(cold(1)), 2_000), Error::<Test>::TxRateLimitExceeded);
        assert_ok!(call(RuntimeOrigin::root(), 2_000));
    });
}

#[test]
fn subnets_have_symbols_of_their_own() {
    owned(|| {
        let call =
            |n, symbol: &str| SubtensorModule::update_symbol(signed(cold(n)), NETUID, symbol.as_bytes().to_vec());
        assert_eq!(TokenSymbol::<Test>::get(ROOT), "Τ".as_bytes());
        assert_eq!(TokenSymbol::<Test>::get(NETUID), "α".as_bytes());
        assert_noop!(call(2, "β"), DispatchError::BadOrigin);
        assert_noop!(call(1, "x"), Error::<Test>::SymbolDoesNotExist);
        assert_noop!(call(1, "Τ"), Error::<Test>::SymbolDoesNotExist);
        assert_noop!(call(1, ""), Error::<Test>::SymbolDoesNotExist);
        assert_noop!(call(1, "α"), Error::<Test>::SymbolAlreadyInUse);
        assert_ok!(call(1, "β"));
        System::assert_last_event(Event::SymbolUpdated { netuid: NETUID, symbol: "β".as_bytes().to_vec() }.into());
        // The next subnet's own is taken: it gets the first that is free.
        assert_ok!(SubtensorModule::register_network(signed(cold(3)), hot(3)));
        assert_eq!(TokenSymbol::<Test>::get(2), "α".as_bytes());
    });
}

/// Absent owners read as the account of all zeros, and signatures of that key can be made by anybody.
#[test]
fn what_nobody_owns_does_not_belong_to_the_account_of_all_zeros() {
    local(|| {
        assert_eq!(SubnetOwner::<Test>::get(NETUID), cold(0));
        let call = SubtensorModule::set_tempo(signed(cold(0)), NETUID, 5);
        assert_eq!(call, Err(DispatchError::BadOrigin));
        assert_noop!(SubtensorModule::start_call(signed(cold(0)), NETUID), DispatchError::BadOrigin);
        assert_noop!(
            SubtensorModule::dissolve_network(RuntimeOrigin::root(), cold(0), NETUID),
            Error::<Test>::NotSubnetOwner
        );
    });
}

#[test]
fn the_root_network_has_no_epochs_whatever_its_tempo() {
    local(|| {
        join(1, TAO);
        assert_ok!(SubtensorModule::root_register(signed(cold(1)), hot(1)));
        assert_ok!(SubtensorModule::add_stake(signed(cold(1)), hot(1), ROOT, TAO));
        Tempo::<Test>::insert(ROOT, 2);
        pass_blocks(10);
        assert_eq!(SubnetEpochIndex::<Test>::get(ROOT), 0);
    });
}
