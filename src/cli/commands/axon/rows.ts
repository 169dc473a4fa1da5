import { decodeAddress, fromHex, integer, messageOf, type Setting, text, toHex } from '../../../base/index.js';

/** The public key of an ss58 address, or of `0x` and 64 digits, written in the second way. */
function hotkeyOf(value: string): string {
  try {
    return toHex(/^0x[0-9a-fA-F]{64}$/.test(value) ? fromHex(value) : decodeAddress(value));
  } catch (error) {
    throw new RangeError(`must be an ss58 address or 0x and 64 digits (${messageOf(error)})`);
  }
}

const hotkey = (about: string): Setting<string | undefined> => ({
  ...text<string | undefined>({ argument: 'address', about, default: undefined, env: 'BT_AXON_HOTKEY' }),
  parse: hotkeyOf,
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
