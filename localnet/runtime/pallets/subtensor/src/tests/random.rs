//! Many calls at random: refused or not, nothing is lost or made, and invariants hold.

use crate::{mock::*, *};
use frame_support::traits::UnfilteredDispatchable;
use frame_system::RawOrigin;
use sp_core::H256;
use sp_runtime::{
    traits::{BlakeTwo256, Hash},
    AccountId32,
};

struct Random(u64);

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
        self.below(4) as u16
    }
    fn rao(&mut self) -> u64 {
        match self.below(8) {
            0 => 0,
            1 => u64::MAX,
            2 => self.below(1_000_000),
            _ => self.below(1 << 31) * 10,
        }
    }
    fn uids(&mut self) -> Vec<u16> {
        (0..8).filter(|_| self.below(3) > 0).collect()
    }
    /// A call, and the coldkey most likely to be allowed to make it.
    fn call(&mut self) -> (Call<Test>, AccountId32) {
        let (hotkey, netuid, rao) = (self.hot(), self.netuid(), self.rao());
        let (other, other_netuid) = (self.hot(), self.netuid());
        let owner = if Owner::<Test>::contains_key(&hotkey) { Owner::<Test>::get(&hotkey) } else { self.cold() };
        let call = match self.below(34) {
            0..=3 => Call::burned_register { netuid, hotkey },
            4..=7 => Call::add_stake { hotkey, netuid, amount_staked: rao },
            8 | 9 => Call::remove_stake { hotkey, netuid, amount_unstaked: rao },
            10 => Call::unstake_all { hotkey },
            11 => Call::unstake_all_alpha { hotkey },
            12 | 13 => Call::move_stake {
                origin_hotkey: hotkey,
                destination_hotkey: other,
                origin_netuid: netuid,
                destination_netuid: other_netuid,
                alpha_amount: rao,
            },
            14 => Call::transfer_stake {
                destination_coldkey: self.cold(),
                hotkey,
                origin_netuid: netuid,
                destination_netuid: other_netuid,
                alpha_amount: rao,
            },
            15 => {
                Call::swap_stake { hotkey, origin_netuid: netuid, destination_netuid: other_netuid, alpha_amount: rao }
            }
            16 => Call::set_children { hotkey, netuid, children: vec![(self.below(1 << 31) << 33, other)] },
            17 => Call::set_childkey_take { hotkey, netuid, take: self.below(12_000) as u16 },
            18 => Call::swap_hotkey { hotkey, new_hotkey: other, netuid: None },
            19 => Call::swap_hotkey { hotkey, new_hotkey: other, netuid: Some(netuid) },
            20 => Call::root_register { hotkey },
            21 => Call::register_network { hotkey },
            22 => Call::start_call { netuid },
            23 => Call::decrease_take { hotkey, take: self.below(12_000) as u16 },
            24 => Call::increase_take { hotkey, take: self.below(12_000) as u16 },
            25 => Call::set_coldkey_auto_stake_hotkey { netuid, hotkey },
            26 => Call::announce_coldkey_swap { new_coldkey_hash: BlakeTwo256::hash_of(&AccountId32::new([77; 32])) },
            27 => Call::swap_coldkey_announced { new_coldkey: AccountId32::new([77; 32]) },
            28 => Call::commit_weights { netuid, commit_hash: H256::repeat_byte(self.below(3) as u8) },
            29 => Call::serve_prometheus { netuid, version: 1, ip: 0x0808_0808, port: 9, ip_type: 4 },
            30 => Call::serve_axon_tls {
                netuid,
                version: 1,
                ip: 0x0808_0808,
                port: 9,
                ip_type: 4,
                protocol: 0,
                placeholder1: 0,
                placeholder2: 0,
                certificate: vec![1, 2, 3],
            },
            _ => {
                let dests = self.uids();
                let weights = dests.iter().map(|_| self.below(65_536) as u16).collect();
                Call::set_weights { netuid, dests, weights, version_key: 0 }
            }
        };
        (call, owner)
    }
}

fn run(seed: u64, steps: u32) -> (u32, u32) {
    let change = |subnet: &mut SubnetGenesis| {
        subnet.tempo = 5;
        subnet.max_allowed_uids = 6;
        subnet.immunity_period = 3;
        subnet.adjustment_interval = 7;
        subnet.owner = Some(cold(1));
        subnet.owner_hotkey = Some(hot(1));
        subnet.liquid_alpha = seed % 2 == 0;
    };
    let (mut worked, mut refused) = (0, 0);
    with_subnet(change, || {
        let mut random = Random(seed);
        SubnetLimit::<Test>::put(3);
        NetworkImmunityPeriod::<Test>::put(40);
        ColdkeySwapAnnouncementDelay::<Test>::put(5);
        for _ in 0..steps {
            for _ in 0..4 {
                let (call, owner) = random.call();
                // Most calls by whom they are for.
                let name = format!("{call:?}");
                let who = match (random.below(4), &call) {
                    (1.., Call::set_weights { .. } | Call::commit_weights { .. }) => random.hot(),
                    (1.., Call::serve_prometheus { .. } | Call::serve_axon_tls { .. }) => random.hot(),
                    (1.., _) => owner,
                    _ => random.cold(),
                };
                let before = all_rao();
                let outcome = frame_support::storage::with_storage_layer(|| {
                    call.dispatch_bypass_filter(RawOrigin::Signed(who).into()).map_err(|error| error.error)
                });
                match outcome {
                    Ok(_) => worked += 1,
                    Err(_) => refused += 1,
                }
                // Nothing comes out of nothing; prices are all that goes.
                let after = all_rao();
                assert!(after <= before, "seed {seed}: {name} made {} rao", after - before);
                assert_eq!(SubtensorModule::check_invariants(), Ok(()), "seed {seed}: {name}");
            }
            let before = all_rao();
            pass_blocks(1);
            let minted = all_rao() - before;
            assert!(minted == 0 || minted == TAO, "seed {seed}: {minted}");
            assert_eq!(SubtensorModule::check_invariants(), Ok(()), "seed {seed}: block");
        }
    });
    (worked, refused)
}

#[test]
fn whatever_is_called_nothing_is_made_and_invariants_hold() {
    for seed in 0..4 {
        let (worked, refused) = run(seed, 120);
        assert!(worked > 80 && refused > 80, "seed {seed}: {worked} worked, {refused} were refused");
    }
}
