// The permitted caller: answers `{ rate, seconds }` with the times of its requests; rate 0: four at a time, as fast as they go.
import { setTimeout as sleep } from 'node:timers/promises';
import { Dendrite, floatTensor } from '../../../../dist/src/net/index.js';
import { ready } from '../../../../dist/src/wallet/index.js';
import { hex, key } from './keys.mjs';

await ready();
const port = Number(process.argv[2]);
const dendrite = new Dendrite({ signer: key(2) });
const peer = { hotkey: hex(key(1)), host: '127.0.0.1', port };
const input = floatTensor(new Float32Array(256), [1, 256]);

async function ask(times, failed) {
  const began = performance.now();
  const { code } = await dendrite.forward(peer, { tensors: [input], timeoutMs: 8_000 });
  if (code === 'Success') times.push(performance.now() - began);
  else failed.push(code);
}

process.on('disconnect', () => process.exit());
process.on('message', async ({ rate, seconds }) => {
  const times = [];
  const failed = [];
  const start = performance.now();
  const end = start + seconds * 1_000;
  const loop = async () => {
    while (performance.now() < end) await ask(times, failed);
  };
  const all = rate === 0 ? [loop(), loop(), loop(), loop()] : [];
  for (let n = 0; rate > 0 && start + (n * 1_000) / rate < end; n++) {
    await sleep(Math.max(0, start + (n * 1_000) / rate - performance.now()));
    all.push(ask(times, failed));
  }
  await Promise.all(all);
  process.send({ times, failed });
});
const failed = [];
await ask([], failed);
process.send({ failed });
