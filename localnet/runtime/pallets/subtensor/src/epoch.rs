//! One epoch: who is judged how, and who earns what. Pure functions on numbers; the pallet only reads and writes.
//!
//! Arithmetic is signed fixed point with 32 integer and 32 fraction bits, saturating; products are rounded down,
//! quotients towards zero, and a quotient by zero is zero. Every node must compute the same integers, so the order of
//! operations below is part of the rules. Where a product or quotient of shares is known to fit 64 bits it is computed
//! in 64, because 128 are slow in wasm.

use crate::fixed::{div, mul, proportion, saturating_product, to_u16, Fixed, FRACTION, ONE};
use crate::matrix::{Entry, Matrix};
use alloc::{vec, vec::Vec};

/// Settings of the subnet, and the block in which the epoch runs.
#[derive(Clone, Debug)]
pub struct Params {
    /// The current block.
    pub block: u64,
    /// Bonds in neurons that registered in or after this block are void.
    pub bonds_from: u64,
    /// Bonds by Yuma 3 instead of Yuma 2.
    pub yuma3: bool,
    /// Share of stake that must agree on a weight, of 65535.
    pub kappa: u16,
    /// How much of the weight above consensus is lost for bonds, of 65535.
    pub bonds_penalty: u16,
    /// Share of a million that old bonds keep.
    pub bonds_moving_average: u64,
    /// Largest number of permits.
    pub max_validators: u16,
    /// Blocks after which a neuron that sets no weights is inactive.
    pub activity_cutoff: u64,
    /// What there is to pay.
    pub rao_emission: u64,
    /// Rates of bonds by agreement with consensus; none: one rate for all, from the moving average. Yuma 3 only.
    pub liquid: Option<Liquid>,
}

/// How fast bonds follow weights, between two rates: the faster, the further a buyer is above consensus, or a seller
/// below its bond.
#[derive(Clone, Debug)]
pub struct Liquid {
    /// Slowest rate, of 65535.
    pub low: u16,
    /// Fastest rate, of 65535.
    pub high: u16,
    /// Steepness of the curve between them, in hundredths.
    pub steepness: i16,
}

/// A neuron before the epoch; its uid is its place in the list.
#[derive(Clone, Debug, Default)]
pub struct Neuron {
    /// Stake weight, in rao.
    pub stake: u64,
    /// Block at which it last set weights.
    pub last_update: u64,
    /// Block at which it registered.
    pub registered_at: u64,
    /// Whether it may set weights for others.
    pub permit: bool,
    /// Whether it is the subnet owner's, which always may and whose self-weight counts.
    pub owner: bool,
    /// Block of its earliest commitment that waits to be revealed; none where weights are set directly.
    pub committed_at: Option<u64>,
}

/// What an epoch starts from.
#[derive(Clone, Debug)]
pub struct Input {
    /// Settings.
    pub params: Params,
    /// Neurons by uid.
    pub neurons: Vec<Neuron>,
    /// Weights by uid: whom, how much.
    pub weights: Vec<Vec<(u16, u16)>>,
    /// Bonds by uid: in whom, how much.
    pub bonds: Vec<Vec<(u16, u16)>>,
}

/// What an epoch decides, each list by uid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Set weights recently.
    pub active: Vec<bool>,
    /// Share of stake weight.
    pub stake_weight: Vec<u16>,
    /// The weight on which the stake majority agrees.
    pub consensus: Vec<u16>,
    /// Share of rank: what servers are paid by.
    pub incentive: Vec<u16>,
    /// Share of bonds' returns: what validators are paid by.
    pub dividends: Vec<u16>,
    /// Part of a neuron's rank that consensus kept.
    pub trust: Vec<u16>,
    /// Part of a validator's weights that consensus kept.
    pub validator_trust: Vec<u16>,
    /// Emission relative to the largest.
    pub pruning_scores: Vec<u16>,
    /// Permits for the next epoch.
    pub permits: Vec<bool>,
    /// Rao earned.
    pub emission: Vec<u64>,
    /// Of these, as a server.
    pub server_emission: Vec<u64>,
    /// Of these, as a validator.
    pub validator_emission: Vec<u64>,
    /// Bonds by uid: in whom, how much.
    pub bonds: Vec<Vec<(u16, u16)>>,
}

/// Runs one epoch.
pub fn run(input: &Input) -> Output {
    let Input { params, neurons, .. } = input;
    let n = neurons.len();

    // Stake: whose counts, and who gets a permit for the next epoch.
    let active: Vec<bool> =
        neurons.iter().map(|one| one.last_update.saturating_add(params.activity_cutoff) >= params.block).collect();
    let stake = stake_shares(neurons);
    let next_permits = permits(neurons, &stake, params.max_validators);
    let mut active_stake: Vec<Fixed> = neurons
        .iter()
        .zip(&active)
        .zip(&stake)
        .map(|((one, active), stake)| if *active && (one.permit || one.owner) { *stake } else { 0 })
        .collect();
    normalize(&mut active_stake);

    // Weights: consensus is what the stake majority agrees on; what goes beyond is cut off.
    let weights = valid_weights(input);
    let consensus = weighted_medians(&active_stake, &weights, proportion(params.kappa));
    let clipped = weights.map(|_, entry| entry.value.min(at(&consensus, entry.place)));
    let validator_trust: Vec<Fixed> = clipped.rows().map(|row| row.iter().fold(0, add_value)).collect();
    let before = weights.column_sums_by(&active_stake);
    let rank = clipped.column_sums_by(&active_stake);
    let trust: Vec<Fixed> = rank.iter().zip(&before).map(|(after, before)| div(*after, *before)).collect();
    let mut incentive = rank;
    normalize(&mut incentive);

    // Bonds: validators earn with whom they trusted, and most when they did so with the majority, and early.
    let bond_weights = bond_weights(&weights, &clipped, &consensus, proportion(params.bonds_penalty));
    let (bonds, mut dividends) = if params.yuma3 {
        yuma3_bonds(input, bond_weights, &active_stake, &incentive, &consensus)
    } else {
        yuma2_bonds(input, bond_weights, &active_stake, &incentive)
    };
    normalize(&mut dividends);

    // Emission: half by incentive, half by dividends; by stake when nobody is ranked.
    let mut combined: Vec<Fixed> = incentive.iter().zip(&dividends).map(|(i, d)| i.saturating_add(*d)).collect();
    let total = sum(&combined);
    let (servers, validators) = if total == 0 {
        let by_stake = if sum(&active_stake) == 0 { stake.clone() } else { active_stake };
        combined = by_stake.clone();
        (vec![0; n], by_stake)
    } else {
        let share = |list: &[Fixed]| list.iter().map(|value| div(*value, total)).collect::<Vec<_>>();
        normalize(&mut combined);
        (share(&incentive), share(&dividends))
    };
    let pay = |shares: &[Fixed]| shares.iter().map(|share| amount(*share, params.rao_emission)).collect();
    let largest = combined.iter().copied().max().unwrap_or(0);
    let list = |values: &[Fixed]| values.iter().map(|value| to_u16(*value)).collect();

    Output {
        active,
        stake_weight: list(&stake),
        consensus: list(&consensus),
        dividends: list(&dividends),
        incentive: list(&incentive),
        trust: list(&trust),
        validator_trust: list(&validator_trust),
        pruning_scores: combined.iter().map(|value| to_u16(div(*value, largest))).collect(),
        emission: pay(&combined),
        server_emission: pay(&servers),
        validator_emission: pay(&validators),
        bonds: bonds
            .rows()
            .zip(&next_permits)
            .map(|(row, permit)| {
                let kept = if *permit { row } else { &[] };
                kept.iter().map(|entry| (entry.place, to_u16(entry.value))).collect()
            })
            .collect(),
        permits: next_permits,
    }
}

/// Each neuron's share of the stake, in 64.64 cut to 32.32.
fn stake_shares(neurons: &[Neuron]) -> Vec<Fixed> {
    let total: u128 = neurons.iter().map(|one| u128::from(one.stake)).fold(0, u128::saturating_add);
    neurons
        .iter()
        .map(|one| {
            if one.stake == 0 {
                return 0;
            }
            let share = (u128::from(one.stake) << 64).checked_div(total).unwrap_or(0);
            Fixed::try_from(share >> FRACTION).unwrap_or(ONE)
        })
        .collect()
}

/// The `max` neurons with the most stake, the higher uid on ties; never one without stake, always the owner's.
fn permits(neurons: &[Neuron], stake: &[Fixed], max: u16) -> Vec<bool> {
    let mut by_stake: Vec<(Fixed, usize)> = stake.iter().copied().zip(0..).filter(|(stake, _)| *stake > 0).collect();
    by_stake.sort_unstable_by(|a, b| b.cmp(a));
    let mut permits: Vec<bool> = neurons.iter().map(|one| one.owner).collect();
    for (_, uid) in by_stake.into_iter().take(usize::from(max)) {
        if let Some(permit) = permits.get_mut(uid) {
            *permit = true;
        }
    }
    permits
}

/// Rows of those with a permit, without self-weights (save the owner's) and without weights older than the judged
/// neuron's registration, each row summing to one. Only their ratio counts, so integers need not be fixed point first.
/// Rows are sorted: with liquid alpha the public chain loses sight of what is out of order.
fn valid_weights(input: &Input) -> Matrix {
    let neurons = &input.neurons;
    let mut weights = Matrix::new(neurons.len());
    for (i, (one, row)) in neurons.iter().zip(&input.weights).enumerate() {
        if one.permit || one.owner {
            let known = row.iter().filter(|(place, _)| {
                let place = usize::from(*place);
                // Weights, and commitments to weights, of a time before the judged one registered are not meant for it.
                (place != i || one.owner)
                    && neurons.get(place).is_some_and(|to| {
                        one.last_update > to.registered_at
                            && one.committed_at.is_none_or(|made| made >= to.registered_at)
                    })
            });
            weights.extend(known.map(|(place, value)| Entry { place: *place, value: Fixed::from(*value) }));
            let row = weights.open_row();
            row.sort_unstable_by_key(|entry| entry.place);
            let total = row.iter().fold(0, add_value);
            row.iter_mut().for_each(|entry| entry.value = div(entry.value, total));
        }
        weights.close_row();
    }
    weights
}

/// For each column the stake-weighted median of the rows with stake: the smallest value up to which, in ascending
/// order, more than the minority of the stake lies. What a row does not name is zero.
fn weighted_medians(active_stake: &[Fixed], weights: &Matrix, kappa: Fixed) -> Vec<Fixed> {
    let mut stake = active_stake.to_vec();
    normalize(&mut stake);
    let total = sum(&stake);
    let minority = total.saturating_sub(kappa);
    let heard = active_stake.iter().filter(|stake| **stake > 0).count();

    let mut columns = weights.columns_of(|i| at_index(active_stake, i) > 0, |i| at_index(&stake, i));
    columns
        .iter_mut()
        .map(|column| {
            let named = column.iter().fold(0, |sum: Fixed, (_, stake)| sum.saturating_add(*stake));
            let below = total.saturating_sub(named);
            let someone_is_silent = column.len() < heard;
            if someone_is_silent && (minority < below || column.is_empty()) {
                return 0;
            }
            weighted_median(column, minority, below)
        })
        .collect()
}

/// The smallest value for which `below`, and the stake of all values up to it, is more than the minority; else the
/// largest value. By halving around a pivot: the expected time is linear.
fn weighted_median(mut part: &mut [(Fixed, Fixed)], minority: Fixed, mut below: Fixed) -> Fixed {
    loop {
        let Some(&(pivot, _)) = part.get(part.len() / 2) else {
            return 0;
        };
        // Smaller ones to the front, larger ones to the back, equal ones between.
        let (mut front, mut next, mut back) = (0usize, 0usize, part.len());
        let (mut smaller, mut equal): (Fixed, Fixed) = (0, 0);
        while next < back {
            let (value, stake) = part.get(next).copied().unwrap_or_default();
            if value < pivot {
                smaller = smaller.saturating_add(stake);
                part.swap(front, next);
                front = front.saturating_add(1);
                next = next.saturating_add(1);
            } else if value == pivot {
                equal = equal.saturating_add(stake);
                next = next.saturating_add(1);
            } else {
                back = back.saturating_sub(1);
                part.swap(next, back);
            }
        }
        let up_to_smaller = below.saturating_add(smaller);
        let up_to_pivot = up_to_smaller.saturating_add(equal);
        if front > 0 && minority < up_to_smaller {
            part = part.split_at_mut(front).0;
        } else if back < part.len() && minority >= up_to_pivot {
            part = part.split_at_mut(back).1;
            below = up_to_pivot;
        } else {
            return pivot;
        }
    }
}

/// Weights as they count for bonds: what consensus cut off counts less, or not at all. Without any penalty weights
/// remain as they are, with the whole they are cut; weights cut to nothing are none.
fn bond_weights(weights: &Matrix, clipped: &Matrix, consensus: &[Fixed], penalty: Fixed) -> Matrix {
    if penalty == 0 {
        return weights.clone();
    }
    if penalty == ONE {
        let is_cut_off = |entry: &Entry| at(consensus, entry.place) == 0;
        return weights.zip_filter_map(clipped, |before, after| {
            let gone = before.value > 0 && is_cut_off(before);
            (!gone).then_some(after.value)
        });
    }
    weights.zip_filter_map(clipped, |before, after| {
        let cut = after.value.saturating_sub(before.value);
        Some(before.value.saturating_add(saturating_product(penalty, cut))).filter(|value| *value > 0)
    })
}

/// Yuma 2: bonds are shares of a column, an average of old ones and of this epoch's stake behind each weight.
/// Returns what to store, scaled so that each column's largest is one, and dividends before normalisation.
fn yuma2_bonds(input: &Input, weights: Matrix, stake: &[Fixed], incentive: &[Fixed]) -> (Matrix, Vec<Fixed>) {
    let mut bonds = old_bonds(input, Fixed::from);
    bonds.normalize_columns();
    let mut delta = weights;
    delta.update(|i, entry| mul(entry.value, at_index(stake, i)));
    delta.normalize_columns();
    let mut average = moving_average(&delta, &bonds, bond_rate(&input.params));
    average.normalize_columns();
    let dividends = average.rows().map(|row| dot(row, incentive)).collect();

    let mut largest = vec![0; input.neurons.len()];
    average.each(|entry| {
        if let Some(max) = largest.get_mut(usize::from(entry.place)) {
            *max = entry.value.max(*max);
        }
    });
    average.update(|_, entry| div(entry.value, at(&largest, entry.place)));
    (average, dividends)
}

/// Yuma 3: bonds are absolute, an average of old ones and of this epoch's weights; stake counts when dividends are
/// shared out. Returns what to store, and dividends before normalisation.
fn yuma3_bonds(
    input: &Input,
    weights: Matrix,
    stake: &[Fixed],
    incentive: &[Fixed],
    consensus: &[Fixed],
) -> (Matrix, Vec<Fixed>) {
    let old = old_bonds(input, proportion);
    let bonds = match input.params.liquid.as_ref().filter(|_| consensus.iter().any(|value| *value != 0)) {
        Some(liquid) => liquid_average(&weights, &old, consensus, &Curve::new(liquid)),
        None => moving_average(&weights, &old, bond_rate(&input.params)),
    };
    let mut shares = bonds.clone();
    shares.normalize_columns();
    let dividends = shares.rows().zip(stake).map(|(row, stake)| mul(*stake, dot(row, incentive))).collect();
    (bonds, dividends)
}

/// `rate` of the new values and the rest of the old ones; what is not above zero is left out. Rows are in the order of
/// their places.
fn moving_average(new: &Matrix, old: &Matrix, rate: Fixed) -> Matrix {
    let keep = ONE.saturating_sub(rate);
    let mut average = Matrix::new(new.width());
    let mut row = vec![0; new.width()];
    for (new, old) in new.rows().zip(old.rows()) {
        if !new.is_empty() || !old.is_empty() {
            for (entries, part) in [(new, rate), (old, keep)] {
                for entry in entries {
                    if let Some(value) = row.get_mut(usize::from(entry.place)) {
                        *value = Fixed::saturating_add(*value, mul(part, entry.value));
                    }
                }
            }
            average.extend((0u16..).zip(&row).filter(|(_, value)| **value > 0).map(Entry::from));
            row.fill(0);
        }
        average.close_row();
    }
    average
}

/// The same with a rate for each entry. Bonds without a new weight are dropped, as the public chain does.
fn liquid_average(new: &Matrix, old: &Matrix, consensus: &[Fixed], curve: &Curve) -> Matrix {
    let mut average = Matrix::new(new.width());
    let mut bonds = vec![0; new.width()];
    for (new, old) in new.rows().zip(old.rows()) {
        for entry in old {
            if let Some(bond) = bonds.get_mut(usize::from(entry.place)) {
                *bond = entry.value;
            }
        }
        average.extend(new.iter().filter_map(|entry| {
            let bond = at(&bonds, entry.place);
            let rate = curve.rate(at(consensus, entry.place), entry.value, bond);
            let bought = mul(rate, entry.value).max(0);
            let value = mul(ONE.saturating_sub(rate), bond).saturating_add(bought).min(ONE);
            (value > 0).then_some(Entry { place: entry.place, value })
        }));
        bonds.fill(0);
        average.close_row();
    }
    average
}

/// A logistic curve between the slowest and the fastest rate.
pub(crate) struct Curve {
    low: Fixed,
    high: Fixed,
    /// The steepness, below zero.
    fall: Fixed,
}

impl Curve {
    pub(crate) fn new(liquid: &Liquid) -> Self {
        let fall = div(Fixed::from(liquid.steepness) << FRACTION, Fixed::from(-100i8) << FRACTION);
        Self { low: proportion(liquid.low), high: proportion(liquid.high), fall }
    }

    /// The rate of one bond.
    pub(crate) fn rate(&self, consensus: Fixed, weight: Fixed, bond: Fixed) -> Fixed {
        let difference = if weight >= bond { weight.saturating_sub(consensus) } else { bond.saturating_sub(weight) };
        let centred = difference.clamp(0, ONE).saturating_sub(ONE >> 1);
        let exponent = saturating_product(self.fall, centred);
        let logistic = div(ONE, ONE.saturating_add(exp(exponent)));
        let rate = self.low.saturating_add(saturating_product(logistic, self.high.saturating_sub(self.low)));
        rate.min(self.high).max(self.low)
    }
}

/// e to a power between -20 and 20, beyond which it stays, by the first 31 terms of its series, as the public chain
/// does; e itself it knows to 23 bits after the point.
pub(crate) fn exp(power: Fixed) -> Fixed {
    const LIMIT: Fixed = 20 << FRACTION;
    const E: Fixed = 11_674_931_200;
    if power == ONE {
        return E;
    }
    let size = power.clamp(LIMIT.saturating_neg(), LIMIT).unsigned_abs();
    let (mut sum, mut term) = ((ONE as u64).saturating_add(size), size);
    for i in 2u64..32 {
        term = scaled(term, size).checked_div(i).unwrap_or(0);
        if term == 0 {
            break;
        }
        sum = sum.saturating_add(term);
    }
    let sum = Fixed::try_from(sum).unwrap_or(Fixed::MAX);
    if power < 0 {
        div(ONE, sum)
    } else {
        sum
    }
}

/// A product of numbers below 2^59 and 2^37, of which the result fits 64 bits, rounded down: by halves.
fn scaled(a: u64, b: u64) -> u64 {
    let low = u64::from(u32::MAX);
    let (a_high, a_low, b_high, b_low) = (a >> FRACTION, a & low, b >> FRACTION, b & low);
    let middle = a_high.saturating_mul(b_low).saturating_add(a_low.saturating_mul(b_high));
    let top = a_high.saturating_mul(b_high) << FRACTION;
    top.saturating_add(middle).saturating_add(a_low.saturating_mul(b_low) >> FRACTION)
}

/// How fast bonds follow weights.
fn bond_rate(params: &Params) -> Fixed {
    let keep = (u128::from(params.bonds_moving_average) << FRACTION) / 1_000_000;
    ONE.saturating_sub(Fixed::try_from(keep).unwrap_or(Fixed::MAX))
}

/// Bonds in neurons that were there at the last epoch.
fn old_bonds(input: &Input, value: impl Fn(u16) -> Fixed) -> Matrix {
    let from = input.params.bonds_from;
    let known: Vec<bool> = input.neurons.iter().map(|to| from > to.registered_at).collect();
    let mut bonds = Matrix::new(known.len());
    for row in &input.bonds {
        let there = row.iter().filter(|(place, _)| known.get(usize::from(*place)).copied().unwrap_or(false));
        bonds.extend(there.map(|(place, bond)| Entry { place: *place, value: value(*bond) }));
        bonds.close_row();
    }
    bonds
}

/// A share of an amount, rounded down.
fn amount(share: Fixed, rao: u64) -> u64 {
    let share = u128::from(share.max(0).unsigned_abs());
    u64::try_from(share.saturating_mul(u128::from(rao)) >> FRACTION).unwrap_or(u64::MAX)
}

fn at(values: &[Fixed], place: u16) -> Fixed {
    at_index(values, usize::from(place))
}

fn at_index(values: &[Fixed], place: usize) -> Fixed {
    values.get(place).copied().unwrap_or(0)
}

fn add_value(sum: Fixed, entry: &Entry) -> Fixed {
    sum.saturating_add(entry.value)
}

fn sum(values: &[Fixed]) -> Fixed {
    values.iter().copied().fold(0, Fixed::saturating_add)
}

fn dot(row: &[Entry], factors: &[Fixed]) -> Fixed {
    row.iter().fold(0, |sum: Fixed, entry| sum.saturating_add(mul(entry.value, at(factors, entry.place))))
}

/// Divides by the sum; all zeros stay.
fn normalize(values: &mut [Fixed]) {
    let total = sum(values);
    for value in values {
        *value = div(*value, total);
    }
}
