//! The first state.

use crate::*;
use frame_support::traits::Get;

impl<T: Config> Pallet<T> {
    pub(crate) fn build_genesis(config: &GenesisConfig<T>) {
        SlotDuration::<T>::put(config.slot_duration.max(1));
        AllowLoopbackAxons::<T>::put(config.allow_loopback_axons);
        StakeThreshold::<T>::put(config.stake_threshold);

        let chain = &config.chain;
        NetworkMinLockCost::<T>::put(chain.network_min_lock_cost);
        NetworkLastLockCost::<T>::put(chain.network_min_lock_cost);
        NetworkLockReductionInterval::<T>::put(chain.network_lock_reduction_interval);
        NetworkRateLimit::<T>::put(chain.network_rate_limit);
        NetworkImmunityPeriod::<T>::put(chain.network_immunity_period);
        SubnetLimit::<T>::put(chain.subnet_limit);
        StartCallDelay::<T>::put(chain.start_call_delay);
        SubnetOwnerCut::<T>::put(chain.subnet_owner_cut);
        TxRateLimit::<T>::put(chain.tx_rate_limit);
        TxDelegateTakeRateLimit::<T>::put(chain.tx_delegate_take_rate_limit);
        TxChildkeyTakeRateLimit::<T>::put(chain.tx_childkey_take_rate_limit);
        PendingChildKeyCooldown::<T>::put(chain.pending_child_key_cooldown);
        ColdkeySwapAnnouncementDelay::<T>::put(chain.coldkey_swap_announcement_delay);
        ColdkeySwapReannouncementDelay::<T>::put(chain.coldkey_swap_reannouncement_delay);
        AdminFreezeWindow::<T>::put(chain.admin_freeze_window);
        OwnerHyperparamRateLimit::<T>::put(chain.owner_hyperparam_rate_limit);
        AllowFaucet::<T>::put(chain.faucet);

        // The root network has stake and no epochs: it mines nothing.
        Self::add_subnet(&SubnetGenesis {
            netuid: ROOT,
            tempo: 0,
            max_allowed_uids: 64,
            commit_reveal_weights_enabled: false,
            ..Default::default()
        });
        for subnet in config.subnets.iter().filter(|subnet| subnet.netuid != ROOT) {
            Self::add_subnet(subnet);
        }
        for neuron in &config.neurons {
            if !NetworksAdded::<T>::get(neuron.netuid) || Uids::<T>::contains_key(neuron.netuid, &neuron.hotkey) {
                continue;
            }
            if Self::bind_hotkey(&neuron.coldkey, &neuron.hotkey).is_ok() {
                Self::register_neuron(neuron.netuid, &neuron.hotkey);
                Self::grow_stake(&neuron.hotkey, &neuron.coldkey, neuron.netuid, neuron.stake);
            }
        }
        // An owner's hotkey is its coldkey's, so that it can earn.
        for subnet in &config.subnets {
            if let Some(owner) = &subnet.owner {
                let _ = Self::bind_hotkey(owner, subnet.owner_hotkey.as_ref().unwrap_or(owner));
            }
        }
        Self::refresh_issuance();
    }

    /// Makes a subnet, or sets the hyperparameters of one that is there.
    pub(crate) fn add_subnet(subnet: &SubnetGenesis) {
        let netuid = subnet.netuid;
        if !NetworksAdded::<T>::get(netuid) {
            NetworksAdded::<T>::insert(netuid, true);
            TotalNetworks::<T>::mutate(|n| *n = n.saturating_add(1));
            SubnetworkN::<T>::insert(netuid, 0);
            NetworkRegisteredAt::<T>::insert(netuid, 0);
            SubnetMechanism::<T>::insert(netuid, 0);
            MechanismCountCurrent::<T>::insert(netuid, 1);
            TokenSymbol::<T>::insert(netuid, Self::next_symbol(netuid));
            LastEpochBlock::<T>::insert(netuid, 0);
            T::Listener::added(netuid);
        }
        if let Some(owner) = &subnet.owner {
            SubnetOwner::<T>::insert(netuid, owner);
            SubnetOwnerHotkey::<T>::insert(netuid, subnet.owner_hotkey.as_ref().unwrap_or(owner));
        }
        Tempo::<T>::insert(netuid, subnet.tempo);
        MaxAllowedUids::<T>::insert(netuid, subnet.max_allowed_uids.min(T::MaxUids::get()));
        MaxAllowedValidators::<T>::insert(netuid, subnet.max_allowed_validators);
        MinAllowedWeights::<T>::insert(netuid, subnet.min_allowed_weights);
        MaxWeightsLimit::<T>::insert(netuid, subnet.max_weights_limit);
        WeightsVersionKey::<T>::insert(netuid, subnet.weights_version_key);
        WeightsSetRateLimit::<T>::insert(netuid, subnet.weights_set_rate_limit);
        ServingRateLimit::<T>::insert(netuid, subnet.serving_rate_limit);
        ImmunityPeriod::<T>::insert(netuid, subnet.immunity_period);
        MinNonImmuneUids::<T>::insert(netuid, subnet.min_non_immune_uids);
        ActivityCutoff::<T>::insert(netuid, subnet.activity_cutoff);
        Kappa::<T>::insert(netuid, subnet.kappa);
        Rho::<T>::insert(netuid, subnet.rho);
        BondsMovingAverage::<T>::insert(netuid, subnet.bonds_moving_average.min(1_000_000));
        BondsPenalty::<T>::insert(netuid, subnet.bonds_penalty);
        Yuma3On::<T>::insert(netuid, subnet.yuma3);
        LiquidAlphaOn::<T>::insert(netuid, subnet.liquid_alpha);
        AlphaValues::<T>::insert(netuid, (subnet.alpha_low, subnet.alpha_high));
        AlphaSigmoidSteepness::<T>::insert(netuid, subnet.alpha_sigmoid_steepness);
        Burn::<T>::insert(netuid, subnet.burn);
        MinBurn::<T>::insert(netuid, subnet.min_burn);
        MaxBurn::<T>::insert(netuid, subnet.max_burn);
        Difficulty::<T>::insert(netuid, subnet.difficulty);
        MinDifficulty::<T>::insert(netuid, subnet.min_difficulty);
        MaxDifficulty::<T>::insert(netuid, subnet.max_difficulty);
        AdjustmentAlpha::<T>::insert(netuid, subnet.adjustment_alpha);
        NetworkPowRegistrationAllowed::<T>::insert(netuid, subnet.pow_registration_allowed);
        NetworkRegistrationAllowed::<T>::insert(netuid, subnet.registration_allowed);
        MaxRegistrationsPerBlock::<T>::insert(netuid, subnet.max_registrations_per_block);
        TargetRegistrationsPerInterval::<T>::insert(netuid, subnet.target_registrations_per_interval);
        AdjustmentInterval::<T>::insert(netuid, subnet.adjustment_interval);
        CommitRevealWeightsEnabled::<T>::insert(netuid, subnet.commit_reveal_weights_enabled);
        RevealPeriodEpochs::<T>::insert(netuid, subnet.reveal_period_epochs);
        SubtokenEnabled::<T>::insert(netuid, subnet.subtoken_enabled);
        if subnet.subtoken_enabled && netuid != ROOT {
            FirstEmissionBlockNumber::<T>::insert(netuid, 1);
        }
    }
}
