//! The take: what a hotkey's owner keeps of the dividends that others' stake earns.

use crate::*;
use frame_support::ensure;
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_decrease_take(coldkey: AccountId32, hotkey: AccountId32, take: u16) -> DispatchResult {
        Self::ensure_owns(&coldkey, &hotkey)?;
        // Who never chose a take has the default one, and may still choose any.
        let chosen = Delegates::<T>::try_get(&hotkey).ok();
        ensure!(chosen.is_none_or(|chosen| take < chosen), Error::<T>::DelegateTakeTooLow);
        ensure!(take >= MinDelegateTake::<T>::get(), Error::<T>::DelegateTakeTooLow);
        Delegates::<T>::insert(&hotkey, take);
        LastTxBlockDelegateTake::<T>::insert(&hotkey, Self::block());
        Self::deposit_event(Event::TakeDecreased(coldkey, hotkey, take));
        Ok(())
    }

    pub(crate) fn do_increase_take(coldkey: AccountId32, hotkey: AccountId32, take: u16) -> DispatchResult {
        Self::ensure_owns(&coldkey, &hotkey)?;
        let chosen = Delegates::<T>::try_get(&hotkey).ok();
        ensure!(chosen.is_none_or(|chosen| take > chosen), Error::<T>::DelegateTakeTooLow);
        ensure!(take <= MaxDelegateTake::<T>::get(), Error::<T>::DelegateTakeTooHigh);
        let block = Self::block();
        let last = LastTxBlockDelegateTake::<T>::get(&hotkey);
        ensure!(
            last == 0 || block.saturating_sub(last) >= TxDelegateTakeRateLimit::<T>::get(),
            Error::<T>::DelegateTxRateLimitExceeded
        );
        Delegates::<T>::insert(&hotkey, take);
        LastTxBlockDelegateTake::<T>::insert(&hotkey, block);
        Self::deposit_event(Event::TakeIncreased(coldkey, hotkey, take));
        Ok(())
    }

    /// The hotkey is known, and the coldkey's.
    pub(crate) fn ensure_owns(coldkey: &AccountId32, hotkey: &AccountId32) -> DispatchResult {
        ensure!(Owner::<T>::contains_key(hotkey), Error::<T>::HotKeyAccountNotExists);
        ensure!(&Owner::<T>::get(hotkey) == coldkey, Error::<T>::NonAssociatedColdKey);
        Ok(())
    }

    pub(crate) fn do_set_auto_stake(coldkey: AccountId32, netuid: u16, hotkey: AccountId32) -> DispatchResult {
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        ensure!(Uids::<T>::contains_key(netuid, &hotkey), Error::<T>::HotKeyNotRegisteredInSubNet);
        ensure!(
            AutoStakeDestination::<T>::get(&coldkey, netuid).as_ref() != Some(&hotkey),
            Error::<T>::SameAutoStakeHotkeyAlreadySet
        );
        StakingHotkeys::<T>::try_mutate(&coldkey, |staking| Self::push_hotkey(staking, &hotkey))?;
        Self::redirect_incentive(&coldkey, netuid, Some(&hotkey));
        Self::deposit_event(Event::AutoStakeDestinationSet { coldkey, netuid, hotkey });
        Ok(())
    }
}
