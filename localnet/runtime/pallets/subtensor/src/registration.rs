//! How a hotkey becomes a neuron, and which neuron gives way when a subnet is full.

use crate::*;
use frame_support::{
    ensure,
    traits::{
        fungible::Inspect,
        tokens::{Fortitude, Preservation},
        Get,
    },
};
use sp_runtime::{AccountId32, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_burned_register(coldkey: AccountId32, netuid: u16, hotkey: AccountId32) -> DispatchResult {
        ensure!(netuid != ROOT, Error::<T>::RegistrationNotPermittedOnRootSubnet);
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        ensure!(NetworkRegistrationAllowed::<T>::get(netuid), Error::<T>::SubNetRegistrationDisabled);
        Self::ensure_room(netuid)?;
        ensure!(!Uids::<T>::contains_key(netuid, &hotkey), Error::<T>::HotKeyAlreadyRegisteredInSubNet);

        let price = Burn::<T>::get(netuid);
        let spendable = T::Currency::reducible_balance(&coldkey, Preservation::Preserve, Fortitude::Polite);
        ensure!(spendable >= price, Error::<T>::NotEnoughBalanceToStake);
        if Owner::<T>::contains_key(&hotkey) {
            ensure!(Owner::<T>::get(&hotkey) == coldkey, Error::<T>::NonAssociatedColdKey);
        }
        ensure!(Self::has_free_uid(netuid) || Self::neuron_to_prune(netuid).is_some(), Error::<T>::NoNeuronIdAvailable);

        Self::burn_price(&coldkey, price)?;
        RAORecycledForRegistration::<T>::mutate(netuid, |sum| *sum = sum.saturating_add(price));
        BurnRegistrationsThisInterval::<T>::mutate(netuid, |n| *n = n.saturating_add(1));
        Self::admit(netuid, &coldkey, hotkey)
    }

    pub(crate) fn do_register_limit(
        coldkey: AccountId32,
        netuid: u16,
        hotkey: AccountId32,
        limit_price: u64,
    ) -> DispatchResult {
        ensure!(netuid != ROOT, Error::<T>::RegistrationNotPermittedOnRootSubnet);
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        ensure!(Burn::<T>::get(netuid) <= limit_price, Error::<T>::RegistrationPriceLimitExceeded);
        Self::do_burned_register(coldkey, netuid, hotkey)
    }

    /// Block and interval have room for another registration.
    pub(crate) fn ensure_room(netuid: u16) -> DispatchResult {
        ensure!(
            RegistrationsThisBlock::<T>::get(netuid) < MaxRegistrationsPerBlock::<T>::get(netuid),
            Error::<T>::TooManyRegistrationsThisBlock
        );
        ensure!(
            RegistrationsThisInterval::<T>::get(netuid)
                < TargetRegistrationsPerInterval::<T>::get(netuid).saturating_mul(3),
            Error::<T>::TooManyRegistrationsThisInterval
        );
        Ok(())
    }

    /// Makes the hotkey a neuron, whoever or whatever paid for it.
    pub(crate) fn admit(netuid: u16, coldkey: &AccountId32, hotkey: AccountId32) -> DispatchResult {
        Self::bind_hotkey(coldkey, &hotkey)?;
        let uid = Self::register_neuron(netuid, &hotkey).ok_or(Error::<T>::NoNeuronIdAvailable)?;
        Self::count_registration(netuid);
        Self::deposit_event(Event::NeuronRegistered(netuid, uid, hotkey));
        Ok(())
    }

    pub(crate) fn count_registration(netuid: u16) {
        RegistrationsThisBlock::<T>::mutate(netuid, |n| *n = n.saturating_add(1));
        RegistrationsThisInterval::<T>::mutate(netuid, |n| *n = n.saturating_add(1));
    }

    /// Makes the coldkey the hotkey's owner, unless the hotkey has one.
    pub(crate) fn bind_hotkey(coldkey: &AccountId32, hotkey: &AccountId32) -> Result<(), DispatchError> {
        if Owner::<T>::contains_key(hotkey) {
            ensure!(&Owner::<T>::get(hotkey) == coldkey, Error::<T>::NonAssociatedColdKey);
            return Ok(());
        }
        OwnedHotkeys::<T>::try_mutate(coldkey, |owned| Self::push_hotkey(owned, hotkey))?;
        StakingHotkeys::<T>::try_mutate(coldkey, |staking| Self::push_hotkey(staking, hotkey))?;
        Owner::<T>::insert(hotkey, coldkey);
        // Hotkeys sign without fees and need no balance; their account, which holds the nonce, has to exist for that.
        frame_system::Pallet::<T>::inc_providers(hotkey);
        Ok(())
    }

    /// Adds a hotkey to a coldkey's list, once, within the limit.
    pub(crate) fn push_hotkey(
        list: &mut alloc::vec::Vec<AccountId32>,
        hotkey: &AccountId32,
    ) -> Result<(), DispatchError> {
        if !list.contains(hotkey) {
            ensure!((list.len() as u64) < u64::from(T::MaxHotkeysPerColdkey::get()), Error::<T>::Overflow);
            list.push(hotkey.clone());
        }
        Ok(())
    }

    /// Largest number of neurons in a subnet.
    fn capacity(netuid: u16) -> u16 {
        MaxAllowedUids::<T>::get(netuid).min(T::MaxUids::get())
    }

    pub(crate) fn has_free_uid(netuid: u16) -> bool {
        SubnetworkN::<T>::get(netuid) < Self::capacity(netuid)
    }

    /// Gives the hotkey a uid: a new one while there is room, else the pruned neuron's.
    pub(crate) fn register_neuron(netuid: u16, hotkey: &AccountId32) -> Option<u16> {
        let uid = if Self::has_free_uid(netuid) {
            let uid = SubnetworkN::<T>::get(netuid);
            SubnetworkN::<T>::insert(netuid, uid.saturating_add(1));
            uid
        } else {
            let uid = Self::neuron_to_prune(netuid)?;
            Self::remove_neuron(netuid, uid);
            uid
        };
        Self::place_neuron(netuid, uid, hotkey);
        Some(uid)
    }

    /// Gives the hotkey a uid that nobody has.
    pub(crate) fn place_neuron(netuid: u16, uid: u16, hotkey: &AccountId32) {
        let block = Self::block();
        Self::set_neuron_row(netuid, uid, block);
        Keys::<T>::insert(netuid, uid, hotkey);
        Uids::<T>::insert(netuid, hotkey, uid);
        IsNetworkMember::<T>::insert(hotkey, netuid, true);
        Self::note_trace(hotkey, netuid);
        BlockAtRegistration::<T>::insert(netuid, uid, block);
    }

    /// Writes a newcomer's values at its place of every list of the subnet.
    fn set_neuron_row(netuid: u16, uid: u16, block: u64) {
        fn set<V: Clone + Default>(list: &mut alloc::vec::Vec<V>, uid: u16, value: V) {
            let place = usize::from(uid);
            if list.len() <= place {
                list.resize(place.saturating_add(1), V::default());
            }
            if let Some(slot) = list.get_mut(place) {
                *slot = value;
            }
        }
        Active::<T>::mutate(netuid, |list| set(list, uid, true));
        ValidatorPermit::<T>::mutate(netuid, |list| set(list, uid, false));
        Emission::<T>::mutate(netuid, |list| set(list, uid, 0));
        Rank::<T>::mutate(netuid, |list| set(list, uid, 0));
        Trust::<T>::mutate(netuid, |list| set(list, uid, 0));
        Consensus::<T>::mutate(netuid, |list| set(list, uid, 0));
        Dividends::<T>::mutate(netuid, |list| set(list, uid, 0));
        ValidatorTrust::<T>::mutate(netuid, |list| set(list, uid, 0));
        PruningScores::<T>::mutate(netuid, |list| set(list, uid, 0));
        StakeWeight::<T>::mutate(netuid, |list| set(list, uid, 0));
        for mecid in 0..MechanismCountCurrent::<T>::get(netuid) {
            let index = Self::mechanism_index(netuid, mecid);
            LastUpdate::<T>::mutate(index, |list| set(list, uid, block));
            Incentive::<T>::mutate(index, |list| set(list, uid, 0));
        }
    }

    /// Takes the hotkey from a uid with all that belongs to it. Its stake stays: it is the coldkeys'.
    pub(crate) fn remove_neuron(netuid: u16, uid: u16) {
        let old = Keys::<T>::get(netuid, uid);
        Uids::<T>::remove(netuid, &old);
        IsNetworkMember::<T>::remove(&old, netuid);
        TotalHotkeyAlphaLastEpoch::<T>::remove(&old, netuid);
        Axons::<T>::remove(netuid, &old);
        Prometheus::<T>::remove(netuid, &old);
        NeuronCertificates::<T>::remove(netuid, &old);
        AlphaDividendsPerSubnet::<T>::remove(netuid, &old);
        RootAlphaDividendsPerSubnet::<T>::remove(netuid, &old);
        T::Listener::neuron_removed(netuid, &old);
        for mecid in 0..MechanismCountCurrent::<T>::get(netuid) {
            let index = Self::mechanism_index(netuid, mecid);
            Weights::<T>::remove(index, uid);
            Bonds::<T>::remove(index, uid);
            WeightCommits::<T>::remove(index, &old);
            Self::drop_weights_for(index, uid);
        }
        // Bonds of others in this uid are older than the next registration, so epochs leave them out.
    }

    /// Sets what others' weights say of a neuron to zero.
    fn drop_weights_for(index: u16, uid: u16) {
        for (from, mut row) in Weights::<T>::iter_prefix(index).collect::<alloc::vec::Vec<_>>() {
            if let Some((_, value)) = row.iter_mut().find(|(to, value)| *to == uid && *value > 0) {
                *value = 0;
                Weights::<T>::insert(index, from, row);
            }
        }
    }

    /// The hotkeys that are never pruned: the subnet owner's, and those of its coldkey that registered first, up to
    /// `ImmuneOwnerUidsLimit`.
    fn immortal_hotkeys(netuid: u16) -> alloc::vec::Vec<AccountId32> {
        let mut own: alloc::vec::Vec<(u64, u16, AccountId32)> = OwnedHotkeys::<T>::get(SubnetOwner::<T>::get(netuid))
            .into_iter()
            .filter_map(|hotkey| {
                let uid = Uids::<T>::get(netuid, &hotkey)?;
                Some((BlockAtRegistration::<T>::get(netuid, uid), uid, hotkey))
            })
            .collect();
        own.sort_unstable();
        let limit = usize::from(ImmuneOwnerUidsLimit::<T>::get(netuid));
        own.truncate(limit);
        let mut immortal: alloc::vec::Vec<AccountId32> = own.into_iter().map(|(_, _, hotkey)| hotkey).collect();
        let first = SubnetOwnerHotkey::<T>::get(netuid);
        if Uids::<T>::contains_key(netuid, &first) && !immortal.contains(&first) {
            immortal.insert(0, first);
            immortal.truncate(limit);
        }
        immortal
    }

    /// The neuron that gives way: the lowest emission, then the earliest registration, then the lowest uid. Neurons
    /// past immunity go as long as more than `MinNonImmuneUids` of them are left, else those that are immune; the
    /// owner's never go.
    pub fn neuron_to_prune(netuid: u16) -> Option<u16> {
        let block = Self::block();
        let immunity = u64::from(ImmunityPeriod::<T>::get(netuid));
        let immortal = Self::immortal_hotkeys(netuid);
        let emission = Emission::<T>::get(netuid);
        let mut mortal_count = 0u16;
        let (mut mortal, mut immune) = (None, None);
        for uid in 0..SubnetworkN::<T>::get(netuid) {
            if immortal.contains(&Keys::<T>::get(netuid, uid)) {
                continue;
            }
            let registered = BlockAtRegistration::<T>::get(netuid, uid);
            let is_immune = block.saturating_sub(registered) < immunity;
            if !is_immune {
                mortal_count = mortal_count.saturating_add(1);
            }
            let rank = (emission.get(usize::from(uid)).copied().unwrap_or(0), registered, uid);
            let lowest = if is_immune { &mut immune } else { &mut mortal };
            if lowest.is_none_or(|best| rank < best) {
                *lowest = Some(rank);
            }
        }
        let enough = mortal_count > MinNonImmuneUids::<T>::get(netuid);
        let choice = if enough { mortal } else { immune };
        choice.map(|(_, _, uid)| uid)
    }

    /// Counters of the block, and of the interval where one has ended.
    pub(crate) fn reset_registration_counters(block: u64) {
        for netuid in Self::netuids() {
            if RegistrationsThisBlock::<T>::get(netuid) != 0 {
                RegistrationsThisBlock::<T>::insert(netuid, 0);
            }
            let interval = u64::from(AdjustmentInterval::<T>::get(netuid));
            if block.saturating_sub(LastAdjustmentBlock::<T>::get(netuid)) >= interval {
                LastAdjustmentBlock::<T>::insert(netuid, block);
                Self::adjust_price(netuid);
                RegistrationsThisInterval::<T>::insert(netuid, 0);
                BurnRegistrationsThisInterval::<T>::insert(netuid, 0);
                POWRegistrationsThisInterval::<T>::insert(netuid, 0);
            }
        }
    }

    /// Price and difficulty follow demand: whichever way of registration was used more becomes dearer when there were
    /// more registrations than the target, and cheaper when there were fewer; both on a tie.
    fn adjust_price(netuid: u16) {
        if netuid == ROOT {
            return;
        }
        let all = RegistrationsThisInterval::<T>::get(netuid);
        let target = TargetRegistrationsPerInterval::<T>::get(netuid);
        let burned = BurnRegistrationsThisInterval::<T>::get(netuid);
        let worked = POWRegistrationsThisInterval::<T>::get(netuid);
        let alpha = AdjustmentAlpha::<T>::get(netuid);
        let (price_moves, difficulty_moves) = if all > target {
            (burned >= worked, worked >= burned)
        } else {
            // No more came than wanted: who used one way found the other one too dear.
            (worked >= burned, burned >= worked)
        };
        if price_moves {
            let bounds = (MinBurn::<T>::get(netuid), MaxBurn::<T>::get(netuid));
            Burn::<T>::mutate(netuid, |price| *price = follow(*price, all, target, alpha, bounds));
        }
        if difficulty_moves {
            let bounds = (MinDifficulty::<T>::get(netuid), MaxDifficulty::<T>::get(netuid));
            Difficulty::<T>::mutate(netuid, |price| *price = follow(*price, all, target, alpha, bounds));
        }
    }

    /// The subnets there are, in order.
    pub fn netuids() -> alloc::vec::Vec<u16> {
        let mut netuids: alloc::vec::Vec<u16> =
            NetworksAdded::<T>::iter().filter(|(_, added)| *added).map(|(netuid, _)| netuid).collect();
        netuids.sort_unstable();
        netuids
    }
}

/// A price after an interval: `price * (count + target) / (2 * target)`, of which the average with the old price is
/// taken, `alpha` of 2^64 - 1 being the old one's part; within bounds. In fixed point with 18 fraction bits, truncated
/// as the public chain does.
pub(crate) fn follow(price: u64, count: u16, target: u16, alpha: u64, (lowest, highest): (u64, u64)) -> u64 {
    const FRACTION: u32 = 18;
    const ONE: u128 = 1 << FRACTION;
    // A 64 bit price times 17 bits, and 18 bits of fraction twice: every product fits 128 bits.
    let fixed = |value: u64| u128::from(value) << FRACTION;
    let moved = fixed(price).saturating_mul(u128::from(count.saturating_add(target)));
    let moved = moved.checked_div(u128::from(target.saturating_add(target))).unwrap_or(0);
    let keep = fixed(alpha).checked_div(u128::from(u64::MAX)).unwrap_or(0);
    let old = keep.saturating_mul(fixed(price)) >> FRACTION;
    let next = old.saturating_add(ONE.saturating_sub(keep).saturating_mul(moved) >> FRACTION);
    if next >= fixed(highest) {
        highest
    } else if next <= fixed(lowest) {
        lowest
    } else {
        u64::try_from(next >> FRACTION).unwrap_or(u64::MAX)
    }
}
