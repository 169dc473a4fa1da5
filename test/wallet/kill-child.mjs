// Run by kill.test.ts: does one thing with a wallet, at the cost of nothing, and ends itself at a given write.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { path, task, from, to, words, killAt, part } = JSON.parse(process.argv[2]);
let writes = 0;
const files = new Set();

/** Ends here, before, in the middle of, or after the write whose turn it is. */
function around(name, isOurs, half) {
  const real = fs[name];
  fs[name] = (...args) => {
    if (!isOurs(...args)) return real(...args);
    const turn = writes++ === killAt;
    if (turn && part === 'before') end();
    if (turn && part === 'middle' && half) {
      half(real, ...args);
      end();
    }
    try {
      const result = real(...args);
      if (name === 'openSync') files.add(result);
      return result;
    } finally {
      // Also when the write fails, as one does that finds something there.
      if (turn) end();
    }
  };
}

function end() {
  process.kill(process.pid, 'SIGKILL');
  // The signal takes effect when the kernel looks; nothing may happen until then.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const inWallet = name => String(name).startsWith(path);
for (const name of ['mkdirSync', 'openSync', 'renameSync', 'linkSync', 'rmSync']) around(name, inWallet);
for (const name of ['fsyncSync', 'closeSync']) around(name, file => files.has(file));
around(
  'writeSync',
  file => files.has(file),
  (real, file, bytes) => real(file, bytes.subarray(0, bytes.length >> 1)),
);
syncBuiltinESMExports();

const built = new URL('../../dist/src/wallet/', import.meta.url);
const { walletWith } = await import(new URL('wallet.js', built));
const { keypairFromMnemonic } = await import(new URL('index.js', built));
const cheap = type => ({ type, iterations: 1, memoryKiB: 8 });
const costs = {
  nacl: cheap('argon2i'),
  strong: cheap('argon2id'),
  strongLimits: { memoryKiB: [8, 64], iterations: [1, 4] },
  fernetRounds: 1,
};
const encryption = choice => (choice === 'none' ? undefined : { ...choice, password: Buffer.from(choice.password) });
const wallet = walletWith({ path, name: 'w' }, costs);
process.send?.('ready');
if (task === 'reencrypt') {
  await wallet.reencrypt('coldkey', { from: async () => Buffer.from(from.password), to: encryption(to) ?? 'none' });
} else {
  const keypair = keypairFromMnemonic(words);
  const coldkey = await wallet.createColdkey({ keypair, encrypt: encryption(to), overwrite: task === 'overwrite' });
  await wallet.createHotkey('h', { keypair, endorseWith: coldkey, overwrite: task === 'overwrite' });
}
process.stdout.write(String(writes));
process.disconnect?.();
