//! Settings, for root and, where the public chain lets them, for owners of subnets.
//!
//! Names, numbers and arguments follow the public chain's pallet of this name. What is set lies in `SubtensorModule`,
//! which also tells that it changed.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
#[cfg(test)]
mod tests;
#[allow(missing_docs)]
pub mod weight_info;

pub use pallet::*;
pub use weight_info::{Measured, WeightInfo};

#[frame_support::pallet]
pub mod pallet {
    use crate::WeightInfo;
    use alloc::vec::Vec;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use pallet_subtensor::{Event, Hyperparameter, Pallet as Subtensor, RecycleOrBurnEnum, *};
    use sp_runtime::AccountId32;

    /// `MinBurn` stays below 1 TAO, `MaxBurn` above 0.1 TAO.
    const MIN_BURN_BELOW: u64 = 1_000_000_000;
    const MAX_BURN_ABOVE: u64 = 100_000_000;
    /// A fortieth of 65535.
    const ALPHA_AT_LEAST: u16 = 1_638;

    /// What the runtime decides.
    #[pallet::config]
    pub trait Config: frame_system::Config + pallet_subtensor::Config {
        /// What calls cost.
        type WeightInfo: WeightInfo;
    }

    /// The calls.
    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// Why a call was refused. The public chain's list, in its order.
    #[pallet::error]
    pub enum Error<T> {
        /// The subnet does not exist.
        SubnetDoesNotExist,
        /// There would be more validators than neurons.
        MaxValidatorsLargerThanMaxUIds,
        /// There are more neurons than that already.
        MaxAllowedUIdsLessThanCurrentUIds,
        /// Bonds cannot keep more than all.
        BondsMovingAverageMaxReached,
        /// Only root may set a steepness below zero.
        NegativeSigmoidSteepness,
        /// The value is out of bounds.
        ValueNotInBounds,
        /// There are fewer neurons than that.
        MinAllowedUidsGreaterThanCurrentUids,
        /// There may not be as many neurons as that.
        MinAllowedUidsGreaterThanMaxAllowedUids,
        /// There must be more neurons than that.
        MaxAllowedUidsLessThanMinAllowedUids,
        /// No subnet may have more neurons than the chain allows.
        MaxAllowedUidsGreaterThanDefaultMaxAllowedUids,
        /// The value makes no sense.
        InvalidValue,
        /// The root network has no such setting.
        NotPermittedOnRootSubnet,
        /// Registration by proof of work is off.
        POWRegistrationDisabled,
        /// The call is gone.
        Deprecated,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Sets the highest take of a delegate, of 65535. Root only.
        #[pallet::call_index(1)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_default_take()))]
        pub fn sudo_set_default_take(origin: OriginFor<T>, default_take: u16) -> DispatchResult {
            ensure_root(origin)?;
            MaxDelegateTake::<T>::put(default_take);
            announce::<T>(Event::DefaultTakeSet(default_take));
            Ok(())
        }

        /// Sets the blocks between two hotkey swaps of a coldkey. Root only.
        #[pallet::call_index(2)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_tx_rate_limit()))]
        pub fn sudo_set_tx_rate_limit(origin: OriginFor<T>, tx_rate_limit: u64) -> DispatchResult {
            ensure_root(origin)?;
            TxRateLimit::<T>::put(tx_rate_limit);
            announce::<T>(Event::TxRateLimitSet(tx_rate_limit));
            Ok(())
        }

        /// Sets the blocks that a neuron waits between two `serve_axon`. For root and the owner.
        #[pallet::call_index(3)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_serving_rate_limit()))]
        pub fn sudo_set_serving_rate_limit(
            origin: OriginFor<T>,
            netuid: u16,
            serving_rate_limit: u64,
        ) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::ServingRateLimit)?;
            ensure_exists::<T>(netuid)?;
            ServingRateLimit::<T>::insert(netuid, serving_rate_limit);
            announce::<T>(Event::ServingRateLimitSet(netuid, serving_rate_limit));
            Ok(())
        }

        /// Sets the lowest difficulty. Root only.
        #[pallet::call_index(4)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_min_difficulty()))]
        pub fn sudo_set_min_difficulty(origin: OriginFor<T>, netuid: u16, min_difficulty: u64) -> DispatchResult {
            ensure_root(origin)?;
            Subtensor::<T>::ensure_window_open(netuid)?;
            ensure_exists::<T>(netuid)?;
            MinDifficulty::<T>::insert(netuid, min_difficulty);
            announce::<T>(Event::MinDifficultySet(netuid, min_difficulty));
            Ok(())
        }

        /// Sets the highest difficulty. For root and the owner.
        #[pallet::call_index(5)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_max_difficulty()))]
        pub fn sudo_set_max_difficulty(origin: OriginFor<T>, netuid: u16, max_difficulty: u64) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::MaxDifficulty)?;
            ensure_exists::<T>(netuid)?;
            MaxDifficulty::<T>::insert(netuid, max_difficulty);
            announce::<T>(Event::MaxDifficultySet(netuid, max_difficulty));
            Ok(())
        }

        /// Sets the lowest version key that `set_weights` accepts. For root and the owner.
        #[pallet::call_index(6)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_weights_version_key()))]
        pub fn sudo_set_weights_version_key(
            origin: OriginFor<T>,
            netuid: u16,
            weights_version_key: u64,
        ) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::Unknown)?;
            ensure_exists::<T>(netuid)?;
            WeightsVersionKey::<T>::insert(netuid, weights_version_key);
            announce::<T>(Event::WeightsVersionKeySet(netuid, weights_version_key));
            Ok(())
        }

        /// Sets the blocks that a neuron waits between two `set_weights`. Root only.
        #[pallet::call_index(7)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_weights_set_rate_limit()))]
        pub fn sudo_set_weights_set_rate_limit(
            origin: OriginFor<T>,
            netuid: u16,
            weights_set_rate_limit: u64,
        ) -> DispatchResult {
            ensure_root(origin)?;
            Subtensor::<T>::ensure_window_open(netuid)?;
            ensure_exists::<T>(netuid)?;
            WeightsSetRateLimit::<T>::insert(netuid, weights_set_rate_limit);
            announce::<T>(Event::WeightsSetRateLimitSet(netuid, weights_set_rate_limit));
            Ok(())
        }

        /// Sets the blocks of one registration interval. Root only.
        #[pallet::call_index(8)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_adjustment_interval()))]
        pub fn sudo_set_adjustment_interval(
            origin: OriginFor<T>,
            netuid: u16,
            adjustment_interval: u16,
        ) -> DispatchResult {
            ensure_root(origin)?;
            Subtensor::<T>::ensure_window_open(netuid)?;
            ensure_exists::<T>(netuid)?;
            AdjustmentInterval::<T>::insert(netuid, adjustment_interval);
            announce::<T>(Event::AdjustmentIntervalSet(netuid, adjustment_interval));
            Ok(())
        }

        /// Sets how slowly price and difficulty follow demand. For root and the owner.
        #[pallet::call_index(9)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_adjustment_alpha()))]
        pub fn sudo_set_adjustment_alpha(origin: OriginFor<T>, netuid: u16, adjustment_alpha: u64) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::AdjustmentAlpha)?;
            ensure_exists::<T>(netuid)?;
            AdjustmentAlpha::<T>::insert(netuid, adjustment_alpha);
            announce::<T>(Event::AdjustmentAlphaSet(netuid, adjustment_alpha));
            Ok(())
        }

        /// Sets the blocks for which a new neuron is safe from pruning. For root and the owner.
        #[pallet::call_index(13)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_immunity_period()))]
        pub fn sudo_set_immunity_period(origin: OriginFor<T>, netuid: u16, immunity_period: u16) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::ImmunityPeriod)?;
            ensure_exists::<T>(netuid)?;
            ImmunityPeriod::<T>::insert(netuid, immunity_period);
            announce::<T>(Event::ImmunityPeriodSet(netuid, immunity_period));
            Ok(())
        }

        /// Sets the smallest number of weights in one call. For root and the owner.
        #[pallet::call_index(14)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_min_allowed_weights()))]
        pub fn sudo_set_min_allowed_weights(
            origin: OriginFor<T>,
            netuid: u16,
            min_allowed_weights: u16,
        ) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::MinAllowedWeights)?;
            ensure_exists::<T>(netuid)?;
            MinAllowedWeights::<T>::insert(netuid, min_allowed_weights);
            announce::<T>(Event::MinAllowedWeightSet(netuid, min_allowed_weights));
            Ok(())
        }

        /// Sets the largest number of neurons. For root and the owner.
        #[pallet::call_index(15)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_max_allowed_uids()))]
        pub fn sudo_set_max_allowed_uids(origin: OriginFor<T>, netuid: u16, max_allowed_uids: u16) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::MaxAllowedUids)?;
            ensure_exists::<T>(netuid)?;
            ensure!(SubnetworkN::<T>::get(netuid) <= max_allowed_uids, Error::<T>::MaxAllowedUIdsLessThanCurrentUIds);
            ensure!(
                max_allowed_uids >= MinAllowedUids::<T>::get(netuid),
                Error::<T>::MaxAllowedUidsLessThanMinAllowedUids
            );
            // Genesis may make a subnet larger; by this call none becomes larger than on the public chain.
            ensure!(
                max_allowed_uids <= DefaultMaxAllowedUids::get(),
                Error::<T>::MaxAllowedUidsGreaterThanDefaultMaxAllowedUids
            );
            MaxAllowedUids::<T>::insert(netuid, max_allowed_uids);
            announce::<T>(Event::MaxAllowedUidsSet(netuid, max_allowed_uids));
            Ok(())
        }

        /// Sets the share of stake, of 65535, that must agree on a weight. Root only.
        #[pallet::call_index(16)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_kappa()))]
        pub fn sudo_set_kappa(origin: OriginFor<T>, netuid: u16, kappa: u16) -> DispatchResult {
            ensure_root(origin)?;
            Subtensor::<T>::ensure_window_open(netuid)?;
            ensure_exists::<T>(netuid)?;
            Kappa::<T>::insert(netuid, kappa);
            announce::<T>(Event::KappaSet(netuid, kappa));
            Ok(())
        }

        /// Sets rho, which clients show. For root and the owner.
        #[pallet::call_index(17)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_rho()))]
        pub fn sudo_set_rho(origin: OriginFor<T>, netuid: u16, rho: u16) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::Rho)?;
            ensure_exists::<T>(netuid)?;
            Rho::<T>::insert(netuid, rho);
            announce::<T>(Event::RhoSet(netuid, rho));
            Ok(())
        }

        /// Sets the blocks after which a neuron that sets no weights is inactive. For root and the owner.
        #[pallet::call_index(18)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_activity_cutoff()))]
        pub fn sudo_set_activity_cutoff(origin: OriginFor<T>, netuid: u16, activity_cutoff: u16) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::ActivityCutoff)?;
            ensure_exists::<T>(netuid)?;
            ensure!(
                activity_cutoff >= MinActivityCutoff::<T>::get(),
                pallet_subtensor::Error::<T>::ActivityCutoffTooLow
            );
            ActivityCutoff::<T>::insert(netuid, activity_cutoff);
            ActivityCutoffFactorMilli::<T>::remove(netuid);
            announce::<T>(Event::ActivityCutoffSet(netuid, activity_cutoff));
            Ok(())
        }

        /// Sets whether neurons may register. Root only.
        #[pallet::call_index(19)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_network_registration_allowed()))]
        pub fn sudo_set_network_registration_allowed(
            origin: OriginFor<T>,
            netuid: u16,
            registration_allowed: bool,
        ) -> DispatchResult {
            ensure_root(origin)?;
            Subtensor::<T>::ensure_window_open(netuid)?;
            ensure_exists::<T>(netuid)?;
            NetworkRegistrationAllowed::<T>::insert(netuid, registration_allowed);
            announce::<T>(Event::RegistrationAllowed(netuid, registration_allowed));
            Ok(())
        }

        /// Sets whether neurons may register by proof of work. For root and the owner.
        #[pallet::call_index(20)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_network_pow_registration_allowed()))]
        pub fn sudo_set_network_pow_registration_allowed(
            origin: OriginFor<T>,
            netuid: u16,
            registration_allowed: bool,
        ) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::PowRegistrationAllowed)?;
            ensure_exists::<T>(netuid)?;
            NetworkPowRegistrationAllowed::<T>::insert(netuid, registration_allowed);
            announce::<T>(Event::PowRegistrationAllowed(netuid, registration_allowed));
            Ok(())
        }

        /// Sets the target of registrations in an interval; three times as many are admitted. Root only.
        #[pallet::call_index(21)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_target_registrations_per_interval()))]
        pub fn sudo_set_target_registrations_per_interval(
            origin: OriginFor<T>,
            netuid: u16,
            target_registrations_per_interval: u16,
        ) -> DispatchResult {
            ensure_root(origin)?;
            Subtensor::<T>::ensure_window_open(netuid)?;
            ensure_exists::<T>(netuid)?;
            TargetRegistrationsPerInterval::<T>::insert(netuid, target_registrations_per_interval);
            announce::<T>(Event::RegistrationPerIntervalSet(netuid, target_registrations_per_interval));
            Ok(())
        }

        /// Sets the lowest price, in rao: below 1 TAO and the highest. For root and the owner.
        #[pallet::call_index(22)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_min_burn()))]
        pub fn sudo_set_min_burn(origin: OriginFor<T>, netuid: u16, min_burn: u64) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::MinBurn)?;
            ensure_exists::<T>(netuid)?;
            ensure!(min_burn < MIN_BURN_BELOW, Error::<T>::ValueNotInBounds);
            ensure!(min_burn < MaxBurn::<T>::get(netuid), Error::<T>::ValueNotInBounds);
            MinBurn::<T>::insert(netuid, min_burn);
            announce::<T>(Event::MinBurnSet(netuid, min_burn));
            Ok(())
        }

        /// Sets the highest price, in rao: above 0.1 TAO and the lowest. For root and the owner.
        #[pallet::call_index(23)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_max_burn()))]
        pub fn sudo_set_max_burn(origin: OriginFor<T>, netuid: u16, max_burn: u64) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::MaxBurn)?;
            ensure_exists::<T>(netuid)?;
            ensure!(max_burn > MAX_BURN_ABOVE, Error::<T>::ValueNotInBounds);
            ensure!(max_burn > MinBurn::<T>::get(netuid), Error::<T>::ValueNotInBounds);
            MaxBurn::<T>::insert(netuid, max_burn);
            announce::<T>(Event::MaxBurnSet(netuid, max_burn));
            Ok(())
        }

        /// Sets the difficulty. Root only.
        #[pallet::call_index(24)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_difficulty()))]
        pub fn sudo_set_difficulty(origin: OriginFor<T>, netuid: u16, difficulty: u64) -> DispatchResult {
            ensure_root(origin)?;
            Subtensor::<T>::ensure_window_open(netuid)?;
            ensure_exists::<T>(netuid)?;
            Difficulty::<T>::insert(netuid, difficulty);
            announce::<T>(Event::DifficultySet(netuid, difficulty));
            Ok(())
        }

        /// Sets the largest number of validator permits. Root only.
        #[pallet::call_index(25)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_max_allowed_validators()))]
        pub fn sudo_set_max_allowed_validators(
            origin: OriginFor<T>,
            netuid: u16,
            max_allowed_validators: u16,
        ) -> DispatchResult {
            ensure_root(origin)?;
            Subtensor::<T>::ensure_window_open(netuid)?;
            ensure_exists::<T>(netuid)?;
            ensure!(
                max_allowed_validators <= MaxAllowedUids::<T>::get(netuid),
                Error::<T>::MaxValidatorsLargerThanMaxUIds
            );
            MaxAllowedValidators::<T>::insert(netuid, max_allowed_validators);
            announce::<T>(Event::MaxAllowedValidatorsSet(netuid, max_allowed_validators));
            Ok(())
        }

        /// Sets the part of a million that old bonds keep. For root and the owner.
        #[pallet::call_index(26)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_bonds_moving_average()))]
        pub fn sudo_set_bonds_moving_average(
            origin: OriginFor<T>,
            netuid: u16,
            bonds_moving_average: u64,
        ) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::BondsMovingAverage)?;
            ensure_exists::<T>(netuid)?;
            ensure!(bonds_moving_average <= 1_000_000, Error::<T>::BondsMovingAverageMaxReached);
            BondsMovingAverage::<T>::insert(netuid, bonds_moving_average);
            announce::<T>(Event::BondsMovingAverageSet(netuid, bonds_moving_average));
            Ok(())
        }

        /// Sets the largest number of registrations in a block. Root only.
        #[pallet::call_index(27)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_max_registrations_per_block()))]
        pub fn sudo_set_max_registrations_per_block(
            origin: OriginFor<T>,
            netuid: u16,
            max_registrations_per_block: u16,
        ) -> DispatchResult {
            ensure_root(origin)?;
            Subtensor::<T>::ensure_window_open(netuid)?;
            ensure_exists::<T>(netuid)?;
            MaxRegistrationsPerBlock::<T>::insert(netuid, max_registrations_per_block);
            announce::<T>(Event::MaxRegistrationsPerBlockSet(netuid, max_registrations_per_block));
            Ok(())
        }

        /// Sets a subnet owner's share of its emission, of 65535. Root only.
        #[pallet::call_index(28)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_subnet_owner_cut()))]
        pub fn sudo_set_subnet_owner_cut(origin: OriginFor<T>, subnet_owner_cut: u16) -> DispatchResult {
            ensure_root(origin)?;
            SubnetOwnerCut::<T>::put(subnet_owner_cut);
            announce::<T>(Event::SubnetOwnerCutSet(subnet_owner_cut));
            Ok(())
        }

        /// Sets the blocks between two new subnets. Root only.
        #[pallet::call_index(29)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_network_rate_limit()))]
        pub fn sudo_set_network_rate_limit(origin: OriginFor<T>, rate_limit: u64) -> DispatchResult {
            ensure_root(origin)?;
            NetworkRateLimit::<T>::put(rate_limit);
            announce::<T>(Event::NetworkRateLimitSet(rate_limit));
            Ok(())
        }

        /// Sets the blocks between two epochs; 0: never. Root only.
        #[pallet::call_index(30)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_tempo()))]
        pub fn sudo_set_tempo(origin: OriginFor<T>, netuid: u16, tempo: u16) -> DispatchResult {
            ensure_root(origin)?;
            Subtensor::<T>::ensure_window_open(netuid)?;
            ensure_exists::<T>(netuid)?;
            Tempo::<T>::insert(netuid, tempo);
            announce::<T>(Event::TempoSet(netuid, tempo));
            Ok(())
        }

        /// Sets the blocks for which a new subnet is safe from being replaced. Root only.
        #[pallet::call_index(35)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_network_immunity_period()))]
        pub fn sudo_set_network_immunity_period(origin: OriginFor<T>, immunity_period: u64) -> DispatchResult {
            ensure_root(origin)?;
            NetworkImmunityPeriod::<T>::put(immunity_period);
            announce::<T>(Event::NetworkImmunityPeriodSet(immunity_period));
            Ok(())
        }

        /// Sets the lowest price of a subnet, in rao. Root only.
        #[pallet::call_index(36)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_network_min_lock_cost()))]
        pub fn sudo_set_network_min_lock_cost(origin: OriginFor<T>, lock_cost: u64) -> DispatchResult {
            ensure_root(origin)?;
            NetworkMinLockCost::<T>::put(lock_cost);
            announce::<T>(Event::NetworkMinLockCostSet(lock_cost));
            Ok(())
        }

        /// Sets the largest number of subnets. Root only.
        #[pallet::call_index(37)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_subnet_limit()))]
        pub fn sudo_set_subnet_limit(origin: OriginFor<T>, max_subnets: u16) -> DispatchResult {
            ensure_root(origin)?;
            SubnetLimit::<T>::put(max_subnets);
            announce::<T>(Event::SubnetLimitSet(max_subnets));
            Ok(())
        }

        /// Sets the blocks in which the price of a subnet falls by what the last one cost. Root only.
        #[pallet::call_index(38)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_lock_reduction_interval()))]
        pub fn sudo_set_lock_reduction_interval(origin: OriginFor<T>, interval: u64) -> DispatchResult {
            ensure_root(origin)?;
            NetworkLockReductionInterval::<T>::put(interval);
            announce::<T>(Event::NetworkLockCostReductionIntervalSet(interval));
            Ok(())
        }

        /// Sets what clients show as burned for registrations. Root only.
        #[pallet::call_index(39)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_rao_recycled()))]
        pub fn sudo_set_rao_recycled(origin: OriginFor<T>, netuid: u16, rao_recycled: u64) -> DispatchResult {
            ensure_root(origin)?;
            ensure_exists::<T>(netuid)?;
            RAORecycledForRegistration::<T>::insert(netuid, rao_recycled);
            announce::<T>(Event::RAORecycledForRegistrationSet(netuid, rao_recycled));
            Ok(())
        }

        /// Sets the stake below which a neuron may not set weights, in rao. Root only.
        #[pallet::call_index(42)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_stake_threshold()))]
        pub fn sudo_set_stake_threshold(origin: OriginFor<T>, min_stake: u64) -> DispatchResult {
            ensure_root(origin)?;
            StakeThreshold::<T>::put(min_stake);
            announce::<T>(Event::StakeThresholdSet(min_stake));
            Ok(())
        }

        /// Sets the stake of nominators that clients show as needed, in rao. Root only.
        #[pallet::call_index(43)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_nominator_min_required_stake()))]
        pub fn sudo_set_nominator_min_required_stake(origin: OriginFor<T>, min_stake: u64) -> DispatchResult {
            ensure_root(origin)?;
            NominatorMinRequiredStake::<T>::put(min_stake);
            Ok(())
        }

        /// Sets the blocks between two raises of a take. Root only.
        #[pallet::call_index(45)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_tx_delegate_take_rate_limit()))]
        pub fn sudo_set_tx_delegate_take_rate_limit(origin: OriginFor<T>, tx_rate_limit: u64) -> DispatchResult {
            ensure_root(origin)?;
            TxDelegateTakeRateLimit::<T>::put(tx_rate_limit);
            announce::<T>(Event::TxDelegateTakeRateLimitSet(tx_rate_limit));
            Ok(())
        }

        /// Sets the lowest take of a delegate, of 65535. Root only.
        #[pallet::call_index(46)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_min_delegate_take()))]
        pub fn sudo_set_min_delegate_take(origin: OriginFor<T>, take: u16) -> DispatchResult {
            ensure_root(origin)?;
            MinDelegateTake::<T>::put(take);
            announce::<T>(Event::MinDelegateTakeSet(take));
            Ok(())
        }

        /// Sets whether weights are committed first and revealed later. For root and the owner.
        #[pallet::call_index(49)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_commit_reveal_weights_enabled()))]
        pub fn sudo_set_commit_reveal_weights_enabled(
            origin: OriginFor<T>,
            netuid: u16,
            enabled: bool,
        ) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::CommitRevealEnabled)?;
            ensure_exists::<T>(netuid)?;
            CommitRevealWeightsEnabled::<T>::insert(netuid, enabled);
            announce::<T>(Event::CommitRevealEnabled(netuid, enabled));
            Ok(())
        }

        /// Sets whether bonds follow weights at rates by agreement with consensus. For root and the owner.
        #[pallet::call_index(50)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_liquid_alpha_enabled()))]
        pub fn sudo_set_liquid_alpha_enabled(origin: OriginFor<T>, netuid: u16, enabled: bool) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::LiquidAlphaEnabled)?;
            ensure_exists::<T>(netuid)?;
            LiquidAlphaOn::<T>::insert(netuid, enabled);
            Ok(())
        }

        /// Sets the slowest and the fastest rate of bonds with liquid alpha, of 65535. For root and the owner.
        #[pallet::call_index(51)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_alpha_values()))]
        pub fn sudo_set_alpha_values(
            origin: OriginFor<T>,
            netuid: u16,
            alpha_low: u16,
            alpha_high: u16,
        ) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::AlphaValues)?;
            ensure!(LiquidAlphaOn::<T>::get(netuid), pallet_subtensor::Error::<T>::LiquidAlphaDisabled);
            // A fortieth, and no more than the other.
            ensure!(alpha_high >= ALPHA_AT_LEAST, pallet_subtensor::Error::<T>::AlphaHighTooLow);
            let range = ALPHA_AT_LEAST..=alpha_high;
            ensure!(range.contains(&alpha_low), pallet_subtensor::Error::<T>::AlphaLowOutOfRange);
            AlphaValues::<T>::insert(netuid, (alpha_low, alpha_high));
            Ok(())
        }

        /// Sets the epochs after which commitments are revealed, 1 to 100. For root and the owner.
        #[pallet::call_index(57)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_commit_reveal_weights_interval()))]
        pub fn sudo_set_commit_reveal_weights_interval(
            origin: OriginFor<T>,
            netuid: u16,
            interval: u64,
        ) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::WeightCommitInterval)?;
            ensure_exists::<T>(netuid)?;
            ensure!(interval <= 100, pallet_subtensor::Error::<T>::RevealPeriodTooLarge);
            ensure!(interval >= 1, pallet_subtensor::Error::<T>::RevealPeriodTooSmall);
            RevealPeriodEpochs::<T>::insert(netuid, interval);
            announce::<T>(Event::CommitRevealPeriodsSet(netuid, interval));
            Ok(())
        }

        /// Sets how much of the weight above consensus is lost for bonds, of 65535. For root and the owner.
        #[pallet::call_index(60)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_bonds_penalty()))]
        pub fn sudo_set_bonds_penalty(origin: OriginFor<T>, netuid: u16, bonds_penalty: u16) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::BondsPenalty)?;
            ensure_exists::<T>(netuid)?;
            BondsPenalty::<T>::insert(netuid, bonds_penalty);
            announce::<T>(Event::BondsPenaltySet(netuid, bonds_penalty));
            Ok(())
        }

        /// Sets whether stake may change its coldkey. For root and the owner.
        #[pallet::call_index(61)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_toggle_transfer()))]
        pub fn sudo_set_toggle_transfer(origin: OriginFor<T>, netuid: u16, toggle: bool) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::TransferEnabled)?;
            ensure_exists::<T>(netuid)?;
            TransferToggle::<T>::insert(netuid, toggle);
            announce::<T>(Event::TransferToggle(netuid, toggle));
            Ok(())
        }

        /// Sets the hotkey of a subnet's owner, one that its coldkey owns. For root and the owner.
        #[pallet::call_index(64)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_subnet_owner_hotkey()))]
        pub fn sudo_set_subnet_owner_hotkey(origin: OriginFor<T>, netuid: u16, hotkey: AccountId32) -> DispatchResult {
            Subtensor::<T>::ensure_owner_or_root(origin, netuid)?;
            ensure_exists::<T>(netuid)?;
            let owner = SubnetOwner::<T>::get(netuid);
            ensure!(Owner::<T>::get(&hotkey) == owner, pallet_subtensor::Error::<T>::NonAssociatedColdKey);
            SubnetOwnerHotkey::<T>::insert(netuid, &hotkey);
            announce::<T>(Event::SubnetOwnerHotkeySet(netuid, hotkey));
            Ok(())
        }

        /// Opens a subnet for stake and emission, or closes it. Root only.
        #[pallet::call_index(66)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_subtoken_enabled()))]
        pub fn sudo_set_subtoken_enabled(origin: OriginFor<T>, netuid: u16, subtoken_enabled: bool) -> DispatchResult {
            ensure_root(origin)?;
            ensure_exists::<T>(netuid)?;
            SubtokenEnabled::<T>::insert(netuid, subtoken_enabled);
            Ok(())
        }

        /// Sets the hotkey of a subnet's owner, one that its coldkey owns. For root and the owner.
        #[pallet::call_index(67)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_sn_owner_hotkey()))]
        pub fn sudo_set_sn_owner_hotkey(origin: OriginFor<T>, netuid: u16, hotkey: AccountId32) -> DispatchResult {
            Subtensor::<T>::ensure_owner_or_root(origin, netuid)?;
            ensure_exists::<T>(netuid)?;
            let owner = SubnetOwner::<T>::get(netuid);
            ensure!(Owner::<T>::get(&hotkey) == owner, pallet_subtensor::Error::<T>::NonAssociatedColdKey);
            SubnetOwnerHotkey::<T>::insert(netuid, &hotkey);
            announce::<T>(Event::SubnetOwnerHotkeySet(netuid, hotkey));
            Ok(())
        }

        /// Sets the steepness of the rate of bonds, in hundredths; below zero only by root. For root and the owner.
        #[pallet::call_index(68)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_alpha_sigmoid_steepness()))]
        pub fn sudo_set_alpha_sigmoid_steepness(origin: OriginFor<T>, netuid: u16, steepness: i16) -> DispatchResult {
            let is_root = ensure_root(origin.clone()).is_ok();
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::AlphaSigmoidSteepness)?;
            ensure_exists::<T>(netuid)?;
            ensure!(is_root || steepness >= 0, Error::<T>::NegativeSigmoidSteepness);
            AlphaSigmoidSteepness::<T>::insert(netuid, steepness);
            announce::<T>(Event::AlphaSigmoidSteepnessSet(netuid, steepness));
            Ok(())
        }

        /// Sets whether bonds follow Yuma 3 instead of Yuma 2. For root and the owner.
        #[pallet::call_index(69)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_yuma3_enabled()))]
        pub fn sudo_set_yuma3_enabled(origin: OriginFor<T>, netuid: u16, enabled: bool) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::Yuma3Enabled)?;
            ensure_exists::<T>(netuid)?;
            Yuma3On::<T>::insert(netuid, enabled);
            Ok(())
        }

        /// Sets what clients show as reset of bonds. For root and the owner.
        #[pallet::call_index(70)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_bonds_reset_enabled()))]
        pub fn sudo_set_bonds_reset_enabled(origin: OriginFor<T>, netuid: u16, enabled: bool) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::BondsResetEnabled)?;
            ensure_exists::<T>(netuid)?;
            BondsResetOn::<T>::insert(netuid, enabled);
            announce::<T>(Event::BondsResetOnSet(netuid, enabled));
            Ok(())
        }

        /// Sets the version of timelocked commitments that clients should make. Root only.
        #[pallet::call_index(71)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_commit_reveal_version()))]
        pub fn sudo_set_commit_reveal_version(origin: OriginFor<T>, version: u16) -> DispatchResult {
            ensure_root(origin)?;
            CommitRevealWeightsVersion::<T>::put(version);
            announce::<T>(Event::CommitRevealVersionSet(version));
            Ok(())
        }

        /// Sets the number of the owner's neurons that clients show as never pruned. For root and the owner.
        #[pallet::call_index(72)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_owner_immune_neuron_limit()))]
        pub fn sudo_set_owner_immune_neuron_limit(
            origin: OriginFor<T>,
            netuid: u16,
            immune_neurons: u16,
        ) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::ImmuneNeuronLimit)?;
            ensure_exists::<T>(netuid)?;
            ImmuneOwnerUidsLimit::<T>::insert(netuid, immune_neurons);
            Ok(())
        }

        /// Sets the blocks before an epoch in which settings may not change. Root only.
        #[pallet::call_index(74)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_admin_freeze_window()))]
        pub fn sudo_set_admin_freeze_window(origin: OriginFor<T>, window: u16) -> DispatchResult {
            ensure_root(origin)?;
            AdminFreezeWindow::<T>::put(window);
            announce::<T>(Event::AdminFreezeWindowSet(window));
            Ok(())
        }

        /// Sets the epochs between two changes of one setting by an owner. Root only.
        #[pallet::call_index(75)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_owner_hparam_rate_limit()))]
        pub fn sudo_set_owner_hparam_rate_limit(origin: OriginFor<T>, epochs: u16) -> DispatchResult {
            ensure_root(origin)?;
            OwnerHyperparamRateLimit::<T>::put(epochs);
            announce::<T>(Event::OwnerHyperparamRateLimitSet(epochs));
            Ok(())
        }

        /// Sets the number of weight matrices, 1 to the chain's largest. For root and the owner.
        #[pallet::call_index(76)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_mechanism_count(Subtensor::<T>::neurons_of(*netuid))))]
        pub fn sudo_set_mechanism_count(origin: OriginFor<T>, netuid: u16, mechanism_count: u8) -> DispatchResult {
            Subtensor::<T>::ensure_owner_or_root(origin, netuid)?;
            ensure_exists::<T>(netuid)?;
            let range = 1..=MaxMechanismCount::<T>::get();
            ensure!(range.contains(&mechanism_count), Error::<T>::InvalidValue);
            ensure!(netuid != pallet_subtensor::ROOT, Error::<T>::NotPermittedOnRootSubnet);
            Subtensor::<T>::set_mechanism_count(netuid, mechanism_count);
            Ok(())
        }

        /// Sets how emission is shared between mechanisms: parts that add up to 65535; none: equally. For root and the
        /// owner.
        #[pallet::call_index(77)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_mechanism_emission_split()))]
        pub fn sudo_set_mechanism_emission_split(
            origin: OriginFor<T>,
            netuid: u16,
            maybe_split: Option<Vec<u16>>,
        ) -> DispatchResult {
            Subtensor::<T>::ensure_owner_or_root(origin, netuid)?;
            ensure_exists::<T>(netuid)?;
            let Some(split) = maybe_split else {
                MechanismEmissionSplit::<T>::remove(netuid);
                return Ok(());
            };
            ensure!(split.len() == usize::from(MechanismCountCurrent::<T>::get(netuid)), Error::<T>::InvalidValue);
            let sum: u64 = split.iter().map(|part| u64::from(*part)).sum();
            ensure!(sum == u64::from(u16::MAX), Error::<T>::InvalidValue);
            MechanismEmissionSplit::<T>::insert(netuid, split);
            Ok(())
        }

        /// Sets the lowest `MaxAllowedUids`. Root only.
        #[pallet::call_index(79)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_min_allowed_uids()))]
        pub fn sudo_set_min_allowed_uids(origin: OriginFor<T>, netuid: u16, min_allowed_uids: u16) -> DispatchResult {
            ensure_root(origin)?;
            ensure_exists::<T>(netuid)?;
            ensure!(
                min_allowed_uids < MaxAllowedUids::<T>::get(netuid),
                Error::<T>::MinAllowedUidsGreaterThanMaxAllowedUids
            );
            ensure!(min_allowed_uids < SubnetworkN::<T>::get(netuid), Error::<T>::MinAllowedUidsGreaterThanCurrentUids);
            MinAllowedUids::<T>::insert(netuid, min_allowed_uids);
            announce::<T>(Event::MinAllowedUidsSet(netuid, min_allowed_uids));
            Ok(())
        }

        /// Sets what becomes of TAO from registrations; it is destroyed either way. For root and the owner.
        #[pallet::call_index(80)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_recycle_or_burn()))]
        pub fn sudo_set_recycle_or_burn(
            origin: OriginFor<T>,
            netuid: u16,
            recycle_or_burn: RecycleOrBurnEnum,
        ) -> DispatchResult {
            Subtensor::<T>::ensure_may_set(origin, netuid, Hyperparameter::RecycleOrBurn)?;
            ensure_exists::<T>(netuid)?;
            RecycleOrBurn::<T>::insert(netuid, recycle_or_burn);
            Ok(())
        }

        /// Sets the number of neurons that immunity must leave. Root only.
        #[pallet::call_index(84)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_min_non_immune_uids()))]
        pub fn sudo_set_min_non_immune_uids(origin: OriginFor<T>, netuid: u16, min: u16) -> DispatchResult {
            ensure_root(origin)?;
            ensure_exists::<T>(netuid)?;
            MinNonImmuneUids::<T>::insert(netuid, min);
            announce::<T>(Event::MinNonImmuneUidsSet(netuid, min));
            Ok(())
        }

        /// Sets the blocks between a subnet's creation and its start. Root only.
        #[pallet::call_index(85)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_start_call_delay()))]
        pub fn sudo_set_start_call_delay(origin: OriginFor<T>, delay: u64) -> DispatchResult {
            ensure_root(origin)?;
            StartCallDelay::<T>::put(delay);
            announce::<T>(Event::StartCallDelaySet(delay));
            Ok(())
        }

        /// Sets the blocks between the announcement of a coldkey swap and the swap. Root only.
        #[pallet::call_index(86)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_coldkey_swap_announcement_delay()))]
        pub fn sudo_set_coldkey_swap_announcement_delay(origin: OriginFor<T>, duration: u32) -> DispatchResult {
            ensure_root(origin)?;
            ColdkeySwapAnnouncementDelay::<T>::put(duration);
            announce::<T>(Event::ColdkeySwapAnnouncementDelaySet(duration));
            Ok(())
        }

        /// Sets the blocks after that until another one may be announced. Root only.
        #[pallet::call_index(87)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_coldkey_swap_reannouncement_delay()))]
        pub fn sudo_set_coldkey_swap_reannouncement_delay(origin: OriginFor<T>, duration: u32) -> DispatchResult {
            ensure_root(origin)?;
            ColdkeySwapReannouncementDelay::<T>::put(duration);
            announce::<T>(Event::ColdkeySwapReannouncementDelaySet(duration));
            Ok(())
        }

        /// Sets the largest number of weight matrices, at most 8. Root only.
        #[pallet::call_index(88)]
        #[pallet::weight(setting(WeightsOf::<T>::sudo_set_max_mechanism_count()))]
        pub fn sudo_set_max_mechanism_count(origin: OriginFor<T>, max_mechanism_count: u8) -> DispatchResult {
            ensure_root(origin)?;
            ensure!((1..=8).contains(&max_mechanism_count), Error::<T>::InvalidValue);
            MaxMechanismCount::<T>::put(max_mechanism_count);
            Ok(())
        }
    }

    type WeightsOf<T> = <T as Config>::WeightInfo;

    fn setting(weight: Weight) -> (Weight, DispatchClass) {
        (weight, DispatchClass::Operational)
    }

    fn ensure_exists<T: Config>(netuid: u16) -> DispatchResult {
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetDoesNotExist);
        Ok(())
    }

    fn announce<T: Config>(event: Event<T>) {
        Subtensor::<T>::announce(event);
    }
}
