//! A subnet and all its neurons in one answer.

use crate::{subnet_info::compact, *};
use alloc::vec::Vec;
use codec::Compact;
use sp_runtime::AccountId32;

/// Stake of a subnet's hotkeys: alpha, TAO by its weight, and both.
pub(crate) struct Stakes {
    pub alpha: Vec<u64>,
    pub tao: Vec<u64>,
    pub total: Vec<u64>,
}

/// The number by which a selection asks for what neurons have published.
const COMMITMENTS: u16 = 73;

impl<T: Config> Pallet<T> {
    /// A subnet and its neurons.
    pub fn get_metagraph(netuid: u16) -> Option<Metagraph> {
        Self::get_mechagraph(netuid, 0)
    }

    /// The same, with the consensus of one of the subnet's weight matrices.
    pub fn get_mechagraph(netuid: u16, mecid: u8) -> Option<Metagraph> {
        let info = Self::get_dynamic_info(netuid)?;
        let params = Self::get_subnet_hyperparams_v2(netuid)?;
        let state = Self::subnet_state(netuid, mecid)?;
        let dividends = |hotkey: &AccountId32| AlphaDividendsPerSubnet::<T>::get(netuid, hotkey);
        Some(Metagraph {
            netuid: info.netuid,
            name: info.subnet_name,
            symbol: info.token_symbol,
            identity: info.subnet_identity,
            network_registered_at: info.network_registered_at,
            owner_hotkey: info.owner_hotkey,
            owner_coldkey: info.owner_coldkey,
            block: Compact(Self::block()),
            tempo: info.tempo,
            last_step: info.last_step,
            blocks_since_last_step: info.blocks_since_last_step,
            subnet_emission: info.emission,
            alpha_in: info.alpha_in,
            alpha_out: info.alpha_out,
            tao_in: info.tao_in,
            alpha_out_emission: info.alpha_out_emission,
            alpha_in_emission: info.alpha_in_emission,
            tao_in_emission: info.tao_in_emission,
            pending_alpha_emission: info.pending_alpha_emission,
            pending_root_emission: info.pending_root_emission,
            subnet_volume: info.subnet_volume,
            moving_price: info.moving_price,
            rho: params.rho,
            kappa: params.kappa,
            min_allowed_weights: params.min_allowed_weights,
            max_weights_limit: params.max_weights_limit,
            weights_version: params.weights_version,
            weights_rate_limit: params.weights_rate_limit,
            activity_cutoff: params.activity_cutoff,
            max_validators: params.max_validators,
            num_uids: Compact(SubnetworkN::<T>::get(netuid)),
            max_uids: Compact(MaxAllowedUids::<T>::get(netuid)),
            burn: Compact(Burn::<T>::get(netuid)),
            difficulty: params.difficulty,
            registration_allowed: params.registration_allowed,
            pow_registration_allowed: NetworkPowRegistrationAllowed::<T>::get(netuid),
            immunity_period: params.immunity_period,
            min_difficulty: params.min_difficulty,
            max_difficulty: params.max_difficulty,
            min_burn: params.min_burn,
            max_burn: params.max_burn,
            adjustment_alpha: params.adjustment_alpha,
            adjustment_interval: params.adjustment_interval,
            target_regs_per_interval: params.target_regs_per_interval,
            max_regs_per_block: params.max_regs_per_block,
            serving_rate_limit: params.serving_rate_limit,
            commit_reveal_weights_enabled: params.commit_reveal_weights_enabled,
            commit_reveal_period: params.commit_reveal_period,
            liquid_alpha_enabled: params.liquid_alpha_enabled,
            alpha_high: params.alpha_high,
            alpha_low: params.alpha_low,
            bonds_moving_avg: params.bonds_moving_avg,
            identities: state.coldkeys.iter().map(IdentitiesV2::<T>::get).collect(),
            axons: state.hotkeys.iter().map(|hotkey| Axons::<T>::get(netuid, hotkey).unwrap_or_default()).collect(),
            tao_dividends_per_hotkey: state
                .hotkeys
                .iter()
                .map(|hotkey| (hotkey.clone(), Compact(RootAlphaDividendsPerSubnet::<T>::get(netuid, hotkey))))
                .collect(),
            alpha_dividends_per_hotkey: state
                .hotkeys
                .iter()
                .map(|hotkey| (hotkey.clone(), Compact(dividends(hotkey))))
                .collect(),
            hotkeys: state.hotkeys,
            coldkeys: state.coldkeys,
            active: state.active,
            validator_permit: state.validator_permit,
            pruning_score: state.pruning_score,
            last_update: state.last_update,
            emission: state.emission,
            dividends: state.dividends,
            incentives: state.incentives,
            consensus: state.consensus,
            trust: state.trust,
            rank: state.rank,
            block_at_registration: state.block_at_registration,
            alpha_stake: state.alpha_stake,
            tao_stake: state.tao_stake,
            total_stake: state.total_stake,
        })
    }

    /// All subnets and their neurons, by netuid.
    pub fn get_all_metagraphs() -> Vec<Option<Metagraph>> {
        Self::by_netuid(Self::get_metagraph)
    }

    /// All weight matrices of all subnets, by netuid, then by mechanism.
    pub fn get_all_mechagraphs() -> Vec<Option<Metagraph>> {
        let mecids = |netuid| (0..MechanismCountCurrent::<T>::get(netuid)).map(move |mecid| (netuid, mecid));
        let all = Self::netuids().into_iter().flat_map(mecids);
        all.map(|(netuid, mecid)| Self::get_mechagraph(netuid, mecid)).collect()
    }

    /// The parts of a metagraph that were asked for, by number.
    pub fn get_selective_metagraph(netuid: u16, numbers: &[u16]) -> Option<SelectiveMetagraph> {
        Some(Self::select(Self::get_metagraph(netuid)?, netuid, numbers))
    }

    /// The parts of a mechanism's metagraph that were asked for, by number.
    pub fn get_selective_mechagraph(netuid: u16, mecid: u8, numbers: &[u16]) -> Option<SelectiveMetagraph> {
        Some(Self::select(Self::get_mechagraph(netuid, mecid)?, netuid, numbers))
    }

    fn select(whole: Metagraph, netuid: u16, numbers: &[u16]) -> SelectiveMetagraph {
        let published = || T::Published::in_subnet(netuid).into_iter().map(|(hotkey, bytes)| (hotkey, compact(bytes)));
        let commitments = numbers.contains(&COMMITMENTS).then(|| published().collect());
        SelectiveMetagraph { commitments, ..whole.select(numbers) }
    }

    /// A subnet's neurons, column by column.
    pub fn get_subnet_state(netuid: u16) -> Option<SubnetState> {
        Self::subnet_state(netuid, 0)
    }

    fn subnet_state(netuid: u16, mecid: u8) -> Option<SubnetState> {
        Self::exists(netuid)?;
        if mecid >= MechanismCountCurrent::<T>::get(netuid) {
            return None;
        }
        let hotkeys = Self::hotkeys(netuid);
        let stakes = Self::stakes(netuid, &hotkeys);
        let registered = (0..SubnetworkN::<T>::get(netuid)).map(|uid| BlockAtRegistration::<T>::get(netuid, uid));
        Some(SubnetState {
            netuid: Compact(netuid),
            coldkeys: hotkeys.iter().map(Owner::<T>::get).collect(),
            active: Active::<T>::get(netuid),
            validator_permit: ValidatorPermit::<T>::get(netuid),
            pruning_score: compact(PruningScores::<T>::get(netuid)),
            last_update: compact(LastUpdate::<T>::get(Self::mechanism_index(netuid, mecid))),
            emission: compact(Emission::<T>::get(netuid)),
            dividends: compact(Dividends::<T>::get(netuid)),
            incentives: compact(Incentive::<T>::get(Self::mechanism_index(netuid, mecid))),
            consensus: compact(Consensus::<T>::get(netuid)),
            trust: compact(Trust::<T>::get(netuid)),
            rank: compact(Rank::<T>::get(netuid)),
            block_at_registration: registered.map(Compact).collect(),
            alpha_stake: compact(stakes.alpha),
            tao_stake: compact(stakes.tao),
            total_stake: compact(stakes.total),
            emission_history: hotkeys.iter().map(Self::emission_history).collect(),
            hotkeys,
        })
    }

    /// What a hotkey's stakers earned in the last epoch of each subnet, by netuid.
    fn emission_history(hotkey: &AccountId32) -> Vec<Compact<u64>> {
        let earned = |netuid| AlphaDividendsPerSubnet::<T>::get(netuid, hotkey);
        Self::netuids().into_iter().map(|netuid| Compact(earned(netuid))).collect()
    }

    /// What the hotkeys' stake counts in a subnet.
    pub(crate) fn stakes(netuid: u16, hotkeys: &[AccountId32]) -> Stakes {
        let relations = Self::relations();
        let parts = hotkeys.iter().map(|hotkey| Self::stake_parts(hotkey, netuid, &relations));
        let (alpha, tao): (Vec<u64>, Vec<u64>) = parts.unzip();
        let total = alpha.iter().zip(&tao).map(|(alpha, tao)| alpha.saturating_add(*tao)).collect();
        Stakes { alpha, tao, total }
    }
}
