use crate::{CommitmentInfo, Data};
use codec::{Decode, Encode};
use frame_support::{
    assert_noop, assert_ok, construct_runtime, derive_impl,
    traits::{ConstU16, ConstU32, ConstU64, Hooks},
    BoundedVec,
};
use frame_system::RawOrigin;
use pallet_subtensor::{Bonds, BondsResetOn, MaxAllowedUids, RegistrationsThisBlock, SubnetEpochIndex, SubnetGenesis};
use sp_runtime::{AccountId32, BuildStorage};

construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        SubtensorModule: pallet_subtensor,
        Commitments: crate,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Test>;
    type AccountId = AccountId32;
    type Lookup = sp_runtime::traits::IdentityLookup<AccountId32>;
    type AccountData = pallet_balances::AccountData<u64>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type Balance = u64;
    type ExistentialDeposit = ConstU64<500>;
}

impl pallet_subtensor::Config for Test {
    type Currency = Balances;
    type MaxUids = ConstU16<256>;
    type MaxHotkeysPerColdkey = ConstU32<8>;
    type MinStake = ConstU64<500_000>;
    type KeySwapCost = ConstU64<1>;
    type KeySwapOnSubnetCost = ConstU64<1>;
    type HotkeySwapOnSubnetInterval = ConstU64<1>;
    type InitialStartCallDelay = ConstU64<0>;
    type WeightInfo = pallet_subtensor::Measured<Test>;
    type DurationOfStartCall = ConstU64<0>;
    type Listener = Commitments;
    type Published = Commitments;
}

impl crate::Config for Test {
    type WeightInfo = crate::Measured<Test>;
}

#[cfg(feature = "runtime-benchmarks")]
pub fn empty() -> sp_io::TestExternalities {
    Default::default()
}

type Refused = crate::Error<Test>;
type NoSuch = pallet_subtensor::Error<Test>;

const NETUID: u16 = 1;

fn account(n: u8) -> AccountId32 {
    AccountId32::new([n; 32])
}

fn signed(n: u8) -> RuntimeOrigin {
    RawOrigin::Signed(account(n)).into()
}

/// Subnet 1 with hotkeys 11 and 12 as its neurons, in block 1.
fn in_subnet(test: impl FnOnce()) {
    let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
    let balances = (0..4).map(|n| (account(n), 1_000_000_000_000)).collect();
    pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }.assimilate_storage(&mut storage).unwrap();
    pallet_subtensor::GenesisConfig::<Test> { subnets: vec![SubnetGenesis::default()], ..Default::default() }
        .assimilate_storage(&mut storage)
        .unwrap();
    sp_io::TestExternalities::new(storage).execute_with(|| {
        System::set_block_number(1);
        SubtensorModule::on_initialize(1);
        for n in [1, 2] {
            assert_ok!(SubtensorModule::burned_register(signed(n), NETUID, account(n + 10)));
        }
        test();
    });
}

fn info(fields: Vec<Data>) -> Box<CommitmentInfo> {
    Box::new(CommitmentInfo { fields: BoundedVec::truncate_from(fields) })
}

fn raw(bytes: &[u8]) -> Data {
    Data::Raw(BoundedVec::truncate_from(bytes.to_vec()))
}

#[test]
fn set_commitment_works() {
    in_subnet(|| {
        assert_ok!(Commitments::set_commitment(signed(11), NETUID, info(vec![raw(b"first")])));
        System::set_block_number(2);
        assert_ok!(Commitments::set_commitment(signed(11), NETUID, info(vec![raw(b"second"), Data::Sha256([7; 32])])));
        System::assert_last_event(crate::Event::Commitment { netuid: NETUID, who: account(11) }.into());
        let kept = crate::CommitmentOf::<Test>::get(NETUID, account(11)).unwrap();
        assert_eq!((kept.deposit, kept.block), (0, 2));
        assert_eq!(kept.info.fields.to_vec(), [raw(b"second"), Data::Sha256([7; 32])]);
        assert_eq!(crate::LastCommitment::<Test>::get(NETUID, account(11)), Some(2));
        assert_eq!(crate::CommitmentOf::<Test>::get(NETUID, account(12)), None);
    });
}

#[test]
fn cannot_set_commitment_without_a_neuron() {
    in_subnet(|| {
        // A coldkey, a stranger, and another subnet.
        for (who, netuid) in [(1, NETUID), (13, NETUID), (11, 2)] {
            assert_noop!(
                Commitments::set_commitment(signed(who), netuid, info(vec![raw(b"x")])),
                Refused::AccountNotAllowedCommit
            );
        }
    });
}

#[test]
fn cannot_set_commitment_beyond_the_space_of_an_epoch() {
    in_subnet(|| {
        let commit = |bytes: usize| {
            let big = Data::BigRaw(BoundedVec::truncate_from(vec![1; bytes]));
            Commitments::set_commitment(signed(11), NETUID, info(vec![big]))
        };
        assert_noop!(Commitments::set_max_space(signed(11), 1), sp_runtime::DispatchError::BadOrigin);
        assert_ok!(Commitments::set_max_space(RawOrigin::Root.into(), 700));
        assert_ok!(commit(500));
        assert_noop!(commit(201), Refused::SpaceLimitExceeded);
        // A small one counts as 100 bytes.
        assert_ok!(commit(1));
        assert_noop!(commit(101), Refused::SpaceLimitExceeded);
        assert_ok!(commit(100));
        assert_noop!(commit(1), Refused::SpaceLimitExceeded);
        SubnetEpochIndex::<Test>::mutate(NETUID, |epoch| *epoch += 1);
        assert_ok!(commit(500));
    });
}

#[test]
fn set_commitment_forgets_bonds_where_the_owner_allows_it() {
    in_subnet(|| {
        Bonds::<Test>::insert(NETUID, 0, vec![(0, 5), (1, 6)]);
        let reset = || Commitments::set_commitment(signed(12), NETUID, info(vec![Data::ResetBondsFlag]));
        assert_ok!(reset());
        assert_eq!(Bonds::<Test>::get(NETUID, 0), [(0, 5), (1, 6)]);
        BondsResetOn::<Test>::insert(NETUID, true);
        assert_ok!(reset());
        assert_eq!(Bonds::<Test>::get(NETUID, 0), [(0, 5)]);
        assert_eq!(crate::LastBondsReset::<Test>::get(NETUID, account(12)), Some(1));
    });
}

/// Of a hotkey in subnet 1, whether each map has something.
fn kept(hotkey: u8) -> [bool; 4] {
    let hotkey = account(hotkey);
    [
        crate::CommitmentOf::<Test>::contains_key(NETUID, &hotkey),
        crate::LastCommitment::<Test>::contains_key(NETUID, &hotkey),
        crate::LastBondsReset::<Test>::contains_key(NETUID, &hotkey),
        crate::UsedSpaceOf::<Test>::contains_key(NETUID, &hotkey),
    ]
}

fn publish(hotkey: u8) {
    let fields = vec![Data::ResetBondsFlag, raw(b"x")];
    assert_ok!(Commitments::set_commitment(signed(hotkey), NETUID, info(fields)));
    assert_eq!(kept(hotkey), [true; 4]);
}

#[test]
fn a_subnet_that_ends_takes_along_what_was_published() {
    in_subnet(|| {
        publish(11);
        assert_noop!(SubtensorModule::root_dissolve_network(RawOrigin::Root.into(), 2), NoSuch::SubnetNotExists);
        assert_eq!(kept(11), [true; 4]);
        assert_ok!(SubtensorModule::root_dissolve_network(RawOrigin::Root.into(), NETUID));
        assert_eq!(kept(11), [false; 4]);
    });
}

#[test]
fn a_neuron_that_gives_way_takes_along_what_it_published() {
    in_subnet(|| {
        publish(11);
        publish(12);
        MaxAllowedUids::<Test>::insert(NETUID, 2);
        RegistrationsThisBlock::<Test>::remove(NETUID);
        assert_eq!(SubtensorModule::neuron_to_prune(NETUID), Some(0));
        assert_ok!(SubtensorModule::burned_register(signed(3), NETUID, account(13)));
        assert_eq!([kept(11), kept(12), kept(13)], [[false; 4], [true; 4], [false; 4]]);
    });
}

#[test]
fn what_was_published_is_a_new_hotkeys_too() {
    in_subnet(|| {
        publish(11);
        assert_ok!(SubtensorModule::swap_hotkey(signed(1), account(11), account(21), Some(NETUID)));
        assert_eq!([kept(11), kept(21)], [[false; 4], [true; 4]]);
    });
}

#[test]
fn a_metagraph_has_what_was_published() {
    in_subnet(|| {
        assert_ok!(Commitments::set_commitment(signed(12), NETUID, info(vec![raw(b"hello")])));
        let chosen = |numbers: &[u16]| SubtensorModule::get_selective_metagraph(NETUID, numbers).unwrap().commitments;
        // Deposit, block, the number of fields, the first one's kind: clients pass over 14 bytes.
        let bytes = [&[0; 8][..], &[1, 0, 0, 0], &[4], &[6], b"hello"].concat();
        let hidden: Vec<u8> = chosen(&[73]).unwrap()[0].1.iter().map(|byte| byte.0).collect();
        assert_eq!((hidden, chosen(&[73]).unwrap().len()), (bytes, 1));
        assert_eq!(chosen(&[73]).unwrap()[0].0, account(12));
        assert_eq!(chosen(&[72]), None);
        assert_eq!(SubtensorModule::get_selective_mechagraph(NETUID, 0, &[73]).unwrap().commitments, chosen(&[73]));
    });
}

#[test]
fn data_has_the_public_chains_bytes() {
    for (data, bytes) in [
        (Data::None, vec![0]),
        (raw(b""), vec![1]),
        (raw(b"hello"), b"\x06hello".to_vec()),
        (raw(&[9; 128]), [vec![129], vec![9; 128]].concat()),
        (Data::BlakeTwo256([1; 32]), [vec![130], vec![1; 32]].concat()),
        (Data::Sha256([1; 32]), [vec![131], vec![1; 32]].concat()),
        (Data::Keccak256([1; 32]), [vec![132], vec![1; 32]].concat()),
        (Data::ShaThree256([1; 32]), [vec![133], vec![1; 32]].concat()),
        (Data::ResetBondsFlag, vec![135]),
        (Data::BigRaw(BoundedVec::truncate_from(vec![2; 3])), vec![136, 12, 2, 2, 2]),
    ] {
        assert_eq!(data.encode(), bytes);
        assert_eq!(Data::decode(&mut &bytes[..]).as_ref(), Ok(&data));
        assert!(bytes.len() == 1 || Data::decode(&mut &bytes[..bytes.len() - 1]).is_err());
    }
    for tag in [134, 137, 255] {
        assert!(Data::decode(&mut &[tag, 0, 0, 0][..]).is_err());
    }
}
