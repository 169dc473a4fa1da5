//! One epoch: who is judged how, and who earns what. Pure functions on numbers; the pallet only reads and writes.
//!
//! Arithmetic is signed fixed point with 32 integer and 32 fraction bits, saturating; products and quotients are
//! truncated, and a quotient by zero is zero. Every node must compute the same integers, so the order of operations
//! below is part of the rules. A matrix is a list of rows, one per validator; a row without entries is empty.

use alloc::{vec, vec::Vec};

/// Fixed point, 32.32.
type Fixed = i64;
type Matrix = Vec<Vec<Fixed>>;

const FRACTION: u32 = 32;
const ONE: Fixed = 1 << FRACTION;

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
    /// Steepness of the curve between them, times 2^32.
    pub steepness: i64,
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
    let consensus = weighted_medians(&active_stake, &weights, proportion(params.kappa), n);
    let clipped = map2(&weights, |_, j, w| w.min(get(&consensus, j)));
    let validator_trust: Vec<Fixed> = clipped.iter().map(|row| sum(row)).collect();
    let before = weighted_column_sums(&weights, &active_stake, n);
    let rank = weighted_column_sums(&clipped, &active_stake, n);
    let trust: Vec<Fixed> = rank.iter().zip(&before).map(|(after, before)| div(*after, *before)).collect();
    let mut incentive = rank;
    normalize(&mut incentive);

    // Bonds: validators earn with whom they trusted, and most when they did so with the majority, and early.
    let penalty = proportion(params.bonds_penalty);
    let bond_weights = map2(&weights, |i, j, w| {
        let cut = get2(&clipped, i, j);
        w.saturating_add(mul(penalty, cut.saturating_sub(w)))
    });
    let (bonds, mut dividends) = if params.yuma3 {
        yuma3_bonds(input, &bond_weights, &active_stake, &incentive, &consensus)
    } else {
        yuma2_bonds(input, &bond_weights, &active_stake, &incentive)
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

    Output {
        active,
        stake_weight: to_u16(&stake),
        consensus: to_u16(&consensus),
        dividends: to_u16(&dividends),
        incentive: to_u16(&incentive),
        trust: to_u16(&trust),
        validator_trust: to_u16(&validator_trust),
        pruning_scores: combined.iter().map(|value| cut_to_u16(div(*value, largest))).collect(),
        emission: pay(&combined),
        server_emission: pay(&servers),
        validator_emission: pay(&validators),
        bonds: bonds
            .iter()
            .zip(&next_permits)
            .map(|(row, permit)| if *permit { sparse(row) } else { vec![] })
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
fn valid_weights(input: &Input) -> Matrix {
    let neurons = &input.neurons;
    let mut weights: Matrix = neurons
        .iter()
        .zip(&input.weights)
        .enumerate()
        .map(|(i, (one, row))| {
            if !(one.permit || one.owner) {
                return vec![];
            }
            dense(row, neurons.len(), |j, value| {
                // Weights, and commitments to weights, of a time before the judged one registered are not meant for it.
                let known = neurons.get(j).is_some_and(|to| {
                    one.last_update > to.registered_at && one.committed_at.is_none_or(|made| made >= to.registered_at)
                });
                if known && (i != j || one.owner) {
                    Fixed::from(value)
                } else {
                    0
                }
            })
        })
        .collect();
    for row in &mut weights {
        normalize(row);
    }
    weights
}

/// For each column the stake-weighted median of the rows with stake: the smallest value up to which, in ascending
/// order, more than `1 - kappa` of the stake lies.
fn weighted_medians(stake: &[Fixed], weights: &Matrix, kappa: Fixed, n: usize) -> Vec<Fixed> {
    let minority = ONE.saturating_sub(kappa);
    let total = sum(stake);
    let mut column: Vec<(Fixed, Fixed)> = Vec::with_capacity(n);
    (0..n)
        .map(|j| {
            column.clear();
            column.extend(
                weights
                    .iter()
                    .zip(stake)
                    .filter(|(_, stake)| **stake > 0)
                    .map(|(row, stake)| (get(row, j), *stake))
                    .filter(|(value, _)| *value > 0),
            );
            // Absent weights are zeros, and come first.
            let mut below = column.iter().fold(total, |rest, (_, stake)| rest.saturating_sub(*stake));
            if minority < below {
                return 0;
            }
            column.sort_unstable();
            for (value, stake) in &column {
                below = below.saturating_add(*stake);
                if minority < below {
                    return *value;
                }
            }
            0
        })
        .collect()
}

/// Yuma 2: bonds are shares of a column, an average of old ones and of this epoch's stake behind each weight.
/// Returns what to store, scaled so that each column's largest is one, and dividends before normalisation.
fn yuma2_bonds(input: &Input, weights: &Matrix, stake: &[Fixed], incentive: &[Fixed]) -> (Matrix, Vec<Fixed>) {
    let n = input.neurons.len();
    let mut bonds = old_bonds(input, Fixed::from);
    normalize_columns(&mut bonds, n);
    let mut delta = map2(weights, |i, _, w| mul(w, get(stake, i)));
    normalize_columns(&mut delta, n);
    let alpha = bond_rate(&input.params);
    let keep = ONE.saturating_sub(alpha);
    let mut average = merge(&delta, &bonds, n, |new, old| mul(alpha, new).saturating_add(mul(keep, old)));
    normalize_columns(&mut average, n);
    let dividends = average.iter().map(|row| dot(row, incentive)).collect();

    let mut largest = vec![0; n];
    for row in &average {
        for (max, value) in largest.iter_mut().zip(row) {
            *max = (*max).max(*value);
        }
    }
    (map2(&average, |_, j, value| div(value, get(&largest, j))), dividends)
}

/// Yuma 3: bonds are absolute, an average of old ones and of this epoch's weights, at most one; stake counts when
/// dividends are shared out. Returns what to store, and dividends before normalisation.
fn yuma3_bonds(
    input: &Input,
    weights: &Matrix,
    stake: &[Fixed],
    incentive: &[Fixed],
    consensus: &[Fixed],
) -> (Matrix, Vec<Fixed>) {
    let n = input.neurons.len();
    let old = old_bonds(input, proportion);
    let average = |rate: Fixed, new: Fixed, old: Fixed| {
        mul(ONE.saturating_sub(rate), old).saturating_add(mul(rate, new)).min(ONE)
    };
    let bonds = match input.params.liquid.as_ref().filter(|_| consensus.iter().any(|value| *value != 0)) {
        // Bonds without a new weight are dropped, as the public chain does.
        Some(liquid) => map2(weights, |i, j, new| {
            let old = get2(&old, i, j);
            if new == 0 {
                return 0;
            }
            average(liquid_rate(liquid, get(consensus, j), new, old), new, old)
        }),
        None => {
            let rate = bond_rate(&input.params);
            merge(weights, &old, n, |new, old| average(rate, new, old))
        }
    };
    let mut shares = bonds.clone();
    normalize_columns(&mut shares, n);
    let dividends = shares.iter().zip(stake).map(|(row, stake)| mul(*stake, dot(row, incentive))).collect();
    (bonds, dividends)
}

/// The rate of one bond: a logistic curve between the slowest and the fastest.
fn liquid_rate(liquid: &Liquid, consensus: Fixed, weight: Fixed, bond: Fixed) -> Fixed {
    let (low, high) = (proportion(liquid.low), proportion(liquid.high));
    let difference = if weight >= bond { weight.saturating_sub(consensus) } else { bond.saturating_sub(weight) };
    let centred = difference.clamp(0, ONE).saturating_sub(ONE >> 1);
    let exponent = mul(liquid.steepness.saturating_neg(), centred);
    let logistic = div(ONE, ONE.saturating_add(exp(exponent)));
    let rate = low.saturating_add(mul(logistic, high.saturating_sub(low)));
    rate.max(low).min(high)
}

/// e to a power between -20 and 20, beyond which it stays, by its power series.
fn exp(power: Fixed) -> Fixed {
    let limit = ONE.saturating_mul(20);
    let size = power.min(limit).max(limit.saturating_neg()).saturating_abs();
    let (mut sum, mut term) = (ONE.saturating_add(size), size);
    for i in 2..128 {
        term = div(mul(term, size), ONE.saturating_mul(i));
        if term == 0 {
            break;
        }
        sum = sum.saturating_add(term);
    }
    if power < 0 {
        div(ONE, sum)
    } else {
        sum
    }
}

/// How fast bonds follow weights.
fn bond_rate(params: &Params) -> Fixed {
    let keep = (u128::from(params.bonds_moving_average) << FRACTION) / 1_000_000;
    ONE.saturating_sub(Fixed::try_from(keep).unwrap_or(ONE)).max(0)
}

/// Bonds in neurons that were there at the last epoch.
fn old_bonds(input: &Input, value: impl Fn(u16) -> Fixed) -> Matrix {
    let n = input.neurons.len();
    let from = input.params.bonds_from;
    input
        .bonds
        .iter()
        .map(|row| {
            dense(row, n, |j, bond| {
                let known = input.neurons.get(j).is_some_and(|to| from > to.registered_at);
                if known {
                    value(bond)
                } else {
                    0
                }
            })
        })
        .collect()
}

// Fixed point.

fn mul(a: Fixed, b: Fixed) -> Fixed {
    // Shares fit 32 bits: then 64 are enough, and much faster than 128 in wasm.
    if let (Ok(a), Ok(b)) = (u32::try_from(a), u32::try_from(b)) {
        return (u64::from(a).saturating_mul(u64::from(b)) >> FRACTION) as Fixed;
    }
    saturate((i128::from(a).saturating_mul(i128::from(b))) >> FRACTION)
}

fn div(a: Fixed, b: Fixed) -> Fixed {
    if let (Ok(a), Ok(b)) = (u32::try_from(a), u64::try_from(b)) {
        let quotient = (u64::from(a) << FRACTION).checked_div(b).unwrap_or(0);
        return Fixed::try_from(quotient).unwrap_or(Fixed::MAX);
    }
    saturate((i128::from(a) << FRACTION).checked_div(i128::from(b)).unwrap_or(0))
}

fn saturate(value: i128) -> Fixed {
    Fixed::try_from(value).unwrap_or(if value < 0 { Fixed::MIN } else { Fixed::MAX })
}

/// A share of 65535.
fn proportion(value: u16) -> Fixed {
    div(Fixed::from(value), Fixed::from(u16::MAX))
}

/// A share as part of 65535, rounded down.
fn cut_to_u16(value: Fixed) -> u16 {
    u16::try_from(value.max(0).saturating_mul(Fixed::from(u16::MAX)) >> FRACTION).unwrap_or(u16::MAX)
}

fn to_u16(values: &[Fixed]) -> Vec<u16> {
    values.iter().map(|value| cut_to_u16(*value)).collect()
}

/// A share of an amount, rounded down.
fn amount(share: Fixed, rao: u64) -> u64 {
    let share = u128::from(share.max(0).unsigned_abs());
    u64::try_from(share.saturating_mul(u128::from(rao)) >> FRACTION).unwrap_or(u64::MAX)
}

// Vectors and matrices.

fn get(values: &[Fixed], place: usize) -> Fixed {
    values.get(place).copied().unwrap_or(0)
}

fn get2(matrix: &Matrix, i: usize, j: usize) -> Fixed {
    matrix.get(i).map_or(0, |row| get(row, j))
}

fn sum(values: &[Fixed]) -> Fixed {
    values.iter().copied().fold(0, Fixed::saturating_add)
}

fn dot(a: &[Fixed], b: &[Fixed]) -> Fixed {
    a.iter().zip(b).fold(0, |sum, (a, b)| sum.saturating_add(mul(*a, *b)))
}

/// Divides by the sum; all zeros stay.
fn normalize(values: &mut [Fixed]) {
    let total = sum(values);
    for value in values {
        *value = div(*value, total);
    }
}

fn normalize_columns(matrix: &mut Matrix, n: usize) {
    let mut totals = vec![0; n];
    for row in matrix.iter() {
        for (total, value) in totals.iter_mut().zip(row) {
            *total = Fixed::saturating_add(*total, *value);
        }
    }
    for row in matrix {
        for (value, total) in row.iter_mut().zip(&totals) {
            *value = div(*value, *total);
        }
    }
}

/// For each column the sum of its values, each times its row's factor.
fn weighted_column_sums(matrix: &Matrix, factors: &[Fixed], n: usize) -> Vec<Fixed> {
    let mut sums = vec![0; n];
    for (row, factor) in matrix.iter().zip(factors) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum = Fixed::saturating_add(*sum, mul(*factor, *value));
        }
    }
    sums
}

/// A matrix of the same shape, each value made from its row, column and old value.
fn map2(matrix: &Matrix, value: impl Fn(usize, usize, Fixed) -> Fixed) -> Matrix {
    let map_row = |(i, row): (usize, &Vec<Fixed>)| row.iter().enumerate().map(|(j, old)| value(i, j, *old)).collect();
    matrix.iter().enumerate().map(map_row).collect()
}

/// Two matrices made one, value by value.
fn merge(a: &Matrix, b: &Matrix, n: usize, value: impl Fn(Fixed, Fixed) -> Fixed) -> Matrix {
    a.iter()
        .zip(b)
        .map(|(a, b)| {
            if a.is_empty() && b.is_empty() {
                return vec![];
            }
            (0..n).map(|j| value(get(a, j), get(b, j))).collect()
        })
        .collect()
}

/// A list of places and values as a full row; empty when no value is above zero. Places beyond `n` do not count.
fn dense(row: &[(u16, u16)], n: usize, value: impl Fn(usize, u16) -> Fixed) -> Vec<Fixed> {
    let mut full = vec![0; n];
    let mut any = false;
    for (place, raw) in row {
        let place = usize::from(*place);
        if let Some(slot) = full.get_mut(place) {
            *slot = value(place, *raw);
            any |= *slot > 0;
        }
    }
    if any {
        full
    } else {
        vec![]
    }
}

/// A full row as places and values, of 65535, without zeros.
fn sparse(row: &[Fixed]) -> Vec<(u16, u16)> {
    (0u16..).zip(to_u16(row)).filter(|(_, value)| *value > 0).collect()
}
