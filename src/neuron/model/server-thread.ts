import { parentPort } from 'node:worker_threads';
import {
  type Caller,
  createServer,
  type ModelForms,
  type PlainTensor,
  type Server,
  startBackend,
} from '../../model/index.js';
import type { PrepareServer, Served, ServedModel } from './thread-messages.js';
import { Moved, ThreadRpc } from './thread-rpc.js';

/** Entry of the server thread: a frozen copy of the model that answers peers. */
let options: PrepareServer;
let served: ServedModel;
let server: Server | undefined;

new ThreadRpc(parentPort!, {
  async prepare(request: PrepareServer): Promise<void> {
    options = request;
    await startBackend(options.device);
  },

  open(model: ServedModel): void {
    served = model;
  },

  async serve({ parameters, version }: Served): Promise<ModelForms> {
    if (server) server.replaceParameters(parameters, version);
    else server = await createServer({ ...options, ...served, parameters, version });
    return server.forms();
  },

  async forward({ input }: { input: PlainTensor }): Promise<Moved> {
    const { output, version } = await server!.forward(input);
    return withTensor({ version, tensor: output });
  },

  async backward(request: {
    input: PlainTensor;
    gradient: PlainTensor;
    version: number;
    wantInputGradient: boolean;
    caller: Caller;
  }): Promise<Moved> {
    const { input, gradient, version, ...about } = request;
    const answer = await server!.backward(input, gradient, version, about);
    return withTensor({ version: answer.version, tensor: answer.gradient });
  },

  takeGradients(): Moved | undefined {
    const gradients = server?.takeGradients();
    if (!gradients) return undefined;
    return new Moved(
      gradients,
      gradients.gradients.map(array => array.data.buffer as ArrayBuffer),
    );
  },
});

function withTensor(answer: { version: number; tensor: PlainTensor | undefined }): Moved {
  if (!answer.tensor) return new Moved(answer, []);
  // A copy, because the backend may have handed out its own memory.
  const data = answer.tensor.data.slice();
  return new Moved({ ...answer, tensor: { ...answer.tensor, data } }, [data.buffer as ArrayBuffer]);
}
