use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn add(who: u8, on: u8, amount: u64) -> DispatchResult {
    SubtensorModule::add_stake(signed(cold(who)), hot(on), NETUID, amount)
}

fn remove(who: u8, on: u8, amount: u64) -> DispatchResult {
    SubtensorModule::remove_stake(signed(cold(who)), hot(on), NETUID, amount)
}

fn stake(who: u8, on: u8) -> u64 {
    SubtensorModule::stake_of(&hot(on), &cold(who), NETUID)
}

#[test]
fn add_stake_works() {
    local(|| {
        join(1, 0);
        let before = all_rao();
        assert_ok!(add(1, 1, 100 * TAO));
        assert_eq!(stake(1, 1), 100 * TAO);
        assert_eq!(Balances::free_balance(cold(1)), RICH - BURN - 100 * TAO);
        assert_eq!(TotalStake::<Test>::get(), 100 * TAO);
        assert_eq!(SubnetTAO::<Test>::get(NETUID), 100 * TAO);
        assert_eq!(TotalHotkeyAlpha::<Test>::get(hot(1), NETUID), 100 * TAO);
        assert_eq!(StakingHotkeys::<Test>::get(cold(1)), [hot(1)]);
        System::assert_last_event(Event::StakeAdded(cold(1), hot(1), 100 * TAO, 100 * TAO, NETUID, 0).into());
        assert_eq!(all_rao(), before);
    });
}

#[test]
fn remove_stake_works() {
    local(|| {
        join(1, 100 * TAO);
        let before = all_rao();
        assert_ok!(remove(1, 1, 40 * TAO));
        assert_eq!(stake(1, 1), 60 * TAO);
        assert_eq!(Balances::free_balance(cold(1)), RICH - BURN - 60 * TAO);
        System::assert_last_event(Event::StakeRemoved(cold(1), hot(1), 40 * TAO, 40 * TAO, NETUID, 0).into());
        assert_ok!(remove(1, 1, 60 * TAO));
        assert_eq!(stake(1, 1), 0);
        assert_eq!(TotalStake::<Test>::get(), 0);
        assert_eq!(Alpha::<Test>::iter().count(), 0);
        assert_eq!(TotalHotkeyShares::<Test>::iter().count(), 0);
        assert_eq!(all_rao(), before);
    });
}

#[test]
fn anyone_may_stake_on_a_hotkey_that_exists() {
    local(|| {
        assert_noop!(add(2, 1, TAO), Error::<Test>::HotKeyAccountNotExists);
        join(1, 10 * TAO);
        assert_ok!(add(2, 1, TAO));
        assert_eq!((stake(1, 1), stake(2, 1)), (10 * TAO, TAO));
        assert_noop!(remove(3, 1, 1), Error::<Test>::AmountTooLow);
    });
}

#[test]
fn root_stake_counts_by_tao_weight() {
    local(|| {
        join(1, 10 * TAO);
        assert_ok!(SubtensorModule::add_stake(signed(cold(1)), hot(1), ROOT, 1_000 * TAO));
        let weight = SubtensorModule::stake_weight(&hot(1), NETUID);
        // 5.268 % of 1,000 TAO beside the subnet's own 10.
        assert!((62_676_000_000..62_677_000_000).contains(&weight), "{weight}");
    });
}

#[test]
fn cannot_stake_on_an_unknown_subnet() {
    local(|| {
        join(1, 0);
        assert_noop!(SubtensorModule::add_stake(signed(cold(1)), hot(1), 9, TAO), Error::<Test>::SubnetNotExists);
        assert_noop!(SubtensorModule::remove_stake(signed(cold(1)), hot(1), 9, TAO), Error::<Test>::SubnetNotExists);
    });
}

#[test]
fn cannot_stake_before_the_subnet_starts() {
    with_subnet(
        |subnet| subnet.subtoken_enabled = false,
        || {
            join(1, 0);
            assert_noop!(add(1, 1, TAO), Error::<Test>::SubtokenDisabled);
            assert_noop!(remove(1, 1, TAO), Error::<Test>::SubtokenDisabled);
        },
    );
}

#[test]
fn cannot_stake_what_one_does_not_have() {
    local(|| {
        join(1, 0);
        let all = RICH - BURN;
        assert_noop!(add(1, 1, all), Error::<Test>::NotEnoughBalanceToStake);
        assert_noop!(add(1, 1, u64::MAX), Error::<Test>::NotEnoughBalanceToStake);
        assert_ok!(add(1, 1, all - 500));
    });
}

#[test]
fn cannot_stake_too_little() {
    local(|| {
        join(1, TAO);
        assert_noop!(add(1, 1, 499_999), Error::<Test>::AmountTooLow);
        assert_ok!(add(1, 1, 500_000));
        assert_noop!(remove(1, 1, 0), Error::<Test>::AmountTooLow);
        assert_noop!(remove(1, 1, 499_999), Error::<Test>::AmountTooLow);
        assert_ok!(remove(1, 1, 500_000));
    });
}

#[test]
fn who_asks_for_more_than_there_is_gets_what_there_is() {
    local(|| {
        join(1, TAO);
        let before = Balances::free_balance(cold(1));
        assert_ok!(remove(1, 1, u64::MAX));
        assert_eq!(Balances::free_balance(cold(1)) - before, TAO);
        assert_eq!(stake(1, 1), 0);
    });
}

#[test]
fn cannot_take_back_less_than_an_account_needs() {
    local(|| {
        join(1, TAO);
        assert_ok!(Balances::transfer_all(signed(cold(1)), cold(2), false));
        assert_eq!(Balances::free_balance(cold(1)), 0);
        // Dividends may leave a few rao on a hotkey.
        SubtensorModule::grow_stake(&hot(1), &cold(3), NETUID, 499);
        assert_ok!(Balances::transfer_all(signed(cold(3)), cold(2), false));
        assert_noop!(remove(3, 1, 499), Error::<Test>::AmountTooLow);
        SubtensorModule::grow_stake(&hot(1), &cold(3), NETUID, 1);
        assert_ok!(remove(3, 1, 500));
    });
}

fn pay(n: u8, incentive: u64, dividends: u64) {
    let all = incentive + dividends;
    assert_eq!(SubtensorModule::pay_neurons(NETUID, &[hot(n)], &[incentive], &[dividends], all), (0, 0));
}

#[test]
fn what_root_stake_earns_becomes_root_stake() {
    local(|| {
        join(1, 1_000 * TAO);
        assert_ok!(SubtensorModule::add_stake(signed(cold(2)), hot(1), ROOT, 1_000 * TAO));
        Delegates::<Test>::insert(hot(1), 13_107); // a fifth
        TaoWeight::<Test>::put(u64::MAX / 4);
        pay(1, 0, 100 * TAO);
        let root = SubtensorModule::stake_of(&hot(1), &cold(2), ROOT);
        // A fifth of the stake weight is on the root network: of 20 TAO four fifths are for its stakers.
        assert!(root.abs_diff(1_016 * TAO) < 10, "{root}");
        assert_eq!(RootAlphaDividendsPerSubnet::<Test>::get(NETUID, hot(1)), root - 1_000 * TAO);
        assert!(AlphaDividendsPerSubnet::<Test>::get(NETUID, hot(1)).abs_diff(64 * TAO) < 10);
        assert_eq!(stake(1, 1) + root, 2_100 * TAO);
        assert_eq!((SubnetTAO::<Test>::get(ROOT), SubnetTAO::<Test>::get(NETUID)), (root, stake(1, 1)));
    });
}

#[test]
fn dividends_reach_all_stakers_and_the_owner_takes_its_part() {
    local(|| {
        join(1, 60 * TAO);
        assert_ok!(add(2, 1, 40 * TAO));
        Delegates::<Test>::insert(hot(1), 13_107); // a fifth
        pay(1, 7 * TAO, 10 * TAO);
        // 7 of incentive and a take of 2 go to the owner, 8 to all by stake.
        assert_eq!(stake(2, 1), 40 * TAO + 3_200_000_000);
        assert_eq!(stake(1, 1) + stake(2, 1), 117 * TAO);
        assert_eq!(AlphaDividendsPerSubnet::<Test>::get(NETUID, hot(1)), 8 * TAO);
        assert_eq!(TotalHotkeyAlphaLastEpoch::<Test>::get(hot(1), NETUID), 117 * TAO);
        // The tokens of this payment come out of nothing; elsewhere they come from what is pending.
    });
}

#[test]
fn without_stakers_the_owner_takes_all_dividends() {
    local(|| {
        join(1, 0);
        pay(1, 1, 10);
        assert_eq!(stake(1, 1), 11);
    });
}

#[test]
fn what_was_added_reads_back_exactly_whatever_a_share_is_worth() {
    local(|| {
        join(1, TAO);
        let mut seed = 1u64;
        for _ in 0..200 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            pay(1, seed % 1_000, seed % 77_777);
            let (who, amount) = ((seed >> 60) as u8 % 9 + 1, 500_000 + (seed >> 20) % TAO);
            let before = stake(who, 1);
            assert_ok!(add(who, 1, amount));
            let after = stake(who, 1);
            assert_eq!(after, before + amount);
            if seed.is_multiple_of(3) {
                let out = (seed % after + 1).max(500_000).min(after);
                assert_ok!(remove(who, 1, out));
                assert_eq!(stake(who, 1), after - out);
            }
            let parts: u64 = (0..10).map(|n| stake(n, 1)).sum();
            let whole = TotalHotkeyAlpha::<Test>::get(hot(1), NETUID);
            assert!(parts <= whole && whole - parts <= 10, "{parts} {whole}");
        }
        for n in 0..10 {
            let all = stake(n, 1);
            if all > 0 {
                assert_ok!(remove(n, 1, all));
            }
        }
        assert_eq!(Alpha::<Test>::iter().count(), 0);
    });
}

#[test]
fn stake_may_be_destroyed() {
    local(|| {
        let recycle = |netuid, amount| SubtensorModule::recycle_alpha(signed(cold(1)), hot(1), amount, netuid);
        let burn = |netuid, amount| SubtensorModule::burn_alpha(signed(cold(1)), hot(1), amount, netuid);
        assert_noop!(recycle(9, TAO), Error::<Test>::SubnetNotExists);
        assert_noop!(burn(ROOT, TAO), Error::<Test>::CannotBurnOrRecycleOnRootSubnet);
        assert_noop!(burn(NETUID, TAO), Error::<Test>::HotKeyAccountNotExists);
        join(1, 10 * TAO);
        let before = all_rao();
        assert_ok!(recycle(NETUID, 3 * TAO));
        System::assert_last_event(Event::AlphaRecycled(cold(1), hot(1), 3 * TAO, NETUID).into());
        assert_eq!((stake(1, 1), before - all_rao()), (7 * TAO, 3 * TAO));
        assert_ok!(burn(NETUID, u64::MAX));
        System::assert_last_event(Event::AlphaBurned(cold(1), hot(1), 7 * TAO, NETUID).into());
        assert_eq!((stake(1, 1), before - all_rao()), (0, 10 * TAO));
        SubtokenEnabled::<Test>::insert(NETUID, false);
        assert_noop!(recycle(NETUID, TAO), Error::<Test>::SubtokenDisabled);
    });
}

#[test]
fn add_stake_burn_destroys_what_it_buys() {
    local(|| {
        join(1, 10 * TAO);
        let call = |limit| SubtensorModule::add_stake_burn(signed(cold(2)), hot(1), NETUID, 5 * TAO, limit);
        assert_noop!(call(Some(TAO - 1)), Error::<Test>::ZeroMaxStakeAmount);
        let before = all_rao();
        assert_ok!(call(Some(TAO)));
        assert_ok!(call(None));
        let told = Event::AddStakeBurn { netuid: NETUID, hotkey: hot(1), amount: 5 * TAO, alpha: 5 * TAO };
        System::assert_last_event(told.into());
        assert_eq!((before - all_rao(), stake(2, 1), stake(1, 1)), (10 * TAO, 0, 10 * TAO));
    });
}
