//! How an epoch pays: incentive to owners of hotkeys, dividends to whose stake earned them.
//!
//! Every hotkey's stake is read and written once, whatever it earns in how many ways.

use crate::{
    children::{share_of, Relations},
    staking::scale,
    *,
};
use alloc::{collections::BTreeMap, vec::Vec};
use sp_runtime::{AccountId32, Rounding};

/// What an epoch owes a hotkey.
#[derive(Default)]
struct Earned {
    /// For its owner.
    incentive: u64,
    /// For all stakers, less the owner's take.
    dividends: u64,
}

impl<T: Config> Pallet<T> {
    /// Pays neurons their incentive and dividends, by uid, within `pending`; returns what is left of it, and the number
    /// of parents that were paid.
    pub(crate) fn pay_neurons(
        netuid: u16,
        keys: &[AccountId32],
        incentives: &[u64],
        dividends: &[u64],
        pending: u64,
    ) -> (u64, u32) {
        let _ = AlphaDividendsPerSubnet::<T>::clear_prefix(netuid, u32::MAX, None);
        let _ = RootAlphaDividendsPerSubnet::<T>::clear_prefix(netuid, u32::MAX, None);
        let relations = Self::relations();
        let redirects = AutoStakeDestination::<T>::iter_keys().next().is_some();
        let mut earned = BTreeMap::<AccountId32, Earned>::new();
        let mut elsewhere = Vec::new();
        let mut left = pending;
        let mut parents = 0u32;
        for ((hotkey, incentive), dividends) in keys.iter().zip(incentives).zip(dividends) {
            let incentive = (*incentive).min(left);
            left = left.saturating_sub(incentive);
            let dividends = (*dividends).min(left);
            left = left.saturating_sub(dividends);
            if dividends > 0 {
                let parts = Self::parts_of_parents(hotkey, netuid, dividends, &relations);
                parents = parents.saturating_add(parts.len().saturating_sub(1) as u32);
                for (parent, part) in parts {
                    let entry = earned.entry(parent).or_default();
                    entry.dividends = entry.dividends.saturating_add(part);
                }
            }
            if incentive > 0 {
                let to = if redirects { Self::destination_of(hotkey, netuid) } else { None };
                match to {
                    Some((owner, to)) => elsewhere.push((hotkey, owner, to, incentive)),
                    None => earned.entry(hotkey.clone()).or_default().incentive = incentive,
                }
            }
        }
        // Dividends first: they are for those who had stake before.
        let mut paid = 0u64;
        for (hotkey, earned) in &earned {
            paid = paid.saturating_add(Self::pay_hotkey(hotkey, netuid, earned, relations.root));
        }
        Self::count_stake(netuid, paid);
        for (hotkey, owner, destination, incentive) in elsewhere {
            Self::grow_stake(&destination, &owner, netuid, incentive);
            let hotkey = hotkey.clone();
            Self::deposit_event(Event::AutoStakeAdded { netuid, destination, hotkey, owner, incentive });
        }
        (left, parents)
    }

    /// Where a hotkey's incentive goes, if not to its owner's stake on it: owner, other hotkey.
    fn destination_of(hotkey: &AccountId32, netuid: u16) -> Option<(AccountId32, AccountId32)> {
        let owner = Owner::<T>::get(hotkey);
        let to = AutoStakeDestination::<T>::get(&owner, netuid)?;
        (to != *hotkey && Owner::<T>::contains_key(&to)).then_some((owner, to))
    }

    /// Shares a validator's dividends between its parents and itself, by whose stake earned them. It keeps its take of
    /// what parents of other coldkeys earn.
    fn parts_of_parents(
        hotkey: &AccountId32,
        netuid: u16,
        dividends: u64,
        relations: &Relations,
    ) -> Vec<(AccountId32, u64)> {
        let parents = if relations.parents { ParentKeys::<T>::get(hotkey, netuid) } else { Vec::new() };
        let mut parts = Vec::new();
        let mut left = dividends;
        if !parents.is_empty() {
            let (alpha, tao) = Self::stake_parts(hotkey, netuid, relations);
            let total = u128::from(alpha.saturating_add(tao));
            let take = u128::from(ChildkeyTake::<T>::get(hotkey, netuid));
            let owner = Owner::<T>::get(hotkey);
            let full = u128::from(u16::MAX);
            for (share, parent) in parents {
                let alpha = share_of(TotalHotkeyAlpha::<T>::get(&parent, netuid), share);
                let tao = Self::by_tao_weight(share_of(TotalHotkeyAlpha::<T>::get(&parent, ROOT), share));
                let by_stake = u128::from(alpha.saturating_add(tao));
                let part = scale(u128::from(dividends), by_stake, total, Rounding::Down);
                let take = if Owner::<T>::get(&parent) == owner { 0 } else { take };
                let part = scale(part, full.saturating_sub(take), full, Rounding::Down);
                let part = u64::try_from(part).unwrap_or(u64::MAX).min(left);
                left = left.saturating_sub(part);
                parts.push((parent, part));
            }
        }
        parts.push((hotkey.clone(), left));
        parts
    }

    /// Pays a hotkey; returns how much became stake in the subnet. What its root stake earned becomes root stake.
    fn pay_hotkey(hotkey: &AccountId32, netuid: u16, earned: &Earned, has_root: bool) -> u64 {
        let whole = TotalHotkeyAlpha::<T>::get(hotkey, netuid);
        let shares = TotalHotkeyShares::<T>::get(hotkey, netuid).bits;
        let root = if has_root && earned.dividends > 0 { TotalHotkeyAlpha::<T>::get(hotkey, ROOT) } else { 0 };
        let by_root = u128::from(Self::by_tao_weight(root));
        let by_all = u128::from(whole).saturating_add(by_root);
        let for_root = scale(u128::from(earned.dividends), by_root, by_all, Rounding::Down) as u64;
        let for_alpha = earned.dividends.saturating_sub(for_root);
        let nobody_else = shares == 0;
        let (root_take, alpha_take) = if nobody_else && for_root == 0 {
            (0, for_alpha)
        } else {
            let take = u128::from(if earned.dividends > 0 { Delegates::<T>::get(hotkey) } else { 0 });
            let part = |sum: u64| scale(u128::from(sum), take, u128::from(u16::MAX), Rounding::Down) as u64;
            (part(for_root), if nobody_else { for_alpha } else { part(for_alpha) })
        };
        let root_shared = for_root.saturating_sub(root_take);
        if root_shared > 0 {
            Self::grow_hotkey(hotkey, ROOT, root_shared);
            RootAlphaDividendsPerSubnet::<T>::insert(netuid, hotkey, root_shared);
        }
        let shared = for_alpha.saturating_sub(alpha_take);
        if shared > 0 {
            AlphaDividendsPerSubnet::<T>::insert(netuid, hotkey, shared);
        }
        let own = earned.incentive.saturating_add(alpha_take).saturating_add(root_take);
        let whole = whole.saturating_add(shared);
        if own > 0 {
            Self::buy_shares(hotkey, &Owner::<T>::get(hotkey), netuid, own, (shares, whole));
        }
        let whole = whole.saturating_add(own);
        TotalHotkeyAlpha::<T>::insert(hotkey, netuid, whole);
        TotalHotkeyAlphaLastEpoch::<T>::insert(hotkey, netuid, whole);
        shared.saturating_add(own)
    }
}
