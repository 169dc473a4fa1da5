import { isAddress } from '../../base/browser.js';
import type { ChainData } from '../data/chain-data.js';
import { href } from './routes.js';

const MOST_SEARCHED = 20;

/**
 * The page that a text names: `12` or `#12` a block, `0x...` a block, an extrinsic of the newest blocks or a key,
 * `5F...` an account, `subnet 1` or `netuid 1`, `1/5` or `uid 1/5` a neuron, a pallet or `Pallet.item` its storage.
 */
export async function findPlace(chain: ChainData, given: string): Promise<string | undefined> {
  const text = given.trim();
  const block = /^#?(?:block\s*)?(\d{1,10})$/i.exec(text);
  if (block) return href('block', block[1]!);
  const subnet = /^(?:subnet|netuid|sn)\s*#?(\d{1,5})$/i.exec(text);
  if (subnet) return href('subnet', subnet[1]!);
  const neuron = /^(?:uid|neuron)?\s*(\d{1,5})\s*[/:]\s*(\d{1,5})$/i.exec(text);
  if (neuron) return href('neuron', neuron[1]!, neuron[2]!);
  if (isAddress(text)) return href('account', text);
  if (/^0x[0-9a-f]{64}$/i.test(text)) return findHash(chain, text.toLowerCase());
  return findPallet(chain, text);
}

async function findHash(chain: ChainData, hash: string): Promise<string> {
  const header = await chain.rpc.call('chain_getHeader', [hash]);
  if (header !== null) return href('block', hash);
  const { hash: newest } = await chain.place();
  for (const block of await chain.blocksBefore(newest, MOST_SEARCHED)) {
    const found = block.extrinsics.find(extrinsic => extrinsic.hash === hash);
    if (found) return href('extrinsic', block.number, found.index);
  }
  // 32 bytes are a public key, too.
  return href('account', hash);
}

async function findPallet(chain: ChainData, text: string): Promise<string | undefined> {
  const { runtime } = await chain.place();
  const [pallet = '', item = ''] = text.toLowerCase().split('.');
  const found = runtime.metadata.pallets.find(({ name }) => name.toLowerCase() === pallet);
  if (!found) return undefined;
  const storage = found.storage.find(({ name }) => name.toLowerCase() === item);
  if (storage) return href('state', found.name, storage.name);
  if (found.storage.length === 0) return href('constants');
  return href('state', found.name);
}
