//! What runtime APIs answer about subnets: settings, token, price.

use crate::*;
use alloc::vec::Vec;
use codec::Compact;
use sp_runtime::AccountId32;

/// Rao for one alpha in a stable subnet.
pub const PRICE: u64 = 1_000_000_000;

impl<T: Config> Pallet<T> {
    /// A list with a place for each netuid up to the highest; none where there is no subnet.
    pub(crate) fn by_netuid<V>(one: impl Fn(u16) -> Option<V>) -> Vec<Option<V>> {
        let end = Self::netuids().last().map_or(0, |last| last.saturating_add(1));
        (0..end).map(one).collect()
    }

    pub(crate) fn exists(netuid: u16) -> Option<()> {
        NetworksAdded::<T>::get(netuid).then_some(())
    }

    /// A subnet, as older clients ask for it.
    pub fn get_subnet_info(netuid: u16) -> Option<SubnetInfo> {
        let new = Self::get_subnet_info_v2(netuid)?;
        Some(SubnetInfo {
            netuid: new.netuid,
            rho: new.rho,
            kappa: new.kappa,
            difficulty: new.difficulty,
            immunity_period: new.immunity_period,
            max_allowed_validators: new.max_allowed_validators,
            min_allowed_weights: new.min_allowed_weights,
            max_weights_limit: new.max_weights_limit,
            scaling_law_power: new.scaling_law_power,
            subnetwork_n: new.subnetwork_n,
            max_allowed_uids: new.max_allowed_uids,
            blocks_since_last_step: new.blocks_since_last_step,
            tempo: new.tempo,
            network_modality: new.network_modality,
            network_connect: new.network_connect,
            emission_values: new.emission_value,
            burn: new.burn,
            owner: new.owner,
        })
    }

    /// All subnets, by netuid, as older clients ask for them.
    pub fn get_subnets_info() -> Vec<Option<SubnetInfo>> {
        Self::by_netuid(Self::get_subnet_info)
    }

    /// All subnets, by netuid.
    pub fn get_subnets_info_v2() -> Vec<Option<SubnetInfov2>> {
        Self::by_netuid(Self::get_subnet_info_v2)
    }

    /// The tokens of all subnets, by netuid.
    pub fn get_all_dynamic_info() -> Vec<Option<DynamicInfo>> {
        Self::by_netuid(Self::get_dynamic_info)
    }

    /// A subnet with what its owner says of it.
    pub fn get_subnet_info_v2(netuid: u16) -> Option<SubnetInfov2> {
        Self::exists(netuid)?;
        Some(SubnetInfov2 {
            netuid: Compact(netuid),
            rho: Compact(Rho::<T>::get(netuid)),
            kappa: Compact(Kappa::<T>::get(netuid)),
            difficulty: Compact(Difficulty::<T>::get(netuid)),
            immunity_period: Compact(ImmunityPeriod::<T>::get(netuid)),
            max_allowed_validators: Compact(MaxAllowedValidators::<T>::get(netuid)),
            min_allowed_weights: Compact(MinAllowedWeights::<T>::get(netuid)),
            max_weights_limit: Compact(MaxWeightsLimit::<T>::get(netuid)),
            scaling_law_power: Compact(ScalingLawPower::<T>::get(netuid)),
            subnetwork_n: Compact(SubnetworkN::<T>::get(netuid)),
            max_allowed_uids: Compact(MaxAllowedUids::<T>::get(netuid)),
            blocks_since_last_step: Compact(BlocksSinceLastStep::<T>::get(netuid)),
            tempo: Compact(Tempo::<T>::get(netuid)),
            network_modality: Compact(0),
            network_connect: Vec::new(),
            emission_value: Compact(SubnetAlphaOutEmission::<T>::get(netuid)),
            burn: Compact(Burn::<T>::get(netuid)),
            owner: SubnetOwner::<T>::get(netuid),
            identity: SubnetIdentitiesV3::<T>::get(netuid),
        })
    }

    /// A subnet's settings.
    pub fn get_subnet_hyperparams(netuid: u16) -> Option<SubnetHyperparams> {
        let new = Self::get_subnet_hyperparams_v2(netuid)?;
        Some(SubnetHyperparams {
            rho: new.rho,
            kappa: new.kappa,
            immunity_period: new.immunity_period,
            min_allowed_weights: new.min_allowed_weights,
            max_weights_limit: new.max_weights_limit,
            tempo: new.tempo,
            min_difficulty: new.min_difficulty,
            max_difficulty: new.max_difficulty,
            weights_version: new.weights_version,
            weights_rate_limit: new.weights_rate_limit,
            adjustment_interval: new.adjustment_interval,
            activity_cutoff: new.activity_cutoff,
            registration_allowed: new.registration_allowed,
            target_regs_per_interval: new.target_regs_per_interval,
            min_burn: new.min_burn,
            max_burn: new.max_burn,
            bonds_moving_avg: new.bonds_moving_avg,
            max_regs_per_block: new.max_regs_per_block,
            serving_rate_limit: new.serving_rate_limit,
            max_validators: new.max_validators,
            adjustment_alpha: new.adjustment_alpha,
            difficulty: new.difficulty,
            commit_reveal_period: new.commit_reveal_period,
            commit_reveal_weights_enabled: new.commit_reveal_weights_enabled,
            alpha_high: new.alpha_high,
            alpha_low: new.alpha_low,
            liquid_alpha_enabled: new.liquid_alpha_enabled,
        })
    }

    /// A subnet's settings, with the newer ones.
    pub fn get_subnet_hyperparams_v2(netuid: u16) -> Option<SubnetHyperparamsV2> {
        Self::exists(netuid)?;
        let (alpha_low, alpha_high) = AlphaValues::<T>::get(netuid);
        Some(SubnetHyperparamsV2 {
            rho: Compact(Rho::<T>::get(netuid)),
            kappa: Compact(Kappa::<T>::get(netuid)),
            immunity_period: Compact(ImmunityPeriod::<T>::get(netuid)),
            min_allowed_weights: Compact(MinAllowedWeights::<T>::get(netuid)),
            max_weights_limit: Compact(MaxWeightsLimit::<T>::get(netuid)),
            tempo: Compact(Tempo::<T>::get(netuid)),
            min_difficulty: Compact(MinDifficulty::<T>::get(netuid)),
            max_difficulty: Compact(MaxDifficulty::<T>::get(netuid)),
            weights_version: Compact(WeightsVersionKey::<T>::get(netuid)),
            weights_rate_limit: Compact(WeightsSetRateLimit::<T>::get(netuid)),
            adjustment_interval: Compact(AdjustmentInterval::<T>::get(netuid)),
            activity_cutoff: Compact(u16::try_from(Self::activity_cutoff(netuid)).unwrap_or(u16::MAX)),
            registration_allowed: NetworkRegistrationAllowed::<T>::get(netuid),
            target_regs_per_interval: Compact(TargetRegistrationsPerInterval::<T>::get(netuid)),
            min_burn: Compact(MinBurn::<T>::get(netuid)),
            max_burn: Compact(MaxBurn::<T>::get(netuid)),
            bonds_moving_avg: Compact(BondsMovingAverage::<T>::get(netuid)),
            max_regs_per_block: Compact(MaxRegistrationsPerBlock::<T>::get(netuid)),
            serving_rate_limit: Compact(ServingRateLimit::<T>::get(netuid)),
            max_validators: Compact(MaxAllowedValidators::<T>::get(netuid)),
            adjustment_alpha: Compact(AdjustmentAlpha::<T>::get(netuid)),
            difficulty: Compact(Difficulty::<T>::get(netuid)),
            commit_reveal_period: Compact(RevealPeriodEpochs::<T>::get(netuid)),
            commit_reveal_weights_enabled: CommitRevealWeightsEnabled::<T>::get(netuid),
            alpha_high: Compact(alpha_high),
            alpha_low: Compact(alpha_low),
            liquid_alpha_enabled: LiquidAlphaOn::<T>::get(netuid),
            alpha_sigmoid_steepness: Self::steepness(netuid),
            yuma_version: Compact(if Yuma3On::<T>::get(netuid) { 3 } else { 2 }),
            subnet_is_active: SubtokenEnabled::<T>::get(netuid),
            transfers_enabled: TransferToggle::<T>::get(netuid),
            bonds_reset_enabled: BondsResetOn::<T>::get(netuid),
            user_liquidity_enabled: false,
        })
    }

    /// The steepness of liquid alpha's curve, in hundredths.
    fn steepness(netuid: u16) -> FixedI64 {
        FixedI64 { bits: i64::from(AlphaSigmoidSteepness::<T>::get(netuid)) << 32 }
    }

    /// A subnet's settings, each with its name.
    pub fn get_subnet_hyperparams_v3(netuid: u16) -> Option<Vec<HyperparamEntry>> {
        use HyperparamValue::{Bool, TaoBalance, I32F32, U16, U32, U64, U64F64};
        let all = Self::get_subnet_hyperparams_v2(netuid)?;
        let owner_cut = SubnetOwnerCut::<T>::get() > 0;
        let entries = [
            ("kappa", U16(all.kappa)),
            ("immunity_period", U16(all.immunity_period)),
            ("min_allowed_weights", U16(all.min_allowed_weights)),
            ("max_weights_limit", U16(all.max_weights_limit)),
            ("tempo", U16(all.tempo)),
            ("weights_version", U64(all.weights_version)),
            ("weights_rate_limit", U64(all.weights_rate_limit)),
            ("activity_cutoff", U64(Compact(u64::from(all.activity_cutoff.0)))),
            ("activity_cutoff_factor", U32(Compact(ActivityCutoffFactorMilli::<T>::get(netuid)))),
            ("registration_allowed", Bool(all.registration_allowed)),
            ("target_regs_per_interval", U16(all.target_regs_per_interval)),
            ("min_burn", TaoBalance(all.min_burn)),
            ("max_burn", TaoBalance(all.max_burn)),
            // A registration alone does not move the price, nor does time: they count when an interval ends.
            ("burn_half_life", U16(Compact(0))),
            ("burn_increase_mult", U64F64(FixedU128::ONE)),
            // The whole price is burned.
            ("collateral_lock_share", U16(Compact(0))),
            ("collateral_drain_ratio", U64F64(FixedU128::ONE)),
            ("bonds_moving_avg", U64(all.bonds_moving_avg)),
            ("max_regs_per_block", U16(all.max_regs_per_block)),
            ("serving_rate_limit", U64(all.serving_rate_limit)),
            ("max_validators", U16(all.max_validators)),
            ("commit_reveal_period", U64(all.commit_reveal_period)),
            ("commit_reveal_weights_enabled", Bool(all.commit_reveal_weights_enabled)),
            ("alpha_high", U16(all.alpha_high)),
            ("alpha_low", U16(all.alpha_low)),
            ("liquid_alpha_enabled", Bool(all.liquid_alpha_enabled)),
            ("alpha_sigmoid_steepness", I32F32(all.alpha_sigmoid_steepness)),
            ("yuma_version", U16(all.yuma_version)),
            ("subnet_is_active", Bool(all.subnet_is_active)),
            ("transfers_enabled", Bool(all.transfers_enabled)),
            ("bonds_reset_enabled", Bool(all.bonds_reset_enabled)),
            ("user_liquidity_enabled", Bool(all.user_liquidity_enabled)),
            ("owner_cut_enabled", Bool(owner_cut)),
            ("owner_cut_auto_lock_enabled", Bool(false)),
            ("min_childkey_take", U16(Compact(MinChildkeyTake::<T>::get()))),
            // Settings of this chain that the public one has dropped.
            ("rho", U16(all.rho)),
            ("adjustment_interval", U16(all.adjustment_interval)),
            ("adjustment_alpha", U64(all.adjustment_alpha)),
            ("difficulty", U64(all.difficulty)),
            ("min_difficulty", U64(all.min_difficulty)),
            ("max_difficulty", U64(all.max_difficulty)),
        ];
        Some(
            entries
                .into_iter()
                .map(|(name, value)| HyperparamEntry { name: name.as_bytes().to_vec(), value })
                .collect(),
        )
    }

    /// A subnet's token, and what flows.
    pub fn get_dynamic_info(netuid: u16) -> Option<DynamicInfo> {
        Self::exists(netuid)?;
        let last_step = LastMechansimStepBlock::<T>::get(netuid);
        let pending =
            PendingServerEmission::<T>::get(netuid).saturating_add(PendingValidatorEmission::<T>::get(netuid));
        Some(DynamicInfo {
            netuid: Compact(netuid),
            owner_hotkey: SubnetOwnerHotkey::<T>::get(netuid),
            owner_coldkey: SubnetOwner::<T>::get(netuid),
            subnet_name: compact(Self::subnet_name(netuid)),
            token_symbol: compact(TokenSymbol::<T>::get(netuid)),
            tempo: Compact(Tempo::<T>::get(netuid)),
            last_step: Compact(last_step),
            blocks_since_last_step: Compact(Self::block().saturating_sub(last_step)),
            emission: Compact(SubnetAlphaOutEmission::<T>::get(netuid)),
            alpha_in: Compact(SubnetAlphaIn::<T>::get(netuid)),
            alpha_out: Compact(SubnetAlphaOut::<T>::get(netuid)),
            tao_in: Compact(SubnetTAO::<T>::get(netuid)),
            alpha_out_emission: Compact(SubnetAlphaOutEmission::<T>::get(netuid)),
            alpha_in_emission: Compact(SubnetAlphaInEmission::<T>::get(netuid)),
            tao_in_emission: Compact(SubnetTaoInEmission::<T>::get(netuid)),
            pending_alpha_emission: Compact(pending),
            pending_root_emission: Compact(0),
            subnet_volume: Compact(SubnetVolume::<T>::get(netuid)),
            network_registered_at: Compact(NetworkRegisteredAt::<T>::get(netuid)),
            subnet_identity: SubnetIdentitiesV3::<T>::get(netuid),
            moving_price: SubnetMovingPrice::<T>::get(netuid),
        })
    }

    /// The name that the owner gave, else one made from the netuid.
    pub(crate) fn subnet_name(netuid: u16) -> Vec<u8> {
        match SubnetIdentitiesV3::<T>::get(netuid).map(|identity| identity.subnet_name) {
            Some(name) if !name.is_empty() => name,
            _ if netuid == ROOT => b"root".to_vec(),
            _ => alloc::format!("subnet {netuid}").into_bytes(),
        }
    }

    /// Rao for one alpha; 0 when the subnet does not exist.
    pub fn current_alpha_price(netuid: u16) -> u64 {
        Self::exists(netuid).map_or(0, |()| PRICE)
    }

    /// Rao for one alpha, of all subnets.
    pub fn current_alpha_price_all() -> Vec<SubnetPrice> {
        Self::netuids().into_iter().map(|netuid| SubnetPrice { netuid, price: PRICE }).collect()
    }

    /// What staking or taking back an amount would give: the same, without fee or slippage.
    pub fn sim_swap(netuid: u16, amount: u64) -> SimSwapResult {
        let amount = Self::exists(netuid).map_or(0, |()| amount);
        SimSwapResult {
            tao_amount: amount,
            alpha_amount: amount,
            tao_fee: 0,
            alpha_fee: 0,
            tao_slippage: 0,
            alpha_slippage: 0,
        }
    }

    /// The hotkey to which a coldkey's incentive in a subnet goes.
    pub fn get_coldkey_auto_stake_hotkey(coldkey: &AccountId32, netuid: u16) -> Option<AccountId32> {
        AutoStakeDestination::<T>::get(coldkey, netuid)
    }
}

/// A list in the compact form that answers have.
pub(crate) fn compact<V>(list: Vec<V>) -> Vec<Compact<V>> {
    list.into_iter().map(Compact).collect()
}
