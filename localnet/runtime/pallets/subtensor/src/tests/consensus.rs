//! Consensus beside what others compute: answers of the public chain's own functions, and a plain version of the rules.

use super::epoch::Random;
use crate::{
    epoch::{exp, run, Curve, Input, Liquid, Neuron, Output, Params},
    fixed,
};
use serde::Deserialize;

/// See `origin` in the file.
#[derive(Deserialize)]
struct Known {
    /// Power, result.
    exp: Vec<(i64, i64)>,
    /// Lowest and highest rate, steepness, consensus, weight, bond, rate.
    rates: Vec<(u16, u16, i16, i64, i64, i64, i64)>,
    epochs: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    #[allow(clippy::type_complexity)]
    params: (u64, u64, bool, u16, u16, u64, u16, u64, u64, Option<(u16, u16, i16)>),
    neurons: Vec<(u64, u64, u64, bool, bool, Option<u64>)>,
    weights: Vec<Vec<(u16, u16)>>,
    bonds: Vec<Vec<(u16, u16)>>,
    active: Vec<bool>,
    stake_weight: Vec<u16>,
    consensus: Vec<u16>,
    incentive: Vec<u16>,
    dividends: Vec<u16>,
    validator_trust: Vec<u16>,
    permits: Vec<bool>,
    emission: Vec<u64>,
    server_emission: Vec<u64>,
    validator_emission: Vec<u64>,
    new_bonds: Vec<Vec<(u16, u16)>>,
}

fn known() -> Known {
    serde_json::from_str(include_str!("vectors/epochs.json")).unwrap()
}

impl Case {
    fn input(&self) -> Input {
        let (block, bonds_from, yuma3, kappa, bonds_penalty, keep, max_validators, cutoff, rao, liquid) = self.params;
        Input {
            params: Params {
                block,
                bonds_from,
                yuma3,
                kappa,
                bonds_penalty,
                bonds_moving_average: keep,
                max_validators,
                activity_cutoff: cutoff,
                rao_emission: rao,
                liquid: liquid.map(|(low, high, steepness)| Liquid { low, high, steepness }),
            },
            neurons: self
                .neurons
                .iter()
                .map(|(stake, last_update, registered_at, permit, owner, committed_at)| Neuron {
                    stake: *stake,
                    last_update: *last_update,
                    registered_at: *registered_at,
                    permit: *permit,
                    owner: *owner,
                    committed_at: *committed_at,
                })
                .collect(),
            weights: self.weights.clone(),
            bonds: self.bonds.clone(),
        }
    }
}

#[test]
fn the_public_chains_powers_of_e_to_the_last_bit() {
    for (power, result) in known().exp {
        assert_eq!(exp(power), result, "{power}");
    }
}

#[test]
fn the_public_chains_liquid_rates_to_the_last_bit() {
    for (low, high, steepness, consensus, weight, bond, rate) in known().rates {
        let curve = Curve::new(&Liquid { low, high, steepness });
        assert_eq!(curve.rate(consensus, weight, bond), rate, "{low} {high} {steepness} {consensus} {weight} {bond}");
    }
}

#[test]
fn the_public_chains_epochs_to_the_last_integer() {
    let cases = known().epochs;
    assert!(cases.iter().filter(|case| case.params.9.is_some()).count() > 8);
    for (i, case) in cases.iter().enumerate() {
        let output = run(&case.input());
        assert_eq!(output.active, case.active, "{i}");
        assert_eq!(output.stake_weight, case.stake_weight, "{i}");
        assert_eq!(output.consensus, case.consensus, "{i}");
        assert_eq!(output.incentive, case.incentive, "{i}");
        assert_eq!(output.dividends, case.dividends, "{i}");
        assert_eq!(output.validator_trust, case.validator_trust, "{i}");
        assert_eq!(output.permits, case.permits, "{i}");
        assert_eq!(output.emission, case.emission, "{i}");
        assert_eq!(output.server_emission, case.server_emission, "{i}");
        assert_eq!(output.validator_emission, case.validator_emission, "{i}");
        assert_eq!(output.bonds, case.new_bonds, "{i}");
    }
}

/// The rules once more, as they are told: full matrices, 128 bits throughout, no shortcuts.
mod plain {
    use super::*;

    type Full = Vec<Vec<Option<i128>>>;

    const ONE: i128 = 1 << 32;

    fn mul(a: i128, b: i128) -> i128 {
        (a * b) >> 32
    }
    fn div(a: i128, b: i128) -> i128 {
        if b == 0 {
            0
        } else {
            (a << 32) / b
        }
    }
    fn share(value: u16) -> i128 {
        div(i128::from(value), 65_535)
    }
    fn to_u16(value: i128) -> u16 {
        ((value * 65_535) >> 32).clamp(0, 65_535) as u16
    }
    fn normal(values: &[i128]) -> Vec<i128> {
        let total = values.iter().sum();
        values.iter().map(|value| div(*value, total)).collect()
    }
    fn full(n: usize, rows: &[Vec<(u16, u16)>], value: impl Fn(usize, usize, u16) -> Option<i128>) -> Full {
        let mut all = vec![vec![None; n]; n];
        for (i, row) in rows.iter().enumerate() {
            for (j, raw) in row {
                all[i][usize::from(*j)] = value(i, usize::from(*j), *raw);
            }
        }
        all
    }
    fn column_normal(all: &Full) -> Full {
        let n = all.len();
        let total = |j: usize| (0..n).filter_map(|i| all[i][j]).sum();
        let totals: Vec<i128> = (0..n).map(total).collect();
        let own = |row: &Vec<Option<i128>>| (0..n).map(|j| row[j].map(|value| div(value, totals[j]))).collect();
        all.iter().map(own).collect()
    }

    fn median(values: &[(i128, i128)], kappa: i128) -> i128 {
        let total: i128 = values.iter().map(|(_, stake)| stake).sum();
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        for (value, _) in &sorted {
            let up_to: i128 = sorted.iter().filter(|(other, _)| other <= value).map(|(_, stake)| stake).sum();
            if total - kappa < up_to {
                return *value;
            }
        }
        sorted.last().map_or(0, |(value, _)| *value)
    }

    fn e_to_the(power: i128) -> i128 {
        let size = power.abs().min(20 * ONE);
        if power == ONE {
            return 22_802_600 << 9;
        }
        let (mut sum, mut term) = (ONE + size, size);
        for i in 2..32 {
            term = mul(term, size) / i;
            sum += term;
        }
        if power < 0 {
            div(ONE, sum)
        } else {
            sum
        }
    }

    pub fn epoch(input: &Input) -> Output {
        let Input { params, neurons, .. } = input;
        let n = neurons.len();
        let active: Vec<bool> =
            neurons.iter().map(|one| one.last_update + params.activity_cutoff >= params.block).collect();
        let total: u128 = neurons.iter().map(|one| u128::from(one.stake)).sum();
        let stake = |one: &Neuron| ((u128::from(one.stake) << 64).checked_div(total).unwrap_or(0) >> 32) as i128;
        let stake: Vec<i128> = neurons.iter().map(stake).collect();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_key(|i| stake[*i]);
        let lost = n.saturating_sub(usize::from(params.max_validators));
        let place = |i: usize| order.iter().position(|one| *one == i).unwrap();
        let permits: Vec<bool> = (0..n).map(|i| neurons[i].owner || (stake[i] > 0 && place(i) >= lost)).collect();
        let may = |i: usize| neurons[i].permit || neurons[i].owner;
        let counted: Vec<i128> = (0..n).map(|i| if active[i] && may(i) { stake[i] } else { 0 }).collect();
        let counted = normal(&counted);

        let weights = full(n, &input.weights, |i, j, raw| {
            let (from, to) = (&neurons[i], &neurons[j]);
            let meant =
                from.last_update > to.registered_at && from.committed_at.is_none_or(|at| at >= to.registered_at);
            (may(i) && (i != j || from.owner) && meant).then_some(i128::from(raw))
        });
        let weights: Full = weights
            .iter()
            .map(|row| {
                let total = row.iter().flatten().sum();
                row.iter().map(|value| value.map(|value| div(value, total))).collect()
            })
            .collect();
        let heard: Vec<usize> = (0..n).filter(|i| counted[*i] > 0).collect();
        let voices = normal(&heard.iter().map(|i| counted[*i]).collect::<Vec<_>>());
        let agreed = |j: usize| {
            let said: Vec<_> =
                heard.iter().zip(&voices).map(|(i, voice)| (weights[*i][j].unwrap_or(0), *voice)).collect();
            median(&said, share(params.kappa))
        };
        let consensus: Vec<i128> = (0..n).map(agreed).collect();
        let cut = |value: i128, j: usize| value.min(consensus[j]);
        let trust: Vec<i128> =
            (0..n).map(|i| (0..n).filter_map(|j| weights[i][j].map(|value| cut(value, j))).sum()).collect();
        let rank = |j: usize| (0..n).filter_map(|i| weights[i][j].map(|value| mul(counted[i], cut(value, j)))).sum();
        let incentive = normal(&(0..n).map(rank).collect::<Vec<_>>());

        let penalty = share(params.bonds_penalty);
        let for_bonds = |value: Option<i128>, j: usize| -> Option<i128> {
            let value = value?;
            let less = value + mul(penalty, cut(value, j) - value);
            match params.bonds_penalty {
                0 => Some(value),
                65_535 => (value == 0 || consensus[j] > 0).then_some(less),
                _ => (less > 0).then_some(less),
            }
        };
        let new: Full = weights.iter().map(|row| (0..n).map(|j| for_bonds(row[j], j)).collect()).collect();
        let known = |j: usize| params.bonds_from > neurons[j].registered_at;
        let old = |value: fn(u16) -> i128| full(n, &input.bonds, |_, j, raw| known(j).then(|| value(raw)));
        let rate = ONE - (i128::from(params.bonds_moving_average) << 32) / 1_000_000;
        let average = |new: &Full, old: &Full| -> Full {
            let one = |i: usize, j: usize| {
                let value = mul(rate, new[i][j].unwrap_or(0)) + mul(ONE - rate, old[i][j].unwrap_or(0));
                (value > 0).then_some(value)
            };
            (0..n).map(|i| (0..n).map(|j| one(i, j)).collect()).collect()
        };
        let earn = |bonds: &Full| -> Vec<i128> {
            bonds.iter().map(|row| (0..n).filter_map(|j| row[j].map(|value| mul(value, incentive[j]))).sum()).collect()
        };
        let (bonds, dividends) = if params.yuma3 {
            let old = old(share);
            let bonds = match params.liquid.as_ref().filter(|_| consensus.iter().any(|value| *value != 0)) {
                None => average(&new, &old),
                Some(Liquid { low, high, steepness }) => {
                    let (low, high) = (share(*low), share(*high));
                    let one = |i: usize, j: usize| {
                        let (weight, bond) = (new[i][j]?, old[i][j].unwrap_or(0));
                        let difference = if weight >= bond { weight - consensus[j] } else { bond - weight };
                        let fall = (i128::from(*steepness) << 32) / -100;
                        let power = mul(fall, difference.clamp(0, ONE) - ONE / 2);
                        let rate = low + mul(div(ONE, ONE + e_to_the(power)), high - low);
                        let rate = rate.min(high).max(low);
                        let value = (mul(ONE - rate, bond) + mul(rate, weight)).min(ONE);
                        (value > 0).then_some(value)
                    };
                    (0..n).map(|i| (0..n).map(|j| one(i, j)).collect()).collect()
                }
            };
            let by_bonds = earn(&column_normal(&bonds));
            (bonds, by_bonds.iter().zip(&counted).map(|(value, stake)| mul(*value, *stake)).collect::<Vec<_>>())
        } else {
            let own = |i: usize| new[i].iter().map(|value| value.map(|value| mul(value, counted[i]))).collect();
            let delta: Full = (0..n).map(own).collect();
            let bonds = column_normal(&average(&column_normal(&delta), &column_normal(&old(i128::from))));
            let largest: Vec<i128> = (0..n).map(|j| (0..n).filter_map(|i| bonds[i][j]).max().unwrap_or(0)).collect();
            let scaled = |row: &Vec<Option<i128>>| (0..n).map(|j| row[j].map(|value| div(value, largest[j]))).collect();
            (bonds.iter().map(scaled).collect(), earn(&bonds))
        };
        let dividends = normal(&dividends);

        let both: Vec<i128> = incentive.iter().zip(&dividends).map(|(a, b)| a + b).collect();
        let total: i128 = both.iter().sum();
        let part = |values: &[i128]| values.iter().map(|value| div(*value, total)).collect::<Vec<_>>();
        let (both, servers, validators) = if total > 0 {
            (normal(&both), part(&incentive), part(&dividends))
        } else {
            let by_stake = if counted.iter().sum::<i128>() == 0 { stake.clone() } else { counted };
            (by_stake.clone(), vec![0; n], by_stake)
        };
        let pay = |shares: &[i128]| -> Vec<u64> {
            shares.iter().map(|share| ((*share as u128 * u128::from(params.rao_emission)) >> 32) as u64).collect()
        };
        let list = |values: &[i128]| values.iter().map(|value| to_u16(*value)).collect::<Vec<_>>();
        fn entries(row: &[Option<i128>]) -> Vec<(u16, u16)> {
            (0u16..).zip(row).filter_map(|(j, value)| value.map(|value| (j, to_u16(value)))).collect()
        }
        let kept = |(row, may): (&Vec<Option<i128>>, &bool)| if *may { entries(row) } else { vec![] };
        Output {
            active,
            stake_weight: list(&stake),
            consensus: list(&consensus),
            incentive: list(&incentive),
            dividends: list(&dividends),
            validator_trust: list(&trust),
            bonds: bonds.iter().zip(&permits).map(kept).collect(),
            permits,
            emission: pay(&both),
            server_emission: pay(&servers),
            validator_emission: pay(&validators),
            ..Default::default()
        }
    }
}

#[test]
fn the_quick_version_answers_what_the_plain_one_does() {
    for seed in 0..3_000 {
        let mut random = Random(seed);
        let n = if seed % 100 == 0 { 40 } else { random.below(12) };
        let mut input = random.input(n, |random| random.below(1 << 31) << 20);
        // One owner at most, as in a subnet.
        let owner = input.neurons.iter().position(|one| one.owner);
        for (uid, one) in input.neurons.iter_mut().enumerate() {
            one.owner = Some(uid) == owner;
        }
        if random.below(2) == 0 {
            input.params.bonds_penalty = if random.below(2) == 0 { 0 } else { 65_535 };
        }
        let quick = run(&input);
        let plain = plain::epoch(&input);
        let quick = Output { trust: vec![], pruning_scores: vec![], ..quick };
        assert_eq!(quick, plain, "seed {seed}: {input:?}");
    }
}

#[test]
fn quick_products_and_quotients_are_the_plain_ones() {
    let mut random = Random(7);
    let number = |random: &mut Random| {
        let value = random.u64() >> random.below(64);
        let value = if random.below(8) == 0 { 1 << 32 } else { value as i64 };
        if random.below(4) == 0 {
            value.wrapping_neg()
        } else {
            value
        }
    };
    let cut = |value: i128| value.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
    for _ in 0..200_000 {
        let (a, b) = (number(&mut random), number(&mut random));
        let (wide_a, wide_b) = (i128::from(a), i128::from(b));
        assert_eq!(fixed::mul(a, b), cut((wide_a * wide_b) >> 32), "{a} {b}");
        assert_eq!(fixed::div(a, b), if b == 0 { 0 } else { cut((wide_a << 32) / wide_b) }, "{a} {b}");
    }
}
