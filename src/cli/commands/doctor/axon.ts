import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { publicKeyOf } from '../../../base/index.js';
import type { Metagraph } from '../../../chain/index.js';
import { type Asked, type AxonDescription, describeAxon, isLoopback, probeReachability } from '../../../net/index.js';
import { type Finding, ok, problem, warning } from './finding.js';

export interface AxonFacts {
  /** Of the hotkey, as the chain has it. */
  readonly announced: { readonly host: string; readonly port: number } | undefined;
  readonly isLocal: boolean;
  /** Addresses of this machine. */
  readonly own: readonly string[];
}

/** Whether what is announced can be right. */
export function announcedFinding({ announced, isLocal, own }: AxonFacts): Finding {
  const check = 'announced address';
  if (!announced)
    return warning(check, 'the chain knows no axon of this hotkey', 'start the neuron: it announces itself');
  const { host, port } = announced;
  const at = `${host}:${port}`;
  if (isLoopback(host)) {
    if (isLocal) return ok(check, `${at}, of this machine alone`);
    return problem(check, `${at} is reached from this machine only`, 'announce another one with --axon.external_ip');
  }
  if (own.includes(host)) return ok(check, `${at} is an address of this machine`);
  const remedy =
    'behind a router that is right when it forwards the port; else announce another with --axon.external_ip';
  return warning(check, `${at} is no address of this machine`, remedy);
}

/** What stands at a port of this machine. */
export type PortState = 'free' | 'ours' | 'taken' | 'forbidden';

export function portFinding(port: number, state: PortState, isAnnounced: boolean): Finding {
  const check = 'axon port';
  if (state === 'ours') return ok(check, `port ${port}: the axon of this hotkey answers`);
  if (state === 'taken') {
    return problem(check, `port ${port} is in use by another program`, 'end that one, or take another --axon.port');
  }
  if (state === 'forbidden') {
    return problem(check, `this user may not listen at port ${port}`, 'take a port of 1024 or more');
  }
  if (!isAnnounced) return ok(check, `port ${port} is free`);
  return warning(check, `nothing answers at port ${port}, which the chain announces`, 'start the neuron');
}

/** Tries the port, and who answers there. */
export async function portState(port: number, hotkey: string | undefined, signal: AbortSignal): Promise<PortState> {
  const code = await new Promise<string | undefined>(resolve => {
    const server = createServer();
    server.once('error', error => resolve((error as NodeJS.ErrnoException).code ?? 'unknown'));
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => server.close(() => resolve(undefined)));
  });
  if (code === undefined) return 'free';
  if (code === 'EACCES') return 'forbidden';
  if (hotkey === undefined) return 'taken';
  const found = await describeAxon({ host: '127.0.0.1', port, hotkey }, { timeoutMs: 4_000, signal }).catch(
    () => undefined,
  );
  return found ? 'ours' : 'taken';
}

/** Up to so many neighbours are asked for their time, and whether they reach this axon. */
const PEERS = 5;

export function peersOf(metagraph: Metagraph | undefined, hotkey: string | undefined): Asked[] {
  return (metagraph?.neurons ?? [])
    .filter(neuron => neuron.axon && neuron.hotkey !== hotkey)
    .sort((a, b) => b.incentive - a.incentive)
    .slice(0, PEERS)
    .map(({ axon, hotkeyHex }) => ({ host: axon!.ip, port: axon!.port, hotkey: hotkeyHex }));
}

/** How far the clocks of peers are ahead, less half of the way there and back; those that answer. */
export async function peerClocks(peers: readonly Asked[], signal: AbortSignal): Promise<number[]> {
  const ask = async (peer: Asked) => {
    const began = Date.now();
    const found: AxonDescription | undefined = await describeAxon(peer, { timeoutMs: 4_000, signal }).catch(
      () => undefined,
    );
    return found ? [found.timeMs - (began + Date.now()) / 2] : [];
  };
  return (await Promise.all(peers.map(ask))).flat();
}

export function peersFinding(known: number, answered: number): Finding {
  if (known === 0)
    return warning(
      'peers',
      'no other neuron of the subnet announces an axon',
      'wait for others, or start a second neuron',
    );
  if (answered === 0) {
    return warning(
      'peers',
      `none of ${known} neurons that were asked answers`,
      'look at the way out (firewall); they may also be gone',
    );
  }
  return ok('peers', `${answered} of ${known} neurons that were asked answer`);
}

/** Asks peers to dial back. */
export async function reachabilityFinding(
  peers: readonly Asked[],
  announced: { readonly host: string; readonly port: number },
  hotkey: string,
  signal: AbortSignal,
): Promise<Finding> {
  const own = { announced, hotkey: publicKeyOf(hotkey) };
  const { outcome, text } = await probeReachability(peers, own, { timeoutMs: 5_000, signal });
  return foundReachability(outcome, text);
}

export function foundReachability(outcome: 'reachable' | 'unreachable' | 'unknown', text: string): Finding {
  if (outcome === 'reachable') return ok('reachability', text);
  const at = text.lastIndexOf('; ');
  if (outcome === 'unreachable') return problem('reachability', text.slice(0, at), text.slice(at + 2));
  return warning('reachability', text, 'ask a neighbour you know: bittensor-cli axon probe HOST:PORT');
}

export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap(list => (list ?? []).map(({ address }) => address));
}
