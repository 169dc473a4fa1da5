//! Bonds that a neuron asks to forget.

use crate::*;
use sp_runtime::AccountId32;

impl<T: Config> Pallet<T> {
    /// Forgets what validators hold in a neuron, in all of its subnet's mechanisms, where the owner allows it.
    pub fn reset_bonds(netuid: u16, hotkey: &AccountId32) {
        let Some(uid) = Uids::<T>::get(netuid, hotkey).filter(|_| BondsResetOn::<T>::get(netuid)) else { return };
        for mecid in 0..MechanismCountCurrent::<T>::get(netuid) {
            let index = Self::mechanism_index(netuid, mecid);
            for validator in 0..SubnetworkN::<T>::get(netuid) {
                Bonds::<T>::mutate_exists(index, validator, |row| {
                    if let Some(row) = row {
                        row.retain(|(to, _)| *to != uid);
                    }
                });
            }
        }
    }
}
