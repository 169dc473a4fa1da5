use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn enter(n: u8) -> sp_runtime::DispatchResult {
    SubtensorModule::root_register(signed(cold(n)), hot(n))
}

#[test]
fn root_register_works() {
    local(|| {
        assert_ok!(enter(1));
        assert_eq!(Uids::<Test>::get(ROOT, hot(1)), Some(0));
        assert_eq!(Owner::<Test>::get(hot(1)), cold(1));
        System::assert_last_event(Event::NeuronRegistered(ROOT, 0, hot(1)).into());
        assert_noop!(enter(1), Error::<Test>::HotKeyAlreadyRegisteredInSubNet);
        assert_noop!(
            SubtensorModule::root_register(signed(cold(2)), hot(1)),
            Error::<Test>::HotKeyAlreadyRegisteredInSubNet
        );
        assert_ok!(SubtensorModule::try_associate_hotkey(signed(cold(2)), hot(2)));
        assert_noop!(SubtensorModule::root_register(signed(cold(3)), hot(2)), Error::<Test>::NonAssociatedColdKey);
    });
}

#[test]
fn on_a_full_root_network_the_least_stake_gives_way_to_more() {
    local(|| {
        MaxAllowedUids::<Test>::insert(ROOT, 2);
        assert_ok!(enter(1));
        assert_ok!(enter(2));
        for (n, stake) in [(1, 7), (2, 5)] {
            assert_ok!(SubtensorModule::add_stake(signed(cold(n)), hot(n), ROOT, stake * TAO));
        }
        assert_noop!(enter(3), Error::<Test>::StakeTooLowForRoot);
        assert_ok!(SubtensorModule::try_associate_hotkey(signed(cold(3)), hot(3)));
        assert_ok!(SubtensorModule::add_stake(signed(cold(3)), hot(3), ROOT, 6 * TAO));
        assert_ok!(enter(3));
        assert_eq!(Uids::<Test>::get(ROOT, hot(3)), Some(1));
        assert_eq!(Uids::<Test>::get(ROOT, hot(2)), None);
    });
}

#[test]
fn root_takes_so_many_registrations_in_a_block() {
    local(|| {
        MaxRegistrationsPerBlock::<Test>::insert(ROOT, 1);
        assert_ok!(enter(1));
        assert_noop!(enter(2), Error::<Test>::TooManyRegistrationsThisBlock);
        pass_blocks(1);
        TargetRegistrationsPerInterval::<Test>::insert(ROOT, 0);
        assert_noop!(enter(2), Error::<Test>::TooManyRegistrationsThisInterval);
    });
}

#[test]
fn stake_on_the_root_network_counts_in_subnets_by_its_weight() {
    local(|| {
        join(1, 0);
        assert_ok!(SubtensorModule::add_stake(signed(cold(1)), hot(1), ROOT, 1_000 * TAO));
        // 971718665099567868 of 2^64 - 1.
        assert_eq!(SubtensorModule::stake_weight(&hot(1), NETUID), 52_676_974_387);
        let info = SubtensorModule::get_metagraph(NETUID).unwrap();
        assert_eq!((info.alpha_stake[0].0, info.tao_stake[0].0), (0, 52_676_974_387));
    });
}
