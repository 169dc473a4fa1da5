use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, assert_storage_noop, storage::with_storage_layer};
use sp_runtime::AccountId32;

fn register(n: u8) -> sp_runtime::DispatchResult {
    SubtensorModule::burned_register(signed(cold(n)), NETUID, hot(n))
}

#[test]
fn burned_register_works() {
    local(|| {
        assert_ok!(register(1));
        assert_eq!(Uids::<Test>::get(NETUID, hot(1)), Some(0));
        assert_eq!(Keys::<Test>::get(NETUID, 0), hot(1));
        assert_eq!(Owner::<Test>::get(hot(1)), cold(1));
        assert_eq!(OwnedHotkeys::<Test>::get(cold(1)), [hot(1)]);
        assert_eq!(BlockAtRegistration::<Test>::get(NETUID, 0), 1);
        assert_eq!(LastUpdate::<Test>::get(NETUID), [1]);
        assert_eq!(Active::<Test>::get(NETUID), [true]);
        assert_eq!(ValidatorPermit::<Test>::get(NETUID), [false]);
        assert!(IsNetworkMember::<Test>::get(hot(1), NETUID));
        System::assert_last_event(Event::NeuronRegistered(NETUID, 0, hot(1)).into());
    });
}

#[test]
fn registration_destroys_its_price() {
    local(|| {
        let before = all_rao();
        assert_ok!(register(1));
        assert_eq!(Balances::free_balance(cold(1)), RICH - BURN);
        assert_eq!(RAORecycledForRegistration::<Test>::get(NETUID), BURN);
        assert_eq!(all_rao(), before - BURN);
    });
}

#[test]
fn a_registered_hotkey_has_an_account_without_any_balance() {
    local(|| {
        assert!(!System::account_exists(&hot(1)));
        assert_ok!(register(1));
        assert!(System::account_exists(&hot(1)));
        assert_eq!(Balances::free_balance(hot(1)), 0);
    });
}

#[test]
fn cannot_register_on_the_root_network() {
    local(|| {
        assert_noop!(
            SubtensorModule::burned_register(signed(cold(1)), ROOT, hot(1)),
            Error::<Test>::RegistrationNotPermittedOnRootSubnet
        );
    });
}

#[test]
fn cannot_register_on_an_unknown_subnet() {
    local(|| {
        assert_noop!(SubtensorModule::burned_register(signed(cold(1)), 7, hot(1)), Error::<Test>::SubnetNotExists);
    });
}

#[test]
fn cannot_register_where_registration_is_closed() {
    with_subnet(
        |subnet| subnet.registration_allowed = false,
        || {
            assert_noop!(register(1), Error::<Test>::SubNetRegistrationDisabled);
        },
    );
}

#[test]
fn a_block_admits_so_many_registrations() {
    with_subnet(
        |subnet| subnet.max_registrations_per_block = 2,
        || {
            assert_ok!(register(1));
            assert_ok!(register(2));
            assert_noop!(register(3), Error::<Test>::TooManyRegistrationsThisBlock);
            pass_blocks(1);
            assert_ok!(register(3));
        },
    );
}

#[test]
fn an_interval_admits_three_times_its_target() {
    with_subnet(
        |subnet| {
            subnet.target_registrations_per_interval = 1;
            subnet.adjustment_interval = 10;
        },
        || {
            (1..=3).for_each(|n| register(n).unwrap());
            assert_noop!(register(4), Error::<Test>::TooManyRegistrationsThisInterval);
            pass_blocks(10);
            assert_ok!(register(4));
        },
    );
}

#[test]
fn cannot_register_twice() {
    local(|| {
        assert_ok!(register(1));
        assert_noop!(register(1), Error::<Test>::HotKeyAlreadyRegisteredInSubNet);
    });
}

#[test]
fn cannot_register_the_hotkey_of_another() {
    with_subnet(
        |subnet| {
            subnet.max_allowed_uids = 1;
            subnet.immunity_period = 0;
            subnet.min_non_immune_uids = 0;
        },
        || {
            assert_ok!(register(1));
            // Pushed out, the hotkey still belongs to its coldkey.
            assert_ok!(register(2));
            assert_noop!(
                SubtensorModule::burned_register(signed(cold(3)), NETUID, hot(1)),
                Error::<Test>::NonAssociatedColdKey
            );
            assert_ok!(register(1));
        },
    );
}

#[test]
fn cannot_register_without_the_price() {
    local(|| {
        let poor = AccountId32::new([77; 32]);
        assert_noop!(
            SubtensorModule::burned_register(signed(poor.clone()), NETUID, hot(1)),
            Error::<Test>::NotEnoughBalanceToStake
        );
        assert_ok!(Balances::transfer_allow_death(signed(cold(1)), poor.clone(), BURN));
        assert_noop!(
            SubtensorModule::burned_register(signed(poor.clone()), NETUID, hot(1)),
            Error::<Test>::NotEnoughBalanceToStake
        );
        assert_ok!(Balances::transfer_allow_death(signed(cold(1)), poor.clone(), 500));
        assert_ok!(SubtensorModule::burned_register(signed(poor), NETUID, hot(1)));
    });
}

#[test]
fn cannot_own_too_many_hotkeys() {
    local(|| {
        for n in 0..8 {
            assert_ok!(SubtensorModule::burned_register(signed(cold(1)), NETUID, hot(n)));
        }
        // The runtime undoes what a refused call wrote, as this layer does.
        let refused = || {
            let call = || SubtensorModule::burned_register(signed(cold(1)), NETUID, hot(8));
            assert_eq!(with_storage_layer(call), Err(Error::<Test>::Overflow.into()));
        };
        assert_storage_noop!(refused());
        assert_eq!(OwnedHotkeys::<Test>::get(cold(1)).len(), 8);
    });
}

#[test]
fn cannot_register_where_no_uid_exists() {
    with_subnet(
        |subnet| subnet.max_allowed_uids = 0,
        || {
            assert_noop!(register(1), Error::<Test>::NoNeuronIdAvailable);
        },
    );
}

#[test]
fn a_full_subnet_prunes_the_lowest_emission() {
    with_subnet(
        |subnet| {
            subnet.max_allowed_uids = 3;
            subnet.immunity_period = 0;
            subnet.min_non_immune_uids = 0;
        },
        || {
            (1..=3).for_each(|n| register(n).unwrap());
            Emission::<Test>::insert(NETUID, vec![5, 3, 4]);
            assert_ok!(SubtensorModule::serve_axon(signed(hot(2)), NETUID, 1, 0x08080808, 9, 4, 0, 0, 0));
            assert_ok!(set_weights(2, vec![1], vec![1]));
            Bonds::<Test>::insert(NETUID, 1, vec![(0, 9)]);
            ValidatorPermit::<Test>::insert(NETUID, vec![true; 3]);
            pass_blocks(2);

            assert_ok!(register(4));
            assert_eq!(Uids::<Test>::get(NETUID, hot(4)), Some(1));
            assert_eq!(Keys::<Test>::get(NETUID, 1), hot(4));
            assert_eq!(Uids::<Test>::get(NETUID, hot(2)), None);
            assert!(!IsNetworkMember::<Test>::get(hot(2), NETUID));
            assert_eq!(SubnetworkN::<Test>::get(NETUID), 3);
            assert_eq!(Axons::<Test>::get(NETUID, hot(2)), None);
            assert!(Weights::<Test>::get(NETUID, 1).is_empty());
            assert!(Bonds::<Test>::get(NETUID, 1).is_empty());
            assert_eq!(Emission::<Test>::get(NETUID), [5, 0, 4]);
            assert_eq!(LastUpdate::<Test>::get(NETUID), [1, 3, 1]);
            assert_eq!(ValidatorPermit::<Test>::get(NETUID), [true, false, true]);
            assert_eq!(BlockAtRegistration::<Test>::get(NETUID, 1), 3);
        },
    );
}

#[test]
fn a_pruned_neuron_keeps_its_stake() {
    with_subnet(
        |subnet| subnet.max_allowed_uids = 1,
        || {
            join(1, 10 * TAO);
            assert_ok!(register(2));
            assert_eq!(SubtensorModule::stake_of(&hot(1), &cold(1), NETUID), 10 * TAO);
            assert_ok!(SubtensorModule::remove_stake(signed(cold(1)), hot(1), NETUID, 10 * TAO));
        },
    );
}

#[test]
fn on_equal_emission_the_earliest_then_the_lowest_uid_goes() {
    with_subnet(
        |subnet| {
            subnet.max_allowed_uids = 3;
            subnet.immunity_period = 0;
            subnet.min_non_immune_uids = 0;
        },
        || {
            (1..=3).for_each(|n| register(n).unwrap());
            assert_eq!(SubtensorModule::neuron_to_prune(NETUID), Some(0));
            pass_blocks(1);
            assert_ok!(register(4));
            assert_eq!(Uids::<Test>::get(NETUID, hot(4)), Some(0));
            assert_eq!(SubtensorModule::neuron_to_prune(NETUID), Some(1));
        },
    );
}

#[test]
fn immune_neurons_stay_while_enough_others_can_go() {
    with_subnet(
        |subnet| {
            subnet.max_allowed_uids = 3;
            subnet.immunity_period = 100;
        },
        || {
            MinNonImmuneUids::<Test>::insert(NETUID, 1);
            assert_ok!(register(1));
            assert_ok!(register(2));
            pass_blocks(100);
            assert_ok!(register(3));
            Emission::<Test>::insert(NETUID, vec![5, 6, 0]);
            assert_eq!(SubtensorModule::neuron_to_prune(NETUID), Some(0));
            // Two are past immunity; where two must remain, an immune one goes.
            MinNonImmuneUids::<Test>::insert(NETUID, 2);
            assert_eq!(SubtensorModule::neuron_to_prune(NETUID), Some(2));
        },
    );
}

#[test]
fn the_owner_is_never_pruned() {
    with_subnet(
        |subnet| {
            subnet.max_allowed_uids = 2;
            subnet.immunity_period = 0;
            subnet.min_non_immune_uids = 0;
            subnet.owner = Some(cold(1));
            subnet.owner_hotkey = Some(hot(1));
        },
        || {
            assert_ok!(register(1));
            assert_ok!(register(2));
            assert_eq!(SubtensorModule::neuron_to_prune(NETUID), Some(1));
            MaxAllowedUids::<Test>::insert(NETUID, 1);
            assert_ok!(register(3));
            assert_eq!(Uids::<Test>::get(NETUID, hot(1)), Some(0));
        },
    );
}

#[test]
fn a_subnet_of_the_owner_alone_takes_nobody() {
    with_subnet(
        |subnet| {
            subnet.max_allowed_uids = 1;
            subnet.owner = Some(cold(1));
            subnet.owner_hotkey = Some(hot(1));
        },
        || {
            assert_ok!(register(1));
            assert_noop!(register(2), Error::<Test>::NoNeuronIdAvailable);
        },
    );
}

#[test]
fn register_limit_keeps_to_its_limit() {
    local(|| {
        let call = |netuid, limit| SubtensorModule::register_limit(signed(cold(1)), netuid, hot(1), limit);
        assert_noop!(call(ROOT, BURN), Error::<Test>::RegistrationNotPermittedOnRootSubnet);
        assert_noop!(call(9, BURN), Error::<Test>::SubnetNotExists);
        assert_noop!(call(NETUID, BURN - 1), Error::<Test>::RegistrationPriceLimitExceeded);
        assert_ok!(call(NETUID, BURN));
        assert_eq!(Balances::free_balance(cold(1)), RICH - BURN);
        System::assert_last_event(Event::NeuronRegistered(NETUID, 0, hot(1)).into());
        assert_noop!(call(NETUID, BURN), Error::<Test>::HotKeyAlreadyRegisteredInSubNet);
    });
}

#[test]
fn what_others_said_of_a_pruned_neuron_is_zero() {
    with_subnet(
        |subnet| {
            subnet.max_allowed_uids = 3;
            subnet.immunity_period = 0;
            subnet.min_non_immune_uids = 0;
        },
        || {
            (1..=3).for_each(|n| register(n).unwrap());
            Emission::<Test>::insert(NETUID, vec![5, 3, 4]);
            Weights::<Test>::insert(NETUID, 0, vec![(2, 65_535), (1, 7)]);
            Weights::<Test>::insert(NETUID, 2, vec![(0, 65_535)]);
            assert_ok!(register(4));
            assert_eq!(Weights::<Test>::get(NETUID, 0), [(2, 65_535), (1, 0)]);
            assert_eq!(Weights::<Test>::get(NETUID, 2), [(0, 65_535)]);
        },
    );
}

#[test]
fn as_many_neurons_past_immunity_remain_as_the_subnet_wants() {
    with_subnet(
        |subnet| {
            subnet.max_allowed_uids = 3;
            subnet.immunity_period = 10;
            subnet.min_non_immune_uids = 2;
        },
        || {
            (1..=2).for_each(|n| register(n).unwrap());
            pass_blocks(10);
            register(3).unwrap();
            // Two are past immunity: only the third may go.
            assert_eq!(SubtensorModule::neuron_to_prune(NETUID), Some(2));
            MinNonImmuneUids::<Test>::insert(NETUID, 1);
            assert_eq!(SubtensorModule::neuron_to_prune(NETUID), Some(0));
            MinNonImmuneUids::<Test>::insert(NETUID, 3);
            pass_blocks(10);
            assert_eq!(SubtensorModule::neuron_to_prune(NETUID), None);
            assert_noop!(register(4), Error::<Test>::NoNeuronIdAvailable);
        },
    );
}

#[test]
fn so_many_neurons_of_the_owner_are_never_pruned_as_its_limit_says() {
    with_subnet(
        |subnet| {
            subnet.max_allowed_uids = 3;
            subnet.immunity_period = 0;
            subnet.min_non_immune_uids = 0;
            subnet.owner = Some(cold(1));
            subnet.owner_hotkey = Some(hot(3));
        },
        || {
            for n in 1..=3 {
                assert_ok!(SubtensorModule::burned_register(signed(cold(1)), NETUID, hot(n)));
            }
            Emission::<Test>::insert(NETUID, vec![1, 2, 0]);
            let prune = || SubtensorModule::neuron_to_prune(NETUID);
            assert_eq!(prune(), Some(0));
            ImmuneOwnerUidsLimit::<Test>::insert(NETUID, 2);
            assert_eq!(prune(), Some(1));
            ImmuneOwnerUidsLimit::<Test>::insert(NETUID, 3);
            assert_eq!(prune(), None);
            ImmuneOwnerUidsLimit::<Test>::insert(NETUID, 0);
            assert_eq!(prune(), Some(2));
        },
    );
}
