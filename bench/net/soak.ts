import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { packagePath, pollUntil, sleep, toHex } from '../../src/base/index.js';
import { Axon, Dendrite, floatTensor, type Peer } from '../../src/net/index.js';
import { keypairFromUri, ready } from '../../src/wallet/index.js';
import { collectedBytes, slopePerHour } from './memory.js';

/**
 * `npm run soak:net [-- minutes]`, default 60: an axon and three dendrites (a session over TLS, one on plain text, unary calls)
 * in one process, 16 calls at a time each, of 1 KiB to 1 MiB; dendrites end and others begin three times a minute. Writes a line of JSON
 * every ten seconds to bench-results/soak-net.jsonl, and one of what is reachable between the dendrites: bodies
 * under way differ by megabytes from one moment to the next. Fails when that grows by 1 % an hour or more, and when a call fails
 * by anything but the lateness of the machine.
 */
const minutes = Number(process.argv[2] ?? 60);
if (!(minutes > 0)) {
  console.error('soak:net [minutes=60]');
  process.exit(2);
}
const TURN_MS = Math.min(20_000, minutes * 2_000);
const SAMPLE_MS = TURN_MS / 2;
/** A connection that ended may leave a message or two to the next; of so many turns the least is compared. */
const TURNS = 5;
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

while (performance.now() < end) {
  const until = performance.now() + TURN_MS;
  const sampling = setInterval(() => write({}), SAMPLE_MS);
  await Promise.all(links.map((link, i) => keepAsking(link, i, until)));
  clearInterval(sampling);
  await settle();
}
await axon.stop();
const floors = samples
  .filter((_, i) => i % TURNS === TURNS - 1)
  .map(({ hours }, i) => ({
    hours,
    bytes: Math.min(...samples.slice(TURNS * i, TURNS * (i + 1)).map(({ bytes }) => bytes)),
  }));
const slope = slopePerHour(floors);
const [first, last] = [floors[floors.length >> 2]!, floors.at(-1)!];
const summary = { minutes, counts, megabytes: [first, last].map(({ bytes }) => bytes / 1e6), slopePerHour: slope };
appendFileSync(file, `${JSON.stringify(summary)}\n`);
console.log(JSON.stringify(summary, null, 2));
const failed = Object.keys(counts).some(code => code !== 'Success' && code !== 'Timeout');
process.exit(slope < ALLOWED_PER_HOUR && !failed ? 0 : 1);

async function keepAsking(link: (typeof links)[number], index: number, until: number): Promise<void> {
  using dendrite = new Dendrite({ signer: keypairFromUri(`//Bob//${index}`), ...link });
  const caller = async (n: number) => {
    while (performance.now() < until) {
      const floats = SIZES[n++ % SIZES.length]!;
      const reply = await dendrite.forward(peer, { tensors: [floatTensor(new Float32Array(floats), [1, floats])] });
      counts[reply.code] = (counts[reply.code] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => caller(n)));
}

/** What is reachable while nobody is connected. */
async function settle(): Promise<void> {
  await pollUntil(
    'the end of all connections',
    { withinMs: 30_000 },
    () => axon.stats().connections === 0 || undefined,
  );
  // What one collection frees, buffers of other threads among it, is counted at the next.
  let bytes = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    await sleep(100);
    bytes = Math.min(bytes, collectedBytes());
  }
  samples.push({ hours: (performance.now() - begin) / 3_600_000, bytes });
  write({ bytes });
}

function write(more: { bytes?: number }): void {
  const seconds = Math.round((performance.now() - begin) / 1_000);
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo().length;
  const { active, connections, waiting } = axon.stats();
  const line = { seconds, ...more, rss, heapUsed, arrayBuffers, resources, active, connections, waiting, counts };
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}
