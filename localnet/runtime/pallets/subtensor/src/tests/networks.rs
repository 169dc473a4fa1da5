use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, DispatchResult};

const NEW: u16 = 2;

fn create(n: u8) -> DispatchResult {
    done(SubtensorModule::register_network(signed(cold(n)), hot(n)))
}

#[test]
fn register_network_works() {
    local(|| {
        let before = all_rao();
        assert_eq!(SubtensorModule::get_network_registration_cost(), TAO);
        assert_ok!(create(1));
        System::assert_last_event(Event::NetworkAdded(NEW, 1).into());
        assert_eq!(SubtensorModule::netuids(), [0, 1, 2]);
        assert_eq!(SubnetOwner::<Test>::get(NEW), cold(1));
        assert_eq!(SubnetOwnerHotkey::<Test>::get(NEW), hot(1));
        assert_eq!(Keys::<Test>::get(NEW, 0), hot(1));
        assert_eq!((SubnetLocked::<Test>::get(NEW), NetworkLastLockCost::<Test>::get()), (TAO, TAO));
        assert_eq!(Balances::free_balance(cold(1)), RICH - TAO);
        // The price is locked, not lost.
        assert_eq!(all_rao(), before);
        assert_noop!(SubtensorModule::add_stake(signed(cold(1)), hot(1), NEW, TAO), Error::<Test>::SubtokenDisabled);
    });
}

#[test]
fn a_subnet_comes_with_its_identity() {
    local(|| {
        let identity = |name: Vec<u8>| Some(SubnetIdentityV3 { subnet_name: name, ..Default::default() });
        let call = |name| SubtensorModule::register_network_with_identity(signed(cold(1)), hot(1), identity(name));
        assert_noop!(call(vec![1; 257]), Error::<Test>::InvalidIdentity);
        assert_ok!(call(b"new".to_vec()));
        assert_eq!(SubnetIdentitiesV3::<Test>::get(NEW).unwrap().subnet_name, b"new");
        System::assert_last_event(Event::SubnetIdentitySet(NEW).into());
    });
}

#[test]
fn the_price_doubles_and_falls_with_time() {
    local(|| {
        assert_ok!(create(1));
        assert_eq!(SubtensorModule::get_network_registration_cost(), 2 * TAO);
        pass_blocks(50);
        assert_eq!(SubtensorModule::get_network_registration_cost(), TAO + TAO / 2);
        pass_blocks(500);
        assert_eq!(SubtensorModule::get_network_registration_cost(), TAO);
    });
}

#[test]
fn cannot_create_a_subnet_wrongly() {
    local(|| {
        join(2, 0);
        assert_noop!(SubtensorModule::register_network(signed(cold(1)), hot(2)), Error::<Test>::NonAssociatedColdKey);
        assert_ok!(create(1));
        NetworkRateLimit::<Test>::put(5);
        assert_noop!(create(2), Error::<Test>::NetworkTxRateLimitExceeded);
        pass_blocks(5);
        SubnetLimit::<Test>::put(2);
        assert_noop!(create(2), Error::<Test>::SubnetLimitReached);
        SubnetLimit::<Test>::put(3);
        NetworkMinLockCost::<Test>::put(RICH);
        assert_noop!(create(2), Error::<Test>::CannotAffordLockCost);
    });
}

#[test]
fn where_no_more_fit_the_oldest_gives_way() {
    local(|| {
        SubnetLimit::<Test>::put(1);
        NetworkImmunityPeriod::<Test>::put(20);
        assert_eq!(SubtensorModule::get_subnet_to_prune(), None);
        pass_blocks(20);
        assert_eq!(SubtensorModule::get_subnet_to_prune(), Some(NETUID));
        join(3, 7 * TAO);
        assert_ok!(create(1));
        assert_eq!(SubtensorModule::netuids(), [0, 1]);
        assert_eq!(SubnetOwner::<Test>::get(NETUID), cold(1));
        assert_eq!(SubtensorModule::stake_of(&hot(3), &cold(3), NETUID), 0);
        assert_eq!(Balances::free_balance(cold(3)), RICH - BURN);
        System::assert_has_event(Event::NetworkRemoved(NETUID).into());
    });
}

#[test]
fn start_call_opens_a_subnet() {
    local(|| {
        let start = |n: u8| SubtensorModule::start_call(signed(cold(n)), NEW);
        assert_noop!(start(1), Error::<Test>::SubnetNotExists);
        assert_ok!(create(1));
        assert_noop!(start(2), DispatchError::BadOrigin);
        StartCallDelay::<Test>::put(3);
        assert_noop!(start(1), Error::<Test>::NeedWaitingMoreBlocksToStarCall);
        pass_blocks(3);
        assert_ok!(start(1));
        System::assert_last_event(Event::FirstEmissionBlockNumberSet(NEW, 5).into());
        assert_noop!(start(1), Error::<Test>::FirstEmissionBlockNumberAlreadySet);
        assert_ok!(SubtensorModule::add_stake(signed(cold(1)), hot(1), NEW, TAO));
        pass_blocks(1);
        assert_eq!(SubnetAlphaOutEmission::<Test>::get(NEW), TAO / 2);
    });
}

#[test]
fn the_owner_earns_its_cut() {
    with_subnet(
        |subnet| {
            subnet.owner = Some(cold(1));
            subnet.owner_hotkey = Some(hot(1));
        },
        || {
            join(2, 100 * TAO);
            let before = all_rao();
            pass_blocks(39);
            assert_eq!(all_rao() - before, 39 * TAO);
            let cut = 40 * (u128::from(TAO) * 11_796 / 65_535) as u64;
            assert_eq!(SubtensorModule::stake_of(&hot(1), &cold(1), NETUID), cut);
            assert_eq!(SubtensorModule::stake_of(&hot(2), &cold(2), NETUID), 140 * TAO - cut);
            assert_eq!(PendingOwnerCut::<Test>::get(NETUID), 0);
            SubnetOwnerCut::<Test>::put(0);
            pass_blocks(40);
            assert!(SubtensorModule::stake_of(&hot(1), &cold(1), NETUID) == cut);
        },
    );
}

#[test]
fn dissolving_gives_stake_and_price_back_and_leaves_nothing() {
    local(|| {
        let keys = || {
            let mut key = Vec::new();
            let mut all = std::collections::BTreeSet::new();
            while let Some(next) = sp_io::storage::next_key(&key) {
                all.insert(next.clone());
                key = next;
            }
            all
        };
        // Whatever one subnet leaves behind for good is there before.
        assert_ok!(create(4));
        assert_ok!(SubtensorModule::root_dissolve_network(RuntimeOrigin::root(), NEW));
        for n in [1, 2, 3] {
            assert_ok!(SubtensorModule::try_associate_hotkey(signed(cold(n)), hot(n)));
        }
        assert_ok!(SubtensorModule::add_stake(signed(cold(2)), hot(1), NETUID, TAO));
        let before = (all_rao(), keys());
        assert_ok!(create(1));
        assert_ok!(SubtensorModule::start_call(signed(cold(1)), NEW));
        for n in [2, 3] {
            assert_ok!(SubtensorModule::burned_register(signed(cold(n)), NEW, hot(n)));
            assert_ok!(SubtensorModule::add_stake(signed(cold(n)), hot(1), NEW, 10 * TAO));
        }
        assert_ok!(SubtensorModule::serve_axon(signed(hot(2)), NEW, 1, 0x08080808, 9, 4, 0, 0, 0));
        assert_ok!(SubtensorModule::set_children(signed(cold(1)), hot(1), NEW, vec![(5, hot(2))]));
        assert_ok!(SubtensorModule::set_weights(signed(hot(1)), NEW, vec![0], vec![1], 0));
        let dissolve = |origin| SubtensorModule::dissolve_network(origin, cold(1), NEW);
        assert_noop!(dissolve(signed(cold(1))), DispatchError::BadOrigin);
        assert_noop!(
            SubtensorModule::dissolve_network(RuntimeOrigin::root(), cold(2), NEW),
            Error::<Test>::NotSubnetOwner
        );
        assert_noop!(
            SubtensorModule::root_dissolve_network(RuntimeOrigin::root(), ROOT),
            Error::<Test>::SubnetNotExists
        );
        assert_ok!(dissolve(RuntimeOrigin::root()));
        System::assert_last_event(Event::NetworkRemoved(NEW).into());
        // Only what two registrations burned is gone.
        assert_eq!(all_rao(), before.0 - 2 * BURN);
        assert_eq!(Balances::free_balance(cold(3)), RICH - BURN);
        let left: Vec<_> = keys()
            .difference(&before.1)
            .filter(|key| !key.starts_with(&frame_support::storage::storage_prefix(b"System", b"EventTopics")))
            .map(|key| sp_core::hexdisplay::HexDisplay::from(key).to_string())
            .collect();
        assert!(left.is_empty(), "{left:?}");
        pass_blocks(50);
    });
}
