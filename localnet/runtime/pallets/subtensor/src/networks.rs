//! Subnets that come and go: their price, their start, which one gives way, and their end.

use crate::*;
use alloc::vec::Vec;
use frame_support::{
    ensure,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude, Preservation},
    },
};
use sp_runtime::{AccountId32, DispatchError, DispatchResult};

/// A mechanism's lists and rows are stored under `mechanism * 4096 + netuid`.
const MECHANISM_STEP: u16 = 4_096;

impl<T: Config> Pallet<T> {
    /// Where a mechanism's `Weights`, `Bonds`, `LastUpdate` and `Incentive` are stored; the first one's: the netuid.
    pub fn mechanism_index(netuid: u16, mecid: u8) -> u16 {
        u16::from(mecid).saturating_mul(MECHANISM_STEP).saturating_add(netuid)
    }

    /// The subnet exists, and has that mechanism.
    pub(crate) fn ensure_mechanism(netuid: u16, mecid: u8) -> DispatchResult {
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::MechanismDoesNotExist);
        ensure!(mecid < MechanismCountCurrent::<T>::get(netuid), Error::<T>::MechanismDoesNotExist);
        Ok(())
    }

    /// Gives a subnet so many mechanisms: new ones begin empty, what others have is dropped.
    pub fn set_mechanism_count(netuid: u16, count: u8) {
        let before = MechanismCountCurrent::<T>::get(netuid);
        let n = usize::from(SubnetworkN::<T>::get(netuid));
        let block = Self::block();
        for mecid in before..count {
            let index = Self::mechanism_index(netuid, mecid);
            LastUpdate::<T>::insert(index, alloc::vec![block; n]);
            Incentive::<T>::insert(index, alloc::vec![0; n]);
        }
        for mecid in count..before {
            Self::clear_mechanism(Self::mechanism_index(netuid, mecid));
        }
        if before != count {
            MechanismCountCurrent::<T>::insert(netuid, count);
            MechanismEmissionSplit::<T>::remove(netuid);
        }
    }

    fn clear_mechanism(index: u16) {
        let _ = Weights::<T>::clear_prefix(index, u32::MAX, None);
        let _ = Bonds::<T>::clear_prefix(index, u32::MAX, None);
        let _ = WeightCommits::<T>::clear_prefix(index, u32::MAX, None);
        LastUpdate::<T>::remove(index);
        Incentive::<T>::remove(index);
    }

    /// The price of the next subnet: twice the last one's, falling with time, never below the minimum.
    pub fn get_network_registration_cost() -> u64 {
        let lowest = NetworkMinLockCost::<T>::get();
        let key = RateLimitKey::NetworkLastRegistered;
        let made = LastRateLimitedBlock::<T>::get(&key);
        let last = NetworkLastLockCost::<T>::get();
        let first_ever = made == 0;
        let from = if first_ever { last } else { last.saturating_mul(2) };
        let per_block = last.checked_div(NetworkLockReductionInterval::<T>::get()).unwrap_or(0);
        let fallen = per_block.saturating_mul(Self::block().saturating_sub(made));
        from.saturating_sub(fallen).max(lowest)
    }

    /// The subnet that gives way to a new one when there are as many as there may be: the oldest past immunity.
    pub fn get_subnet_to_prune() -> Option<u16> {
        let block = Self::block();
        let immunity = NetworkImmunityPeriod::<T>::get();
        Self::netuids()
            .into_iter()
            .filter(|netuid| *netuid != ROOT)
            .map(|netuid| (NetworkRegisteredAt::<T>::get(netuid), netuid))
            .filter(|(made, _)| block.saturating_sub(*made) >= immunity)
            .min()
            .map(|(_, netuid)| netuid)
    }

    /// As many subnets as there may be.
    pub(crate) fn is_full() -> bool {
        TotalNetworks::<T>::get().saturating_sub(1) >= SubnetLimit::<T>::get()
    }

    /// Returns the number of stakers of the subnet that gave way.
    pub(crate) fn do_register_network(
        coldkey: AccountId32,
        hotkey: AccountId32,
        identity: Option<SubnetIdentityV3>,
    ) -> Result<u32, DispatchError> {
        if Owner::<T>::contains_key(&hotkey) {
            ensure!(Owner::<T>::get(&hotkey) == coldkey, Error::<T>::NonAssociatedColdKey);
        }
        let block = Self::block();
        let made = LastRateLimitedBlock::<T>::get(RateLimitKey::NetworkLastRegistered);
        ensure!(
            made == 0 || block.saturating_sub(made) >= NetworkRateLimit::<T>::get(),
            Error::<T>::NetworkTxRateLimitExceeded
        );
        let full = Self::is_full();
        let replaced = Self::get_subnet_to_prune();
        ensure!(!full || replaced.is_some(), Error::<T>::SubnetLimitReached);
        let price = Self::get_network_registration_cost();
        let spendable = T::Currency::reducible_balance(&coldkey, Preservation::Preserve, Fortitude::Polite);
        ensure!(spendable >= price, Error::<T>::CannotAffordLockCost);
        if let Some(identity) = &identity {
            Self::ensure_valid_identity(identity)?;
        }

        let stakers = match replaced {
            Some(netuid) if full => Self::do_dissolve_network(netuid)?,
            _ => 0,
        };
        let netuid = (1..MECHANISM_STEP).find(|netuid| !NetworksAdded::<T>::get(netuid));
        let netuid = netuid.ok_or(Error::<T>::SubnetLimitReached)?;
        Self::burn_price(&coldkey, price)?;
        Self::bind_hotkey(&coldkey, &hotkey)?;
        Self::add_subnet(&SubnetGenesis {
            netuid,
            owner: Some(coldkey),
            owner_hotkey: Some(hotkey.clone()),
            subtoken_enabled: false,
            ..Default::default()
        });
        SubnetLocked::<T>::insert(netuid, price);
        NetworkRegisteredAt::<T>::insert(netuid, block);
        LastEpochBlock::<T>::insert(netuid, block);
        LastAdjustmentBlock::<T>::insert(netuid, block);
        NetworkLastLockCost::<T>::put(price);
        LastRateLimitedBlock::<T>::insert(RateLimitKey::NetworkLastRegistered, block);
        Self::register_neuron(netuid, &hotkey).ok_or(Error::<T>::NoNeuronIdAvailable)?;
        Self::deposit_event(Event::NetworkAdded(netuid, 1));
        if let Some(identity) = identity {
            SubnetIdentitiesV3::<T>::insert(netuid, identity);
            Self::deposit_event(Event::SubnetIdentitySet(netuid));
        }
        Ok(stakers)
    }

    /// Opens a subnet for stake and emission.
    pub(crate) fn do_start_call(netuid: u16) -> DispatchResult {
        ensure!(FirstEmissionBlockNumber::<T>::get(netuid).is_none(), Error::<T>::FirstEmissionBlockNumberAlreadySet);
        let from = NetworkRegisteredAt::<T>::get(netuid).saturating_add(StartCallDelay::<T>::get());
        ensure!(Self::block() >= from, Error::<T>::NeedWaitingMoreBlocksToStarCall);
        let first = Self::block().saturating_add(1);
        SubtokenEnabled::<T>::insert(netuid, true);
        FirstEmissionBlockNumber::<T>::insert(netuid, first);
        Self::deposit_event(Event::FirstEmissionBlockNumberSet(netuid, first));
        Ok(())
    }

    /// Ends a subnet. Stake goes back to the coldkeys, the price to the owner; emission that was not paid is lost.
    /// Returns the number of stakers.
    pub(crate) fn do_dissolve_network(netuid: u16) -> Result<u32, DispatchError> {
        ensure!(netuid != ROOT && NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        let mut stakers = 0u32;
        let hotkeys: Vec<_> = SubnetAccounts::<T>::iter_key_prefix(netuid).collect();
        for hotkey in hotkeys {
            for coldkey in Self::stakers_of(&hotkey).remove(&netuid).unwrap_or_default() {
                let stake = Self::stake_of(&hotkey, &coldkey, netuid);
                Self::shrink_stake(&hotkey, &coldkey, netuid, stake, stake);
                Self::forget_if_unstaked(&hotkey, &coldkey);
                Self::give_back(&coldkey, stake);
                Self::deposit_event(Event::StakeRemoved(coldkey, hotkey.clone(), stake, stake, netuid, 0));
                stakers = stakers.saturating_add(1);
            }
        }
        // Rounding may leave a rao on a hotkey that nobody owns a share of.
        let rest = SubnetTAO::<T>::take(netuid);
        TotalStake::<T>::mutate(|sum| *sum = sum.saturating_sub(rest));
        Self::clear_traces(netuid);
        let locked = SubnetLocked::<T>::take(netuid);
        if SubnetOwner::<T>::contains_key(netuid) {
            Self::give_back(&SubnetOwner::<T>::get(netuid), locked);
        }
        Self::clear_subnet(netuid);
        TotalNetworks::<T>::mutate(|n| *n = n.saturating_sub(1));
        if SubnetIdentitiesV3::<T>::take(netuid).is_some() {
            Self::deposit_event(Event::SubnetIdentityRemoved(netuid));
        }
        Self::deposit_event(Event::NetworkRemoved(netuid));
        Ok(stakers)
    }

    /// Pays into a balance; an amount below the existential deposit of an empty one is lost.
    fn give_back(coldkey: &AccountId32, amount: u64) {
        let held = T::Currency::total_balance(coldkey);
        if amount > 0 && held.saturating_add(amount) >= T::Currency::minimum_balance() {
            let _ = T::Currency::mint_into(coldkey, amount);
        }
    }

    fn clear_subnet(netuid: u16) {
        macro_rules! remove {
            ($($map:ident)*) => { $($map::<T>::remove(netuid);)* };
        }
        macro_rules! clear {
            ($at:expr => $($map:ident)*) => { $(let _ = $map::<T>::clear_prefix($at, u32::MAX, None);)* };
        }
        for mecid in 0..MechanismCountCurrent::<T>::get(netuid) {
            Self::clear_mechanism(Self::mechanism_index(netuid, mecid));
        }
        clear!(netuid => Uids Keys BlockAtRegistration Axons Prometheus NeuronCertificates AlphaDividendsPerSubnet);
        clear!(netuid => RootAlphaDividendsPerSubnet);
        clear!(netuid => PendingChildKeys LastHotkeySwapOnNetuid);
        remove!(NetworksAdded SubnetworkN SubnetOwner SubnetOwnerHotkey TokenSymbol SubnetMechanism);
        remove!(MechanismCountCurrent MechanismEmissionSplit NetworkRegisteredAt SubtokenEnabled);
        remove!(ActivityCutoffFactorMilli PendingEpochAt);
        remove!(FirstEmissionBlockNumber Tempo LastEpochBlock SubnetEpochIndex BlocksSinceLastStep);
        remove!(LastMechansimStepBlock PendingServerEmission PendingValidatorEmission PendingOwnerCut);
        remove!(SubnetAlphaOutEmission SubnetAlphaOut SubnetVolume SubnetMovingPrice TransferToggle RecycleOrBurn);
        remove!(MaxAllowedUids MaxAllowedValidators MinAllowedWeights MaxWeightsLimit WeightsVersionKey);
        remove!(WeightsSetRateLimit CommitRevealWeightsEnabled RevealPeriodEpochs ImmunityPeriod MinNonImmuneUids);
        remove!(ActivityCutoff ServingRateLimit Kappa Rho BondsMovingAverage BondsPenalty BondsResetOn Yuma3On);
        remove!(LiquidAlphaOn AlphaValues AlphaSigmoidSteepness ImmuneOwnerUidsLimit MinAllowedUids ScalingLawPower);
        remove!(NetworkRegistrationAllowed NetworkPowRegistrationAllowed Burn MinBurn MaxBurn Difficulty);
        remove!(MinDifficulty MaxDifficulty AdjustmentAlpha AdjustmentInterval LastAdjustmentBlock);
        remove!(TargetRegistrationsPerInterval MaxRegistrationsPerBlock RegistrationsThisInterval);
        remove!(BurnRegistrationsThisInterval POWRegistrationsThisInterval RegistrationsThisBlock);
        remove!(RAORecycledForRegistration Active Rank Trust Consensus Dividends Emission ValidatorTrust);
        remove!(PruningScores ValidatorPermit StakeWeight);
        T::Listener::removed(netuid);
    }
}
