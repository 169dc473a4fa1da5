//! Prices of alpha, where clients look for them. Subnets of this chain are stable: one alpha is one TAO.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

pub use pallet::*;

#[frame_support::pallet]
pub mod pallet {
    use frame_support::pallet_prelude::*;
    use pallet_subtensor::FixedU128;

    /// One, with 64 fraction bits.
    const ONE: FixedU128 = FixedU128 { bits: 1 << 64 };

    /// What the runtime decides.
    #[pallet::config]
    pub trait Config: frame_system::Config {}

    /// The pallet.
    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// Square root of a subnet's price, in TAO for one alpha.
    #[pallet::storage]
    pub type AlphaSqrtPrice<T: Config> = StorageMap<_, Twox64Concat, u16, FixedU128, ValueQuery>;

    impl<T: Config> Pallet<T> {
        /// A subnet's price from its first block on.
        pub fn add(netuid: u16) {
            AlphaSqrtPrice::<T>::insert(netuid, ONE);
        }

        /// The subnet is gone.
        pub fn remove(netuid: u16) {
            AlphaSqrtPrice::<T>::remove(netuid);
        }
    }
}
