//! What neurons publish: small data, by subnet and hotkey, as the public chain's pallet of this name keeps it.
//!
//! Data that is encrypted until a later time is not part of it: a local chain follows no drand beacon.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod types;
#[allow(missing_docs)]
pub mod weight_info;

#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::*;
pub use weight_info::{Measured, WeightInfo};

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use alloc::{boxed::Box, vec::Vec};
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use pallet_subtensor::{IsNetworkMember, Pallet as Subtensor, Published, SubnetEpochIndex, SubnetListener};
    use sp_runtime::{AccountId32, SaturatedConversion};

    /// Any commitment counts as at least so many bytes.
    const LEAST_SPACE: u64 = 100;

    /// What the runtime decides.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> + pallet_subtensor::Config {
        /// What calls cost.
        type WeightInfo: WeightInfo;
    }

    type WeightsOf<T> = <T as Config>::WeightInfo;

    /// The pallet.
    #[pallet::pallet]
    #[pallet::without_storage_info]
    pub struct Pallet<T>(_);

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A neuron published something.
        Commitment {
            /// The subnet.
            netuid: u16,
            /// The hotkey.
            who: AccountId32,
        },
    }

    /// Why a call was refused. The public chain's list, in its order.
    #[pallet::error]
    pub enum Error<T> {
        /// There are more fields than a commitment may have.
        TooManyFieldsInCommitmentInfo,
        /// Only the subnet's neurons may publish there.
        AccountNotAllowedCommit,
        /// That is more than a neuron may publish in one epoch.
        SpaceLimitExceeded,
        /// More was reserved than could be given back.
        UnexpectedUnreserveLeftover,
    }

    /// What each neuron published last.
    #[pallet::storage]
    pub type CommitmentOf<T: Config> =
        StorageDoubleMap<_, Identity, u16, Twox64Concat, AccountId32, Registration, OptionQuery>;
    /// In which block.
    #[pallet::storage]
    pub type LastCommitment<T: Config> =
        StorageDoubleMap<_, Identity, u16, Twox64Concat, AccountId32, u32, OptionQuery>;
    /// In which block it asked to forget its bonds.
    #[pallet::storage]
    pub type LastBondsReset<T: Config> =
        StorageDoubleMap<_, Identity, u16, Twox64Concat, AccountId32, u32, OptionQuery>;
    /// Encrypted data that was opened. Empty here; clients read it.
    #[pallet::storage]
    pub type RevealedCommitments<T: Config> =
        StorageDoubleMap<_, Identity, u16, Twox64Concat, AccountId32, Vec<(Vec<u8>, u64)>, OptionQuery>;
    /// Bytes published in the current epoch.
    #[pallet::storage]
    pub type UsedSpaceOf<T: Config> =
        StorageDoubleMap<_, Identity, u16, Twox64Concat, AccountId32, UsageTracker, OptionQuery>;
    /// Bytes that a neuron may publish in an epoch.
    #[pallet::storage]
    pub type MaxSpace<T: Config> = StorageValue<_, u32, ValueQuery, ConstU32<3_100>>;

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Publishes data in a subnet, in place of what was published there before. Signed by the hotkey.
        #[pallet::call_index(0)]
        #[pallet::weight((
            WeightsOf::<T>::set_commitment(Subtensor::<T>::neurons_of(*netuid)),
            DispatchClass::Normal,
            Pays::No
        ))]
        pub fn set_commitment(origin: OriginFor<T>, netuid: u16, info: Box<CommitmentInfo>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            ensure!(IsNetworkMember::<T>::get(&who, netuid), Error::<T>::AccountNotAllowedCommit);
            let epoch = SubnetEpochIndex::<T>::get(netuid);
            let mut usage =
                UsedSpaceOf::<T>::get(netuid, &who).filter(|usage| usage.last_epoch == epoch).unwrap_or_default();
            let space = info.fields.iter().map(Data::space).fold(0, u64::saturating_add).max(LEAST_SPACE);
            let used_space = usage.used_space.saturating_add(space);
            ensure!(used_space <= u64::from(MaxSpace::<T>::get()), Error::<T>::SpaceLimitExceeded);

            usage = UsageTracker { last_epoch: epoch, used_space };
            UsedSpaceOf::<T>::insert(netuid, &who, usage);
            let block: u32 = frame_system::Pallet::<T>::block_number().saturated_into();
            if info.fields.contains(&Data::ResetBondsFlag) {
                LastBondsReset::<T>::insert(netuid, &who, block);
                Subtensor::<T>::reset_bonds(netuid, &who);
            }
            CommitmentOf::<T>::insert(netuid, &who, Registration { deposit: 0, block, info: *info });
            LastCommitment::<T>::insert(netuid, &who, block);
            Self::deposit_event(Event::Commitment { netuid, who });
            Ok(())
        }

        /// Sets how many bytes a neuron may publish in an epoch. Root only.
        #[pallet::call_index(2)]
        #[pallet::weight((WeightsOf::<T>::set_max_space(), DispatchClass::Operational))]
        pub fn set_max_space(origin: OriginFor<T>, new_limit: u32) -> DispatchResult {
            ensure_root(origin)?;
            MaxSpace::<T>::put(new_limit);
            Ok(())
        }
    }

    /// What is published goes with its subnet and its neuron.
    impl<T: Config> SubnetListener for Pallet<T> {
        fn added(_: u16) {}

        fn removed(netuid: u16) {
            let _ = CommitmentOf::<T>::clear_prefix(netuid, u32::MAX, None);
            let _ = LastCommitment::<T>::clear_prefix(netuid, u32::MAX, None);
            let _ = LastBondsReset::<T>::clear_prefix(netuid, u32::MAX, None);
            let _ = RevealedCommitments::<T>::clear_prefix(netuid, u32::MAX, None);
            let _ = UsedSpaceOf::<T>::clear_prefix(netuid, u32::MAX, None);
        }

        fn neuron_removed(netuid: u16, hotkey: &AccountId32) {
            CommitmentOf::<T>::remove(netuid, hotkey);
            LastCommitment::<T>::remove(netuid, hotkey);
            LastBondsReset::<T>::remove(netuid, hotkey);
            RevealedCommitments::<T>::remove(netuid, hotkey);
            UsedSpaceOf::<T>::remove(netuid, hotkey);
        }

        fn neuron_renamed(netuid: u16, old: &AccountId32, new: &AccountId32) {
            CommitmentOf::<T>::swap(netuid, old, netuid, new);
            LastCommitment::<T>::swap(netuid, old, netuid, new);
            LastBondsReset::<T>::swap(netuid, old, netuid, new);
            RevealedCommitments::<T>::swap(netuid, old, netuid, new);
            UsedSpaceOf::<T>::swap(netuid, old, netuid, new);
        }
    }

    impl<T: Config> Published for Pallet<T> {
        fn in_subnet(netuid: u16) -> Vec<(AccountId32, Vec<u8>)> {
            CommitmentOf::<T>::iter_prefix(netuid).map(|(hotkey, published)| (hotkey, published.encode())).collect()
        }
    }
}
