use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

const OTHER: u16 = 2;

/// Two open subnets; person 1 has 100 TAO on itself, person 2 is there.
fn two_subnets(test: impl FnOnce()) {
    local(|| {
        assert_ok!(SubtensorModule::register_network(signed(cold(9)), hot(9)));
        assert_ok!(SubtensorModule::start_call(signed(cold(9)), OTHER));
        join(1, 100 * TAO);
        join(2, 0);
        let before = all_rao();
        test();
        assert_eq!(all_rao(), before);
    });
}

fn stake(hotkey: u8, coldkey: u8, netuid: u16) -> u64 {
    SubtensorModule::stake_of(&hot(hotkey), &cold(coldkey), netuid)
}

#[test]
fn move_stake_works() {
    two_subnets(|| {
        assert_ok!(SubtensorModule::move_stake(signed(cold(1)), hot(1), hot(2), NETUID, OTHER, 30 * TAO));
        assert_eq!((stake(1, 1, NETUID), stake(2, 1, OTHER)), (70 * TAO, 30 * TAO));
        System::assert_last_event(Event::StakeMoved(cold(1), hot(1), NETUID, hot(2), OTHER, 30 * TAO).into());
        assert_eq!((SubnetTAO::<Test>::get(NETUID), SubnetTAO::<Test>::get(OTHER)), (70 * TAO, 30 * TAO));
        assert!(StakingHotkeys::<Test>::get(cold(1)).contains(&hot(2)));
    });
}

#[test]
fn transfer_stake_gives_it_to_another_coldkey() {
    two_subnets(|| {
        let call =
            |to: u8, amount| SubtensorModule::transfer_stake(signed(cold(1)), cold(to), hot(1), NETUID, NETUID, amount);
        assert_ok!(call(2, 30 * TAO));
        assert_eq!((stake(1, 1, NETUID), stake(1, 2, NETUID)), (70 * TAO, 30 * TAO));
        System::assert_last_event(Event::StakeTransferred(cold(1), cold(2), hot(1), NETUID, NETUID, 30 * TAO).into());
        assert_ok!(SubtensorModule::remove_stake(signed(cold(2)), hot(1), NETUID, 30 * TAO));
        TransferToggle::<Test>::insert(NETUID, false);
        assert_noop!(call(2, TAO), Error::<Test>::TransferDisallowed);
        // To itself, nothing would happen.
        assert_noop!(call(1, TAO), Error::<Test>::SameNetuid);
        TransferToggle::<Test>::insert(NETUID, true);
        let back = stake(1, 1, NETUID);
        assert_ok!(call(2, back));
        assert!(!Alpha::<Test>::contains_key((hot(1), cold(1), NETUID)));
        // The sums of this test do not change by what was taken back above.
        assert_ok!(Balances::transfer_allow_death(signed(cold(2)), cold(1), TAO));
    });
}

#[test]
fn swap_stake_changes_the_subnet() {
    two_subnets(|| {
        assert_ok!(SubtensorModule::swap_stake(signed(cold(1)), hot(1), NETUID, OTHER, 30 * TAO));
        System::assert_last_event(Event::StakeSwapped(cold(1), hot(1), NETUID, OTHER, 30 * TAO).into());
        assert_eq!((stake(1, 1, NETUID), stake(1, 1, OTHER)), (70 * TAO, 30 * TAO));
        let limit =
            |price| SubtensorModule::swap_stake_limit(signed(cold(1)), hot(1), NETUID, OTHER, 10 * TAO, price, false);
        assert_noop!(limit(TAO + 1), Error::<Test>::ZeroMaxStakeAmount);
        assert_ok!(limit(TAO));
        assert_eq!((stake(1, 1, NETUID), stake(1, 1, OTHER)), (60 * TAO, 40 * TAO));
    });
}

#[test]
fn cannot_move_stake_wrongly() {
    two_subnets(|| {
        let call = |from: u8, to: u8, netuids: (u16, u16), amount| {
            SubtensorModule::move_stake(signed(cold(1)), hot(from), hot(to), netuids.0, netuids.1, amount)
        };
        assert_noop!(call(1, 1, (NETUID, NETUID), TAO), Error::<Test>::SameNetuid);
        assert_noop!(call(1, 1, (NETUID, 9), TAO), Error::<Test>::SubnetNotExists);
        assert_noop!(call(1, 7, (NETUID, NETUID), TAO), Error::<Test>::HotKeyAccountNotExists);
        assert_noop!(call(1, 2, (NETUID, NETUID), 499_999), Error::<Test>::AmountTooLow);
        assert_noop!(call(1, 2, (NETUID, OTHER), 500_000), Error::<Test>::AmountTooLow);
        SubtokenEnabled::<Test>::insert(OTHER, false);
        assert_noop!(call(1, 2, (NETUID, OTHER), TAO), Error::<Test>::SubtokenDisabled);
        // More than there is: all there is.
        assert_ok!(call(1, 2, (NETUID, NETUID), u64::MAX));
        assert_eq!((stake(1, 1, NETUID), stake(2, 1, NETUID)), (0, 100 * TAO));
        System::assert_last_event(Event::StakeMoved(cold(1), hot(1), NETUID, hot(2), NETUID, 100 * TAO).into());
    });
}

#[test]
fn limit_prices_are_kept() {
    two_subnets(|| {
        let add = |price| SubtensorModule::add_stake_limit(signed(cold(1)), hot(1), NETUID, TAO, price, false);
        let remove = |price| SubtensorModule::remove_stake_limit(signed(cold(1)), hot(1), NETUID, TAO, price, true);
        assert_noop!(add(TAO - 1), Error::<Test>::ZeroMaxStakeAmount);
        assert_ok!(add(TAO));
        assert_eq!(stake(1, 1, NETUID), 101 * TAO);
        assert_noop!(remove(TAO + 1), Error::<Test>::ZeroMaxStakeAmount);
        assert_ok!(remove(TAO));
        assert_eq!(stake(1, 1, NETUID), 100 * TAO);
        assert_noop!(
            SubtensorModule::add_stake_limit(signed(cold(1)), hot(1), 9, TAO, TAO, false),
            Error::<Test>::SubnetNotExists
        );
        assert_noop!(
            SubtensorModule::remove_stake_full_limit(signed(cold(1)), hot(1), NETUID, Some(TAO + 1)),
            Error::<Test>::ZeroMaxStakeAmount
        );
        assert_ok!(SubtensorModule::remove_stake_full_limit(signed(cold(1)), hot(1), NETUID, None));
        assert_eq!(stake(1, 1, NETUID), 0);
    });
}

#[test]
fn unstake_all_takes_everything_back_that_is_open() {
    two_subnets(|| {
        assert_noop!(SubtensorModule::unstake_all(signed(cold(1)), hot(7)), Error::<Test>::HotKeyAccountNotExists);
        for netuid in [ROOT, OTHER] {
            assert_ok!(SubtensorModule::add_stake(signed(cold(1)), hot(1), netuid, 5 * TAO));
        }
        let before = Balances::free_balance(cold(1));
        SubtokenEnabled::<Test>::insert(OTHER, false);
        assert_ok!(SubtensorModule::unstake_all(signed(cold(1)), hot(1)));
        assert_eq!(Balances::free_balance(cold(1)) - before, 105 * TAO);
        assert_eq!((stake(1, 1, ROOT), stake(1, 1, NETUID), stake(1, 1, OTHER)), (0, 0, 5 * TAO));
    });
}

#[test]
fn unstake_all_alpha_moves_everything_to_the_root_network() {
    two_subnets(|| {
        assert_ok!(SubtensorModule::add_stake(signed(cold(1)), hot(1), OTHER, 5 * TAO));
        assert_ok!(SubtensorModule::unstake_all_alpha(signed(cold(1)), hot(1)));
        assert_eq!((stake(1, 1, ROOT), stake(1, 1, NETUID), stake(1, 1, OTHER)), (105 * TAO, 0, 0));
        System::assert_last_event(Event::StakeAdded(cold(1), hot(1), 105 * TAO, 105 * TAO, ROOT, 0).into());
        assert_noop!(SubtensorModule::unstake_all_alpha(signed(cold(1)), hot(1)), Error::<Test>::AmountTooLow);
    });
}
