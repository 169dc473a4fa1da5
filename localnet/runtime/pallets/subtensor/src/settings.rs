//! Who may change settings, and when. The calls are those of the pallet `AdminUtils`.

use crate::*;
use frame_support::{ensure, pallet_prelude::DispatchResult};
use frame_system::{ensure_root, ensure_signed, pallet_prelude::OriginFor};
use sp_runtime::{AccountId32, DispatchError};

impl<T: Config> Pallet<T> {
    /// Root, or the coldkey that owns the subnet, which is returned.
    pub fn ensure_owner_or_root(origin: OriginFor<T>, netuid: u16) -> Result<Option<AccountId32>, DispatchError> {
        if ensure_root(origin.clone()).is_ok() {
            return Ok(None);
        }
        let coldkey = ensure_signed(origin)?;
        ensure!(NetworksAdded::<T>::get(netuid) && SubnetOwner::<T>::get(netuid) == coldkey, DispatchError::BadOrigin);
        Ok(Some(coldkey))
    }

    /// Root at any time; the owner once in a while for each setting, and not shortly before an epoch.
    pub fn ensure_may_set(origin: OriginFor<T>, netuid: u16, setting: Hyperparameter) -> DispatchResult {
        let owner = Self::ensure_owner_or_root(origin, netuid)?;
        Self::ensure_window_open(netuid)?;
        if owner.is_some() {
            let key = RateLimitKey::OwnerHyperparamUpdate(netuid, setting);
            let block = Self::block();
            let last = LastRateLimitedBlock::<T>::get(&key);
            let tempo = u64::from(Tempo::<T>::get(netuid));
            let wait = u64::from(OwnerHyperparamRateLimit::<T>::get()).saturating_mul(tempo);
            ensure!(last == 0 || block.saturating_sub(last) >= wait, Error::<T>::TxRateLimitExceeded);
            // The runtime undoes this where the rest of the call is refused.
            LastRateLimitedBlock::<T>::insert(key, block);
        }
        Ok(())
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
