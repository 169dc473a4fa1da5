import { type Random, random } from '../compute/random.js';
import { type Augmentation, type ImageRows, imageDataset } from './images.js';
import type { RowChoice } from './row-order.js';
import type { Dataset } from './source.js';

/** The ten classes, in order. */
export const proceduralClasses = [
  'disc',
  'ring',
  'square',
  'frame',
  'triangle',
  'plus',
  'lying stripes',
  'standing stripes',
  'chequers',
  'dots',
] as const;

/** Shown in every output, so that nobody takes them for CIFAR-10. */
export const PROCEDURAL_NAME = 'procedural images (not CIFAR-10)';

/** Height and width in pixels. */
const SIZE = 32;
const PIXELS = SIZE * SIZE * 3;
const [TRAINING, TEST] = [8000, 2000];
/** The images are the same for everybody, always. */
const SEED = 1004;
/** Mean and deviation of CIFAR-10's channels, which models of such images expect. */
export const CIFAR_MEAN = [0.4914, 0.4822, 0.4465];
export const CIFAR_DEVIATION = [0.247, 0.2435, 0.2616];

/**
 * Ten kinds of figures, 32 x 32 x 3, in any colours, places, sizes and turns, with noise: what stands in for CIFAR-10, which no package
 * brings. A pixel alone says nothing about the class. 8,000 to train and 2,000 to test, made when they are first needed.
 */
export function proceduralDataset(options: RowChoice & Augmentation = {}): Dataset {
  return imageDataset({
    ...options,
    name: PROCEDURAL_NAME,
    training: proceduralImages('training', TRAINING),
    test: proceduralImages('test', TEST),
    shape: [SIZE, SIZE, 3],
    mean: CIFAR_MEAN,
    deviation: CIFAR_DEVIATION,
  });
}

function proceduralImages(part: 'training' | 'test', count: number): ImageRows {
  const made: (Uint8Array | undefined)[] = new Array(count);
  return {
    count,
    size: [SIZE, SIZE, 3],
    bytes: count * (PIXELS + 1),
    read(row, into) {
      made[row] ??= drawImage(row % 10, random(SEED, part, row));
      into.set(made[row]);
      return row % 10;
    },
    close() {},
  };
}

/** True inside the figure; `u` to the right and `v` down, 1 at its edge. */
type Figure = (u: number, v: number) => boolean;

const edge = (u: number, v: number) => Math.max(Math.abs(u), Math.abs(v));
const even = (x: number) => Math.floor(x) % 2 === 0;
const FIGURES: readonly Figure[] = [
  (u, v) => u * u + v * v < 1,
  (u, v) => u * u + v * v < 1 && u * u + v * v > 0.36,
  (u, v) => edge(u, v) < 0.88,
  (u, v) => edge(u, v) < 0.88 && edge(u, v) > 0.52,
  (u, v) => v < 0.75 && v > 2 * Math.abs(u) - 1,
  (u, v) => edge(u, v) < 1 && Math.min(Math.abs(u), Math.abs(v)) < 0.3,
  (_, v) => even(2.2 * v + 100),
  u => even(2.2 * u + 100),
  (u, v) => even(2.2 * u + 100) === even(2.2 * v + 100),
  (u, v) => {
    const [x, y] = [((u + 100) % 0.8) - 0.4, ((v + 100) % 0.8) - 0.4];
    return x * x + y * y < 0.06;
  },
];

/** One image of a class: a figure of one colour on a ground that fades, turned by up to 20 degrees, and noise. */
function drawImage(label: number, source: Random): Uint8Array {
  const between = (low: number, high: number) => low + (high - low) * source.uniform();
  const [x, y, radius] = [between(11, 21), between(11, 21), between(6.5, 11)];
  const turn = between(-0.35, 0.35);
  const [cos, sin] = [Math.cos(turn) / radius, Math.sin(turn) / radius];
  const [figure, ground] = twoColours(source);
  const fade = [between(-1.5, 1.5), between(-1.5, 1.5)] as const;
  const inside = FIGURES[label]!;
  const image = new Uint8Array(PIXELS);
  for (let row = 0, i = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      const [dx, dy] = [column - x, row - y];
      const colour = inside(cos * dx + sin * dy, cos * dy - sin * dx) ? figure : ground;
      const shade = fade[0] * (column - 16) + fade[1] * (row - 16);
      for (let c = 0; c < 3; c++) image[i++] = clamp(colour[c]! + shade + between(-30, 30));
    }
  }
  return image;
}

/** Two colours that differ enough to be seen, either one the lighter. */
function twoColours(source: Random): [number[], number[]] {
  for (;;) {
    const [a, b] = [0, 1].map(() => Array.from({ length: 3 }, () => 30 + 195 * source.uniform())) as [
      number[],
      number[],
    ];
    if (Math.hypot(...a.map((value, c) => value - b[c]!)) > 90) return [a, b];
  }
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
