// Run by no-socket.test.ts: does everything that a wallet does, twice; prints what it loaded and opened as JSON to a file.
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [path, vectors, report] = process.argv.slice(2);
const built = new URL('../../dist/src/wallet/', import.meta.url);
const before = new Set(process.moduleLoadList);
const index = await import(new URL('index.js', built));
const { walletWith } = await import(new URL('wallet.js', built));
const cheap = type => ({ type, iterations: 1, memoryKiB: 8 });
const costs = {
  nacl: cheap('argon2i'),
  strong: cheap('argon2id'),
  strongLimits: { memoryKiB: [8, 64], iterations: [1, 4] },
  fernetRounds: 1000,
};
const word = () => Buffer.from('Conformance-Pw-1!');
const ask = async () => word();

async function useWallet(name) {
  await index.ready();
  for (const form of ['nacl', 'strong']) {
    const wallet = walletWith({ path, name: name + form }, costs);
    const encrypt = { form, password: word() };
    const coldkey = await wallet.createColdkey({ encrypt, words: 24 });
    const hotkey = await wallet.createHotkey('h', { endorseWith: coldkey });
    await wallet.reencrypt('coldkey', { from: ask, to: encrypt });
    const again = walletWith({ path, name: name + form }, costs);
    const signer = await again.unlockColdkey({ password: ask });
    const message = Buffer.from('a message');
    if (!index.verify(signer.publicKey, message, signer.sign(message))) throw new Error('bad signature');
    const keys = { hotkey: hotkey.publicKey, coldkey: coldkey.publicKey };
    if (!index.verifyEndorsement(again.endorsementOf('h'), keys)) throw new Error('bad endorsement');
    await again.unlockHotkey('h');
    again.describe();
  }
  await index.openKeypair(join(vectors, 'legacy/legacy_ansible_coldkey'), { password: ask });
  await index.openKeypair(join(vectors, 'legacy/legacy_fernet_coldkey'), { password: ask });
  const exported = readFileSync(join(vectors, 'polkadot-js/account.json'), 'utf8');
  await index.keypairFromPolkadotJson(exported, 'account.json', ask);
  index.keypairFromUri('//Alice//stash');
  index.walletNames(path);
}

await useWallet('first');
const loaded = process.moduleLoadList.filter(name => !before.has(name));
const descriptors = existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd') : [];
const sockets = descriptors.flatMap(file => {
  try {
    return readlinkSync(`/proc/self/fd/${file}`);
  } catch {
    return [];
  }
});

// Once more, now with everything that could reach out broken.
const calls = [];
const trap = (object, ...names) => {
  for (const name of names) {
    object[name] = () => {
      calls.push(name);
      throw new Error(`${name} was called`);
    };
  }
};
const { default: net } = await import('node:net');
trap(net.Socket.prototype, 'connect');
trap(net.Server.prototype, 'listen');
trap((await import('node:dgram')).default, 'createSocket');
trap((await import('node:dns')).default, 'lookup', 'resolve');
trap((await import('node:http')).default, 'request', 'get');
trap((await import('node:https')).default, 'request', 'get');
trap((await import('node:http2')).default, 'connect');
trap((await import('node:tls')).default, 'connect');
trap((await import('node:child_process')).default, 'spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'execFileSync');
trap(globalThis, 'fetch', 'WebSocket');
await useWallet('second');
let trapWorks = false;
try {
  net.connect(1);
} catch {
  trapWorks = calls.includes('connect');
}
writeFileSync(
  report,
  JSON.stringify({ loaded, sockets: sockets.filter(name => /^socket:/.test(name)), calls, trapWorks }),
);
