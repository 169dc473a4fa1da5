//! Child hotkeys: a hotkey's stake counts for others, who validate for it and pass most dividends on.

use crate::*;
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::ensure;
use sp_runtime::{AccountId32, DispatchResult};

/// Shares and hotkeys.
type Family = Vec<(u64, AccountId32)>;

/// What there may be beside a hotkey's own alpha, on the whole chain.
pub(crate) struct Relations {
    pub children: bool,
    pub parents: bool,
    /// Stake on the root network.
    pub root: bool,
}

impl Relations {
    /// Any of them may be.
    pub const ANY: Self = Self { children: true, parents: true, root: true };
}

/// Most children that a hotkey may have in a subnet, and most parents.
const MAX_CHILDREN: usize = 5;
const MAX_PARENTS: usize = 64;

/// Kinds of transactions, as `TransactionKeyLastBlock` counts them.
const SET_CHILDREN: u16 = 0;
const SET_CHILDKEY_TAKE: u16 = 1;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_set_children(
        coldkey: AccountId32,
        hotkey: AccountId32,
        netuid: u16,
        children: Family,
    ) -> DispatchResult {
        ensure!(Self::waited_for(&hotkey, netuid, SET_CHILDREN), Error::<T>::TxRateLimitExceeded);
        ensure!(netuid != ROOT, Error::<T>::RegistrationNotPermittedOnRootSubnet);
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        Self::ensure_owns(&coldkey, &hotkey).map_err(|_| Error::<T>::NonAssociatedColdKey)?;
        let distinct: BTreeSet<_> = children.iter().map(|(_, child)| child).collect();
        ensure!(distinct.len() == children.len(), Error::<T>::DuplicateChild);
        ensure!(!distinct.contains(&hotkey), Error::<T>::InvalidChild);
        ensure!(children.len() <= MAX_CHILDREN, Error::<T>::TooManyChildren);
        let sum: u128 = children.iter().map(|(share, _)| u128::from(*share)).sum();
        ensure!(sum <= u128::from(u64::MAX), Error::<T>::ProportionOverflow);
        Self::ensure_generations(&hotkey, netuid, &children)?;
        let is_owner = SubnetOwnerHotkey::<T>::get(netuid) == hotkey;
        ensure!(
            children.is_empty() || is_owner || Self::total_stake_of(&hotkey) >= StakeThreshold::<T>::get(),
            Error::<T>::NotEnoughStakeToSetChildkeys
        );

        let block = Self::block();
        TransactionKeyLastBlock::<T>::insert((&hotkey, netuid, SET_CHILDREN), block);
        Self::note_trace(&hotkey, netuid);
        let from = block.saturating_add(PendingChildKeyCooldown::<T>::get());
        PendingChildKeys::<T>::insert(netuid, &hotkey, (children.clone(), from));
        Self::deposit_event(Event::SetChildrenScheduled(hotkey, netuid, from, children));
        Ok(())
    }

    pub(crate) fn do_set_childkey_take(
        coldkey: AccountId32,
        hotkey: AccountId32,
        netuid: u16,
        take: u16,
    ) -> DispatchResult {
        Self::ensure_owns(&coldkey, &hotkey).map_err(|_| Error::<T>::NonAssociatedColdKey)?;
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        ensure!(
            (MinChildkeyTake::<T>::get()..=MaxChildkeyTake::<T>::get()).contains(&take),
            Error::<T>::InvalidChildkeyTake
        );
        if take > ChildkeyTake::<T>::get(&hotkey, netuid) {
            ensure!(Self::waited_for(&hotkey, netuid, SET_CHILDKEY_TAKE), Error::<T>::TxChildkeyTakeRateLimitExceeded);
        }
        ChildkeyTake::<T>::insert(&hotkey, netuid, take);
        Self::note_trace(&hotkey, netuid);
        TransactionKeyLastBlock::<T>::insert((&hotkey, netuid, SET_CHILDKEY_TAKE), Self::block());
        Self::deposit_event(Event::ChildKeyTakeSet(hotkey, take));
        Ok(())
    }

    fn waited_for(hotkey: &AccountId32, netuid: u16, kind: u16) -> bool {
        let last = TransactionKeyLastBlock::<T>::get((hotkey, netuid, kind));
        last == 0 || Self::block().saturating_sub(last) >= TxChildkeyTakeRateLimit::<T>::get()
    }

    /// Nobody is parent and child of the same hotkey, and no child has too many parents.
    fn ensure_generations(hotkey: &AccountId32, netuid: u16, children: &Family) -> DispatchResult {
        let parents = ParentKeys::<T>::get(hotkey, netuid);
        for (_, child) in children {
            ensure!(!parents.iter().any(|(_, parent)| parent == child), Error::<T>::ChildParentInconsistency);
            let others = ParentKeys::<T>::get(child, netuid);
            let count = others.iter().filter(|(_, parent)| parent != hotkey).count();
            ensure!(count < MAX_PARENTS, Error::<T>::TooManyChildren);
        }
        Ok(())
    }

    /// Lets the children count whose time has come. Those that no longer may are dropped. Returns how many hotkeys had
    /// waited.
    pub(crate) fn apply_pending_children(netuid: u16, block: u64) -> u32 {
        let due: Vec<_> = PendingChildKeys::<T>::iter_prefix(netuid).filter(|(_, (_, from))| *from < block).collect();
        let count = u32::try_from(due.len()).unwrap_or(u32::MAX);
        for (hotkey, (children, _)) in due {
            PendingChildKeys::<T>::remove(netuid, &hotkey);
            if Self::ensure_generations(&hotkey, netuid, &children).is_ok() {
                Self::replace_children(&hotkey, netuid, children.clone());
                Self::deposit_event(Event::SetChildren(hotkey, netuid, children));
            }
        }
        count
    }

    /// Writes a hotkey's children, and the other side of each relation.
    pub(crate) fn replace_children(hotkey: &AccountId32, netuid: u16, children: Family) {
        for (_, child) in ChildKeys::<T>::get(hotkey, netuid) {
            Self::change_parents(&child, netuid, |parents| parents.retain(|(_, parent)| parent != hotkey));
        }
        for (share, child) in &children {
            Self::change_parents(child, netuid, |parents| parents.push((*share, hotkey.clone())));
        }
        if children.is_empty() {
            ChildKeys::<T>::remove(hotkey, netuid);
        } else {
            ChildKeys::<T>::insert(hotkey, netuid, children);
            Self::note_trace(hotkey, netuid);
        }
    }

    fn change_parents(child: &AccountId32, netuid: u16, change: impl FnOnce(&mut Family)) {
        let mut parents = ParentKeys::<T>::get(child, netuid);
        change(&mut parents);
        if parents.is_empty() {
            ParentKeys::<T>::remove(child, netuid);
        } else {
            ParentKeys::<T>::insert(child, netuid, parents);
            Self::note_trace(child, netuid);
        }
    }

    /// Puts a hotkey into another's place in all relations of a subnet.
    pub(crate) fn rename_in_family(old: &AccountId32, new: &AccountId32, netuid: u16) {
        let children = ChildKeys::<T>::get(old, netuid);
        Self::replace_children(old, netuid, Vec::new());
        Self::replace_children(new, netuid, children);
        let parents = ParentKeys::<T>::take(old, netuid);
        for (_, parent) in &parents {
            ChildKeys::<T>::mutate(parent, netuid, |children| {
                children.iter_mut().filter(|(_, child)| child == old).for_each(|(_, child)| *child = new.clone());
            });
        }
        if !parents.is_empty() {
            ParentKeys::<T>::insert(new, netuid, parents);
            Self::note_trace(new, netuid);
        }
        for (parent, (mut children, from)) in PendingChildKeys::<T>::iter_prefix(netuid).collect::<Vec<_>>() {
            if let Some((_, child)) = children.iter_mut().find(|(_, child)| child == old) {
                *child = new.clone();
                PendingChildKeys::<T>::insert(netuid, parent, (children, from));
            }
        }
        if PendingChildKeys::<T>::contains_key(netuid, old) {
            PendingChildKeys::<T>::insert(netuid, new, PendingChildKeys::<T>::take(netuid, old));
        }
    }

    /// What a hotkey's stake counts in a subnet: alpha, and root stake by `TaoWeight`. Children have their shares of
    /// it, and it has its shares of its parents'.
    pub(crate) fn stake_parts(hotkey: &AccountId32, netuid: u16, relations: &Relations) -> (u64, u64) {
        let children = if relations.children { ChildKeys::<T>::get(hotkey, netuid) } else { Family::new() };
        let parents = if relations.parents { ParentKeys::<T>::get(hotkey, netuid) } else { Family::new() };
        let counted = |stake_in: u16| {
            let own = TotalHotkeyAlpha::<T>::get(hotkey, stake_in);
            let given = children.iter().map(|(share, _)| share_of(own, *share)).fold(0, u64::saturating_add);
            let got = parents
                .iter()
                .map(|(share, parent)| share_of(TotalHotkeyAlpha::<T>::get(parent, stake_in), *share))
                .fold(0, u64::saturating_add);
            own.saturating_sub(given).saturating_add(got)
        };
        (counted(netuid), if relations.root { Self::by_tao_weight(counted(ROOT)) } else { 0 })
    }

    /// Looks once whether there are any, so that whoever asks for many hotkeys need not look for each.
    pub(crate) fn relations() -> Relations {
        Relations {
            children: ChildKeys::<T>::iter_keys().next().is_some(),
            parents: ParentKeys::<T>::iter_keys().next().is_some(),
            root: SubnetTAO::<T>::get(ROOT) > 0,
        }
    }

    /// What TAO on the root network counts in a subnet.
    pub(crate) fn by_tao_weight(root: u64) -> u64 {
        share_of(root, TaoWeight::<T>::get())
    }

    /// Stake of all coldkeys on a hotkey in all subnets.
    pub(crate) fn total_stake_of(hotkey: &AccountId32) -> u64 {
        TotalHotkeyAlpha::<T>::iter_prefix(hotkey).map(|(_, alpha)| alpha).fold(0, u64::saturating_add)
    }
}

/// A share of 2^64 - 1, rounded down.
pub(crate) fn share_of(amount: u64, share: u64) -> u64 {
    let part = u128::from(amount).saturating_mul(u128::from(share)).checked_div(u128::from(u64::MAX));
    part.and_then(|part| u64::try_from(part).ok()).unwrap_or(0)
}
