//! What is true between blocks.

use crate::*;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use frame_support::{ensure, traits::fungible::Inspect};
use sp_runtime::AccountId32;

impl<T: Config> Pallet<T> {
    /// Checks issuance, stake sums, uid maps and the length of every list; says which of them is wrong.
    pub fn check_invariants() -> Result<(), &'static str> {
        let issuance = T::Currency::total_issuance()
            .saturating_add(TotalStake::<T>::get())
            .saturating_add(Self::pending_emission())
            .saturating_add(Self::locked_rao());
        ensure!(
            TotalIssuance::<T>::get() == issuance,
            "issuance is not balances, stake, pending emission and what subnets cost"
        );
        Self::check_stake()?;
        Self::check_keys()?;
        Self::check_traces()?;
        let netuids = Self::netuids();
        ensure!(usize::from(TotalNetworks::<T>::get()) == netuids.len(), "the number of networks is wrong");
        netuids.into_iter().try_for_each(Self::check_subnet)
    }

    fn check_stake() -> Result<(), &'static str> {
        let mut by_subnet = BTreeMap::<u16, u64>::new();
        for (_, netuid, alpha) in TotalHotkeyAlpha::<T>::iter() {
            let sum = by_subnet.entry(netuid).or_default();
            *sum = sum.saturating_add(alpha);
        }
        let mut total = 0u64;
        for (netuid, tao) in SubnetTAO::<T>::iter() {
            ensure!(tao == by_subnet.remove(&netuid).unwrap_or(0), "a subnet's stake is not its hotkeys' stake");
            ensure!(tao == SubnetAlphaOut::<T>::get(netuid), "a stable subnet's alpha is not its TAO");
            total = total.saturating_add(tao);
        }
        ensure!(by_subnet.values().all(|sum| *sum == 0), "there is stake in a subnet that counts none");
        ensure!(TotalStake::<T>::get() == total, "the total stake is not the subnets' stake");

        let mut shares = BTreeMap::new();
        for ((hotkey, _, netuid), own) in Alpha::<T>::iter() {
            let sum: &mut u128 = shares.entry((hotkey, netuid)).or_default();
            *sum = sum.saturating_add(own.bits);
        }
        let mut parts = BTreeMap::<_, u64>::new();
        for (hotkey, coldkey, netuid) in Alpha::<T>::iter_keys() {
            let stake = Self::stake_of(&hotkey, &coldkey, netuid);
            let sum = parts.entry((hotkey, netuid)).or_default();
            *sum = sum.saturating_add(stake);
        }
        ensure!(
            parts.iter().all(|((hotkey, netuid), sum)| *sum <= TotalHotkeyAlpha::<T>::get(hotkey, netuid)),
            "coldkeys have more stake on a hotkey than there is"
        );
        for (hotkey, netuid, whole) in TotalHotkeyShares::<T>::iter() {
            ensure!(Some(whole.bits) == shares.remove(&(hotkey, netuid)), "shares do not add up");
        }
        ensure!(shares.is_empty(), "there are shares that no total counts");
        Ok(())
    }

    fn check_keys() -> Result<(), &'static str> {
        for (hotkey, coldkey) in Owner::<T>::iter() {
            ensure!(OwnedHotkeys::<T>::get(&coldkey).contains(&hotkey), "a coldkey does not list a hotkey it owns");
        }
        for (coldkey, owned) in OwnedHotkeys::<T>::iter() {
            let distinct: BTreeSet<_> = owned.iter().collect();
            ensure!(distinct.len() == owned.len(), "a coldkey lists a hotkey twice");
            ensure!(
                owned.iter().all(|hotkey| Owner::<T>::get(hotkey) == coldkey),
                "a coldkey lists a hotkey that it does not own"
            );
        }
        for (_, staking) in StakingHotkeys::<T>::iter() {
            let distinct: BTreeSet<_> = staking.iter().collect();
            ensure!(distinct.len() == staking.len(), "a coldkey lists a hotkey with stake twice");
        }
        for (coldkey, netuid, hotkey) in AutoStakeDestination::<T>::iter() {
            let known = AutoStakeDestinationColdkeys::<T>::get(hotkey, netuid);
            ensure!(known.contains(&coldkey), "a hotkey does not know whose incentive goes to it");
        }
        for (hotkey, netuid, coldkeys) in AutoStakeDestinationColdkeys::<T>::iter() {
            let goes_there =
                |coldkey| AutoStakeDestination::<T>::get(coldkey, netuid).as_ref().is_some_and(|to| *to == hotkey);
            ensure!(coldkeys.iter().all(goes_there), "incentive does not go where a hotkey knows of it");
        }
        for (hotkey, coldkey, _) in Alpha::<T>::iter_keys() {
            ensure!(StakingHotkeys::<T>::get(&coldkey).contains(&hotkey), "a coldkey does not list where it has stake");
        }
        for (coldkey, staking) in StakingHotkeys::<T>::iter() {
            let used = |hotkey: &AccountId32| {
                Owner::<T>::get(hotkey) == coldkey
                    || Alpha::<T>::iter_key_prefix((hotkey, &coldkey)).next().is_some()
                    || AutoStakeDestination::<T>::iter_prefix_values(&coldkey).any(|to| to == *hotkey)
            };
            ensure!(staking.iter().all(used), "a coldkey lists a hotkey on which it has no stake");
        }
        for (parent, netuid, children) in ChildKeys::<T>::iter() {
            let sum: u128 = children.iter().map(|(share, _)| u128::from(*share)).sum();
            ensure!(sum <= u128::from(u64::MAX), "a hotkey gives its children more than it has");
            let known = |(share, child): &(u64, _)| {
                ParentKeys::<T>::get(child, netuid).iter().any(|(got, from)| got == share && *from == parent)
            };
            ensure!(children.iter().all(known), "a child does not know its parent");
        }
        for (child, netuid, parents) in ParentKeys::<T>::iter() {
            let known = |(share, parent): &(u64, _)| {
                ChildKeys::<T>::get(parent, netuid).iter().any(|(given, to)| given == share && *to == child)
            };
            ensure!(parents.iter().all(known), "a parent does not know its child");
        }
        Ok(())
    }

    fn check_subnet(netuid: u16) -> Result<(), &'static str> {
        let n = SubnetworkN::<T>::get(netuid);
        let hotkeys: BTreeSet<_> = Keys::<T>::iter_prefix(netuid).collect();
        ensure!(hotkeys.len() == usize::from(n), "there are not as many keys as neurons");
        ensure!(hotkeys.iter().all(|(uid, _)| *uid < n), "a key has a uid that does not exist");
        let uids: BTreeSet<_> = Uids::<T>::iter_prefix(netuid).map(|(hotkey, uid)| (uid, hotkey)).collect();
        ensure!(uids == hotkeys, "uids and keys do not mirror each other");
        ensure!(
            uids.iter()
                .all(|(_, hotkey)| Owner::<T>::contains_key(hotkey) && IsNetworkMember::<T>::get(hotkey, netuid)),
            "a neuron has no owner or is no member"
        );
        let lengths = [
            Active::<T>::get(netuid).len(),
            LastUpdate::<T>::get(netuid).len(),
            ValidatorPermit::<T>::get(netuid).len(),
            Emission::<T>::get(netuid).len(),
            Rank::<T>::get(netuid).len(),
            Trust::<T>::get(netuid).len(),
            Consensus::<T>::get(netuid).len(),
            Incentive::<T>::get(netuid).len(),
            Dividends::<T>::get(netuid).len(),
            ValidatorTrust::<T>::get(netuid).len(),
            PruningScores::<T>::get(netuid).len(),
            StakeWeight::<T>::get(netuid).len(),
        ];
        ensure!(lengths.iter().all(|len| *len == usize::from(n)), "a list has another length than the subnet");
        let served: BTreeSet<_> = Axons::<T>::iter_key_prefix(netuid)
            .chain(Prometheus::<T>::iter_key_prefix(netuid))
            .chain(NeuronCertificates::<T>::iter_key_prefix(netuid))
            .collect();
        ensure!(
            served.iter().all(|hotkey| Uids::<T>::contains_key(netuid, hotkey)),
            "an axon, metric server or certificate belongs to no neuron"
        );
        let indices = (0..MechanismCountCurrent::<T>::get(netuid)).map(|mecid| Self::mechanism_index(netuid, mecid));
        let rows: Vec<_> = indices
            .clone()
            .flat_map(|index| Weights::<T>::iter_prefix(index).chain(Bonds::<T>::iter_prefix(index)))
            .collect();
        ensure!(
            indices.clone().all(|index| {
                LastUpdate::<T>::get(index).len() == usize::from(n)
                    && Incentive::<T>::get(index).len() == usize::from(n)
            }),
            "a mechanism's list has another length than the subnet"
        );
        ensure!(
            indices
                .flat_map(WeightCommits::<T>::iter_prefix)
                .all(|(hotkey, commits)| Uids::<T>::contains_key(netuid, hotkey) && commits.len() <= 10),
            "a commitment belongs to no neuron, or there are too many"
        );
        ensure!(
            rows.iter().all(|(uid, row)| *uid < n && row.len() <= usize::from(n) && row.iter().all(|(to, _)| *to < n)),
            "a row of weights or bonds names a uid that does not exist"
        );
        Ok(())
    }
}
