import { integer, type LogFormat, type Setting, type SettingTable, text } from '../../base/index.js';
import { ip } from '../../net/options.js';

/** How a node is looked at while it runs. */
export const observeSettings = {
  metrics_port: {
    ...integer({
      flag: 'metrics.port',
      argument: 'port|off',
      about:
        'port of /metrics (Prometheus), /status, /health and /events; 0: a free one, which the log names; off: none',
      default: 0,
      defaultAbout: 'a free port',
      min: -1,
      max: 65535,
    }),
    parse: (value: string): number => {
      if (/^(off|none|false|-1)$/i.test(value)) return -1;
      const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
      if (!(number <= 65535)) throw new RangeError('must be a port, 0 for a free one, or off');
      return number;
    },
  },
  metrics_ip: {
    ...ip({
      flag: 'metrics.ip',
      about: 'address that port binds; with another than a loopback one, others see what this node does',
      default: '127.0.0.1',
    }),
    default: '127.0.0.1' as string,
  },
  metrics_names: {
    ...text<string | undefined>({
      flag: 'metrics.names',
      argument: 'name[,name]',
      about: 'names by which it may be asked, besides numeric addresses and localhost',
      default: undefined,
      defaultAbout: 'none',
    }),
    isList: true as const,
    parse: (value: string): string => {
      if (!/^[a-z0-9_.-]+(,[a-z0-9_.-]+)*$/i.test(value))
        throw new RangeError('must be host names, separated by commas');
      return value;
    },
  },
} satisfies SettingTable;

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** How a node's log is kept. */
export const logSettings = {
  log_format: {
    flag: 'log.format',
    argument: 'text|json',
    about: 'form of the log, on the console and in the file',
    choices: ['text', 'json'],
    default: undefined,
    defaultAbout: 'text on the console, JSON lines in the file',
    parse: value => {
      if (value !== 'text' && value !== 'json') throw new RangeError('must be one of text, json');
      return value;
    },
  } satisfies Setting<LogFormat | undefined> as Setting<LogFormat | undefined>,
  log_max_size: {
    flag: 'log.max_size',
    argument: 'size',
    about: 'a log file larger than this is set aside: bytes, or with k, M, G',
    default: 64 * 2 ** 20,
    defaultAbout: '64M',
    parse: value => {
      const [, digits, unit] = /^(\d{1,15})([kmg]?)(?:i?b)?$/i.exec(value) ?? [];
      const bytes = Number(digits) * (UNITS[unit?.toLowerCase() ?? ''] ?? Number.NaN);
      if (!(bytes >= 1_024 && bytes <= 2 ** 40)) throw new RangeError('must be a size from 1k to 1024G');
      return bytes;
    },
  } satisfies Setting<number> as Setting<number>,
  log_keep: integer({
    flag: 'log.keep',
    about: 'how many log files that were set aside stay',
    default: 5,
    min: 0,
    max: 1_000,
  }),
} satisfies SettingTable;
