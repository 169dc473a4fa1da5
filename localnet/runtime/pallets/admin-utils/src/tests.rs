use crate as pallet_admin_utils;
use codec::Encode;
use frame_support::{
    assert_noop, assert_ok, derive_impl,
    traits::{BuildGenesisConfig, ConstU16, ConstU32, ConstU64, GetCallIndex, GetCallName, UnfilteredDispatchable},
};
use frame_system::RawOrigin;
use pallet_subtensor::{SubnetGenesis, *};
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage, DispatchError};

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system = 0,
        Balances: pallet_balances = 5,
        SubtensorModule: pallet_subtensor = 7,
        AdminUtils: pallet_admin_utils = 19,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type AccountId = AccountId32;
    type Lookup = IdentityLookup<AccountId32>;
    type Block = frame_system::mocking::MockBlock<Test>;
    type AccountData = pallet_balances::AccountData<u64>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type Balance = u64;
    type ExistentialDeposit = ConstU64<500>;
}

impl pallet_subtensor::Config for Test {
    type Currency = Balances;
    type MaxUids = ConstU16<256>;
    type MaxHotkeysPerColdkey = ConstU32<8>;
    type MinStake = ConstU64<500_000>;
    type KeySwapCost = ConstU64<1>;
    type KeySwapOnSubnetCost = ConstU64<1>;
    type HotkeySwapOnSubnetInterval = ConstU64<1>;
    type InitialStartCallDelay = ConstU64<0>;
    type WeightInfo = pallet_subtensor::Measured<Test>;
    type DurationOfStartCall = ConstU64<0>;
    type Listener = ();
    type Published = ();
}

impl crate::Config for Test {
    type WeightInfo = crate::Measured<Test>;
}

#[cfg(feature = "runtime-benchmarks")]
pub fn empty() -> sp_io::TestExternalities {
    Default::default()
}

type Calls = crate::Call<Test>;
type Refused = crate::Error<Test>;

const OWNER: AccountId32 = AccountId32::new([1; 32]);

/// Subnet 1 of `OWNER`, in block 1.
fn chain(test: impl FnOnce()) {
    let mut state: sp_io::TestExternalities =
        frame_system::GenesisConfig::<Test>::default().build_storage().unwrap().into();
    state.execute_with(|| {
        let subnets = vec![SubnetGenesis { owner: Some(OWNER), ..Default::default() }];
        pallet_subtensor::GenesisConfig::<Test> { subnets, ..Default::default() }.build();
        System::set_block_number(1);
        test();
    });
}

fn root(call: Calls) -> Result<(), DispatchError> {
    call.dispatch_bypass_filter(RawOrigin::Root.into()).map(|_| ()).map_err(|error| error.error)
}

fn signed(who: AccountId32, call: Calls) -> Result<(), DispatchError> {
    call.dispatch_bypass_filter(RawOrigin::Signed(who).into()).map(|_| ()).map_err(|error| error.error)
}

/// Each call of one `netuid` and one number, with a value, whether the owner may make it, and how the value reads.
macro_rules! settings {
    ($($call:ident($field:ident: $value:expr, owner: $owner:literal) => $map:ident;)*) => {
        [$((
            Calls::$call { netuid: 1, $field: $value },
            Calls::$call { netuid: 9, $field: $value },
            $owner,
            (|| $map::<Test>::get(1).encode() == $value.encode()) as fn() -> bool,
        )),*]
    };
}

#[test]
fn settings_of_a_subnet_are_set_by_whom_the_public_chain_lets() {
    let all = settings! {
        sudo_set_serving_rate_limit(serving_rate_limit: 7u64, owner: true) => ServingRateLimit;
        sudo_set_min_difficulty(min_difficulty: 7u64, owner: false) => MinDifficulty;
        sudo_set_max_difficulty(max_difficulty: 7u64, owner: true) => MaxDifficulty;
        sudo_set_weights_version_key(weights_version_key: 7u64, owner: true) => WeightsVersionKey;
        sudo_set_weights_set_rate_limit(weights_set_rate_limit: 7u64, owner: false) => WeightsSetRateLimit;
        sudo_set_adjustment_interval(adjustment_interval: 7u16, owner: false) => AdjustmentInterval;
        sudo_set_adjustment_alpha(adjustment_alpha: 7u64, owner: true) => AdjustmentAlpha;
        sudo_set_immunity_period(immunity_period: 7u16, owner: true) => ImmunityPeriod;
        sudo_set_min_allowed_weights(min_allowed_weights: 7u16, owner: true) => MinAllowedWeights;
        sudo_set_max_allowed_uids(max_allowed_uids: 77u16, owner: true) => MaxAllowedUids;
        sudo_set_kappa(kappa: 7u16, owner: false) => Kappa;
        sudo_set_rho(rho: 7u16, owner: true) => Rho;
        sudo_set_activity_cutoff(activity_cutoff: 777u16, owner: true) => ActivityCutoff;
        sudo_set_network_registration_allowed(registration_allowed: false, owner: false) => NetworkRegistrationAllowed;
        sudo_set_network_pow_registration_allowed(registration_allowed: false, owner: true)
            => NetworkPowRegistrationAllowed;
        sudo_set_target_registrations_per_interval(target_registrations_per_interval: 7u16, owner: false)
            => TargetRegistrationsPerInterval;
        sudo_set_min_burn(min_burn: 7u64, owner: true) => MinBurn;
        sudo_set_max_burn(max_burn: 777_777_777u64, owner: true) => MaxBurn;
        sudo_set_difficulty(difficulty: 7u64, owner: false) => Difficulty;
        sudo_set_max_allowed_validators(max_allowed_validators: 7u16, owner: false) => MaxAllowedValidators;
        sudo_set_bonds_moving_average(bonds_moving_average: 7u64, owner: true) => BondsMovingAverage;
        sudo_set_max_registrations_per_block(max_registrations_per_block: 7u16, owner: false)
            => MaxRegistrationsPerBlock;
        sudo_set_tempo(tempo: 7u16, owner: false) => Tempo;
        sudo_set_rao_recycled(rao_recycled: 7u64, owner: false) => RAORecycledForRegistration;
        sudo_set_commit_reveal_weights_enabled(enabled: true, owner: true) => CommitRevealWeightsEnabled;
        sudo_set_liquid_alpha_enabled(enabled: true, owner: true) => LiquidAlphaOn;
        sudo_set_commit_reveal_weights_interval(interval: 7u64, owner: true) => RevealPeriodEpochs;
        sudo_set_bonds_penalty(bonds_penalty: 7u16, owner: true) => BondsPenalty;
        sudo_set_toggle_transfer(toggle: false, owner: true) => TransferToggle;
        sudo_set_alpha_sigmoid_steepness(steepness: 7i16, owner: true) => AlphaSigmoidSteepness;
        sudo_set_yuma3_enabled(enabled: false, owner: true) => Yuma3On;
        sudo_set_bonds_reset_enabled(enabled: true, owner: true) => BondsResetOn;
        sudo_set_owner_immune_neuron_limit(immune_neurons: 7u16, owner: true) => ImmuneOwnerUidsLimit;
        sudo_set_subtoken_enabled(subtoken_enabled: false, owner: false) => SubtokenEnabled;
        sudo_set_recycle_or_burn(recycle_or_burn: RecycleOrBurnEnum::Recycle, owner: true) => RecycleOrBurn;
        sudo_set_min_non_immune_uids(min: 7u16, owner: false) => MinNonImmuneUids;
    };
    for (call, elsewhere, owner, is_set) in all {
        chain(|| {
            let name = call.get_call_name();
            assert!(!is_set(), "{name}");
            assert_noop!(signed(AccountId32::new([9; 32]), call.clone()), DispatchError::BadOrigin);
            if owner {
                assert_ok!(signed(OWNER, call.clone()));
                assert!(is_set(), "{name}");
            } else {
                assert_noop!(signed(OWNER, call.clone()), DispatchError::BadOrigin);
            }
            assert_ok!(root(call));
            assert!(is_set(), "{name}");
            assert_noop!(root(elsewhere), Refused::SubnetDoesNotExist);
        });
    }
}

/// Each call of the whole chain, with how the value reads.
macro_rules! limits {
    ($($call:ident($field:ident: $value:expr) => $item:ident;)*) => {
        [$((
            Calls::$call { $field: $value },
            (|| $item::<Test>::get().encode() == $value.encode()) as fn() -> bool,
        )),*]
    };
}

#[test]
fn limits_of_the_chain_are_set_by_root_alone() {
    let all = limits! {
        sudo_set_default_take(default_take: 7u16) => MaxDelegateTake;
        sudo_set_tx_rate_limit(tx_rate_limit: 7u64) => TxRateLimit;
        sudo_set_subnet_owner_cut(subnet_owner_cut: 7u16) => SubnetOwnerCut;
        sudo_set_network_rate_limit(rate_limit: 7u64) => NetworkRateLimit;
        sudo_set_network_immunity_period(immunity_period: 7u64) => NetworkImmunityPeriod;
        sudo_set_network_min_lock_cost(lock_cost: 7u64) => NetworkMinLockCost;
        sudo_set_subnet_limit(max_subnets: 7u16) => SubnetLimit;
        sudo_set_lock_reduction_interval(interval: 7u64) => NetworkLockReductionInterval;
        sudo_set_stake_threshold(min_stake: 7u64) => StakeThreshold;
        sudo_set_nominator_min_required_stake(min_stake: 7u64) => NominatorMinRequiredStake;
        sudo_set_tx_delegate_take_rate_limit(tx_rate_limit: 7u64) => TxDelegateTakeRateLimit;
        sudo_set_min_delegate_take(take: 7u16) => MinDelegateTake;
        sudo_set_commit_reveal_version(version: 7u16) => CommitRevealWeightsVersion;
        sudo_set_admin_freeze_window(window: 7u16) => AdminFreezeWindow;
        sudo_set_owner_hparam_rate_limit(epochs: 7u16) => OwnerHyperparamRateLimit;
        sudo_set_start_call_delay(delay: 7u64) => StartCallDelay;
        sudo_set_coldkey_swap_announcement_delay(duration: 7u32) => ColdkeySwapAnnouncementDelay;
        sudo_set_coldkey_swap_reannouncement_delay(duration: 7u32) => ColdkeySwapReannouncementDelay;
        sudo_set_max_mechanism_count(max_mechanism_count: 7u8) => MaxMechanismCount;
    };
    for (call, is_set) in all {
        chain(|| {
            assert!(!is_set(), "{}", call.get_call_name());
            assert_noop!(signed(OWNER, call.clone()), DispatchError::BadOrigin);
            assert_ok!(root(call.clone()));
            assert!(is_set(), "{}", call.get_call_name());
        });
    }
}

#[test]
fn values_out_of_bounds_are_refused() {
    chain(|| {
        let refuse = |call, error: Refused| {
            assert_noop!(root(call), error);
        };
        let netuid = 1;
        SubnetworkN::<Test>::insert(1, 70);
        let max = |max_allowed_uids| Calls::sudo_set_max_allowed_uids { netuid, max_allowed_uids };
        refuse(max(69), Refused::MaxAllowedUIdsLessThanCurrentUIds);
        refuse(max(257), Refused::MaxAllowedUidsGreaterThanDefaultMaxAllowedUids);
        SubnetworkN::<Test>::insert(1, 3);
        refuse(max(63), Refused::MaxAllowedUidsLessThanMinAllowedUids);
        let min = |min_allowed_uids| Calls::sudo_set_min_allowed_uids { netuid, min_allowed_uids };
        refuse(min(256), Refused::MinAllowedUidsGreaterThanMaxAllowedUids);
        refuse(min(3), Refused::MinAllowedUidsGreaterThanCurrentUids);
        assert_ok!(root(min(2)));
        assert_ok!(root(max(63)));
        let burn = |min_burn| Calls::sudo_set_min_burn { netuid, min_burn };
        refuse(burn(1_000_000_000), Refused::ValueNotInBounds);
        let most = |max_burn| Calls::sudo_set_max_burn { netuid, max_burn };
        refuse(most(100_000_000), Refused::ValueNotInBounds);
        assert_ok!(root(burn(500_000_000)));
        refuse(most(500_000_000), Refused::ValueNotInBounds);
        refuse(
            Calls::sudo_set_max_allowed_validators { netuid, max_allowed_validators: 64 },
            Refused::MaxValidatorsLargerThanMaxUIds,
        );
        refuse(
            Calls::sudo_set_bonds_moving_average { netuid, bonds_moving_average: 1_000_001 },
            Refused::BondsMovingAverageMaxReached,
        );
        refuse(Calls::sudo_set_max_mechanism_count { max_mechanism_count: 9 }, Refused::InvalidValue);
        let steep = Calls::sudo_set_alpha_sigmoid_steepness { netuid, steepness: -1 };
        assert_noop!(signed(OWNER, steep.clone()), Refused::NegativeSigmoidSteepness);
        assert_ok!(root(steep));

        type Module = pallet_subtensor::Error<Test>;
        let cutoff = Calls::sudo_set_activity_cutoff { netuid, activity_cutoff: 359 };
        assert_noop!(root(cutoff), Module::ActivityCutoffTooLow);
        let interval = |interval| Calls::sudo_set_commit_reveal_weights_interval { netuid, interval };
        assert_noop!(root(interval(0)), Module::RevealPeriodTooSmall);
        assert_noop!(root(interval(101)), Module::RevealPeriodTooLarge);
    });
}

#[test]
fn alpha_values_need_liquid_alpha_and_an_order() {
    chain(|| {
        type Module = pallet_subtensor::Error<Test>;
        let set = |alpha_low, alpha_high| Calls::sudo_set_alpha_values { netuid: 1, alpha_low, alpha_high };
        assert_noop!(root(set(2_000, 60_000)), Module::LiquidAlphaDisabled);
        LiquidAlphaOn::<Test>::insert(1, true);
        assert_noop!(root(set(2_000, 1_637)), Module::AlphaHighTooLow);
        assert_noop!(root(set(1_637, 60_000)), Module::AlphaLowOutOfRange);
        assert_noop!(root(set(60_001, 60_000)), Module::AlphaLowOutOfRange);
        assert_ok!(signed(OWNER, set(2_000, 60_000)));
        assert_eq!(AlphaValues::<Test>::get(1), (2_000, 60_000));
    });
}

#[test]
fn owners_wait_between_changes_and_before_epochs() {
    chain(|| {
        type Module = pallet_subtensor::Error<Test>;
        let rho = || Calls::sudo_set_rho { netuid: 1, rho: 7 };
        OwnerHyperparamRateLimit::<Test>::put(2);
        assert_ok!(signed(OWNER, rho()));
        System::set_block_number(80);
        assert_noop!(signed(OWNER, rho()), Module::TxRateLimitExceeded);
        // Another setting has its own time, and root has all the time.
        assert_ok!(signed(OWNER, Calls::sudo_set_bonds_penalty { netuid: 1, bonds_penalty: 1 }));
        assert_ok!(root(rho()));
        System::set_block_number(81);
        assert_ok!(signed(OWNER, rho()));
        LastEpochBlock::<Test>::insert(1, 80);
        AdminFreezeWindow::<Test>::put(10);
        System::set_block_number(110);
        assert_ok!(root(rho()));
        System::set_block_number(111);
        assert_noop!(root(rho()), Module::AdminActionProhibitedDuringWeightsWindow);
    });
}

#[test]
fn an_owner_chooses_among_its_hotkeys() {
    chain(|| {
        let hotkey = AccountId32::new([5; 32]);
        let set = |hotkey: &AccountId32| Calls::sudo_set_sn_owner_hotkey { netuid: 1, hotkey: hotkey.clone() };
        assert_noop!(signed(OWNER, set(&hotkey)), pallet_subtensor::Error::<Test>::NonAssociatedColdKey);
        assert_ok!(SubtensorModule::try_associate_hotkey(RawOrigin::Signed(OWNER).into(), hotkey.clone()));
        assert_noop!(signed(hotkey.clone(), set(&hotkey)), DispatchError::BadOrigin);
        assert_ok!(signed(OWNER, set(&hotkey)));
        assert_eq!(SubnetOwnerHotkey::<Test>::get(1), hotkey);
        let other = Calls::sudo_set_subnet_owner_hotkey { netuid: 1, hotkey: OWNER };
        assert_ok!(root(other));
        assert_eq!(SubnetOwnerHotkey::<Test>::get(1), OWNER);
    });
}

#[test]
fn mechanisms_come_and_go_with_their_lists() {
    chain(|| {
        let count = |netuid, mechanism_count| Calls::sudo_set_mechanism_count { netuid, mechanism_count };
        assert_noop!(root(count(1, 0)), Refused::InvalidValue);
        assert_noop!(root(count(1, 3)), Refused::InvalidValue);
        assert_noop!(root(count(0, 2)), Refused::NotPermittedOnRootSubnet);
        assert_noop!(root(count(9, 2)), Refused::SubnetDoesNotExist);
        pallet_subtensor::GenesisConfig::<Test> {
            neurons: vec![NeuronGenesis { netuid: 1, hotkey: OWNER, coldkey: OWNER, stake: 0 }],
            ..Default::default()
        }
        .build();
        assert_ok!(signed(OWNER, count(1, 2)));
        assert_eq!(LastUpdate::<Test>::get(4_097).len(), 1);
        assert_eq!(SubtensorModule::check_invariants(), Ok(()));
        let split = |maybe_split| Calls::sudo_set_mechanism_emission_split { netuid: 1, maybe_split };
        assert_noop!(root(split(Some(vec![65_535]))), Refused::InvalidValue);
        assert_noop!(root(split(Some(vec![1, 65_535]))), Refused::InvalidValue);
        assert_ok!(signed(OWNER, split(Some(vec![1, 65_534]))));
        assert_eq!(MechanismEmissionSplit::<Test>::get(1), Some(vec![1, 65_534]));
        Weights::<Test>::insert(4_097, 0, vec![(0, 1)]);
        assert_ok!(root(count(1, 1)));
        assert!(LastUpdate::<Test>::get(4_097).is_empty() && Weights::<Test>::get(4_097, 0).is_empty());
        assert_eq!(MechanismEmissionSplit::<Test>::get(1), None);
        assert_ok!(root(split(None)));
    });
}

#[test]
fn calls_have_the_public_chains_indices() {
    let index = |name| {
        let place = Calls::get_call_names().iter().position(|other| *other == name).unwrap();
        Calls::get_call_indices()[place]
    };
    assert_eq!(index("sudo_set_default_take"), 1);
    assert_eq!(index("sudo_set_kappa"), 16);
    assert_eq!(index("sudo_set_tempo"), 30);
    assert_eq!(index("sudo_set_commit_reveal_weights_enabled"), 49);
    assert_eq!(index("sudo_set_bonds_penalty"), 60);
    assert_eq!(index("sudo_set_sn_owner_hotkey"), 67);
    assert_eq!(index("sudo_set_yuma3_enabled"), 69);
    assert_eq!(index("sudo_set_mechanism_emission_split"), 77);
    assert_eq!(index("sudo_set_max_mechanism_count"), 88);
    assert_eq!(Calls::sudo_set_tempo { netuid: 0x0201, tempo: 0x0403 }.encode(), [30, 1, 2, 3, 4]);
}
