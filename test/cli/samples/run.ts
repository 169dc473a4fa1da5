import { join } from 'node:path';
import type { CliOnChain } from '../on-chain.js';
import type { Samples } from './sample.js';

const data = (chain: CliOnChain) => join(chain.folder, 'node');
const saved = (chain: CliOnChain) => join(data(chain), 'slots', 'default', 'mnist.safetensors');

export const runSamples: Samples = {
  'run miner': {
    success: chain => [`run mnist -m 0 --steps 1 --labels 64 --device wasm --data ${data(chain)}`],
    failure: () => ['run nothing', 'run mnist --axon_port 99999', 'run -n alexnet'],
  },
  'run server': {
    success: chain => [`run server -m 0 -mp ${saved(chain)} --stop_after 1 --device wasm --data ${data(chain)}`],
    failure: chain => ['run server -m 0', `run server -m 0 -mp ${join(data(chain), 'nothing')}`],
  },
  'run validator': {
    // As on a local chain, it gets its keys, its TAO and its uid by itself; there is nobody to ask.
    success: chain => [`run validator --stop_after 2 --metrics.port off --data ${data(chain)}`],
    failure: () => ['run validator --validator.peers 0', 'run validator -m 0'],
  },
};
