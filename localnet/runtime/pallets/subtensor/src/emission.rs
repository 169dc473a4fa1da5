//! What a block mints, and how an epoch pays it.

use crate::{epoch, weights::at, *};
use alloc::vec::Vec;
use frame_support::{
    traits::{fungible::Inspect, Get},
    weights::Weight,
};
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
            let servers = own >> 1;
            let validators = own.saturating_sub(servers);
            PendingServerEmission::<T>::mutate(netuid, |sum| *sum = sum.saturating_add(servers));
            PendingValidatorEmission::<T>::mutate(netuid, |sum| *sum = sum.saturating_add(validators));
        }
    }

    /// Runs the epochs that are due in this block.
    pub(crate) fn run_due_epochs(block: u64) -> Weight {
        let mut weight = T::DbWeight::get().reads_writes(8, 4);
        for netuid in Self::netuids() {
            let tempo = u64::from(Tempo::<T>::get(netuid));
            if tempo == 0 {
                continue;
            }
            if block.saturating_sub(LastEpochBlock::<T>::get(netuid)) < tempo {
                BlocksSinceLastStep::<T>::mutate(netuid, |n| *n = n.saturating_add(1));
                weight.saturating_accrue(T::DbWeight::get().reads_writes(4, 1));
                continue;
            }
            weight.saturating_accrue(Self::run_epoch(netuid, block));
        }
        weight
    }

    /// Judges a subnet's neurons and pays them what is pending.
    fn run_epoch(netuid: u16, block: u64) -> Weight {
        let keys = Self::hotkeys(netuid);
        let pending =
            PendingServerEmission::<T>::get(netuid).saturating_add(PendingValidatorEmission::<T>::get(netuid));
        let result = epoch::run(&Self::epoch_input(netuid, block, &keys, pending));

        // What rounding leaves, and everything while nobody has stake, waits for the next epoch.
        let mut left = pending;
        for ((hotkey, servers), validators) in keys.iter().zip(&result.server_emission).zip(&result.validator_emission)
        {
            let servers = (*servers).min(left);
            left = left.saturating_sub(servers);
            let validators = (*validators).min(left);
            left = left.saturating_sub(validators);
            Self::pay_neuron(hotkey, netuid, servers, validators);
        }
        let servers = left >> 1;
        PendingServerEmission::<T>::insert(netuid, servers);
        PendingValidatorEmission::<T>::insert(netuid, left.saturating_sub(servers));

        let n = keys.len() as u64;
        let miners = result.server_emission.clone();
        Self::store_epoch(netuid, block, result);
        if n > 0 {
            Self::deposit_event(Event::IncentiveAlphaEmittedToMiners(netuid, miners));
        }
        // Per pair of neurons a few fixed-point operations; per neuron its row, its stake and its payment.
        Weight::from_parts(n.saturating_mul(n).saturating_mul(100_000), 0)
            .saturating_add(T::DbWeight::get().reads_writes(n.saturating_mul(12), n.saturating_mul(8)))
    }

    /// The hotkeys of a subnet, by uid.
    pub(crate) fn hotkeys(netuid: u16) -> Vec<AccountId32> {
        (0..SubnetworkN::<T>::get(netuid)).map(|uid| Keys::<T>::get(netuid, uid)).collect()
    }

    fn epoch_input(netuid: u16, block: u64, keys: &[AccountId32], rao_emission: u64) -> epoch::Input {
        let owner = SubnetOwnerHotkey::<T>::get(netuid);
        let threshold = StakeThreshold::<T>::get();
        let last_update = LastUpdate::<T>::get(netuid);
        let permits = ValidatorPermit::<T>::get(netuid);
        let last_step = LastMechansimStepBlock::<T>::get(netuid);
        let uids = 0..keys.len() as u16;
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
                activity_cutoff: u64::from(ActivityCutoff::<T>::get(netuid)),
                rao_emission,
            },
            neurons: uids
                .clone()
                .zip(keys)
                .map(|(uid, hotkey)| {
                    let is_owner = *hotkey == owner;
                    let stake = Self::stake_weight(hotkey, netuid);
                    epoch::Neuron {
                        stake: if stake >= threshold || is_owner { stake } else { 0 },
                        last_update: at(&last_update, uid),
                        registered_at: BlockAtRegistration::<T>::get(netuid, uid),
                        permit: at(&permits, uid),
                        owner: is_owner,
                    }
                })
                .collect(),
            weights: uids.clone().map(|uid| Weights::<T>::get(netuid, uid)).collect(),
            bonds: uids.map(|uid| Bonds::<T>::get(netuid, uid)).collect(),
        }
    }

    fn store_epoch(netuid: u16, block: u64, result: epoch::Output) {
        let had_permit = ValidatorPermit::<T>::get(netuid);
        for ((uid, permit), row) in (0u16..).zip(&result.permits).zip(result.bonds) {
            if *permit {
                Bonds::<T>::insert(netuid, uid, row);
            } else if at(&had_permit, uid) {
                Bonds::<T>::remove(netuid, uid);
            }
        }
        Active::<T>::insert(netuid, result.active);
        StakeWeight::<T>::insert(netuid, result.stake_weight);
        Rank::<T>::insert(netuid, &result.incentive);
        Trust::<T>::insert(netuid, result.trust);
        Consensus::<T>::insert(netuid, result.consensus);
        Incentive::<T>::insert(netuid, result.incentive);
        Dividends::<T>::insert(netuid, result.dividends);
        Emission::<T>::insert(netuid, result.emission);
        ValidatorTrust::<T>::insert(netuid, result.validator_trust);
        PruningScores::<T>::insert(netuid, result.pruning_scores);
        ValidatorPermit::<T>::insert(netuid, result.permits);
        BlocksSinceLastStep::<T>::insert(netuid, 0);
        LastMechansimStepBlock::<T>::insert(netuid, block);
        LastEpochBlock::<T>::insert(netuid, block);
        SubnetEpochIndex::<T>::mutate(netuid, |n| *n = n.saturating_add(1));
    }

    /// Emission of all subnets that is minted and not yet paid.
    pub(crate) fn pending_emission() -> u64 {
        let servers = PendingServerEmission::<T>::iter().map(|(_, rao)| rao);
        let validators = PendingValidatorEmission::<T>::iter().map(|(_, rao)| rao);
        servers.chain(validators).fold(0, u64::saturating_add)
    }

    /// Counts all rao there are.
    pub(crate) fn refresh_issuance() {
        let issuance = T::Currency::total_issuance()
            .saturating_add(TotalStake::<T>::get())
            .saturating_add(Self::pending_emission());
        if TotalIssuance::<T>::get() != issuance {
            TotalIssuance::<T>::put(issuance);
        }
    }
}
