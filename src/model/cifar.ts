import * as tf from '@tensorflow/tfjs-core';
import { BittensorError } from '../base/index.js';
import { type ClassifierConfig, ClassifierSynapse, classifierDefaults } from './classifier.js';
import { normals, random } from './compute/random.js';
import { CIFAR_DEVIATION, CIFAR_MEAN } from './data/procedural.js';
import type { ModelErrorCode } from './errors.js';
import { batchNorm, batchNormByAverages, followStatistics } from './layers/batch-norm.js';
import { groupedConvolution } from './layers/convolution.js';
import { joinPaths } from './layers/dual-path.js';
import type { StudentNotes, TrainingStep } from './synapse.js';

/** Sizes of a dual path network. */
export interface DualPathLayout {
  /** Channels of the first convolution. */
  stem: number;
  /** Groups of each 3x3 convolution. */
  groups: number;
  stages: readonly DualPathStage[];
}

export interface DualPathStage {
  /** Channels between the 1x1 convolutions of a block. */
  inner: number;
  /** Channels that blocks add to (the residual path). */
  residual: number;
  /** Channels that each block appends (the dense path). */
  dense: number;
  blocks: number;
  /** Of the first block. */
  stride: number;
}

export const dualPathLayouts = {
  /** A fifth of a second a step of 32 images on wasm; most of DPN-26's time goes into its first stages, which this one makes narrow. */
  small: {
    stem: 16,
    groups: 8,
    stages: [
      { inner: 32, residual: 64, dense: 8, blocks: 1, stride: 2 },
      { inner: 64, residual: 128, dense: 16, blocks: 1, stride: 2 },
      { inner: 128, residual: 256, dense: 16, blocks: 1, stride: 2 },
    ],
  },
  /** DPN-26 as it is known for CIFAR-10. */
  dpn26: {
    stem: 64,
    groups: 32,
    stages: [
      { inner: 96, residual: 256, dense: 16, blocks: 2, stride: 1 },
      { inner: 192, residual: 512, dense: 32, blocks: 2, stride: 2 },
      { inner: 384, residual: 1024, dense: 24, blocks: 2, stride: 2 },
      { inner: 768, residual: 2048, dense: 128, blocks: 2, stride: 2 },
    ],
  },
} as const satisfies Record<string, DualPathLayout>;

export interface CifarConfig extends ClassifierConfig {
  layout: keyof typeof dualPathLayouts;
  /** Height and width of an image. */
  imageSize: number;
  /** Names of the classes, in order. */
  classNames: readonly string[];
}

export const cifarClasses = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const;

export const cifarDefaults: CifarConfig = {
  ...classifierDefaults,
  layout: 'small',
  imageSize: 32,
  classNames: cifarClasses,
};

const CHANNELS = 3;

/**
 * Small coloured images: student and main network see what a dual path network (Chen et al. 2017) makes of them. See
 * {@link ClassifierSynapse} for what comes after. Where the code of October 2020 was broken: its joiner ignored the network's answer, here
 * the main network reads it; it took the log-softmax over 256 hidden units, here over the ten classes; its learning rate fell tenfold
 * every three batches, here a schedule goes by epochs; its student was a second trunk, here both see through one.
 */
export class CifarSynapse extends ClassifierSynapse<CifarConfig> {
  readonly layout: DualPathLayout;

  constructor(config: Partial<CifarConfig> = {}) {
    super('cifar', { ...cifarDefaults, ...config });
    this.layout = layoutOf(this.config.layout);
    this.makeLayers(this.makeTrunk());
  }

  protected get imageShape(): readonly number[] {
    const { imageSize } = this.config;
    return [imageSize, imageSize, CHANNELS];
  }

  override studentNotes(): StudentNotes {
    const { imageSize, classNames } = this.config;
    const size = { height: imageSize, width: imageSize, channels: CHANNELS };
    return { classes: classNames, preprocessing: { ...size, mean: CIFAR_MEAN, deviation: CIFAR_DEVIATION } };
  }

  /** The trunk: [rows, 32, 32, 3] -> [rows, width], 288 wide with the small layout, 2,432 with DPN-26. */
  protected see(x: tf.Tensor, training?: TrainingStep): tf.Tensor2D {
    let paths = this.convolve('stem', x, { stride: 1, relu: true, training }); // [rows, 32, 32, stem]
    for (const [s, stage] of this.layout.stages.entries()) {
      for (let block = 0; block < stage.blocks; block++) {
        paths = this.block(`stage${s + 1}.${block}`, paths, stage, block === 0, training);
      }
    }
    return tf.mean(paths, [1, 2]) as tf.Tensor2D;
  }

  /**
   * A bottleneck whose result is added to the first channels and appended to the others. The first block of a stage brings what it got to
   * the stage's size. [rows, h, w, before] -> [rows, h / stride, w / stride, residual + (block + 2) * dense]
   */
  private block(
    name: string,
    paths: tf.Tensor,
    { residual, stride }: DualPathStage,
    first: boolean,
    training: TrainingStep | undefined,
  ): tf.Tensor {
    const by = first ? stride : 1;
    const narrow = this.convolve(`${name}.conv1`, paths, { stride: 1, relu: true, training }); // [rows, h, w, inner]
    const groups = this.layout.groups;
    const seen = this.convolve(`${name}.conv2`, narrow, { stride: by, groups, relu: true, training }); // [rows, h', w', inner]
    const change = this.convolve(`${name}.conv3`, seen, { stride: 1, training }); // [rows, h', w', residual + dense]
    const kept = first ? this.convolve(`${name}.shortcut`, paths, { stride, training }) : paths; // [rows, h', w', residual + ...]
    return joinPaths(kept, change, residual);
  }

  /** A convolution and its normalisation: while training by this batch, whose statistics the running averages follow, otherwise by those. */
  private convolve(
    name: string,
    x: tf.Tensor,
    options: { stride: number; groups?: number; relu?: boolean; training: TrainingStep | undefined },
  ): tf.Tensor {
    const { stride, groups = 1, relu = false, training } = options;
    const raw = groupedConvolution(x, this.variables.get(`${name}.weight`)!, groups, stride);
    const [gamma, beta] = [this.variables.get(`${name}.gamma`)!, this.variables.get(`${name}.beta`)!];
    const averages = { mean: this.averages.get(`${name}.mean`)!, variance: this.averages.get(`${name}.variance`)! };
    if (!training) return batchNormByAverages(raw, { gamma, beta, ...averages }, { relu });
    const { y, mean, variance } = batchNorm(raw, gamma, beta, { relu });
    followStatistics(averages, { mean, variance }, raw.size / mean.size);
    return y;
  }

  /** Makes the parameters of the trunk and returns how wide what it sees is. */
  private makeTrunk(): number {
    const { stem, groups, stages } = this.layout;
    this.makeConvolution('stem', 3, CHANNELS, stem);
    let channels = stem;
    for (const [s, { inner, residual, dense, blocks }] of stages.entries()) {
      for (let block = 0; block < blocks; block++) {
        const name = `stage${s + 1}.${block}`;
        this.makeConvolution(`${name}.conv1`, 1, channels, inner);
        this.makeConvolution(`${name}.conv2`, 3, inner / groups, inner);
        this.makeConvolution(`${name}.conv3`, 1, inner, residual + dense);
        if (block === 0) this.makeConvolution(`${name}.shortcut`, 1, channels, residual + dense);
        channels = residual + (block + 2) * dense;
      }
    }
    return channels;
  }

  /** He's initialisation; a convolution needs no bias before a normalisation. */
  private makeConvolution(name: string, size: number, channels: number, outputs: number): void {
    const fanIn = size * size * channels;
    const values = normals(fanIn * outputs, Math.sqrt(2 / fanIn), random(this.config.seed, this.name, name));
    this.parameter(`${name}.weight`, [size, size, channels, outputs], values);
    this.parameter(`${name}.gamma`, [outputs], new Float32Array(outputs).fill(1));
    this.parameter(`${name}.beta`, [outputs], new Float32Array(outputs));
    this.average(`${name}.mean`, outputs, 0);
    this.average(`${name}.variance`, outputs, 1);
  }
}

function layoutOf(name: string): DualPathLayout {
  if (Object.hasOwn(dualPathLayouts, name)) return dualPathLayouts[name as keyof typeof dualPathLayouts];
  const text = `there is no layout '${name}' of a dual path network (there are: ${Object.keys(dualPathLayouts).join(', ')})`;
  throw new BittensorError<ModelErrorCode>('unknown_model', text, { data: { name } });
}
