// An axon as it is shipped, in a process of its own: one worker thread, and one key that is registered.
import { Axon } from '../../../../dist/src/net/index.js';
import { keypairFromSeed, ready } from '../../../../dist/src/wallet/index.js';
import { registered } from './keys.mjs';

await ready();
const registry = hotkey => (hotkey === registered() ? { stakeRao: 1n, validatorPermit: true } : undefined);
const signer = keypairFromSeed(new Uint8Array(32).fill(1));
const axon = new Axon({ signer, host: '127.0.0.1', registry, limits: { maxThreads: 1 } });
axon.attach('', { forward: { module: new URL('./work.mjs', import.meta.url), name: 'work' } });
const port = await axon.start();
process.on('message', () => {
  const { codes, bytesIn, drops } = axon.stats();
  process.send({ codes, bytesIn, drops });
});
process.on('disconnect', () => process.exit());
process.send({ port });
