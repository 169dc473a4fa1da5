import type { NodeStatus } from '../../../base/browser.js';
import { amount } from '../table/columns.js';

const loss = (value: number | undefined) =>
  value !== undefined && Number.isFinite(value) ? value.toFixed(4) : undefined;
const share = (value: number) => (Number.isFinite(value) ? value.toFixed(5) : '–');

/** `3 h 12 min`: how long a node runs. */
export function runningFor(startedAtMs: number, nowMs: number): string {
  const seconds = Math.floor((nowMs - startedAtMs) / 1000);
  if (!(seconds >= 0)) return '–';
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/** What a node says of itself, as names and values. */
export function factsOf(node: NodeStatus, nowMs: number): [name: string, value: string][] {
  const { network, chain, weights } = node;
  const facts: [string, string | undefined][] = [
    [
      'Network',
      [network.name, network.netuid === undefined ? '' : `subnet ${network.netuid}`].filter(Boolean).join(', '),
    ],
    ['Endpoint', network.endpoint],
    ['Block', network.block === undefined ? undefined : String(network.block)],
    ['UID', node.uid === undefined ? 'not registered' : String(node.uid)],
    ['Axon', node.axon && `${node.axon.ip}:${node.axon.port}`],
    ['Running for', runningFor(node.startedAt, nowMs)],
    ['Step', Number.isFinite(node.step) ? `${node.step} (epoch ${node.epoch})` : undefined],
    ...(['local', 'network', 'distillation'] as const).map((name): [string, string | undefined] => [
      `${name[0]!.toUpperCase()}${name.slice(1)} loss`,
      loss(node.losses?.[name]),
    ]),
    ['Stake', chain && `${amount(chain.stake)} ${chain.token}`],
    ['Rank', chain && share(chain.rank)],
    ['Trust', chain && share(chain.trust)],
    ['Consensus', chain && share(chain.consensus)],
    ['Incentive', chain && share(chain.incentive)],
    ['Dividends', chain && share(chain.dividends)],
    ['Emission', chain && `${amount(chain.emission)} ${chain.token} an epoch`],
    ['Permit', chain && (chain.validatorPermit ? 'yes' : 'no')],
    ['Weights', weights && `${weights.state} in block ${weights.block}`],
    ['Version', node.version],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== '');
}

/** The weights that a node set last, the largest first, as shares. */
export function weightsOf(node: NodeStatus): { uid: number; share: number }[] {
  const { uids = [], values = [] } = node.weights ?? {};
  const pairs = uids.map((uid, i) => ({ uid, value: values[i] ?? 0 })).filter(({ value }) => value > 0);
  const sum = pairs.reduce((total, { value }) => total + value, 0);
  return pairs
    .map(({ uid, value }) => ({ uid, share: value / sum }))
    .sort((a, b) => b.share - a.share || a.uid - b.uid);
}
