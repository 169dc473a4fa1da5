use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

const PUBLIC: u128 = 0x08080808;
const LOOPBACK: u128 = 0x7f000001;

fn serve(n: u8, ip_type: u8, ip: u128, port: u16) -> DispatchResult {
    SubtensorModule::serve_axon(signed(hot(n)), NETUID, 3, ip, port, ip_type, 4, 5, 6)
}

#[test]
fn serve_axon_works() {
    local(|| {
        join(1, 0);
        assert_ok!(serve(1, 4, PUBLIC, 8091));
        let axon = AxonInfo {
            block: 1,
            version: 3,
            ip: PUBLIC,
            port: 8091,
            ip_type: 4,
            protocol: 4,
            placeholder1: 5,
            placeholder2: 6,
        };
        assert_eq!(Axons::<Test>::get(NETUID, hot(1)), Some(axon));
        System::assert_last_event(Event::AxonServed(NETUID, hot(1)).into());
    });
}

#[test]
fn cannot_serve_if_unregistered() {
    local(|| {
        assert_noop!(serve(1, 4, PUBLIC, 8091), Error::<Test>::HotKeyNotRegisteredInNetwork);
    });
}

#[test]
fn cannot_serve_an_address_of_another_type() {
    local(|| {
        join(1, 0);
        for ip_type in [0, 5, 7, 255] {
            assert_noop!(serve(1, ip_type, PUBLIC, 8091), Error::<Test>::InvalidIpType);
        }
    });
}

#[test]
fn cannot_serve_an_address_that_is_none() {
    local(|| {
        join(1, 0);
        for (ip_type, ip) in [(4, u128::from(u32::MAX)), (4, u128::from(u32::MAX) + 1), (6, u128::MAX)] {
            assert_noop!(serve(1, ip_type, ip, 8091), Error::<Test>::InvalidIpAddress);
        }
        assert_ok!(serve(1, 6, u128::from(u32::MAX) + 1, 8091));
        assert_ok!(serve(1, 4, 0, 8091));
    });
}

#[test]
fn loopback_is_refused_unless_genesis_allows_it() {
    local(|| {
        join(1, 0);
        for (ip_type, ip) in [(4, LOOPBACK), (6, 1)] {
            assert_noop!(serve(1, ip_type, ip, 8091), Error::<Test>::InvalidIpAddress);
        }
        AllowLoopbackAxons::<Test>::put(true);
        assert_ok!(serve(1, 4, LOOPBACK, 8091));
        assert_ok!(serve(1, 6, 1, 8091));
    });
}

#[test]
fn cannot_serve_on_port_zero() {
    local(|| {
        join(1, 0);
        assert_noop!(serve(1, 4, PUBLIC, 0), Error::<Test>::InvalidPort);
    });
}

#[test]
fn serving_waits_for_the_rate_limit() {
    with_subnet(
        |subnet| subnet.serving_rate_limit = 5,
        || {
            join(1, 0);
            assert_ok!(serve(1, 4, PUBLIC, 8091));
            pass_blocks(4);
            assert_noop!(serve(1, 4, PUBLIC, 8092), Error::<Test>::ServingRateLimitExceeded);
            pass_blocks(1);
            assert_ok!(serve(1, 4, PUBLIC, 8092));
            assert_eq!(Axons::<Test>::get(NETUID, hot(1)).unwrap().port, 8092);
        },
    );
}

fn serve_tls(certificate: Vec<u8>) -> sp_runtime::DispatchResult {
    SubtensorModule::serve_axon_tls(signed(hot(1)), NETUID, 1, 0x08080808, 9, 4, 0, 0, 0, certificate)
}

#[test]
fn serve_axon_tls_keeps_the_certificate() {
    local(|| {
        assert_noop!(serve_tls(vec![1, 2]), Error::<Test>::HotKeyNotRegisteredInNetwork);
        join(1, 0);
        let key = vec![7; 64];
        assert_ok!(serve_tls([&[3], &key[..]].concat()));
        let kept = NeuronCertificates::<Test>::get(NETUID, hot(1)).unwrap();
        assert_eq!((kept.algorithm, kept.public_key.into_inner()), (3, key));
        assert_eq!(Axons::<Test>::get(NETUID, hot(1)).unwrap().port, 9);
        // What is no certificate leaves the last one.
        assert_ok!(serve_tls(vec![]));
        assert_ok!(serve_tls(vec![1; 66]));
        assert_eq!(NeuronCertificates::<Test>::get(NETUID, hot(1)).unwrap().algorithm, 3);
    });
}

#[test]
fn serve_prometheus_works_and_keeps_its_rules() {
    local(|| {
        let serve =
            |n: u8, ip, port, ip_type| SubtensorModule::serve_prometheus(signed(hot(n)), NETUID, 1, ip, port, ip_type);
        join(1, 0);
        assert_noop!(serve(1, 0x08080808, 9, 5), Error::<Test>::InvalidIpType);
        assert_noop!(serve(1, 0x7f000001, 9, 4), Error::<Test>::InvalidIpAddress);
        assert_noop!(serve(2, 0x08080808, 9, 4), Error::<Test>::HotKeyNotRegisteredInNetwork);
        assert_noop!(serve(1, 0x08080808, 0, 4), Error::<Test>::InvalidPort);
        assert_ok!(serve(1, 0x08080808, 9, 4));
        System::assert_last_event(Event::PrometheusServed(NETUID, hot(1)).into());
        ServingRateLimit::<Test>::insert(NETUID, 5);
        assert_noop!(serve(1, 0x08080808, 9, 4), Error::<Test>::ServingRateLimitExceeded);
        assert_eq!(SubtensorModule::get_neuron_lite(NETUID, 0).unwrap().prometheus_info.port, 9);
    });
}
