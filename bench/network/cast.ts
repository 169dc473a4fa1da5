/** What a miner is worth, in words. */
export type MinerKind = 'good' | 'weak' | 'lazy' | 'dead' | 'lying';

/** What a bad miner does instead of its work; `bad-miner.ts` does it. */
export type Mischief =
  /** Answers zeros. */
  | 'zeros'
  /** Answers the same to everything. */
  | 'constant'
  /** Its port takes connections and says nothing. */
  | 'silent'
  /** Its axon greets, and its handler never answers. */
  | 'hanging'
  /** A good model's scores with each class named as the next one: of ordinary norm, and wrong. */
  | 'permuted'
  /** A good model's answers to the other rows of the request. */
  | 'shuffled';

export interface MinerPart {
  readonly name: string;
  readonly kind: MinerKind;
  /** How its model was trained, on how many digits and for how many steps of 64; of a liar: whose answers it twists. */
  readonly training?: { readonly digits: number; readonly steps: number };
  readonly mischief?: Mischief;
}

export interface Cast {
  readonly validators: readonly string[];
  readonly miners: readonly MinerPart[];
}

const best = { digits: 2600, steps: 300 };

/** Three validators and twelve miners. */
export const wholeCast: Cast = {
  validators: ['validator-1', 'validator-2', 'validator-3'],
  miners: [
    { name: 'good-1', kind: 'good', training: best },
    { name: 'good-2', kind: 'good', training: { digits: 1000, steps: 160 } },
    { name: 'good-3', kind: 'good', training: { digits: 500, steps: 90 } },
    { name: 'good-4', kind: 'good', training: { digits: 250, steps: 60 } },
    { name: 'weak-1', kind: 'weak', training: { digits: 100, steps: 30 } },
    { name: 'weak-2', kind: 'weak', training: { digits: 50, steps: 12 } },
    { name: 'lazy-1', kind: 'lazy', mischief: 'zeros' },
    { name: 'lazy-2', kind: 'lazy', mischief: 'constant' },
    { name: 'dead-1', kind: 'dead', mischief: 'silent' },
    { name: 'dead-2', kind: 'dead', mischief: 'hanging' },
    { name: 'lying-1', kind: 'lying', mischief: 'permuted', training: best },
    { name: 'lying-2', kind: 'lying', mischief: 'shuffled', training: best },
  ],
};

/** Two validators and six miners of all kinds. */
export const smallCast: Cast = {
  validators: ['validator-1', 'validator-2'],
  miners: ['good-1', 'good-3', 'weak-1', 'lazy-2', 'dead-2', 'lying-1'].map(
    name => wholeCast.miners.find(miner => miner.name === name)!,
  ),
};
