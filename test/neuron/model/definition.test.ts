import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Closing } from '../../../src/base/index.js';
import { createTrainer } from '../../../src/model/index.js';
import { keyText } from '../../../src/net/auth/signed.js';
import { Axon, Dendrite, describeAxon, floatTensor, priceOf } from '../../../src/net/index.js';
import { ModelServer } from '../../../src/neuron/model/model-server.js';
import { ready } from '../../../src/wallet/index.js';
import { wave } from '../../model/helpers.js';
import { key } from '../../net/helpers.js';

describe('what an axon says of the served model', () => {
  const closing = new Closing();
  let port: number;

  beforeAll(async () => {
    await ready();
    const trainer = await createTrainer({ device: 'wasm', model: 'mnist', seed: 1 });
    closing.add(() => trainer.dispose());
    const server = new ModelServer(error => expect.fail(error.message));
    closing.add(() => server.stop());
    await server.prepare({ device: 'wasm' } as Parameters<ModelServer['prepare']>[0]);
    await server.open({ model: 'mnist', config: {} });
    const parameters = trainer.exportParameters().map(array => ({ ...array, data: array.data.slice() }));
    await server.serve({ parameters, version: 0 });
    const axon = new Axon({ signer: key(1), host: '127.0.0.1', registeredOnly: false });
    closing.add(() => axon.stop());
    axon.attach(server.handlers(priceOf({ axon_price: 0.25 })));
    port = await axon.start();
  }, 60_000);
  afterAll(() => closing.close());

  it('is what it takes, what it gives, and the price', async () => {
    const { synapses } = await describeAxon({ host: '127.0.0.1', port });
    expect(synapses).toEqual([
      {
        synapseKey: keyText(key(1).publicKey),
        inputs: [{ modality: 'image', dtype: 'float32', shape: [-1, 784] }],
        outputs: [{ modality: 'tensor', dtype: 'float32', shape: [-1, 1024] }],
        priceRao: 250_000_000n,
        workMs: undefined,
        backward: true,
      },
    ]);
  });

  it('holds for its answers', async () => {
    using dendrite = new Dendrite({ signer: key(2) });
    const peer = { hotkey: keyText(key(1).publicKey), host: '127.0.0.1', port };
    const [given] = (await describeAxon(peer)).synapses[0]!.outputs;
    const input = {
      ...floatTensor(
        Float32Array.from({ length: 3 * 784 }, (_, i) => wave(i)),
        [3, 784],
      ),
    };
    const { code, tensors } = await dendrite.forward(peer, { tensors: [{ ...input, modality: 'image' }] });
    expect(code).toBe('Success');
    const shape = given!.shape.map((size, i) => (size === -1 ? tensors[0]!.shape[i] : size));
    expect(tensors).toMatchObject([{ modality: given!.modality, dtype: given!.dtype, shape }]);
    expect(tensors[0]!.shape).toEqual([3, 1024]);
  });
});
