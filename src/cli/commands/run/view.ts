import type { NodeStatus } from '../../../base/index.js';
import type { Size } from '../../terminal/screen.js';
import { sparkline } from '../../terminal/sparkline.js';
import { tableLines } from '../../terminal/table.js';
import type { Colors } from '../../terminal/ui.js';

export interface ViewOf {
  /** Undefined while the neuron starts. */
  readonly status: NodeStatus | undefined;
  readonly nowMs: number;
  /** By block, newest last. */
  readonly incentives: readonly number[];
  /** Of the log, newest last. */
  readonly lines: readonly string[];
  readonly logFile: string | undefined;
  readonly colors: Colors;
}

/** Bars beside a number. */
const MOST_BARS = 60;
const LOG_LINES = 6;

/** One frame: who this is, how it learns, what the chain says of it, its peers, and the end of its log. */
export function viewLines(view: ViewOf, { columns, rows }: Size): string[] {
  const { status, lines, logFile, colors } = view;
  const shown = lines.slice(-LOG_LINES);
  const log = [colors.bold(`Log${logFile === undefined ? '' : `  ${logFile}`}`), ...shown.map(line => `  ${line}`)];
  if (!status) return ['Starting ...', '', ...log];
  const above = [...head(view, status), ...learning(status, columns, colors), ...onChain(view, status, columns)];
  const room = Math.max(1, rows - above.length - log.length - 1);
  return [...above, ...peerLines(status, columns, room, colors), '', ...log];
}

function head({ nowMs, colors }: ViewOf, status: NodeStatus): string[] {
  const { role, neuron, name, hotkey, network, axon, uid } = status;
  const at = network.block === undefined ? '' : `, block ${network.block}`;
  const serves = axon ? `, axon ${axon.ip}:${axon.port}` : '';
  const known = uid === undefined ? '' : `uid ${uid}, `;
  return [
    `${colors.bold(`Bittensor ${role} ${neuron}`)}  ${name}, up ${duration(nowMs - status.startedAt)}`,
    `${known}hotkey ${hotkey}${serves}`,
    `${network.name}${network.endpoint === undefined ? '' : ` at ${network.endpoint}`}${at}`,
    '',
  ];
}

function learning({ step, epoch, losses, history, role }: NodeStatus, columns: number, colors: Colors): string[] {
  if (!losses && role !== 'miner') return [];
  const bars = Math.max(0, Math.min(MOST_BARS, columns - 28));
  const rows = (['local', 'network', 'distillation'] as const).map(name => {
    const value = losses ? losses[name].toFixed(4) : '-';
    return `  ${name.padEnd(12)} ${value.padStart(8)}  ${colors.cyan(
      sparkline(
        history.map(point => point[name]),
        bars,
      ),
    )}`;
  });
  return [colors.bold(`Losses  epoch ${epoch}, step ${step}`), ...rows, ''];
}

function onChain({ incentives, colors }: ViewOf, { chain, weights }: NodeStatus, columns: number): string[] {
  if (!chain) return [];
  const { token, stake, emission, rank, trust, consensus, incentive, dividends, validatorPermit } = chain;
  const share = (value: number) => value.toFixed(4);
  const bars = sparkline(incentives, Math.max(0, Math.min(MOST_BARS, columns - 28)));
  const said = weights && `${weights.state} in block ${weights.block} of ${weights.uids.length} neurons`;
  const row = weights?.uids.map((uid, i) => `${uid}: ${weights.values[i]}`).join(', ');
  return [
    colors.bold('On the chain'),
    `  stake ${stake.toFixed(4)} ${token}, earned ${emission.toFixed(4)} in the last epoch${validatorPermit ? ', with a permit' : ''}`,
    `  rank ${share(rank)}  trust ${share(trust)}  consensus ${share(consensus)}  dividends ${share(dividends)}`,
    `  incentive    ${share(incentive).padStart(8)}  ${colors.green(bars)}`,
    `  weights      ${said === undefined ? 'none yet' : `${said}${row ? ` (${row})` : ''}`}`,
    '',
  ];
}

function peerLines({ peers }: NodeStatus, columns: number, room: number, colors: Colors): string[] {
  const lost = peers.filter(peer => peer.lost).length;
  const title = colors.bold(`Peers  ${peers.length}${lost > 0 ? `, ${lost} lost` : ''}`);
  if (peers.length === 0 || room < 3) return [title];
  const titles = [
    { title: 'uid', align: 'right', spare: 2 },
    'hotkey',
    { title: 'address', spare: 3 },
    { title: 'score', align: 'right' },
    { title: 'last', spare: 4 },
    { title: 'ms', align: 'right', spare: 5 },
  ] as const;
  const rows = peers.map(({ uid, hotkey, address, score, lastCode, latencyMs, lost: isLost }) => [
    uid ?? '',
    hotkey.slice(0, 12),
    address ?? '',
    score.toFixed(4),
    isLost ? 'lost' : (lastCode ?? ''),
    latencyMs?.toFixed(1) ?? '',
  ]);
  const lines = tableLines(titles, rows.slice(0, room - 2), columns - 2).map(line => `  ${line}`);
  return [title, ...lines];
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`;
}
