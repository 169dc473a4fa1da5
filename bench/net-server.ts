import { parentPort } from 'node:worker_threads';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { Axon } from '../src/net/index.js';
import { keypairFromUri, ready } from '../src/wallet/index.js';

/** The other side of bench/net.ts, in a thread of its own: an axon that echoes, and grpc-js alone that echoes bytes. */
await ready();
const axon = new Axon({ signer: keypairFromUri('//Alice'), host: '127.0.0.1' });
axon.attach('', { forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });

const same = (bytes: Buffer) => bytes;
const method = {
  path: '/Echo',
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
} as const;
const plain = new Server({ 'grpc.max_receive_message_length': -1 });
plain.addService(
  { echo: method },
  { echo: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => done(null, call.request) },
);
const plainPort = await new Promise<number>((resolve, reject) =>
  plain.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  ),
);
parentPort!.postMessage({ axonPort: await axon.start(), plainPort });
parentPort!.once('message', async () => {
  await axon.stop();
  plain.forceShutdown();
});
