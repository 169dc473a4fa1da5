//! Stake that goes elsewhere: to another hotkey, subnet or coldkey, or back to the balance within a limit price.
//!
//! One alpha is one TAO, so whatever moves arrives in full, at no fee.

use crate::{subnet_info::PRICE, *};
use frame_support::{ensure, storage::with_storage_layer, traits::Get};
use sp_runtime::{AccountId32, DispatchError, DispatchResult};

/// Stake of a coldkey on a hotkey in a subnet.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub coldkey: AccountId32,
    pub hotkey: AccountId32,
    pub netuid: u16,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_add_stake_limit(
        coldkey: AccountId32,
        hotkey: AccountId32,
        netuid: u16,
        amount: u64,
        limit_price: u64,
    ) -> DispatchResult {
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        // The price does not move: either all can be traded, or nothing.
        ensure!(limit_price >= PRICE, Error::<T>::ZeroMaxStakeAmount);
        Self::do_add_stake(coldkey, hotkey, netuid, amount)
    }

    pub(crate) fn do_remove_stake_limit(
        coldkey: AccountId32,
        hotkey: AccountId32,
        netuid: u16,
        amount: u64,
        limit_price: u64,
    ) -> DispatchResult {
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        ensure!(limit_price <= PRICE, Error::<T>::ZeroMaxStakeAmount);
        Self::do_remove_stake(coldkey, hotkey, netuid, amount)
    }

    pub(crate) fn do_remove_stake_full(
        coldkey: AccountId32,
        hotkey: AccountId32,
        netuid: u16,
        limit_price: Option<u64>,
    ) -> DispatchResult {
        let stake = Self::stake_of(&hotkey, &coldkey, netuid);
        Self::do_remove_stake_limit(coldkey, hotkey, netuid, stake, limit_price.unwrap_or(0))
    }

    /// Takes back all stake on a hotkey, wherever that is possible now.
    pub(crate) fn do_unstake_all(coldkey: AccountId32, hotkey: AccountId32) -> DispatchResult {
        ensure!(Owner::<T>::contains_key(&hotkey), Error::<T>::HotKeyAccountNotExists);
        for netuid in Self::netuids() {
            let stake = Self::stake_of(&hotkey, &coldkey, netuid);
            if stake > 0 {
                let take_back = || Self::do_remove_stake(coldkey.clone(), hotkey.clone(), netuid, stake);
                // One subnet that is closed does not keep the others.
                let _ = with_storage_layer(take_back);
            }
        }
        Ok(())
    }

    /// Moves all stake on a hotkey to the root network, from wherever that is possible now.
    pub(crate) fn do_unstake_all_alpha(coldkey: AccountId32, hotkey: AccountId32) -> DispatchResult {
        ensure!(Owner::<T>::contains_key(&hotkey), Error::<T>::HotKeyAccountNotExists);
        let mut sum = 0u64;
        for netuid in Self::netuids() {
            let stake = Self::stake_of(&hotkey, &coldkey, netuid);
            if netuid == ROOT || stake == 0 || !SubtokenEnabled::<T>::get(netuid) {
                continue;
            }
            Self::shrink_stake(&hotkey, &coldkey, netuid, stake, stake);
            Self::count_volume(netuid, stake);
            Self::deposit_event(Event::StakeRemoved(coldkey.clone(), hotkey.clone(), stake, stake, netuid, 0));
            sum = sum.saturating_add(stake);
        }
        ensure!(sum >= T::MinStake::get(), Error::<T>::AmountTooLow);
        Self::grow_stake(&hotkey, &coldkey, ROOT, sum);
        Self::deposit_event(Event::StakeAdded(coldkey, hotkey, sum, sum, ROOT, 0));
        Ok(())
    }

    pub(crate) fn do_move_stake(
        coldkey: AccountId32,
        hotkeys: (AccountId32, AccountId32),
        netuids: (u16, u16),
        amount: u64,
    ) -> DispatchResult {
        let from = Place { coldkey: coldkey.clone(), hotkey: hotkeys.0, netuid: netuids.0 };
        let to = Place { coldkey: coldkey.clone(), hotkey: hotkeys.1, netuid: netuids.1 };
        let amount = Self::relocate(&from, &to, amount, false)?;
        Self::deposit_event(Event::StakeMoved(coldkey, from.hotkey, from.netuid, to.hotkey, to.netuid, amount));
        Ok(())
    }

    pub(crate) fn do_transfer_stake(
        coldkey: AccountId32,
        destination: AccountId32,
        hotkey: AccountId32,
        netuids: (u16, u16),
        amount: u64,
    ) -> DispatchResult {
        let from = Place { coldkey: coldkey.clone(), hotkey: hotkey.clone(), netuid: netuids.0 };
        let to = Place { coldkey: destination.clone(), hotkey: hotkey.clone(), netuid: netuids.1 };
        let amount = Self::relocate(&from, &to, amount, true)?;
        Self::deposit_event(Event::StakeTransferred(coldkey, destination, hotkey, netuids.0, netuids.1, amount));
        Ok(())
    }

    pub(crate) fn do_swap_stake(
        coldkey: AccountId32,
        hotkey: AccountId32,
        netuids: (u16, u16),
        amount: u64,
        limit_price: u64,
    ) -> DispatchResult {
        let place = |netuid| Place { coldkey: coldkey.clone(), hotkey: hotkey.clone(), netuid };
        // The price of one alpha in another: always one.
        ensure!(netuids.0 == netuids.1 || limit_price <= PRICE, Error::<T>::ZeroMaxStakeAmount);
        let amount = Self::relocate(&place(netuids.0), &place(netuids.1), amount, false)?;
        Self::deposit_event(Event::StakeSwapped(coldkey, hotkey, netuids.0, netuids.1, amount));
        Ok(())
    }

    /// Moves stake from one place to another: as much as is asked for, or as there is, which is returned.
    fn relocate(from: &Place, to: &Place, amount: u64, is_transfer: bool) -> Result<u64, DispatchError> {
        ensure!(from != to, Error::<T>::SameNetuid);
        for netuid in [from.netuid, to.netuid] {
            ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        }
        for netuid in [from.netuid, to.netuid] {
            ensure!(SubtokenEnabled::<T>::get(netuid), Error::<T>::SubtokenDisabled);
        }
        for hotkey in [&from.hotkey, &to.hotkey] {
            ensure!(Owner::<T>::contains_key(hotkey), Error::<T>::HotKeyAccountNotExists);
        }
        let stake = Self::stake_of(&from.hotkey, &from.coldkey, from.netuid);
        let amount = amount.min(stake);
        // Between subnets the public chain wants a rao more.
        let least = T::MinStake::get().saturating_add(u64::from(from.netuid != to.netuid));
        ensure!(from.netuid == to.netuid || amount >= least, Error::<T>::AmountTooLow);
        if is_transfer {
            let open = TransferToggle::<T>::get(from.netuid) && TransferToggle::<T>::get(to.netuid);
            ensure!(open, Error::<T>::TransferDisallowed);
        }
        ensure!(amount >= least, Error::<T>::AmountTooLow);
        let there = TotalHotkeyAlpha::<T>::get(&to.hotkey, to.netuid);
        ensure!(there.checked_add(amount).is_some(), Error::<T>::Overflow);
        StakingHotkeys::<T>::try_mutate(&to.coldkey, |staking| Self::push_hotkey(staking, &to.hotkey))?;
        Self::shrink_stake(&from.hotkey, &from.coldkey, from.netuid, amount, stake);
        Self::grow_stake(&to.hotkey, &to.coldkey, to.netuid, amount);
        Self::forget_if_unstaked(&from.hotkey, &from.coldkey);
        if from.netuid != to.netuid {
            Self::count_volume(from.netuid, amount);
            Self::count_volume(to.netuid, amount);
        }
        Self::deposit_event(Event::StakeRemoved(
            from.coldkey.clone(),
            from.hotkey.clone(),
            amount,
            amount,
            from.netuid,
            0,
        ));
        Self::deposit_event(Event::StakeAdded(to.coldkey.clone(), to.hotkey.clone(), amount, amount, to.netuid, 0));
        Ok(amount)
    }

    /// Counts TAO that went into a subnet, or out of it.
    pub(crate) fn count_volume(netuid: u16, amount: u64) {
        SubnetVolume::<T>::mutate(netuid, |sum| *sum = sum.saturating_add(u128::from(amount)));
    }
}
