//! New keys for old ones: hotkeys at once, coldkeys after an announcement.

use crate::*;
use alloc::vec::Vec;
use frame_support::{
    ensure,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude, Precision, Preservation},
        Get,
    },
};
use sp_core::H256;
use sp_runtime::{
    traits::{BlakeTwo256, Hash},
    AccountId32, DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
    /// Returns the number of stakers whose stake has moved.
    pub(crate) fn do_swap_hotkey(
        coldkey: AccountId32,
        old: AccountId32,
        new: AccountId32,
        netuid: Option<u16>,
        keep_stake: bool,
    ) -> Result<u32, DispatchError> {
        Self::ensure_owns(&coldkey, &old).map_err(|_| Error::<T>::NonAssociatedColdKey)?;
        if Owner::<T>::contains_key(&new) {
            ensure!(Owner::<T>::get(&new) == coldkey, Error::<T>::NonAssociatedColdKey);
        }
        ensure!(old != new, Error::<T>::NewHotKeyIsSameWithOld);
        let block = Self::block();
        let last = LastTxBlock::<T>::get(&coldkey);
        ensure!(
            last == 0 || block.saturating_sub(last) >= TxRateLimit::<T>::get(),
            Error::<T>::HotKeySetTxRateLimitExceeded
        );
        let netuids = match netuid {
            Some(netuid) => {
                ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
                alloc::vec![netuid]
            }
            None => Self::netuids(),
        };
        ensure!(
            !netuids.iter().any(|netuid| IsNetworkMember::<T>::get(&new, netuid)),
            Error::<T>::HotKeyAlreadyRegisteredInSubNet
        );
        let affected: Vec<u16> = netuids
            .iter()
            .copied()
            .filter(|subnet| {
                netuid.is_some()
                    || IsNetworkMember::<T>::get(&old, subnet)
                    || !ChildKeys::<T>::get(&old, subnet).is_empty()
            })
            .collect();
        let interval = T::HotkeySwapOnSubnetInterval::get();
        let waited = |subnet: &u16| {
            let last = LastHotkeySwapOnNetuid::<T>::get(subnet, &coldkey);
            last == 0 || last.saturating_add(interval) < block
        };
        ensure!(affected.iter().all(waited), Error::<T>::HotKeySwapOnSubnetIntervalNotPassed);
        let price = if netuid.is_some() { T::KeySwapOnSubnetCost::get() } else { T::KeySwapCost::get() };
        let spendable = T::Currency::reducible_balance(&coldkey, Preservation::Preserve, Fortitude::Polite);
        ensure!(spendable >= price, Error::<T>::NotEnoughBalanceToPaySwapHotKey);

        Self::burn_price(&coldkey, price)?;
        LastTxBlock::<T>::insert(&coldkey, block);
        Self::bind_hotkey(&coldkey, &new)?;
        if Delegates::<T>::contains_key(&old) {
            Delegates::<T>::insert(&new, Delegates::<T>::get(&old));
        }
        let mut stakers = if keep_stake { Default::default() } else { Self::stakers_of(&old) };
        let mut count = 0u32;
        for subnet in &netuids {
            Self::swap_in_subnet(&old, &new, *subnet);
            if !keep_stake {
                let here = stakers.remove(subnet).unwrap_or_default();
                count = count.saturating_add(u32::try_from(here.len()).unwrap_or(u32::MAX));
                Self::swap_stake_of_hotkey(&old, &new, *subnet, here);
            }
        }
        for subnet in affected {
            LastHotkeySwapOnNetuid::<T>::insert(subnet, &coldkey, block);
        }
        let (old_hotkey, new_hotkey) = (old, new);
        if let Some(netuid) = netuid {
            Self::deposit_event(Event::HotkeySwappedOnSubnet { coldkey, old_hotkey, new_hotkey, netuid });
        } else {
            if !keep_stake {
                Self::forget_hotkey(&coldkey, &old_hotkey);
            }
            Self::deposit_event(Event::HotkeySwapped { coldkey, old_hotkey, new_hotkey });
        }
        Ok(count)
    }

    /// Takes a hotkey without neurons and stake from its coldkey. Its account stays: a new one would begin with nonce
    /// 0, and accept its old transactions again.
    fn forget_hotkey(coldkey: &AccountId32, hotkey: &AccountId32) {
        Owner::<T>::remove(hotkey);
        Delegates::<T>::remove(hotkey);
        LastTxBlockDelegateTake::<T>::remove(hotkey);
        OwnedHotkeys::<T>::mutate(coldkey, |owned| owned.retain(|own| own != hotkey));
        StakingHotkeys::<T>::mutate(coldkey, |staking| staking.retain(|own| own != hotkey));
    }

    /// Puts a hotkey into another's place in a subnet: neuron, family, and where incentive goes.
    fn swap_in_subnet(old: &AccountId32, new: &AccountId32, netuid: u16) {
        if let Some(uid) = Uids::<T>::take(netuid, old) {
            Uids::<T>::insert(netuid, new, uid);
            Keys::<T>::insert(netuid, uid, new);
            IsNetworkMember::<T>::remove(old, netuid);
            IsNetworkMember::<T>::insert(new, netuid, true);
            Axons::<T>::swap(netuid, old, netuid, new);
            Prometheus::<T>::swap(netuid, old, netuid, new);
            NeuronCertificates::<T>::swap(netuid, old, netuid, new);
            T::Listener::neuron_renamed(netuid, old, new);
            for mecid in 0..MechanismCountCurrent::<T>::get(netuid) {
                let index = Self::mechanism_index(netuid, mecid);
                WeightCommits::<T>::swap(index, old, index, new);
            }
        }
        if SubnetOwnerHotkey::<T>::get(netuid) == *old {
            SubnetOwnerHotkey::<T>::insert(netuid, new);
        }
        if RootAlphaDividendsPerSubnet::<T>::contains_key(netuid, old) {
            let dividends = RootAlphaDividendsPerSubnet::<T>::take(netuid, old);
            RootAlphaDividendsPerSubnet::<T>::insert(netuid, new, dividends);
        }
        if AlphaDividendsPerSubnet::<T>::contains_key(netuid, old) {
            let dividends = AlphaDividendsPerSubnet::<T>::take(netuid, old);
            AlphaDividendsPerSubnet::<T>::insert(netuid, new, dividends);
        }
        if SubnetAccounts::<T>::contains_key(netuid, old) {
            Self::note_trace(new, netuid);
        }
        ChildkeyTake::<T>::swap(old, netuid, new, netuid);
        Self::rename_in_family(old, new, netuid);
        for coldkey in AutoStakeDestinationColdkeys::<T>::take(old, netuid) {
            Self::redirect_incentive(&coldkey, netuid, Some(new));
        }
    }

    /// Writes where a coldkey's incentive goes, and the other side of that.
    pub(crate) fn redirect_incentive(coldkey: &AccountId32, netuid: u16, hotkey: Option<&AccountId32>) {
        let before = AutoStakeDestination::<T>::take(coldkey, netuid);
        if let Some(before) = &before {
            AutoStakeDestinationColdkeys::<T>::mutate_exists(before, netuid, |list| {
                *list = list.take().map(|mut list| {
                    list.retain(|one| one != coldkey);
                    list
                });
                *list = list.take().filter(|list| !list.is_empty());
            });
        }
        if let Some(hotkey) = hotkey {
            Self::note_trace(coldkey, netuid);
            Self::note_trace(hotkey, netuid);
            Self::list_staking(coldkey, hotkey);
            AutoStakeDestination::<T>::insert(coldkey, netuid, hotkey);
            AutoStakeDestinationColdkeys::<T>::append(hotkey, netuid, coldkey);
        }
        if let Some(before) = before {
            Self::forget_if_unstaked(&before, coldkey);
        }
    }

    /// Lists a hotkey that took another's place among those on which a coldkey has stake. However long the list is:
    /// it must not keep others from swapping.
    fn list_staking(coldkey: &AccountId32, hotkey: &AccountId32) {
        StakingHotkeys::<T>::mutate(coldkey, |staking| {
            if !staking.contains(hotkey) {
                staking.push(hotkey.clone());
            }
        });
    }

    /// Gives all stake on a hotkey in a subnet to another one.
    fn swap_stake_of_hotkey(old: &AccountId32, new: &AccountId32, netuid: u16, stakers: Vec<AccountId32>) {
        // What is left over from rounding goes along, to all who have stake there then.
        for coldkey in stakers {
            let stake = Self::stake_of(old, &coldkey, netuid);
            Self::list_staking(&coldkey, new);
            Self::shrink_stake(old, &coldkey, netuid, stake, stake);
            Self::grow_stake(new, &coldkey, netuid, stake);
            Self::forget_if_unstaked(old, &coldkey);
        }
        let rest = TotalHotkeyAlpha::<T>::take(old, netuid);
        SubnetTAO::<T>::mutate(netuid, |sum| *sum = sum.saturating_sub(rest));
        SubnetAlphaOut::<T>::mutate(netuid, |sum| *sum = sum.saturating_sub(rest));
        TotalStake::<T>::mutate(|sum| *sum = sum.saturating_sub(rest));
        if TotalHotkeyShares::<T>::get(new, netuid).bits > 0 {
            Self::grow_hotkey(new, netuid, rest);
        } else {
            Self::grow_stake(new, &Owner::<T>::get(new), netuid, rest);
        }
        let last = TotalHotkeyAlphaLastEpoch::<T>::take(old, netuid);
        if last > 0 {
            TotalHotkeyAlphaLastEpoch::<T>::insert(new, netuid, last);
        }
    }

    /// Destroys a price.
    pub(crate) fn burn_price(coldkey: &AccountId32, price: u64) -> DispatchResult {
        T::Currency::burn_from(coldkey, price, Preservation::Preserve, Precision::Exact, Fortitude::Polite)
            .map_err(|_| Error::<T>::BalanceWithdrawalError)?;
        Ok(())
    }

    fn now() -> u32 {
        u32::try_from(Self::block()).unwrap_or(u32::MAX)
    }

    pub(crate) fn do_announce_coldkey_swap(coldkey: AccountId32, hash: H256) -> DispatchResult {
        let now = Self::now();
        if let Some((from, _)) = ColdkeySwapAnnouncements::<T>::get(&coldkey) {
            let again = from.saturating_add(ColdkeySwapReannouncementDelay::<T>::get());
            ensure!(now >= again, Error::<T>::ColdkeySwapReannouncedTooEarly);
        } else {
            let spendable = T::Currency::reducible_balance(&coldkey, Preservation::Preserve, Fortitude::Polite);
            ensure!(spendable >= T::KeySwapCost::get(), Error::<T>::NotEnoughBalanceToPaySwapColdKey);
            Self::burn_price(&coldkey, T::KeySwapCost::get())?;
        }
        let from = now.saturating_add(ColdkeySwapAnnouncementDelay::<T>::get());
        ColdkeySwapAnnouncements::<T>::insert(&coldkey, (from, hash));
        Self::deposit_event(Event::ColdkeySwapAnnounced { who: coldkey, new_coldkey_hash: hash });
        Ok(())
    }

    pub(crate) fn do_swap_announced_coldkey(old: AccountId32, new: AccountId32) -> Result<u32, DispatchError> {
        let (from, hash) =
            ColdkeySwapAnnouncements::<T>::get(&old).ok_or(Error::<T>::ColdkeySwapAnnouncementNotFound)?;
        ensure!(!ColdkeySwapDisputes::<T>::contains_key(&old), Error::<T>::ColdkeySwapAlreadyDisputed);
        ensure!(BlakeTwo256::hash_of(&new) == hash, Error::<T>::AnnouncedColdkeyHashDoesNotMatch);
        ensure!(Self::now() >= from, Error::<T>::ColdkeySwapTooEarly);
        let hotkeys = Self::swap_coldkeys(&old, &new)?;
        ColdkeySwapAnnouncements::<T>::remove(&old);
        Ok(hotkeys)
    }

    pub(crate) fn do_dispute_coldkey_swap(coldkey: AccountId32) -> DispatchResult {
        ensure!(ColdkeySwapAnnouncements::<T>::contains_key(&coldkey), Error::<T>::ColdkeySwapAnnouncementNotFound);
        ensure!(!ColdkeySwapDisputes::<T>::contains_key(&coldkey), Error::<T>::ColdkeySwapAlreadyDisputed);
        ColdkeySwapDisputes::<T>::insert(&coldkey, Self::now());
        Self::deposit_event(Event::ColdkeySwapDisputed { coldkey });
        Ok(())
    }

    pub(crate) fn do_reset_coldkey_swap(coldkey: AccountId32) {
        ColdkeySwapAnnouncements::<T>::remove(&coldkey);
        ColdkeySwapDisputes::<T>::remove(&coldkey);
        Self::deposit_event(Event::ColdkeySwapReset { who: coldkey });
    }

    pub(crate) fn do_clear_coldkey_swap(coldkey: AccountId32) -> DispatchResult {
        let (from, _) =
            ColdkeySwapAnnouncements::<T>::get(&coldkey).ok_or(Error::<T>::ColdkeySwapAnnouncementNotFound)?;
        let again = from.saturating_add(ColdkeySwapReannouncementDelay::<T>::get());
        ensure!(Self::now() >= again, Error::<T>::ColdkeySwapClearTooEarly);
        ColdkeySwapAnnouncements::<T>::remove(&coldkey);
        Self::deposit_event(Event::ColdkeySwapCleared { who: coldkey });
        Ok(())
    }

    /// Whether an account may make a call, or have it made: one whose swap is announced may only go on with that, one
    /// whose swap is disputed nothing.
    pub fn ensure_not_swapping(who: &AccountId32, call: Option<&Call<T>>) -> Result<(), Error<T>> {
        if !ColdkeySwapAnnouncements::<T>::contains_key(who) {
            return Ok(());
        }
        if ColdkeySwapDisputes::<T>::contains_key(who) {
            return Err(Error::<T>::ColdkeySwapDisputed);
        }
        match call {
            Some(
                Call::announce_coldkey_swap { .. }
                | Call::swap_coldkey_announced { .. }
                | Call::dispute_coldkey_swap { .. }
                | Call::clear_coldkey_swap_announcement { .. },
            ) => Ok(()),
            _ => Err(Error::<T>::ColdkeySwapAnnounced),
        }
    }

    /// Gives all that a coldkey has to another one: hotkeys, stake, subnets, identity, balance. Returns the number of
    /// hotkeys on which it has stake.
    pub(crate) fn swap_coldkeys(old: &AccountId32, new: &AccountId32) -> Result<u32, DispatchError> {
        ensure!(StakingHotkeys::<T>::get(new).is_empty(), Error::<T>::ColdKeyAlreadyAssociated);
        ensure!(!Owner::<T>::contains_key(new), Error::<T>::NewColdKeyIsHotkey);
        ensure!(old != new, Error::<T>::ColdKeyAlreadyAssociated);

        let staking = StakingHotkeys::<T>::take(old);
        let count = u32::try_from(staking.len()).unwrap_or(u32::MAX);
        let netuids = Self::netuids();
        for hotkey in &staking {
            for (netuid, shares) in Alpha::<T>::drain_prefix((hotkey, old)).collect::<Vec<_>>() {
                // Shares move as they are: nothing is rounded.
                Alpha::<T>::insert((hotkey, new, netuid), shares);
            }
        }
        if !staking.is_empty() {
            StakingHotkeys::<T>::insert(new, staking);
        }
        let owned = OwnedHotkeys::<T>::take(old);
        for hotkey in &owned {
            Owner::<T>::insert(hotkey, new);
        }
        if !owned.is_empty() {
            OwnedHotkeys::<T>::insert(new, owned);
        }
        for netuid in netuids {
            if Self::is_owner(old, netuid) {
                SubnetOwner::<T>::insert(netuid, new);
            }
            if let Some(hotkey) = AutoStakeDestination::<T>::get(old, netuid) {
                Self::redirect_incentive(old, netuid, None);
                Self::redirect_incentive(new, netuid, Some(&hotkey));
            }
        }
        IdentitiesV2::<T>::swap(old, new);
        LastTxBlock::<T>::swap(old, new);
        let all = T::Currency::reducible_balance(old, Preservation::Expendable, Fortitude::Polite);
        if all > 0 {
            T::Currency::transfer(old, new, all, Preservation::Expendable)?;
        }
        Self::deposit_event(Event::ColdkeySwapped { old_coldkey: old.clone(), new_coldkey: new.clone() });
        Ok(count)
    }
}
