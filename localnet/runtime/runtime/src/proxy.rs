//! What one account may do for another.

use crate::RuntimeCall;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::InstanceFilter;
use pallet_admin_utils::Call as Admin;
use pallet_balances::Call as Funds;
use pallet_subtensor::Call as Subtensor;
use scale_info::TypeInfo;

/// Kinds of proxies, in the public chain's order.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
)]
pub enum ProxyType {
    /// Everything.
    #[default]
    Any,
    /// Settings of the owner's subnets.
    Owner,
    /// All but what cannot be undone.
    NonCritical,
    /// All but transfers.
    NonTransfer,
    /// Nothing: the public chain has no senate any more.
    Senate,
    /// All but what moves TAO.
    NonFungible,
    /// Nothing: the public chain has no triumvirate any more.
    Triumvirate,
    /// Nothing: the public chain has no such government any more.
    Governance,
    /// Staking.
    Staking,
    /// Registering neurons.
    Registration,
    /// Transfers.
    Transfer,
    /// Transfers of less than half a TAO.
    SmallTransfer,
    /// Nothing: the root network has no weights.
    RootWeights,
    /// Child hotkeys.
    ChildKeys,
    /// New code for the chain, by sudo.
    SudoUncheckedSetCode,
    /// Swaps of hotkeys.
    SwapHotkey,
    /// Settings of a leased subnet; this chain leases none.
    SubnetLeaseBeneficiary,
    /// Claims on root dividends; this chain pays none apart.
    RootClaim,
}

/// Half a TAO.
const SMALL: u64 = 500_000_000;

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        use RuntimeCall::{AdminUtils, Balances, SubtensorModule, Sudo};
        let replaces_coldkey = matches!(
            call,
            SubtensorModule(
                Subtensor::swap_coldkey { .. }
                    | Subtensor::announce_coldkey_swap { .. }
                    | Subtensor::swap_coldkey_announced { .. }
                    | Subtensor::dispute_coldkey_swap { .. }
                    | Subtensor::clear_coldkey_swap_announcement { .. }
            )
        );
        let stakes = matches!(
            call,
            SubtensorModule(
                Subtensor::add_stake { .. }
                    | Subtensor::add_stake_limit { .. }
                    | Subtensor::remove_stake { .. }
                    | Subtensor::remove_stake_limit { .. }
                    | Subtensor::remove_stake_full_limit { .. }
                    | Subtensor::unstake_all { .. }
                    | Subtensor::unstake_all_alpha { .. }
                    | Subtensor::swap_stake { .. }
                    | Subtensor::swap_stake_limit { .. }
                    | Subtensor::move_stake { .. }
            )
        );
        let gives_stake = matches!(call, SubtensorModule(Subtensor::transfer_stake { .. }));
        match self {
            Self::Any => true,
            Self::Owner => match call {
                AdminUtils(Admin::sudo_set_sn_owner_hotkey { .. } | Admin::sudo_set_subnet_owner_hotkey { .. }) => {
                    false
                }
                AdminUtils(_) | SubtensorModule(Subtensor::set_subnet_identity { .. }) => true,
                _ => false,
            },
            Self::NonCritical => {
                let registers = matches!(
                    call,
                    SubtensorModule(
                        Subtensor::dissolve_network { .. }
                            | Subtensor::root_register { .. }
                            | Subtensor::burned_register { .. }
                            | Subtensor::register_limit { .. }
                    )
                );
                !(replaces_coldkey || registers || matches!(call, Sudo(_)))
            }
            Self::NonTransfer => !(replaces_coldkey || gives_stake || matches!(call, Balances(_))),
            Self::NonFungible => {
                let pays = matches!(
                    call,
                    Balances(_)
                        | SubtensorModule(
                            Subtensor::burned_register { .. }
                                | Subtensor::register_limit { .. }
                                | Subtensor::root_register { .. }
                                | Subtensor::swap_hotkey { .. }
                                | Subtensor::swap_hotkey_v2 { .. }
                                | Subtensor::add_stake_burn { .. }
                                | Subtensor::recycle_alpha { .. }
                                | Subtensor::burn_alpha { .. }
                        )
                );
                !(replaces_coldkey || stakes || gives_stake || pays)
            }
            Self::Staking => stakes,
            Self::Registration => {
                matches!(
                    call,
                    SubtensorModule(
                        Subtensor::burned_register { .. }
                            | Subtensor::register_limit { .. }
                            | Subtensor::register { .. }
                    )
                )
            }
            Self::Transfer => {
                let transfers = matches!(
                    call,
                    Balances(
                        Funds::transfer_keep_alive { .. }
                            | Funds::transfer_allow_death { .. }
                            | Funds::transfer_all { .. }
                    )
                );
                transfers || gives_stake
            }
            Self::SmallTransfer => match call {
                Balances(Funds::transfer_keep_alive { value, .. } | Funds::transfer_allow_death { value, .. }) => {
                    *value < SMALL
                }
                SubtensorModule(Subtensor::transfer_stake { alpha_amount, .. }) => *alpha_amount < SMALL,
                _ => false,
            },
            Self::ChildKeys => {
                matches!(call, SubtensorModule(Subtensor::set_children { .. } | Subtensor::set_childkey_take { .. }))
            }
            Self::SudoUncheckedSetCode => match call {
                Sudo(pallet_sudo::Call::sudo_unchecked_weight { call, .. }) => {
                    matches!(**call, RuntimeCall::System(frame_system::Call::set_code { .. }))
                }
                _ => false,
            },
            Self::SwapHotkey => {
                matches!(call, SubtensorModule(Subtensor::swap_hotkey { .. } | Subtensor::swap_hotkey_v2 { .. }))
            }
            Self::Senate
            | Self::Triumvirate
            | Self::Governance
            | Self::RootWeights
            | Self::SubnetLeaseBeneficiary
            | Self::RootClaim => false,
        }
    }

    fn is_superset(&self, other: &Self) -> bool {
        match (self, other) {
            (one, other) if one == other => true,
            (Self::Any, _) => true,
            (_, Self::Any) => false,
            (Self::NonTransfer, other) => !matches!(other, Self::Transfer | Self::SmallTransfer),
            (Self::Transfer, Self::SmallTransfer) => true,
            _ => false,
        }
    }
}
