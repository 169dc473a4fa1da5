//! A small runtime for tests: balances and this pallet.

use crate as pallet_subtensor;
use crate::*;
use frame_support::{
    derive_impl,
    dispatch::DispatchResultWithPostInfo,
    traits::{ConstU16, ConstU32, ConstU64, Hooks},
};
use frame_system::RawOrigin;
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage};

pub const TAO: u64 = 1_000_000_000;
pub const NETUID: u16 = 1;
pub const BURN: u64 = TAO / 10;
pub const RICH: u64 = 1_000_000 * TAO;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system = 0,
        Balances: pallet_balances = 5,
        SubtensorModule: pallet_subtensor = 7,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type AccountId = AccountId32;
    type Lookup = IdentityLookup<AccountId32>;
    type Block = frame_system::mocking::MockBlock<Test>;
    type AccountData = pallet_balances::AccountData<u64>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type Balance = u64;
    type ExistentialDeposit = ConstU64<500>;
}

impl Config for Test {
    type Currency = Balances;
    type MaxUids = ConstU16<256>;
    type MaxHotkeysPerColdkey = ConstU32<8>;
    type MinStake = ConstU64<500_000>;
    type KeySwapCost = ConstU64<100_000_000>;
    type KeySwapOnSubnetCost = ConstU64<1_000_000>;
    type HotkeySwapOnSubnetInterval = ConstU64<100>;
    type InitialStartCallDelay = ConstU64<0>;
    type WeightInfo = Measured<Test>;
    type DurationOfStartCall = ConstU64<0>;
    type Listener = ();
    type Published = ();
}

/// The coldkey of person `n`, one of ten rich ones.
pub fn cold(n: u8) -> AccountId32 {
    AccountId32::new([n; 32])
}

/// The hotkey of person `n`.
pub fn hot(n: u8) -> AccountId32 {
    AccountId32::new([100 + n; 32])
}

pub fn signed(who: AccountId32) -> RuntimeOrigin {
    RawOrigin::Signed(who).into()
}

/// Nothing at all.
#[cfg(feature = "runtime-benchmarks")]
pub fn empty() -> sp_io::TestExternalities {
    Default::default()
}

/// A call's result without its weight.
pub fn done(result: DispatchResultWithPostInfo) -> sp_runtime::DispatchResult {
    result.map(|_| ()).map_err(|error| error.error)
}

/// The local network's subnet 1, in block 1, with what `change` makes of it. Invariants are checked at the end.
pub fn with_subnet(change: impl FnOnce(&mut SubnetGenesis), test: impl FnOnce()) {
    let mut subnet = SubnetGenesis::default();
    change(&mut subnet);
    let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
    pallet_balances::GenesisConfig::<Test> {
        balances: (0..10).map(|n| (cold(n), RICH)).collect(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .unwrap();
    GenesisConfig::<Test> { subnets: vec![subnet], ..Default::default() }.assimilate_storage(&mut storage).unwrap();
    let mut state = sp_io::TestExternalities::new(storage);
    state.execute_with(|| {
        System::set_block_number(1);
        SubtensorModule::on_initialize(1);
        test();
        SubtensorModule::on_finalize(System::block_number());
        assert_eq!(SubtensorModule::check_invariants(), Ok(()));
    });
}

/// The local network's subnet 1, in block 1.
pub fn local(test: impl FnOnce()) {
    with_subnet(|_| {}, test);
}

/// Ends the block and begins the next, `n` times.
pub fn pass_blocks(n: u64) {
    for _ in 0..n {
        SubtensorModule::on_finalize(System::block_number());
        let block = System::block_number() + 1;
        System::set_block_number(block);
        System::reset_events();
        SubtensorModule::on_initialize(block);
    }
}

/// Goes on until the subnet's next epoch has run.
pub fn pass_epoch() {
    let before = SubnetEpochIndex::<Test>::get(NETUID);
    while SubnetEpochIndex::<Test>::get(NETUID) == before {
        pass_blocks(1);
    }
}

/// Registers person `n`, with stake on itself; returns the uid.
pub fn join(n: u8, stake: u64) -> u16 {
    SubtensorModule::burned_register(signed(cold(n)), NETUID, hot(n)).unwrap();
    if stake > 0 {
        SubtensorModule::add_stake(signed(cold(n)), hot(n), NETUID, stake).unwrap();
    }
    Uids::<Test>::get(NETUID, hot(n)).unwrap()
}

pub fn set_weights(n: u8, uids: Vec<u16>, values: Vec<u16>) -> sp_runtime::DispatchResult {
    SubtensorModule::set_weights(signed(hot(n)), NETUID, uids, values, 0)
}

pub fn all_rao() -> u64 {
    SubtensorModule::on_finalize(System::block_number());
    TotalIssuance::<Test>::get()
}
