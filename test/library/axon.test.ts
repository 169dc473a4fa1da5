import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromHex, pollUntil } from '../../src/base/index.js';
import { chainProcessAt, stopLocalnet } from '../../src/chain/index.js';
import * as bittensor from '../../src/index.js';
import { Dendrite } from '../../src/net/index.js';
import { freePort } from '../chain/helpers.js';
import { openWorld, type World } from './helpers.js';

let world: World;
let tf: bittensor.TensorFlow;
beforeAll(async () => {
  world = await openWorld();
  tf = await bittensor.tensorflow('wasm');
});
afterAll(() => world?.[Symbol.asyncDispose]());

const wallet = () => bittensor.wallet();
const floats = (values: number[]) => ({
  dtype: 'float32' as const,
  shape: [1, values.length],
  data: Float32Array.from(values),
});

/** Serves these handlers, lets `ask` use a dendrite and the address, and closes both. */
async function serving(
  handlers: Partial<bittensor.AxonOptions>,
  ask: (dendrite: bittensor.Dendrite, endpoints: readonly bittensor.EndpointTensor[]) => Promise<void>,
): Promise<void> {
  await using axon = await bittensor
    .axon({ wallet: await wallet().create(), ...handlers })
    .start()
    .subscribe();
  await using dendrite = bittensor.dendrite({ wallet: wallet(), timeoutMs: 20_000 });
  const graph = await bittensor.metagraph().sync({ lite: true });
  expect(bittensor.endpoint.fromTensor(graph.endpoints[axon.uid!]!).port).toBe(axon.port);
  await ask(dendrite, graph.endpoints);
}

describe('the handlers of an axon', () => {
  it('get tensors, may wait, and answer with tensors of either kind; a backward gives the gradient at the inputs', async () => {
    const { numTensors } = tf.memory();
    const handlers: bittensor.Handlers = {
      forwardTensor: async (_, x) => {
        await Promise.resolve();
        return tf.tidy(() => tf.mul(x, 2));
      },
      forwardImage: (pubkey, x) => ({ dtype: 'float32', shape: [1, 1], data: Float32Array.of(pubkey.length + x.size) }),
      backwardTensor: (_, x, dy) => tf.mul(tf.add(x, 0), tf.mul(dy, 2)),
      backwardImage: () => {},
    };
    await serving(handlers, async (dendrite, endpoints) => {
      const inputs = floats([1, 2, 3]);
      const call = await dendrite.forwardTensor({ endpoints, inputs });
      expect([call[1], Array.from(call[0][0]!.data)]).toEqual([['Success'], [2, 4, 6]]);
      const back = await dendrite.backward(call, [tf.tensor2d([[1, 1, 10]])]);
      expect([back[1], Array.from(back[0][0]!.data)]).toEqual([['Success'], [2, 4, 60]]);
      const seen = await dendrite.forwardImage({ endpoints, inputs: [inputs] });
      expect(Array.from(seen[0][0]!.data)).toEqual([48 + 3]);
      const nothing = await dendrite.backward(seen, [floats([1])]);
      expect([nothing[1], Array.from(nothing[0][0]!.data)]).toEqual([['Success'], [0, 0, 0]]);
      expect((await dendrite.forwardText({ endpoints, inputs: 'x' }))[1]).toEqual(['NotImplemented']);
    });
    // The one that this test made.
    expect(tf.memory().numTensors).toBe(numTensors + 1);
  });

  it('read text of other implementations as token ids', async () => {
    let ids: number[] | undefined;
    const forwardText: bittensor.ForwardHandler = (_, x) => {
      ids = Array.from(x.dataSync());
      return tf.zeros([...x.shape, bittensor.networkDim]);
    };
    await serving({ forwardText }, async (_, endpoints) => {
      const { hotkey, ip, port } = bittensor.endpoint.fromTensor(endpoints[0]!);
      const genesis = await bittensor.subtensor().use(async client => client.genesisHash);
      using other = new Dendrite({ signer: await wallet().hotkey(), network: fromHex(genesis) });
      const [responses, codes] = await other.forwardText([{ hotkey, host: ip, port }], ['Hello World', 'Hello']);
      expect([codes, responses[0]?.shape]).toEqual([['Success'], [2, 2, 1024]]);
      expect(ids).toEqual([15496, 2159, bittensor.vocabSize - 1, 15496]);
    });
  });

  it('fail by codes: what they throw, what takes too long, what has another shape', async () => {
    const outcomes: Record<string, () => bittensor.TensorLike> = {
      thrown: () => {
        throw new Error('secret reason');
      },
      late: () => {
        throw new DOMException('late', 'TimeoutError');
      },
      narrow: () => tf.zeros([1, 1, 8]),
    };
    let next = '';
    await serving({ forwardText: () => outcomes[next]!() }, async (dendrite, endpoints) => {
      const codeOf = async (outcome: string) => {
        next = outcome;
        const call = await dendrite.forwardText({ endpoints, inputs: 'x' });
        expect(call.messages[0]).not.toContain('secret');
        return call[1][0];
      };
      expect(await codeOf('thrown')).toBe('UnknownException');
    });
    for (const [outcome, code] of [
      ['late', 'Timeout'],
      ['narrow', 'ResponseShapeException'],
    ] as const) {
      next = outcome;
      await serving({ forwardText: () => outcomes[next]!() }, async (dendrite, endpoints) => {
        expect((await dendrite.forwardText({ endpoints, inputs: 'x' }))[1]).toEqual([code]);
      });
    }
  });

  it('are spared callers of the blacklist, who are told why', async () => {
    const asked: string[] = [];
    const options = {
      forwardText: () => tf.zeros([1, 1, bittensor.networkDim]),
      blacklist: (pubkey: string) => {
        asked.push(pubkey);
        return 'not you';
      },
      priority: () => 1,
    };
    await serving(options, async (dendrite, endpoints) => {
      const call = await dendrite.forwardText({ endpoints, inputs: 'x' });
      expect(call[1][0]).not.toBe('Success');
      expect(call.messages[0]).toContain('not you');
      expect(asked).toEqual([wallet().hotkeyAddress]);
    });
  });
});

describe('an axon', () => {
  it('starts a local chain where none runs, as a neuron does', async () => {
    const endpoint = `ws://127.0.0.1:${await freePort()}`;
    const own = await bittensor.wallet({ hotkey: 'alone', endpoint }).create();
    process.env['BT_DATA'] = join(world.folder, 'alone');
    try {
      await using axon = await bittensor.axon({ wallet: own, endpoint }).start().subscribe();
      expect(axon.uid).toBe(0);
      expect(await chainProcessAt(endpoint)).toMatchObject({ pid: expect.any(Number) });
    } finally {
      await stopLocalnet({ url: endpoint });
    }
  }, 120_000);

  it('says it when no chain answers, however it is waited for, and can be closed then', async () => {
    const endpoint = 'ws://127.0.0.1:1,ws://127.0.0.1:2';
    const own = await bittensor.wallet({ hotkey: 'lost', endpoint }).create();
    for (const wait of [
      (axon: bittensor.Axon) => axon.start(),
      (axon: bittensor.Axon) => axon.subscribe(),
      (axon: bittensor.Axon) => axon.start().subscribe(),
    ]) {
      const axon = bittensor.axon({ wallet: own, endpoint });
      await expect(wait(axon)).rejects.toMatchObject({ code: 'chain_unreachable' });
      await axon.close();
      await axon.stop();
    }
  }, 120_000);

  it('ends with its signal, and gives its hotkey back', async () => {
    const stopping = new AbortController();
    const options = { wallet: await wallet().create(), forwardText: () => tf.zeros([1, 1, bittensor.networkDim]) };
    const axon = await bittensor.axon({ ...options, signal: stopping.signal }).start();
    expect(axon.port).toBeGreaterThan(0);
    stopping.abort();
    await axon.stop();
    await using again = await pollUntil('the hotkey', { withinMs: 30_000 }, () => bittensor.axon(options).start());
    expect(again.stats()?.requests).toBe(0);
  });
});
