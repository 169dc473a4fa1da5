//! Stake: shares of coldkeys in what a hotkey holds in a subnet.
//!
//! Subnets are stable: one alpha is one TAO, both counted in rao. A coldkey's stake is
//! `TotalHotkeyAlpha * Alpha / TotalHotkeyShares`, rounded down, so that dividends reach all stakers with one write and
//! the parts never exceed the whole.

use crate::{children::Relations, *};
use frame_support::{
    ensure,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude, Precision, Preservation},
        Get,
    },
};
use sp_runtime::{
    helpers_128bit::multiply_by_rational_with_rounding, AccountId32, DispatchError, DispatchResult, Rounding,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_add_stake(coldkey: AccountId32, hotkey: AccountId32, netuid: u16, amount: u64) -> DispatchResult {
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        ensure!(SubtokenEnabled::<T>::get(netuid), Error::<T>::SubtokenDisabled);
        ensure!(amount >= T::MinStake::get(), Error::<T>::AmountTooLow);
        let spendable = T::Currency::reducible_balance(&coldkey, Preservation::Preserve, Fortitude::Polite);
        ensure!(spendable >= amount, Error::<T>::NotEnoughBalanceToStake);
        ensure!(Owner::<T>::contains_key(&hotkey), Error::<T>::HotKeyAccountNotExists);
        ensure!(TotalHotkeyAlpha::<T>::get(&hotkey, netuid).checked_add(amount).is_some(), Error::<T>::Overflow);

        StakingHotkeys::<T>::try_mutate(&coldkey, |staking| Self::push_hotkey(staking, &hotkey))?;
        T::Currency::burn_from(&coldkey, amount, Preservation::Preserve, Precision::Exact, Fortitude::Polite)
            .map_err(|_| Error::<T>::BalanceWithdrawalError)?;
        Self::grow_stake(&hotkey, &coldkey, netuid, amount);
        Self::count_volume(netuid, amount);
        Self::deposit_event(Event::StakeAdded(coldkey, hotkey, amount, amount, netuid, 0));
        Ok(())
    }

    pub(crate) fn do_remove_stake(
        coldkey: AccountId32,
        hotkey: AccountId32,
        netuid: u16,
        amount: u64,
    ) -> DispatchResult {
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        ensure!(SubtokenEnabled::<T>::get(netuid), Error::<T>::SubtokenDisabled);
        // Who asks for more than there is gets what there is; what is left must be worth keeping.
        let stake = Self::stake_of(&hotkey, &coldkey, netuid);
        let amount = amount.min(stake);
        ensure!(amount > 0 && (amount == stake || amount >= T::MinStake::get()), Error::<T>::AmountTooLow);
        ensure!(Owner::<T>::contains_key(&hotkey), Error::<T>::HotKeyAccountNotExists);
        // A balance that does not exist yet cannot hold less than the existential deposit.
        let held = T::Currency::total_balance(&coldkey);
        ensure!(held.saturating_add(amount) >= T::Currency::minimum_balance(), Error::<T>::AmountTooLow);

        T::Currency::mint_into(&coldkey, amount)?;
        Self::shrink_stake(&hotkey, &coldkey, netuid, amount, stake);
        Self::forget_if_unstaked(&hotkey, &coldkey);
        Self::count_volume(netuid, amount);
        Self::deposit_event(Event::StakeRemoved(coldkey, hotkey, amount, amount, netuid, 0));
        Ok(())
    }

    /// Takes stake of a coldkey out of the world: as much as it asks for, or as there is, which is returned.
    pub(crate) fn destroy_stake(
        coldkey: &AccountId32,
        hotkey: &AccountId32,
        netuid: u16,
        amount: u64,
    ) -> Result<u64, DispatchError> {
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        ensure!(netuid != ROOT, Error::<T>::CannotBurnOrRecycleOnRootSubnet);
        ensure!(SubtokenEnabled::<T>::get(netuid), Error::<T>::SubtokenDisabled);
        ensure!(Owner::<T>::contains_key(hotkey), Error::<T>::HotKeyAccountNotExists);
        let stake = Self::stake_of(hotkey, coldkey, netuid);
        let amount = amount.min(stake);
        Self::shrink_stake(hotkey, coldkey, netuid, amount, stake);
        Self::forget_if_unstaked(hotkey, coldkey);
        Ok(amount)
    }

    pub(crate) fn do_add_stake_burn(
        coldkey: AccountId32,
        hotkey: AccountId32,
        netuid: u16,
        amount: u64,
        limit: Option<u64>,
    ) -> DispatchResult {
        let before = Self::stake_of(&hotkey, &coldkey, netuid);
        match limit {
            Some(limit) => Self::do_add_stake_limit(coldkey.clone(), hotkey.clone(), netuid, amount, limit)?,
            None => Self::do_add_stake(coldkey.clone(), hotkey.clone(), netuid, amount)?,
        }
        let bought = Self::stake_of(&hotkey, &coldkey, netuid).saturating_sub(before);
        let alpha = Self::destroy_stake(&coldkey, &hotkey, netuid, bought)?;
        Self::deposit_event(Event::AlphaBurned(coldkey, hotkey.clone(), alpha, netuid));
        Self::deposit_event(Event::AddStakeBurn { netuid, hotkey, amount, alpha });
        Ok(())
    }

    /// A coldkey's stake on a hotkey in a subnet.
    pub fn stake_of(hotkey: &AccountId32, coldkey: &AccountId32, netuid: u16) -> u64 {
        let own = Alpha::<T>::get((hotkey, coldkey, netuid)).bits;
        if own == 0 {
            return 0;
        }
        // Shares are cut to 64 fraction bits, which takes less than 2^-32 rao from what they stand for; putting that
        // back makes amounts read as they were paid in, and the parts of one stake still never exceed the whole.
        let whole = u128::from(TotalHotkeyAlpha::<T>::get(hotkey, netuid)) << 32;
        let fine = scale(own, whole, TotalHotkeyShares::<T>::get(hotkey, netuid).bits, Rounding::Down);
        u64::try_from(fine.saturating_add(1) >> 32).unwrap_or(u64::MAX)
    }

    /// What a hotkey's stake counts in a subnet, children and parents included.
    pub fn stake_weight(hotkey: &AccountId32, netuid: u16) -> u64 {
        let (alpha, tao) = Self::stake_parts(hotkey, netuid, &Relations::ANY);
        alpha.saturating_add(tao)
    }

    /// Adds to a coldkey's stake.
    pub(crate) fn grow_stake(hotkey: &AccountId32, coldkey: &AccountId32, netuid: u16, amount: u64) {
        if amount == 0 {
            return;
        }
        let shares = TotalHotkeyShares::<T>::get(hotkey, netuid).bits;
        let whole = TotalHotkeyAlpha::<T>::get(hotkey, netuid);
        Self::buy_shares(hotkey, coldkey, netuid, amount, (shares, whole));
        Self::grow_hotkey(hotkey, netuid, amount);
    }

    /// Gives a coldkey the shares that an amount buys, where there are so many shares in so much stake.
    pub(crate) fn buy_shares(
        hotkey: &AccountId32,
        coldkey: &AccountId32,
        netuid: u16,
        amount: u64,
        (shares, whole): (u128, u64),
    ) {
        if shares == 0 {
            Self::note_trace(hotkey, netuid);
        }
        let bought = if shares == 0 || whole == 0 {
            u128::from(amount) << 64
        } else {
            scale(u128::from(amount), shares, u128::from(whole), Rounding::Down)
        };
        Alpha::<T>::mutate((hotkey, coldkey, netuid), |own| own.bits = own.bits.saturating_add(bought));
        TotalHotkeyShares::<T>::insert(hotkey, netuid, FixedU128 { bits: shares.saturating_add(bought) });
    }

    /// Adds to the stake of everyone who has stake on the hotkey, in proportion.
    pub(crate) fn grow_hotkey(hotkey: &AccountId32, netuid: u16, amount: u64) {
        TotalHotkeyAlpha::<T>::mutate(hotkey, netuid, |sum| *sum = sum.saturating_add(amount));
        Self::count_stake(netuid, amount);
    }

    /// Counts stake that was added to a subnet's hotkeys.
    pub(crate) fn count_stake(netuid: u16, amount: u64) {
        SubnetTAO::<T>::mutate(netuid, |sum| *sum = sum.saturating_add(amount));
        SubnetAlphaOut::<T>::mutate(netuid, |sum| *sum = sum.saturating_add(amount));
        TotalStake::<T>::mutate(|sum| *sum = sum.saturating_add(amount));
    }

    /// Takes from a coldkey's stake, of which there is `stake`.
    pub(crate) fn shrink_stake(hotkey: &AccountId32, coldkey: &AccountId32, netuid: u16, amount: u64, stake: u64) {
        let key = (hotkey, coldkey, netuid);
        let own = Alpha::<T>::get(key).bits;
        let shares = TotalHotkeyShares::<T>::get(hotkey, netuid).bits;
        let whole = TotalHotkeyAlpha::<T>::get(hotkey, netuid);
        let sold = if amount == stake {
            own
        } else {
            scale(u128::from(amount), shares, u128::from(whole), Rounding::Up).min(own)
        };
        let (own, shares) = (own.saturating_sub(sold), shares.saturating_sub(sold));
        if own == 0 {
            Alpha::<T>::remove(key);
        } else {
            Alpha::<T>::insert(key, FixedU128 { bits: own });
        }
        if shares == 0 {
            TotalHotkeyShares::<T>::remove(hotkey, netuid);
        } else {
            TotalHotkeyShares::<T>::insert(hotkey, netuid, FixedU128 { bits: shares });
        }
        let whole = whole.saturating_sub(amount);
        if shares == 0 && whole == 0 {
            TotalHotkeyAlpha::<T>::remove(hotkey, netuid);
        } else {
            TotalHotkeyAlpha::<T>::insert(hotkey, netuid, whole);
        }
        SubnetTAO::<T>::mutate(netuid, |sum| *sum = sum.saturating_sub(amount));
        SubnetAlphaOut::<T>::mutate(netuid, |sum| *sum = sum.saturating_sub(amount));
        TotalStake::<T>::mutate(|sum| *sum = sum.saturating_sub(amount));
    }
}

/// `a * b / c`, saturating; 0 when `c` is 0.
pub(crate) fn scale(a: u128, b: u128, c: u128, rounding: Rounding) -> u128 {
    if c == 0 {
        return 0;
    }
    multiply_by_rational_with_rounding(a, b, c, rounding).unwrap_or(u128::MAX)
}
