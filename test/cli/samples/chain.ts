import { hideWeights } from '../on-chain.js';
import type { Samples } from './sample.js';

const NOBODY = '--subtensor.chain_endpoint ws://127.0.0.1:1';
const read = (line: string, more: readonly string[] = []) => ({
  success: () => [line],
  failure: () => [`${line} ${NOBODY}`, ...more],
});

/** In this order: stake needs a neuron, and so do weights. */
export const chainSamples: Samples = {
  'subnet list': read('subnet list', ['subnet list --subtensor.network nowhere']),
  'subnet show': read('subnet show --netuid 1', ['subnet show --netuid 77']),
  'subnet hyperparameters': read('subnet hyperparameters', ['subnet hyperparameters --netuid 77']),
  'subnet register': {
    success: () => ['register --wallet.name alice --dry-run', 'subnet register --wallet.name alice'],
    failure: () => [
      'subnet register --wallet.name alice',
      'subnet register --wallet.name bob --max-cost 0.000001',
      'subnet register --wallet.name bob --netuid 77',
      `subnet register --wallet.name bob ${NOBODY}`,
    ],
  },
  'subnet pow-register': {
    success: () => ['subnet pow-register --wallet.name bob --dry-run', 'pow_register --wallet.name bob'],
    failure: () => ['pow_register --wallet.name bob', `pow_register --wallet.name bob ${NOBODY}`],
  },
  'subnet metagraph': read('metagraph --sort stake', ['metagraph --netuid 77', 'metagraph --sort colour']),
  'stake add': {
    success: () => ['stake add --wallet.name alice --all --dry-run', 'stake --wallet.name alice --amount 10'],
    failure: () => ['stake add --wallet.name alice', 'stake add --wallet.name alice --amount 999999'],
  },
  'stake list': read('stake list --wallet.name alice', ['stake list --coldkey-ss58 nobody']),
  'stake remove': {
    success: () => ['stake remove --wallet.name alice --all --dry-run', 'unstake --wallet.name alice --amount 1'],
    failure: () => ['stake remove --wallet.name alice --amount 999', 'stake remove --wallet.name bob --all'],
  },
  'weights set': {
    success: () => [
      'set_weights --wallet.name alice --uids 0 --weights 1 --dry-run',
      'weights set --wallet.name alice --uids 0 --weights 1 --wait finalization',
    ],
    failure: () => ['weights set --wallet.name bob --uids 999 --weights 1', 'weights set --wallet.name alice --uids 0'],
  },
  'weights reveal': {
    before: async chain => {
      await hideWeights(chain, 1);
      const set = await chain.json('weights set --wallet.name alice --uids 0 --weights 1');
      await chain.mine((set.reveal as { first: number }).first - chain.client.headBlock() - 1);
    },
    success: () => ['weights reveal --wallet.name alice'],
    failure: () => ['weights reveal --wallet.name alice', `weights reveal --wallet.name alice ${NOBODY}`],
  },
  'weights show': read('weights show', ['weights show --uid 77']),
  'subnet create': {
    success: () => ['subnet create --wallet.name bob --dry-run', 'subnet create --wallet.name bob --max-cost 100'],
    failure: () => ['subnet create --wallet.name bob --max-cost 0.000001', `subnet create --wallet.name bob ${NOBODY}`],
  },
  'subnet start': {
    success: () => ['subnet start --netuid 2 --wallet.name bob'],
    failure: () => ['subnet start --netuid 2 --wallet.name alice', 'subnet start --netuid 77 --wallet.name bob'],
  },
};
