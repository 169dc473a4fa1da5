import { join } from 'node:path';
import type { CliOnChain } from '../on-chain.js';
import type { Samples } from './sample.js';

const file = (chain: CliOnChain) => `--config ${join(chain.folder, 'configuration.yaml')}`;

export const configSamples: Samples = {
  'config set': {
    success: chain => [`config set wallet_name alice ${file(chain)}`, `config set netuid 3 ${file(chain)}`],
    failure: chain => [`config set nothing 1 ${file(chain)}`, `config set netuid many ${file(chain)}`],
  },
  'config get': {
    success: chain => [
      `config get wallet.name ${file(chain)}`,
      `config get netuid ${file(chain)}`,
      `config get seed ${file(chain)}`,
      { line: `config get train ${file(chain)}`, env: { BT_TRAIN: 'no' } },
    ],
    failure: chain => [`config get nothing ${file(chain)}`, `config get netuid --config ${chain.folder}/missing.yaml`],
  },
  'config path': {
    success: chain => ['config path', `config path ${file(chain)}`],
    failure: () => ['config path of'],
  },
  'config explain': {
    success: chain => [`config explain ${file(chain)}`, `config explain netuid ${file(chain)}`],
    failure: chain => [
      `config explain nothing ${file(chain)}`,
      { line: `config explain netuid ${file(chain)}`, env: { BT_NETUID: '-1' } },
    ],
  },
};
