//! Weights of work whose size the state decides: as much as is foreseen before a call, what it was afterwards.

use crate::*;
use frame_support::{
    dispatch::{DispatchClass, DispatchResultWithPostInfo, PostDispatchInfo},
    weights::Weight,
};
use sp_runtime::{AccountId32, DispatchError};

/// Stakers whose stake a call may move at the weight that is known before it.
const STAKERS_FORESEEN: u32 = 256;
/// Hotkeys with stake that a coldkey swap may move at the weight that is known before it.
const HOTKEYS_FORESEEN: u32 = 64;

impl<T: Config> Pallet<T> {
    /// Subnets, the root network included.
    pub(crate) fn networks() -> u32 {
        TotalNetworks::<T>::get().into()
    }

    /// Neurons of a subnet.
    pub fn neurons_of(netuid: u16) -> u32 {
        SubnetworkN::<T>::get(netuid).into()
    }

    /// Neurons of a subnet; counted again for each two mechanisms, as two were measured.
    fn size_of(netuid: u16) -> u32 {
        let pairs = u32::from(MechanismCountCurrent::<T>::get(netuid)).div_ceil(2).max(1);
        u32::from(SubnetworkN::<T>::get(netuid)).saturating_mul(pairs)
    }

    pub(crate) fn dissolve_weight(netuid: u16) -> Weight {
        T::WeightInfo::dissolve_network(Self::size_of(netuid), STAKERS_FORESEEN)
    }

    pub(crate) fn weigh_dissolve_network(netuid: u16) -> DispatchResultWithPostInfo {
        let (charged, size) = (Self::dissolve_weight(netuid), Self::size_of(netuid));
        let stakers = Self::do_dissolve_network(netuid)?;
        Ok(Self::spent(charged, T::WeightInfo::dissolve_network(size, stakers)))
    }

    /// Neurons of the subnet that gives way to a new one, and the stakers that are foreseen there.
    fn replaced_size() -> (u32, u32) {
        let replaced = if Self::is_full() { Self::get_subnet_to_prune() } else { None };
        replaced.map_or((0, 0), |netuid| (Self::size_of(netuid), STAKERS_FORESEEN))
    }

    pub(crate) fn register_network_weight() -> Weight {
        let (size, stakers) = Self::replaced_size();
        T::WeightInfo::register_network_with_identity(Self::networks(), size, stakers)
    }

    /// Makes a subnet by `create`, which returns the number of stakers whose subnet gave way.
    pub(crate) fn weigh_register_network(
        create: impl FnOnce() -> Result<u32, DispatchError>,
    ) -> DispatchResultWithPostInfo {
        let (charged, (size, _)) = (Self::register_network_weight(), Self::replaced_size());
        let stakers = create()?;
        let actual = T::WeightInfo::register_network_with_identity(Self::networks(), size, stakers);
        Ok(Self::spent(charged, actual))
    }

    pub(crate) fn swap_hotkey_weight(netuid: Option<u16>) -> Weight {
        T::WeightInfo::swap_hotkey(netuid.map_or(Self::networks(), |_| 1), STAKERS_FORESEEN)
    }

    pub(crate) fn weigh_swap_hotkey(
        coldkey: AccountId32,
        old: AccountId32,
        new: AccountId32,
        netuid: Option<u16>,
        keep_stake: bool,
    ) -> DispatchResultWithPostInfo {
        let charged = Self::swap_hotkey_weight(netuid);
        let stakers = Self::do_swap_hotkey(coldkey, old, new, netuid, keep_stake)?;
        let subnets = netuid.map_or(Self::networks(), |_| 1);
        Ok(Self::spent(charged, T::WeightInfo::swap_hotkey(subnets, stakers)))
    }

    pub(crate) fn swap_coldkey_weight() -> Weight {
        T::WeightInfo::swap_coldkey(Self::networks(), HOTKEYS_FORESEEN)
    }

    /// Says what a call has cost: its sender gets the rest back; what is more fills the block all the same.
    pub(crate) fn spent(charged: Weight, actual: Weight) -> PostDispatchInfo {
        let extra = actual.saturating_sub(charged);
        frame_system::Pallet::<T>::register_extra_weight_unchecked(extra, DispatchClass::Normal);
        Some(actual.min(charged)).into()
    }

    /// What an epoch of `n` neurons costs that pays `parents`: a part for each neuron, and one for each pair of them,
    /// which is what the measured 256 cost beyond their parts.
    pub(crate) fn epoch_weight(n: u32, mechanisms: u32, parents: u32) -> Weight {
        let single = T::WeightInfo::epoch(n, 0).saturating_mul(mechanisms.saturating_sub(1).into());
        let pairs = T::WeightInfo::epoch_of_256().saturating_sub(T::WeightInfo::epoch(256, 0));
        let share = u64::from(n).saturating_mul(n.into()).div_ceil(256);
        let pairs = pairs.saturating_mul(share).saturating_mul(mechanisms.into());
        let pairs = pairs.checked_div(256).unwrap_or(pairs);
        T::WeightInfo::epoch(n, parents).saturating_add(single).saturating_add(pairs)
    }
}
