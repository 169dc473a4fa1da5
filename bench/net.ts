import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Client, credentials } from '@grpc/grpc-js';
import { toHex } from '../src/base/index.js';
import { Dendrite, floatTensor } from '../src/net/index.js';
import { keypairFromUri, ready } from '../src/wallet/index.js';
import { median } from './measure.js';
import type { Row } from './row.js';

const SECONDS = 1.2;
const ROUNDS = 3;

interface Measured {
  p50Ms: number;
  perSecond: number;
  /** Processor time of both sides per request: steadier than the clock on a shared machine. */
  cpuMs: number;
}

async function measure(call: () => Promise<void>, atOnce: number): Promise<Measured> {
  const times: number[] = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  const end = start + SECONDS * 1000;
  const caller = async () => {
    while (performance.now() < end) {
      const began = performance.now();
      await call();
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  const perSecond = times.length / ((performance.now() - start) / 1000);
  const { user, system } = process.cpuUsage(cpu);
  return { p50Ms: median(times), perSecond, cpuMs: (user + system) / 1000 / times.length };
}

/** A 36 KiB request (9 x 1024 floats) to a neuron in another thread and back: signed, beside grpc-js alone. */
async function run(): Promise<Row[]> {
  await ready();
  const worker = new Worker(new URL('./net-server.js', import.meta.url));
  const [{ axonPort, plainPort }] = (await once(worker, 'message')) as [{ axonPort: number; plainPort: number }];
  const alice = keypairFromUri('//Alice');
  const dendrite = new Dendrite({ signer: keypairFromUri('//Bob') });
  const peer = { hotkey: toHex(alice.publicKey), host: '127.0.0.1', port: axonPort };
  const plain = new Client(`127.0.0.1:${plainPort}`, credentials.createInsecure());
  const rows: Row[] = [];
  for (const [floats, label] of [
    [9 * 1024, '36 KiB'],
    [256 * 1024, '1 MiB'],
  ] as const) {
    const tensor = floatTensor(new Float32Array(floats).fill(0.5), [1, floats / 1024, 1024]);
    const bytes = Buffer.from(tensor.buffer);
    const same = (buffer: Buffer) => buffer;
    const signed = async () => {
      const reply = await dendrite.forward(peer, { tensors: [tensor] });
      if (reply.code !== 'Success') throw new Error(`${reply.code}: ${reply.message}`);
    };
    const unsigned = () =>
      new Promise<void>((resolve, reject) => {
        plain.makeUnaryRequest('/Echo', same, same, bytes, {}, error => (error ? reject(error) : resolve()));
      });
    for (const atOnce of label === '36 KiB' ? [1, 16] : [4]) {
      const ours: Measured[] = [];
      const theirs: Measured[] = [];
      // Interleaved, since the machine's mood changes within seconds.
      for (let round = 0; round < ROUNDS; round++) {
        theirs.push(await measure(unsigned, atOnce));
        ours.push(await measure(signed, atOnce));
      }
      const row = (what: string, unit: string, of: (one: Measured) => number): Row => {
        const [value, alone] = [median(ours.map(of)), median(theirs.map(of))];
        const note = `grpc-js alone, unsigned: ${alone.toPrecision(3)} ${unit}`;
        return { name: `${label} round trip, ${atOnce} at a time: ${what}`, value, unit, ratio: value / alone, note };
      };
      rows.push(
        row('p50', 'ms', one => one.p50Ms),
        row('rate', '1/s', one => one.perSecond),
        row('processor time, both sides', 'ms', one => one.cpuMs),
      );
    }
  }
  dendrite.close();
  plain.close();
  worker.postMessage('stop');
  await once(worker, 'exit');
  return rows;
}

export const suite = { name: 'net', run };
