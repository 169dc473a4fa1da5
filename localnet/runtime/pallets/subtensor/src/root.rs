//! The root network's members: the hotkeys with the most stake there.

use crate::*;
use frame_support::ensure;
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_root_register(coldkey: AccountId32, hotkey: AccountId32) -> DispatchResult {
        ensure!(NetworksAdded::<T>::get(ROOT), Error::<T>::RootNetworkDoesNotExist);
        Self::ensure_room(ROOT)?;
        ensure!(!Uids::<T>::contains_key(ROOT, &hotkey), Error::<T>::HotKeyAlreadyRegisteredInSubNet);
        if Owner::<T>::contains_key(&hotkey) {
            ensure!(Owner::<T>::get(&hotkey) == coldkey, Error::<T>::NonAssociatedColdKey);
        }
        if !Self::has_free_uid(ROOT) {
            let (stake, uid) = Self::lowest_root_member().ok_or(Error::<T>::NoNeuronIdAvailable)?;
            ensure!(TotalHotkeyAlpha::<T>::get(&hotkey, ROOT) > stake, Error::<T>::StakeTooLowForRoot);
            Self::bind_hotkey(&coldkey, &hotkey)?;
            Self::remove_neuron(ROOT, uid);
            Self::place_neuron(ROOT, uid, &hotkey);
            Self::count_registration(ROOT);
            Self::deposit_event(Event::NeuronRegistered(ROOT, uid, hotkey));
            return Ok(());
        }
        Self::admit(ROOT, &coldkey, hotkey)
    }

    /// The member with the least stake, the lowest uid on ties.
    fn lowest_root_member() -> Option<(u64, u16)> {
        let members = (0u16..).zip(Self::hotkeys(ROOT));
        members.map(|(uid, hotkey)| (TotalHotkeyAlpha::<T>::get(hotkey, ROOT), uid)).min()
    }
}
