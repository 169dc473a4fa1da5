import { join } from 'node:path';
import type { CliOnChain } from '../on-chain.js';
import type { Samples } from './sample.js';

const BOB = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty';
const NOBODY = '--url ws://127.0.0.1:1';

const at = (chain: CliOnChain) => `--url ${chain.net.url}`;
const folder = (chain: CliOnChain, name: string) => join(chain.folder, name);
const verb = (line: string, more: readonly string[] = []) => ({
  success: (chain: CliOnChain) => [`localnet ${line} ${at(chain)}`],
  failure: () => [`localnet ${line} ${NOBODY}`, ...more],
});

export const localnetSamples: Samples = {
  'localnet status': verb('status', ['localnet status --url nowhere']),
  'localnet accounts': verb('accounts'),
  'localnet mine': verb('mine 2', ['localnet mine none']),
  'localnet travel': verb('travel 1m', ['localnet travel tomorrow']),
  'localnet fund': verb(`fund ${BOB} 1.5`, [`localnet fund ${BOB} much`]),
  'localnet snapshot': verb('snapshot'),
  'localnet revert': {
    success: chain => [`localnet revert ${at(chain)}`],
    failure: chain => [`localnet revert 99 ${at(chain)}`, `localnet revert 1 --block 1 ${at(chain)}`],
  },
  'localnet set-balance': verb(`set-balance ${BOB} 2.5`, [`localnet set-balance ${BOB} much`]),
  'localnet set-storage': {
    success: chain => [
      `localnet set-storage 0x3a74657374 0x01 ${at(chain)}`,
      `localnet set-storage 0x3a74657374 null ${at(chain)}`,
    ],
    failure: chain => [`localnet set-storage key 0x01 ${at(chain)}`],
  },
  'localnet call': {
    success: chain => [
      `localnet call System.remark {"remark":"0x00"} ${at(chain)}`,
      `localnet call System.remark {"remark":"0x00"} --as ${BOB} ${at(chain)}`,
    ],
    failure: chain => [`localnet call System.remrk {} ${at(chain)}`, `localnet call System.remark {} ${at(chain)}`],
  },
  'localnet check': verb('check'),
  'localnet faults': {
    success: chain => [
      `localnet faults ${at(chain)}`,
      `localnet faults --delay-ms 1 ${at(chain)}`,
      `localnet faults --none ${at(chain)}`,
    ],
    failure: chain => [`localnet faults --drop 2 ${at(chain)}`, `localnet faults ${NOBODY}`],
  },
  'localnet dump': {
    success: chain => [`localnet dump ${folder(chain, 'dump.json')} ${at(chain)}`],
    failure: chain => [`localnet dump ${folder(chain, 'dump.json')} ${at(chain)}`],
  },
  'localnet start': {
    success: chain => [`localnet start --port 0 --block-time manual --detach --data ${folder(chain, 'started')}`],
    failure: chain => ['localnet start --block-time 1', `localnet start --port ${chain.net.port}`],
  },
  'localnet follow': {
    success: chain => [`localnet follow ${chain.net.url} --port 0 --detach --data ${folder(chain, 'followed')}`],
    failure: () => ['localnet follow nowhere'],
  },
  'localnet stop': {
    success: chain => [
      `localnet stop --data ${folder(chain, 'followed')}`,
      `localnet stop --data ${folder(chain, 'started')}`,
      `localnet stop ${NOBODY}`,
    ],
    failure: () => ['localnet stop --url ws://192.0.2.1:1'],
  },
};
