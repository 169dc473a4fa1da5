import { type Address, formatAddress } from '../../src/net/address.js';
import { keyText } from '../../src/net/auth/signed.js';
import { GossipBatch, type Synapse } from '../../src/net/gen/bittensor.js';
import { type OwnEntry, type Proof, sealEntry, unsignedEntry } from '../../src/net/gossip/synapse-entry.js';
import { workSubject, workTime } from '../../src/net/gossip/work.js';
import { searchWork } from '../../src/net/gossip/work-search.js';
import { networkOfName, TEST_NETWORK } from '../../src/net/wire/network.js';
import { PROTOCOL_VERSION } from '../../src/net/wire/version.js';
import type { Keypair } from '../../src/wallet/index.js';
import { DIFFICULTY, hostOf, INTERVAL_MS, PORT, simulationKey } from './population.js';
import type { VirtualNetwork } from './virtual-network.js';

/** What a liar says. The first three break its neck at once, if anybody looks. */
const LIES = ['altered', 'stolen', 'workless', 'borrowed', 'stale', 'made up', 'hearsay', 'silence'] as const;
type Lie = (typeof LIES)[number];
const QUIET: readonly Lie[] = ['stale', 'made up', 'hearsay', 'silence'];

/** What a node without a chain is of, unless it is told otherwise. */
const network = networkOfName(TEST_NETWORK);
const PER_BATCH = 50;
const PUSH_EVERY_MS = 8_000;
const CAPTURED = 5_000;

interface MadeUp {
  readonly key: Keypair;
  readonly own: OwnEntry;
  message: Synapse;
}

/**
 * Nodes that work together to make honest ones believe what is not so. Half of them tell lies that signatures and work
 * betray; the other half only what is hard to tell from the truth: old entries, made-up neurons with work, addresses where
 * nobody answers, and never a word of an honest neuron.
 */
export class Liars {
  /** Keys that the liars made up, with work. They exist: to believe in them is no error. */
  readonly keys = new Set<string>();
  /** Addresses, for honest nodes to begin with. */
  readonly addresses: Address[] = [];
  readonly told: Record<Lie, number> = Object.fromEntries(LIES.map(lie => [lie, 0])) as Record<Lie, number>;
  private readonly captured: Synapse[] = [];
  private readonly madeUp: MadeUp[] = [];
  private readonly workless: MadeUp[] = [];
  private stopped = false;

  constructor(
    private readonly network: VirtualNetwork,
    private readonly victims: () => Iterable<string>,
  ) {}

  /** Starts so many liars, each of which makes up some neurons. */
  async start(count: number, madeUpByEach: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const address = { host: hostOf(i, 11), port: PORT };
      this.addresses.push(address);
      const lies = i % 2 === 0 ? LIES : QUIET;
      const transport = this.network.transport(address);
      await transport.listen(bytes => Promise.resolve(this.answer(bytes, address, lies)));
      for (let n = 0; n < madeUpByEach; n++) this.makeUp(`liar ${i} ${n}`, address, true);
      const push = async () => {
        if (this.stopped) return;
        const victims = [...this.victims()];
        const victim = victims[Math.floor(this.network.random() * victims.length)];
        if (victim !== undefined) {
          const bytes = this.lie(address, lies);
          const asking = { bytes, timeoutMs: 2_000 };
          await transport.ask({ host: victim, port: PORT }, asking).then(
            reply => this.capture(GossipBatch.decode(reply)),
            () => {},
          );
        }
        this.network.after(PUSH_EVERY_MS * (0.5 + this.network.random()), push);
      };
      this.network.after(this.network.random() * INTERVAL_MS, push);
    }
    for (let n = 0; n < PER_BATCH; n++) this.makeUp(`workless ${n}`, this.addresses[0]!, false);
    const renew = () => {
      for (const one of [...this.madeUp, ...this.workless]) this.sign(one);
      if (!this.stopped) this.network.after(60_000, renew);
    };
    this.network.after(60_000, renew);
  }

  stop(): void {
    this.stopped = true;
  }

  private answer(bytes: Uint8Array, address: Address, lies: readonly Lie[]): Uint8Array {
    this.capture(GossipBatch.decode(bytes));
    return this.lie(address, lies);
  }

  private lie(address: Address, lies: readonly Lie[]): Uint8Array {
    const lie = this.any(lies)!;
    this.told[lie]++;
    const peers = lie === 'hearsay' ? this.junk() : this.addresses.slice(0, 10).map(formatAddress);
    return GossipBatch.encode({
      ...GossipBatch.create(),
      version: PROTOCOL_VERSION,
      peers,
      synapses: this.entries(lie, address),
      address: formatAddress(address),
      network,
      neuronKey: this.any(this.madeUp.filter(one => one.own.address === address))?.message.neuronKey ?? '',
    }).finish();
  }

  private entries(lie: Lie, address: Address): Synapse[] {
    const later = () => this.network.nowMs + 5_000;
    const some = this.some(this.captured);
    switch (lie) {
      case 'altered':
        return some.map(entry => ({ ...entry, address: address.host, heartbeat: later() }));
      case 'stolen':
        // The first of them ends the batch anyway.
        return some.slice(0, 2).map(entry => {
          const own = { ...this.madeUp[0]!.own, synapseKey: entry.synapseKey, heartbeatMs: later() };
          return { ...sealEntry(this.madeUp[0]!.key, own), neuronKey: entry.neuronKey };
        });
      case 'workless':
        return this.workless.map(one => one.message);
      case 'borrowed': {
        const { nonce, proofOfWork } = this.madeUp[0]!.message;
        return this.workless.slice(0, 2).map(one => sealEntry(one.key, { ...one.own, proof: { nonce, proofOfWork } }));
      }
      case 'stale':
        return some;
      case 'made up':
        return this.some(this.madeUp).map(one => one.message);
      default:
        return [];
    }
  }

  private capture({ synapses }: GossipBatch): void {
    for (const entry of synapses) {
      if (this.keys.has(entry.neuronKey)) continue;
      // What was heard first is kept: the older an entry, the better a lie it makes.
      if (this.captured.length < CAPTURED) this.captured.push(entry);
    }
  }

  private makeUp(name: string, address: Address, works: boolean): void {
    const key = simulationKey(name);
    const own: OwnEntry = { network, synapseKey: '', address, metagraph: address, heartbeatMs: this.network.nowMs };
    const proof = works ? this.prove(key, own) : undefined;
    const one: MadeUp = { key, own: { ...own, proof }, message: sealEntry(key, { ...own, proof }) };
    if (works) this.keys.add(keyText(key.publicKey));
    (works ? this.madeUp : this.workless).push(one);
  }

  private prove(key: Keypair, own: OwnEntry): Proof {
    const proofOfWork = workTime(this.network.nowMs);
    const subject = workSubject(unsignedEntry(key.publicKey, { ...own, proof: { nonce: 0, proofOfWork } }));
    return { nonce: searchWork(subject, DIFFICULTY, 0, 2 ** 31)!, proofOfWork };
  }

  private sign(one: MadeUp): void {
    one.message = sealEntry(one.key, { ...one.own, heartbeatMs: this.network.nowMs });
  }

  /** Addresses where nobody answers. */
  private junk(): string[] {
    return Array.from({ length: 10 }, () => `${hostOf(Math.floor(this.network.random() * 2 ** 24), 12)}:${PORT}`);
  }

  private some<T>(items: readonly T[]): T[] {
    const from = Math.floor(this.network.random() * Math.max(1, items.length - PER_BATCH));
    return items.slice(from, from + PER_BATCH);
  }

  private any<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.network.random() * items.length)];
  }
}
