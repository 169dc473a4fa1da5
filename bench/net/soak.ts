import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { packagePath, sleep, toHex } from '../../src/base/index.js';
import { Axon, Dendrite, floatTensor, type Peer } from '../../src/net/index.js';
import { keypairFromUri, ready } from '../../src/wallet/index.js';
import { collectedBytes, slopePerHour } from './memory.js';

/**
 * `npm run soak:net [-- minutes]`, default 60: an axon and three dendrites (a session over TLS, one on plain text, unary calls)
 * in one process, 16 calls at a time each, of 1 KiB to 1 MiB; sessions end and begin anew each minute. Writes a line of JSON
 * every ten seconds to bench-results/soak-net.jsonl. Fails when memory grows by 1 % an hour or more.
 */
const minutes = Number(process.argv[2] ?? 60);
if (!(minutes > 0)) {
  console.error('soak:net [minutes=60]');
  process.exit(2);
}
const SAMPLE_MS = 10_000;
const AT_ONCE = 16;
const SIZES = [256, 256, 9 * 1024, 9 * 1024, 9 * 1024, 256 * 1024];
const ALLOWED_PER_HOUR = 0.01;

await ready();
const axonKey = keypairFromUri('//Alice');
const axon = new Axon({ signer: axonKey, host: '127.0.0.1' });
const echo = async ({ tensors }: { tensors: readonly ReturnType<typeof floatTensor>[] }) => ({
  tensors,
  parameterVersion: 0,
});
axon.attach('', { forward: echo });
const peer: Peer = { hotkey: toHex(axonKey.publicKey), host: '127.0.0.1', port: await axon.start() };
const links = [{ tls: true }, { tls: false }, { tls: true, transport: 'unary' as const }];

const file = packagePath('bench-results/soak-net.jsonl');
mkdirSync(packagePath('bench-results'), { recursive: true });
writeFileSync(file, '');
const begin = performance.now();
const end = begin + minutes * 60_000;
const counts: Record<string, number> = {};
const samples: { hours: number; bytes: number }[] = [];

const callers = links.map((link, i) => keepAsking(link, i));
while (performance.now() < end) {
  await sleep(Math.min(SAMPLE_MS, Math.max(0, end - performance.now())));
  sample();
}
await Promise.all(callers);
await axon.stop();
const slope = slopePerHour(samples);
const [first, last] = [samples[samples.length >> 2]!, samples.at(-1)!];
const summary = { minutes, counts, megabytes: [first, last].map(({ bytes }) => bytes / 1e6), slopePerHour: slope };
appendFileSync(file, `${JSON.stringify(summary)}\n`);
console.log(JSON.stringify(summary, null, 2));
process.exit(slope < ALLOWED_PER_HOUR ? 0 : 1);

async function keepAsking(link: (typeof links)[number], index: number): Promise<void> {
  for (let turn = 0; performance.now() < end; turn++) {
    using dendrite = new Dendrite({ signer: keypairFromUri(`//Bob//${index}`), ...link });
    const until = Math.min(end, performance.now() + 60_000);
    const caller = async (n: number) => {
      while (performance.now() < until) {
        const floats = SIZES[n++ % SIZES.length]!;
        const reply = await dendrite.forward(peer, { tensors: [floatTensor(new Float32Array(floats), [1, floats])] });
        counts[reply.code] = (counts[reply.code] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => caller(n + turn)));
  }
}

function sample(): void {
  const bytes = collectedBytes();
  const hours = (performance.now() - begin) / 3_600_000;
  samples.push({ hours, bytes });
  const { rss } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo().length;
  const { active, connections, waiting } = axon.stats();
  appendFileSync(
    file,
    `${JSON.stringify({ seconds: Math.round(hours * 3600), bytes, rss, resources, active, connections, waiting, counts })}\n`,
  );
}
