//! Where neurons answer.

use crate::*;
use frame_support::ensure;
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_serve_axon(hotkey: AccountId32, netuid: u16, axon: AxonInfo) -> DispatchResult {
        ensure!(Uids::<T>::contains_key(netuid, &hotkey), Error::<T>::HotKeyNotRegisteredInNetwork);
        ensure!(matches!(axon.ip_type, 4 | 6), Error::<T>::InvalidIpType);
        ensure!(Self::is_servable(axon.ip_type, axon.ip), Error::<T>::InvalidIpAddress);
        let last = Axons::<T>::get(netuid, &hotkey).map_or(0, |last| last.block);
        Self::ensure_served_long_ago(netuid, last)?;
        ensure!(axon.port != 0, Error::<T>::InvalidPort);
        Axons::<T>::insert(netuid, &hotkey, axon);
        Self::deposit_event(Event::AxonServed(netuid, hotkey));
        Ok(())
    }

    /// Announces an axon that speaks TLS; what is no certificate is passed over, as the public chain does.
    pub(crate) fn do_serve_axon_tls(
        hotkey: AccountId32,
        netuid: u16,
        axon: AxonInfo,
        certificate: &[u8],
    ) -> DispatchResult {
        Self::do_serve_axon(hotkey.clone(), netuid, axon)?;
        let parts = certificate.split_first().map(|(algorithm, key)| (*algorithm, key.to_vec().try_into()));
        if let Some((algorithm, Ok(public_key))) = parts {
            NeuronCertificates::<T>::insert(netuid, &hotkey, NeuronCertificate { public_key, algorithm });
        }
        Ok(())
    }

    pub(crate) fn do_serve_prometheus(hotkey: AccountId32, netuid: u16, server: PrometheusInfo) -> DispatchResult {
        ensure!(matches!(server.ip_type, 4 | 6), Error::<T>::InvalidIpType);
        let served = server.ip != 0 && Self::is_servable(server.ip_type, server.ip);
        ensure!(served, Error::<T>::InvalidIpAddress);
        ensure!(Uids::<T>::contains_key(netuid, &hotkey), Error::<T>::HotKeyNotRegisteredInNetwork);
        let last = Prometheus::<T>::get(netuid, &hotkey).map_or(0, |last| last.block);
        Self::ensure_served_long_ago(netuid, last)?;
        ensure!(server.port != 0, Error::<T>::InvalidPort);
        Prometheus::<T>::insert(netuid, &hotkey, server);
        Self::deposit_event(Event::PrometheusServed(netuid, hotkey));
        Ok(())
    }

    /// Enough blocks have passed since the last announcement; 0: there was none.
    fn ensure_served_long_ago(netuid: u16, last: u64) -> DispatchResult {
        let waited = Self::block().saturating_sub(last);
        ensure!(last == 0 || waited >= ServingRateLimit::<T>::get(netuid), Error::<T>::ServingRateLimitExceeded);
        Ok(())
    }

    /// Whether an address may be announced: any but broadcast and, of all loopback addresses, the usual one. Address 0
    /// says of an axon that it serves nothing.
    fn is_servable(ip_type: u8, ip: u128) -> bool {
        let (largest, loopback) = if ip_type == 4 { (u128::from(u32::MAX), 0x7f00_0001) } else { (u128::MAX, 1) };
        ip < largest && (ip != loopback || AllowLoopbackAxons::<T>::get())
    }
}
