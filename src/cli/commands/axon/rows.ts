import { integer, publicKeyOf, type Setting, text } from '../../../base/index.js';

const hotkey = (about: string): Setting<string | undefined> => ({
  ...text<string | undefined>({ argument: 'address', about, default: undefined, env: 'BT_AXON_HOTKEY' }),
  // Kept as it was given: an error names the key in the same way.
  parse: (value: string) => {
    publicKeyOf(value);
    return value;
  },
});

const timeout_ms = integer({
  about: 'how long to wait, milliseconds',
  env: 'BT_AXON_TIMEOUT_MS',
  default: 5_000,
  min: 1,
  max: 600_000,
});

export const describeRows = {
  hotkey: { ...hotkey('whose axon it is to be; without, whoever answers is believed'), defaultAbout: 'anyone' },
  timeout_ms,
};

export const probeRows = {
  hotkey: hotkey('hotkey of the axon that is to be reached'),
  axon_port: integer<number | undefined>({
    flag: 'axon.port',
    env: 'BT_AXON_PROBED_PORT',
    argument: 'port',
    about: 'port that others are to reach it at',
    default: undefined,
    min: 1,
    max: 65_535,
  }),
  timeout_ms,
};
