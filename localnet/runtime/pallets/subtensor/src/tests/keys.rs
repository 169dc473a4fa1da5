use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{
    traits::{BlakeTwo256, Hash},
    DispatchError, DispatchResult,
};

const PRICE: u64 = TAO / 10;

fn swap(n: u8, old: u8, new: u8, netuid: Option<u16>) -> DispatchResult {
    done(SubtensorModule::swap_hotkey(signed(cold(n)), hot(old), hot(new), netuid))
}

#[test]
fn swap_hotkey_takes_everything_along() {
    with_subnet(
        |subnet| {
            subnet.owner = Some(cold(1));
            subnet.owner_hotkey = Some(hot(1));
        },
        || {
            join(1, 100 * TAO);
            join(2, 50 * TAO);
            assert_ok!(SubtensorModule::add_stake(signed(cold(2)), hot(1), NETUID, 30 * TAO));
            assert_ok!(SubtensorModule::serve_axon(signed(hot(1)), NETUID, 1, 0x08080808, 9, 4, 0, 0, 0));
            assert_ok!(SubtensorModule::decrease_take(signed(cold(1)), hot(1), 5));
            assert_ok!(SubtensorModule::set_children(signed(cold(1)), hot(1), NETUID, vec![(9, hot(2))]));
            pass_epoch();
            assert_ok!(set_weights(1, vec![1], vec![1]));
            let mine = SubtensorModule::stake_of(&hot(1), &cold(1), NETUID);
            let theirs = SubtensorModule::stake_of(&hot(1), &cold(2), NETUID);
            let whole = TotalHotkeyAlpha::<Test>::get(hot(1), NETUID);
            let before = all_rao();

            assert_ok!(swap(1, 1, 5, None));
            System::assert_last_event(
                Event::HotkeySwapped { coldkey: cold(1), old_hotkey: hot(1), new_hotkey: hot(5) }.into(),
            );
            assert_eq!(all_rao(), before - PRICE);
            assert_eq!(Uids::<Test>::get(NETUID, hot(5)), Some(0));
            assert_eq!(Uids::<Test>::get(NETUID, hot(1)), None);
            assert_eq!(Axons::<Test>::get(NETUID, hot(5)).unwrap().port, 9);
            assert_eq!(Delegates::<Test>::get(hot(5)), 5);
            assert_eq!(SubnetOwnerHotkey::<Test>::get(NETUID), hot(5));
            assert_eq!(ParentKeys::<Test>::get(hot(2), NETUID), [(9, hot(5))]);
            assert!(!Owner::<Test>::contains_key(hot(1)));
            assert_eq!(OwnedHotkeys::<Test>::get(cold(1)), [hot(5)]);
            assert_eq!(TotalHotkeyAlpha::<Test>::get(hot(5), NETUID), whole);
            assert!(SubtensorModule::stake_of(&hot(5), &cold(1), NETUID).abs_diff(mine) < 2);
            assert!(SubtensorModule::stake_of(&hot(5), &cold(2), NETUID).abs_diff(theirs) < 2);
            assert_eq!(Weights::<Test>::get(NETUID, 0), [(1, 65_535)]);
            // The new hotkey goes on where the old one was.
            assert_ok!(set_weights(5, vec![1], vec![2]));
            pass_epoch();
        },
    );
}

#[test]
fn swap_hotkey_in_one_subnet_leaves_the_others() {
    local(|| {
        join(1, 100 * TAO);
        assert_ok!(SubtensorModule::add_stake(signed(cold(1)), hot(1), ROOT, 7 * TAO));
        assert_ok!(swap(1, 1, 5, Some(NETUID)));
        let (coldkey, old_hotkey, new_hotkey) = (cold(1), hot(1), hot(5));
        let swapped = Event::HotkeySwappedOnSubnet { coldkey, old_hotkey, new_hotkey, netuid: NETUID };
        System::assert_last_event(swapped.into());
        assert_eq!(SubtensorModule::stake_of(&hot(5), &cold(1), NETUID), 100 * TAO);
        assert_eq!(SubtensorModule::stake_of(&hot(1), &cold(1), ROOT), 7 * TAO);
        assert_eq!(Owner::<Test>::get(hot(1)), cold(1));
        assert_noop!(swap(1, 5, 6, Some(NETUID)), Error::<Test>::HotKeySwapOnSubnetIntervalNotPassed);
        pass_blocks(100);
        assert_noop!(swap(1, 5, 6, Some(NETUID)), Error::<Test>::HotKeySwapOnSubnetIntervalNotPassed);
        pass_blocks(1);
        assert_ok!(swap(1, 5, 6, Some(NETUID)));
        // Into a hotkey that has stake already; the interval is that of every subnet in which the old one is a neuron.
        assert_noop!(swap(1, 6, 1, None), Error::<Test>::HotKeySwapOnSubnetIntervalNotPassed);
        pass_blocks(101);
        assert_ok!(swap(1, 6, 1, None));
        assert_eq!(OwnedHotkeys::<Test>::get(cold(1)).len(), 2);
    });
}

#[test]
fn cannot_swap_hotkeys_wrongly() {
    local(|| {
        join(1, TAO);
        join(2, TAO);
        assert_noop!(swap(1, 7, 5, None), Error::<Test>::NonAssociatedColdKey);
        assert_noop!(swap(2, 1, 5, None), Error::<Test>::NonAssociatedColdKey);
        assert_noop!(swap(1, 1, 2, None), Error::<Test>::NonAssociatedColdKey);
        assert_noop!(swap(1, 1, 1, None), Error::<Test>::NewHotKeyIsSameWithOld);
        assert_noop!(swap(1, 1, 5, Some(9)), Error::<Test>::SubnetNotExists);
        assert_ok!(SubtensorModule::burned_register(signed(cold(1)), NETUID, hot(3)));
        assert_noop!(swap(1, 1, 3, None), Error::<Test>::HotKeyAlreadyRegisteredInSubNet);
        assert_ok!(Balances::transfer_all(signed(cold(1)), cold(9), true));
        assert_noop!(swap(1, 1, 5, None), Error::<Test>::NotEnoughBalanceToPaySwapHotKey);
        TxRateLimit::<Test>::put(10);
        LastTxBlock::<Test>::insert(cold(1), 1);
        assert_noop!(swap(1, 1, 5, None), Error::<Test>::HotKeySetTxRateLimitExceeded);
    });
}

fn announce(n: u8, new: &sp_runtime::AccountId32) -> DispatchResult {
    SubtensorModule::announce_coldkey_swap(signed(cold(n)), BlakeTwo256::hash_of(new))
}

fn finish(n: u8, new: &sp_runtime::AccountId32) -> DispatchResult {
    done(SubtensorModule::swap_coldkey_announced(signed(cold(n)), new.clone()))
}

#[test]
fn an_announced_coldkey_gets_everything_after_the_delay() {
    with_subnet(
        |subnet| {
            subnet.owner = Some(cold(1));
            subnet.owner_hotkey = Some(hot(1));
        },
        || {
            let new = sp_runtime::AccountId32::new([77; 32]);
            join(1, 100 * TAO);
            join(2, TAO);
            assert_ok!(SubtensorModule::add_stake(signed(cold(1)), hot(2), NETUID, 5 * TAO));
            assert_ok!(announce(1, &new));
            System::assert_last_event(
                Event::ColdkeySwapAnnounced { who: cold(1), new_coldkey_hash: BlakeTwo256::hash_of(&new) }.into(),
            );
            assert_noop!(finish(1, &new), Error::<Test>::ColdkeySwapTooEarly);
            assert_noop!(finish(1, &cold(3)), Error::<Test>::AnnouncedColdkeyHashDoesNotMatch);
            assert_noop!(finish(2, &new), Error::<Test>::ColdkeySwapAnnouncementNotFound);
            assert_noop!(announce(1, &new), Error::<Test>::ColdkeySwapReannouncedTooEarly);
            pass_blocks(50);
            let stake = SubtensorModule::stake_of(&hot(1), &cold(1), NETUID);
            let balance = Balances::free_balance(cold(1));
            let before = all_rao();
            assert_ok!(finish(1, &new));
            assert_eq!(all_rao(), before);
            System::assert_last_event(Event::ColdkeySwapped { old_coldkey: cold(1), new_coldkey: new.clone() }.into());
            assert_eq!(Balances::free_balance(&new), balance);
            assert_eq!(Balances::free_balance(cold(1)), 0);
            assert_eq!(SubtensorModule::stake_of(&hot(1), &new, NETUID), stake);
            assert!(SubtensorModule::stake_of(&hot(2), &new, NETUID) >= 5 * TAO - 1);
            assert_eq!(Owner::<Test>::get(hot(1)), new);
            assert_eq!(SubnetOwner::<Test>::get(NETUID), new);
            assert!(StakingHotkeys::<Test>::get(cold(1)).is_empty());
            assert_noop!(finish(1, &new), Error::<Test>::ColdkeySwapAnnouncementNotFound);
        },
    );
}

#[test]
fn a_disputed_swap_waits_for_root() {
    local(|| {
        let new = sp_runtime::AccountId32::new([77; 32]);
        let dispute = || SubtensorModule::dispute_coldkey_swap(signed(cold(1)));
        assert_noop!(dispute(), Error::<Test>::ColdkeySwapAnnouncementNotFound);
        assert_ok!(announce(1, &new));
        assert_ok!(dispute());
        assert_noop!(dispute(), Error::<Test>::ColdkeySwapAlreadyDisputed);
        pass_blocks(50);
        assert_noop!(finish(1, &new), Error::<Test>::ColdkeySwapAlreadyDisputed);
        let reset = |origin| SubtensorModule::reset_coldkey_swap(origin, cold(1));
        assert_noop!(reset(signed(cold(1))), DispatchError::BadOrigin);
        assert_ok!(reset(RuntimeOrigin::root()));
        assert_noop!(finish(1, &new), Error::<Test>::ColdkeySwapAnnouncementNotFound);
    });
}

#[test]
fn coldkeys_are_not_merged() {
    local(|| {
        join(1, TAO);
        join(2, TAO);
        for (new, error) in
            [(cold(2), Error::<Test>::ColdKeyAlreadyAssociated), (hot(2), Error::<Test>::NewColdKeyIsHotkey)]
        {
            assert_noop!(SubtensorModule::swap_coldkey(RuntimeOrigin::root(), cold(1), new, 0), error);
        }
        assert_noop!(SubtensorModule::swap_coldkey(signed(cold(1)), cold(1), cold(7), 0), DispatchError::BadOrigin);
        assert_ok!(SubtensorModule::swap_coldkey(RuntimeOrigin::root(), cold(1), cold(7), TAO));
        assert_eq!(Balances::free_balance(cold(7)), 2 * RICH - BURN - 2 * TAO);
    });
}

#[test]
fn announcing_costs_and_needs_a_balance() {
    local(|| {
        let new = sp_runtime::AccountId32::new([77; 32]);
        assert_ok!(announce(1, &new));
        assert_eq!(Balances::free_balance(cold(1)), RICH - PRICE);
        pass_blocks(60);
        assert_ok!(announce(1, &new));
        assert_eq!(Balances::free_balance(cold(1)), RICH - PRICE);
        assert_ok!(Balances::transfer_all(signed(cold(2)), cold(9), false));
        assert_noop!(announce(2, &new), Error::<Test>::NotEnoughBalanceToPaySwapColdKey);
    });
}

#[test]
fn an_announced_coldkey_may_do_nothing_else() {
    local(|| {
        let new = sp_runtime::AccountId32::new([77; 32]);
        let check = |call: Option<Call<Test>>| {
            SubtensorModule::ensure_not_swapping(&cold(1), call.as_ref()).map_err(DispatchError::from)
        };
        let stake = || Some(Call::add_stake { hotkey: hot(1), netuid: NETUID, amount_staked: TAO });
        let finish = || Some(Call::swap_coldkey_announced { new_coldkey: new.clone() });
        assert!(check(stake()).is_ok() && check(None).is_ok());
        assert_ok!(announce(1, &new));
        assert_eq!(check(stake()), Err(Error::<Test>::ColdkeySwapAnnounced.into()));
        assert_eq!(check(None), Err(Error::<Test>::ColdkeySwapAnnounced.into()));
        assert!(check(finish()).is_ok());
        assert!(check(Some(Call::dispute_coldkey_swap {})).is_ok());
        assert_ok!(SubtensorModule::dispute_coldkey_swap(signed(cold(1))));
        assert_eq!(check(finish()), Err(Error::<Test>::ColdkeySwapDisputed.into()));
        assert_ok!(SubtensorModule::reset_coldkey_swap(RuntimeOrigin::root(), cold(1)));
        assert!(check(stake()).is_ok());
    });
}

#[test]
fn an_announcement_may_be_cleared_when_it_could_be_made_again() {
    local(|| {
        let clear = || SubtensorModule::clear_coldkey_swap_announcement(signed(cold(1)));
        assert_noop!(clear(), Error::<Test>::ColdkeySwapAnnouncementNotFound);
        assert_ok!(announce(1, &cold(7)));
        pass_blocks(59);
        assert_noop!(clear(), Error::<Test>::ColdkeySwapClearTooEarly);
        pass_blocks(1);
        assert_ok!(clear());
        System::assert_last_event(Event::ColdkeySwapCleared { who: cold(1) }.into());
        assert!(SubtensorModule::ensure_not_swapping(&cold(1), None).is_ok());
    });
}

#[test]
fn a_hotkey_may_be_swapped_without_its_stake() {
    local(|| {
        join(1, 100 * TAO);
        let call = SubtensorModule::swap_hotkey_v2(signed(cold(1)), hot(1), hot(5), None, true);
        assert_ok!(call);
        assert_eq!(Uids::<Test>::get(NETUID, hot(5)), Some(0));
        assert_eq!(SubtensorModule::stake_of(&hot(1), &cold(1), NETUID), 100 * TAO);
        assert_eq!(SubtensorModule::stake_of(&hot(5), &cold(1), NETUID), 0);
        assert_eq!((Owner::<Test>::get(hot(1)), Owner::<Test>::get(hot(5))), (cold(1), cold(1)));
    });
}

#[test]
fn incentive_follows_its_destination_into_a_new_hotkey() {
    local(|| {
        join(1, TAO);
        join(2, 0);
        assert_ok!(SubtensorModule::set_coldkey_auto_stake_hotkey(signed(cold(2)), NETUID, hot(1)));
        assert_eq!(AutoStakeDestinationColdkeys::<Test>::get(hot(1), NETUID), [cold(2)]);
        assert_ok!(swap(1, 1, 5, None));
        assert_eq!(AutoStakeDestination::<Test>::get(cold(2), NETUID), Some(hot(5)));
        assert_eq!(AutoStakeDestinationColdkeys::<Test>::get(hot(5), NETUID), [cold(2)]);
        assert!(!AutoStakeDestinationColdkeys::<Test>::contains_key(hot(1), NETUID));
    });
}
