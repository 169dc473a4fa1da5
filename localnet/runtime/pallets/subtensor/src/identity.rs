//! What coldkeys say of themselves, and owners of their subnets.

use crate::*;
use frame_support::ensure;
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_set_identity(coldkey: AccountId32, identity: ChainIdentityV2) -> DispatchResult {
        let mut own = OwnedHotkeys::<T>::get(&coldkey).into_iter();
        ensure!(
            own.any(|hotkey| IsNetworkMember::<T>::iter_prefix(&hotkey).any(|(_, member)| member)),
            Error::<T>::HotKeyNotRegisteredInNetwork
        );
        let texts = [
            (&identity.name, 256),
            (&identity.url, 256),
            (&identity.github_repo, 256),
            (&identity.image, 1024),
            (&identity.discord, 256),
            (&identity.description, 1024),
            (&identity.additional, 1024),
        ];
        ensure!(texts.iter().all(|(text, most)| text.len() <= *most), Error::<T>::InvalidIdentity);
        IdentitiesV2::<T>::insert(&coldkey, identity);
        Self::deposit_event(Event::ChainIdentitySet(coldkey));
        Ok(())
    }

    pub(crate) fn do_set_subnet_identity(
        coldkey: AccountId32,
        netuid: u16,
        identity: SubnetIdentityV3,
    ) -> DispatchResult {
        ensure!(NetworksAdded::<T>::get(netuid) && Self::is_owner(&coldkey, netuid), Error::<T>::NotSubnetOwner);
        Self::ensure_valid_identity(&identity)?;
        SubnetIdentitiesV3::<T>::insert(netuid, identity);
        Self::deposit_event(Event::SubnetIdentitySet(netuid));
        Ok(())
    }

    /// No text is longer than the public chain takes.
    pub(crate) fn ensure_valid_identity(identity: &SubnetIdentityV3) -> DispatchResult {
        let texts = [
            (&identity.subnet_name, 256),
            (&identity.github_repo, 1024),
            (&identity.subnet_contact, 1024),
            (&identity.subnet_url, 1024),
            (&identity.discord, 256),
            (&identity.description, 1024),
            (&identity.logo_url, 1024),
            (&identity.additional, 1024),
        ];
        ensure!(texts.iter().all(|(text, most)| text.len() <= *most), Error::<T>::InvalidIdentity);
        Ok(())
    }
}
