import type { ChainStatus, Losses, NodeStatus, PeerStatus, WeightStatus } from '../../../base/browser.js';

type Fields = Readonly<Record<string, unknown>>;

const MOST_NODES = 64;
const MOST_HISTORY = 500;
const MOST_PEERS = 256;
const MOST_WEIGHTS = 4096;
const ROLES = ['miner', 'server', 'validator'] as const;
const STATES = ['set', 'committed', 'revealed', 'failed'] as const;

/** The nodes of an answer of /api/nodes; what is no status is left out, so that one odd node hides no other. */
export function parseNodes(answer: unknown): NodeStatus[] {
  if (!Array.isArray(answer)) return [];
  return answer.slice(0, MOST_NODES).flatMap(item => parseStatus(item) ?? []);
}

function parseStatus(value: unknown): NodeStatus | undefined {
  const from = fields(value);
  const hotkey = text(from['hotkey']);
  const role = ROLES.find(name => name === from['role']);
  if (role === undefined || hotkey === '') return undefined;
  const network = fields(from['network']);
  return {
    role,
    hotkey,
    neuron: text(from['neuron']),
    name: text(from['name']),
    version: text(from['version']),
    startedAt: number(from['startedAt']),
    network: {
      name: text(network['name']),
      endpoint: optional(network['endpoint'], text),
      netuid: optional(network['netuid'], number),
      block: optional(network['block'], number),
    },
    uid: optional(from['uid'], number),
    axon: optional(from['axon'], value => ({ ip: text(fields(value)['ip']), port: number(fields(value)['port']) })),
    step: number(from['step']),
    epoch: number(from['epoch']),
    losses: optional(from['losses'], losses),
    history: list(from['history'])
      .slice(-MOST_HISTORY)
      .map(item => ({ step: number(fields(item)['step']), timeMs: number(fields(item)['timeMs']), ...losses(item) })),
    peers: list(from['peers']).slice(0, MOST_PEERS).map(peer),
    chain: optional(from['chain'], chainColumns),
    weights: optional(from['weights'], setWeights),
  };
}

function losses(value: unknown): Losses {
  const from = fields(value);
  return { local: number(from['local']), network: number(from['network']), distillation: number(from['distillation']) };
}

function peer(value: unknown): PeerStatus {
  const from = fields(value);
  return {
    hotkey: text(from['hotkey']),
    uid: optional(from['uid'], number),
    address: optional(from['address'], text),
    score: number(from['score']),
    lastCode: optional(from['lastCode'], text),
    latencyMs: optional(from['latencyMs'], number),
    lost: from['lost'] === true,
  };
}

function chainColumns(value: unknown): ChainStatus {
  const from = fields(value);
  return {
    token: from['token'] === 'alpha' ? 'alpha' : 'TAO',
    stake: number(from['stake']),
    rank: number(from['rank']),
    trust: number(from['trust']),
    consensus: number(from['consensus']),
    incentive: number(from['incentive']),
    dividends: number(from['dividends']),
    emission: number(from['emission']),
    lastUpdate: number(from['lastUpdate']),
    validatorPermit: from['validatorPermit'] === true,
  };
}

function setWeights(value: unknown): WeightStatus {
  const from = fields(value);
  return {
    block: number(from['block']),
    state: STATES.find(name => name === from['state']) ?? 'failed',
    uids: list(from['uids']).slice(0, MOST_WEIGHTS).map(number),
    values: list(from['values']).slice(0, MOST_WEIGHTS).map(number),
  };
}

const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 256) : '');
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
/** JSON writes a loss that is no number as null; it stays one that a chart leaves out. */
const number = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

function optional<T>(value: unknown, parse: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : parse(value);
}
