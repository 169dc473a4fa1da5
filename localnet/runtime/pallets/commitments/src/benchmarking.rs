//! What publishing costs at worst. `benchmark.sh` measures it and writes `weight_info.rs`.

use crate::*;
use alloc::{boxed::Box, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{traits::BuildGenesisConfig, BoundedVec};
use frame_system::RawOrigin;
use pallet_subtensor::{Bonds, BondsResetOn, MechanismCountCurrent, NeuronGenesis, SubnetGenesis};
use sp_runtime::AccountId32;

const NETUID: u16 = 1;

#[benchmarks]
mod benchmarks {
    use super::*;

    /// As much as fits beside the request to forget bonds, which all `n` neurons hold in both mechanisms.
    #[benchmark]
    fn set_commitment(n: Linear<1, 256>) {
        let neuron = |i| {
            let (hotkey, coldkey) = (account("hotkey", i, 0), account("coldkey", i, 0));
            NeuronGenesis { netuid: NETUID, hotkey, coldkey, stake: 0 }
        };
        let subnets = alloc::vec![SubnetGenesis { netuid: NETUID, ..Default::default() }];
        let neurons = (0..n).map(neuron).collect();
        pallet_subtensor::GenesisConfig::<T> { subnets, neurons, ..Default::default() }.build();
        BondsResetOn::<T>::insert(NETUID, true);
        pallet_subtensor::Pallet::<T>::set_mechanism_count(NETUID, 2);
        assert_eq!(MechanismCountCurrent::<T>::get(NETUID), 2);
        let row: Vec<(u16, u16)> = (0..n as u16).map(|uid| (uid, 1)).collect();
        for index in (0..2).map(|mecid| pallet_subtensor::Pallet::<T>::mechanism_index(NETUID, mecid)) {
            for uid in 0..n as u16 {
                Bonds::<T>::insert(index, uid, &row);
            }
        }
        let long = || Data::BigRaw(BoundedVec::truncate_from(alloc::vec![1; 512]));
        let fields = BoundedVec::truncate_from(alloc::vec![long(), long(), Data::ResetBondsFlag]);
        let hotkey: AccountId32 = account("hotkey", 0, 0);
        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey.clone()), NETUID, Box::new(CommitmentInfo { fields }));
        assert!(CommitmentOf::<T>::contains_key(NETUID, hotkey));
        assert_eq!(Bonds::<T>::get(NETUID, 0).len(), n as usize - 1);
    }

    #[benchmark]
    fn set_max_space() {
        #[extrinsic_call]
        _(RawOrigin::Root, 7);
        assert_eq!(MaxSpace::<T>::get(), 7);
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::empty(), crate::tests::Test);
}
