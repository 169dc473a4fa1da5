use crate::{mock::*, weights::max_upscale, *};
use frame_support::{assert_noop, assert_ok};

/// Three neurons, of which the first two have stake and, after an epoch, permits.
fn three(test: impl FnOnce()) {
    with_three(|_| {}, test);
}

fn with_three(change: impl FnOnce(&mut SubnetGenesis), test: impl FnOnce()) {
    with_subnet(change, || {
        join(1, 100 * TAO);
        join(2, 50 * TAO);
        join(3, 0);
        pass_epoch();
        assert_eq!(ValidatorPermit::<Test>::get(NETUID), [true, true, false]);
        test();
    });
}

#[test]
fn set_weights_works() {
    three(|| {
        assert_ok!(set_weights(1, vec![2, 1], vec![200, 100]));
        assert_eq!(Weights::<Test>::get(NETUID, 0), [(2, 65_535), (1, 32_768)]);
        assert_eq!(LastUpdate::<Test>::get(NETUID), [40, 1, 1]);
        System::assert_last_event(Event::WeightsSet(NETUID, 0).into());
    });
}

#[test]
fn set_mechanism_weights_sets_the_first_matrix_and_no_other() {
    three(|| {
        let call = |mecid| SubtensorModule::set_mechanism_weights(signed(hot(1)), NETUID, mecid, vec![2], vec![7], 0);
        assert_ok!(call(0));
        assert_eq!(Weights::<Test>::get(NETUID, 0), [(2, 65_535)]);
        assert_noop!(call(1), Error::<Test>::MechanismDoesNotExist);
    });
}

#[test]
fn empty_and_zero_weights_are_weights() {
    with_three(
        |subnet| subnet.min_allowed_weights = 0,
        || {
            assert_ok!(set_weights(1, vec![1, 2], vec![0, 0]));
            assert_eq!(Weights::<Test>::get(NETUID, 0), [(1, 0), (2, 0)]);
            assert_ok!(set_weights(1, vec![], vec![]));
            assert!(Weights::<Test>::get(NETUID, 0).is_empty());
        },
    );
}

#[test]
fn cannot_set_weights_on_root() {
    local(|| {
        assert_noop!(
            SubtensorModule::set_weights(signed(hot(1)), ROOT, vec![0], vec![1], 0),
            Error::<Test>::CanNotSetRootNetworkWeights
        );
    });
}

#[test]
fn cannot_set_weights_where_they_are_committed() {
    with_three(
        |subnet| subnet.commit_reveal_weights_enabled = true,
        || {
            assert_noop!(set_weights(1, vec![1], vec![1]), Error::<Test>::CommitRevealEnabled);
        },
    );
}

#[test]
fn cannot_set_weights_of_unequal_lists() {
    three(|| {
        assert_noop!(set_weights(1, vec![1, 2], vec![1]), Error::<Test>::WeightVecNotEqualSize);
    });
}

#[test]
fn cannot_set_more_weights_than_neurons() {
    three(|| {
        assert_noop!(set_weights(1, vec![0, 1, 2, 3], vec![1; 4]), Error::<Test>::UidsLengthExceedUidsInSubNet);
    });
}

#[test]
fn cannot_set_weights_if_unregistered() {
    three(|| {
        assert_noop!(set_weights(4, vec![1], vec![1]), Error::<Test>::HotKeyNotRegisteredInSubNet);
    });
}

#[test]
fn cannot_set_weights_below_the_stake_threshold() {
    three(|| {
        StakeThreshold::<Test>::put(1_000 * TAO);
        assert_noop!(set_weights(1, vec![1], vec![1]), Error::<Test>::NotEnoughStakeToSetWeights);
        SubnetOwnerHotkey::<Test>::insert(NETUID, hot(1));
        assert_ok!(set_weights(1, vec![1], vec![1]));
    });
}

#[test]
fn cannot_set_weights_with_an_old_version() {
    with_three(
        |subnet| subnet.weights_version_key = 5,
        || {
            let call = |version| SubtensorModule::set_weights(signed(hot(1)), NETUID, vec![1], vec![1], version);
            assert_noop!(call(4), Error::<Test>::IncorrectWeightVersionKey);
            assert_ok!(call(5));
            assert_ok!(call(6));
        },
    );
}

#[test]
fn cannot_set_weights_too_fast() {
    with_three(
        |subnet| subnet.weights_set_rate_limit = 10,
        || {
            assert_ok!(set_weights(1, vec![1], vec![1]));
            pass_blocks(9);
            assert_noop!(set_weights(1, vec![2], vec![1]), Error::<Test>::SettingWeightsTooFast);
            pass_blocks(1);
            assert_ok!(set_weights(1, vec![2], vec![1]));
        },
    );
}

#[test]
fn cannot_set_weights_without_a_permit() {
    three(|| {
        assert_noop!(set_weights(3, vec![1], vec![1]), Error::<Test>::NeuronNoValidatorPermit);
        assert_ok!(set_weights(3, vec![2], vec![1]));
        SubnetOwnerHotkey::<Test>::insert(NETUID, hot(3));
        assert_ok!(set_weights(3, vec![1], vec![1]));
    });
}

#[test]
fn cannot_set_weights_twice_for_one_neuron() {
    three(|| {
        assert_noop!(set_weights(1, vec![1, 1], vec![1, 2]), Error::<Test>::DuplicateUids);
    });
}

#[test]
fn cannot_set_weights_for_unknown_neurons() {
    three(|| {
        assert_noop!(set_weights(1, vec![1, 3], vec![1, 2]), Error::<Test>::UidVecContainInvalidOne);
    });
}

#[test]
fn cannot_set_too_few_weights() {
    with_three(
        |subnet| subnet.min_allowed_weights = 2,
        || {
            assert_noop!(set_weights(1, vec![1], vec![1]), Error::<Test>::WeightVecLengthIsLow);
            assert_ok!(set_weights(1, vec![0], vec![1]));
            assert_ok!(set_weights(1, vec![1, 2], vec![1, 1]));
            // No more can be asked for than there are neurons.
            MinAllowedWeights::<Test>::insert(NETUID, 1_000);
            assert_ok!(set_weights(1, vec![0, 1, 2], vec![1, 1, 1]));
        },
    );
}

#[test]
fn cannot_set_a_weight_above_the_limit() {
    with_three(
        |subnet| subnet.max_weights_limit = 32_768,
        || {
            assert_noop!(set_weights(1, vec![1, 2], vec![2, 1]), Error::<Test>::MaxWeightExceeded);
            assert_ok!(set_weights(1, vec![1, 2], vec![7, 7]));
            assert_ok!(set_weights(1, vec![0], vec![7]));
        },
    );
}

#[test]
fn weights_are_scaled_to_the_largest() {
    assert_eq!(max_upscale(&[100, 200]), [32_768, 65_535]);
    assert_eq!(max_upscale(&[]), [0u16; 0]);
    assert_eq!(max_upscale(&[0, 0]), [0, 0]);
    assert_eq!(max_upscale(&[1]), [65_535]);
    assert_eq!(max_upscale(&[0, 65_535, 12_345]), [0, 65_535, 12_345]);
    assert_eq!(max_upscale(&[32_768, 16_384]), [65_535, 32_768]);
    assert_eq!(max_upscale(&[32_769, 1]), [65_535, 2]);
    assert_eq!(max_upscale(&[50_000, 40_000, 1]), [65_535, 52_428, 1]);
}

#[test]
fn a_batch_of_weights_goes_on_after_one_that_is_refused() {
    three(|| {
        use codec::Compact;
        let row = vec![(Compact(2), Compact(9))];
        let call = |netuids: &[u16], rows: usize| {
            let netuids = netuids.iter().copied().map(Compact).collect::<Vec<_>>();
            let keys = vec![Compact(0); netuids.len()];
            SubtensorModule::batch_set_weights(signed(hot(1)), netuids, vec![row.clone(); rows], keys)
        };
        assert_noop!(call(&[NETUID], 2), Error::<Test>::InputLengthsUnequal);
        assert_ok!(call(&[NETUID], 1));
        assert_eq!(Weights::<Test>::get(NETUID, 0), [(2, 65_535)]);
        assert!(!System::events().iter().any(|one| one.event == Event::<Test>::BatchCompletedWithErrors().into()));
        CommitRevealWeightsEnabled::<Test>::insert(NETUID, true);
        assert_ok!(call(&[NETUID, 9], 2));
        System::assert_has_event(Event::BatchCompletedWithErrors().into());
        System::assert_has_event(Event::BatchWeightItemFailed(Error::<Test>::CommitRevealEnabled.into()).into());
        System::assert_last_event(Event::BatchWeightsCompleted(vec![Compact(NETUID), Compact(9)], hot(1)).into());
    });
}
