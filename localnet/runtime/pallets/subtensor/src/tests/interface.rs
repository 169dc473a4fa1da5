//! Numbers and bytes that existing clients know.

use crate::{mock::*, *};
use codec::{Compact, Encode};
use frame_support::assert_ok;

/// Every call with the number that the public chain gave it.
#[test]
fn calls_have_the_public_chains_indices() {
    use frame_support::traits::{GetCallIndex, GetCallName};
    let known = [
        ("set_weights", 0),
        ("add_stake", 2),
        ("remove_stake", 3),
        ("serve_axon", 4),
        ("serve_prometheus", 5),
        ("register", 6),
        ("burned_register", 7),
        ("serve_axon_tls", 40),
        ("register_network", 59),
        ("faucet", 60),
        ("dissolve_network", 61),
        ("root_register", 62),
        ("decrease_take", 65),
        ("increase_take", 66),
        ("set_children", 67),
        ("set_identity", 68),
        ("sudo_set_tx_childkey_take_rate_limit", 69),
        ("swap_hotkey", 70),
        ("swap_coldkey", 71),
        ("swap_hotkey_v2", 72),
        ("set_childkey_take", 75),
        ("sudo_set_min_childkey_take", 76),
        ("sudo_set_max_childkey_take", 77),
        ("set_subnet_identity", 78),
        ("register_network_with_identity", 79),
        ("batch_set_weights", 80),
        ("unstake_all", 83),
        ("unstake_all_alpha", 84),
        ("move_stake", 85),
        ("transfer_stake", 86),
        ("swap_stake", 87),
        ("add_stake_limit", 88),
        ("remove_stake_limit", 89),
        ("swap_stake_limit", 90),
        ("try_associate_hotkey", 91),
        ("start_call", 92),
        ("commit_weights", 96),
        ("reveal_weights", 97),
        ("batch_reveal_weights", 98),
        ("batch_commit_weights", 100),
        ("recycle_alpha", 101),
        ("burn_alpha", 102),
        ("remove_stake_full_limit", 103),
        ("set_pending_childkey_cooldown", 109),
        ("update_symbol", 112),
        ("set_coldkey_auto_stake_hotkey", 114),
        ("commit_mechanism_weights", 115),
        ("reveal_mechanism_weights", 116),
        ("set_mechanism_weights", 119),
        ("root_dissolve_network", 120),
        ("announce_coldkey_swap", 125),
        ("swap_coldkey_announced", 126),
        ("dispute_coldkey_swap", 127),
        ("reset_coldkey_swap", 128),
        ("add_stake_burn", 132),
        ("clear_coldkey_swap_announcement", 133),
        ("register_limit", 134),
        ("set_tempo", 139),
        ("set_activity_cutoff_factor", 140),
        ("trigger_epoch", 141),
    ];
    let mut calls: Vec<(&str, u8)> =
        Call::<Test>::get_call_names().iter().copied().zip(Call::<Test>::get_call_indices().iter().copied()).collect();
    calls.sort_unstable_by_key(|(_, index)| *index);
    assert_eq!(calls, known);
}

#[test]
fn arguments_are_in_the_public_chains_order() {
    let serve = Call::<Test>::serve_axon {
        netuid: 0x0201,
        version: 0x06050403,
        ip: 7,
        port: 0x0908,
        ip_type: 10,
        protocol: 11,
        placeholder1: 12,
        placeholder2: 13,
    };
    let mut bytes = vec![4, 1, 2, 3, 4, 5, 6, 7];
    bytes.extend([0; 15]);
    bytes.extend([8, 9, 10, 11, 12, 13]);
    assert_eq!(serve.encode(), bytes);
    let register = Call::<Test>::register {
        netuid: 1,
        block_number: 2,
        nonce: 3,
        work: vec![4],
        hotkey: hot(5),
        coldkey: cold(6),
    };
    assert_eq!(register.encode(), (6u8, 1u16, 2u64, 3u64, vec![4u8], hot(5), cold(6)).encode());
    let shift = Call::<Test>::move_stake {
        origin_hotkey: hot(1),
        destination_hotkey: hot(2),
        origin_netuid: 3,
        destination_netuid: 4,
        alpha_amount: 5,
    };
    assert_eq!(shift.encode(), (85u8, hot(1), hot(2), 3u16, 4u16, 5u64).encode());
}

#[test]
fn events_have_the_public_chains_indices() {
    let index = |event: Event<Test>| event.encode()[0];
    assert_eq!(index(Event::StakeAdded(cold(1), hot(1), 0, 0, 0, 0)), 2);
    assert_eq!(index(Event::StakeRemoved(cold(1), hot(1), 0, 0, 0, 0)), 3);
    assert_eq!(index(Event::WeightsSet(0, 0)), 5);
    assert_eq!(index(Event::NeuronRegistered(0, 0, hot(1))), 6);
    assert_eq!(index(Event::AxonServed(0, hot(1))), 28);
    assert_eq!(index(Event::IncentiveAlphaEmittedToMiners { netuid: 0, emissions: vec![] }), 108);
    assert_eq!(index(Event::NetworkAdded(0, 0)), 0);
    assert_eq!(index(Event::StakeMoved(cold(1), hot(1), 0, hot(1), 0, 0)), 4);
    assert_eq!(index(Event::TempoSet(0, 0)), 50);
    assert_eq!(index(Event::HotkeySwapped { coldkey: cold(1), old_hotkey: hot(1), new_hotkey: hot(2) }), 64);
    assert_eq!(index(Event::SetChildren(hot(1), 0, vec![])), 74);
    assert_eq!(index(Event::StakeTransferred(cold(1), cold(1), hot(1), 0, 0, 0)), 89);
    assert_eq!(index(Event::MinNonImmuneUidsSet(0, 0)), 111);
}

#[test]
fn errors_have_the_public_chains_indices() {
    let index = |error: Error<Test>| error.encode()[0];
    assert_eq!(index(Error::RootNetworkDoesNotExist), 0);
    assert_eq!(index(Error::HotKeyNotRegisteredInSubNet), 4);
    assert_eq!(index(Error::NeuronNoValidatorPermit), 15);
    assert_eq!(index(Error::SettingWeightsTooFast), 28);
    assert_eq!(index(Error::CommitRevealEnabled), 52);
    assert_eq!(index(Error::SubnetNotExists), 75);
    assert_eq!(index(Error::AmountTooLow), 81);
    assert_eq!(index(Error::SubtokenDisabled), 93);
    assert_eq!(index(Error::AddStakeBurnRateLimitExceeded), 130);
}

#[test]
fn neurons_are_told_as_they_are_stored() {
    local(|| {
        join(1, 100 * TAO);
        join(2, 0);
        assert_ok!(SubtensorModule::serve_axon(signed(hot(2)), NETUID, 1, 0x08080808, 9, 4, 0, 0, 0));
        pass_epoch();
        assert_ok!(set_weights(1, vec![1], vec![9]));
        pass_epoch();

        let lite = SubtensorModule::get_neurons_lite(NETUID);
        assert_eq!(lite.len(), 2);
        assert_eq!(lite[0].hotkey, hot(1));
        assert_eq!(lite[0].coldkey, cold(1));
        assert_eq!(lite[0].stake, [(cold(1), Compact(160 * TAO))]);
        assert_eq!((lite[0].uid, lite[1].uid), (Compact(0), Compact(1)));
        assert!(lite[0].validator_permit && lite[0].active);
        assert_eq!(lite[0].last_update, Compact(40));
        assert_eq!(lite[1].axon_info.port, 9);
        assert_eq!(lite[1].incentive, Compact(65_535));
        assert_eq!(SubtensorModule::get_neuron_lite(NETUID, 1).as_ref(), lite.get(1));

        let full = SubtensorModule::get_neurons(NETUID);
        assert_eq!(full[0].weights, [(Compact(1), Compact(65_535))]);
        assert_eq!(full[0].bonds.len(), 1);
        assert_eq!(SubtensorModule::get_neuron(NETUID, 0).as_ref(), full.first());

        // The full answer is the short one with two lists before the last field.
        let (short, long) = (lite[1].encode(), full[1].encode());
        let score = Compact(65_535u16).encode();
        assert_eq!(short[..short.len() - score.len()], long[..long.len() - score.len() - 2]);
    });
}

#[test]
fn unknown_neurons_and_subnets_are_told_as_nothing() {
    local(|| {
        join(1, 0);
        assert!(SubtensorModule::get_neurons(9).is_empty());
        assert!(SubtensorModule::get_neurons_lite(9).is_empty());
        assert!(SubtensorModule::get_neuron(NETUID, 1).is_none());
        assert!(SubtensorModule::get_neuron_lite(9, 0).is_none());
    });
}
