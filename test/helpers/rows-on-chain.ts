import type { ChainClient } from '../../src/chain/index.js';

async function hashOf(url: string, number: number): Promise<string> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'chain_getBlockHash', params: [number] });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url.replace(/^ws/, 'http'), { method: 'POST', headers, body });
  return ((await answer.json()) as { result: string }).result;
}

/** The different rows of a neuron that came into a block, as JSON, by the epoch that they came in. */
export async function rowsByEpoch(
  { client, url, netuid }: { client: ChainClient; url: string; netuid: number },
  hotkey: string,
): Promise<Map<number, Set<string>>> {
  const rows = new Map<number, Set<string>>();
  const head = client.headBlock();
  const uid = (await client.uidOf(netuid, hotkey))!;
  const look = async (number: number) => {
    const hash = await hashOf(url, number);
    const [last, update] = await client.read(
      [
        ['SubtensorModule.LastEpochBlock', netuid],
        ['SubtensorModule.LastUpdate', netuid],
      ],
      { at: hash },
    );
    if ((update as number[] | undefined)?.[uid] !== number) return;
    const [row] = await client.read([['SubtensorModule.Weights', netuid, uid]], { at: hash });
    if (row === undefined || (row as unknown[]).length === 0) return;
    const epoch = Number(last);
    rows.set(epoch, (rows.get(epoch) ?? new Set()).add(JSON.stringify(row)));
  };
  for (let from = 1; from <= head; from += 50) {
    const some = Array.from({ length: Math.min(50, head - from + 1) }, (_, i) => from + i);
    await Promise.all(some.map(look));
  }
  return rows;
}
