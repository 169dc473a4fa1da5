import { ReplyHead, RequestHead } from '../../../src/net/gen/bittensor.js';
import type { Answer, Incoming, IncomingHandler } from '../../../src/net/incoming.js';
import { ClientSession, type ClientSessionOptions } from '../../../src/net/session/client-session.js';
import { MemoryBudget } from '../../../src/net/session/memory.js';
import { type ServedSession, type ServeOptions, serveSession } from '../../../src/net/session/serve-session.js';
import type { SessionCall } from '../../../src/net/session/session-call.js';
import { PROTOCOL_VERSION } from '../../../src/net/wire/version.js';
import { key } from '../helpers.js';
import { type MemoryStream, memoryStreams, type PairOptions } from './memory-stream.js';

export const serverKeyHash = new Uint8Array(32).fill(9);
export const network = new Uint8Array(32).fill(7);
export const MIB = 2 ** 20;

export const requestHead = (fields: Partial<RequestHead> = {}): RequestHead => ({
  ...RequestHead.create(),
  version: PROTOCOL_VERSION,
  method: 1,
  ...fields,
});

export const answerOf = (body: Uint8Array, fields: Partial<ReplyHead> = {}): Answer => ({
  head: { ...ReplyHead.create(), returnCode: 1, ...fields },
  body,
});

/** Answers with the body that it got. */
export const echo: IncomingHandler = async (incoming: Incoming) => answerOf(await incoming.body());

export function bytes(length: number, seed = 1): Uint8Array {
  const body = new Uint8Array(length);
  for (let i = 0; i < length; i++) body[i] = (i * 31 + seed + (i >>> 8)) & 255;
  return body;
}

export const callOf = (body: Uint8Array, fields: Partial<SessionCall> = {}): SessionCall => ({
  head: requestHead(),
  body,
  timeoutMs: 10_000,
  ...fields,
});

export interface SessionPair {
  readonly client: ClientSession;
  readonly server: ServedSession;
  readonly clientStream: MemoryStream;
  readonly serverStream: MemoryStream;
  readonly clientMemory: MemoryBudget;
  readonly serverMemory: MemoryBudget;
}

export function serveOptions(options: Partial<ServeOptions> = {}): ServeOptions {
  return {
    hotkey: key(1).publicKey,
    network,
    serverKeyHash,
    authorize: () => undefined,
    handler: echo,
    address: '192.0.2.1',
    memory: new MemoryBudget(512 * MIB),
    trust() {},
    ...options,
    // Small, so that a body of 1 MiB waits for credit.
    limits: { inlineBytes: 256 * 1024, ...options.limits },
  };
}

export function clientOptions(options: Partial<ClientSessionOptions> = {}): ClientSessionOptions {
  return {
    signer: key(2),
    expect: { hotkey: key(1).publicKey },
    network,
    serverKeyHash,
    memory: new MemoryBudget(512 * MIB),
    ...options,
  };
}

/** Both ends of a session (server key 1, caller key 2) over a stream in memory. */
export function pair(
  options: { server?: Partial<ServeOptions>; client?: Partial<ClientSessionOptions>; stream?: PairOptions } = {},
): SessionPair {
  const [clientStream, serverStream] = memoryStreams(options.stream);
  const served = serveOptions(options.server);
  const asked = clientOptions(options.client);
  const client = new ClientSession(clientStream, asked);
  const server = serveSession(serverStream, served);
  return { client, server, clientStream, serverStream, clientMemory: asked.memory, serverMemory: served.memory };
}
