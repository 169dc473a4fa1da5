import { mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

// What needs native TensorFlow or WebGPU; scripts/native-check.sh installs them into a copy and runs it there.
const { exclude: _, ...test } = base.test!;
export default mergeConfig(
  {
    test: {
      ...test,
      include: ['test/native/**/*.test.ts', 'test/model/compute/wasm-kernels.test.ts'],
      testTimeout: 600_000,
    },
  },
  {},
);
