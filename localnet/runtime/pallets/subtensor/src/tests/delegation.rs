use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn lower(n: u8, take: u16) -> sp_runtime::DispatchResult {
    SubtensorModule::decrease_take(signed(cold(n)), hot(1), take)
}

fn raise(n: u8, take: u16) -> sp_runtime::DispatchResult {
    SubtensorModule::increase_take(signed(cold(n)), hot(1), take)
}

#[test]
fn takes_go_down_and_up_again() {
    local(|| {
        join(1, 0);
        assert_eq!(Delegates::<Test>::get(hot(1)), 11_796);
        assert_ok!(lower(1, 100));
        System::assert_last_event(Event::TakeDecreased(cold(1), hot(1), 100).into());
        assert_ok!(raise(1, 200));
        System::assert_last_event(Event::TakeIncreased(cold(1), hot(1), 200).into());
        assert_eq!(Delegates::<Test>::get(hot(1)), 200);
    });
}

#[test]
fn cannot_set_a_take_wrongly() {
    local(|| {
        assert_noop!(lower(1, 1), Error::<Test>::HotKeyAccountNotExists);
        join(1, 0);
        assert_noop!(lower(2, 1), Error::<Test>::NonAssociatedColdKey);
        // Who never chose a take may choose any, either way.
        assert_ok!(lower(1, 11_796));
        assert_noop!(lower(1, 11_796), Error::<Test>::DelegateTakeTooLow);
        MinDelegateTake::<Test>::put(10);
        assert_noop!(lower(1, 9), Error::<Test>::DelegateTakeTooLow);
        assert_noop!(raise(2, 1), Error::<Test>::NonAssociatedColdKey);
        assert_noop!(raise(1, 11_796), Error::<Test>::DelegateTakeTooLow);
        assert_noop!(raise(1, 11_797), Error::<Test>::DelegateTakeTooHigh);
        assert_ok!(lower(1, 10));
        TxDelegateTakeRateLimit::<Test>::put(3);
        assert_noop!(raise(1, 11), Error::<Test>::DelegateTxRateLimitExceeded);
        pass_blocks(3);
        assert_ok!(raise(1, 11));
    });
}

#[test]
fn stakers_of_others_earn_what_the_take_leaves() {
    local(|| {
        join(1, 100 * TAO);
        join(3, 0);
        assert_ok!(SubtensorModule::add_stake(signed(cold(2)), hot(1), NETUID, 100 * TAO));
        pass_epoch();
        let before = [1, 2].map(|n| SubtensorModule::stake_of(&hot(1), &cold(n), NETUID));
        assert_ok!(set_weights(1, vec![1], vec![1]));
        pass_epoch();
        let earned = [1, 2].map(|n| SubtensorModule::stake_of(&hot(1), &cold(n), NETUID) - before[usize::from(n) - 1]);
        let take = (20 * u128::from(TAO) * 11_796 / 65_535) as u64;
        let rest = u128::from(20 * TAO - take) * u128::from(before[1]) / u128::from(before[0] + before[1]);
        assert!(earned[1].abs_diff(rest as u64) < 10, "{earned:?} {rest}");
        assert!((earned[0] + earned[1]).abs_diff(20 * TAO) < 10);
    });
}

#[test]
fn incentive_may_be_staked_elsewhere() {
    local(|| {
        join(1, 100 * TAO);
        join(2, 0);
        let call = |n: u8, to: u8| SubtensorModule::set_coldkey_auto_stake_hotkey(signed(cold(n)), NETUID, hot(to));
        assert_noop!(call(2, 7), Error::<Test>::HotKeyNotRegisteredInSubNet);
        assert_noop!(
            SubtensorModule::set_coldkey_auto_stake_hotkey(signed(cold(2)), 9, hot(1)),
            Error::<Test>::SubnetNotExists
        );
        assert_ok!(call(2, 1));
        System::assert_last_event(
            Event::AutoStakeDestinationSet { coldkey: cold(2), netuid: NETUID, hotkey: hot(1) }.into(),
        );
        assert_noop!(call(2, 1), Error::<Test>::SameAutoStakeHotkeyAlreadySet);
        assert_eq!(SubtensorModule::get_coldkey_auto_stake_hotkey(&cold(2), NETUID), Some(hot(1)));
        pass_epoch();
        assert_ok!(set_weights(1, vec![1], vec![1]));
        pass_epoch();
        assert_eq!(TotalHotkeyAlpha::<Test>::get(hot(2), NETUID), 0);
        assert!(SubtensorModule::stake_of(&hot(1), &cold(2), NETUID).abs_diff(20 * TAO) < 2);
        let added = Event::AutoStakeAdded {
            netuid: NETUID,
            destination: hot(1),
            hotkey: hot(2),
            owner: cold(2),
            incentive: 20 * TAO,
        };
        System::assert_has_event(added.into());
    });
}

#[test]
fn try_associate_hotkey_binds_what_nobody_owns() {
    local(|| {
        assert_ok!(SubtensorModule::try_associate_hotkey(signed(cold(1)), hot(1)));
        assert_eq!(Owner::<Test>::get(hot(1)), cold(1));
        assert_ok!(SubtensorModule::try_associate_hotkey(signed(cold(1)), hot(1)));
        assert_noop!(
            SubtensorModule::try_associate_hotkey(signed(cold(2)), hot(1)),
            Error::<Test>::NonAssociatedColdKey
        );
    });
}
