//! What settings cost at worst. `benchmark.sh` measures it and writes `weight_info.rs`.
#![allow(missing_docs, unused_imports)]

use crate::*;
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::traits::{BuildGenesisConfig, Get};
use frame_system::RawOrigin;
use pallet_subtensor::{
    Bonds, Keys, MechanismCountCurrent, NeuronGenesis, RecycleOrBurnEnum, SubnetGenesis, WeightCommits, Weights,
};
use sp_runtime::AccountId32;

const NETUID: u16 = 1;

fn coldkey() -> AccountId32 {
    account("owner", 0, 0)
}

fn hotkey() -> AccountId32 {
    account("hotkey", 0, 0)
}

fn root() -> RawOrigin<AccountId32> {
    RawOrigin::Root
}

fn owner() -> RawOrigin<AccountId32> {
    RawOrigin::Signed(coldkey())
}

/// A subnet of the owner's with `n` neurons, in which the owner may set everything again.
fn subnet<T: Config>(n: u32) {
    let subnet = SubnetGenesis {
        netuid: NETUID,
        owner: Some(coldkey()),
        owner_hotkey: Some(hotkey()),
        liquid_alpha: true,
        ..Default::default()
    };
    let neuron = |i| {
        let (hotkey, coldkey) = (account("hotkey", i, 0), if i == 0 { coldkey() } else { account("coldkey", i, 0) });
        NeuronGenesis { netuid: NETUID, hotkey, coldkey, stake: 0 }
    };
    let neurons = (0..n).map(neuron).collect();
    pallet_subtensor::GenesisConfig::<T> { subnets: alloc::vec![subnet], neurons, ..Default::default() }.build();
    frame_system::Pallet::<T>::set_block_number(1u32.into());
}

/// One benchmark for each call that changes one value: who makes it, with what.
macro_rules! settings {
    ($($call:ident($origin:ident $(, $value:expr)*);)*) => {
        #[benchmarks]
        mod benchmarks {
            use super::*;

            $(
                #[benchmark]
                fn $call() {
                    subnet::<T>(4);
                    #[extrinsic_call]
                    _($origin() $(, $value)*);
                }
            )*

            /// All mechanisms but one are dropped, with complete rows of weights and bonds and a commitment each.
            #[benchmark]
            fn sudo_set_mechanism_count(n: Linear<1, 256>) {
                subnet::<T>(n);
                pallet_subtensor::Pallet::<T>::set_mechanism_count(NETUID, 8);
                let row: Vec<(u16, u16)> = (0..n as u16).map(|uid| (uid, uid)).collect();
                for index in (1..8).map(|mecid| pallet_subtensor::Pallet::<T>::mechanism_index(NETUID, mecid)) {
                    for uid in 0..n as u16 {
                        Weights::<T>::insert(index, uid, &row);
                        Bonds::<T>::insert(index, uid, &row);
                        WeightCommits::<T>::mutate(index, Keys::<T>::get(NETUID, uid), |commits| {
                            *commits = Some(alloc::vec![(Default::default(), 1, 1, u64::MAX); 10]);
                        });
                    }
                }
                #[extrinsic_call]
                _(owner(), NETUID, 1);
                assert_eq!(MechanismCountCurrent::<T>::get(NETUID), 1);
            }

            impl_benchmark_test_suite!(Pallet, crate::tests::empty(), crate::tests::Test);
        }
    };
}

settings! {
    sudo_set_default_take(root, 7);
    sudo_set_tx_rate_limit(root, 7);
    sudo_set_serving_rate_limit(owner, NETUID, 7);
    sudo_set_min_difficulty(root, NETUID, 7);
    sudo_set_max_difficulty(owner, NETUID, 7);
    sudo_set_weights_version_key(owner, NETUID, 7);
    sudo_set_weights_set_rate_limit(root, NETUID, 7);
    sudo_set_adjustment_interval(root, NETUID, 7);
    sudo_set_adjustment_alpha(owner, NETUID, 7);
    sudo_set_immunity_period(owner, NETUID, 7);
    sudo_set_min_allowed_weights(owner, NETUID, 7);
    sudo_set_max_allowed_uids(owner, NETUID, 200);
    sudo_set_kappa(root, NETUID, 7);
    sudo_set_rho(owner, NETUID, 7);
    sudo_set_activity_cutoff(owner, NETUID, 500);
    sudo_set_network_registration_allowed(root, NETUID, true);
    sudo_set_network_pow_registration_allowed(owner, NETUID, true);
    sudo_set_target_registrations_per_interval(root, NETUID, 7);
    sudo_set_min_burn(owner, NETUID, 1_000);
    sudo_set_max_burn(owner, NETUID, 200_000_000_000);
    sudo_set_difficulty(root, NETUID, 7);
    sudo_set_max_allowed_validators(root, NETUID, 32);
    sudo_set_bonds_moving_average(owner, NETUID, 7);
    sudo_set_max_registrations_per_block(root, NETUID, 7);
    sudo_set_subnet_owner_cut(root, 7);
    sudo_set_network_rate_limit(root, 7);
    sudo_set_tempo(root, NETUID, 7);
    sudo_set_network_immunity_period(root, 7);
    sudo_set_network_min_lock_cost(root, 7);
    sudo_set_subnet_limit(root, 7);
    sudo_set_lock_reduction_interval(root, 7);
    sudo_set_rao_recycled(root, NETUID, 7);
    sudo_set_stake_threshold(root, 7);
    sudo_set_nominator_min_required_stake(root, 7);
    sudo_set_tx_delegate_take_rate_limit(root, 7);
    sudo_set_min_delegate_take(root, 7);
    sudo_set_commit_reveal_weights_enabled(owner, NETUID, true);
    sudo_set_liquid_alpha_enabled(owner, NETUID, true);
    sudo_set_alpha_values(owner, NETUID, 20_000, 60_000);
    sudo_set_commit_reveal_weights_interval(owner, NETUID, 7);
    sudo_set_bonds_penalty(owner, NETUID, 7);
    sudo_set_toggle_transfer(owner, NETUID, true);
    sudo_set_subnet_owner_hotkey(owner, NETUID, hotkey());
    sudo_set_subtoken_enabled(root, NETUID, true);
    sudo_set_sn_owner_hotkey(owner, NETUID, hotkey());
    sudo_set_alpha_sigmoid_steepness(owner, NETUID, 7);
    sudo_set_yuma3_enabled(owner, NETUID, true);
    sudo_set_bonds_reset_enabled(owner, NETUID, true);
    sudo_set_commit_reveal_version(root, 7);
    sudo_set_owner_immune_neuron_limit(owner, NETUID, 7);
    sudo_set_admin_freeze_window(root, 7);
    sudo_set_owner_hparam_rate_limit(root, 7);
    sudo_set_mechanism_emission_split(owner, NETUID, Some(alloc::vec![0xffff]));
    sudo_set_min_allowed_uids(root, NETUID, 1);
    sudo_set_recycle_or_burn(owner, NETUID, RecycleOrBurnEnum::Recycle);
    sudo_set_min_non_immune_uids(root, NETUID, 7);
    sudo_set_start_call_delay(root, 7);
    sudo_set_coldkey_swap_announcement_delay(root, 7);
    sudo_set_coldkey_swap_reannouncement_delay(root, 7);
    sudo_set_max_mechanism_count(root, 8);
}
