import { formatAddress } from '../../src/net/address.js';
import { Liars } from './liars.js';
import { type Member, PORT, Population, type View } from './population.js';
import { VirtualNetwork } from './virtual-network.js';

const MINUTE_MS = 60_000;

/** What an honest node sent and received, from one look to the next. */
class Traffic {
  private bytes: number;
  private verifications: number;
  private readonly sinceMs: number;

  constructor(private readonly network: VirtualNetwork) {
    this.bytes = network.bytes;
    this.verifications = network.verifications;
    this.sinceMs = network.nowMs;
  }

  /** Per node and second; each byte counts for who sends it and for who receives it. */
  perNode(nodes: number): { kilobytes: number; verifications: number } {
    const seconds = (this.network.nowMs - this.sinceMs) / 1000;
    const per = (count: number) => count / seconds / nodes;
    return {
      kilobytes: per(2 * (this.network.bytes - this.bytes)) / 1000,
      verifications: per(this.network.verifications - this.verifications),
    };
  }
}

async function everybodyJoins(network: VirtualNetwork, nodes: number, withinMs: number): Promise<Population> {
  const population = new Population(network);
  const first = await population.join([]);
  const bootstrap = [`${first.host}:${PORT}`];
  for (let i = 1; i < nodes; i++) {
    network.after(network.random() * withinMs, async () => {
      await population.join(bootstrap);
    });
  }
  await network.pass(withinMs);
  return population;
}

/** Time until `done`, seconds; undefined where it took longer than `mostMs`. */
async function until(network: VirtualNetwork, mostMs: number, done: () => boolean): Promise<number | undefined> {
  const startMs = network.nowMs;
  return (await network.pass(mostMs, done)) ? (network.nowMs - startMs) / 1000 : undefined;
}

export interface Convergence {
  /** From the last start to the moment when all know all. */
  readonly seconds: number | undefined;
  /** Per node and second, when nothing changes. */
  readonly kilobytes: number;
  readonly verifications: number;
}

/** All start within ten seconds and know one address. */
export async function convergence(nodes: number, seed = 1): Promise<Convergence> {
  const network = new VirtualNetwork(seed);
  const population = await everybodyJoins(network, nodes, 10_000);
  const seconds = await until(network, 10 * MINUTE_MS, () => population.complete());
  const traffic = new Traffic(network);
  await network.pass(MINUTE_MS);
  return { seconds, ...traffic.perNode(nodes) };
}

export interface Churn extends View {
  /** Until nine of ten members know one that comes, and until all have forgotten one that said goodbye. Median, seconds. */
  readonly knownAfter: number;
  readonly forgottenAfter: number;
  readonly kilobytes: number;
}

/** Every minute some nodes end, half of them without a word, and as many begin. Means over the minutes. */
export async function churn(nodes: number, perMinute: number, minutes: number, seed = 2): Promise<Churn> {
  const network = new VirtualNetwork(seed);
  const population = await everybodyJoins(network, nodes, 10_000);
  await until(network, 10 * MINUTE_MS, () => population.complete());
  const [first, ...others] = [...population.members.values()];
  const bootstrap = [first!, others[0]!, others[1]!].map(member => `${member.host}:${PORT}`);
  const views: View[] = [];
  const known: number[] = [];
  const forgotten: number[] = [];
  const traffic = new Traffic(network);
  const everySecond = (since: number, done: () => boolean, into: number[]): void => {
    network.after(1_000, () => {
      if (done()) into.push((network.nowMs - since) / 1000);
      else if (network.nowMs - since < 5 * MINUTE_MS) everySecond(since, done, into);
    });
  };
  const knowing = (hotkey: string) => {
    const all = [...population.members.values()];
    return all.filter(member => member.gossip.peers().some(peer => peer.hotkey === hotkey)).length / all.length;
  };
  for (let minute = 0; minute < minutes; minute++) {
    for (let i = 0; i < perMinute; i++) {
      network.after(network.random() * MINUTE_MS, async () => {
        const members = [...population.members.values()].filter(one => !bootstrap.includes(`${one.host}:${PORT}`));
        const leaving = members[Math.floor(network.random() * members.length)]!;
        const politely = i % 2 === 0;
        await population.leave(leaving, politely);
        const joined = await population.join(bootstrap);
        if (i > 1) return;
        everySecond(network.nowMs, () => knowing(joined.hotkey) >= 0.9, known);
        if (politely) everySecond(network.nowMs, () => knowing(leaving.hotkey) === 0, forgotten);
      });
    }
    await network.pass(MINUTE_MS);
    views.push(population.view());
  }
  const mean = (of: (view: View) => number) => views.reduce((sum, view) => sum + of(view), 0) / views.length;
  return {
    recall: mean(view => view.recall),
    leastRecall: Math.min(...views.map(view => view.leastRecall)),
    precision: mean(view => view.precision),
    wrong: views.reduce((sum, view) => sum + view.wrong, 0),
    knownAfter: median(known),
    forgottenAfter: median(forgotten),
    kilobytes: traffic.perNode(nodes).kilobytes,
  };
}

export interface Healing {
  /** Entries of the other half that anybody still had at the end of the parting. */
  readonly leftOver: number;
  /** From the reunion to the moment when all know all. */
  readonly seconds: number | undefined;
}

function isFirstHalf(host: string, nodes: number): boolean {
  const [, a, b, c] = host.split(/[.:]/).map(Number);
  return ((a! << 16) | (b! << 8) | c!) <= nodes / 2;
}

/** The network is in two halves for so long, and then one again. */
export async function partition(nodes: number, apartMs: number, seed = 3): Promise<Healing> {
  const network = new VirtualNetwork(seed);
  const population = await everybodyJoins(network, nodes, 10_000);
  await until(network, 10 * MINUTE_MS, () => population.complete());
  network.connected = (from, to) => isFirstHalf(from, nodes) === isFirstHalf(to, nodes);
  await network.pass(apartMs);
  let leftOver = 0;
  for (const member of population.members.values()) {
    const side = isFirstHalf(member.host, nodes);
    leftOver += member.gossip.peers().filter(peer => isFirstHalf(peer.host, nodes) !== side).length;
  }
  network.connected = () => true;
  return { leftOver, seconds: await until(network, 30 * MINUTE_MS, () => population.complete()) };
}

/** Two networks that never knew of each other; then one node comes that begins with an address of each. */
export async function islands(nodes: number, seed = 4): Promise<Healing> {
  const network = new VirtualNetwork(seed);
  const population = new Population(network);
  const roots: Member[] = [await population.join([]), await population.join([])];
  for (let i = 2; i < nodes - 1; i++) await population.join([`${roots[i % 2]!.host}:${PORT}`]);
  await network.pass(2 * MINUTE_MS);
  const leftOver = [...population.members.values()].filter(member => member.gossip.peers().length > nodes / 2).length;
  await population.join(roots.map(root => `${root.host}:${PORT}`));
  return { leftOver, seconds: await until(network, 30 * MINUTE_MS, () => population.complete()) };
}

export interface Attack extends View {
  /** Until all honest nodes knew all honest nodes, among the liars from the start. */
  readonly seconds: number | undefined;
  readonly told: Readonly<Record<string, number>>;
  /** Made-up neurons with work in the table of a member, at most. */
  readonly madeUp: number;
  readonly size: number;
}

export interface AttackOptions {
  readonly honest: number;
  readonly liars: number;
  readonly madeUpByEach: number;
  readonly minutes: number;
  /** `--metagraph_size` of the honest nodes. */
  readonly size?: number;
  readonly seed?: number;
}

/** Every honest node begins with ten addresses, nine of them liars'; some honest nodes end, and liars go on about them. */
export async function attack(options: AttackOptions): Promise<Attack> {
  const { honest, minutes, size = 10_000 } = options;
  const network = new VirtualNetwork(options.seed ?? 5);
  const population = new Population(network, { size });
  const liars = new Liars(network, function* () {
    for (const member of population.members.values()) yield member.host;
  });
  await liars.start(options.liars, options.madeUpByEach);
  const addresses = liars.addresses.map(formatAddress);
  const hosts: string[] = [];
  for (let i = 0; i < honest; i++) {
    const nine = Array.from({ length: 9 }, () => addresses[Math.floor(network.random() * addresses.length)]!);
    const friend = hosts[Math.floor(network.random() * hosts.length)];
    const member = await population.join(friend ? [...nine, `${friend}:${PORT}`] : nine);
    hosts.push(member.host);
  }
  const seconds = await until(network, minutes * MINUTE_MS, () => population.complete());
  // Every tenth ends, half of these without a word; what liars caught of them must not bring them back.
  const ending = [...population.members.values()].filter((_, i) => i % 10 === 5);
  for (const [i, member] of ending.entries()) await population.leave(member, i % 2 === 0);
  let wrong = 0;
  let leastRecall = 1;
  let last: View = population.view(key => liars.keys.has(key));
  let recalls = 0;
  for (let minute = 0; minute < minutes; minute++) {
    await network.pass(MINUTE_MS);
    last = population.view(key => liars.keys.has(key));
    wrong += last.wrong;
    recalls += last.recall;
    leastRecall = Math.min(leastRecall, last.leastRecall);
  }
  liars.stop();
  const counts = [...population.members.values()].map(({ gossip }) => gossip.peers());
  return {
    seconds,
    wrong,
    leastRecall,
    recall: recalls / minutes,
    precision: last.precision,
    told: liars.told,
    madeUp: Math.max(...counts.map(peers => peers.filter(peer => liars.keys.has(peer.hotkey)).length)),
    size: Math.max(...counts.map(peers => peers.length)),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
