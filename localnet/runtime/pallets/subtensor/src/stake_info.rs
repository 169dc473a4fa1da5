//! What runtime APIs answer about stake and delegates.

use crate::{subnet_info::PRICE, weights::at, *};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use codec::Compact;
use sp_runtime::AccountId32;

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

impl<T: Config> Pallet<T> {
    /// All stake of a coldkey.
    pub fn get_stake_info_for_coldkey(coldkey: &AccountId32) -> Vec<StakeInfo> {
        let netuids = Self::netuids();
        StakingHotkeys::<T>::get(coldkey)
            .iter()
            .flat_map(|hotkey| netuids.iter().map(move |netuid| (hotkey, *netuid)))
            .filter(|(hotkey, netuid)| Alpha::<T>::contains_key((hotkey, coldkey, netuid)))
            .map(|(hotkey, netuid)| Self::stake_info(hotkey, coldkey, netuid))
            .filter(|info| info.stake.0 > 0)
            .collect()
    }

    /// All stake of several coldkeys.
    pub fn get_stake_info_for_coldkeys(coldkeys: Vec<AccountId32>) -> Vec<(AccountId32, Vec<StakeInfo>)> {
        let with_stake = |coldkey| {
            let stake = Self::get_stake_info_for_coldkey(&coldkey);
            (coldkey, stake)
        };
        coldkeys.into_iter().map(with_stake).collect()
    }

    /// A coldkey's stake on a hotkey in a subnet, also when it is none; nothing when the subnet does not exist.
    pub fn get_stake_info_for_hotkey_coldkey_netuid(
        hotkey: &AccountId32,
        coldkey: &AccountId32,
        netuid: u16,
    ) -> Option<StakeInfo> {
        Self::exists(netuid)?;
        Some(Self::stake_info(hotkey, coldkey, netuid))
    }

    fn stake_info(hotkey: &AccountId32, coldkey: &AccountId32, netuid: u16) -> StakeInfo {
        let emission = AlphaDividendsPerSubnet::<T>::get(netuid, hotkey);
        StakeInfo {
            hotkey: hotkey.clone(),
            coldkey: coldkey.clone(),
            netuid: Compact(netuid),
            stake: Compact(Self::stake_of(hotkey, coldkey, netuid)),
            locked: Compact(0),
            emission: Compact(emission),
            tao_emission: Compact(0),
            drain: Compact(0),
            is_registered: IsNetworkMember::<T>::get(hotkey, netuid),
        }
    }

    /// How much of their stake coldkeys may take back, by coldkey and subnet; none named: all subnets with stake.
    pub fn get_stake_availability_for_coldkeys(
        coldkeys: Vec<AccountId32>,
        netuids: Option<Vec<u16>>,
    ) -> BTreeMap<AccountId32, BTreeMap<u16, StakeAvailability>> {
        let mut all = BTreeMap::new();
        for coldkey in coldkeys {
            let mut totals = BTreeMap::<u16, u64>::new();
            for netuid in netuids.iter().flatten() {
                totals.insert(*netuid, 0);
            }
            for info in Self::get_stake_info_for_coldkey(&coldkey) {
                if netuids.as_ref().is_none_or(|wanted| wanted.contains(&info.netuid.0)) {
                    let total = totals.entry(info.netuid.0).or_default();
                    *total = total.saturating_add(info.stake.0);
                }
            }
            let available =
                |total| StakeAvailability { total: Compact(total), locked: Compact(0), available: Compact(total) };
            all.insert(coldkey, totals.into_iter().map(|(netuid, total)| (netuid, available(total))).collect());
        }
        all
    }

    /// A hotkey on which others may stake.
    pub fn get_delegate(hotkey: AccountId32) -> Option<DelegateInfo> {
        Owner::<T>::contains_key(&hotkey).then(|| Self::delegate(hotkey))
    }

    /// Every hotkey that the chain knows: anybody may stake on each of them.
    pub fn get_delegates() -> Vec<DelegateInfo> {
        Owner::<T>::iter_keys().map(Self::delegate).collect()
    }

    /// The hotkeys on which a coldkey has stake, with the subnet and the stake.
    #[allow(clippy::type_complexity)]
    pub fn get_delegated(coldkey: &AccountId32) -> Vec<(DelegateInfo, (Compact<u16>, Compact<u64>))> {
        Self::get_stake_info_for_coldkey(coldkey)
            .into_iter()
            .map(|info| (Self::delegate(info.hotkey), (info.netuid, info.stake)))
            .collect()
    }

    fn delegate(hotkey: AccountId32) -> DelegateInfo {
        let netuids: BTreeSet<u16> = IsNetworkMember::<T>::iter_prefix(&hotkey).map(|(netuid, _)| netuid).collect();
        let permit = |netuid: &u16| {
            let uid = Uids::<T>::get(netuid, &hotkey);
            uid.is_some_and(|uid| at(&ValidatorPermit::<T>::get(netuid), uid))
        };
        let mut nominators = BTreeMap::<AccountId32, Vec<(Compact<u16>, Compact<u64>)>>::new();
        for ((coldkey, netuid), _) in Alpha::<T>::iter_prefix((&hotkey,)) {
            let stake = Self::stake_of(&hotkey, &coldkey, netuid);
            nominators.entry(coldkey).or_default().push((Compact(netuid), Compact(stake)));
        }
        nominators.values_mut().for_each(|list| list.sort_unstable());
        let (mut stake, mut daily) = (0u64, 0u64);
        for netuid in Self::netuids() {
            stake = stake.saturating_add(TotalHotkeyAlpha::<T>::get(&hotkey, netuid));
            let epoch_ms = u64::from(Tempo::<T>::get(netuid)).saturating_mul(SlotDuration::<T>::get());
            let epochs = DAY_MS.checked_div(epoch_ms).unwrap_or(0);
            daily = daily.saturating_add(AlphaDividendsPerSubnet::<T>::get(netuid, &hotkey).saturating_mul(epochs));
        }
        let per_1000 = u128::from(daily).saturating_mul(1_000).saturating_mul(u128::from(PRICE));
        let per_1000 = per_1000.checked_div(u128::from(stake)).and_then(|rao| u64::try_from(rao).ok()).unwrap_or(0);
        DelegateInfo {
            take: Compact(Delegates::<T>::get(&hotkey)),
            nominators: nominators.into_iter().collect(),
            owner_ss58: Owner::<T>::get(&hotkey),
            validator_permits: netuids.iter().filter(|netuid| permit(netuid)).map(|netuid| Compact(*netuid)).collect(),
            registrations: netuids.into_iter().map(Compact).collect(),
            return_per_1000: Compact(per_1000),
            total_daily_return: Compact(daily),
            delegate_ss58: hotkey,
        }
    }

    /// Rao that staking, taking back or moving stake costs besides the transaction's fee.
    pub fn get_stake_fee() -> u64 {
        0
    }

    /// A coldkey's locked stake in a subnet.
    pub fn get_coldkey_lock(_coldkey: &AccountId32, _netuid: u16) -> Option<LockState> {
        None
    }
}
