use crate::{mock::*, *};
use frame_support::{assert_ok, traits::StorageVersion};
use frame_system::RawOrigin;

#[test]
fn a_coldkey_lists_hotkeys_for_as_long_as_it_has_stake() {
    local(|| {
        join(1, 10 * TAO);
        let listed = |n: u8| StakingHotkeys::<Test>::get(cold(n));
        assert_ok!(SubtensorModule::add_stake(signed(cold(2)), hot(1), NETUID, TAO));
        assert_ok!(SubtensorModule::add_stake(signed(cold(2)), hot(1), ROOT, TAO));
        assert_eq!(listed(2), [hot(1)]);
        assert_ok!(SubtensorModule::remove_stake(signed(cold(2)), hot(1), NETUID, TAO));
        assert_eq!(listed(2), [hot(1)]);
        assert_ok!(SubtensorModule::transfer_stake(signed(cold(2)), cold(3), hot(1), ROOT, ROOT, TAO));
        assert!(!StakingHotkeys::<Test>::contains_key(cold(2)));
        assert_eq!(listed(3), [hot(1)]);
        // The owner keeps its own.
        assert_ok!(SubtensorModule::unstake_all(signed(cold(1)), hot(1)));
        assert_eq!(listed(1), [hot(1)]);
        assert!(!TotalHotkeyAlpha::<Test>::contains_key(hot(1), NETUID));
    });
}

#[test]
fn a_coldkey_lists_where_its_incentive_goes() {
    local(|| {
        join(1, TAO);
        join(2, TAO);
        let direct = |n: u8| SubtensorModule::set_coldkey_auto_stake_hotkey(signed(cold(3)), NETUID, hot(n));
        assert_ok!(direct(1));
        assert_ok!(direct(2));
        assert_eq!(StakingHotkeys::<Test>::get(cold(3)), [hot(2)]);
        assert_ok!(done(SubtensorModule::swap_hotkey(signed(cold(2)), hot(2), hot(5), None)));
        assert_eq!(StakingHotkeys::<Test>::get(cold(3)), [hot(5)]);
        assert_eq!(AutoStakeDestination::<Test>::get(cold(3), NETUID), Some(hot(5)));
    });
}

/// Whoever has stake on as many hotkeys as it may does not keep their owners from swapping them.
#[test]
fn a_full_list_keeps_nobody_from_swapping() {
    local(|| {
        join(1, TAO);
        let staking: Vec<_> = (0..8).map(|n| hot(n + 1)).collect();
        for n in 1..=8 {
            assert_ok!(SubtensorModule::try_associate_hotkey(signed(cold(1)), hot(n)));
            assert_ok!(SubtensorModule::add_stake(signed(cold(9)), hot(n), NETUID, TAO));
        }
        assert_eq!(StakingHotkeys::<Test>::get(cold(9)), staking);
        assert_ok!(SubtensorModule::add_stake(signed(cold(9)), hot(8), ROOT, TAO));
        OwnedHotkeys::<Test>::mutate(cold(1), |owned| assert_eq!(owned.pop(), Some(hot(8))));
        Owner::<Test>::insert(hot(8), cold(2));
        OwnedHotkeys::<Test>::insert(cold(2), vec![hot(8)]);
        StakingHotkeys::<Test>::mutate(cold(1), |staking| staking.retain(|on| *on != hot(8)));
        // Stake in the root network stays on the old hotkey: the list becomes longer than its owner could make it.
        assert_ok!(done(SubtensorModule::swap_hotkey(signed(cold(2)), hot(8), hot(9), Some(NETUID))));
        assert_eq!(StakingHotkeys::<Test>::get(cold(9)).len(), 9);
        assert_eq!(SubtensorModule::stake_of(&hot(9), &cold(9), NETUID), TAO);
    });
}

/// All that a subnet's end has to find, of neurons and of accounts that are none.
fn fill() {
    join(1, 10 * TAO);
    join(2, 10 * TAO);
    assert_ok!(SubtensorModule::try_associate_hotkey(signed(cold(3)), hot(3)));
    assert_ok!(SubtensorModule::add_stake(signed(cold(4)), hot(3), NETUID, TAO));
    assert_ok!(SubtensorModule::set_children(signed(cold(3)), hot(3), NETUID, vec![(9, hot(2)), (9, hot(7))]));
    assert_ok!(SubtensorModule::set_childkey_take(signed(cold(3)), hot(3), NETUID, 5));
    assert_ok!(SubtensorModule::set_coldkey_auto_stake_hotkey(signed(cold(5)), NETUID, hot(1)));
    assert_ok!(SubtensorModule::set_tempo(signed(cold(1)), NETUID, 20));
    assert_ok!(SubtensorModule::set_activity_cutoff_factor(signed(cold(1)), NETUID, 2_000));
    pass_epoch();
    assert!(!ParentKeys::<Test>::get(hot(7), NETUID).is_empty());
    assert!(TotalHotkeyAlphaLastEpoch::<Test>::contains_key(hot(1), NETUID));
}

/// Keys under the pallet's prefix that are the subnet's: not of the chain, and not of accounts alone.
fn keys() -> Vec<Vec<u8>> {
    let prefix = sp_io::hashing::twox_128(b"SubtensorModule");
    let mut keys = Vec::new();
    let mut last = prefix.to_vec();
    while let Some(next) = sp_io::storage::next_key(&last).filter(|key| key.starts_with(&prefix)) {
        keys.push(next.clone());
        last = next;
    }
    keys
}

#[test]
fn a_subnet_that_ends_leaves_nothing() {
    with_subnet(
        |subnet| subnet.owner = Some(cold(1)),
        || {
            fill();
            assert_ok!(SubtensorModule::root_dissolve_network(RawOrigin::Root.into(), NETUID));
            assert_eq!(SubnetAccounts::<Test>::iter_key_prefix(NETUID).count(), 0);
            assert_eq!(TransactionKeyLastBlock::<Test>::iter().count(), 0);
            assert_eq!(LastRateLimitedBlock::<Test>::iter().count(), 0);
            assert!(!StakingHotkeys::<Test>::contains_key(cold(4)));
            assert!(!StakingHotkeys::<Test>::contains_key(cold(5)));
            // Netuids are little-endian and end the keys of maps by netuid alone, or of an account and a netuid.
            let maps = keys().into_iter().map(|key| key[16..].to_vec());
            let left: Vec<_> = maps.filter(|key| key.len() > 16 && key.ends_with(&NETUID.to_le_bytes())).collect();
            assert_eq!(left, Vec::<Vec<u8>>::new());
        },
    );
}

#[test]
fn the_state_of_an_older_runtime_gets_its_notes() {
    with_subnet(
        |subnet| subnet.owner = Some(cold(1)),
        || {
            fill();
            let noted: Vec<_> = SubnetAccounts::<Test>::iter_keys().collect();
            let _ = SubnetAccounts::<Test>::clear(u32::MAX, None);
            assert!(SubtensorModule::check_invariants().is_err());
            StorageVersion::new(0).put::<SubtensorModule>();
            SubtensorModule::note_all_traces();
            assert_eq!(SubnetAccounts::<Test>::iter_keys().collect::<Vec<_>>(), noted);
            assert_eq!(StorageVersion::get::<SubtensorModule>(), 1);
        },
    );
}
