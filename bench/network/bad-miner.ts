import { once } from 'node:events';
import { createServer as listen } from 'node:net';
import { parseArgs } from 'node:util';
import { BittensorError, fromHex, toHex } from '../../src/base/index.js';
import { connect } from '../../src/chain/index.js';
import { createServer, fromBytes, loadModel, type PlainTensor, toBytes } from '../../src/model/index.js';
import { Axon, type AxonRequest, announceOnChain, type SynapseHandlers } from '../../src/net/index.js';
import { openKeypair, ready } from '../../src/wallet/index.js';
import type { Mischief } from './cast.js';

/**
 * A miner that is registered, announces an axon and does not do its work: `bad-miner --mischief zeros --key FILE --chain URL`.
 * It runs until SIGINT or SIGTERM. `--bind`, `--port`, `--external_ip`, `--external_port`: where it listens, what it announces.
 */
const { values } = parseArgs({
  options: {
    mischief: { type: 'string' },
    key: { type: 'string' },
    chain: { type: 'string' },
    model: { type: 'string' },
    bind: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    external_ip: { type: 'string', default: '127.0.0.1' },
    external_port: { type: 'string' },
  },
});
const NETUID = 1;
/** Width of an answer, and how many of its first coordinates are class scores. */
const [WIDTH, CLASSES] = [1024, 10];

type Answer = (input: PlainTensor) => Promise<Float32Array>;

await ready();
const signer = await openKeypair(values.key!);
const client = await connect({ endpoints: [values.chain!] });
const { bind } = values;
const externalPort = values.external_port === undefined ? undefined : Number(values.external_port);
const mischief = values.mischief as Mischief;

const port = mischief === 'silent' ? await silence() : await serve(await answerOf(mischief));
// What the relays of the harness go by, as with the shipped programs.
console.log(`Axon serves at ${bind}:${port}`);
await announceOnChain({ client, netuid: NETUID, signer })({ host: values.external_ip, port: externalPort ?? port });
console.log(`Axon ${values.external_ip}:${externalPort ?? port} published; doing mischief: ${mischief}`);
await client.close();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));

/** Takes connections, reads what comes, and never says a word. */
async function silence(): Promise<number> {
  const server = listen(socket => {
    socket.on('error', () => {});
    socket.resume();
  });
  server.listen(Number(values.port), bind);
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

async function serve(answer: Answer): Promise<number> {
  const axon = new Axon({ signer, network: fromHex(client.genesisHash), host: bind, port: Number(values.port) });
  const handlers: SynapseHandlers = {
    definition: {
      inputs: [{ modality: 'image', dtype: 'float32', shape: [-1, 784] }],
      outputs: [{ modality: 'tensor', dtype: 'float32', shape: [-1, WIDTH] }],
    },
    forward: async ({ tensors }: AxonRequest) => {
      const input = fromBytes(tensors[0]!);
      const data = await answer(input);
      const output: PlainTensor = { dtype: 'float32', shape: [input.shape[0]!, WIDTH], data };
      return { tensors: [{ ...toBytes(output), modality: 'tensor', requiresGrad: false }], parameterVersion: 0 };
    },
    backward: async () => ({ tensors: [], parameterVersion: 0 }),
  };
  axon.attach(toHex(signer.publicKey), handlers);
  return axon.start();
}

async function answerOf(what: Mischief): Promise<Answer> {
  if (what === 'zeros') return async ({ shape }) => new Float32Array(shape[0]! * WIDTH);
  if (what === 'constant') return async ({ shape }) => everyRow(shape[0]!, row => row.fill(1, 3, 4));
  if (what === 'hanging') return () => new Promise<never>(() => {});
  const honest = await honestAnswers(values.model!);
  if (what === 'permuted') return async input => renamed(await honest(input));
  if (what === 'shuffled') return async input => otherRows(await honest(input));
  throw new BittensorError('bad_setting', `there is no mischief '${String(what)}'`);
}

async function honestAnswers(path: string): Promise<Answer> {
  const { groups, about } = loadModel(path, 'mnist');
  const server = await createServer({
    device: 'wasm',
    model: 'mnist',
    config: about.config as Record<string, unknown>,
    parameters: groups.model ?? [],
    version: 0,
  });
  return async input => Float32Array.from((await server.forward(input)).output.data);
}

function everyRow(rows: number, fill: (row: Float32Array) => void): Float32Array {
  const answer = new Float32Array(rows * WIDTH);
  for (let row = 0; row < rows; row++) fill(answer.subarray(row * WIDTH, (row + 1) * WIDTH));
  return answer;
}

/** Each class gets the score of the one before it. */
function renamed(answer: Float32Array): Float32Array {
  for (let at = 0; at < answer.length; at += WIDTH) {
    const scores = answer.slice(at, at + CLASSES);
    for (let i = 0; i < CLASSES; i++) answer[at + ((i + 1) % CLASSES)] = scores[i]!;
  }
  return answer;
}

/** Each row gets the answer to the row before it. */
function otherRows(answer: Float32Array): Float32Array {
  const turned = new Float32Array(answer.length);
  turned.set(answer.subarray(answer.length - WIDTH));
  turned.set(answer.subarray(0, answer.length - WIDTH), WIDTH);
  return turned;
}
