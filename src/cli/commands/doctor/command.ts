import { join } from 'node:path';
import { homeFolder, port, text } from '../../../base/index.js';
import { command } from '../../frame/command.js';
import { listOf, objectOf, oneOf, textSchema } from '../../frame/schema.js';
import { netuidRow, networkRows } from '../../settings/network.js';
import { walletRows } from '../../settings/wallet.js';

export const doctorRows = {
  ...walletRows,
  ...networkRows,
  ...netuidRow,
  axon_port: port({
    flag: 'axon.port',
    short: '-a',
    about: 'port that the axon is to bind',
    default: 0,
    defaultAbout: 'the one that the chain knows',
  }),
  data: text<string>({
    argument: 'folder',
    about: 'folder of the local chain, the slots and the checkpoints',
    default: join(homeFolder(), '.bittensor', 'node'),
    defaultAbout: '~/.bittensor/node',
  }),
};

const state = oneOf('ok', 'warning', 'problem');

export const doctor = command({
  name: 'doctor',
  about: 'tells what is wrong with a set-up, and what to do',
  long:
    'Looks at the machine, the clock, the keys, the chain, the registration, the axon and how others reach it, and says of each whether it is well and what to do if not. ' +
    'It changes nothing, asks for no password and shows no secret. The exit code is 1 when it found a problem.',
  settings: doctorRows,
  examples: [
    'doctor',
    'doctor --wallet.name alice --subtensor.network finney --netuid 3 --axon.port 8091',
    'doctor --json',
  ],
  output: objectOf({
    worst: state,
    findings: listOf(objectOf({ check: textSchema, state, text: textSchema, 'remedy?': textSchema })),
  }),
  load: async () => (await import('./doctor.js')).doctor,
});
