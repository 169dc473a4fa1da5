import { createHash } from 'node:crypto';
import { keyText } from '../../src/net/auth/signed.js';
import { Gossip } from '../../src/net/gossip/gossip.js';
import { searchWork } from '../../src/net/gossip/work-search.js';
import { type Keypair, keypairFromSeed } from '../../src/wallet/index.js';
import type { VirtualNetwork } from './virtual-network.js';

export const INTERVAL_MS = 1_500;
export const EXPIRY_MS = 300_000;
/** Low, because the simulation makes the work of all; the code is that of 21 bits. */
export const DIFFICULTY = 8;
export const PORT = 8_092;

export interface Member {
  readonly hotkey: string;
  readonly host: string;
  readonly gossip: Gossip;
  readonly joinedMs: number;
  /** Until when others may still believe that it lives. */
  goneMs: number | undefined;
}

export function simulationKey(name: string): Keypair {
  return keypairFromSeed(new Uint8Array(createHash('sha256').update(name).digest()));
}

export function hostOf(index: number, network = 10): string {
  return `${network}.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
}

export interface View {
  /** Shares of the living members that members know at their right address, mean and least. */
  readonly recall: number;
  readonly leastRecall: number;
  /** Entries that are wrong: an address that its neuron never signed, or a neuron that ended too long ago. */
  readonly wrong: number;
  /** Share of the entries about members whose neuron lives. */
  readonly precision: number;
}

/** The honest nodes of a simulation, each of them the shipped `Gossip`. */
export class Population {
  readonly members = new Map<string, Member>();
  /** Those that ended, by key. */
  readonly ended = new Map<string, Member>();
  private next = 1;

  constructor(
    private readonly network: VirtualNetwork,
    private readonly options: { readonly size?: number } = {},
  ) {}

  /** Starts one more node, which begins with the given addresses. */
  async join(bootstrap: readonly string[]): Promise<Member> {
    const { network } = this;
    const index = this.next++;
    const host = hostOf(index);
    const signer = simulationKey(`member ${index}`);
    const transport = network.transport({ host, port: PORT });
    const gossip = new Gossip({
      signer,
      synapse: { synapseKey: keyText(signer.publicKey), host, port: 8_091 },
      bootstrap,
      difficulty: DIFFICULTY,
      ...this.options,
      transport,
      clock: network.clock,
      random: network.random,
      verify: network.verify,
      findWork: async ({ subject, difficulty }) => searchWork(subject, difficulty, 0, 2 ** 31)!,
    });
    const hotkey = keyText(signer.publicKey);
    const member: Member = { hotkey, host, gossip, joinedMs: network.nowMs, goneMs: undefined };
    await gossip.listen();
    this.members.set(hotkey, member);
    const round = async () => {
      if (member.goneMs !== undefined) return;
      await gossip.update();
      network.after(transport.lostMs() + INTERVAL_MS * (2 / 3 + (2 / 3) * network.random()), round);
    };
    network.after(network.random() * INTERVAL_MS, round);
    return member;
  }

  /** Ends a node: with a goodbye, or without a word. */
  async leave(member: Member, politely: boolean): Promise<void> {
    member.goneMs = this.network.nowMs;
    this.members.delete(member.hotkey);
    this.ended.set(member.hotkey, member);
    if (politely) await member.gossip.stop();
    else await this.network.transport({ host: member.host, port: PORT }).close();
  }

  /** Whether all know all. */
  complete(): boolean {
    const others = this.members.size - 1;
    for (const { gossip } of this.members.values()) if (gossip.peers().length < others) return false;
    return this.view().leastRecall === 1;
  }

  /** What the members believe, against what is so. Keys that `knows` names are others', and may be believed. */
  view(isOther: (hotkey: string) => boolean = () => false): View {
    let recalls = 0;
    let leastRecall = 1;
    let wrong = 0;
    let alive = 0;
    let dead = 0;
    for (const { gossip, hotkey } of this.members.values()) {
      let right = 0;
      for (const peer of gossip.peers()) {
        const member = this.members.get(peer.hotkey) ?? this.ended.get(peer.hotkey);
        if (!member) {
          if (!isOther(peer.hotkey)) wrong++;
          continue;
        }
        const isRight = member.host === peer.host && peer.metagraph?.host === member.host && member.hotkey !== hotkey;
        const sinceMs = this.network.nowMs - (member.goneMs ?? this.network.nowMs);
        if (!isRight || sinceMs > EXPIRY_MS + 1_000) wrong++;
        if (member.goneMs !== undefined) {
          dead++;
        } else {
          alive++;
          if (isRight) right++;
        }
      }
      const recall = this.members.size > 1 ? right / (this.members.size - 1) : 1;
      recalls += recall;
      leastRecall = Math.min(leastRecall, recall);
    }
    const precision = alive + dead > 0 ? alive / (alive + dead) : 1;
    return { recall: recalls / this.members.size, leastRecall, wrong, precision };
  }
}
