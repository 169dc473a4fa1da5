//! What runtime APIs answer.

use crate::{weights::at, *};
use alloc::vec::Vec;
use codec::Compact;
use sp_runtime::AccountId32;

/// The lists of a subnet, read once for all its neurons.
struct Lists {
    active: Vec<bool>,
    rank: Vec<u16>,
    emission: Vec<u64>,
    incentive: Vec<u16>,
    consensus: Vec<u16>,
    trust: Vec<u16>,
    validator_trust: Vec<u16>,
    dividends: Vec<u16>,
    last_update: Vec<u64>,
    validator_permit: Vec<bool>,
    pruning_scores: Vec<u16>,
}

impl Lists {
    fn read<T: Config>(netuid: u16) -> Self {
        Self {
            active: Active::<T>::get(netuid),
            rank: Rank::<T>::get(netuid),
            emission: Emission::<T>::get(netuid),
            incentive: Incentive::<T>::get(netuid),
            consensus: Consensus::<T>::get(netuid),
            trust: Trust::<T>::get(netuid),
            validator_trust: ValidatorTrust::<T>::get(netuid),
            dividends: Dividends::<T>::get(netuid),
            last_update: LastUpdate::<T>::get(netuid),
            validator_permit: ValidatorPermit::<T>::get(netuid),
            pruning_scores: PruningScores::<T>::get(netuid),
        }
    }
}

impl<T: Config> Pallet<T> {
    /// All neurons of a subnet with weights and bonds, by uid; none when the subnet does not exist.
    pub fn get_neurons(netuid: u16) -> Vec<NeuronInfo> {
        let lists = Lists::read::<T>(netuid);
        (0..SubnetworkN::<T>::get(netuid)).map(|uid| Self::neuron(netuid, uid, &lists)).collect()
    }

    /// One neuron with weights and bonds.
    pub fn get_neuron(netuid: u16, uid: u16) -> Option<NeuronInfo> {
        (uid < SubnetworkN::<T>::get(netuid)).then(|| Self::neuron(netuid, uid, &Lists::read::<T>(netuid)))
    }

    /// All neurons of a subnet, by uid; none when the subnet does not exist.
    pub fn get_neurons_lite(netuid: u16) -> Vec<NeuronInfoLite> {
        let lists = Lists::read::<T>(netuid);
        (0..SubnetworkN::<T>::get(netuid)).map(|uid| Self::neuron_lite(netuid, uid, &lists)).collect()
    }

    /// One neuron.
    pub fn get_neuron_lite(netuid: u16, uid: u16) -> Option<NeuronInfoLite> {
        (uid < SubnetworkN::<T>::get(netuid)).then(|| Self::neuron_lite(netuid, uid, &Lists::read::<T>(netuid)))
    }

    fn neuron(netuid: u16, uid: u16, lists: &Lists) -> NeuronInfo {
        let compact = |row: Vec<(u16, u16)>| row.into_iter().map(|(to, value)| (Compact(to), Compact(value))).collect();
        let lite = Self::neuron_lite(netuid, uid, lists);
        NeuronInfo {
            hotkey: lite.hotkey,
            coldkey: lite.coldkey,
            uid: lite.uid,
            netuid: lite.netuid,
            active: lite.active,
            axon_info: lite.axon_info,
            prometheus_info: lite.prometheus_info,
            stake: lite.stake,
            rank: lite.rank,
            emission: lite.emission,
            incentive: lite.incentive,
            consensus: lite.consensus,
            trust: lite.trust,
            validator_trust: lite.validator_trust,
            dividends: lite.dividends,
            last_update: lite.last_update,
            validator_permit: lite.validator_permit,
            weights: compact(Weights::<T>::get(netuid, uid)),
            bonds: compact(Bonds::<T>::get(netuid, uid)),
            pruning_score: lite.pruning_score,
        }
    }

    fn neuron_lite(netuid: u16, uid: u16, lists: &Lists) -> NeuronInfoLite {
        let hotkey: AccountId32 = Keys::<T>::get(netuid, uid);
        let coldkey: AccountId32 = Owner::<T>::get(&hotkey);
        let stake = TotalHotkeyAlpha::<T>::get(&hotkey, netuid);
        NeuronInfoLite {
            axon_info: Axons::<T>::get(netuid, &hotkey).unwrap_or_default(),
            prometheus_info: Prometheus::<T>::get(netuid, &hotkey).unwrap_or_default(),
            stake: alloc::vec![(coldkey.clone(), Compact(stake))],
            hotkey,
            coldkey,
            uid: Compact(uid),
            netuid: Compact(netuid),
            active: at(&lists.active, uid),
            rank: Compact(at(&lists.rank, uid)),
            emission: Compact(at(&lists.emission, uid)),
            incentive: Compact(at(&lists.incentive, uid)),
            consensus: Compact(at(&lists.consensus, uid)),
            trust: Compact(at(&lists.trust, uid)),
            validator_trust: Compact(at(&lists.validator_trust, uid)),
            dividends: Compact(at(&lists.dividends, uid)),
            last_update: Compact(at(&lists.last_update, uid)),
            validator_permit: at(&lists.validator_permit, uid),
            pruning_score: Compact(at(&lists.pruning_scores, uid)),
        }
    }
}
