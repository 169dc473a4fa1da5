use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

const HALF: u64 = 1 << 63;

fn set(n: u8, children: Vec<(u64, sp_runtime::AccountId32)>) -> DispatchResult {
    SubtensorModule::set_children(signed(cold(n)), hot(n), NETUID, children)
}

#[test]
fn set_children_works_from_the_next_epoch_on() {
    local(|| {
        join(1, 100 * TAO);
        join(2, 10 * TAO);
        assert_ok!(set(1, vec![(HALF, hot(2))]));
        System::assert_last_event(Event::SetChildrenScheduled(hot(1), NETUID, 1, vec![(HALF, hot(2))]).into());
        assert!(ChildKeys::<Test>::get(hot(1), NETUID).is_empty());
        assert_eq!(SubtensorModule::stake_weight(&hot(2), NETUID), 10 * TAO);
        pass_epoch();
        assert_eq!(ChildKeys::<Test>::get(hot(1), NETUID), [(HALF, hot(2))]);
        assert_eq!(ParentKeys::<Test>::get(hot(2), NETUID), [(HALF, hot(1))]);
        System::assert_has_event(Event::SetChildren(hot(1), NETUID, vec![(HALF, hot(2))]).into());
        let stake = |n| TotalHotkeyAlpha::<Test>::get(hot(n), NETUID);
        let half = stake(1) / 2;
        assert!(SubtensorModule::stake_weight(&hot(1), NETUID).abs_diff(half) < 2);
        assert!(SubtensorModule::stake_weight(&hot(2), NETUID).abs_diff(stake(2) + half) < 2);
        // An empty list ends it.
        assert_ok!(set(1, vec![]));
        pass_epoch();
        assert!(ParentKeys::<Test>::get(hot(2), NETUID).is_empty());
        assert_eq!(SubtensorModule::stake_weight(&hot(1), NETUID), stake(1));
    });
}

#[test]
fn children_wait_for_their_cooldown() {
    local(|| {
        PendingChildKeyCooldown::<Test>::put(60);
        join(1, TAO);
        join(2, TAO);
        assert_ok!(set(1, vec![(HALF, hot(2))]));
        pass_epoch();
        assert!(ChildKeys::<Test>::get(hot(1), NETUID).is_empty());
        pass_epoch();
        assert_eq!(ChildKeys::<Test>::get(hot(1), NETUID).len(), 1);
    });
}

#[test]
fn a_child_passes_dividends_on_and_keeps_its_take() {
    local(|| {
        join(1, 300 * TAO);
        join(2, 100 * TAO);
        join(3, 0);
        assert_ok!(set(1, vec![(u64::MAX, hot(2))]));
        assert_ok!(SubtensorModule::set_childkey_take(signed(cold(2)), hot(2), NETUID, 6_553));
        pass_epoch();
        let before = [1, 2].map(|n| TotalHotkeyAlpha::<Test>::get(hot(n), NETUID));
        assert_ok!(set_weights(2, vec![2], vec![1]));
        pass_epoch();
        let earned = [1, 2].map(|n| TotalHotkeyAlpha::<Test>::get(hot(n), NETUID) - before[usize::from(n) - 1]);
        // Dividends of 20 TAO by stake, of which the child keeps a tenth of its parent's part.
        let part = (20 * u128::from(TAO) * u128::from(before[0]) / u128::from(before[0] + before[1])) as u64;
        assert!(earned[0].abs_diff(part / 10 * 9) < TAO / 1_000, "{earned:?} {part}");
        assert!((earned[0] + earned[1]).abs_diff(20 * TAO) < 10);
    });
}

#[test]
fn cannot_set_children_wrongly() {
    local(|| {
        join(1, TAO);
        join(2, TAO);
        let call = |who, netuid, children| SubtensorModule::set_children(signed(who), hot(1), netuid, children);
        let one = || vec![(1, hot(2))];
        assert_noop!(call(cold(1), ROOT, one()), Error::<Test>::RegistrationNotPermittedOnRootSubnet);
        assert_noop!(call(cold(1), 9, one()), Error::<Test>::SubnetNotExists);
        assert_noop!(call(cold(2), NETUID, one()), Error::<Test>::NonAssociatedColdKey);
        assert_noop!(
            SubtensorModule::set_children(signed(cold(7)), hot(7), NETUID, one()),
            Error::<Test>::NonAssociatedColdKey
        );
        assert_noop!(set(1, vec![(1, hot(2)), (1, hot(2))]), Error::<Test>::DuplicateChild);
        assert_noop!(set(1, (2..8).map(|n| (1, hot(n))).collect()), Error::<Test>::TooManyChildren);
        assert_noop!(set(1, vec![(1, hot(1))]), Error::<Test>::InvalidChild);
        assert_noop!(set(1, vec![(u64::MAX, hot(2)), (1, hot(3))]), Error::<Test>::ProportionOverflow);
        StakeThreshold::<Test>::put(2 * TAO);
        assert_noop!(set(1, one()), Error::<Test>::NotEnoughStakeToSetChildkeys);
        StakeThreshold::<Test>::put(0);
        assert_ok!(set(1, one()));
        TxChildkeyTakeRateLimit::<Test>::put(5);
        assert_noop!(set(1, one()), Error::<Test>::TxRateLimitExceeded);
        pass_epoch();
        assert_noop!(set(2, vec![(1, hot(1))]), Error::<Test>::ChildParentInconsistency);
    });
}

#[test]
fn of_two_that_want_to_be_each_others_parent_one_is() {
    local(|| {
        join(1, TAO);
        join(2, TAO);
        assert_ok!(set(1, vec![(HALF, hot(2))]));
        assert_ok!(set(2, vec![(HALF, hot(1))]));
        pass_epoch();
        let count = |n| ChildKeys::<Test>::get(hot(n), NETUID).len();
        assert_eq!(count(1) + count(2), 1);
        assert_eq!(PendingChildKeys::<Test>::iter().count(), 0);
    });
}

#[test]
fn set_childkey_take_keeps_its_limits() {
    local(|| {
        join(1, TAO);
        let take = |n: u8, take| SubtensorModule::set_childkey_take(signed(cold(n)), hot(1), NETUID, take);
        assert_noop!(take(2, 1), Error::<Test>::NonAssociatedColdKey);
        assert_noop!(take(1, 11_797), Error::<Test>::InvalidChildkeyTake);
        assert_ok!(take(1, 11_796));
        System::assert_last_event(Event::ChildKeyTakeSet(hot(1), 11_796).into());
        TxChildkeyTakeRateLimit::<Test>::put(5);
        assert_ok!(take(1, 3));
        assert_noop!(take(1, 4), Error::<Test>::TxChildkeyTakeRateLimitExceeded);
        pass_blocks(5);
        assert_ok!(take(1, 4));
    });
}
