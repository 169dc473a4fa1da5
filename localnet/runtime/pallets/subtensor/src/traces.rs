//! What accounts leave behind in subnets, so that it can be found and removed without looking through whole maps.

use crate::*;
use alloc::{collections::BTreeMap, vec::Vec};
use codec::Encode;
use frame_support::{
    storage::unhashed,
    traits::{Get, StorageVersion},
    weights::Weight,
};
use sp_runtime::AccountId32;

impl<T: Config> Pallet<T> {
    /// Notes that maps which begin with the account hold something of it in a subnet.
    pub(crate) fn note_trace(account: &AccountId32, netuid: u16) {
        if !SubnetAccounts::<T>::contains_key(netuid, account) {
            SubnetAccounts::<T>::insert(netuid, account, ());
        }
    }

    /// The coldkeys with stake on a hotkey, by subnet.
    pub(crate) fn stakers_of(hotkey: &AccountId32) -> BTreeMap<u16, Vec<AccountId32>> {
        let mut stakers = BTreeMap::<u16, Vec<AccountId32>>::new();
        for (coldkey, netuid) in Alpha::<T>::iter_key_prefix((hotkey,)) {
            stakers.entry(netuid).or_default().push(coldkey);
        }
        stakers
    }

    /// Takes a hotkey from a coldkey's list where it has no business any more: no stake on it, none that will come, and
    /// it belongs to another coldkey.
    pub(crate) fn forget_if_unstaked(hotkey: &AccountId32, coldkey: &AccountId32) {
        let has_stake = Alpha::<T>::iter_key_prefix((hotkey, coldkey)).next().is_some();
        if has_stake
            || Owner::<T>::get(hotkey) == *coldkey
            || AutoStakeDestination::<T>::iter_prefix_values(coldkey).any(|to| to == *hotkey)
        {
            return;
        }
        StakingHotkeys::<T>::mutate_exists(coldkey, |list| {
            let mut staking = list.take().unwrap_or_default();
            staking.retain(|on| on != hotkey);
            *list = Some(staking).filter(|staking| !staking.is_empty());
        });
    }

    /// Removes all that accounts have left in a subnet, their stake aside.
    pub(crate) fn clear_traces(netuid: u16) {
        for account in SubnetAccounts::<T>::iter_key_prefix(netuid).collect::<Vec<_>>() {
            TotalHotkeyAlpha::<T>::remove(&account, netuid);
            TotalHotkeyAlphaLastEpoch::<T>::remove(&account, netuid);
            TotalHotkeyShares::<T>::remove(&account, netuid);
            IsNetworkMember::<T>::remove(&account, netuid);
            ChildKeys::<T>::remove(&account, netuid);
            ParentKeys::<T>::remove(&account, netuid);
            ChildkeyTake::<T>::remove(&account, netuid);
            AutoStakeDestinationColdkeys::<T>::remove(&account, netuid);
            let _ = TransactionKeyLastBlock::<T>::clear_prefix((&account, netuid), u32::MAX, None);
            if let Some(hotkey) = AutoStakeDestination::<T>::take(&account, netuid) {
                Self::forget_if_unstaked(&hotkey, &account);
            }
        }
        let _ = SubnetAccounts::<T>::clear_prefix(netuid, u32::MAX, None);
        LastRateLimitedBlock::<T>::remove(RateLimitKey::SetSNOwnerHotkey(netuid));
        LastRateLimitedBlock::<T>::remove(RateLimitKey::AddStakeBurn(netuid));
        // All settings of the subnet: the hasher leaves keys as they are, and the setting comes last.
        let mut prefix = LastRateLimitedBlock::<T>::hashed_key_for(RateLimitKey::OwnerHyperparamUpdate(
            netuid,
            Hyperparameter::Unknown,
        ));
        prefix.truncate(prefix.len().saturating_sub(Hyperparameter::Unknown.encoded_size()));
        let _ = unhashed::clear_prefix(&prefix, None, None);
    }

    /// Whether every entry of a map that begins with an account is noted; says which one is not.
    pub(crate) fn check_traces() -> Result<(), &'static str> {
        let noted = |what: &'static str, mut entries: alloc::boxed::Box<dyn Iterator<Item = (AccountId32, u16)>>| {
            let all = entries.all(|(account, netuid)| SubnetAccounts::<T>::contains_key(netuid, account));
            all.then_some(()).ok_or(what)
        };
        macro_rules! check {
            ($($map:ident)*) => {
                $(noted(
                    concat!(stringify!($map), " has an entry that no subnet knows"),
                    alloc::boxed::Box::new($map::<T>::iter_keys()),
                )?;)*
            };
        }
        check!(TotalHotkeyAlpha TotalHotkeyAlphaLastEpoch TotalHotkeyShares IsNetworkMember ChildKeys ParentKeys);
        check!(ChildkeyTake AutoStakeDestination AutoStakeDestinationColdkeys);
        let last = TransactionKeyLastBlock::<T>::iter_keys().map(|(account, netuid, _)| (account, netuid));
        noted("TransactionKeyLastBlock has an entry that no subnet knows", alloc::boxed::Box::new(last))?;
        let gone = SubnetAccounts::<T>::iter_keys().any(|(netuid, _)| !NetworksAdded::<T>::get(netuid));
        if gone {
            return Err("an account has left something in a subnet that is gone");
        }
        Ok(())
    }

    /// Notes what a chain has that began with an older runtime.
    pub(crate) fn note_all_traces() -> Weight {
        if StorageVersion::get::<Pallet<T>>() >= STORAGE_VERSION {
            return T::DbWeight::get().reads(1);
        }
        let mut count = 0u64;
        let mut note = |account: AccountId32, netuid: u16| {
            Self::note_trace(&account, netuid);
            count = count.saturating_add(1);
        };
        macro_rules! note {
            ($($map:ident)*) => { $($map::<T>::iter_keys().for_each(|(account, netuid)| note(account, netuid));)* };
        }
        note!(TotalHotkeyAlpha TotalHotkeyAlphaLastEpoch TotalHotkeyShares IsNetworkMember ChildKeys ParentKeys);
        note!(ChildkeyTake AutoStakeDestination AutoStakeDestinationColdkeys);
        TransactionKeyLastBlock::<T>::iter_keys().for_each(|(account, netuid, _)| note(account, netuid));
        STORAGE_VERSION.put::<Pallet<T>>();
        T::DbWeight::get().reads_writes(count.saturating_mul(2), count)
    }
}
