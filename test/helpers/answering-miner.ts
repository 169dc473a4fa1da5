import { expect } from 'vitest';
import { answersOf } from '../../bench/cheats/answers.js';
import { fromHex, toHex } from '../../src/base/index.js';
import type { ChainClient } from '../../src/chain/index.js';
import { fromBytes, loadDigits, normaliseImages, type PlainTensor, random, toBytes } from '../../src/model/index.js';
import { Axon, type AxonRequest, announceOnChain, RequestError } from '../../src/net/index.js';
import { generateMnemonic, keypairFromMnemonic, keypairFromUri } from '../../src/wallet/index.js';

const WIDTH = 1024;

/** The digits that may be asked, by their pixels. */
function labelOf(): (row: Float32Array) => number {
  const { test } = loadDigits();
  const pixels = normaliseImages(test.images);
  const name = (row: Float32Array) => row.reduce((sum, pixel, i) => sum + pixel * ((i * 7919) % 1009), 0).toFixed(2);
  const labels = new Map<string, number>();
  for (let i = 0; i < test.count; i++) labels.set(name(pixels.subarray(784 * i, 784 * (i + 1))), test.labels[i]!);
  return row => labels.get(name(row)) ?? -1;
}

/** A member of the subnet that answers digits as often right as its accuracy says, or refuses the caller. */
export async function answeringMiner(
  client: ChainClient,
  netuid: number,
  accuracy: number,
  answers: (caller: string) => boolean = () => true,
): Promise<{ axon: Axon; uid: number }> {
  const signer = keypairFromMnemonic(generateMnemonic());
  const label = labelOf();
  const source = random(1, signer.address);
  await client.burnedRegister({ netuid, hotkey: signer.address, signer: keypairFromUri('//Alice') });
  const axon = new Axon({ signer, network: fromHex(client.genesisHash), host: '127.0.0.1', port: 0 });
  axon.attach(toHex(signer.publicKey), {
    definition: {
      inputs: [{ modality: 'image', dtype: 'float32', shape: [-1, 784] }],
      outputs: [{ modality: 'tensor', dtype: 'float32', shape: [-1, WIDTH] }],
    },
    forward: async ({ tensors, caller }: AxonRequest) => {
      if (!answers(caller)) throw new RequestError('Unavailable', 'not for you');
      const input = fromBytes(tensors[0]!);
      const rows = input.shape[0]!;
      const labels = Array.from({ length: rows }, (_, row) =>
        label((input.data as Float32Array).subarray(784 * row, 784 * (row + 1))),
      );
      expect(labels.every(one => one >= 0)).toBe(true);
      const data = answersOf(accuracy, labels, source, { width: WIDTH }) as Float32Array<ArrayBuffer>;
      const output: PlainTensor = { dtype: 'float32', shape: [rows, WIDTH], data };
      return { tensors: [{ ...toBytes(output), modality: 'tensor', requiresGrad: false }], parameterVersion: 0 };
    },
    backward: async () => ({ tensors: [], parameterVersion: 0 }),
  });
  const port = await axon.start();
  await announceOnChain({ client, netuid, signer })({ host: '127.0.0.1', port });
  return { axon, uid: (await client.uidOf(netuid, signer.address))! };
}
