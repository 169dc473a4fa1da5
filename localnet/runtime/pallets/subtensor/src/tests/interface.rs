//! Numbers and bytes that existing clients know.

use crate::{mock::*, *};
use codec::{Compact, Encode};
use frame_support::assert_ok;

#[test]
fn calls_have_the_public_chains_indices() {
    let index = |call: Call<Test>| call.encode()[0];
    assert_eq!(index(Call::set_weights { netuid: 0, dests: vec![], weights: vec![], version_key: 0 }), 0);
    assert_eq!(index(Call::add_stake { hotkey: hot(1), netuid: 0, amount_staked: 0 }), 2);
    assert_eq!(index(Call::remove_stake { hotkey: hot(1), netuid: 0, amount_unstaked: 0 }), 3);
    assert_eq!(index(Call::burned_register { netuid: 0, hotkey: hot(1) }), 7);
    let set = Call::set_mechanism_weights { netuid: 0, mecid: 0, dests: vec![], weights: vec![], version_key: 0 };
    assert_eq!(index(set), 119);
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
}

#[test]
fn events_have_the_public_chains_indices() {
    let index = |event: Event<Test>| event.encode()[0];
    assert_eq!(index(Event::StakeAdded(cold(1), hot(1), 0, 0, 0, 0)), 2);
    assert_eq!(index(Event::StakeRemoved(cold(1), hot(1), 0, 0, 0, 0)), 3);
    assert_eq!(index(Event::WeightsSet(0, 0)), 5);
    assert_eq!(index(Event::NeuronRegistered(0, 0, hot(1))), 6);
    assert_eq!(index(Event::AxonServed(0, hot(1))), 28);
    assert_eq!(index(Event::IncentiveAlphaEmittedToMiners(0, vec![])), 108);
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
