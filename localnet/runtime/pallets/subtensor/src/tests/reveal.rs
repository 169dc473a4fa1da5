use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use sp_runtime::{
    traits::{BlakeTwo256, Hash},
    DispatchResult,
};

/// Two neurons with stake and permits, in a subnet that wants commitments.
fn two(test: impl FnOnce()) {
    with_subnet(
        |subnet| subnet.commit_reveal_weights_enabled = true,
        || {
            join(1, 100 * TAO);
            join(2, 50 * TAO);
            pass_epoch();
            test();
        },
    );
}

fn hash(n: u8, uids: &[u16], values: &[u16], salt: &[u16]) -> H256 {
    BlakeTwo256::hash_of(&(hot(n), NETUID, uids.to_vec(), values.to_vec(), salt.to_vec(), 0u64))
}

fn commit(n: u8, hash: H256) -> DispatchResult {
    SubtensorModule::commit_weights(signed(hot(n)), NETUID, hash)
}

fn reveal(n: u8, uids: &[u16], values: &[u16], salt: &[u16]) -> DispatchResult {
    SubtensorModule::reveal_weights(signed(hot(n)), NETUID, uids.to_vec(), values.to_vec(), salt.to_vec(), 0)
}

#[test]
fn weights_are_revealed_in_the_epoch_after_their_commitment() {
    two(|| {
        let secret = hash(1, &[1], &[7], &[1, 2]);
        assert_ok!(commit(1, secret));
        System::assert_last_event(Event::WeightsCommitted(hot(1), NETUID, secret).into());
        assert_eq!(WeightCommits::<Test>::get(NETUID, hot(1)).unwrap(), [(secret, 40, 80, 119)]);
        assert_eq!(LastUpdate::<Test>::get(NETUID)[0], 40);
        assert_noop!(reveal(1, &[1], &[7], &[1, 2]), Error::<Test>::RevealTooEarly);
        pass_epoch();
        assert_noop!(reveal(1, &[1], &[8], &[1, 2]), Error::<Test>::InvalidRevealCommitHashNotMatch);
        assert_noop!(reveal(2, &[1], &[7], &[1, 2]), Error::<Test>::NoWeightsCommitFound);
        assert_ok!(reveal(1, &[1], &[7], &[1, 2]));
        System::assert_last_event(Event::WeightsRevealed(hot(1), NETUID, secret).into());
        assert_eq!(Weights::<Test>::get(NETUID, 0), [(1, 65_535)]);
        assert!(WeightCommits::<Test>::get(NETUID, hot(1)).is_none());
        // The weights date from their commitment.
        assert_eq!(LastUpdate::<Test>::get(NETUID)[0], 40);
        assert_noop!(reveal(1, &[1], &[7], &[1, 2]), Error::<Test>::NoWeightsCommitFound);
    });
}

#[test]
fn commitments_expire() {
    two(|| {
        assert_ok!(commit(1, hash(1, &[1], &[7], &[])));
        pass_blocks(79);
        assert_eq!(System::block_number(), 119);
        pass_blocks(1);
        assert_noop!(reveal(1, &[1], &[7], &[]), Error::<Test>::ExpiredWeightCommit);
    });
}

#[test]
fn revealing_a_later_commitment_drops_the_earlier() {
    two(|| {
        assert_ok!(commit(1, hash(1, &[1], &[1], &[1])));
        assert_ok!(commit(1, hash(1, &[1], &[1], &[2])));
        assert_ok!(commit(1, hash(1, &[1], &[1], &[3])));
        pass_epoch();
        assert_ok!(reveal(1, &[1], &[1], &[2]));
        assert_eq!(WeightCommits::<Test>::get(NETUID, hot(1)).unwrap().len(), 1);
        assert_noop!(reveal(1, &[1], &[1], &[1]), Error::<Test>::InvalidRevealCommitHashNotMatch);
        assert_ok!(reveal(1, &[1], &[1], &[3]));
    });
}

#[test]
fn cannot_commit_wrongly() {
    two(|| {
        let call = |n: u8, netuid, mecid| {
            SubtensorModule::commit_mechanism_weights(signed(hot(n)), netuid, mecid, H256::zero())
        };
        assert_noop!(call(1, 9, 0), Error::<Test>::MechanismDoesNotExist);
        assert_noop!(call(1, NETUID, 1), Error::<Test>::MechanismDoesNotExist);
        assert_noop!(call(7, NETUID, 0), Error::<Test>::HotKeyNotRegisteredInSubNet);
        for _ in 0..10 {
            assert_ok!(call(1, NETUID, 0));
        }
        assert_noop!(call(1, NETUID, 0), Error::<Test>::TooManyUnrevealedCommits);
        WeightsSetRateLimit::<Test>::insert(NETUID, 100);
        assert_noop!(call(2, NETUID, 0), Error::<Test>::CommittingWeightsTooFast);
        CommitRevealWeightsEnabled::<Test>::insert(NETUID, false);
        assert_noop!(call(2, NETUID, 0), Error::<Test>::CommitRevealDisabled);
        assert_noop!(reveal(1, &[1], &[1], &[]), Error::<Test>::CommitRevealDisabled);
    });
}

#[test]
fn revealed_weights_pass_the_checks_of_all_weights() {
    two(|| {
        assert_ok!(commit(1, hash(1, &[9], &[1], &[])));
        pass_epoch();
        assert_noop!(reveal(1, &[9], &[1], &[]), Error::<Test>::UidVecContainInvalidOne);
    });
}

#[test]
fn each_mechanism_has_its_own_weights_and_commitments() {
    two(|| {
        // A second weight matrix, with lists of its own.
        MechanismCountCurrent::<Test>::insert(NETUID, 2);
        let index = SubtensorModule::mechanism_index(NETUID, 1);
        assert_eq!(index, 4_097);
        LastUpdate::<Test>::insert(index, vec![1, 1]);
        Incentive::<Test>::insert(index, vec![0, 0]);
        let secret = BlakeTwo256::hash_of(&(hot(1), index, vec![1u16], vec![5u16], Vec::<u16>::new(), 0u64));
        assert_ok!(SubtensorModule::commit_mechanism_weights(signed(hot(1)), NETUID, 1, secret));
        pass_epoch();
        let reveal = |mecid| {
            SubtensorModule::reveal_mechanism_weights(signed(hot(1)), NETUID, mecid, vec![1], vec![5], vec![], 0)
        };
        assert_noop!(reveal(0), Error::<Test>::NoWeightsCommitFound);
        assert_ok!(reveal(1));
        assert!(Weights::<Test>::get(NETUID, 0).is_empty());
        assert_eq!(Weights::<Test>::get(index, 0), [(1, 65_535)]);
        let before = all_rao();
        pass_epoch();
        assert_eq!(all_rao() - before, 40 * TAO);
        // Half of the emission is shared out by each mechanism; only in the second one somebody is ranked.
        assert_eq!(Incentive::<Test>::get(NETUID), [0, 0]);
        assert_eq!(Incentive::<Test>::get(index), [0, 65_535]);
        assert!(Emission::<Test>::get(NETUID).iter().sum::<u64>().abs_diff(40 * TAO) < 10);
        let graph = |mecid| SubtensorModule::get_mechagraph(NETUID, mecid).map(|graph| graph.incentives[1].0);
        assert_eq!((graph(0), graph(1), graph(2)), (Some(0), Some(65_535), None));
    });
}

#[test]
fn several_commitments_are_revealed_at_once() {
    two(|| {
        let call = |rows: Vec<(u16, u16)>, versions: Vec<u64>| {
            SubtensorModule::batch_reveal_weights(
                signed(hot(1)),
                NETUID,
                rows.iter().map(|_| vec![1]).collect(),
                rows.iter().map(|(value, _)| vec![*value]).collect(),
                rows.iter().map(|(_, salt)| vec![*salt]).collect(),
                versions,
            )
        };
        assert_noop!(call(vec![(1, 1)], vec![0]), Error::<Test>::NoWeightsCommitFound);
        let hashes = [1, 2, 3].map(|salt| hash(1, &[1], &[5], &[salt]));
        for hash in hashes {
            assert_ok!(commit(1, hash));
        }
        assert_noop!(call(vec![(5, 1)], vec![]), Error::<Test>::InputLengthsUnequal);
        assert_noop!(call(vec![(5, 1)], vec![0]), Error::<Test>::RevealTooEarly);
        pass_epoch();
        assert_noop!(call(vec![(5, 1), (6, 1)], vec![0, 0]), Error::<Test>::InvalidRevealCommitHashNotMatch);
        let twice = || call(vec![(5, 1), (5, 1)], vec![0, 0]);
        let refused = frame_support::storage::with_storage_layer(twice);
        assert_eq!(refused, Err(Error::<Test>::InvalidRevealCommitHashNotMatch.into()));
        assert_ok!(call(vec![(5, 3), (5, 1)], vec![0, 0]));
        System::assert_last_event(Event::WeightsBatchRevealed(hot(1), NETUID, vec![hashes[2], hashes[0]]).into());
        assert_eq!(WeightCommits::<Test>::get(NETUID, hot(1)).unwrap().len(), 1);
        pass_epoch();
        assert_noop!(call(vec![(5, 2)], vec![0]), Error::<Test>::ExpiredWeightCommit);
        CommitRevealWeightsEnabled::<Test>::insert(NETUID, false);
        assert_noop!(call(vec![(5, 2)], vec![0]), Error::<Test>::CommitRevealDisabled);
    });
}

#[test]
fn a_batch_of_commitments_goes_on_after_one_that_is_refused() {
    two(|| {
        let netuids: Vec<_> = [9, NETUID].map(codec::Compact).to_vec();
        let call = |hashes: usize| {
            SubtensorModule::batch_commit_weights(signed(hot(1)), netuids.clone(), vec![H256::zero(); hashes])
        };
        assert_noop!(call(1), Error::<Test>::InputLengthsUnequal);
        assert_ok!(call(2));
        assert_eq!(WeightCommits::<Test>::get(NETUID, hot(1)).unwrap().len(), 1);
        let refused = Event::BatchWeightItemFailed(Error::<Test>::MechanismDoesNotExist.into());
        System::assert_has_event(Event::BatchCompletedWithErrors().into());
        System::assert_has_event(refused.into());
        System::assert_last_event(Event::BatchWeightsCompleted(netuids.clone(), hot(1)).into());
    });
}
