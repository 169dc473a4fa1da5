import { createInterface } from 'node:readline';
import { toHex } from '../../src/base/index.js';
import { Axon, Dendrite, floatTensor, type Peer, type Reply, RequestError } from '../../src/net/index.js';
import { keypairFromUri, ready } from '../../src/wallet/index.js';
import { quantile } from '../measure.js';
import type { Task } from './process.js';

/**
 * This project's ends of `npm run bench:net`, as they are shipped: `own.js server` and `own.js client KIND PORT`, where KIND
 * is `tls` (a session), `plain` (a session on plain text, each message signed) or `no-op` (over TLS, a forward and a backward
 * each). What is said on standard input and output is in process.ts.
 */
const [role, kind, port] = process.argv.slice(2);
const [serverKey, clientKey] = ['//Alice', '//Bob'];
await ready();
if (role === 'server') await serve();
else await ask();

async function serve(): Promise<void> {
  const caller = toHex(keypairFromUri(clientKey).publicKey);
  const axon = new Axon({
    signer: keypairFromUri(serverKey),
    host: '127.0.0.1',
    // A registered caller with a stake and a permit, as a validator has them: the axon looks it up for each request.
    registry: hotkey =>
      hotkey === caller ? { uid: 1, stakeRao: 1_000_000_000_000n, validatorPermit: true } : undefined,
  });
  axon.attach('', {
    forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }),
    backward: async ({ tensors }) => ({ tensors: [tensors[1]!], parameterVersion: 0 }),
  });
  say({ port: await axon.start() });
  for await (const _ of createInterface({ input: process.stdin }));
  await axon.stop();
}

async function ask(): Promise<void> {
  const signer = keypairFromUri(clientKey);
  using dendrite = new Dendrite({ signer, ...(kind === 'plain' && { tls: false }) });
  const peer: Peer = { hotkey: toHex(keypairFromUri(serverKey).publicKey), host: '127.0.0.1', port: Number(port) };
  say({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    say(await measure(dendrite, peer, JSON.parse(line) as Task));
  }
}

async function measure(dendrite: Dendrite, peer: Peer, { bytes, outstanding, seconds }: Task): Promise<object> {
  const shape = kind === 'no-op' ? [bytes / 4096, 1024] : [1, bytes / 1024, 256];
  const tensor = floatTensor(new Float32Array(bytes / 4).fill(0.5), shape);
  const gradient = floatTensor(new Float32Array(bytes / 4).fill(0.25), shape);
  const once = async () => {
    const reply = taken(await dendrite.forward(peer, { tensors: [tensor] }));
    if (reply.tensors[0]!.buffer.length !== bytes) throw new Error('a reply of another size');
    if (kind !== 'no-op') return;
    const { parameterVersion } = reply;
    taken(await dendrite.backward(peer, { tensors: [tensor, gradient], parameterVersion }));
  };
  const times: number[] = [];
  const begin = performance.now();
  const end = begin + 1000 * seconds;
  const caller = async () => {
    while (performance.now() < end) {
      const start = performance.now();
      await once();
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: outstanding }, caller));
  const elapsed = (performance.now() - begin) / 1000;
  times.sort((a, b) => a - b);
  return { requests: times.length, seconds: elapsed, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) };
}

function taken(reply: Reply): Reply {
  if (reply.code !== 'Success') throw new RequestError(reply.code, reply.message);
  return reply;
}

function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
