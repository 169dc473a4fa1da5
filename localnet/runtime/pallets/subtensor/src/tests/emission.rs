use crate::{
    emission::{block_emission, MAX_SUPPLY},
    mock::*,
    *,
};
use frame_support::assert_ok;

#[test]
fn emission_halves_with_what_is_left_of_the_supply() {
    let full = DefaultBlockEmission::get();
    assert_eq!(block_emission(0), full);
    assert_eq!(block_emission(MAX_SUPPLY / 2 - 1), full);
    assert_eq!(block_emission(MAX_SUPPLY / 2), full / 2);
    assert_eq!(block_emission(MAX_SUPPLY / 4 * 3 - 1), full / 2);
    assert_eq!(block_emission(MAX_SUPPLY / 4 * 3), full / 4);
    assert_eq!(block_emission(MAX_SUPPLY / 8 * 7), full / 8);
    assert_eq!(block_emission(MAX_SUPPLY - 1), 0);
    assert_eq!(block_emission(MAX_SUPPLY), 0);
    assert_eq!(block_emission(u64::MAX), 0);
}

#[test]
fn each_block_mints_its_emission() {
    local(|| {
        let before = all_rao();
        pass_blocks(100);
        assert_eq!(all_rao() - before, 100 * TAO);
        assert_eq!(BlockEmission::<Test>::get(), TAO);
    });
}

#[test]
fn a_subnet_that_has_not_started_earns_nothing() {
    with_subnet(
        |subnet| subnet.subtoken_enabled = false,
        || {
            let before = all_rao();
            pass_blocks(50);
            assert_eq!(all_rao(), before);
        },
    );
}

#[test]
fn an_epoch_comes_each_tempo() {
    local(|| {
        pass_blocks(38);
        assert_eq!((SubnetEpochIndex::<Test>::get(NETUID), BlocksSinceLastStep::<Test>::get(NETUID)), (0, 39));
        pass_blocks(1);
        assert_eq!((SubnetEpochIndex::<Test>::get(NETUID), BlocksSinceLastStep::<Test>::get(NETUID)), (1, 0));
        assert_eq!(LastEpochBlock::<Test>::get(NETUID), 40);
        assert_eq!(LastMechansimStepBlock::<Test>::get(NETUID), 40);
        pass_blocks(40);
        assert_eq!((SubnetEpochIndex::<Test>::get(NETUID), LastEpochBlock::<Test>::get(NETUID)), (2, 80));
        assert_eq!(SubnetEpochIndex::<Test>::get(ROOT), 0);
    });
}

#[test]
fn an_epoch_without_neurons_pays_nobody_and_loses_nothing() {
    local(|| {
        let before = all_rao();
        pass_blocks(79);
        assert_eq!(all_rao() - before, 79 * TAO);
        assert_eq!(SubtensorModule::pending_emission(), 80 * TAO);
        assert_eq!(TotalStake::<Test>::get(), 0);
    });
}

#[test]
fn while_nobody_is_ranked_stake_is_paid() {
    local(|| {
        join(1, 300 * TAO);
        join(2, 100 * TAO);
        let before = all_rao();
        pass_blocks(39);
        assert_eq!(all_rao() - before, 39 * TAO);
        // 40 TAO by stake: three quarters and a quarter.
        assert_eq!(Emission::<Test>::get(NETUID), [30 * TAO, 10 * TAO]);
        assert_eq!(SubtensorModule::stake_of(&hot(1), &cold(1), NETUID), 330 * TAO);
        assert_eq!(SubtensorModule::stake_of(&hot(2), &cold(2), NETUID), 110 * TAO);
        assert_eq!(Incentive::<Test>::get(NETUID), [0, 0]);
        assert_eq!(SubtensorModule::pending_emission(), 0);
    });
}

#[test]
fn two_neurons_that_rank_each_other_earn_incentive() {
    local(|| {
        join(1, 100 * TAO);
        join(2, 100 * TAO);
        pass_epoch();
        assert_ok!(set_weights(1, vec![1], vec![1]));
        assert_ok!(set_weights(2, vec![0], vec![1]));
        let before = all_rao();
        pass_epoch();
        assert_eq!(all_rao() - before, 40 * TAO);
        assert_eq!(Incentive::<Test>::get(NETUID), [32_767, 32_767]);
        assert_eq!(Dividends::<Test>::get(NETUID), [32_767, 32_767]);
        assert_eq!(Emission::<Test>::get(NETUID), [20 * TAO, 20 * TAO]);
        assert_eq!(Bonds::<Test>::get(NETUID, 0).len(), 1);
        System::assert_has_event(
            Event::IncentiveAlphaEmittedToMiners { netuid: NETUID, emissions: vec![10 * TAO, 10 * TAO] }.into(),
        );
    });
}

#[test]
fn a_miner_that_is_ranked_earns_half_of_all() {
    local(|| {
        join(1, 100 * TAO);
        join(2, 0);
        pass_epoch();
        assert_ok!(set_weights(1, vec![1], vec![1]));
        pass_epoch();
        assert_eq!(Incentive::<Test>::get(NETUID), [0, 65_535]);
        assert_eq!(Dividends::<Test>::get(NETUID), [65_535, 0]);
        assert_eq!(Emission::<Test>::get(NETUID), [20 * TAO, 20 * TAO]);
        assert_eq!(SubtensorModule::stake_of(&hot(2), &cold(2), NETUID), 20 * TAO);
    });
}

#[test]
fn weights_older_than_a_registration_do_not_count_for_it() {
    with_subnet(
        |subnet| {
            subnet.max_allowed_uids = 2;
            subnet.immunity_period = 0;
            subnet.min_non_immune_uids = 0;
            subnet.owner_hotkey = Some(hot(1));
            subnet.owner = Some(cold(1));
        },
        || {
            join(1, 100 * TAO);
            join(2, 0);
            pass_epoch();
            assert_ok!(set_weights(1, vec![1], vec![1]));
            join(3, 0);
            assert_eq!(Uids::<Test>::get(NETUID, hot(3)), Some(1));
            pass_epoch();
            assert_eq!(Incentive::<Test>::get(NETUID), [0, 0]);
            assert_ok!(set_weights(1, vec![1], vec![1]));
            pass_epoch();
            assert_eq!(Incentive::<Test>::get(NETUID), [0, 65_535]);
        },
    );
}

#[test]
fn only_the_largest_stakes_have_permits() {
    with_subnet(
        |subnet| subnet.max_allowed_validators = 2,
        || {
            join(1, 10 * TAO);
            join(2, 30 * TAO);
            join(3, 20 * TAO);
            pass_epoch();
            assert_eq!(ValidatorPermit::<Test>::get(NETUID), [false, true, true]);
        },
    );
}

#[test]
fn a_neuron_below_the_stake_threshold_is_no_validator() {
    local(|| {
        StakeThreshold::<Test>::put(50 * TAO);
        join(1, 49 * TAO);
        join(2, 50 * TAO);
        pass_epoch();
        assert_eq!(ValidatorPermit::<Test>::get(NETUID), [false, true]);
        assert_eq!(StakeWeight::<Test>::get(NETUID), [0, 65_535]);
    });
}

#[test]
fn bonds_go_with_the_permit() {
    with_subnet(
        |subnet| subnet.max_allowed_validators = 1,
        || {
            join(1, 100 * TAO);
            join(2, 0);
            join(3, 0);
            pass_epoch();
            assert_ok!(set_weights(1, vec![1], vec![1]));
            pass_epoch();
            assert!(!Bonds::<Test>::get(NETUID, 0).is_empty());
            assert_ok!(SubtensorModule::add_stake(signed(cold(3)), hot(3), NETUID, 10_000 * TAO));
            pass_epoch();
            assert_eq!(ValidatorPermit::<Test>::get(NETUID), [false, false, true]);
            assert!(Bonds::<Test>::get(NETUID, 0).is_empty());
        },
    );
}

#[test]
fn nothing_is_lost_or_made_in_a_busy_subnet() {
    local(|| {
        let mut seed = 7u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        let mut expected = all_rao();
        for n in 0..9 {
            join(n, (1 + random(1_000)) * TAO / 3);
            expected -= BURN;
        }
        for _ in 0..400 {
            let n = random(9) as u8;
            let uids: Vec<u16> = (0..9).filter(|_| random(2) == 0).collect();
            let values = uids.iter().map(|_| random(65_536) as u16).collect();
            let _ = set_weights(n, uids, values);
            let on = random(9) as u8;
            let amount = random(50 * TAO);
            let _ = if random(2) == 0 {
                SubtensorModule::add_stake(signed(cold(n)), hot(on), NETUID, amount)
            } else {
                SubtensorModule::remove_stake(signed(cold(n)), hot(on), NETUID, amount)
            };
            pass_blocks(1);
            expected += TAO;
            assert_eq!(all_rao(), expected);
            assert_eq!(SubtensorModule::check_invariants(), Ok(()));
        }
        assert!(TotalStake::<Test>::get() > 300 * TAO);
    });
}
