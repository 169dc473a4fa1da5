// An axon as it is shipped, in a process of its own, so that its memory can be measured. It echoes. Speaks over IPC.
import { Axon } from '../../../dist/src/net/index.js';
import { keypairFromSeed, ready } from '../../../dist/src/wallet/index.js';

await ready();
const limits = JSON.parse(process.argv[2] ?? '{}');
const axon = new Axon({ signer: keypairFromSeed(new Uint8Array(32).fill(1)), host: '127.0.0.1', limits });
axon.attach('', { forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
const port = await axon.start();
process.on('message', what => {
  if (what === 'settle') global.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send({ rss, used: heapUsed + external, connections: axon.stats().connections });
});
process.on('disconnect', () => process.exit());
process.send({ port });
