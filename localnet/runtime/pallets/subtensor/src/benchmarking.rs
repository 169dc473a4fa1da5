//! What calls cost at worst. `benchmark.sh` measures it and writes `weight_info.rs`.
//!
//! Every list is as long as it may be, every optional value is there, every check is passed by its longest way. What
//! may differ between two calls is a component: entries of an argument, neurons `n`, subnets `s`, stakers `k`.
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used, missing_docs)]

use crate::*;
use alloc::{vec, vec::Vec};
use codec::{Compact, Encode};
use frame_benchmarking::v2::*;
use frame_support::traits::{
    fungible::{Inspect, Mutate},
    Get, Hooks,
};
use frame_system::RawOrigin;
use sp_core::H256;
use sp_runtime::{
    traits::{BlakeTwo256, Hash},
    AccountId32,
};

const TAO: u64 = 1_000_000_000;
const NETUID: u16 = 1;
const BLOCK: u32 = 1_000;
/// Slopes are measured up to here; there may be more.
const NEURONS: u32 = 256;
const SUBNETS: u32 = 64;
const STAKERS: u32 = 256;
const PARENTS: u32 = 64;
const CHILDREN: u32 = 5;

fn key(name: &'static str, n: u32) -> AccountId32 {
    account(name, n, 0)
}

/// An account with money, which pays for all that is done here.
fn rich<T: Config>() -> AccountId32 {
    let coldkey = whitelisted_caller();
    T::Currency::mint_into(&coldkey, 1_000_000 * TAO).unwrap();
    coldkey
}

/// The root network and subnets 1 to `count`, without neurons.
fn chain<T: Config>(count: u32) {
    frame_system::Pallet::<T>::set_block_number(BLOCK.into());
    Pallet::<T>::build_genesis(&GenesisConfig::default());
    for netuid in 1..=count as u16 {
        Pallet::<T>::add_subnet(&SubnetGenesis {
            netuid,
            owner: Some(key("owner", 0)),
            owner_hotkey: Some(key("owner hotkey", netuid.into())),
            max_allowed_uids: NEURONS as u16,
            max_allowed_validators: NEURONS as u16,
            max_weights_limit: u16::MAX - 1,
            liquid_alpha: true,
            ..Default::default()
        });
        Pallet::<T>::bind_hotkey(&key("owner", 0), &key("owner hotkey", netuid.into())).ok();
    }
}

/// Makes a hotkey a neuron with all that neurons announce, and with stake of its coldkey.
fn join<T: Config>(netuid: u16, coldkey: &AccountId32, hotkey: &AccountId32) {
    Pallet::<T>::bind_hotkey(coldkey, hotkey).unwrap();
    Pallet::<T>::register_neuron(netuid, hotkey).unwrap();
    stake::<T>(netuid, coldkey, hotkey);
    announce::<T>(netuid, hotkey);
}

fn announce<T: Config>(netuid: u16, hotkey: &AccountId32) {
    Axons::<T>::insert(netuid, hotkey, axon());
    Prometheus::<T>::insert(netuid, hotkey, PrometheusInfo { block: 0, version: 1, ip: 1, port: 1, ip_type: 4 });
    let certificate = NeuronCertificate { public_key: vec![1; 64].try_into().unwrap(), algorithm: 1 };
    NeuronCertificates::<T>::insert(netuid, hotkey, certificate);
    AlphaDividendsPerSubnet::<T>::insert(netuid, hotkey, 1);
}

fn axon() -> AxonInfo {
    AxonInfo { block: 0, version: 1, ip: 1, port: 1, ip_type: 4, protocol: 4, placeholder1: 0, placeholder2: 0 }
}

/// Lets a coldkey stake, and enters it where calls would.
fn stake<T: Config>(netuid: u16, coldkey: &AccountId32, hotkey: &AccountId32) {
    StakingHotkeys::<T>::mutate(coldkey, |staking| Pallet::<T>::push_hotkey(staking, hotkey)).unwrap();
    Pallet::<T>::grow_stake(hotkey, coldkey, netuid, 10 * TAO);
    TotalHotkeyAlphaLastEpoch::<T>::insert(hotkey, netuid, 1);
}

/// Fills a subnet up to `n` neurons, each of its own coldkey, after those that are there.
fn fill<T: Config>(netuid: u16, n: u32) {
    for i in u32::from(SubnetworkN::<T>::get(netuid))..n {
        join::<T>(netuid, &key("coldkey", i), &key("hotkey", i));
    }
}

/// Gives a hotkey as many children and parents in a subnet as it may have, all with stake.
fn family<T: Config>(netuid: u16, hotkey: &AccountId32) {
    let children: Vec<_> = (0..CHILDREN).map(|i| (u64::MAX / 10, key("child", i))).collect();
    for (share, child) in &children {
        ParentKeys::<T>::insert(child, netuid, vec![(*share, hotkey.clone())]);
    }
    ChildKeys::<T>::insert(hotkey, netuid, children);
    let parents: Vec<_> = (0..PARENTS).map(|i| (u64::MAX / 10, key("parent", i))).collect();
    for (share, parent) in &parents {
        ChildKeys::<T>::insert(parent, netuid, vec![(*share, hotkey.clone())]);
        TotalHotkeyAlpha::<T>::insert(parent, netuid, TAO);
        TotalHotkeyAlpha::<T>::insert(parent, ROOT, TAO);
    }
    ParentKeys::<T>::insert(hotkey, netuid, parents);
}

/// A neuron that may set weights, in so many full subnets, with the largest family.
fn validator_of<T: Config>(count: u32) -> AccountId32 {
    chain::<T>(count);
    let hotkey = whitelisted_caller();
    for netuid in 1..=count as u16 {
        join::<T>(netuid, &key("coldkey", 0), &hotkey);
        fill::<T>(netuid, NEURONS);
        family::<T>(netuid, &hotkey);
        ValidatorPermit::<T>::insert(netuid, vec![true; NEURONS as usize]);
        Pallet::<T>::set_mechanism_count(netuid, 2);
    }
    StakeThreshold::<T>::put(1);
    hotkey
}

/// Such a neuron in one subnet.
fn validator<T: Config>() -> AccountId32 {
    validator_of::<T>(1)
}

/// `d` weights, the last of them for the neuron itself.
fn row(d: u32) -> (Vec<u16>, Vec<u16>) {
    let d = d as u16;
    ((0..d).rev().collect(), (0..d).map(|i| 1_000 + i).collect())
}

/// As many commitments as may wait beside another one.
fn commit<T: Config>(index: u16, hotkey: &AccountId32, last: Option<H256>) {
    CommitRevealWeightsEnabled::<T>::insert(NETUID, true);
    let hashes = (0..9).map(H256::repeat_byte).chain(last);
    let commits: Vec<_> = hashes.map(|hash| (hash, 1, 1, u64::MAX)).collect();
    WeightCommits::<T>::insert(index, hotkey, commits);
}

/// What somebody reveals who has committed to it.
fn secret<T: Config>(index: u16, hotkey: &AccountId32, d: u32, s: u32) -> (Vec<u16>, Vec<u16>, Vec<u16>) {
    let (uids, values) = row(d);
    let salt = vec![7u16; s as usize];
    let hash = BlakeTwo256::hash_of(&(hotkey, index, &uids, &values, &salt, 0u64));
    commit::<T>(index, hotkey, Some(hash));
    (uids, values, salt)
}

/// A coldkey with money that has as many hotkeys as it may, but one; owned or with stake.
fn busy<T: Config>() -> AccountId32 {
    let coldkey = rich::<T>();
    let hotkeys: Vec<_> = (1..T::MaxHotkeysPerColdkey::get()).map(|i| key("held", i)).collect();
    OwnedHotkeys::<T>::insert(&coldkey, &hotkeys);
    StakingHotkeys::<T>::insert(&coldkey, hotkeys);
    coldkey
}

/// A busy coldkey, which has incentive in many subnets, and somebody else's hotkey on which it has stake in subnet 1
/// alone.
fn staker<T: Config>() -> (AccountId32, AccountId32) {
    chain::<T>(SUBNETS);
    let (coldkey, hotkey) = (busy::<T>(), key("hotkey", 0));
    for netuid in [NETUID, 2] {
        join::<T>(netuid, &key("coldkey", 0), &hotkey);
    }
    for netuid in 1..=SUBNETS as u16 {
        AutoStakeDestination::<T>::insert(&coldkey, netuid, key("held", 1));
    }
    stake::<T>(NETUID, &coldkey, &hotkey);
    (coldkey, hotkey)
}

/// A busy coldkey's own hotkey, a neuron of subnet 1.
fn owned<T: Config>() -> (AccountId32, AccountId32) {
    chain::<T>(1);
    let (coldkey, hotkey) = (busy::<T>(), key("own", 0));
    join::<T>(NETUID, &coldkey, &hotkey);
    (coldkey, hotkey)
}

/// `k` stakers, one after the other on each of these hotkeys, in each of these subnets.
fn crowd<T: Config>(k: u32, places: &[(u16, AccountId32)]) {
    for (i, (netuid, hotkey)) in (0..k).zip(places.iter().cycle()) {
        let coldkey = key("staker", i);
        T::Currency::mint_into(&coldkey, TAO).unwrap();
        stake::<T>(*netuid, &coldkey, hotkey);
    }
}

/// A full subnet 1 of `n` neurons with two weight matrices, complete rows and commitments, and `k` further stakers.
fn crowded<T: Config>(n: u32, k: u32) {
    fill::<T>(NETUID, n);
    MaxAllowedUids::<T>::insert(NETUID, n as u16);
    Pallet::<T>::set_mechanism_count(NETUID, 2);
    let (uids, values) = row(n);
    let full: Vec<_> = uids.into_iter().zip(values).collect();
    for index in (0..2).map(|mecid| Pallet::<T>::mechanism_index(NETUID, mecid)) {
        for uid in 0..n as u16 {
            Weights::<T>::insert(index, uid, &full);
            Bonds::<T>::insert(index, uid, &full);
            commit::<T>(index, &Keys::<T>::get(NETUID, uid), None);
        }
    }
    let places: Vec<_> = (0..n as u16).map(|uid| (NETUID, Keys::<T>::get(NETUID, uid))).collect();
    for ((_, hotkey), (_, child)) in places.iter().zip(places.iter().skip(1)) {
        Pallet::<T>::replace_children(hotkey, NETUID, vec![(1, child.clone())]);
        ChildkeyTake::<T>::insert(hotkey, NETUID, 1);
        TransactionKeyLastBlock::<T>::insert((hotkey, NETUID, 0), 1);
        TransactionKeyLastBlock::<T>::insert((hotkey, NETUID, 1), 1);
    }
    crowd::<T>(k, &places);
    SubnetLocked::<T>::insert(NETUID, TAO);
    SubnetIdentitiesV3::<T>::insert(NETUID, subnet_identity());
}

/// A text as long as it may be.
fn text(bytes: usize) -> Vec<u8> {
    vec![b'x'; bytes]
}

fn subnet_identity() -> SubnetIdentityV3 {
    SubnetIdentityV3 {
        subnet_name: text(256),
        github_repo: text(1_024),
        subnet_contact: text(1_024),
        subnet_url: text(1_024),
        discord: text(256),
        description: text(1_024),
        logo_url: text(1_024),
        additional: text(1_024),
    }
}

/// A full chain in which subnet 1 gives way to the next one.
fn replaced<T: Config>(s: u32, n: u32, k: u32) -> AccountId32 {
    chain::<T>(s);
    crowded::<T>(n, k);
    SubnetLimit::<T>::put(s as u16);
    NetworkImmunityPeriod::<T>::put(0);
    busy::<T>()
}

/// A hotkey with a neuron, the largest family and announcements in `s` subnets, and with `k` stakers.
fn spread<T: Config>(s: u32, k: u32) -> (AccountId32, AccountId32) {
    chain::<T>(s);
    let (coldkey, hotkey) = (rich::<T>(), key("own", 0));
    for netuid in 1..=s as u16 {
        join::<T>(netuid, &coldkey, &hotkey);
        family::<T>(netuid, &hotkey);
        ChildkeyTake::<T>::insert(&hotkey, netuid, 1);
        commit::<T>(netuid, &hotkey, None);
        SubnetOwnerHotkey::<T>::insert(netuid, &hotkey);
    }
    Delegates::<T>::insert(&hotkey, 1);
    LastTxBlock::<T>::insert(&coldkey, 1);
    let places: Vec<_> = (1..=s as u16).map(|netuid| (netuid, hotkey.clone())).collect();
    crowd::<T>(k, &places);
    (coldkey, hotkey)
}

/// A coldkey that owns `s` subnets and has stake on `h` hotkeys of its own.
fn wealthy<T: Config>(s: u32, h: u32) -> AccountId32 {
    chain::<T>(s);
    let coldkey = rich::<T>();
    for (i, netuid) in (0..h).zip((1..=s as u16).cycle()) {
        let hotkey = key("own", i);
        Pallet::<T>::bind_hotkey(&coldkey, &hotkey).unwrap();
        stake::<T>(netuid, &coldkey, &hotkey);
    }
    for netuid in 1..=s as u16 {
        SubnetOwner::<T>::insert(netuid, &coldkey);
        AutoStakeDestination::<T>::insert(&coldkey, netuid, key("own", 0));
    }
    IdentitiesV2::<T>::insert(&coldkey, ChainIdentityV2 { description: text(1_024), ..Default::default() });
    LastTxBlock::<T>::insert(&coldkey, 1);
    coldkey
}

/// A subnet in which registration by work is easy, and the block for which the work is.
fn easy<T: Config>(n: u32) -> (u64, H256) {
    chain::<T>(1);
    crowded::<T>(n, 0);
    Difficulty::<T>::insert(NETUID, 1);
    let block = BLOCK - 1;
    let hash = T::Hashing::hash(b"parent");
    frame_system::BlockHash::<T>::insert(frame_system::pallet_prelude::BlockNumberFor::<T>::from(block), hash);
    for i in 0..64 {
        UsedWork::<T>::insert(key("used", i).encode(), 0);
    }
    (block.into(), H256::from_slice(hash.as_ref()))
}

/// Neurons that all have weights for all, stake on the root network too, and incentive that goes elsewhere.
fn earners<T: Config>(n: u32) {
    fill::<T>(NETUID, n);
    let (uids, values) = row(n);
    let full: Vec<_> = uids.into_iter().zip(values).collect();
    for uid in 0..n as u16 {
        Weights::<T>::insert(NETUID, uid, &full);
        Bonds::<T>::insert(NETUID, uid, &full);
    }
    for i in 0..n {
        let (coldkey, hotkey) = (key("coldkey", i), key("hotkey", i));
        stake::<T>(ROOT, &coldkey, &hotkey);
        stake::<T>(NETUID, &coldkey, &key("hotkey", (i + 1) % n));
        Pallet::<T>::redirect_incentive(&coldkey, NETUID, Some(&key("hotkey", (i + 1) % n)));
    }
    LastUpdate::<T>::insert(NETUID, vec![u64::from(BLOCK) + 1; n as usize]);
    ValidatorPermit::<T>::insert(NETUID, vec![true; n as usize]);
    LastMechansimStepBlock::<T>::insert(NETUID, u64::from(BLOCK));
    PendingServerEmission::<T>::insert(NETUID, TAO);
    PendingValidatorEmission::<T>::insert(NETUID, TAO);
    PendingOwnerCut::<T>::insert(NETUID, TAO);
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn set_weights(d: Linear<1, NEURONS>) {
        let hotkey = validator::<T>();
        let (uids, values) = row(d);
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey), NETUID, uids, values, 0);
        assert_eq!(Weights::<T>::get(NETUID, 0).len(), d as usize);
    }

    #[benchmark]
    fn add_stake() {
        let (coldkey, hotkey) = staker::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), hotkey.clone(), NETUID, TAO);
        assert_eq!(Pallet::<T>::stake_of(&hotkey, &coldkey, NETUID), 11 * TAO);
    }

    #[benchmark]
    fn remove_stake() {
        let (coldkey, hotkey) = staker::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), hotkey.clone(), NETUID, 10 * TAO);
        assert_eq!(Pallet::<T>::stake_of(&hotkey, &coldkey, NETUID), 0);
    }

    #[benchmark]
    fn serve_axon() {
        let hotkey = validator::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey.clone()), NETUID, 2, 0x0808_0808, 8_091, 4, 4, 0, 0);
        assert_eq!(Axons::<T>::get(NETUID, hotkey).unwrap().port, 8_091);
    }

    #[benchmark]
    fn serve_prometheus() {
        let hotkey = validator::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey.clone()), NETUID, 2, 0x0808_0808, 8_091, 4);
        assert_eq!(Prometheus::<T>::get(NETUID, hotkey).unwrap().port, 8_091);
    }

    #[benchmark]
    fn register(n: Linear<2, NEURONS>) {
        let (block, hash) = easy::<T>(n);
        let (coldkey, hotkey) = (busy::<T>(), key("newcomer", 0));
        let work = crate::proof_of_work::seal(hash, &hotkey, 1).to_vec();
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey.clone()), NETUID, block, 1, work, hotkey.clone(), coldkey);
        assert!(Uids::<T>::contains_key(NETUID, hotkey));
    }

    #[benchmark]
    fn burned_register(n: Linear<2, NEURONS>) {
        chain::<T>(1);
        crowded::<T>(n, 0);
        let (coldkey, hotkey) = (busy::<T>(), key("newcomer", 0));
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey), NETUID, hotkey.clone());
        assert!(Uids::<T>::contains_key(NETUID, hotkey));
        assert_eq!(u32::from(SubnetworkN::<T>::get(NETUID)), n);
    }

    #[benchmark]
    fn serve_axon_tls() {
        let hotkey = validator::<T>();
        NeuronCertificates::<T>::remove(NETUID, &hotkey);
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey.clone()), NETUID, 2, 0x0808_0808, 8_091, 4, 4, 0, 0, vec![1; 65]);
        assert!(NeuronCertificates::<T>::contains_key(NETUID, hotkey));
    }

    /// Another subnet gives way.
    #[benchmark]
    fn register_network(s: Linear<1, SUBNETS>, n: Linear<1, NEURONS>, k: Linear<0, STAKERS>) {
        let coldkey = replaced::<T>(s, n, k);
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), key("newcomer", 0));
        assert_eq!(SubnetOwner::<T>::get(NETUID), coldkey);
    }

    #[benchmark]
    fn dissolve_network(n: Linear<1, NEURONS>, k: Linear<0, STAKERS>) {
        chain::<T>(1);
        crowded::<T>(n, k);
        #[extrinsic_call]
        _(RawOrigin::Root, key("owner", 0), NETUID);
        assert!(!NetworksAdded::<T>::get(NETUID));
    }

    #[benchmark]
    fn root_register(n: Linear<1, NEURONS>) {
        chain::<T>(1);
        MaxAllowedUids::<T>::insert(ROOT, n as u16);
        fill::<T>(ROOT, n);
        let (coldkey, hotkey) = (busy::<T>(), key("newcomer", 0));
        Pallet::<T>::grow_stake(&hotkey, &key("staker", 0), ROOT, 20 * TAO);
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey), hotkey.clone());
        assert!(Uids::<T>::contains_key(ROOT, hotkey));
    }

    #[benchmark]
    fn decrease_take() {
        let (coldkey, hotkey) = owned::<T>();
        Delegates::<T>::insert(&hotkey, 100);
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey), hotkey.clone(), 99);
        assert_eq!(Delegates::<T>::get(hotkey), 99);
    }

    #[benchmark]
    fn increase_take() {
        let (coldkey, hotkey) = owned::<T>();
        Delegates::<T>::insert(&hotkey, 100);
        LastTxBlockDelegateTake::<T>::insert(&hotkey, 1);
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey), hotkey.clone(), 101);
        assert_eq!(Delegates::<T>::get(hotkey), 101);
    }

    #[benchmark]
    fn set_children(c: Linear<0, CHILDREN>, s: Linear<1, SUBNETS>) {
        chain::<T>(s);
        let (coldkey, hotkey) = (busy::<T>(), key("own", 0));
        for netuid in 1..=s as u16 {
            join::<T>(netuid, &coldkey, &hotkey);
        }
        family::<T>(NETUID, &hotkey);
        StakeThreshold::<T>::put(1);
        TransactionKeyLastBlock::<T>::insert((&hotkey, NETUID, 0), 1);
        PendingChildKeys::<T>::insert(NETUID, &hotkey, (vec![(1, key("child", 0)); CHILDREN as usize], 1));
        let children: Vec<_> = (0..c).map(|i| (u64::MAX / 10, key("next child", i))).collect();
        for (_, child) in &children {
            let parents: Vec<_> = (1..PARENTS).map(|i| (1, key("parent", i))).collect();
            ParentKeys::<T>::insert(child, NETUID, parents);
        }
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey), hotkey.clone(), NETUID, children);
        assert_eq!(PendingChildKeys::<T>::get(NETUID, hotkey).0.len(), c as usize);
    }

    /// The last of `h` hotkeys is the only neuron.
    #[benchmark]
    fn set_identity(h: Linear<1, { T::MaxHotkeysPerColdkey::get() }>) {
        let (coldkey, _) = owned::<T>();
        OwnedHotkeys::<T>::mutate(&coldkey, |owned| drop(owned.drain(..owned.len() - h as usize)));
        let long = || text(1_024);
        let short = || text(256);
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), short(), short(), short(), long(), short(), long(), long());
        assert!(IdentitiesV2::<T>::contains_key(coldkey));
    }

    #[benchmark]
    fn sudo_set_tx_childkey_take_rate_limit() {
        #[extrinsic_call]
        _(RawOrigin::Root, 7);
        assert_eq!(TxChildkeyTakeRateLimit::<T>::get(), 7);
    }

    #[benchmark]
    fn swap_hotkey(s: Linear<1, SUBNETS>, k: Linear<0, STAKERS>) {
        let (coldkey, hotkey) = spread::<T>(s, k);
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), hotkey.clone(), key("new", 0), None);
        assert!(!Owner::<T>::contains_key(hotkey));
        assert_eq!(Owner::<T>::get(key("new", 0)), coldkey);
    }

    #[benchmark]
    fn swap_coldkey(s: Linear<1, SUBNETS>, h: Linear<0, { T::MaxHotkeysPerColdkey::get() - 1 }>) {
        let coldkey = wealthy::<T>(s, h);
        #[extrinsic_call]
        _(RawOrigin::Root, coldkey.clone(), key("new", 0), TAO);
        assert_eq!(SubnetOwner::<T>::get(NETUID), key("new", 0));
    }

    #[benchmark]
    fn set_childkey_take() {
        let (coldkey, hotkey) = owned::<T>();
        TransactionKeyLastBlock::<T>::insert((&hotkey, NETUID, 1), 1);
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey), hotkey.clone(), NETUID, 5);
        assert_eq!(ChildkeyTake::<T>::get(hotkey, NETUID), 5);
    }

    #[benchmark]
    fn sudo_set_min_childkey_take() {
        #[extrinsic_call]
        _(RawOrigin::Root, 7);
        assert_eq!(MinChildkeyTake::<T>::get(), 7);
    }

    #[benchmark]
    fn sudo_set_max_childkey_take() {
        #[extrinsic_call]
        _(RawOrigin::Root, 7);
        assert_eq!(MaxChildkeyTake::<T>::get(), 7);
    }

    #[benchmark]
    fn set_subnet_identity() {
        chain::<T>(1);
        SubnetIdentitiesV3::<T>::insert(NETUID, subnet_identity());
        let id = subnet_identity();
        #[extrinsic_call]
        _(
            RawOrigin::Signed(key("owner", 0)),
            NETUID,
            id.subnet_name,
            id.github_repo,
            id.subnet_contact,
            id.subnet_url,
            id.discord,
            id.description,
            id.logo_url,
            id.additional,
        );
        assert!(SubnetIdentitiesV3::<T>::contains_key(NETUID));
    }

    #[benchmark]
    fn register_network_with_identity(s: Linear<1, SUBNETS>, n: Linear<1, NEURONS>, k: Linear<0, STAKERS>) {
        let coldkey = replaced::<T>(s, n, k);
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), key("newcomer", 0), Some(subnet_identity()));
        assert_eq!(SubnetOwner::<T>::get(NETUID), coldkey);
    }

    #[benchmark]
    fn unstake_all(s: Linear<1, SUBNETS>) {
        chain::<T>(s);
        let (coldkey, hotkey) = (busy::<T>(), key("hotkey", 0));
        for netuid in 1..=s as u16 {
            join::<T>(netuid, &key("coldkey", 0), &hotkey);
            stake::<T>(netuid, &coldkey, &hotkey);
        }
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), hotkey.clone());
        assert_eq!(Pallet::<T>::stake_of(&hotkey, &coldkey, s as u16), 0);
    }

    #[benchmark]
    fn unstake_all_alpha(s: Linear<1, SUBNETS>) {
        chain::<T>(s);
        let (coldkey, hotkey) = (busy::<T>(), key("hotkey", 0));
        for netuid in 1..=s as u16 {
            join::<T>(netuid, &key("coldkey", 0), &hotkey);
            stake::<T>(netuid, &coldkey, &hotkey);
        }
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), hotkey.clone());
        assert!(Pallet::<T>::stake_of(&hotkey, &coldkey, ROOT) > 0);
    }

    #[benchmark]
    fn move_stake() {
        let (coldkey, hotkey) = staker::<T>();
        let to = key("hotkey", 1);
        join::<T>(2, &key("coldkey", 1), &to);
        StakingHotkeys::<T>::mutate(&coldkey, |staking| staking.remove(0));
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), hotkey, to.clone(), NETUID, 2, 10 * TAO);
        assert_eq!(Pallet::<T>::stake_of(&to, &coldkey, 2), 10 * TAO);
    }

    #[benchmark]
    fn transfer_stake() {
        let (coldkey, hotkey) = staker::<T>();
        let to = key("friend", 0);
        let hotkeys: Vec<_> = (1..T::MaxHotkeysPerColdkey::get()).map(|i| key("held", i)).collect();
        StakingHotkeys::<T>::insert(&to, hotkeys);
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey), to.clone(), hotkey.clone(), NETUID, 2, 10 * TAO);
        assert_eq!(Pallet::<T>::stake_of(&hotkey, &to, 2), 10 * TAO);
    }

    #[benchmark]
    fn swap_stake() {
        let (coldkey, hotkey) = staker::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), hotkey.clone(), NETUID, 2, 10 * TAO);
        assert_eq!(Pallet::<T>::stake_of(&hotkey, &coldkey, 2), 10 * TAO);
    }

    #[benchmark]
    fn add_stake_limit() {
        let (coldkey, hotkey) = staker::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), hotkey.clone(), NETUID, TAO, u64::MAX, true);
        assert_eq!(Pallet::<T>::stake_of(&hotkey, &coldkey, NETUID), 11 * TAO);
    }

    #[benchmark]
    fn remove_stake_limit() {
        let (coldkey, hotkey) = staker::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), hotkey.clone(), NETUID, 10 * TAO, 0, true);
        assert_eq!(Pallet::<T>::stake_of(&hotkey, &coldkey, NETUID), 0);
    }

    #[benchmark]
    fn swap_stake_limit() {
        let (coldkey, hotkey) = staker::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), hotkey.clone(), NETUID, 2, 10 * TAO, 0, true);
        assert_eq!(Pallet::<T>::stake_of(&hotkey, &coldkey, 2), 10 * TAO);
    }

    #[benchmark]
    fn try_associate_hotkey() {
        let coldkey = busy::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), key("newcomer", 0));
        assert_eq!(Owner::<T>::get(key("newcomer", 0)), coldkey);
    }

    #[benchmark]
    fn start_call() {
        chain::<T>(1);
        FirstEmissionBlockNumber::<T>::remove(NETUID);
        #[extrinsic_call]
        _(RawOrigin::Signed(key("owner", 0)), NETUID);
        assert!(FirstEmissionBlockNumber::<T>::contains_key(NETUID));
    }

    #[benchmark]
    fn commit_weights() {
        let hotkey = validator::<T>();
        commit::<T>(NETUID, &hotkey, None);
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey.clone()), NETUID, H256::repeat_byte(9));
        assert_eq!(WeightCommits::<T>::get(NETUID, hotkey).unwrap().len(), 10);
    }

    #[benchmark]
    fn reveal_weights(d: Linear<1, NEURONS>, s: Linear<0, 256>) {
        let hotkey = validator::<T>();
        let (uids, values, salt) = secret::<T>(NETUID, &hotkey, d, s);
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey), NETUID, uids, values, salt, 0);
        assert_eq!(Weights::<T>::get(NETUID, 0).len(), d as usize);
    }

    #[benchmark]
    fn remove_stake_full_limit() {
        let (coldkey, hotkey) = staker::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), hotkey.clone(), NETUID, Some(0));
        assert_eq!(Pallet::<T>::stake_of(&hotkey, &coldkey, NETUID), 0);
    }

    #[benchmark]
    fn set_pending_childkey_cooldown() {
        #[extrinsic_call]
        _(RawOrigin::Root, 7);
        assert_eq!(PendingChildKeyCooldown::<T>::get(), 7);
    }

    #[benchmark]
    fn set_coldkey_auto_stake_hotkey() {
        chain::<T>(1);
        let (coldkey, hotkey) = (busy::<T>(), key("hotkey", 0));
        join::<T>(NETUID, &key("coldkey", 0), &hotkey);
        AutoStakeDestination::<T>::insert(&coldkey, NETUID, key("hotkey", 1));
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), NETUID, hotkey.clone());
        assert_eq!(AutoStakeDestination::<T>::get(coldkey, NETUID), Some(hotkey));
    }

    #[benchmark]
    fn commit_mechanism_weights() {
        let hotkey = validator::<T>();
        let index = Pallet::<T>::mechanism_index(NETUID, 1);
        commit::<T>(index, &hotkey, None);
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey.clone()), NETUID, 1, H256::repeat_byte(9));
        assert_eq!(WeightCommits::<T>::get(index, hotkey).unwrap().len(), 10);
    }

    #[benchmark]
    fn reveal_mechanism_weights(d: Linear<1, NEURONS>, s: Linear<0, 256>) {
        let hotkey = validator::<T>();
        let index = Pallet::<T>::mechanism_index(NETUID, 1);
        let (uids, values, salt) = secret::<T>(index, &hotkey, d, s);
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey), NETUID, 1, uids, values, salt, 0);
        assert_eq!(Weights::<T>::get(index, 0).len(), d as usize);
    }

    #[benchmark]
    fn set_mechanism_weights(d: Linear<1, NEURONS>) {
        let hotkey = validator::<T>();
        let (uids, values) = row(d);
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey), NETUID, 1, uids, values, 0);
        assert_eq!(Weights::<T>::get(Pallet::<T>::mechanism_index(NETUID, 1), 0).len(), d as usize);
    }

    #[benchmark]
    fn root_dissolve_network(n: Linear<1, NEURONS>, k: Linear<0, STAKERS>) {
        chain::<T>(1);
        crowded::<T>(n, k);
        #[extrinsic_call]
        _(RawOrigin::Root, NETUID);
        assert!(!NetworksAdded::<T>::get(NETUID));
    }

    #[benchmark]
    fn announce_coldkey_swap() {
        let coldkey = rich::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), H256::repeat_byte(1));
        assert!(ColdkeySwapAnnouncements::<T>::contains_key(coldkey));
    }

    #[benchmark]
    fn swap_coldkey_announced(s: Linear<1, SUBNETS>, h: Linear<0, { T::MaxHotkeysPerColdkey::get() - 1 }>) {
        let coldkey = wealthy::<T>(s, h);
        let new = key("new", 0);
        ColdkeySwapAnnouncements::<T>::insert(&coldkey, (1, BlakeTwo256::hash_of(&new)));
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey), new.clone());
        assert_eq!(SubnetOwner::<T>::get(NETUID), new);
    }

    #[benchmark]
    fn dispute_coldkey_swap() {
        let coldkey = rich::<T>();
        ColdkeySwapAnnouncements::<T>::insert(&coldkey, (1, H256::zero()));
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()));
        assert!(ColdkeySwapDisputes::<T>::contains_key(coldkey));
    }

    #[benchmark]
    fn reset_coldkey_swap() {
        let coldkey = rich::<T>();
        ColdkeySwapAnnouncements::<T>::insert(&coldkey, (1, H256::zero()));
        ColdkeySwapDisputes::<T>::insert(&coldkey, 1);
        #[extrinsic_call]
        _(RawOrigin::Root, coldkey.clone());
        assert!(!ColdkeySwapAnnouncements::<T>::contains_key(coldkey));
    }

    /// `b` full subnets, a complete row in each.
    #[benchmark]
    fn batch_set_weights(b: Linear<1, 8>) {
        let hotkey = validator_of::<T>(b);
        let (netuids, rows) = ((1..=b as u16).map(Compact), row(NEURONS));
        let row: Vec<_> = rows.0.into_iter().zip(rows.1).map(|(uid, value)| (Compact(uid), Compact(value))).collect();
        let (rows, versions) = (vec![row; b as usize], vec![Compact(0); b as usize]);
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey), netuids.collect(), rows, versions);
        assert_eq!(Weights::<T>::get(b as u16, 0).len(), NEURONS as usize);
    }

    /// `b` complete rows with salt, one after the other.
    #[benchmark]
    fn batch_reveal_weights(b: Linear<1, 10>) {
        let hotkey = validator::<T>();
        let secrets: Vec<_> = (0..b).map(|i| secret::<T>(NETUID, &hotkey, NEURONS, 256 + i)).collect();
        let hashes = secrets.iter().map(|(uids, values, salt)| {
            let hash = BlakeTwo256::hash_of(&(&hotkey, NETUID, uids, values, salt, 0u64));
            (hash, 1, 1, u64::MAX)
        });
        WeightCommits::<T>::insert(NETUID, &hotkey, hashes.collect::<Vec<_>>());
        let uids = secrets.iter().map(|secret| secret.0.clone()).collect();
        let values = secrets.iter().map(|secret| secret.1.clone()).collect();
        let salts = secrets.iter().map(|secret| secret.2.clone()).collect();
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey.clone()), NETUID, uids, values, salts, vec![0; b as usize]);
        assert!(!WeightCommits::<T>::contains_key(NETUID, hotkey));
    }

    #[benchmark]
    fn batch_commit_weights(b: Linear<1, 8>) {
        let hotkey = validator_of::<T>(b);
        for netuid in 1..=b as u16 {
            CommitRevealWeightsEnabled::<T>::insert(netuid, true);
            commit::<T>(netuid, &hotkey, None);
        }
        let (netuids, hashes) = ((1..=b as u16).map(Compact), vec![H256::repeat_byte(9); b as usize]);
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey.clone()), netuids.collect(), hashes);
        assert_eq!(WeightCommits::<T>::get(b as u16, hotkey).unwrap().len(), 10);
    }

    #[benchmark]
    fn faucet() {
        let (number, hash) = easy::<T>(1);
        AllowFaucet::<T>::put(true);
        let coldkey = rich::<T>();
        // Work that was done beforehand, for this account and this block.
        let nonce = 1_256_643;
        let work = crate::proof_of_work::seal(hash, &coldkey, nonce).to_vec();
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), number, nonce, work);
        assert_eq!(T::Currency::total_balance(&coldkey), 1_001_000 * TAO);
    }

    #[benchmark]
    fn swap_hotkey_v2(s: Linear<1, SUBNETS>, k: Linear<0, STAKERS>) {
        let (coldkey, hotkey) = spread::<T>(s, k);
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), hotkey.clone(), key("new", 0), None, false);
        assert!(!Owner::<T>::contains_key(hotkey));
        assert_eq!(Owner::<T>::get(key("new", 0)), coldkey);
    }

    #[benchmark]
    fn recycle_alpha() {
        let (coldkey, hotkey) = staker::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), hotkey.clone(), 10 * TAO, NETUID);
        assert_eq!(Pallet::<T>::stake_of(&hotkey, &coldkey, NETUID), 0);
    }

    #[benchmark]
    fn burn_alpha() {
        let (coldkey, hotkey) = staker::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), hotkey.clone(), 10 * TAO, NETUID);
        assert_eq!(Pallet::<T>::stake_of(&hotkey, &coldkey, NETUID), 0);
    }

    /// The last symbol of the list.
    #[benchmark]
    fn update_symbol(s: Linear<1, SUBNETS>) {
        chain::<T>(s);
        let symbol = crate::symbols::last();
        #[extrinsic_call]
        _(RawOrigin::Signed(key("owner", 0)), NETUID, symbol.clone());
        assert_eq!(TokenSymbol::<T>::get(NETUID), symbol);
    }

    #[benchmark]
    fn add_stake_burn() {
        let (coldkey, hotkey) = staker::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()), hotkey.clone(), NETUID, TAO, Some(u64::MAX));
        assert_eq!(Pallet::<T>::stake_of(&hotkey, &coldkey, NETUID), 10 * TAO);
    }

    #[benchmark]
    fn clear_coldkey_swap_announcement() {
        let coldkey = rich::<T>();
        frame_system::Pallet::<T>::set_block_number(BLOCK.into());
        ColdkeySwapAnnouncements::<T>::insert(&coldkey, (1, H256::zero()));
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey.clone()));
        assert!(!ColdkeySwapAnnouncements::<T>::contains_key(coldkey));
    }

    #[benchmark]
    fn register_limit(n: Linear<2, NEURONS>) {
        chain::<T>(1);
        crowded::<T>(n, 0);
        let (coldkey, hotkey) = (busy::<T>(), key("newcomer", 0));
        #[extrinsic_call]
        _(RawOrigin::Signed(coldkey), NETUID, hotkey.clone(), u64::MAX);
        assert!(Uids::<T>::contains_key(NETUID, hotkey));
    }

    #[benchmark]
    fn set_tempo() {
        chain::<T>(1);
        #[extrinsic_call]
        _(RawOrigin::Signed(key("owner", 0)), NETUID, 360);
        assert_eq!(Tempo::<T>::get(NETUID), 360);
    }

    #[benchmark]
    fn set_activity_cutoff_factor() {
        chain::<T>(1);
        LastEpochBlock::<T>::insert(NETUID, u64::from(BLOCK));
        #[extrinsic_call]
        _(RawOrigin::Signed(key("owner", 0)), NETUID, 2_000);
        assert_eq!(ActivityCutoffFactorMilli::<T>::get(NETUID), 2_000);
    }

    #[benchmark]
    fn trigger_epoch() {
        chain::<T>(1);
        LastEpochBlock::<T>::insert(NETUID, u64::from(BLOCK));
        #[extrinsic_call]
        _(RawOrigin::Signed(key("owner", 0)), NETUID);
        assert!(PendingEpochAt::<T>::get(NETUID) > 0);
    }

    /// A block with `s` started subnets, in which all prices move and no epoch is due.
    #[benchmark]
    fn every_block(s: Linear<0, SUBNETS>) {
        chain::<T>(s);
        for netuid in 1..=s as u16 {
            LastAdjustmentBlock::<T>::insert(netuid, 1);
            LastEpochBlock::<T>::insert(netuid, u64::from(BLOCK));
            RegistrationsThisBlock::<T>::insert(netuid, 1);
            RegistrationsThisInterval::<T>::insert(netuid, 1);
        }
        #[block]
        {
            Pallet::<T>::on_initialize(BLOCK.into());
            Pallet::<T>::on_finalize(BLOCK.into());
        }
        assert!(PendingServerEmission::<T>::iter().count() >= s as usize);
    }

    /// An epoch of `n` neurons, `p` parents among them, by the longest way through consensus.
    #[benchmark]
    fn epoch(n: Linear<2, 64>, p: Linear<0, 256>) {
        chain::<T>(1);
        earners::<T>(n);
        for i in 0..p {
            let (parent, uid) = (key("parent", i), (i % n) as u16);
            Pallet::<T>::bind_hotkey(&key("grandparent", i), &parent).unwrap();
            stake::<T>(NETUID, &key("staker", i), &parent);
            let child = Keys::<T>::get(NETUID, uid);
            ParentKeys::<T>::mutate(&child, NETUID, |parents| parents.push((u64::MAX / 2, parent.clone())));
            ChildKeys::<T>::insert(parent, NETUID, vec![(u64::MAX / 2, child)]);
        }
        #[block]
        {
            Pallet::<T>::run_epoch(NETUID, (BLOCK + 2).into());
        }
        assert_eq!(SubnetEpochIndex::<T>::get(NETUID), 1);
        assert!(Incentive::<T>::get(NETUID).iter().any(|incentive| *incentive > 0));
    }

    /// The same of 256 neurons: what pairs of neurons cost.
    #[benchmark]
    fn epoch_of_256() {
        chain::<T>(1);
        earners::<T>(NEURONS);
        #[block]
        {
            Pallet::<T>::run_epoch(NETUID, (BLOCK + 2).into());
        }
        assert_eq!(SubnetEpochIndex::<T>::get(NETUID), 1);
        assert!(Incentive::<T>::get(NETUID).iter().any(|incentive| *incentive > 0));
    }

    /// `c` hotkeys get the children that they have waited for.
    #[benchmark]
    fn new_children(c: Linear<0, 64>) {
        chain::<T>(1);
        for i in 0..c {
            let hotkey = key("hotkey", i);
            let children: Vec<_> = (0..CHILDREN).map(|j| (1, key("next child", i * CHILDREN + j))).collect();
            ChildKeys::<T>::insert(&hotkey, NETUID, vec![(1, key("child", i))]);
            ParentKeys::<T>::insert(key("child", i), NETUID, vec![(1, hotkey.clone())]);
            PendingChildKeys::<T>::insert(NETUID, hotkey, (children, 1));
        }
        #[block]
        {
            Pallet::<T>::apply_pending_children(NETUID, BLOCK.into());
        }
        assert_eq!(ChildKeys::<T>::iter().count(), c as usize);
    }

    /// Storage alone: `r` values that nobody has read yet, in a state of 10,000.
    #[benchmark(extra)]
    fn storage_reads(r: Linear<0, 1_000>) {
        let keys = state::<T>();
        #[block]
        {
            for key in keys.iter().take(r as usize) {
                assert!(LastTxBlock::<T>::get(key) > 0);
            }
        }
    }

    /// `w` values that change, in a state of 10,000.
    #[benchmark(extra)]
    fn storage_writes(w: Linear<0, 1_000>) {
        let keys = state::<T>();
        #[block]
        {
            for key in keys.iter().take(w as usize) {
                LastTxBlock::<T>::insert(key, 2);
            }
        }
        assert_eq!(LastTxBlock::<T>::iter().filter(|(_, block)| *block == 2).count(), w as usize);
    }

    fn state<T: Config>() -> Vec<AccountId32> {
        let keys: Vec<_> = (0..10_000).map(|i| key("somebody", i)).collect();
        keys.iter().for_each(|key| LastTxBlock::<T>::insert(key, 1));
        keys
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::empty(), crate::mock::Test);
}
