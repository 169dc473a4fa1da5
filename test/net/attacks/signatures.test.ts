import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Closing } from '../../../src/base/index.js';
import { type SignedHello, signHello } from '../../../src/net/auth/hello.js';
import { type Purpose, signDigest } from '../../../src/net/auth/signed.js';
import type { Hello, RequestHead } from '../../../src/net/gen/bittensor.js';
import { Axon, floatTensor } from '../../../src/net/index.js';
import { encodeTensors, requestDigest, sealUnary, signHead } from '../../../src/net/wire/messages.js';
import { defaultTensorLimits } from '../../../src/net/wire/tensor.js';
import { PROTOCOL_VERSION } from '../../../src/net/wire/version.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';
import { badSignatures, turned } from './bad-signatures.js';
import { RawClient } from './raw-client.js';

beforeAll(() => ready());

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

const network = new Uint8Array(32).fill(7);
const encoded = encodeTensors([floatTensor(Float32Array.of(1, 2, 3, 4), [2, 2])], defaultTensorLimits);
const others = encodeTensors([floatTensor(Float32Array.of(1, 2, 3, 5), [2, 2])], defaultTensorLimits);
let nonce = 0;

/** An axon (key 1, on this network) that counts what it computes. */
async function target() {
  const axon = new Axon({
    signer: key(1),
    host: '127.0.0.1',
    network,
    // Every kind of forgery comes from one address here.
    limits: { forgeryBurst: 100_000, connectBurst: 10_000 },
  });
  const computed = { count: 0 };
  const echo = async ({ tensors }: { tensors: readonly ReturnType<typeof floatTensor>[] }) => {
    computed.count++;
    return { tensors, parameterVersion: 0 };
  };
  axon.attach('', { forward: echo, backward: echo });
  axon.attach('other', { forward: echo });
  closing.add(() => axon.stop(100));
  return { computed, port: await axon.start() };
}

function clientOf(port: number, tls: boolean): RawClient {
  const client = new RawClient(port, tls);
  closing.add(() => client[Symbol.dispose]());
  return client;
}

/** A head as key 2 signs it. */
function genuine(): RequestHead {
  nonce = Math.max(nonce + 1, Date.now() * 1000);
  return signHead(key(2), {
    kind: 'forward',
    receiver: key(1).publicKey,
    network,
    synapseKey: '',
    nonce,
    parameterVersion: 0,
    digest: encoded.digest(),
    length: encoded.body.length,
    timeoutMs: 5_000,
  });
}

/** The same head with a signature that is right for another purpose. */
function signedFor(purpose: Purpose, head: RequestHead): RequestHead {
  return { ...head, signature: signDigest(key(2), purpose, requestDigest(head)) };
}

/** Everything that a head says, said otherwise than it was signed. */
const badHeads: Record<string, (head: RequestHead) => RequestHead> = {
  ...Object.fromEntries(
    Object.entries(badSignatures).map(([name, change]) => [
      `signature: ${name}`,
      (head: RequestHead) => ({ ...head, signature: change(head.signature) }),
    ]),
  ),
  "another's signature": head => ({ ...head, signature: signDigest(key(3), 'request', requestDigest(head)) }),
  'the signature of another request': head => ({ ...head, signature: genuine().signature }),
  'signed as a reply': head => signedFor('reply', head),
  'signed as a synapse': head => signedFor('synapse', head),
  'signed as a description': head => signedFor('description', head),
  'signed as a hello': head => signedFor('hello', head),
  'signed as a certificate': head => signedFor('tls', head),
  'another method': head => ({ ...head, method: 2 }),
  'another caller': head => ({ ...head, caller: key(3).publicKey }),
  'another receiver': head => ({ ...head, receiver: key(3).publicKey }),
  'another synapse': head => ({ ...head, synapseKey: 'other' }),
  'a later nonce': head => ({ ...head, nonce: head.nonce + 1 }),
  'another parameter version': head => ({ ...head, parameterVersion: 1 }),
  'other tensors': head => ({ ...head, tensorsDigest: others.digest() }),
  'no tensors': head => ({ ...head, tensorsDigest: new Uint8Array() }),
  'no network': head => ({ ...head, network: new Uint8Array() }),
  'another network': head => ({ ...head, network: new Uint8Array(32).fill(8) }),
  'signed on another network': head => {
    const elsewhere = { ...head, network: new Uint8Array(32).fill(8) };
    return { ...head, signature: signDigest(key(2), 'request', requestDigest(elsewhere)) };
  },
  'signed for another receiver': head => {
    const elsewhere = { ...head, receiver: key(3).publicKey };
    return { ...head, signature: signDigest(key(2), 'request', requestDigest(elsewhere)) };
  },
};

const REFUSED = ['Unauthenticated', 'InvalidRequest', 'RequestIncompatibleVersion'];

describe('a wrong signature is refused', () => {
  for (const tls of [false, true]) {
    it(`in every form that a unary call can have, ${tls ? 'over TLS' : 'on plain text'}`, async () => {
      const { computed, port } = await target();
      const client = clientOf(port, tls);
      for (const [name, change] of Object.entries(badHeads)) {
        const head = change(genuine());
        const kind = head.method === 2 ? 'Backward' : 'Forward';
        expect(REFUSED, `${name}, announced`).toContain(await client.unary(kind, sealUnary(head, encoded.body), head));
        // In the message alone the digest is that of the tensors that came: other tensors are sent instead.
        const body = name.includes('tensors') ? others.body : encoded.body;
        expect(REFUSED, `${name}, in the message`).toContain(await client.unary(kind, sealUnary(head, body)));
      }
      const head = genuine();
      expect(REFUSED, 'another body than was announced').toContain(
        await client.unary('Forward', sealUnary(head, others.body), head),
      );
      expect(computed.count).toBe(0);
      const [announced, plain] = [genuine(), genuine()];
      expect(await client.unary('Forward', sealUnary(announced, encoded.body), announced)).toBe('Success');
      expect(await client.unary('Forward', sealUnary(plain, encoded.body))).toBe('Success');
    });
  }

  it('before every request of a session on plain text', async () => {
    const { computed, port } = await target();
    const exchange = clientOf(port, false).exchange();
    closing.add(() => exchange.close());
    await exchange.next('the challenge', frame => frame.challenge !== undefined);
    exchange.send({ hello: unsignedHello() });
    expect(await exchange.next('the welcome', frame => frame.welcome !== undefined)).not.toBe('closed');
    let id = 0;
    const ask = async (head: RequestHead, body = encoded.body) => {
      const request = ++id;
      exchange.send({ id: request, request: { ...head, length: body.length }, body });
      const answer = await exchange.next('an answer', frame => frame.id === request && frame.reply !== undefined);
      return answer === 'closed' ? 'closed' : answer.reply!.returnCode;
    };
    for (const [name, change] of Object.entries(badHeads)) {
      // InvalidRequest, Unauthenticated.
      expect([9, 23], name).toContain(await ask(change(genuine())));
    }
    expect([9, 23]).toContain(await ask(genuine(), others.body));
    expect(computed.count).toBe(0);
    expect(await ask(genuine())).toBe(1);
    expect(computed.count).toBe(1);
  });

  it('in the hello of a session over TLS', async () => {
    const { computed, port } = await target();
    const client = clientOf(port, true);
    const serverKeyHash = await client.serverKeyHash();
    const ask = async (change: (right: SignedHello) => Partial<SignedHello>, after?: (hello: Hello) => Hello) => {
      const exchange = client.exchange();
      const challenged = await exchange.next('the challenge', frame => frame.challenge !== undefined);
      if (challenged === 'closed') throw new Error('closed before the challenge');
      const right: SignedHello = {
        network,
        serverKeyHash,
        caller: key(2).publicKey,
        server: key(1).publicKey,
        challenge: challenged.challenge!.challenge,
        expiry: (Date.now() + 30_000) * 1000,
      };
      const signed = { ...right, ...change(right) };
      const { caller, expiry } = signed;
      const said: Hello = {
        version: PROTOCOL_VERSION,
        caller,
        network: signed.network,
        expiry,
        signature: signHello(key(2), signed),
      };
      exchange.send({ hello: after?.(said) ?? said });
      const answer = await exchange.next('an answer', frame => frame.welcome !== undefined);
      exchange.close();
      return answer === 'closed' ? 'closed' : 'welcome';
    };
    const wrong: Record<string, Parameters<typeof ask>> = {
      'of another network': [() => ({ network: new Uint8Array(32).fill(8) })],
      'of no network': [() => ({ network: new Uint8Array() })],
      "relayed: signed for another server's certificate": [() => ({ serverKeyHash: new Uint8Array(32).fill(1) })],
      'by another key': [() => ({ caller: key(3).publicKey })],
      'for another server': [() => ({ server: key(3).publicKey })],
      'for another challenge': [() => ({ challenge: new Uint8Array(32) })],
      'for a challenge with one bit turned': [right => ({ challenge: turned(right.challenge, 9) })],
      expired: [() => ({ expiry: (Date.now() - 1) * 1000 })],
      'for too long': [() => ({ expiry: (Date.now() + 120_000) * 1000 })],
      'with a later expiry than was signed': [() => ({}), hello => ({ ...hello, expiry: hello.expiry + 1 })],
      'of another caller than signed': [() => ({}), hello => ({ ...hello, caller: key(3).publicKey })],
      'of nobody': [() => ({}), hello => ({ ...hello, caller: new Uint8Array() })],
      'of another version': [() => ({}), hello => ({ ...hello, version: '1.0.0' })],
    };
    for (const [name, change] of Object.entries(badSignatures)) {
      wrong[`signature: ${name}`] = [() => ({}), hello => ({ ...hello, signature: change(hello.signature) })];
    }
    for (const [name, change] of Object.entries(wrong)) expect(await ask(...change), name).toBe('closed');
    expect(computed.count).toBe(0);
    expect(await ask(() => ({}))).toBe('welcome');
  });
});

function unsignedHello(): Hello {
  return { version: PROTOCOL_VERSION, caller: key(2).publicKey, network, expiry: 0, signature: new Uint8Array() };
}
