import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Closing, silentLog } from '../../../src/base/index.js';
import { makeCertificate } from '../../../src/net/auth/certificate.js';
import { keyText, type Purpose, replyDigest, signDigest } from '../../../src/net/auth/signed.js';
import type { ReplyHead, RequestHead } from '../../../src/net/gen/bittensor.js';
import type { Answer, Incoming } from '../../../src/net/incoming.js';
import { Dendrite, floatTensor } from '../../../src/net/index.js';
import { defaultServerLimits, RpcServer } from '../../../src/net/server/rpc-server.js';
import { encodeTensors, requestDigest, sealUnaryReply, signHead } from '../../../src/net/wire/messages.js';
import { defaultTensorLimits } from '../../../src/net/wire/tensor.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../keys.js';
import { badSignatures } from './bad-signatures.js';

beforeAll(() => ready());

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

const network = new Uint8Array(32).fill(7);
const tensor = floatTensor(Float32Array.of(1, 2), [1, 2]);
const encoded = encodeTensors([tensor], defaultTensorLimits);
const others = encodeTensors([floatTensor(Float32Array.of(1, 3), [1, 2])], defaultTensorLimits);

/** What is wrong with a reply that is honest otherwise. */
interface Lie {
  readonly signer?: number;
  readonly responder?: number;
  readonly purpose?: Purpose;
  /** The request that the reply is signed for. */
  readonly to?: (head: RequestHead) => RequestHead;
  readonly signature?: (signature: Uint8Array) => Uint8Array;
  /** Said otherwise than it was signed. */
  readonly said?: Partial<ReplyHead>;
  readonly body?: Uint8Array;
}

/** The reply of key 1, with a lie. */
function answer({ head, transport }: Incoming, lie: Lie): Answer {
  const request = head!;
  const words = { code: 1, message: 'm', parameterVersion: 1, time: Date.now() * 1000 };
  const responder = key(lie.responder ?? 1).publicKey;
  const digest = replyDigest({
    ...words,
    request: requestDigest(lie.to?.(request) ?? request),
    responder,
    tensors: encoded.digest(),
  });
  const right = signDigest(key(lie.signer ?? 1), lie.purpose ?? 'reply', digest);
  const { code: returnCode, ...rest } = words;
  const body = lie.body ?? encoded.body;
  const signature = lie.signature?.(right) ?? right;
  const reply: ReplyHead = { ...rest, returnCode, length: body.length, signature, ...lie.said };
  return {
    head: reply,
    body: transport === 'unary' ? sealUnaryReply(key(1).publicKey, request, reply, body) : body,
  };
}

/** A request of key `caller`, as another neuron or the same may have had it. */
const resigned = (caller: number, change: Partial<RequestHead>) => (head: RequestHead) => {
  const { synapseKey, parameterVersion, length, timeoutMs, receiver, nonce, tensorsDigest } = { ...head, ...change };
  const content = { synapseKey, parameterVersion, length, timeoutMs, receiver, nonce, digest: tensorsDigest };
  return signHead(key(caller), { ...content, kind: 'forward', network: change.network ?? network });
};

const lies: Record<string, Lie> = {
  ...Object.fromEntries(
    Object.entries(badSignatures).map(([name, signature]) => [`signature: ${name}`, { signature }]),
  ),
  'by another neuron in its own name': { signer: 3, responder: 3 },
  "by another neuron in the peer's name": { signer: 3 },
  "by the caller's own key": { signer: 2, responder: 2 },
  'by the peer for another responder': { responder: 3 },
  'signed as a request': { purpose: 'request' },
  'signed as a synapse': { purpose: 'synapse' },
  'signed as a description': { purpose: 'description' },
  'signed as a hello': { purpose: 'hello' },
  'signed as a certificate': { purpose: 'tls' },
  'relayed: to an earlier request of the same caller': { to: head => resigned(2, { nonce: head.nonce - 1 })(head) },
  "relayed: to another caller's request": { to: resigned(4, {}) },
  'relayed: to a request that another neuron got': { to: resigned(2, { receiver: key(3).publicKey }) },
  'relayed: from another network': { to: resigned(2, { network: new Uint8Array(32).fill(8) }) },
  'relayed: to a request of other tensors': { to: resigned(2, { tensorsDigest: others.digest() }) },
  'relayed: to another synapse': { to: resigned(2, { synapseKey: 'other' }) },
  'of another code': { said: { returnCode: 5 } },
  'of no code': { said: { returnCode: 0 } },
  'of another message': { said: { message: '' } },
  'of another parameter version': { said: { parameterVersion: 2 } },
  'of another time': { said: { time: 1 } },
  'with other tensors': { body: others.body },
  'without tensors': { body: encodeTensors([], defaultTensorLimits).body },
};

/** A peer (key 1), and how a caller (key 2) that trusts nobody asks it. */
async function liar(options: { tls: boolean; transport: 'unary' | 'session' }) {
  let lie: Lie = {};
  const transports = new Set<string>();
  const handler = async (incoming: Incoming) => {
    transports.add(incoming.transport);
    await incoming.body();
    return answer(incoming, lie);
  };
  const server = new RpcServer({}, defaultServerLimits, silentLog, {
    certificate: makeCertificate(key(1)),
    incoming: { handler, hotkey: key(1).publicKey, network, authorize: () => undefined },
  });
  const port = await server.listen('127.0.0.1', 0);
  closing.add(() => server.stop(0));
  const ask = async (next: Lie) => {
    lie = next;
    // One dendrite for each: one that was lied to keeps away for a while.
    using dendrite = new Dendrite({ signer: key(2), network, ...options });
    const peer = { hotkey: keyText(key(1).publicKey), host: '127.0.0.1', port };
    return await dendrite.forward(peer, { tensors: [tensor], timeoutMs: 10_000 });
  };
  return { ask, transports };
}

describe('a wrong signature of a reply is refused', () => {
  const ways = [
    ['of a unary call on plain text', { tls: false, transport: 'unary' }, 'unary'],
    ['of a unary call over TLS', { tls: true, transport: 'unary' }, 'unary'],
    ['in a session on plain text', { tls: false, transport: 'session' }, 'signed-session'],
  ] as const;
  it.each(ways)('in every form that one can have %s', async (_name, options, transport) => {
    const { ask, transports } = await liar(options);
    expect(await ask({})).toMatchObject({ code: 'Success', message: 'm', tensors: [{ shape: [1, 2] }] });
    for (const [name, lie] of Object.entries(lies)) {
      const { code, tensors } = await ask(lie);
      expect([name, code, tensors]).toEqual([name, 'InvalidResponse', []]);
    }
    expect(await ask({})).toMatchObject({ code: 'Success' });
    expect([...transports]).toEqual([transport]);
  });
});
