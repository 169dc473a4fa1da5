use crate::{
    mock::*,
    proof_of_work::{meets, seal},
    *,
};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use sp_io::hashing::{keccak_256, sha2_256};
use sp_runtime::DispatchResult;

const HASH: H256 = H256::repeat_byte(7);

/// Block 10, whose parent's hash is known.
fn at_work(change: impl FnOnce(&mut SubnetGenesis), test: impl FnOnce()) {
    with_subnet(change, || {
        pass_blocks(9);
        frame_system::BlockHash::<Test>::insert(9, HASH);
        test();
    });
}

fn solve(n: u8) -> (u64, [u8; 32]) {
    let difficulty = Difficulty::<Test>::get(NETUID);
    let try_nonce = |nonce| Some((nonce, seal(HASH, &hot(n), nonce))).filter(|(_, seal)| meets(seal, difficulty));
    (0..).find_map(try_nonce).unwrap()
}

fn send(n: u8, block: u64, nonce: u64, work: &[u8]) -> DispatchResult {
    SubtensorModule::register(signed(hot(n)), NETUID, block, nonce, work.to_vec(), hot(n), cold(n))
}

#[test]
fn the_seal_is_three_hashes_deep() {
    let hotkey = hot(1);
    let bytes: &[u8] = hotkey.as_ref();
    let inner = keccak_256(&[&HASH.0[..], bytes].concat());
    let mut outer = 0x0102_0304_0506_0708u64.to_le_bytes().to_vec();
    outer.extend(inner);
    assert_eq!(outer[0], 8);
    assert_eq!(seal(HASH, &hotkey, 0x0102_0304_0506_0708), keccak_256(&sha2_256(&outer)));
}

#[test]
fn difficulty_bounds_the_seal_as_a_little_endian_number() {
    let mut seal = [0; 32];
    seal[31] = 0x80;
    assert!(meets(&seal, 0) && meets(&seal, 1));
    assert!(!meets(&seal, 2));
    seal[31] = 0x7f;
    assert!(meets(&seal, 2) && !meets(&seal, 3));
    assert!(meets(&[0; 32], u64::MAX));
}

#[test]
fn register_works() {
    at_work(
        |_| {},
        || {
            let (nonce, work) = solve(1);
            let before = all_rao();
            assert_ok!(send(1, 9, nonce, &work));
            assert_eq!(all_rao(), before);
            assert_eq!(Uids::<Test>::get(NETUID, hot(1)), Some(0));
            assert_eq!(Owner::<Test>::get(hot(1)), cold(1));
            assert_eq!(POWRegistrationsThisInterval::<Test>::get(NETUID), 1);
            System::assert_last_event(Event::NeuronRegistered(NETUID, 0, hot(1)).into());
        },
    );
}

#[test]
fn cannot_register_with_wrong_work() {
    at_work(
        |_| {},
        || {
            let (nonce, work) = solve(1);
            assert_noop!(send(1, 11, nonce, &work), Error::<Test>::InvalidWorkBlock);
            assert_noop!(send(1, 10, nonce, &work), Error::<Test>::InvalidWorkBlock);
            assert_noop!(send(1, 7, nonce, &work), Error::<Test>::InvalidWorkBlock);
            assert_noop!(send(1, 9, nonce + 1, &work), Error::<Test>::InvalidSeal);
            assert_noop!(send(1, 9, nonce, &work[1..]), Error::<Test>::InvalidSeal);
            assert_noop!(send(1, 9, nonce, &[0xff; 32]), Error::<Test>::InvalidDifficulty);
            assert_noop!(send(2, 9, nonce, &work), Error::<Test>::InvalidSeal);
            let as_other = SubtensorModule::register(signed(cold(1)), NETUID, 9, nonce, work.to_vec(), hot(1), cold(1));
            assert_noop!(as_other, Error::<Test>::TransactorAccountShouldBeHotKey);
            let on =
                |netuid| SubtensorModule::register(signed(hot(1)), netuid, 9, nonce, work.to_vec(), hot(1), cold(1));
            assert_noop!(on(ROOT), Error::<Test>::RegistrationNotPermittedOnRootSubnet);
            assert_noop!(on(9), Error::<Test>::SubnetNotExists);
            assert_ok!(SubtensorModule::try_associate_hotkey(signed(cold(2)), hot(1)));
            assert_noop!(send(1, 9, nonce, &work), Error::<Test>::NonAssociatedColdKey);
            NetworkPowRegistrationAllowed::<Test>::insert(NETUID, false);
            assert_noop!(send(1, 9, nonce, &work), Error::<Test>::SubNetRegistrationDisabled);
        },
    );
}

#[test]
fn work_counts_once() {
    at_work(
        |subnet| {
            subnet.max_allowed_uids = 1;
            subnet.immunity_period = 0;
            subnet.min_non_immune_uids = 0;
        },
        || {
            let (nonce, work) = solve(1);
            assert_ok!(send(1, 9, nonce, &work));
            assert_noop!(send(1, 9, nonce, &work), Error::<Test>::HotKeyAlreadyRegisteredInSubNet);
            let (other, other_work) = solve(2);
            assert_ok!(send(2, 9, other, &other_work));
            assert_noop!(send(1, 9, nonce, &work), Error::<Test>::InvalidSeal);
            assert_eq!(UsedWork::<Test>::iter().count(), 2);
            // Old work cannot come back, so it need not be kept.
            pass_blocks(3);
            frame_system::BlockHash::<Test>::insert(12, HASH);
            let again = (nonce + 1..).find(|n| meets(&seal(HASH, &hot(1), *n), Difficulty::<Test>::get(NETUID)));
            let again = again.unwrap();
            assert_ok!(send(1, 12, again, &seal(HASH, &hot(1), again)));
            assert_eq!(UsedWork::<Test>::iter().count(), 1);
        },
    );
}

/// Price and difficulty after an interval with so many registrations of each kind, the target being 2.
fn after(burned: u16, worked: u16) -> (u64, u64) {
    let mut outcome = (0, 0);
    let change = |subnet: &mut SubnetGenesis| {
        subnet.adjustment_interval = 10;
        subnet.target_registrations_per_interval = 2;
    };
    with_subnet(change, || {
        RegistrationsThisInterval::<Test>::insert(NETUID, burned + worked);
        BurnRegistrationsThisInterval::<Test>::insert(NETUID, burned);
        POWRegistrationsThisInterval::<Test>::insert(NETUID, worked);
        pass_blocks(10);
        outcome = (Burn::<Test>::get(NETUID), Difficulty::<Test>::get(NETUID));
        assert_eq!(RegistrationsThisInterval::<Test>::get(NETUID), 0);
    });
    outcome
}

#[test]
fn price_and_difficulty_follow_demand() {
    assert_eq!(after(2, 0), (BURN, 10_000));
    // Half as much again for each registration above the target, for the kind of which there were more.
    assert_eq!(after(6, 0), (2 * BURN, 10_000));
    assert_eq!(after(0, 6), (BURN, 20_000));
    assert_eq!(after(3, 3), (2 * BURN, 20_000));
    // Fewer: the kind of which there were fewer becomes cheaper.
    assert_eq!(after(1, 0), (BURN, 7_500));
    assert_eq!(after(0, 1), (BURN / 4 * 3, 10_000));
    assert_eq!(after(0, 0), (BURN / 2, 5_000));
}

#[test]
fn price_and_difficulty_stay_within_their_bounds() {
    let change = |subnet: &mut SubnetGenesis| {
        subnet.adjustment_interval = 10;
        subnet.min_burn = BURN / 5 * 4;
        subnet.max_difficulty = 11_000;
    };
    with_subnet(change, || {
        pass_blocks(20);
        assert_eq!((Burn::<Test>::get(NETUID), Difficulty::<Test>::get(NETUID)), (BURN / 5 * 4, 2_500));
        RegistrationsThisInterval::<Test>::insert(NETUID, u16::MAX);
        POWRegistrationsThisInterval::<Test>::insert(NETUID, u16::MAX);
        pass_blocks(10);
        assert_eq!(Difficulty::<Test>::get(NETUID), 11_000);
    });
}

#[test]
fn adjustment_alpha_slows_the_price_down() {
    use crate::registration::follow;
    assert_eq!(follow(1_000, 6, 2, 0, (0, u64::MAX)), 2_000);
    assert_eq!(follow(1_000, 6, 2, u64::MAX, (0, u64::MAX)), 1_000);
    assert_eq!(follow(1_000, 6, 2, 1 << 63, (0, u64::MAX)), 1_500);
    assert_eq!(follow(1_000, 6, 0, 0, (7, u64::MAX)), 7);
    assert_eq!(follow(1_000, 6, 2, 0, (7, 1_999)), 1_999);
    // 0.97, as the public chain's new subnets have it, is 254279 of 2^18, and the rest 7865.
    let slow = 17_893_341_751_498_265_066;
    assert_eq!(follow(1_000_000_000, 2, 1, slow, (0, u64::MAX)), 1_015_001_296);
    assert_eq!(follow(u64::MAX, u16::MAX, 1, 5, (0, u64::MAX)), u64::MAX);
}

#[test]
fn the_faucet_pays_for_work() {
    at_work(
        |_| {},
        || {
            let newcomer = hot(99);
            // Found by trying all before it.
            let nonce = 1_320_985;
            let work = seal(HASH, &newcomer, nonce);
            let call = |who, nonce| SubtensorModule::faucet(signed(who), 9, nonce, work.to_vec());
            assert_noop!(call(hot(98), nonce), Error::<Test>::InvalidSeal);
            assert_noop!(call(newcomer.clone(), nonce + 1), Error::<Test>::InvalidSeal);
            assert!(SubtensorModule::is_good_work(None, 9, nonce, &work, &newcomer));
            assert_ok!(call(newcomer.clone(), nonce));
            assert_eq!(Balances::free_balance(&newcomer), 1_000 * TAO);
            System::assert_last_event(Event::Faucet(newcomer.clone(), 1_000 * TAO).into());
            assert_noop!(call(newcomer.clone(), nonce), Error::<Test>::InvalidSeal);
            AllowFaucet::<Test>::put(false);
            assert_noop!(call(newcomer.clone(), nonce), Error::<Test>::FaucetDisabled);
            assert!(!SubtensorModule::is_good_work(None, 9, nonce, &work, &newcomer));
            let weak = SubtensorModule::faucet(signed(newcomer), 9, 0, vec![0xff; 32]);
            assert_eq!(weak, Err(Error::<Test>::FaucetDisabled.into()));
        },
    );
}
