import { integer, type SettingTable, text } from '../../base/index.js';
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
