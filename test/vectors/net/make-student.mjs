// Writes test/vectors/net/student.json anew: `npm run build && node test/vectors/net/make-student.mjs`.
// Signatures of sr25519 differ in each run; everything else stays as it is unless the protocol changed.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { toHex } from '../../../dist/src/base/index.js';
import { keypairFromSeed, ready } from '../../../dist/src/wallet/index.js';

await ready();
const signer = keypairFromSeed(new Uint8Array(32).fill(1));
const sha256 = bytes => createHash('sha256').update(bytes).digest('hex');
const chunkBytes = 1024;
const contents = {
  'config.json': Buffer.from('{"format":"bittensor-student/1"}\n'),
  'model.safetensors': Buffer.from(Uint8Array.from({ length: 2500 }, (_, i) => (i * 7) & 255)),
};
const files = Object.entries(contents).map(([name, bytes]) => {
  const starts = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, i) => i * chunkBytes);
  const chunks = starts.map(start => sha256(bytes.subarray(start, start + chunkBytes)));
  return { name, bytes: bytes.length, sha256: sha256(bytes), chunks };
});
const hotkey = toHex(signer.publicKey);
// Written out here, not by the code that is tested.
const manifest = JSON.stringify({ format: 'bittensor-student/1', hotkey, model: 'mnist', step: 1250, chunkBytes, files });
const digest = createHash('sha256').update(manifest).digest();
const signed = Buffer.concat([Buffer.from('bittensor-net/2 student\0'), digest]);
const vector = {
  origin: 'make-student.mjs, after docs/protocol.md; the key is that of the seed 0101...01',
  files: Object.fromEntries(Object.entries(contents).map(([name, bytes]) => [name, toHex(bytes)])),
  hotkey,
  manifest,
  id: digest.toString('hex'),
  signed: toHex(signed),
  signature: toHex(signer.sign(signed)),
};
writeFileSync(new URL('student.json', import.meta.url), `${JSON.stringify(vector, null, 2)}\n`);
