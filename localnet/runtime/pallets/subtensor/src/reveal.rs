//! Weights in two steps: a hash now, the weights behind it in a later epoch, so that nobody copies them in time.

use crate::*;
use alloc::vec::Vec;
use codec::Compact;
use frame_support::{ensure, storage::with_storage_layer};
use sp_core::H256;
use sp_runtime::{
    traits::{BlakeTwo256, Hash},
    AccountId32, DispatchResult,
};

/// A neuron may have this many commitments that wait.
const MAX_COMMITS: usize = 10;

/// Weights, and what hides them.
pub(crate) struct Revealed {
    pub uids: Vec<u16>,
    pub values: Vec<u16>,
    pub salt: Vec<u16>,
    pub version_key: u64,
}

impl Revealed {
    /// What was committed.
    fn hash(&self, hotkey: &AccountId32, index: u16) -> H256 {
        BlakeTwo256::hash_of(&(hotkey, index, &self.uids, &self.values, &self.salt, self.version_key))
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_commit_weights(hotkey: AccountId32, netuid: u16, mecid: u8, hash: H256) -> DispatchResult {
        Self::ensure_mechanism(netuid, mecid)?;
        ensure!(CommitRevealWeightsEnabled::<T>::get(netuid), Error::<T>::CommitRevealDisabled);
        let uid = Uids::<T>::get(netuid, &hotkey).ok_or(Error::<T>::HotKeyNotRegisteredInSubNet)?;
        let index = Self::mechanism_index(netuid, mecid);
        ensure!(Self::waited_for_weights(netuid, index, uid), Error::<T>::CommittingWeightsTooFast);

        let block = Self::block();
        let (first, last) = Self::reveal_blocks(netuid);
        let mut commits = WeightCommits::<T>::get(index, &hotkey).unwrap_or_default();
        commits.retain(|(_, _, _, last)| *last >= block);
        ensure!(commits.len() < MAX_COMMITS, Error::<T>::TooManyUnrevealedCommits);
        commits.push((hash, block, first, last));
        WeightCommits::<T>::insert(index, &hotkey, commits);
        Self::note_update(index, uid, block);
        Self::deposit_event(Event::WeightsCommitted(hotkey, index, hash));
        Ok(())
    }

    pub(crate) fn do_reveal_weights(hotkey: AccountId32, netuid: u16, mecid: u8, revealed: Revealed) -> DispatchResult {
        Self::ensure_mechanism(netuid, mecid)?;
        ensure!(CommitRevealWeightsEnabled::<T>::get(netuid), Error::<T>::CommitRevealDisabled);
        let index = Self::mechanism_index(netuid, mecid);
        let block = Self::block();
        let all = WeightCommits::<T>::get(index, &hotkey).ok_or(Error::<T>::NoWeightsCommitFound)?;
        let (expired, mut waiting): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, _, _, last)| *last < block);

        let hash = revealed.hash(&hotkey, index);
        let Revealed { uids, values, version_key, .. } = revealed;
        ensure!(!expired.iter().any(|commit| commit.0 == hash), Error::<T>::ExpiredWeightCommit);
        ensure!(!waiting.is_empty(), Error::<T>::NoWeightsCommitFound);
        let place = waiting.iter().position(|commit| commit.0 == hash);
        let place = place.ok_or(Error::<T>::InvalidRevealCommitHashNotMatch)?;
        ensure!(waiting.get(place).is_some_and(|commit| commit.2 <= block), Error::<T>::RevealTooEarly);

        Self::set_row(&hotkey, netuid, mecid, uids, values, version_key, true)?;
        // What was committed before is out of date.
        waiting.drain(..=place);
        Self::keep_commits(index, &hotkey, waiting);
        Self::deposit_event(Event::WeightsRevealed(hotkey, index, hash));
        Ok(())
    }

    pub(crate) fn do_batch_commit_weights(
        hotkey: AccountId32,
        netuids: Vec<Compact<u16>>,
        hashes: Vec<H256>,
    ) -> DispatchResult {
        ensure!(netuids.len() == hashes.len(), Error::<T>::InputLengthsUnequal);
        let outcomes = netuids.iter().zip(hashes).map(|(netuid, hash)| {
            let commit = || Self::do_commit_weights(hotkey.clone(), netuid.0, 0, hash);
            with_storage_layer(commit)
        });
        Self::tell_batch(outcomes.collect());
        Self::deposit_event(Event::BatchWeightsCompleted(netuids, hotkey));
        Ok(())
    }

    pub(crate) fn do_batch_reveal_weights(
        hotkey: AccountId32,
        netuid: u16,
        uids: Vec<Vec<u16>>,
        values: Vec<Vec<u16>>,
        salts: Vec<Vec<u16>>,
        version_keys: Vec<u64>,
    ) -> DispatchResult {
        let lengths = [values.len(), salts.len(), version_keys.len()];
        ensure!(lengths == [uids.len(); 3], Error::<T>::InputLengthsUnequal);
        ensure!(CommitRevealWeightsEnabled::<T>::get(netuid), Error::<T>::CommitRevealDisabled);
        let block = Self::block();
        let all = WeightCommits::<T>::get(netuid, &hotkey).ok_or(Error::<T>::NoWeightsCommitFound)?;
        let (expired, mut waiting): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, _, _, last)| *last < block);

        let rest = values.into_iter().zip(salts).zip(version_keys);
        let reveals: Vec<(H256, Revealed)> = uids
            .into_iter()
            .zip(rest)
            .map(|(uids, ((values, salt), version_key))| {
                let revealed = Revealed { uids, values, salt, version_key };
                (revealed.hash(&hotkey, netuid), revealed)
            })
            .collect();
        for (hash, _) in &reveals {
            let Some((_, _, first, _)) = waiting.iter().find(|commit| commit.0 == *hash) else {
                let is_expired = expired.iter().any(|commit| commit.0 == *hash);
                ensure!(!is_expired, Error::<T>::ExpiredWeightCommit);
                return Err(Error::<T>::InvalidRevealCommitHashNotMatch.into());
            };
            ensure!(*first <= block, Error::<T>::RevealTooEarly);
        }
        let mut hashes = Vec::new();
        for (hash, Revealed { uids, values, version_key, .. }) in reveals {
            let place = waiting.iter().position(|commit| commit.0 == hash);
            // Twice the same: the commitment is used up.
            waiting.remove(place.ok_or(Error::<T>::InvalidRevealCommitHashNotMatch)?);
            Self::set_row(&hotkey, netuid, 0, uids, values, version_key, true)?;
            hashes.push(hash);
        }
        Self::keep_commits(netuid, &hotkey, waiting);
        Self::deposit_event(Event::WeightsBatchRevealed(hotkey, netuid, hashes));
        Ok(())
    }

    /// Writes the commitments that still wait.
    fn keep_commits(index: u16, hotkey: &AccountId32, waiting: Vec<(H256, u64, u64, u64)>) {
        if waiting.is_empty() {
            WeightCommits::<T>::remove(index, hotkey);
        } else {
            WeightCommits::<T>::insert(index, hotkey, waiting);
        }
    }

    /// The first and the last block in which a commitment made now may be revealed: one epoch long.
    fn reveal_blocks(netuid: u16) -> (u64, u64) {
        let tempo = u64::from(Tempo::<T>::get(netuid)).max(1);
        let wait = tempo.saturating_mul(RevealPeriodEpochs::<T>::get(netuid));
        let first = LastEpochBlock::<T>::get(netuid).saturating_add(wait);
        (first, first.saturating_add(tempo).saturating_sub(1))
    }

    /// The block of a neuron's earliest commitment that still waits.
    pub(crate) fn earliest_commit(index: u16, hotkey: &AccountId32, block: u64) -> Option<u64> {
        let commits = WeightCommits::<T>::get(index, hotkey)?;
        commits.iter().filter(|(_, _, _, last)| *last >= block).map(|(_, made, _, _)| *made).min()
    }
}
