use crate::{mock::*, *};
use frame_support::traits::BuildGenesisConfig;
use sp_runtime::BuildStorage;

fn state(json: &str) -> Result<sp_io::TestExternalities, serde_json::Error> {
    let config: GenesisConfig<Test> = serde_json::from_str(json)?;
    let mut state: sp_io::TestExternalities =
        frame_system::GenesisConfig::<Test>::default().build_storage().unwrap().into();
    state.execute_with(|| config.build());
    Ok(state)
}

#[test]
fn a_subnet_needs_no_field_but_takes_all() {
    let json = r#"{
        "slotDuration": 1000, "allowLoopbackAxons": true, "stakeThreshold": 5,
        "subnets": [{ "netuid": 1 }, { "netuid": 3, "tempo": 7, "maxAllowedUids": 9, "yuma3": false, "burn": 1 }],
        "neurons": []
    }"#;
    state(json).unwrap().execute_with(|| {
        assert_eq!(SlotDuration::<Test>::get(), 1_000);
        assert!(AllowLoopbackAxons::<Test>::get());
        assert_eq!(StakeThreshold::<Test>::get(), 5);
        assert_eq!(SubtensorModule::netuids(), [0, 1, 3]);
        assert_eq!(TotalNetworks::<Test>::get(), 3);
        assert_eq!((Tempo::<Test>::get(ROOT), Tempo::<Test>::get(1), Tempo::<Test>::get(3)), (0, 40, 7));
        assert_eq!((MaxAllowedUids::<Test>::get(3), Burn::<Test>::get(3)), (9, 1));
        assert!(Yuma3On::<Test>::get(1) && !Yuma3On::<Test>::get(3));
        assert!(!CommitRevealWeightsEnabled::<Test>::get(1));
        assert_eq!(SubtensorModule::check_invariants(), Ok(()));
    });
}

#[test]
fn unknown_fields_are_refused() {
    let json = |subnet: &str| {
        format!(
            r#"{{"slotDuration":1,"allowLoopbackAxons":false,"stakeThreshold":0,"subnets":[{subnet}],"neurons":[]}}"#
        )
    };
    assert!(state(&json(r#"{"netuid":1}"#)).is_ok());
    assert!(state(&json(r#"{"netuid":1,"tempoo":7}"#)).is_err());
    assert!(state(&json(r#"{"netuid":70000}"#)).is_err());
}

#[test]
fn limits_hold_at_genesis() {
    with_subnet(
        |subnet| {
            subnet.max_allowed_uids = u16::MAX;
            subnet.bonds_moving_average = u64::MAX;
        },
        || {
            assert_eq!(MaxAllowedUids::<Test>::get(NETUID), 256);
            assert_eq!(BondsMovingAverage::<Test>::get(NETUID), 1_000_000);
        },
    );
}

#[test]
fn neurons_may_be_there_from_the_start() {
    let neuron = |n: u8, netuid| NeuronGenesis { netuid, hotkey: hot(n), coldkey: cold(n), stake: 5 * TAO };
    let config = GenesisConfig::<Test> {
        subnets: vec![SubnetGenesis::default()],
        // One of them twice, one in a subnet that is not there.
        neurons: vec![neuron(1, 1), neuron(2, 1), neuron(1, 1), neuron(3, 9)],
        ..Default::default()
    };
    let mut state: sp_io::TestExternalities =
        frame_system::GenesisConfig::<Test>::default().build_storage().unwrap().into();
    state.execute_with(|| {
        config.build();
        assert_eq!(SubnetworkN::<Test>::get(1), 2);
        assert_eq!(TotalStake::<Test>::get(), 10 * TAO);
        assert_eq!(TotalIssuance::<Test>::get(), 10 * TAO);
        assert_eq!(SubtensorModule::check_invariants(), Ok(()));
    });
}
