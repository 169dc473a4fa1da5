//! Setting weights: checks in the public chain's order, then one row.

use crate::*;
use alloc::{collections::BTreeSet, vec::Vec};
use codec::Compact;
use frame_support::{ensure, storage::with_storage_layer};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_set_weights(
        hotkey: AccountId32,
        netuid: u16,
        mecid: u8,
        uids: Vec<u16>,
        values: Vec<u16>,
        version_key: u64,
    ) -> DispatchResult {
        ensure!(!CommitRevealWeightsEnabled::<T>::get(netuid), Error::<T>::CommitRevealEnabled);
        Self::set_row(&hotkey, netuid, mecid, uids, values, version_key, false)
    }

    pub(crate) fn do_batch_set_weights(
        hotkey: AccountId32,
        netuids: Vec<Compact<u16>>,
        weights: Vec<Vec<(Compact<u16>, Compact<u16>)>>,
        version_keys: Vec<Compact<u64>>,
    ) -> DispatchResult {
        let lengths = [weights.len(), version_keys.len()];
        ensure!(lengths == [netuids.len(); 2], Error::<T>::InputLengthsUnequal);
        let outcomes = netuids.iter().zip(weights).zip(version_keys).map(|((netuid, row), version_key)| {
            let (uids, values) = row.into_iter().map(|(uid, value)| (uid.0, value.0)).unzip();
            let set = || Self::do_set_weights(hotkey.clone(), netuid.0, 0, uids, values, version_key.0);
            with_storage_layer(set)
        });
        Self::tell_batch(outcomes.collect());
        Self::deposit_event(Event::BatchWeightsCompleted(netuids, hotkey));
        Ok(())
    }

    /// Tells what of a batch was refused.
    pub(crate) fn tell_batch(outcomes: Vec<DispatchResult>) {
        let refused: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
        if !refused.is_empty() {
            Self::deposit_event(Event::BatchCompletedWithErrors());
        }
        for why in refused {
            Self::deposit_event(Event::BatchWeightItemFailed(why));
        }
    }

    /// Checks and writes a row of weights; revealed ones were in time when they were committed.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn set_row(
        hotkey: &AccountId32,
        netuid: u16,
        mecid: u8,
        uids: Vec<u16>,
        values: Vec<u16>,
        version_key: u64,
        revealed: bool,
    ) -> DispatchResult {
        ensure!(netuid != ROOT, Error::<T>::CanNotSetRootNetworkWeights);
        ensure!(uids.len() == values.len(), Error::<T>::WeightVecNotEqualSize);
        Self::ensure_mechanism(netuid, mecid)?;
        let n = SubnetworkN::<T>::get(netuid);
        ensure!(uids.len() <= usize::from(n), Error::<T>::UidsLengthExceedUidsInSubNet);
        let uid = Uids::<T>::get(netuid, hotkey).ok_or(Error::<T>::HotKeyNotRegisteredInSubNet)?;
        let is_owner = SubnetOwnerHotkey::<T>::get(netuid) == *hotkey;
        ensure!(
            is_owner || Self::stake_weight(hotkey, netuid) >= StakeThreshold::<T>::get(),
            Error::<T>::NotEnoughStakeToSetWeights
        );
        ensure!(version_key >= WeightsVersionKey::<T>::get(netuid), Error::<T>::IncorrectWeightVersionKey);
        let index = Self::mechanism_index(netuid, mecid);
        ensure!(revealed || Self::waited_for_weights(netuid, index, uid), Error::<T>::SettingWeightsTooFast);
        let only_self = uids == [uid];
        ensure!(
            only_self || is_owner || at(&ValidatorPermit::<T>::get(netuid), uid),
            Error::<T>::NeuronNoValidatorPermit
        );
        let distinct: BTreeSet<u16> = uids.iter().copied().collect();
        ensure!(distinct.len() == uids.len(), Error::<T>::DuplicateUids);
        ensure!(uids.iter().all(|uid| *uid < n), Error::<T>::UidVecContainInvalidOne);
        let fewest = MinAllowedWeights::<T>::get(netuid).min(n);
        ensure!(only_self || uids.len() >= usize::from(fewest), Error::<T>::WeightVecLengthIsLow);
        let values = max_upscale(&values);
        ensure!(only_self || within_share(&values, MaxWeightsLimit::<T>::get(netuid)), Error::<T>::MaxWeightExceeded);

        let row: Vec<(u16, u16)> = uids.into_iter().zip(values).collect();
        Weights::<T>::insert(index, uid, row);
        if !revealed {
            Self::note_update(index, uid, Self::block());
        }
        Self::deposit_event(Event::WeightsSet(index, uid));
        Ok(())
    }

    /// Whether enough blocks have passed since the neuron last set or committed weights.
    pub(crate) fn waited_for_weights(netuid: u16, index: u16, uid: u16) -> bool {
        let last = at(&LastUpdate::<T>::get(index), uid);
        last == 0 || Self::block().saturating_sub(last) >= WeightsSetRateLimit::<T>::get(netuid)
    }

    /// Writes down when a neuron last set or committed weights.
    pub(crate) fn note_update(index: u16, uid: u16, block: u64) {
        LastUpdate::<T>::mutate(index, |list| {
            if let Some(last) = list.get_mut(usize::from(uid)) {
                *last = block;
            }
        });
    }
}

/// A neuron's entry in a list of its subnet; the default where there is none.
pub(crate) fn at<V: Copy + Default>(list: &[V], uid: u16) -> V {
    list.get(usize::from(uid)).copied().unwrap_or_default()
}

/// Scales weights so that the largest becomes 65535, in 32.32 fixed point, rounded to the nearest.
///
/// Above 32768 the factor comes first, as a product with 65535 would not fit 32 integer bits.
pub fn max_upscale(values: &[u16]) -> Vec<u16> {
    let max = u64::from(values.iter().copied().max().unwrap_or(0));
    let full = u64::from(u16::MAX);
    let fraction = 32u32;
    let round = |fixed: u64| fixed.saturating_add(1 << 31).checked_shr(fraction).unwrap_or(0).min(full) as u16;
    let factor = (full << fraction).checked_div(max).unwrap_or(0);
    values
        .iter()
        .map(|value| {
            let value = u64::from(*value);
            if max > 32_768 {
                round(value.saturating_mul(factor))
            } else {
                round((value.saturating_mul(full) << fraction).checked_div(max).unwrap_or(0))
            }
        })
        .collect()
}

/// Whether no weight has a larger share of the sum than `limit`, of 65535.
fn within_share(values: &[u16], limit: u16) -> bool {
    let sum: u64 = values.iter().map(|value| u64::from(*value)).sum();
    let max = u64::from(values.iter().copied().max().unwrap_or(0));
    limit == u16::MAX || max.saturating_mul(u64::from(u16::MAX)) <= sum.saturating_mul(u64::from(limit))
}
