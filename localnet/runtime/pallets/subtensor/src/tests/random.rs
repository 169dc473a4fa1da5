//! Many calls at random: refused or not, nothing is lost or made, and invariants hold.
//!
//! `RANDOM_CALLS=100000 ./test.sh -p pallet-subtensor --lib random` goes on for longer.

use crate::{mock::*, *};
use codec::Compact;
use frame_support::traits::UnfilteredDispatchable;
use frame_system::RawOrigin;
use sp_core::H256;
use sp_runtime::{
    traits::{BlakeTwo256, Hash},
    AccountId32,
};
use std::collections::BTreeMap;

struct Random(u64);

/// Who is to make a call.
enum Caller {
    Root,
    Coldkey(AccountId32),
    /// A neuron of that subnet.
    Neuron(u16),
}

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
    fn hot(&mut self) -> AccountId32 {
        hot(self.below(14) as u8)
    }
    fn cold(&mut self) -> AccountId32 {
        cold(self.below(10) as u8)
    }
    fn netuid(&mut self) -> u16 {
        let there = SubtensorModule::netuids();
        match self.below(16) {
            0 => 9,
            1 => u16::MAX,
            other => there[other as usize % there.len()],
        }
    }
    fn rao(&mut self) -> u64 {
        match self.below(8) {
            0 => 0,
            1 => u64::MAX,
            2 => self.below(1_000_000),
            _ => self.below(1 << 31) * 10,
        }
    }
    fn u16(&mut self) -> u16 {
        match self.below(4) {
            0 => 0,
            1 => u16::MAX,
            _ => self.below(65_536) as u16,
        }
    }
    fn small(&mut self) -> u16 {
        self.below(20) as u16
    }
    fn price(&mut self) -> u64 {
        [0, TAO - 1, TAO, TAO + 1, u64::MAX][self.below(5) as usize]
    }
    fn text(&mut self) -> Vec<u8> {
        vec![b'x'; [0, 3, 256, 257, 1025][self.below(5) as usize]]
    }
    fn row(&mut self, netuid: u16) -> (Vec<u16>, Vec<u16>) {
        let n = SubnetworkN::<Test>::get(netuid) + u16::from(self.below(8) == 0);
        let uids: Vec<u16> = (0..n).filter(|_| self.below(3) > 0).collect();
        let values = uids.iter().map(|_| self.u16()).collect();
        (uids, values)
    }
    fn address(&mut self) -> (u128, u16, u8) {
        let ip = [0x0808_0808, 0, 0x7f00_0001, u128::MAX][self.below(4) as usize];
        (ip, self.below(2) as u16 * 9, [4, 6, 5][self.below(3) as usize])
    }
    fn mecid(&mut self) -> u8 {
        [0, 0, 1, 9][self.below(4) as usize]
    }
    /// Weights that are committed, and later revealed, are few, so that they meet.
    fn secret(&mut self) -> (Vec<u16>, Vec<u16>, Vec<u16>) {
        (vec![0], vec![7], vec![self.below(2) as u16])
    }

    /// A call of this number, and who is most likely to be allowed to make it.
    fn call(&mut self, number: u8) -> Option<(Call<Test>, Caller)> {
        use Caller::{Coldkey, Neuron, Root};
        let (netuid, rao) = (self.netuid(), self.rao());
        let hotkey = if self.below(2) == 0 { self.hot() } else { self.neuron(netuid) };
        let (other, other_netuid, mecid) = (self.hot(), self.netuid(), self.mecid());
        let owner = if Owner::<Test>::contains_key(&hotkey) { Owner::<Test>::get(&hotkey) } else { self.cold() };
        let of_subnet = Coldkey(SubnetOwner::<Test>::get(netuid));
        let new = AccountId32::new([70 + self.below(3) as u8; 32]);
        let (limit_price, allow_partial) = (self.price(), self.below(2) == 0);
        let (origin_netuid, destination_netuid) = (netuid, other_netuid);
        let (ip, port, ip_type) = self.address();
        Some(match number {
            0 => {
                let (dests, weights) = self.row(netuid);
                (Call::set_weights { netuid, dests, weights, version_key: 0 }, Neuron(netuid))
            }
            2 => (Call::add_stake { hotkey, netuid, amount_staked: rao }, Coldkey(owner)),
            3 => (Call::remove_stake { hotkey, netuid, amount_unstaked: rao }, Coldkey(owner)),
            4 => {
                let (version, protocol, placeholder1, placeholder2) = (1, 2, 3, 4);
                let call =
                    Call::serve_axon { netuid, version, ip, port, ip_type, protocol, placeholder1, placeholder2 };
                (call, Neuron(netuid))
            }
            5 => (Call::serve_prometheus { netuid, version: 1, ip, port, ip_type }, Neuron(netuid)),
            6 => {
                let block_number = SubtensorModule::block().saturating_sub(self.below(3));
                let work = vec![0; [0, 31, 32][self.below(3) as usize]];
                (Call::register { netuid, block_number, nonce: 1, work, hotkey, coldkey: owner }, Neuron(netuid))
            }
            7 => (Call::burned_register { netuid, hotkey }, Coldkey(owner)),
            40 => {
                let certificate = vec![1; [0, 1, 65, 66][self.below(4) as usize]];
                let (version, protocol, placeholder1, placeholder2) = (1, 2, 3, 4);
                let call = Call::serve_axon_tls {
                    netuid,
                    version,
                    ip,
                    port,
                    ip_type,
                    protocol,
                    placeholder1,
                    placeholder2,
                    certificate,
                };
                (call, Neuron(netuid))
            }
            59 => (Call::register_network { hotkey }, Coldkey(owner)),
            60 => {
                (Call::faucet { block_number: SubtensorModule::block(), nonce: 1, work: vec![0; 32] }, Coldkey(owner))
            }
            61 => (Call::dissolve_network { coldkey: SubnetOwner::<Test>::get(netuid), netuid }, Root),
            62 => (Call::root_register { hotkey }, Coldkey(owner)),
            65 => (Call::decrease_take { hotkey, take: self.below(12_000) as u16 }, Coldkey(owner)),
            66 => (Call::increase_take { hotkey, take: self.below(12_000) as u16 }, Coldkey(owner)),
            67 => {
                let share = |random: &mut Self| random.below(1 << 31) << 33;
                let children = (0..self.below(3)).map(|_| (share(self), self.hot())).collect();
                (Call::set_children { hotkey, netuid, children }, Coldkey(owner))
            }
            68 => {
                let [name, url, github_repo, image] = [(); 4].map(|()| self.text());
                let [discord, description, additional] = [(); 3].map(|()| self.text());
                let call = Call::set_identity { name, url, github_repo, image, discord, description, additional };
                (call, Coldkey(owner))
            }
            69 => (Call::sudo_set_tx_childkey_take_rate_limit { tx_rate_limit: self.below(5) }, Root),
            70 => {
                let netuid = (self.below(2) == 0).then_some(netuid);
                (Call::swap_hotkey { hotkey, new_hotkey: other, netuid }, Coldkey(owner))
            }
            71 => (Call::swap_coldkey { old_coldkey: owner, new_coldkey: new, swap_cost: rao }, Root),
            72 => {
                let netuid = (self.below(2) == 0).then_some(netuid);
                let keep_stake = allow_partial;
                (Call::swap_hotkey_v2 { hotkey, new_hotkey: other, netuid, keep_stake }, Coldkey(owner))
            }
            75 => (Call::set_childkey_take { hotkey, netuid, take: self.below(12_000) as u16 }, Coldkey(owner)),
            76 => (Call::sudo_set_min_childkey_take { take: self.small() }, Root),
            77 => (Call::sudo_set_max_childkey_take { take: self.u16() }, Root),
            78 => {
                let [subnet_name, github_repo, subnet_contact, subnet_url] = [(); 4].map(|()| self.text());
                let [discord, description, logo_url, additional] = [(); 4].map(|()| self.text());
                let call = Call::set_subnet_identity {
                    netuid,
                    subnet_name,
                    github_repo,
                    subnet_contact,
                    subnet_url,
                    discord,
                    description,
                    logo_url,
                    additional,
                };
                (call, of_subnet)
            }
            79 => {
                let identity = SubnetIdentityV3 { subnet_name: self.text(), ..Default::default() };
                (Call::register_network_with_identity { hotkey, identity: Some(identity) }, Coldkey(owner))
            }
            80 => {
                let (uids, values) = self.row(netuid);
                let row: Vec<_> = uids.into_iter().map(Compact).zip(values.into_iter().map(Compact)).collect();
                let netuids = vec![Compact(netuid), Compact(other_netuid)];
                let weights = vec![row; 1 + self.below(2) as usize];
                (Call::batch_set_weights { netuids, weights, version_keys: vec![Compact(0); 2] }, Neuron(netuid))
            }
            83 => (Call::unstake_all { hotkey }, Coldkey(owner)),
            84 => (Call::unstake_all_alpha { hotkey }, Coldkey(owner)),
            85 => {
                let (origin_hotkey, destination_hotkey, alpha_amount) = (hotkey, other, rao);
                let call = Call::move_stake {
                    origin_hotkey,
                    destination_hotkey,
                    origin_netuid,
                    destination_netuid,
                    alpha_amount,
                };
                (call, Coldkey(owner))
            }
            86 => {
                let (destination_coldkey, alpha_amount) = (self.cold(), rao);
                let call = Call::transfer_stake {
                    destination_coldkey,
                    hotkey,
                    origin_netuid,
                    destination_netuid,
                    alpha_amount,
                };
                (call, Coldkey(owner))
            }
            87 => (Call::swap_stake { hotkey, origin_netuid, destination_netuid, alpha_amount: rao }, Coldkey(owner)),
            88 => {
                let call = Call::add_stake_limit { hotkey, netuid, amount_staked: rao, limit_price, allow_partial };
                (call, Coldkey(owner))
            }
            89 => {
                let call =
                    Call::remove_stake_limit { hotkey, netuid, amount_unstaked: rao, limit_price, allow_partial };
                (call, Coldkey(owner))
            }
            90 => {
                let alpha_amount = rao;
                let call = Call::swap_stake_limit {
                    hotkey,
                    origin_netuid,
                    destination_netuid,
                    alpha_amount,
                    limit_price,
                    allow_partial,
                };
                (call, Coldkey(owner))
            }
            91 => (Call::try_associate_hotkey { hotkey }, Coldkey(self.cold())),
            92 => (Call::start_call { netuid }, of_subnet),
            96 | 115 => {
                let (uids, values, salt) = self.secret();
                let hotkey = self.neuron(netuid);
                let mecid = if number == 96 { 0 } else { mecid };
                let index = SubtensorModule::mechanism_index(netuid, mecid);
                let commit_hash = BlakeTwo256::hash_of(&(&hotkey, index, uids, values, salt, 0u64));
                let call = if number == 96 {
                    Call::commit_weights { netuid, commit_hash }
                } else {
                    Call::commit_mechanism_weights { netuid, mecid, commit_hash }
                };
                (call, Coldkey(hotkey))
            }
            97 | 116 => {
                let (uids, values, salt) = self.secret();
                let version_key = 0;
                let call = if number == 97 {
                    Call::reveal_weights { netuid, uids, values, salt, version_key }
                } else {
                    Call::reveal_mechanism_weights { netuid, mecid, uids, values, salt, version_key }
                };
                (call, Coldkey(self.neuron(netuid)))
            }
            98 => {
                let (uids, values, salt) = self.secret();
                let (uids_list, values_list, salts_list) = (vec![uids], vec![values], vec![salt]);
                let version_keys = vec![0; self.below(5).min(1) as usize];
                let call = Call::batch_reveal_weights { netuid, uids_list, values_list, salts_list, version_keys };
                (call, Coldkey(self.neuron(netuid)))
            }
            100 => {
                let netuids = vec![Compact(netuid), Compact(other_netuid)];
                (Call::batch_commit_weights { netuids, commit_hashes: vec![H256::repeat_byte(1); 2] }, Neuron(netuid))
            }
            101 => (Call::recycle_alpha { hotkey, amount: rao, netuid }, Coldkey(owner)),
            102 => (Call::burn_alpha { hotkey, amount: rao, netuid }, Coldkey(owner)),
            103 => {
                let limit_price = allow_partial.then_some(limit_price);
                (Call::remove_stake_full_limit { hotkey, netuid, limit_price }, Coldkey(owner))
            }
            109 => (Call::set_pending_childkey_cooldown { cooldown: self.below(9) }, Root),
            112 => {
                let symbol = ["α", "β", "γ", "", "x"][self.below(5) as usize];
                (Call::update_symbol { netuid, symbol: symbol.as_bytes().to_vec() }, of_subnet)
            }
            114 => (Call::set_coldkey_auto_stake_hotkey { netuid, hotkey }, Coldkey(self.cold())),
            119 => {
                let (dests, weights) = self.row(netuid);
                (Call::set_mechanism_weights { netuid, mecid, dests, weights, version_key: 0 }, Neuron(netuid))
            }
            120 => (Call::root_dissolve_network { netuid }, Root),
            125 => (Call::announce_coldkey_swap { new_coldkey_hash: BlakeTwo256::hash_of(&new) }, Coldkey(self.cold())),
            126 => (Call::swap_coldkey_announced { new_coldkey: new }, Coldkey(self.cold())),
            127 => (Call::dispute_coldkey_swap {}, Coldkey(self.cold())),
            128 => (Call::reset_coldkey_swap { coldkey: self.cold() }, Root),
            132 => {
                let limit = allow_partial.then_some(limit_price);
                (Call::add_stake_burn { hotkey, netuid, amount: rao, limit }, Coldkey(owner))
            }
            133 => (Call::clear_coldkey_swap_announcement {}, Coldkey(self.cold())),
            134 => (Call::register_limit { netuid, hotkey, limit_price }, Coldkey(owner)),
            139 => (Call::set_tempo { netuid, tempo: self.small() }, of_subnet),
            140 => (Call::set_activity_cutoff_factor { netuid, factor_milli: self.below(60_000) as u32 }, of_subnet),
            141 => (Call::trigger_epoch { netuid }, of_subnet),
            _ => return None,
        })
    }

    /// A neuron of a subnet, if there is one.
    fn neuron(&mut self, netuid: u16) -> AccountId32 {
        let n = SubnetworkN::<Test>::get(netuid);
        if n == 0 {
            return self.hot();
        }
        Keys::<Test>::get(netuid, self.below(n.into()) as u16)
    }

    /// What another pallet sets.
    fn change_a_setting(&mut self) {
        let netuid = 1 + self.below(3) as u16;
        if !NetworksAdded::<Test>::get(netuid) {
            return;
        }
        match self.below(9) {
            0 => SubtensorModule::set_mechanism_count(netuid, 1 + self.below(2) as u8),
            1 => Yuma3On::<Test>::insert(netuid, self.below(2) == 0),
            2 => LiquidAlphaOn::<Test>::insert(netuid, self.below(2) == 0),
            3 => CommitRevealWeightsEnabled::<Test>::insert(netuid, self.below(3) == 0),
            4 => MinNonImmuneUids::<Test>::insert(netuid, self.below(4) as u16),
            5 => Kappa::<Test>::insert(netuid, self.u16()),
            6 => BondsPenalty::<Test>::insert(netuid, self.u16()),
            7 => AdjustmentAlpha::<Test>::insert(netuid, self.below(1 << 31) << 33),
            _ => MechanismEmissionSplit::<Test>::insert(netuid, vec![self.u16(), self.u16()]),
        }
    }
}

/// Calls that end much of what the others need are made more rarely.
const RARE: [u8; 15] = [59, 61, 70, 71, 72, 76, 77, 79, 83, 84, 109, 120, 125, 126, 139];

/// How often each call worked, and was refused.
type Tally = BTreeMap<u8, (u32, u32)>;

fn run(seed: u64, steps: u32, tally: &mut Tally) {
    use frame_support::traits::GetCallIndex;
    let change = |subnet: &mut SubnetGenesis| {
        subnet.tempo = 5;
        subnet.max_allowed_uids = 6;
        subnet.immunity_period = 3;
        subnet.min_non_immune_uids = 1;
        subnet.adjustment_interval = 7;
        subnet.owner = Some(cold(1));
        subnet.owner_hotkey = Some(hot(1));
        subnet.liquid_alpha = seed.is_multiple_of(2);
        subnet.commit_reveal_weights_enabled = seed.is_multiple_of(3);
    };
    with_subnet(change, || {
        let mut random = Random(seed);
        SubnetLimit::<Test>::put(3);
        // Something to judge from the first epoch on.
        for n in 1..5 {
            join(n, 50 * TAO);
        }
        NetworkImmunityPeriod::<Test>::put(200);
        ColdkeySwapAnnouncementDelay::<Test>::put(5);
        let numbers = Call::<Test>::get_call_indices();
        for _ in 0..steps {
            for _ in 0..4 {
                let number = numbers[random.below(numbers.len() as u64) as usize];
                if RARE.contains(&number) && random.below(10) > 0 {
                    continue;
                }
                let Some((call, caller)) = random.call(number) else {
                    panic!("no arguments are known for call {number}");
                };
                let name = format!("{call:?}");
                // Most calls by whom they are for.
                let origin = match (random.below(8), caller) {
                    (0, _) => RawOrigin::Signed(random.cold()),
                    (_, Caller::Root) => RawOrigin::Root,
                    (_, Caller::Coldkey(who)) => RawOrigin::Signed(who),
                    (_, Caller::Neuron(netuid)) => RawOrigin::Signed(random.neuron(netuid)),
                };
                let before = all_rao();
                let outcome = frame_support::storage::with_storage_layer(|| {
                    call.dispatch_bypass_filter(origin.into()).map_err(|error| error.error)
                });
                let counts = tally.entry(number).or_default();
                match outcome {
                    Ok(_) => counts.0 += 1,
                    Err(_) => counts.1 += 1,
                }
                // Nothing comes out of nothing; prices are all that goes.
                let after = all_rao();
                assert!(after <= before, "seed {seed}: {name} made {} rao", after - before);
                assert_eq!(SubtensorModule::check_invariants(), Ok(()), "seed {seed}: {name}");
            }
            if random.below(6) == 0 {
                random.change_a_setting();
            }
            let before = all_rao();
            pass_blocks(1 + random.below(3));
            let minted = all_rao() - before;
            assert!(minted.is_multiple_of(TAO) && minted <= 3 * TAO, "seed {seed}: {minted}");
            assert_eq!(SubtensorModule::check_invariants(), Ok(()), "seed {seed}: block");
        }
    });
}

#[test]
fn whatever_is_called_nothing_is_made_and_invariants_hold() {
    let wanted: u32 = std::env::var("RANDOM_CALLS").ok().and_then(|count| count.parse().ok()).unwrap_or(2_400);
    let mut tally = Tally::new();
    let count = |tally: &Tally| tally.values().map(|(worked, refused)| worked + refused).sum::<u32>();
    for seed in 0.. {
        run(seed, 150, &mut tally);
        if count(&tally) >= wanted {
            break;
        }
    }
    let worked: u32 = tally.values().map(|(worked, _)| worked).sum();
    println!("{} calls, {worked} worked; by number (worked, refused): {tally:?}", count(&tally));
    assert!(worked * 5 > count(&tally), "only {worked} of {} worked", count(&tally));
    assert!((count(&tally) - worked) * 10 > count(&tally));
}
