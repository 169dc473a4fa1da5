import { integer, onOff } from '../../../base/index.js';
import { minerSettings } from '../../../neuron/index.js';
import { command } from '../../frame/command.js';
import { booleanSchema, integerSchema, objectOf, textSchema } from '../../frame/schema.js';
import { networkRows } from '../../settings/network.js';

/** Ports after the usual one that are tried, so that two explorers can run without a flag. */
export const USUAL_PORT = 9950;
export const MORE_PORTS = 20;

export const explorerRows = {
  port: integer<number>({
    about: `port of the page; 0 takes any free one, and without this one of the next ${MORE_PORTS} where it is taken`,
    default: USUAL_PORT,
    min: 0,
    max: 65_535,
    env: 'BT_EXPLORER_PORT',
  }),
  open: {
    ...onOff({ about: 'open the page in the browser of this desktop', default: false }),
    flagOnly: true,
  } as const,
  data: { ...minerSettings.data, about: 'folder whose running neurons are shown' },
  ...networkRows,
};

export const explorer = command({
  name: 'explorer',
  about: 'show a chain and your running neurons as a web page',
  long:
    'Serves a web page to browsers of this machine until Ctrl-C: blocks, extrinsics, events, subnets, neurons, weights, accounts and ' +
    'storage of a chain, live, and what your running neurons say of themselves. It needs nothing from the internet, signs nothing and ' +
    'sends nothing. A local chain serves the same page at /explorer/ of its own port.',
  settings: explorerRows,
  examples: ['explorer', 'explorer --port 0 --subtensor.chain_endpoint ws://127.0.0.1:9944', 'explorer -n test --open'],
  output: objectOf({ url: textSchema, port: integerSchema, endpoint: textSchema, opened: booleanSchema }),
  untilStopped: true,
  load: async () => (await import('./explorer.js')).explorer,
});
