//! Runs epochs on numbers alone: `cargo run --release --example epoch < in.json > out.json`.
//!
//! ```json
//! {
//!   "params": {
//!     "yuma": 2, "kappa_u16": 32767, "bonds_penalty_u16": 65535, "bonds_moving_average": 900000,
//!     "liquid_alpha": false, "alpha_low_u16": 45875, "alpha_high_u16": 58982, "alpha_sigmoid_steepness": 1000,
//!     "max_validators": 64, "activity_cutoff": 5000, "rao_emission": 1000000000
//!   },
//!   "epochs": [{
//!     "block": 100,
//!     "neurons": [{ "stake": 5, "last_update": 50, "registered_at": 0, "permit": true, "owner": false }],
//!     "weights": [[[0, 65535]]]
//!   }]
//! }
//! ```
//!
//! Each epoch carries on with the bonds of the one before, and with its permits where none are given. `stake` is the
//! stake weight in rao. Bonds in whoever registered after the epoch before are void; before the first epoch there are
//! none. The answer has a list by uid for each value, bonds as rows of `[uid, value]`.

use pallet_subtensor::epoch::{run, Input, Liquid, Neuron, Output, Params};
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    params: Settings,
    epochs: Vec<Epoch>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    yuma: u8,
    kappa_u16: u16,
    bonds_penalty_u16: u16,
    bonds_moving_average: u64,
    liquid_alpha: bool,
    alpha_low_u16: u16,
    alpha_high_u16: u16,
    alpha_sigmoid_steepness: i16,
    max_validators: u16,
    activity_cutoff: u64,
    rao_emission: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            yuma: 3,
            kappa_u16: 32_767,
            bonds_penalty_u16: u16::MAX,
            bonds_moving_average: 900_000,
            liquid_alpha: false,
            alpha_low_u16: 45_875,
            alpha_high_u16: 58_982,
            alpha_sigmoid_steepness: 1_000,
            max_validators: 64,
            activity_cutoff: 5_000,
            rao_emission: 1_000_000_000,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Epoch {
    block: u64,
    neurons: Vec<Member>,
    weights: Vec<Vec<(u16, u16)>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    stake: u64,
    last_update: u64,
    #[serde(default)]
    registered_at: u64,
    permit: Option<bool>,
    #[serde(default)]
    owner: bool,
}

#[derive(Serialize)]
struct Answer {
    epochs: Vec<Judged>,
}

#[derive(Serialize)]
struct Judged {
    active: Vec<bool>,
    stake_weight: Vec<u16>,
    consensus: Vec<u16>,
    incentive: Vec<u16>,
    dividends: Vec<u16>,
    trust: Vec<u16>,
    validator_trust: Vec<u16>,
    permits: Vec<bool>,
    emission: Vec<u64>,
    server_emission: Vec<u64>,
    validator_emission: Vec<u64>,
    bonds: Vec<Vec<(u16, u16)>>,
}

impl From<Output> for Judged {
    fn from(all: Output) -> Self {
        Self {
            active: all.active,
            stake_weight: all.stake_weight,
            consensus: all.consensus,
            incentive: all.incentive,
            dividends: all.dividends,
            trust: all.trust,
            validator_trust: all.validator_trust,
            permits: all.permits,
            emission: all.emission,
            server_emission: all.server_emission,
            validator_emission: all.validator_emission,
            bonds: all.bonds,
        }
    }
}

/// Runs the epochs one after the other.
fn answer(question: Question) -> Answer {
    let set = question.params;
    let mut last: Option<(u64, Output)> = None;
    let mut epochs = Vec::new();
    for epoch in question.epochs {
        let n = epoch.neurons.len();
        let resized = |mut rows: Vec<Vec<(u16, u16)>>| {
            rows.resize(n, Vec::new());
            rows
        };
        let permit = |uid: usize| last.as_ref().and_then(|(_, output)| output.permits.get(uid).copied());
        let neurons = epoch.neurons.iter().enumerate().map(|(uid, one)| Neuron {
            stake: one.stake,
            last_update: one.last_update,
            registered_at: one.registered_at,
            permit: one.permit.or_else(|| permit(uid)).unwrap_or(false),
            owner: one.owner,
            committed_at: None,
        });
        let input = Input {
            neurons: neurons.collect(),
            params: Params {
                block: epoch.block,
                bonds_from: last.as_ref().map_or(0, |(block, _)| block.saturating_add(1)),
                yuma3: set.yuma == 3,
                kappa: set.kappa_u16,
                bonds_penalty: set.bonds_penalty_u16,
                bonds_moving_average: set.bonds_moving_average,
                max_validators: set.max_validators,
                activity_cutoff: set.activity_cutoff,
                rao_emission: set.rao_emission,
                liquid: set.liquid_alpha.then_some(Liquid {
                    low: set.alpha_low_u16,
                    high: set.alpha_high_u16,
                    steepness: set.alpha_sigmoid_steepness,
                }),
            },
            weights: resized(epoch.weights),
            bonds: resized(last.map(|(_, output)| output.bonds).unwrap_or_default()),
        };
        let output = run(&input);
        epochs.push(output.clone().into());
        last = Some((epoch.block, output));
    }
    Answer { epochs }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let question: Question = serde_json::from_str(&text)?;
    if !matches!(question.params.yuma, 2 | 3) {
        return Err("yuma is 2 or 3".into());
    }
    serde_json::to_writer(std::io::stdout().lock(), &answer(question))?;
    writeln!(std::io::stdout())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{json, Value};

    fn ask(question: Value) -> Value {
        serde_json::to_value(answer(serde_json::from_value(question).unwrap())).unwrap()
    }

    fn params() -> Value {
        json!({
            "yuma": 2, "kappa_u16": 32767, "bonds_penalty_u16": 65535, "bonds_moving_average": 900000,
            "liquid_alpha": false, "alpha_low_u16": 45875, "alpha_high_u16": 58982, "alpha_sigmoid_steepness": 1000,
            "max_validators": 64, "activity_cutoff": 5000, "rao_emission": 1000000000,
        })
    }

    fn epoch(block: u64, permit: Value, silent: &[usize]) -> Value {
        let neuron = |uid: u64| {
            let stake = if uid < 4 { uid + 1 } else { 0 };
            let mut neuron = json!({ "stake": stake, "last_update": 50, "registered_at": 0, "owner": false });
            if !permit.is_null() {
                neuron["permit"] = permit.clone();
            }
            neuron
        };
        let row = |uid: usize| match uid {
            _ if silent.contains(&uid) => json!([[uid, 65535]]),
            0..=3 => json!([[4, 16383], [5, 32767], [6, 49149], [7, 65535]]),
            _ => json!([]),
        };
        json!({
            "block": block,
            "neurons": (0..8).map(neuron).collect::<Vec<_>>(),
            "weights": (0..8).map(row).collect::<Vec<_>>(),
        })
    }

    /// The public chain's published case `test_bonds`, its first two epochs.
    #[test]
    fn answers_the_published_case_with_bonds_and_permits_carried_over() {
        let question = json!({
            "params": params(),
            "epochs": [epoch(100, json!(true), &[]), epoch(200, Value::Null, &[0])],
        });
        let answer = ask(question);
        let [first, second] = [0, 1].map(|i| &answer["epochs"][i]);
        assert_eq!(
            first["emission"],
            json!([49999998, 99999999, 150000000, 200000001, 49998779, 100000610, 149996337, 200004272])
        );
        assert_eq!(second["emission"].as_array().unwrap()[..4], [44998351, 101110561, 151667215, 202223870]);
        assert_eq!(first["permits"], json!([true, true, true, true, false, false, false, false]));
        assert_eq!(first["bonds"][0][0], json!([4, 16383]));
        assert_eq!(second["bonds"][0][0], json!([4, 14582]));
        assert_eq!(first["server_emission"][7], json!(200004272));
        assert_eq!(first["validator_emission"][0], json!(49999998));
        for list in ["active", "stake_weight", "consensus", "incentive", "dividends", "validator_trust"] {
            assert_eq!(first[list].as_array().unwrap().len(), 8, "{list}");
        }
    }

    #[test]
    fn nobody_has_a_permit_before_the_first_epoch_gives_some() {
        let question = json!({
            "params": params(),
            "epochs": [epoch(100, Value::Null, &[]), epoch(200, Value::Null, &[])],
        });
        let answer = ask(question);
        assert_eq!(answer["epochs"][0]["incentive"], json!([0, 0, 0, 0, 0, 0, 0, 0]));
        assert_ne!(answer["epochs"][1]["incentive"][7], json!(0));
    }

    #[test]
    fn whoever_registers_anew_begins_without_bonds() {
        let mut second = epoch(200, Value::Null, &[]);
        second["neurons"][7]["registered_at"] = json!(150);
        let question = json!({ "params": params(), "epochs": [epoch(100, json!(true), &[]), second] });
        let answer = ask(question);
        // Weights that are older than the newcomer do not count for it either.
        assert_eq!(answer["epochs"][1]["incentive"][7], json!(0));
        assert_eq!(answer["epochs"][1]["bonds"][0].as_array().unwrap().len(), 3);
    }

    #[test]
    fn unknown_settings_are_refused() {
        let mut params = params();
        params["kappa"] = json!(1);
        assert!(serde_json::from_value::<Question>(json!({ "params": params, "epochs": [] })).is_err());
    }
}
