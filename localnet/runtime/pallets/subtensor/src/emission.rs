//! What a block mints, and how an epoch pays it.

use crate::{epoch, weights::at, *};
use alloc::vec::Vec;
use frame_support::{traits::fungible::Inspect, weights::Weight};
use sp_runtime::AccountId32;

/// There are never more rao than this.
pub const MAX_SUPPLY: u64 = 21_000_000_000_000_000;

/// Emission of a block: it halves when half of what was left has been issued, and ends with the supply.
pub fn block_emission(issuance: u64) -> u64 {
    let left = u128::from(MAX_SUPPLY.saturating_sub(issuance));
    if left == 0 {
        return 0;
    }
    // k halvings have passed when no more than 1/2^k of the supply is left.
    let halvings = (0u32..64).take_while(|k| left << k.saturating_add(1) <= u128::from(MAX_SUPPLY)).count();
    DefaultBlockEmission::get() >> halvings.min(63)
}

impl<T: Config> Pallet<T> {
    /// Mints the block's emission into what the next epochs pay, in equal parts for all started subnets.
    pub(crate) fn mint_block_emission(block: u64) {
        let emission = block_emission(TotalIssuance::<T>::get());
        if BlockEmission::<T>::get() != emission {
            BlockEmission::<T>::put(emission);
        }
        let started: Vec<u16> = Self::netuids()
            .into_iter()
            .filter(|netuid| SubtokenEnabled::<T>::get(netuid))
            .filter(|netuid| FirstEmissionBlockNumber::<T>::get(netuid).is_some_and(|first| first <= block))
            .collect();
        let count = started.len() as u64;
        let (Some(part), Some(rest)) = (emission.checked_div(count), emission.checked_rem(count)) else {
            return;
        };
        for (place, netuid) in started.into_iter().enumerate() {
            let own = part.saturating_add(u64::from((place as u64) < rest));
            if SubnetAlphaOutEmission::<T>::get(netuid) != own {
                SubnetAlphaOutEmission::<T>::insert(netuid, own);
            }
            let cut = Self::owner_cut(netuid, own);
            if cut > 0 {
                PendingOwnerCut::<T>::mutate(netuid, |sum| *sum = sum.saturating_add(cut));
            }
            let own = own.saturating_sub(cut);
            let servers = own >> 1;
            let validators = own.saturating_sub(servers);
            PendingServerEmission::<T>::mutate(netuid, |sum| *sum = sum.saturating_add(servers));
            PendingValidatorEmission::<T>::mutate(netuid, |sum| *sum = sum.saturating_add(validators));
        }
    }

    /// The owner's part of what a subnet earns; none where nobody could be paid.
    fn owner_cut(netuid: u16, earned: u64) -> u64 {
        if !SubnetOwner::<T>::contains_key(netuid) || !Owner::<T>::contains_key(SubnetOwnerHotkey::<T>::get(netuid)) {
            return 0;
        }
        let cut = u128::from(earned).saturating_mul(u128::from(SubnetOwnerCut::<T>::get()));
        cut.checked_div(u128::from(u16::MAX)).map_or(0, |cut| cut as u64)
    }

    /// Pays the owner what is pending, as stake of its coldkey on its hotkey.
    fn pay_owner(netuid: u16) {
        let hotkey = SubnetOwnerHotkey::<T>::get(netuid);
        if Owner::<T>::contains_key(&hotkey) {
            let cut = PendingOwnerCut::<T>::take(netuid);
            Self::grow_stake(&hotkey, &SubnetOwner::<T>::get(netuid), netuid, cut);
        }
    }

    /// Runs the epochs that are due in this block.
    pub(crate) fn run_due_epochs(block: u64) -> Weight {
        let mut weight = Weight::zero();
        for netuid in Self::netuids() {
            let tempo = u64::from(Tempo::<T>::get(netuid));
            // The root network judges nobody, whatever its tempo says.
            if tempo == 0 || netuid == ROOT {
                continue;
            }
            let asked = PendingEpochAt::<T>::get(netuid);
            let is_asked = asked > 0 && asked <= block;
            if !is_asked && block.saturating_sub(LastEpochBlock::<T>::get(netuid)) < tempo {
                BlocksSinceLastStep::<T>::mutate(netuid, |n| *n = n.saturating_add(1));
                continue;
            }
            weight.saturating_accrue(Self::run_epoch(netuid, block));
        }
        weight
    }

    /// Judges a subnet's neurons and pays them what is pending, each mechanism its part.
    pub(crate) fn run_epoch(netuid: u16, block: u64) -> Weight {
        let keys = Self::hotkeys(netuid);
        let pending =
            PendingServerEmission::<T>::get(netuid).saturating_add(PendingValidatorEmission::<T>::get(netuid));
        let mechanisms = MechanismCountCurrent::<T>::get(netuid).max(1);
        let mut results = Vec::new();
        for (mecid, part) in (0..mechanisms).zip(Self::mechanism_parts(netuid, mechanisms, pending)) {
            let index = Self::mechanism_index(netuid, mecid);
            let result = epoch::run(&Self::epoch_input(netuid, index, block, &keys, part));
            Self::store_mechanism(netuid, index, &result);
            results.push((part, result));
        }
        let result = combine(&results, pending);

        // What rounding leaves, and everything while nobody has stake, waits for the next epoch.
        let (servers, validators) = (&result.server_emission, &result.validator_emission);
        let (left, parents) = Self::pay_neurons(netuid, &keys, servers, validators, pending);
        let servers = left >> 1;
        PendingServerEmission::<T>::insert(netuid, servers);
        PendingValidatorEmission::<T>::insert(netuid, left.saturating_sub(servers));
        Self::pay_owner(netuid);

        let n = keys.len() as u32;
        let miners = result.server_emission.clone();
        Self::store_epoch(netuid, block, result);
        // New children count from the next epoch on.
        let renewed = Self::apply_pending_children(netuid, block);
        if n > 0 {
            Self::deposit_event(Event::IncentiveAlphaEmittedToMiners { netuid, emissions: miners });
        }
        Self::epoch_weight(n, mechanisms.into(), parents).saturating_add(T::WeightInfo::new_children(renewed))
    }

    /// What each mechanism shares out: by `MechanismEmissionSplit`, else equally; the first gets what rounding leaves.
    fn mechanism_parts(netuid: u16, mechanisms: u8, pending: u64) -> Vec<u64> {
        let count = usize::from(mechanisms);
        let split = MechanismEmissionSplit::<T>::get(netuid).filter(|split| split.len() == count);
        let split = split.unwrap_or_else(|| alloc::vec![1; count]);
        let total: u128 = split.iter().map(|share| u128::from(*share)).sum();
        let part = |share: &u16| {
            let part = u128::from(pending).saturating_mul(u128::from(*share)).checked_div(total).unwrap_or(0);
            u64::try_from(part).unwrap_or(0)
        };
        let mut parts: Vec<u64> = split.iter().map(part).collect();
        let rest = pending.saturating_sub(parts.iter().fold(0, |sum, part| sum.saturating_add(*part)));
        if let Some(first) = parts.first_mut() {
            *first = first.saturating_add(rest);
        }
        parts
    }

    /// The hotkeys of a subnet, by uid.
    pub(crate) fn hotkeys(netuid: u16) -> Vec<AccountId32> {
        (0..SubnetworkN::<T>::get(netuid)).map(|uid| Keys::<T>::get(netuid, uid)).collect()
    }

    fn epoch_input(netuid: u16, index: u16, block: u64, keys: &[AccountId32], rao_emission: u64) -> epoch::Input {
        let owner = SubnetOwnerHotkey::<T>::get(netuid);
        let threshold = StakeThreshold::<T>::get();
        let last_update = LastUpdate::<T>::get(index);
        let commits = CommitRevealWeightsEnabled::<T>::get(netuid);
        let (alpha_low, alpha_high) = AlphaValues::<T>::get(netuid);
        let permits = ValidatorPermit::<T>::get(netuid);
        let last_step = LastMechansimStepBlock::<T>::get(netuid);
        let uids = 0..keys.len() as u16;
        let relations = Self::relations();
        epoch::Input {
            params: epoch::Params {
                block,
                bonds_from: if last_step == 0 {
                    block.saturating_sub(u64::from(Tempo::<T>::get(netuid)))
                } else {
                    last_step.saturating_add(1)
                },
                yuma3: Yuma3On::<T>::get(netuid),
                kappa: Kappa::<T>::get(netuid),
                bonds_penalty: BondsPenalty::<T>::get(netuid),
                bonds_moving_average: BondsMovingAverage::<T>::get(netuid),
                max_validators: MaxAllowedValidators::<T>::get(netuid),
                activity_cutoff: Self::activity_cutoff(netuid),
                rao_emission,
                liquid: LiquidAlphaOn::<T>::get(netuid).then(|| epoch::Liquid {
                    low: alpha_low,
                    high: alpha_high,
                    steepness: AlphaSigmoidSteepness::<T>::get(netuid),
                }),
            },
            neurons: uids
                .clone()
                .zip(keys)
                .map(|(uid, hotkey)| {
                    let is_owner = *hotkey == owner;
                    let (alpha, tao) = Self::stake_parts(hotkey, netuid, &relations);
                    let stake = alpha.saturating_add(tao);
                    epoch::Neuron {
                        stake: if stake >= threshold || is_owner { stake } else { 0 },
                        last_update: at(&last_update, uid),
                        registered_at: BlockAtRegistration::<T>::get(netuid, uid),
                        permit: at(&permits, uid),
                        owner: is_owner,
                        committed_at: if commits { Self::earliest_commit(index, hotkey, block) } else { None },
                    }
                })
                .collect(),
            weights: uids.clone().map(|uid| Weights::<T>::get(index, uid)).collect(),
            bonds: uids.map(|uid| Bonds::<T>::get(index, uid)).collect(),
        }
    }

    /// What each mechanism keeps of its own: bonds and incentive.
    fn store_mechanism(netuid: u16, index: u16, result: &epoch::Output) {
        let had_permit = ValidatorPermit::<T>::get(netuid);
        for ((uid, permit), row) in (0u16..).zip(&result.permits).zip(&result.bonds) {
            if *permit {
                Bonds::<T>::insert(index, uid, row);
            } else if at(&had_permit, uid) {
                Bonds::<T>::remove(index, uid);
            }
        }
        Incentive::<T>::insert(index, &result.incentive);
    }

    fn store_epoch(netuid: u16, block: u64, result: epoch::Output) {
        Active::<T>::insert(netuid, result.active);
        StakeWeight::<T>::insert(netuid, result.stake_weight);
        Rank::<T>::insert(netuid, result.incentive);
        Trust::<T>::insert(netuid, result.trust);
        Consensus::<T>::insert(netuid, result.consensus);
        Dividends::<T>::insert(netuid, result.dividends);
        Emission::<T>::insert(netuid, result.emission);
        ValidatorTrust::<T>::insert(netuid, result.validator_trust);
        PruningScores::<T>::insert(netuid, result.pruning_scores);
        ValidatorPermit::<T>::insert(netuid, result.permits);
        BlocksSinceLastStep::<T>::insert(netuid, 0);
        LastMechansimStepBlock::<T>::insert(netuid, block);
        LastEpochBlock::<T>::insert(netuid, block);
        PendingEpochAt::<T>::remove(netuid);
        SubnetEpochIndex::<T>::mutate(netuid, |n| *n = n.saturating_add(1));
    }

    /// Emission of all subnets that is minted and not yet paid.
    pub(crate) fn pending_emission() -> u64 {
        let servers = PendingServerEmission::<T>::iter().map(|(_, rao)| rao);
        let validators = PendingValidatorEmission::<T>::iter().map(|(_, rao)| rao);
        let owners = PendingOwnerCut::<T>::iter().map(|(_, rao)| rao);
        servers.chain(validators).chain(owners).fold(0, u64::saturating_add)
    }

    /// What owners paid for their subnets, and will get back.
    pub(crate) fn locked_rao() -> u64 {
        SubnetLocked::<T>::iter().map(|(_, rao)| rao).fold(0, u64::saturating_add)
    }

    /// Counts all rao there are.
    pub(crate) fn refresh_issuance() {
        let issuance = T::Currency::total_issuance()
            .saturating_add(TotalStake::<T>::get())
            .saturating_add(Self::pending_emission())
            .saturating_add(Self::locked_rao());
        if TotalIssuance::<T>::get() != issuance {
            TotalIssuance::<T>::put(issuance);
        }
    }
}

/// What mechanisms decided, as one: amounts added up, shares averaged by the mechanisms' parts of the emission.
fn combine(results: &[(u64, epoch::Output)], pending: u64) -> epoch::Output {
    let Some((_, first)) = results.first() else {
        return Default::default();
    };
    let mut all = first.clone();
    if results.len() == 1 {
        return all;
    }
    let add = |pick: fn(&epoch::Output) -> &Vec<u64>| -> Vec<u64> {
        let at =
            |uid: usize| results.iter().filter_map(|(_, one)| pick(one).get(uid)).fold(0, |a, b| b.saturating_add(a));
        (0..first.active.len()).map(at).collect()
    };
    let average = |pick: fn(&epoch::Output) -> &Vec<u16>| -> Vec<u16> {
        let at = |uid: usize| {
            let weigh = |(part, one): &(u64, epoch::Output)| {
                let value = u128::from(pick(one).get(uid).copied().unwrap_or(0));
                value.saturating_mul(u128::from(*part))
            };
            let sum = results.iter().map(weigh).fold(0, u128::saturating_add);
            u16::try_from(sum.checked_div(u128::from(pending)).unwrap_or(0)).unwrap_or(u16::MAX)
        };
        (0..first.active.len()).map(at).collect()
    };
    all.emission = add(|one| &one.emission);
    all.server_emission = add(|one| &one.server_emission);
    all.validator_emission = add(|one| &one.validator_emission);
    all.incentive = average(|one| &one.incentive);
    all.dividends = average(|one| &one.dividends);
    all.consensus = average(|one| &one.consensus);
    all.trust = average(|one| &one.trust);
    all.validator_trust = average(|one| &one.validator_trust);
    all.pruning_scores = average(|one| &one.pruning_scores);
    for (uid, active) in all.active.iter_mut().enumerate() {
        *active = results.iter().any(|(_, one)| one.active.get(uid).copied().unwrap_or(false));
    }
    all
}
