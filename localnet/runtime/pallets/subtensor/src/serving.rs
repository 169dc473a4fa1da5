//! Where neurons answer.

use crate::*;
use core::net::{Ipv4Addr, Ipv6Addr};
use frame_support::ensure;
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_serve_axon(hotkey: AccountId32, netuid: u16, axon: AxonInfo) -> DispatchResult {
        ensure!(Uids::<T>::contains_key(netuid, &hotkey), Error::<T>::HotKeyNotRegisteredInNetwork);
        ensure!(matches!(axon.ip_type, 4 | 6), Error::<T>::InvalidIpType);
        ensure!(Self::is_servable(axon.ip_type, axon.ip), Error::<T>::InvalidIpAddress);
        if let Some(last) = Axons::<T>::get(netuid, &hotkey) {
            let waited = axon.block.saturating_sub(last.block);
            ensure!(waited >= ServingRateLimit::<T>::get(netuid), Error::<T>::ServingRateLimitExceeded);
        }
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
        ensure!(Self::is_servable(server.ip_type, server.ip), Error::<T>::InvalidIpAddress);
        ensure!(Uids::<T>::contains_key(netuid, &hotkey), Error::<T>::HotKeyNotRegisteredInNetwork);
        if let Some(last) = Prometheus::<T>::get(netuid, &hotkey) {
            let waited = server.block.saturating_sub(last.block);
            ensure!(waited >= ServingRateLimit::<T>::get(netuid), Error::<T>::ServingRateLimitExceeded);
        }
        ensure!(server.port != 0, Error::<T>::InvalidPort);
        Prometheus::<T>::insert(netuid, &hotkey, server);
        Self::deposit_event(Event::PrometheusServed(netuid, hotkey));
        Ok(())
    }

    /// Whether an address may be announced. Address 0 may: it says that the neuron serves nothing.
    fn is_servable(ip_type: u8, ip: u128) -> bool {
        let (largest, loopback) = if ip_type == 4 {
            let loopback = u32::try_from(ip).is_ok_and(|ip| Ipv4Addr::from(ip).is_loopback());
            (u128::from(u32::MAX), loopback)
        } else {
            (u128::MAX, Ipv6Addr::from(ip).is_loopback())
        };
        ip < largest && (!loopback || AllowLoopbackAxons::<T>::get())
    }
}
