use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_coldkey_with_a_neuron_says_who_it_is() {
    local(|| {
        let call = |name: Vec<u8>| {
            let empty = Vec::new;
            SubtensorModule::set_identity(
                signed(cold(1)),
                name,
                empty(),
                empty(),
                empty(),
                empty(),
                empty(),
                b"more".to_vec(),
            )
        };
        assert_noop!(call(b"me".to_vec()), Error::<Test>::HotKeyNotRegisteredInNetwork);
        join(1, 0);
        assert_noop!(call(vec![b'x'; 257]), Error::<Test>::InvalidIdentity);
        assert_ok!(call(b"me".to_vec()));
        System::assert_last_event(Event::ChainIdentitySet(cold(1)).into());
        let identity = IdentitiesV2::<Test>::get(cold(1)).unwrap();
        assert_eq!((identity.name, identity.additional), (b"me".to_vec(), b"more".to_vec()));
        assert!(SubtensorModule::get_metagraph(NETUID).unwrap().identities[0].is_some());
    });
}

#[test]
fn an_owner_says_what_its_subnet_is() {
    with_subnet(
        |subnet| subnet.owner = Some(cold(1)),
        || {
            let call = |n: u8, netuid, name: Vec<u8>| {
                let empty = Vec::new;
                SubtensorModule::set_subnet_identity(
                    signed(cold(n)),
                    netuid,
                    name,
                    empty(),
                    empty(),
                    empty(),
                    empty(),
                    empty(),
                    empty(),
                    empty(),
                )
            };
            assert_noop!(call(1, 9, vec![]), Error::<Test>::NotSubnetOwner);
            assert_noop!(call(2, NETUID, vec![]), Error::<Test>::NotSubnetOwner);
            assert_noop!(call(1, NETUID, vec![b'x'; 257]), Error::<Test>::InvalidIdentity);
            assert_ok!(call(1, NETUID, b"mine".to_vec()));
            System::assert_last_event(Event::SubnetIdentitySet(NETUID).into());
            let info = SubtensorModule::get_dynamic_info(NETUID).unwrap();
            assert_eq!(info.subnet_name.iter().map(|byte| byte.0).collect::<Vec<_>>(), b"mine");
            assert!(SubtensorModule::get_subnet_info_v2(NETUID).unwrap().identity.is_some());
        },
    );
}
