import {
  contributions,
  type Dataset,
  type Gain,
  type ModelForms,
  NETWORK_DIM,
  normaliseRows,
  type Places,
  type PlainBatch,
  type PlainTensor,
  permutation,
  type Random,
} from '../../model/index.js';

/** Held-out rows that are kept in memory; more would teach nothing new about a peer. */
const MOST_ROWS = 4_096;
/** Places of one question that are judged: of text, a part of its tokens. */
const MOST_PLACES = 128;
/** Random orders in which peers come when each one's share is found, walked both ways. */
const PAIRS = 2;

/** A question and what is right about it, which stays here. */
export interface Question {
  readonly inputs: PlainTensor;
  readonly places: Places;
}

/** Held-out rows in an order that nobody else knows: every row is asked once before one is asked again. */
export class Questions {
  private readonly batches: PlainBatch[] = [];
  private readonly index: (readonly [batch: number, row: number])[] = [];
  private readonly prior: Float64Array;
  private order: Uint32Array = new Uint32Array();
  private next = 0;

  constructor(
    dataset: Pick<Dataset, 'test'>,
    private readonly classes: number,
    private readonly source: Random,
    rowsAtOnce = 250,
  ) {
    for (const batch of dataset.test(rowsAtOnce)) {
      const b = this.batches.push(batch) - 1;
      for (let row = 0; row < batch.inputs.shape[0]!; row++) this.index.push([b, row]);
      if (this.index.length >= MOST_ROWS) break;
    }
    if (this.index.length === 0) throw new RangeError('the data has no test rows to ask about');
    this.prior = priorOf(this.batches, classes);
  }

  get rows(): number {
    return this.index.length;
  }

  /** What a model takes and gives that can answer. */
  get forms(): ModelForms {
    const { dtype, shape } = this.batches[0]!.inputs;
    const isText = dtype === 'int32';
    const inputs = isText
      ? { modality: 'text' as const, dtype: 'int64' as const, shape: [-1, -1] }
      : { modality: 'image' as const, dtype: 'float32' as const, shape: [-1, ...shape.slice(1)] };
    const answer = isText ? [-1, -1, NETWORK_DIM] : [-1, NETWORK_DIM];
    return { inputs: [inputs], outputs: [{ modality: 'tensor', dtype: 'float32', shape: answer }] };
  }

  ask(rows: number): Question {
    const chosen = Array.from({ length: Math.min(rows, this.rows) }, () => this.draw());
    const [first] = this.batches;
    const shape = first!.inputs.shape.slice(1);
    const width = shape.reduce((product, size) => product * size, 1);
    const data =
      first!.inputs.dtype === 'int32' ? new Int32Array(chosen.length * width) : new Float32Array(chosen.length * width);
    for (const [i, [b, row]] of chosen.entries()) {
      data.set(this.batches[b]!.inputs.data.subarray(row * width, (row + 1) * width), i * width);
    }
    const places = chosen.flatMap(([b, row], i) => this.placesOf(this.batches[b]!, row, i));
    const some = places.length <= MOST_PLACES ? places : this.some(places, MOST_PLACES);
    return {
      inputs: { dtype: first!.inputs.dtype, shape: [chosen.length, ...shape], data } as PlainTensor,
      places: {
        rows: some.map(place => place.at),
        labels: some.map(place => place.label),
        classes: this.classes,
        prior: this.prior,
      },
    };
  }

  /** What each answer added. Answers have been checked for their shape. */
  judge({ places }: Question, answers: readonly Float32Array[]): Gain[] {
    const normal = answers.map(answer => normaliseRows(answer, NETWORK_DIM).value);
    return contributions(normal, NETWORK_DIM, places, { source: this.source, pairs: PAIRS });
  }

  /** Where in answer `i`, to this row, it is known what is right: of an image once, of text at its tokens. */
  private placesOf({ inputs, targets }: PlainBatch, row: number, i: number): { at: number; label: number }[] {
    const { data } = targets.labels!;
    const each = data.length / inputs.shape[0]!;
    return Array.from({ length: each }, (_, t) => ({ at: i * each + t, label: Number(data[row * each + t]) })).filter(
      ({ label }) => label >= 0 && label < this.classes,
    );
  }

  private draw(): readonly [batch: number, row: number] {
    if (this.next >= this.order.length) {
      this.order = permutation(this.index.length, this.source);
      this.next = 0;
    }
    return this.index[this.order[this.next++]!]!;
  }

  private some<T>(all: readonly T[], count: number): T[] {
    return Array.from(permutation(all.length, this.source).subarray(0, count), i => all[i]!);
  }
}

/** How frequent classes are, with one of each added. */
function priorOf(batches: readonly PlainBatch[], classes: number): Float64Array {
  const counts = new Float64Array(classes).fill(1);
  for (const { targets } of batches) {
    for (const label of targets.labels!.data) if (Number(label) >= 0) counts[Number(label)]! += 1;
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map(count => count / total);
}
