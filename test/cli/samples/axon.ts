import { Axon } from '../../../src/net/index.js';
import { keypairFromUri } from '../../../src/wallet/index.js';
import type { Samples } from './sample.js';

/** An axon that the samples ask; it ends with the test's process. */
let port = 0;
const signer = () => keypairFromUri('//CliTest//axon');

async function serve(): Promise<void> {
  if (port > 0) return;
  const axon = new Axon({ signer: signer(), host: '127.0.0.1' });
  const definition = { inputs: [{ modality: 'image', dtype: 'float32', shape: [-1, 784] }] } as const;
  axon.attach({ forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }), definition });
  port = await axon.start();
}

export const axonSamples: Samples = {
  'axon describe': {
    before: serve,
    success: () => [`axon describe 127.0.0.1:${port}`, `axon describe ${port} --hotkey ${signer().address}`],
    failure: () => [
      'axon describe',
      'axon describe nowhere',
      'axon describe 127.0.0.1:1 --timeout_ms 500',
      `axon describe ${port} --hotkey ${keypairFromUri('//CliTest//other').address}`,
    ],
  },
  'axon probe': {
    before: serve,
    success: () => [
      `axon probe 127.0.0.1:${port} --axon.port ${port} --hotkey ${signer().address}`,
      `axon probe 127.0.0.1:1 127.0.0.1:${port} --axon.port ${port} --hotkey ${signer().address}`,
    ],
    failure: () => ['axon probe', `axon probe 127.0.0.1:${port}`, 'axon probe 127.0.0.1:1 --axon.port 1 --hotkey x'],
  },
};
