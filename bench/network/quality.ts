import { fromHex } from '../../src/base/index.js';
import type { Digits } from '../../src/model/index.js';
import { Dendrite, floatsOf, floatTensor, type Peer } from '../../src/net/index.js';
import { imagesOf, slice } from '../experiments/digit-rows.js';
import type { Network, Neuron } from './network.js';

/** Images of one request. */
const ROWS = 250;
const WIDTH = 1024;
const CLASSES = 10;
/** A slow machine computes 250 images of a small model in less. */
const TIMEOUT_MS = 30_000;
/** Who does not answer once need not be asked again: the dead would take minutes. */
const TRIES = 2;

/**
 * The share of the held-out digits that each miner's answers tell right, asked of the running processes over the wire before any validator
 * runs. Of classes that score the same one is taken by chance; who does not answer tells nothing.
 */
export async function measureQuality(
  { miners, validators, client }: Network,
  digits: Digits,
  signal: AbortSignal,
): Promise<number[]> {
  const network = fromHex(client.genesisHash);
  await using dendrite = new Dendrite({ signer: validators[0]!.hotkey, network });
  return await Promise.all(miners.map(miner => accuracyOf(miner, digits, dendrite, signal)));
}

async function accuracyOf(miner: Neuron, digits: Digits, dendrite: Dendrite, signal: AbortSignal): Promise<number> {
  const { place, hotkey } = miner;
  const { ip: host, port } = place.announced;
  const peer: Peer = { hotkey: hotkey.address, host, port };
  let right = 0;
  const failures: string[] = [];
  for (let start = 0; start < digits.count; start += ROWS) {
    const rows = slice(digits, start, Math.min(start + ROWS, digits.count));
    if (failures.length >= TRIES) break;
    const scores = await ask(dendrite, peer, rows.images, signal);
    if (typeof scores === 'string') failures.push(scores);
    else for (let row = 0; row < rows.count; row++) right += chanceOf(scores, row, rows.labels[row]!);
  }
  if (failures.length > 0 && miner.part?.kind !== 'dead')
    throw new Error(`${miner.name} at ${host}:${port}: ${failures[0]}`);
  return right / digits.count;
}

/** The answers, or why there are none. */
async function ask(
  dendrite: Dendrite,
  peer: Peer,
  images: Uint8Array,
  signal: AbortSignal,
): Promise<Float32Array | string> {
  const { shape, data } = imagesOf(images);
  const tensor = floatTensor(data as Float32Array, shape, { modality: 'image' });
  const reply = await dendrite.forward(peer, { tensors: [tensor], dtype: 'float32', timeoutMs: TIMEOUT_MS, signal });
  return reply.code === 'Success' ? floatsOf(reply.tensors[0]!) : `${reply.code}: ${reply.message}`;
}

function chanceOf(scores: Float32Array, row: number, label: number): number {
  const own = scores.subarray(row * WIDTH, row * WIDTH + CLASSES);
  const best = Math.max(...own);
  return own[label] === best ? 1 / own.filter(score => score === best).length : 0;
}
