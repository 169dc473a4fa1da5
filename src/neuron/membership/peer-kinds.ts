import { type Clock, type Log, messageOf, systemClock } from '../../base/index.js';
import type { ModelForms } from '../../model/index.js';
import {
  type AxonDescription,
  type DescribedSynapse,
  definitionOf,
  describeAxon,
  RequestError,
  type TensorDefinition,
} from '../../net/index.js';
import type { KnownPeer } from './directory.js';
import type { PeerHealth } from './peer-health.js';

/** Peers asked at a time what they serve. */
const AT_A_TIME = 8;
/** A peer that serves something else is asked again after so long: it may have been started anew at the same address. */
const AGAIN_MS = 10 * 60_000;

/** What is known of one peer's synapse. */
interface Kind {
  /** Where and when it was announced; a peer that moved may serve something else. */
  readonly route: string;
  readonly fits: boolean;
  readonly askedMs: number;
}

export interface PeerKindsOptions {
  /** What this neuron's model takes and gives; undefined while that is not known: then everybody fits. */
  readonly own: () => ModelForms | undefined;
  readonly health: PeerHealth;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** For tests. */
  readonly describe?: (peer: KnownPeer, signal: AbortSignal) => Promise<Pick<AxonDescription, 'synapses'>>;
}

/**
 * Which peers serve a model of this neuron's kind: those whose synapse takes and gives the same. Gossip's entries say it; over a chain
 * each axon is asked once, in the background, and again when it has moved. A peer of which nothing is known yet is not asked for its
 * answers; one that does not answer the question is left alone for a while, longer each time, without a word to the user.
 */
export class PeerKinds {
  private readonly kinds = new Map<string, Kind>();
  private readonly asking = new Set<string>();
  private readonly clock: Clock;

  constructor(private readonly options: PeerKindsOptions) {
    this.clock = options.clock ?? systemClock;
  }

  /** Those that are healthy and may be asked now. Begins to find out about others, and forgets peers that are no longer known. */
  fitting<P extends KnownPeer>(peers: readonly P[]): readonly P[] {
    const own = this.options.own();
    const usable = this.options.health.usable(peers);
    if (!own) return usable;
    const known = new Set(peers.map(peer => peer.hotkey));
    for (const hotkey of this.kinds.keys()) if (!known.has(hotkey)) this.kinds.delete(hotkey);
    return usable.filter(peer => {
      const said = entryOf(peer);
      if (said) return isSameKind(own, said);
      const kind = this.kinds.get(peer.hotkey);
      const isKnown = kind?.route === routeOf(peer);
      if (!isKnown || (!kind.fits && Math.abs(this.clock.nowMs() - kind.askedMs) > AGAIN_MS)) this.find(peer, own);
      return isKnown && kind.fits;
    });
  }

  /** True of a peer that said that it serves something else, as far as that is known. */
  isOther(hotkey: string): boolean {
    return this.kinds.get(hotkey)?.fits === false;
  }

  /** A peer refused a request by its form: what is known of it is no longer true. */
  forget(hotkey: string): void {
    this.kinds.delete(hotkey);
  }

  private find(peer: KnownPeer, own: ModelForms): void {
    const { hotkey } = peer;
    if (this.asking.has(hotkey) || this.asking.size >= AT_A_TIME || this.options.signal.aborted) return;
    this.asking.add(hotkey);
    void this.ask(peer, own).finally(() => this.asking.delete(hotkey));
  }

  private async ask(peer: KnownPeer, own: ModelForms): Promise<void> {
    const { health, log, signal, describe = describePeer } = this.options;
    const { hotkey } = peer;
    try {
      const { synapses } = await describe(peer, signal);
      const key = peer.synapseKey ?? hotkey;
      const synapse = synapses.find(({ synapseKey }) => synapseKey === key) ?? synapses[0];
      const fits = synapse !== undefined && (saysNothing(synapse) || isSameKind(own, synapse));
      if (!fits) {
        health.succeeded(hotkey);
        log.debug(`Peer ${hotkey} at ${routeOf(peer)} serves another kind of model: not asked`);
      }
      this.kinds.set(hotkey, { route: routeOf(peer), fits, askedMs: this.clock.nowMs() });
    } catch (error) {
      if (signal.aborted) return;
      // An axon that cannot say what it serves is found out by asking it.
      if (error instanceof RequestError && error.returnCode === 'NotImplemented') {
        this.kinds.set(hotkey, { route: routeOf(peer), fits: true, askedMs: this.clock.nowMs() });
        return;
      }
      const failures = health.failed(hotkey);
      log.debug(
        `Peer ${hotkey} at ${routeOf(peer)} did not say what it serves, ${failures} times: ${messageOf(error)}`,
      );
    }
  }
}

/** A synapse without a description, as the library serves it: what it takes is found out by asking it. */
function saysNothing({ inputs, outputs }: Pick<DescribedSynapse, 'inputs' | 'outputs'>): boolean {
  return inputs.length === 0 && outputs.length === 0;
}

/** Whether a synapse takes and gives what a model does: the same modalities and dtypes, and shapes that leave room for each other. */
export function isSameKind(
  own: ModelForms,
  { inputs, outputs }: Pick<DescribedSynapse, 'inputs' | 'outputs'>,
): boolean {
  return areAlike(own.inputs, inputs) && areAlike(own.outputs, outputs);
}

function areAlike(own: readonly TensorDefinition[], others: readonly TensorDefinition[]): boolean {
  return own.length === others.length && own.every((tensor, i) => isAlike(tensor, others[i]!));
}

function isAlike(own: TensorDefinition, other: TensorDefinition): boolean {
  return (
    own.modality === other.modality &&
    own.dtype === other.dtype &&
    own.shape.length === other.shape.length &&
    own.shape.every((size, i) => size === other.shape[i] || size === -1 || other.shape[i] === -1)
  );
}

/** What gossip's definitions say: an entry stays the same for many steps, and is read once. */
const read = new WeakMap<NonNullable<KnownPeer['definition']>, DescribedSynapse | undefined>();

/** What gossip says of the peer; undefined where there is no entry, or one that says nothing that can be read. */
function entryOf({ definition, synapseKey = '' }: KnownPeer): DescribedSynapse | undefined {
  if (!definition || definition.inputs.length === 0) return undefined;
  if (!read.has(definition)) read.set(definition, describedBy(definition, synapseKey));
  return read.get(definition);
}

function describedBy(
  definition: NonNullable<KnownPeer['definition']>,
  synapseKey: string,
): DescribedSynapse | undefined {
  try {
    return definitionOf({ synapseKey, definition });
  } catch {
    return undefined;
  }
}

function routeOf({ host, port, announcedAt = 0 }: KnownPeer): string {
  return `${host} ${port} ${announcedAt}`;
}

function describePeer({ host, port, hotkey }: KnownPeer, signal: AbortSignal): Promise<AxonDescription> {
  return describeAxon({ host, port, hotkey }, { signal });
}
