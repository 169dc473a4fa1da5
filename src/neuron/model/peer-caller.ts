import { encodeAddress, fromHex, type Log } from '../../base/index.js';
import {
  fromBytes,
  type PlainTensor,
  type RemoteBackwardReply,
  type RemoteForwardReply,
  toBytes,
} from '../../model/index.js';
import type { Dendrite, Reply, ReturnCode, WireTensor } from '../../net/index.js';
import type { KnownPeer, PeerDirectory } from '../membership/directory.js';
import type { PeerHealth } from '../membership/peer-health.js';
import type { PeerKinds } from '../membership/peer-kinds.js';
import type { RemoteBackward, RemoteForward } from './thread-messages.js';

export interface PeerCallerOptions {
  dendrite: Dendrite;
  directory: PeerDirectory;
  health: PeerHealth;
  /** Is told of peers that turn out to serve something else. */
  kinds?: Pick<PeerKinds, 'forget'>;
  /** How long an answer to a forward may take; default: as long as the dendrite lets all take. */
  timeoutMs?: number;
  log: Log;
  signal: AbortSignal;
}

/** What a peer says that serves another model than it did. */
const OTHER_KIND: ReadonlySet<ReturnCode> = new Set(['RequestShapeException', 'NotServingNucleus', 'NotImplemented']);

/** The model's way to its peers: hotkeys and plain numbers in, dendrite calls out, and a note on each peer's health. */
export class PeerCaller {
  constructor(private readonly options: PeerCallerOptions) {}

  async forward({ peer: hotkey, input, modality }: RemoteForward): Promise<RemoteForwardReply> {
    const { dendrite, signal, timeoutMs } = this.options;
    const peer = this.find(hotkey);
    if (!peer) return { ok: false, code: 'Unavailable' };
    const reply = await dendrite.forward(peer, {
      tensors: [toWire(input, modality, false)],
      dtype: 'float32',
      ...(timeoutMs !== undefined && { timeoutMs }),
      signal,
    });
    this.note(peer, reply);
    const output = tensorOf(reply);
    return output ? { ok: true, output, version: reply.parameterVersion } : { ok: false, code: reply.code };
  }

  async backward({
    peer: hotkey,
    input,
    modality,
    gradient,
    version,
    wantInputGradient,
  }: RemoteBackward): Promise<RemoteBackwardReply> {
    const { dendrite, signal } = this.options;
    const peer = this.find(hotkey);
    if (!peer) return { ok: false, code: 'Unavailable' };
    const reply = await dendrite.backward(peer, {
      tensors: [toWire(input, modality, wantInputGradient), toWire(gradient, 'tensor', false)],
      parameterVersion: version,
      signal,
      expect: wantInputGradient ? [input.shape] : [],
    });
    // A peer that renewed its parameters in between is as healthy as one that took the gradient.
    if (reply.code !== 'Stale') this.note(peer, reply);
    if (reply.code !== 'Success') return { ok: false, code: reply.code };
    const inputGradient = tensorOf(reply);
    return inputGradient ? { ok: true, gradient: inputGradient } : { ok: true };
  }

  private find(hotkey: string): KnownPeer | undefined {
    return this.options.directory.peers().find(peer => peer.hotkey === hotkey);
  }

  private note(peer: KnownPeer, reply: Reply): void {
    const { health, kinds, log, signal } = this.options;
    if (signal.aborted) return;
    if (OTHER_KIND.has(reply.code)) kinds?.forget(peer.hotkey);
    const name = nameOf(peer);
    if (reply.code === 'Success') {
      if (health.succeeded(peer.hotkey)) log.info(`Peer ${name} answers again`);
      return;
    }
    const failures = health.failed(peer.hotkey);
    const line = `Peer ${name} failed (${reply.code}: ${plainReason(reply.message)})`;
    if (failures === 1) log.warn(`${line}; going on without it`);
    else log.debug(`${line}, ${failures} times in a row`);
  }
}

/** `uid 1 (5Fxyz...) at 127.0.0.1:8091` */
export function nameOf({ uid, hotkey, host, port }: KnownPeer): string {
  const key = `${encodeAddress(fromHex(hotkey)).slice(0, 8)}...`;
  return `${uid === undefined ? key : `uid ${uid} (${key})`} at ${host}:${port}`;
}

/** What grpc-js says of a failed connection, without its wrapping. */
function plainReason(message: string): string {
  return message
    .replace(/^No connection established\. Last error: (Error: )?/, '')
    .replace(/\.? *(Resolution note|LB pick):.*$/s, '');
}

function toWire(tensor: PlainTensor, modality: WireTensor['modality'], requiresGrad: boolean): WireTensor {
  // Token ids are int64 wherever text travels.
  return { ...toBytes(tensor, modality === 'text'), modality, requiresGrad };
}

function tensorOf({ code, tensors }: Reply): PlainTensor | undefined {
  const [tensor] = tensors;
  return code === 'Success' && tensor ? fromBytes(tensor) : undefined;
}
