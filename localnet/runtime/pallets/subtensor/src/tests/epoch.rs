//! Consensus, without a chain.

use crate::epoch::{run, Input, Liquid, Neuron, Output, Params};

fn params() -> Params {
    Params {
        block: 100,
        bonds_from: 50,
        yuma3: false,
        kappa: 32_767,
        bonds_penalty: 65_535,
        bonds_moving_average: 900_000,
        max_validators: 64,
        activity_cutoff: 5_000,
        rao_emission: 1_000_000_000,
        liquid: None,
    }
}

/// Neurons that registered in block 0, set weights in block 60, and have permits.
fn neurons(stakes: &[u64]) -> Vec<Neuron> {
    let one = |stake: &u64| Neuron { stake: *stake, last_update: 60, permit: true, ..Default::default() };
    stakes.iter().map(one).collect()
}

fn input(stakes: &[u64], weights: &[&[(u16, u16)]]) -> Input {
    let mut weights: Vec<_> = weights.iter().map(|row| row.to_vec()).collect();
    weights.resize(stakes.len(), vec![]);
    Input { params: params(), neurons: neurons(stakes), weights, bonds: vec![vec![]; stakes.len()] }
}

fn column(output: &Output, j: u16) -> Vec<u16> {
    let value = |row: &Vec<(u16, u16)>| row.iter().find(|(to, _)| *to == j).map_or(0, |(_, value)| *value);
    output.bonds[..4].iter().map(value).collect()
}

/// The public chain's published case `test_bonds`: four validators, four servers, seven epochs.
#[test]
fn the_published_bonds_case_to_the_last_integer() {
    let all: &[(u16, u16)] = &[(4, 16_383), (5, 32_767), (6, 49_149), (7, 65_535)];
    let mut state = input(&[1, 2, 3, 4, 0, 0, 0, 0], &[all, all, all, all]);
    let mut epoch = |change: Option<(usize, u16)>| {
        if let Some((who, whom)) = change {
            state.weights[who] = vec![(whom, 65_535)];
        }
        let output = run(&state);
        state.bonds = output.bonds.clone();
        output
    };
    let servers = [49_998_779, 100_000_610, 149_996_337, 200_004_272];

    let output = epoch(None);
    assert_eq!(output.emission[..4], [49_999_998, 99_999_999, 150_000_000, 200_000_001]);
    assert_eq!(output.emission[4..], servers);
    assert_eq!(column(&output, 4), [16_383, 32_767, 49_151, 65_535]);

    let output = epoch(Some((0, 0)));
    assert_eq!(output.emission[..4], [44_998_351, 101_110_561, 151_667_215, 202_223_870]);
    assert_eq!(output.emission[4..], servers);
    assert_eq!(column(&output, 4), [14_582, 32_767, 49_151, 65_535]);

    let output = epoch(Some((1, 1)));
    assert_eq!(output.emission[..4], [40_496_805, 90_999_783, 157_929_636, 210_573_773]);
    assert_eq!(output.emission[4..], servers);
    assert_eq!(column(&output, 4), [12_603, 28_321, 49_151, 65_535]);

    let output = epoch(Some((2, 2)));
    assert_eq!(output.emission, [99_999_999, 199_999_999, 299_999_999, 399_999_999, 0, 0, 0, 0]);
    assert_eq!(output.incentive, [0; 8]);
    assert_eq!(output.dividends, [0; 8]);
    assert_eq!(column(&output, 7), [12_602, 28_320, 49_150, 65_535]);

    let output = epoch(Some((2, 7)));
    assert_eq!(output.emission, [36_443_733, 81_898_628, 163_565_493, 218_092_144, 0, 0, 0, 500_000_000]);
    assert_eq!(column(&output, 7), [10_951, 24_609, 49_150, 65_535]);

    let output = epoch(None);
    assert_eq!(output.emission, [32_799_427, 73_706_612, 168_638_129, 224_855_830, 0, 0, 0, 500_000_000]);
    assert_eq!(column(&output, 7), [9_559, 21_482, 49_150, 65_535]);

    let output = epoch(None);
    assert_eq!(output.emission, [29_518_068, 66_336_137, 173_203_134, 230_942_659, 0, 0, 0, 500_000_000]);
    assert_eq!(column(&output, 7), [8_376, 18_824, 49_150, 65_535]);
}

#[test]
fn yuma_3_bonds_follow_weights_slowly_and_stop_at_one() {
    let mut state = input(&[10, 10, 0, 0], &[&[(2, 1), (3, 1)], &[(2, 1), (3, 1)]]);
    state.params.yuma3 = true;
    let mut last = 0;
    for epoch in 1..=60 {
        let output = run(&state);
        let bond = output.bonds[0][0].1;
        // After k epochs 1 - 0.9^k of the weight, which is a half.
        let expected = 32_767.5 * (1.0 - 0.9f64.powi(epoch));
        // Each epoch cuts the stored bond down to an integer, and nine tenths of that stay.
        assert!((f64::from(bond) - expected).abs() < 12.0, "{epoch}: {bond} {expected}");
        assert!(bond >= last);
        assert_eq!(output.dividends, [32_767, 32_767, 0, 0]);
        last = bond;
        state.bonds = output.bonds;
    }
}

#[test]
fn yuma_3_dividends_go_by_stake_and_bonds() {
    let mut state = input(&[30, 10, 0], &[&[(2, 1)], &[(2, 1)]]);
    state.params.yuma3 = true;
    let output = run(&state);
    assert_eq!(output.dividends, [49_151, 16_383, 0]);
    // An early bond earns more than a new one.
    state.bonds = vec![vec![(2, 60_000)], vec![], vec![]];
    let output = run(&state);
    assert!(output.dividends[0] > 60_000, "{:?}", output.dividends);
}

#[test]
fn consensus_is_what_more_than_half_of_the_stake_says() {
    let output = run(&input(&[49, 51, 0, 0], &[&[(2, 1)], &[(3, 1)]]));
    assert_eq!(output.consensus, [0, 0, 0, 65_535]);
    assert_eq!(output.incentive, [0, 0, 0, 65_535]);
    assert_eq!(output.validator_trust, [0, 65_535, 0, 0]);
    assert_eq!(output.trust, [0, 0, 0, 65_535]);
}

#[test]
fn a_minority_cannot_lift_its_favourite() {
    // Both agree on uid 2; the smaller one says that uid 3 deserves nine times as much.
    let output = run(&input(&[70, 30, 0, 0], &[&[(2, 1)], &[(2, 1), (3, 9)]]));
    assert_eq!(output.incentive, [0, 0, 65_535, 0]);
}

#[test]
fn self_weight_counts_for_nobody_but_the_owner() {
    let weights: &[&[(u16, u16)]] = &[&[(0, 9), (1, 1)], &[(1, 1)]];
    let mut state = input(&[10, 0], weights);
    assert_eq!(run(&state).incentive, [0, 65_535]);
    state.neurons[0].owner = true;
    assert_eq!(run(&state).incentive, [58_981, 6_553]);
}

#[test]
fn weights_and_bonds_older_than_a_registration_are_void() {
    let mut state = input(&[10, 0, 0], &[&[(1, 1), (2, 1)]]);
    state.bonds[0] = vec![(1, 65_535), (2, 65_535)];
    state.neurons[1].registered_at = 60;
    let output = run(&state);
    assert_eq!(output.incentive, [0, 0, 65_535]);
    assert_eq!(output.bonds[0], [(2, 65_535)]);
    state.neurons[1].registered_at = 59;
    let output = run(&state);
    assert_eq!(output.incentive, [0, 32_767, 32_767]);
    // Registered after the last epoch: the weight counts, the old bond does not.
    assert_eq!(output.bonds[0].len(), 2);
}

#[test]
fn rows_without_permit_or_activity_do_not_count() {
    let weights: &[&[(u16, u16)]] = &[&[(2, 1)], &[(3, 1)]];
    let mut state = input(&[60, 40, 0, 0], weights);
    state.neurons[0].permit = false;
    assert_eq!(run(&state).incentive, [0, 0, 0, 65_535]);
    state.neurons[0].permit = true;
    state.neurons[0].last_update = 39;
    state.params.activity_cutoff = 60;
    let output = run(&state);
    assert_eq!(output.active, [false, true, true, true]);
    assert_eq!(output.incentive, [0, 0, 0, 65_535]);
    assert_eq!(output.stake_weight, [39_320, 26_213, 0, 0]);
    state.neurons[0].last_update = 40;
    assert!(run(&state).active[0]);
}

#[test]
fn permits_go_to_the_largest_stakes_and_to_the_owner() {
    let mut state = input(&[5, 0, 7, 7, 7], &[]);
    state.params.max_validators = 2;
    // On ties the higher uid.
    assert_eq!(run(&state).permits, [false, false, false, true, true]);
    state.neurons[1].owner = true;
    assert_eq!(run(&state).permits, [false, true, false, true, true]);
    state.params.max_validators = 99;
    state.neurons[1].owner = false;
    assert_eq!(run(&state).permits, [true, false, true, true, true]);
}

#[test]
fn when_nobody_is_ranked_stake_is_paid() {
    let output = run(&input(&[1, 3], &[]));
    assert_eq!(output.validator_emission, [250_000_000, 750_000_000]);
    assert_eq!(output.server_emission, [0, 0]);
    assert_eq!(output.emission, output.validator_emission);
    assert_eq!(output.pruning_scores, [21_844, 65_535]);
    // All inactive: then all stake counts.
    let mut state = input(&[1, 3], &[]);
    state.params.activity_cutoff = 1;
    assert_eq!(run(&state).emission, [250_000_000, 750_000_000]);
    // No stake at all: nobody is paid.
    assert_eq!(run(&input(&[0, 0], &[])).emission, [0, 0]);
    assert_eq!(run(&input(&[], &[])), Output::default());
}

/// A small generator of the tests' own, so that a failure names a seed that anyone can run.
pub(super) struct Random(pub u64);
impl Random {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }
    pub fn u64(&mut self) -> u64 {
        self.below(1 << 31) << 33 | self.below(1 << 31) << 2 | self.below(4)
    }
    fn row(&mut self, n: u64) -> Vec<(u16, u16)> {
        let density = self.below(5);
        let full: Vec<_> = (0..n as u16).map(|j| (j, self.below(65_536) as u16, self.below(4))).collect();
        full.into_iter().filter(|(_, _, die)| *die < density).map(|(j, value, _)| (j, value)).collect()
    }
    pub fn input(&mut self, n: u64, limit: impl Fn(&mut Self) -> u64) -> Input {
        let block = 1_000;
        Input {
            params: Params {
                block,
                bonds_from: 900,
                yuma3: self.below(2) == 0,
                kappa: self.below(65_536) as u16,
                bonds_penalty: self.below(65_536) as u16,
                bonds_moving_average: self.below(1_000_001),
                max_validators: self.below(n + 2) as u16,
                activity_cutoff: self.below(1_200),
                rao_emission: limit(self),
                liquid: (self.below(2) == 0).then(|| Liquid {
                    low: self.below(65_536) as u16,
                    high: self.below(65_536) as u16,
                    steepness: (self.below(65_536) as i64 - 32_768) as i16,
                }),
            },
            neurons: (0..n)
                .map(|_| Neuron {
                    stake: if self.below(3) == 0 { 0 } else { limit(self) },
                    last_update: self.below(block),
                    registered_at: self.below(block) / (1 + self.below(20)),
                    permit: self.below(3) > 0,
                    owner: self.below(20) == 0,
                    committed_at: (self.below(4) == 0).then(|| self.below(block)),
                })
                .collect(),
            weights: (0..n).map(|_| self.row(n)).collect(),
            bonds: (0..n).map(|_| self.row(n)).collect(),
        }
    }
}

#[test]
fn no_epoch_pays_more_than_there_is_whatever_the_input() {
    for seed in 0..600 {
        let mut random = Random(seed);
        let n = random.below(24);
        let state = random.input(n, |random| match random.below(3) {
            0 => random.below(10),
            1 => random.below(1 << 31) << 22,
            _ => random.u64(),
        });
        let output = run(&state);
        let servers: u128 = output.server_emission.iter().map(|rao| u128::from(*rao)).sum();
        let validators: u128 = output.validator_emission.iter().map(|rao| u128::from(*rao)).sum();
        let budget = u128::from(state.params.rao_emission);
        // Shares are cut to 32 bits: what each neuron may lose is 2^-32 of the budget, and a rao.
        let lost = n as u128 * 3 * ((budget >> 31) + 1);
        assert!(servers + validators <= budget, "seed {seed}");
        let anyone = output.emission.iter().any(|rao| *rao > 0);
        assert!(!anyone || servers + validators + lost >= budget, "seed {seed}: {servers} {validators} {budget}");
        for row in &output.bonds {
            assert!(row.iter().all(|(to, _)| u64::from(*to) < n), "seed {seed}");
        }
        let lists = [output.consensus.len(), output.incentive.len(), output.dividends.len(), output.permits.len()];
        assert!(lists.iter().all(|len| *len as u64 == n), "seed {seed}");
        let owners = state.neurons.iter().filter(|one| one.owner).count();
        let permits = output.permits.iter().filter(|permit| **permit).count();
        assert!(permits <= usize::from(state.params.max_validators) + owners, "seed {seed}");
    }
}

#[test]
fn whoever_has_which_uid_changes_nothing() {
    for seed in 0..300 {
        let mut random = Random(seed);
        let n = 2 + random.below(16) as usize;
        let mut state = random.input(n as u64, |random| random.below(1 << 31) << 20);
        // Equal stakes are told apart by uid at the last permit only, so all have room.
        state.params.max_validators = n as u16;
        let mut place: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            place.swap(i, random.below(i as u64 + 1) as usize);
        }
        let row = |row: &Vec<(u16, u16)>| -> Vec<(u16, u16)> {
            row.iter().map(|(to, value)| (place[usize::from(*to)] as u16, *value)).collect()
        };
        let mut moved = state.clone();
        for (from, to) in place.iter().enumerate() {
            moved.neurons[*to] = state.neurons[from].clone();
            moved.weights[*to] = row(&state.weights[from]);
            moved.bonds[*to] = row(&state.bonds[from]);
        }
        let (before, after) = (run(&state), run(&moved));
        for (from, to) in place.iter().enumerate() {
            assert_eq!(before.emission[from], after.emission[*to], "seed {seed}");
            assert_eq!(before.incentive[from], after.incentive[*to], "seed {seed}");
            assert_eq!(before.dividends[from], after.dividends[*to], "seed {seed}");
            assert_eq!(before.consensus[from], after.consensus[*to], "seed {seed}");
            assert_eq!(before.permits[from], after.permits[*to], "seed {seed}");
            let mut bonds = row(&before.bonds[from]);
            bonds.sort_unstable();
            assert_eq!(bonds, after.bonds[*to], "seed {seed}");
        }
    }
}

/// Two validators of equal stake, who agree on the first server and not on the second.
fn liquid_state(liquid: Option<Liquid>) -> Input {
    let mut state = input(&[1_000, 1_000, 0, 0], &[&[(2, 65_535), (3, 65_535)], &[(2, 65_535)]]);
    state.params.yuma3 = true;
    state.params.bonds_penalty = 0;
    // Consensus is what everybody agrees on: a half for server 2, nothing for server 3.
    state.params.kappa = 65_535;
    state.params.liquid = liquid;
    state
}

#[test]
fn liquid_alpha_moves_bonds_between_its_two_rates() {
    let bonds = |liquid| run(&liquid_state(liquid)).bonds;
    let liquid = |low, high, steepness| Some(Liquid { low, high, steepness });
    // One rate for all: a tenth of the weights, which are a half each, and one.
    assert_eq!(bonds(None), [vec![(2, 3_276), (3, 3_276)], vec![(2, 6_553)], vec![], vec![]]);
    // With both ends alike it is that rate, whatever the curve.
    let alike = bonds(liquid(32_768, 32_768, 1_000));
    assert_eq!(alike, [vec![(2, 16_383), (3, 16_383)], vec![(2, 32_767)], vec![], vec![]]);
    // Consensus on server 2 is a half, on server 3 nothing. A flat curve lies in the middle; on a steep one validator
    // 1, who is a half above consensus, sits in the middle, and validator 0 is in the middle on server 3 alone.
    let flat = bonds(liquid(0, 65_535, 0));
    assert_eq!(flat, [vec![(2, 16_383), (3, 16_383)], vec![(2, 32_767)], vec![], vec![]]);
    let steep = bonds(liquid(0, 65_535, 32_767));
    // A bond that is less than a 65535th is kept, as zero.
    assert_eq!(steep, [vec![(2, 0), (3, 16_383)], vec![(2, 32_767)], vec![], vec![]]);
    // The curve at its default: 1 / (1 + e^5) is 0.0066928, of a half that is 219 of 65535.
    let usual = bonds(liquid(0, 65_535, 1_000));
    assert_eq!(usual, [vec![(2, 219), (3, 16_383)], vec![(2, 32_767)], vec![], vec![]]);
}

#[test]
fn liquid_alpha_drops_bonds_without_a_new_weight() {
    let mut state = liquid_state(Some(Liquid { low: 0, high: 65_535, steepness: 1_000 }));
    state.bonds[1] = vec![(2, 60_000), (3, 60_000)];
    let bonds = run(&state).bonds;
    assert!(bonds[1].iter().all(|(to, _)| *to == 2), "{bonds:?}");
    state.params.liquid = None;
    assert!(run(&state).bonds[1].contains(&(3, 53_999)));
}

#[test]
fn a_commitment_older_than_a_registration_is_not_meant_for_it() {
    let mut state = input(&[1_000, 0], &[&[(1, 65_535)]]);
    state.neurons[1].registered_at = 50;
    state.neurons[0].committed_at = Some(50);
    assert_eq!(run(&state).incentive, [0, 65_535]);
    state.neurons[0].committed_at = Some(49);
    assert_eq!(run(&state).incentive, [0, 0]);
}
