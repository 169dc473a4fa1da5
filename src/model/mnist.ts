import type * as tf from '@tensorflow/tfjs-core';
import { type ClassifierConfig, ClassifierSynapse, classifierDefaults } from './classifier.js';
import { digitPreprocessing } from './data/digits.js';
import type { StudentNotes } from './synapse.js';

export interface MnistConfig extends ClassifierConfig {
  /** Pixels of an image: 28 x 28. */
  inputDim: number;
}

export const mnistDefaults: MnistConfig = { ...classifierDefaults, inputDim: 784 };

/** Handwritten digits: student and main network see the pixels themselves. See {@link ClassifierSynapse}. */
export class MnistSynapse extends ClassifierSynapse<MnistConfig> {
  constructor(config: Partial<MnistConfig> = {}) {
    super('mnist', { ...mnistDefaults, ...config });
    this.makeLayers(this.config.inputDim);
  }

  protected get imageShape(): readonly number[] {
    return [this.config.inputDim];
  }

  /** [rows, 784] */
  protected see(x: tf.Tensor): tf.Tensor2D {
    return x as tf.Tensor2D;
  }

  override studentNotes(): StudentNotes {
    const classes = Array.from({ length: this.config.classes }, (_, digit) => String(digit));
    return { classes, preprocessing: digitPreprocessing };
  }
}
