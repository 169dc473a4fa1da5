use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{
    traits::{BlakeTwo256, Hash},
    DispatchError, DispatchResult,
};

const PRICE: u64 = TAO / 10;

fn swap(n: u8, old: u8, new: u8, netuid: Option<u16>) -> DispatchResult {
    SubtensorModule::swap_hotkey(signed(cold(n)), hot(old), hot(new), netuid)
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
            System::assert_last_event(Event::HotkeySwapped(cold(1), hot(1), hot(5)).into());
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
        System::assert_last_event(Event::HotkeySwappedOnSubnet(cold(1), hot(1), hot(5), NETUID).into());
        assert_eq!(SubtensorModule::stake_of(&hot(5), &cold(1), NETUID), 100 * TAO);
        assert_eq!(SubtensorModule::stake_of(&hot(1), &cold(1), ROOT), 7 * TAO);
        assert_eq!(Owner::<Test>::get(hot(1)), cold(1));
        assert_noop!(swap(1, 5, 6, Some(NETUID)), Error::<Test>::HotKeySwapOnSubnetIntervalNotPassed);
        pass_blocks(100);
        assert_ok!(swap(1, 5, 6, Some(NETUID)));
        // Into a hotkey that has stake already.
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
    SubtensorModule::swap_coldkey_announced(signed(cold(n)), new.clone())
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
            System::assert_last_event(Event::ColdkeySwapAnnounced(cold(1), BlakeTwo256::hash_of(&new)).into());
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
            System::assert_last_event(Event::ColdkeySwapped(cold(1), new.clone()).into());
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
