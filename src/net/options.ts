import { isIP } from 'node:net';
import { choice, integer, onOff, port, real, type SettingTable, text } from '../base/index.js';

/** Settings of the network. This file needs nothing of what they are for, so that a help text loads none of it. */

/** A literal address. */
export const ip = (row: Parameters<typeof text<string | undefined>>[0]) => ({
  ...text<string | undefined>({ argument: 'ip', ...row }),
  parse: (value: string) => {
    if (isIP(value) === 0) throw new RangeError('must be an IPv4 or IPv6 address');
    return value;
  },
});

/** How an axon serves. `-a`, `-p` and `-r` are of the first documents; port 0 takes a free one. */
export const axonSettings = {
  axon_port: port({
    flag: 'axon.port',
    short: '-a',
    about: 'port the axon binds',
    default: 0,
    defaultAbout: 'a free port',
  }),
  axon_ip: ip({
    flag: 'axon.ip',
    about: 'address the axon binds',
    default: undefined,
    defaultAbout: '127.0.0.1 where it announces a loopback address, else all (0.0.0.0)',
  }),
  axon_external_ip: ip({
    flag: 'axon.external_ip',
    about: 'address to announce, as --remote_ip',
    default: undefined,
    defaultAbout: '--remote_ip',
  }),
  axon_external_port: port<number | undefined>({
    flag: 'axon.external_port',
    about: 'port to announce, as --port',
    default: undefined,
    defaultAbout: '--port',
    min: 1,
  }),
  axon_upnp: onOff({
    flag: 'axon.upnp',
    about: 'ask the router to forward the port (UPnP), and announce its address',
    default: false,
  }),
  axon_upnp_gateway: {
    ...text<string | undefined>({
      flag: 'axon.upnp_gateway',
      argument: 'url',
      about: "the router's description (http://...xml), where UPnP's multicast does not reach it",
      default: undefined,
      defaultAbout: 'the first router that answers',
    }),
    parse: (value: string) => {
      if (!URL.canParse(value) || new URL(value).protocol !== 'http:') throw new RangeError('must be an http:// URL');
      return value;
    },
  },
  axon_probe: onOff({
    flag: 'axon.probe',
    about: 'ask up to three peers whether they reach the announced address (never for a loopback one)',
    default: true,
  }),
  axon_max_workers: integer({
    flag: 'axon.max_workers',
    about: 'worker threads for synapses that are attached as a function of a thread; the models of `run` are not',
    default: 2,
    min: 1,
    max: 256,
  }),
  axon_maximum_concurrent_rpcs: integer({
    flag: 'axon.maximum_concurrent_rpcs',
    about: 'requests of peers under way at a time; more are refused (a single hotkey has half of them)',
    default: 400,
    min: 1,
    max: 100_000,
  }),
  axon_forward_timeout: real({
    flag: 'axon.forward_timeout',
    argument: 'seconds',
    about: 'longest time from a forward to its answer',
    default: 10,
    min: 0.01,
    max: 3_600,
  }),
  axon_backward_timeout: real({
    flag: 'axon.backward_timeout',
    argument: 'seconds',
    about: 'longest time from a backward to its answer',
    default: 20,
    min: 0.01,
    max: 3_600,
  }),
  axon_priority_max_workers: integer({
    flag: 'axon.priority.max_workers',
    about: 'requests computed at a time; the others wait in order of stake',
    default: 2,
    min: 1,
    max: 1_024,
  }),
  axon_priority_maxsize: integer({
    flag: 'axon.priority.maxsize',
    about: 'requests that may wait; one more takes the place of the least stake',
    default: 256,
    min: 0,
    max: 100_000,
  }),
  axon_requests_per_second: real({
    flag: 'axon.requests_per_second',
    about: 'requests of one hotkey; twice as many at once after a pause',
    default: 500,
    min: 0.001,
    max: 1e9,
  }),
  axon_registered_only: onOff({
    flag: 'axon.registered_only',
    about: 'serve registered hotkeys only (without a chain: those that gossip knows); without it others come last',
    default: true,
  }),
  axon_min_stake: real({
    flag: 'axon.min_stake',
    argument: 'tao',
    about: 'least stake of a caller; needs a chain',
    default: 0,
    min: 0,
    max: 21e6,
  }),
  axon_price: real({
    flag: 'axon.price',
    argument: 'tao',
    about: 'what one forward is said to cost; told to who asks, nothing is charged',
    default: 0,
    min: 0,
    max: 1e6,
  }),
  axon_permit_only: onOff({
    flag: 'axon.permit_only',
    about: 'serve callers with a validator permit only; needs a chain',
    default: false,
  }),
} satisfies SettingTable;

/** How floats travel, by name. `auto`: language models' answers are large, and are halved. */
export const COMPRESSIONS = ['auto', 'none', 'bf16', 'int8', 'zstd', 'bf16+zstd', 'int8+zstd'] as const;
export type CompressionName = (typeof COMPRESSIONS)[number];

/** How a dendrite asks. */
export const dendriteSettings = {
  dendrite_timeout: real({
    flag: 'dendrite.timeout',
    argument: 'seconds',
    about: 'how long one request to a peer may take',
    default: 5,
    min: 0.1,
    max: 600,
  }),
  dendrite_max_active_receptors: integer({
    flag: 'dendrite.max_active_receptors',
    about: 'connections kept to peers, one to each; beyond that the one used longest ago goes',
    default: 256,
    min: 1,
    max: 10_000,
  }),
  dendrite_max_requests: integer({
    flag: 'dendrite.max_requests',
    about: 'requests to peers under way at a time',
    default: 128,
    min: 1,
    max: 10_000,
  }),
  dendrite_compression: choice<CompressionName>({
    flag: 'dendrite.compression',
    about:
      'how floats travel to and from peers: halved (bf16), quartered (int8), packed (zstd); auto: bf16 for text, else none',
    default: 'auto',
    of: COMPRESSIONS,
  }),
  dendrite_gradient_norm: real({
    flag: 'dendrite.gradient_norm',
    about: 'L2 norm that the gradients of one request are brought down to, sent and received',
    default: 1_000,
    min: 1e-6,
    max: 1e9,
  }),
  dendrite_transport: choice<'session' | 'unary'>({
    flag: 'dendrite.transport',
    about: 'one stream to each peer that carries all requests, or a signed call for each request',
    default: 'session',
    of: ['session', 'unary'],
  }),
  dendrite_tls: onOff({
    flag: 'dendrite.tls',
    about: 'encrypt; without, only peers on this machine are asked, and each message is signed',
    default: true,
  }),
} satisfies SettingTable;
