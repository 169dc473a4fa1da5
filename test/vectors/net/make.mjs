// Writes test/vectors/net/signatures.json anew: `npm run build && node test/vectors/net/make.mjs`.
// Signatures of sr25519 differ in each run; everything else stays as it is unless the protocol changed.
import { writeFileSync } from 'node:fs';
import { decodeAddress, fromHex, toHex } from '../../../dist/src/base/index.js';
import { makeCertificate, readCertificate } from '../../../dist/src/net/auth/certificate.js';
import { helloBytes, helloDigest, signHello } from '../../../dist/src/net/auth/hello.js';
import { keyText, signedBytes } from '../../../dist/src/net/auth/signed.js';
import { Description, Synapse, TensorMessage } from '../../../dist/src/net/gen/bittensor.js';
import { sealEntry } from '../../../dist/src/net/gossip/synapse-entry.js';
import { sealDescription } from '../../../dist/src/net/wire/description.js';
import {
  encodeTensors,
  replyHead,
  requestDigest as headDigest,
  sealUnary,
  sealUnaryReply,
  signHead,
  signReply,
} from '../../../dist/src/net/wire/messages.js';
import { networkOfName } from '../../../dist/src/net/wire/network.js';
import { digestOfSynapse } from '../../../dist/src/net/wire/synapse.js';
import { defaultTensorLimits, floatTensor, plainLink, textTensor } from '../../../dist/src/net/wire/tensor.js';
import { PROTOCOL_VERSION } from '../../../dist/src/net/wire/version.js';
import { endorse, keypairFromSeed, ready } from '../../../dist/src/wallet/index.js';

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
const waves = floatTensor(
  Float32Array.from({ length: 256 }, (_, i) => ((i % 16) - 8) / 4),
  [4, 64],
  { modality: 'image' },
);
const forms = [
  ['bf16', 'none'],
  ['int8', 'none'],
  ['plain', 'zstd'],
].map(([encoding, compression], i) =>
  request('forward', none, '', 1_800_000_000_000_004 + i, 0, [waves], { encoding, compression }),
);

const entry = sealEntry(axon, {
  network: networkOfName('test'),
  synapseKey: keyText(other.publicKey),
  address: { host: '127.0.0.1', port: 8091 },
  metagraph: { host: '127.0.0.1', port: 8092 },
  heartbeatMs: 1_800_000_000_000,
});
const word = endorse(other, axon.publicKey);
const described = sealEntry(axon, {
  network: chain,
  synapseKey: keyText(axon.publicKey),
  address: { host: '2001:db8::1', port: 8091 },
  metagraph: undefined,
  heartbeatMs: 1_800_000_000_001,
  endorsement: word,
  definition: {
    inputs: [{ modality: 1, dtype: 1, shape: [-1, 784] }],
    outputs: [
      { modality: 0, dtype: 1, shape: [-1, 10] },
      { modality: 0, dtype: 16, shape: [-1, 1024] },
    ],
    price: 1_000,
    work: 2_500,
    backward: true,
  },
});

function synapseVector(synapse) {
  const digest = digestOfSynapse(synapse);
  const { network, signature, proofOfWork, endorsement, ...fields } = synapse;
  return {
    ...fields,
    network: toHex(network),
    proofOfWork: toHex(proofOfWork),
    endorsement: toHex(endorsement),
    digest: toHex(digest),
    signedBytes: toHex(signedBytes('synapse', digest)),
    signature: toHex(signature),
    message: toHex(Synapse.encode(synapse).finish()),
  };
}

function descriptionVector() {
  const challenge = new Uint8Array(32).fill(0xc4);
  const content = {
    synapses: [described],
    network: chain,
    endorsement: { coldkey: decodeAddress(word.coldkey), signature: fromHex(word.signature) },
    bodyBytes: 2 ** 28,
    timeMs: 1_800_000_000_000,
  };
  const bytes = sealDescription(axon, content, challenge);
  const { signature, synapses, ...fields } = Description.decode(bytes);
  return {
    ...fields,
    endorsement: toHex(fields.endorsement),
    network: toHex(fields.network),
    challenge: toHex(fields.challenge),
    synapses: synapses.map(synapse => toHex(digestOfSynapse(synapse))),
    signature: toHex(signature),
    message: toHex(bytes),
  };
}

function certificateVector() {
  const { certPem, publicKeyHash } = makeCertificate(axon, Date.UTC(2027, 0, 1));
  const der = Buffer.from(certPem.replace(/-----.*-----|\s/g, ''), 'base64');
  return {
    hotkey: toHex(readCertificate(der).hotkey),
    publicKeyHash: toHex(publicKeyHash),
    signedBytes: toHex(signedBytes('tls', publicKeyHash)),
    der: toHex(der),
  };
}

const vectors = {
  origin:
    'Made by this project (make.mjs); docs/protocol.md describes each form. Seeds are 32 equal bytes. sr25519 signatures are randomised: verify them, do not compare.',
  version: PROTOCOL_VERSION,
  keys: keys.map((key, i) => ({ seed: toHex(new Uint8Array(32).fill(i + 1)), publicKey: keyText(key.publicKey) })),
  requests: [first, texts, empty, ...forms].map(({ vector }) => vector),
  replies: [
    reply(first, 'Success', '', 7, 1_800_000_000_123_000, [floats(0.5, 0.25)]),
    reply(texts, 'Stale', 'the version 7 is gone', 8, 1_800_000_000_124_000, []),
  ],
  networks: [{ name: 'test', network: toHex(networkOfName('test')) }],
  synapses: [synapseVector(entry), synapseVector(described)],
  descriptions: [descriptionVector()],
  certificates: [certificateVector()],
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
