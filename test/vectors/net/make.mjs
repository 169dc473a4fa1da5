// Writes test/vectors/net/signatures.json anew: `npm run build && node test/vectors/net/make.mjs`.
// Signatures of sr25519 differ in each run; everything else stays as it is unless the protocol changed.
import { writeFileSync } from 'node:fs';
import { toHex } from '../../../dist/src/base/index.js';
import { helloBytes, helloDigest, signHello } from '../../../dist/src/net/auth/hello.js';
import { keyText, signedBytes, synapseDigest } from '../../../dist/src/net/auth/signed.js';
import { Synapse, TensorMessage } from '../../../dist/src/net/gen/bittensor.js';
import { sealEntry } from '../../../dist/src/net/gossip/synapse-entry.js';
import {
  encodeTensors,
  replyHead,
  requestDigest as headDigest,
  sealUnary,
  sealUnaryReply,
  signHead,
  signReply,
} from '../../../dist/src/net/wire/messages.js';
import { defaultTensorLimits, floatTensor, plainLink, textTensor } from '../../../dist/src/net/wire/tensor.js';
import { PROTOCOL_VERSION } from '../../../dist/src/net/wire/version.js';
import { keypairFromSeed, ready } from '../../../dist/src/wallet/index.js';

await ready();
const keys = [1, 2, 3].map(index => keypairFromSeed(new Uint8Array(32).fill(index)));
const [axon, dendrite, other] = keys;
const chain = new Uint8Array(32).fill(0xab);

/** The tensors of a body as they travel. */
function travelling(body) {
  return TensorMessage.decode(body).tensors.map(tensor => ({
    ...tensor,
    scales: toHex(tensor.scales),
    buffer: toHex(tensor.buffer),
  }));
}

function request(kind, network, synapseKey, nonce, parameterVersion, tensors, link = plainLink) {
  const encoded = encodeTensors(tensors, defaultTensorLimits, link);
  const content = { kind, receiver: axon.publicKey, network, synapseKey, nonce, parameterVersion };
  const head = signHead(dendrite, {
    ...content,
    digest: encoded.digest(),
    length: encoded.body.length,
    timeoutMs: 10_000,
  });
  const digest = headDigest(head);
  const vector = {
    kind,
    network: toHex(network),
    caller: toHex(dendrite.publicKey),
    receiver: toHex(axon.publicKey),
    synapseKey,
    nonce,
    parameterVersion,
    tensors: travelling(encoded.body),
    tensorsDigest: toHex(encoded.digest()),
    digest: toHex(digest),
    signedBytes: toHex(signedBytes('request', digest)),
    signature: toHex(head.signature),
    body: toHex(encoded.body),
    message: toHex(sealUnary(head, encoded.body)),
  };
  return { head, digest, vector };
}

function reply(to, code, message, parameterVersion, time, tensors) {
  const encoded = encodeTensors(tensors, defaultTensorLimits);
  const words = { code, message, parameterVersion, time, digest: encoded.digest() };
  const head = replyHead(words, encoded.body.length, signReply(axon, to.digest, words));
  return {
    request: to.vector.digest,
    nonce: to.vector.nonce,
    responder: toHex(axon.publicKey),
    code,
    returnCode: head.returnCode,
    message,
    parameterVersion,
    time,
    tensors: travelling(encoded.body),
    tensorsDigest: toHex(encoded.digest()),
    signature: toHex(head.signature),
    wire: toHex(sealUnaryReply(axon.publicKey, to.head, head, encoded.body)),
  };
}

const floats = (...values) => floatTensor(Float32Array.from(values), [1, values.length], { requiresGrad: true });
const none = new Uint8Array();
const first = request('forward', none, '', 1_800_000_000_000_001, 0, [floats(1, -2)]);
const texts = request('forward', chain, keyText(other.publicKey), 1_800_000_000_000_002, 0, [textTensor(['ü', ''])]);
const empty = request('backward', chain, '', 1_800_000_000_000_003, 7, []);

const entry = sealEntry(axon, {
  synapseKey: keyText(other.publicKey),
  address: { host: '127.0.0.1', port: 8091 },
  metagraph: { host: '127.0.0.1', port: 8092 },
  heartbeatMs: 1_800_000_000_000,
});
const entryDigest = synapseDigest({ ...entry, neuron: axon.publicKey, endorsement: none });

const vectors = {
  origin:
    'Made by this project (make.mjs); docs/protocol.md describes each form. Seeds are 32 equal bytes. sr25519 signatures are randomised: verify them, do not compare.',
  version: PROTOCOL_VERSION,
  keys: keys.map((key, i) => ({ seed: toHex(new Uint8Array(32).fill(i + 1)), publicKey: keyText(key.publicKey) })),
  requests: [first, texts, empty].map(({ vector }) => vector),
  replies: [
    reply(first, 'Success', '', 7, 1_800_000_000_123_000, [floats(0.5, 0.25)]),
    reply(texts, 'Stale', 'the version 7 is gone', 8, 1_800_000_000_124_000, []),
  ],
  synapses: [
    {
      version: entry.version,
      neuronKey: entry.neuronKey,
      synapseKey: entry.synapseKey,
      address: entry.address,
      port: entry.port,
      metagraph: entry.metagraph,
      heartbeat: entry.heartbeat,
      blockHash: entry.blockHash,
      nonce: entry.nonce,
      proofOfWork: toHex(entry.proofOfWork),
      inputs: entry.inputs,
      outputs: entry.outputs,
      price: entry.price,
      work: entry.work,
      backward: entry.backward,
      digest: toHex(entryDigest),
      signedBytes: toHex(signedBytes('synapse', entryDigest)),
      signature: toHex(entry.signature),
      message: toHex(Synapse.encode(entry).finish()),
    },
  ],
};
writeFileSync(new URL('signatures.json', import.meta.url), `${JSON.stringify(vectors, null, 2)}\n`);

function hello(network) {
  const content = {
    network,
    serverKeyHash: new Uint8Array(32).fill(0x5c),
    caller: dendrite.publicKey,
    server: axon.publicKey,
    challenge: new Uint8Array(32).fill(0xc4),
    expiry: 1_800_000_030_000_000,
  };
  return {
    ...Object.fromEntries(Object.entries(content).map(([name, value]) => [name, name === 'expiry' ? value : toHex(value)])),
    digest: toHex(helloDigest(content)),
    signedBytes: toHex(helloBytes(content)),
    signature: toHex(signHello(dendrite, content)),
  };
}

const hellos = { origin: vectors.origin, keys: vectors.keys, hellos: [hello(new Uint8Array(0)), hello(chain)] };
writeFileSync(new URL('hellos.json', import.meta.url), `${JSON.stringify(hellos, null, 2)}\n`);
