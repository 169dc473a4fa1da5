// What a permitted caller notices of a flood: p99 of a steady rate of its requests, quiet and while strangers and
// unregistered keys send ten times what the axon can answer. Each in a process of its own, on loopback.
//   npm run build && node bench/flood.mjs [rounds] [seconds]
import { fork } from 'node:child_process';
import { connect } from 'node:http2';
import { fileURLToPath } from 'node:url';
import { Axon, Dendrite, floatTensor } from '../dist/src/net/index.js';
import { keypairFromUri, ready } from '../dist/src/wallet/index.js';

const [first, ...rest] = process.argv.slice(2);
const isRole = ['axon', 'caller', 'flood'].includes(first);
const [role, given] = isRole ? [first, rest] : ['main', process.argv.slice(2)];
const self = fileURLToPath(import.meta.url);
const tensor = floatTensor(new Float32Array(256), [1, 256]);
const hex = key => `0x${Buffer.from(key.publicKey).toString('hex')}`;
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
const quantile = (times, q) => times.sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(q * times.length))];

await ready();
const axonKey = keypairFromUri('//Alice');
const permitted = keypairFromUri('//Bob');

const roles = {
  async axon() {
    const registry = who => (who === hex(permitted) ? { stakeRao: 1n, validatorPermit: true } : undefined);
    const axon = new Axon({ signer: axonKey, host: '127.0.0.1', registry });
    axon.attach('', { forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
    process.send({ port: await axon.start() });
    process.on('message', () => process.send({ codes: axon.stats().codes }));
  },

  /** Answers `{ rate, seconds }` with the times of its requests; rate 0: as fast as 16 at a time go. */
  async caller(port) {
    const dendrite = new Dendrite({ signer: permitted });
    const peer = { hotkey: hex(axonKey), host: '127.0.0.1', port: Number(port) };
    const ask = async times => {
      const began = performance.now();
      const { code } = await dendrite.forward(peer, { tensors: [tensor], timeoutMs: 10_000 });
      if (code === 'Success') times.push(performance.now() - began);
      return code;
    };
    process.on('message', async ({ rate, seconds }) => {
      const times = [];
      const end = performance.now() + seconds * 1000;
      const codes = {};
      const once = async () => {
        const code = await ask(times);
        codes[code] = (codes[code] ?? 0) + 1;
      };
      if (rate === 0) {
        const loop = async () => {
          while (performance.now() < end) await once();
        };
        await Promise.all(Array.from({ length: 16 }, loop));
      } else {
        const all = [];
        const start = performance.now();
        for (let n = 0; performance.now() < end; n++) {
          await sleep(Math.max(0, start + (n * 1000) / rate - performance.now()));
          all.push(once());
        }
        await Promise.all(all);
      }
      process.send({ p50: quantile(times, 0.5), p99: quantile(times, 0.99), perSecond: times.length / seconds, codes });
    });
    process.send(await ask([]));
  },

  /** Sends so many requests a second: half of strangers without a signature, half of a key that is not registered. */
  async flood(port, rate) {
    const stranger = keypairFromUri('//Mallory');
    const dendrite = new Dendrite({ signer: stranger, tls: false });
    const peer = { hotkey: hex(axonKey), host: '127.0.0.1', port: Number(port) };
    let session;
    const open = () => {
      session = connect(`http://127.0.0.1:${port}`);
      session.on('error', () => {});
    };
    open();
    const headers = {
      ':method': 'POST',
      ':path': '/Bittensor/Forward',
      'content-type': 'application/grpc',
      te: 'trailers',
    };
    let sent = 0;
    const start = performance.now();
    process.on('message', () => process.send({ sent, seconds: (performance.now() - start) / 1000 }));
    process.send('flooding');
    for (;;) {
      await sleep(5);
      const due = Math.min(2_000, ((performance.now() - start) / 1000) * rate - sent);
      for (let i = 0; i < due; i++, sent++) {
        if (i % 2 === 0) {
          void dendrite.forward(peer, { tensors: [tensor], timeoutMs: 1_000 });
          continue;
        }
        if (session.closed || session.destroyed) open();
        const stream = session.request(headers);
        stream.on('error', () => {});
        stream.end(Buffer.from([0, 0, 0, 0, 3, 1, 2, 3]));
        stream.resume();
      }
    }
  },

  async main(rounds = '3', seconds = '4') {
    const start = (...args) => {
      const child = fork(self, args.map(String));
      const next = () => new Promise(resolve => child.once('message', resolve));
      const ask = question => {
        child.send(question);
        return next();
      };
      return { child, next, ask };
    };
    const axon = start('axon');
    const { port } = await axon.next();
    const caller = start('caller', port);
    await caller.next();
    const capacity = (await caller.ask({ rate: 0, seconds: 2 })).perSecond;
    const rate = Math.max(20, capacity / 10);
    console.log(`capacity ${capacity.toFixed(0)} requests/s; the permitted caller asks ${rate.toFixed(0)}/s`);
    const ratios = [];
    for (let round = 1; round <= Number(rounds); round++) {
      const quiet = await caller.ask({ rate, seconds: Number(seconds) });
      const flooders = [1, 2].map(() => start('flood', port, capacity * 5));
      await Promise.all(flooders.map(flooder => flooder.next()));
      const flooded = await caller.ask({ rate, seconds: Number(seconds) });
      const sent = await Promise.all(flooders.map(flooder => flooder.ask('how many')));
      for (const { child } of flooders) child.kill();
      const offered = sent.reduce((sum, { sent: count, seconds: time }) => sum + count / time, 0);
      ratios.push(flooded.p99 / quiet.p99);
      console.log(
        `round ${round}: p99 ${quiet.p99.toFixed(1)} ms quiet, ${flooded.p99.toFixed(1)} ms with ${offered.toFixed(0)} requests/s of others (${(offered / capacity).toFixed(1)}x capacity): ${ratios.at(-1).toFixed(2)}x; answered ${JSON.stringify(flooded.codes)}`,
      );
      await sleep(500);
    }
    console.log(`median ${quantile(ratios, 0.5).toFixed(2)}x`, JSON.stringify((await axon.ask('stats')).codes));
    for (const { child } of [caller, axon]) child.kill();
  },
};

await roles[role](...given);
