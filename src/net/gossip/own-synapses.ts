import { type Clock, type Log, messageOf } from '../../base/index.js';
import type { Endorsement, Signer } from '../../wallet/index.js';
import type { Address } from '../address.js';
import { netError } from '../errors.js';
import type { Synapse } from '../gen/bittensor.js';
import { type DescribedSynapse, definitionFields } from '../wire/definition.js';
import type { FindWork } from './find-work.js';
import { SYNAPSES_PER_KEY } from './peer-table.js';
import { type Definition, type OwnEntry, type Proof, sealEntry, unsignedEntry } from './synapse-entry.js';
import { workSubject, workTime } from './work.js';

/** A synapse that this node serves. */
export interface ServedSynapse {
  readonly synapseKey: string;
  /** The axon's literal address and port. The host is announced for the metagraph port too. */
  readonly host: string;
  readonly port: number;
  /** The coldkey's word that the signer is its hotkey; passed on with the synapse. */
  readonly endorsement?: Endorsement | undefined;
  /** What it takes and gives. */
  readonly definition?: Partial<Omit<DescribedSynapse, 'synapseKey'>> | undefined;
}

export interface OwnSynapsesOptions {
  readonly signer: Signer;
  readonly network: Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
  readonly difficulty: number;
  /** From which age on a proof is made anew, milliseconds. */
  readonly renewWorkMs: number;
  readonly heartbeatMs: number;
  readonly findWork: FindWork;
  /** The newest block's hash, where there is a chain. */
  readonly newestBlock?: (() => string) | undefined;
  /** An entry can be announced, or is to be announced anew. */
  readonly onSigned: () => void;
}

interface Own {
  readonly synapse: ServedSynapse;
  readonly announced: PromiseWithResolvers;
  proof: (Proof & { readonly blockHash: string; readonly beganMs: number }) | undefined;
  working: boolean;
  retryAtMs: number;
  message: Synapse | undefined;
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const RETRY_MS = 10_000;

/**
 * What this node announces: each synapse with a proof of work, made in a thread and renewed before it ages, and a signed
 * heartbeat. Until the first proof is there the node only observes.
 */
export class OwnSynapses {
  private readonly synapses = new Map<string, Own>();
  private readonly stopping = new AbortController();
  /** One proof after the other: the work is not to take more than one core. */
  private turn: Promise<unknown> = Promise.resolve();
  private newestHeartbeatMs = 0;
  private gossipPort: number | undefined;

  constructor(private readonly options: OwnSynapsesOptions) {}

  /** From now on synapses are announced; `gossipPort` is where this node answers, if it does. */
  start(gossipPort: number | undefined): void {
    this.gossipPort = gossipPort;
    this.refresh();
  }

  /**
   * Announces a synapse, or what changed of one. Resolves when it can be told to others. Errors `bad_address`, `too_many`,
   * `closed`.
   */
  serve(synapse: ServedSynapse): Promise<void> {
    this.stopping.signal.throwIfAborted();
    const known = this.synapses.get(synapse.synapseKey);
    if (!known && this.synapses.size >= SYNAPSES_PER_KEY) {
      throw netError('too_many', `a neuron announces ${SYNAPSES_PER_KEY} synapses at most`);
    }
    const isSamePlace = known?.synapse.host === synapse.host && known.synapse.port === synapse.port;
    const own: Own = {
      synapse,
      announced: withResolvers(),
      proof: isSamePlace ? known?.proof : undefined,
      working: false,
      retryAtMs: 0,
      // The old place is told until there is a proof for the new one; a new definition is signed at once.
      message: isSamePlace ? undefined : known?.message,
    };
    this.checkSize(own);
    known?.announced.resolve();
    this.synapses.set(synapse.synapseKey, own);
    if (this.gossipPort !== undefined) this.refresh();
    return own.announced.promise;
  }

  /** Whether this node serves it, so that others' word on it counts for nothing. */
  has(synapseKey: string): boolean {
    return this.synapses.has(synapseKey);
  }

  /** What can be told to others. */
  messages(): Synapse[] {
    return [...this.synapses.values()].flatMap(own => own.message ?? []);
  }

  /** Where this node answers gossip, as its entries say. */
  address(): Address | undefined {
    const [first] = this.synapses.values();
    return first && this.gossipPort ? { host: first.synapse.host, port: this.gossipPort } : undefined;
  }

  /** Signs heartbeats that are due, and begins the work that is. */
  refresh(): void {
    const now = this.options.clock.nowMs();
    for (const own of this.synapses.values()) {
      const age = own.proof ? now - own.proof.beganMs : Number.POSITIVE_INFINITY;
      // A clock that was set back makes a proof of the future, which others do not take.
      if ((age >= this.options.renewWorkMs || age < 0) && !own.working && now >= own.retryAtMs) this.work(own);
      if (own.proof && (!own.message || now - own.message.heartbeat >= this.options.heartbeatMs)) this.sign(own);
    }
  }

  /** The last words: what others are to forget. */
  goodbyes(): Synapse[] {
    const heartbeatMs = this.nextHeartbeat();
    return [...this.synapses.values()]
      .filter(own => own.message)
      .map(own => sealEntry(this.options.signer, { ...this.entryOf(own, heartbeatMs), goodbye: true }));
  }

  stop(): void {
    const closed = netError('closed', 'gossip was stopped');
    this.stopping.abort(closed);
    for (const own of this.synapses.values()) own.announced.reject(closed);
  }

  /** Errors of `sealEntry`, now rather than when the work is done. */
  private checkSize(own: Own): void {
    const { signer, newestBlock } = this.options;
    const { host } = own.synapse;
    const proof = { nonce: 2 ** 31 - 1, proofOfWork: workTime(0) };
    const metagraph = { host, port: 65_535 };
    const entry = this.entryOf(own, this.options.clock.nowMs());
    unsignedEntry(signer.publicKey, { ...entry, metagraph, proof, blockHash: newestBlock?.() });
  }

  private work(own: Own): void {
    own.working = true;
    this.turn = this.turn.then(async () => {
      try {
        if (this.stopping.signal.aborted || this.synapses.get(own.synapse.synapseKey) !== own) return;
        own.proof = await this.prove(own);
        this.sign(own);
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        own.retryAtMs = this.options.clock.nowMs() + RETRY_MS;
        this.options.log.warn(messageOf(error));
      } finally {
        own.working = false;
      }
    });
  }

  private async prove(own: Own): Promise<NonNullable<Own['proof']>> {
    const { clock, difficulty, findWork, newestBlock, signer } = this.options;
    const beganMs = clock.nowMs();
    const blockHash = newestBlock?.() ?? '';
    if (difficulty === 0) return { nonce: 0, proofOfWork: new Uint8Array(), blockHash, beganMs };
    const proofOfWork = workTime(beganMs);
    const entry = { ...this.entryOf(own, beganMs), blockHash, proof: { nonce: 0, proofOfWork } };
    const subject = workSubject(unsignedEntry(signer.publicKey, entry));
    const nonce = await findWork({ subject, difficulty }, this.stopping.signal);
    return { nonce, proofOfWork, blockHash, beganMs };
  }

  private sign(own: Own): void {
    if (this.synapses.get(own.synapse.synapseKey) !== own) return;
    own.message = sealEntry(this.options.signer, this.entryOf(own, this.nextHeartbeat()));
    own.announced.resolve();
    this.options.onSigned();
  }

  private entryOf({ synapse, proof }: Own, heartbeatMs: number): OwnEntry {
    const { synapseKey, host, port, endorsement, definition } = synapse;
    return {
      network: this.options.network,
      synapseKey,
      address: { host, port },
      metagraph: this.gossipPort ? { host, port: this.gossipPort } : undefined,
      heartbeatMs,
      endorsement,
      definition: definition && fieldsOf(definition),
      blockHash: proof?.blockHash,
      proof: proof && { nonce: proof.nonce, proofOfWork: proof.proofOfWork },
    };
  }

  /** Later than the one before, even when the clock was set back. */
  private nextHeartbeat(): number {
    this.newestHeartbeatMs = Math.max(this.newestHeartbeatMs + 1, this.options.clock.nowMs());
    return this.newestHeartbeatMs;
  }
}

function fieldsOf(definition: NonNullable<ServedSynapse['definition']>): Definition {
  const { inputs = [], outputs = [], priceRao = 0n, workMs, backward = false } = definition;
  const { synapseKey: _, ...fields } = definitionFields({
    synapseKey: '',
    inputs,
    outputs,
    priceRao,
    workMs,
    backward,
  });
  return fields;
}

function withResolvers(): PromiseWithResolvers {
  let resolve = (): void => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // Whoever wants to know waits for it; nobody has to.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
