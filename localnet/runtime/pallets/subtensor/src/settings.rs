//! Who may change settings, and when. The calls are those of the pallet `AdminUtils`.

use crate::*;
use frame_support::{ensure, pallet_prelude::DispatchResult};
use frame_system::{ensure_root, ensure_signed, pallet_prelude::OriginFor};
use sp_runtime::{AccountId32, DispatchError};

/// Blocks between two epochs, and between two changes of that, that an owner may choose. On the public chain it may go
/// down to 360 only.
const MIN_TEMPO: u16 = 1;
const MAX_TEMPO: u16 = 50_400;
/// Activity cutoffs that may be chosen, in thousandths of the tempo.
const CUTOFF_FACTORS: core::ops::RangeInclusive<u32> = 1_000..=50_000;
/// What `TransactionKeyLastBlock` calls a change of the tempo.
const SET_TEMPO: u16 = 11;

impl<T: Config> Pallet<T> {
    /// Root, or the coldkey that owns the subnet, which is returned.
    pub fn ensure_owner_or_root(origin: OriginFor<T>, netuid: u16) -> Result<Option<AccountId32>, DispatchError> {
        if ensure_root(origin.clone()).is_ok() {
            return Ok(None);
        }
        let coldkey = ensure_signed(origin)?;
        ensure!(NetworksAdded::<T>::get(netuid) && Self::is_owner(&coldkey, netuid), DispatchError::BadOrigin);
        Ok(Some(coldkey))
    }

    /// Root at any time; the owner once in a while for each setting, and not shortly before an epoch.
    pub fn ensure_may_set(origin: OriginFor<T>, netuid: u16, setting: Hyperparameter) -> DispatchResult {
        let owner = Self::ensure_owner_or_root(origin, netuid)?;
        Self::ensure_window_open(netuid)?;
        if owner.is_some() {
            Self::ensure_rested(netuid, setting)?;
        }
        Ok(())
    }

    /// Enough epochs have passed since the owner last changed this setting; from now on as many have to pass again.
    fn ensure_rested(netuid: u16, setting: Hyperparameter) -> DispatchResult {
        let key = RateLimitKey::OwnerHyperparamUpdate(netuid, setting);
        let block = Self::block();
        let last = LastRateLimitedBlock::<T>::get(&key);
        let tempo = u64::from(Tempo::<T>::get(netuid));
        let wait = u64::from(OwnerHyperparamRateLimit::<T>::get()).saturating_mul(tempo);
        ensure!(last == 0 || block.saturating_sub(last) >= wait, Error::<T>::TxRateLimitExceeded);
        // The runtime undoes this where the rest of the call is refused.
        LastRateLimitedBlock::<T>::insert(key, block);
        Ok(())
    }

    /// Whether the coldkey owns the subnet. One that nobody owns does not belong to the account of all zeros either.
    pub(crate) fn is_owner(coldkey: &AccountId32, netuid: u16) -> bool {
        SubnetOwner::<T>::try_get(netuid).is_ok_and(|owner| owner == *coldkey)
    }

    /// The coldkey that owns the subnet, which is returned.
    pub fn ensure_owner(origin: OriginFor<T>, netuid: u16) -> Result<AccountId32, DispatchError> {
        Self::ensure_owner_or_root(ensure_signed(origin).map(frame_system::RawOrigin::Signed)?.into(), netuid)?
            .ok_or(DispatchError::BadOrigin)
    }

    pub(crate) fn do_set_tempo(coldkey: AccountId32, netuid: u16, tempo: u16) -> DispatchResult {
        ensure!((MIN_TEMPO..=MAX_TEMPO).contains(&tempo), Error::<T>::TempoOutOfBounds);
        Self::ensure_window_open(netuid)?;
        let block = Self::block();
        let key = (&coldkey, netuid, SET_TEMPO);
        let last = TransactionKeyLastBlock::<T>::get(key);
        let wait = u64::from(MIN_TEMPO);
        ensure!(last == 0 || block.saturating_sub(last) >= wait, Error::<T>::TxRateLimitExceeded);
        TransactionKeyLastBlock::<T>::insert(key, block);
        Self::note_trace(&coldkey, netuid);
        Tempo::<T>::insert(netuid, tempo);
        LastEpochBlock::<T>::insert(netuid, block);
        Self::deposit_event(Event::TempoSet(netuid, tempo));
        Ok(())
    }

    pub(crate) fn do_set_activity_cutoff_factor(
        origin: OriginFor<T>,
        netuid: u16,
        factor_milli: u32,
    ) -> DispatchResult {
        let owner = Self::ensure_owner_or_root(origin.clone(), netuid)?;
        ensure!(CUTOFF_FACTORS.contains(&factor_milli), Error::<T>::ActivityCutoffFactorMilliOutOfBounds);
        if owner.is_some() {
            Self::ensure_may_set(origin, netuid, Hyperparameter::ActivityCutoffFactorMilli)?;
        }
        ActivityCutoffFactorMilli::<T>::insert(netuid, factor_milli);
        Self::deposit_event(Event::ActivityCutoffFactorMilliSet { netuid, factor_milli });
        Ok(())
    }

    /// Blocks after which a neuron that sets no weights is inactive.
    pub fn activity_cutoff(netuid: u16) -> u64 {
        match ActivityCutoffFactorMilli::<T>::try_get(netuid) {
            Ok(factor) => (u64::from(factor).saturating_mul(Tempo::<T>::get(netuid).into()) / 1_000).max(1),
            Err(()) => ActivityCutoff::<T>::get(netuid).into(),
        }
    }

    pub(crate) fn do_trigger_epoch(coldkey: AccountId32, netuid: u16) -> DispatchResult {
        ensure!(!CommitRevealWeightsEnabled::<T>::get(netuid), Error::<T>::DynamicTempoBlockedByCommitReveal);
        ensure!(PendingEpochAt::<T>::get(netuid) == 0, Error::<T>::EpochTriggerAlreadyPending);
        let block = Self::block();
        let window = u64::from(AdminFreezeWindow::<T>::get());
        let tempo = Tempo::<T>::get(netuid);
        let next = LastEpochBlock::<T>::get(netuid).saturating_add(tempo.into());
        ensure!(tempo == 0 || next.saturating_sub(block) >= window, Error::<T>::AutoEpochAlreadyImminent);
        Self::ensure_rested(netuid, Hyperparameter::TriggerEpoch)?;
        let fires_at = block.saturating_add(window);
        PendingEpochAt::<T>::insert(netuid, fires_at);
        Self::deposit_event(Event::EpochTriggered { netuid, by: coldkey, fires_at });
        Ok(())
    }

    /// The block of the next epoch; none where there are none.
    pub fn get_next_epoch_start_block(netuid: u16) -> Option<u64> {
        let tempo = Tempo::<T>::get(netuid);
        let usual = LastEpochBlock::<T>::get(netuid).saturating_add(tempo.into());
        let asked = PendingEpochAt::<T>::get(netuid);
        (tempo > 0).then(|| if asked > 0 { usual.min(asked) } else { usual })
    }

    /// Settings rest in the last blocks before an epoch.
    pub fn ensure_window_open(netuid: u16) -> DispatchResult {
        let tempo = u64::from(Tempo::<T>::get(netuid));
        let next = LastEpochBlock::<T>::get(netuid).saturating_add(tempo);
        let left = next.saturating_sub(Self::block());
        let frozen = u64::from(AdminFreezeWindow::<T>::get());
        ensure!(tempo == 0 || left >= frozen, Error::<T>::AdminActionProhibitedDuringWeightsWindow);
        Ok(())
    }

    /// Says what happened, for the pallet that has the calls.
    pub fn announce(event: Event<T>) {
        Self::deposit_event(event);
    }
}
