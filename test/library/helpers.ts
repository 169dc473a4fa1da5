import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Closing } from '../../src/base/index.js';
import { type LocalnetOptions, startLocalnet } from '../../src/chain/index.js';

export interface World extends AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  /** What a program in this world finds in its environment. */
  readonly env: Record<string, string>;
}

/** A local chain of its own with an empty folder for keys; `process.env` leads there until it is disposed. */
export async function openWorld(blockTime?: LocalnetOptions['blockTime']): Promise<World> {
  const closing = new Closing();
  const folder = mkdtempSync(join(tmpdir(), 'library-'));
  closing.add(() => rmSync(folder, { recursive: true, force: true }));
  const place = { port: 0, dataFolder: join(folder, 'chain'), detached: false };
  const chain = await startLocalnet({ ...place, ...(blockTime !== undefined && { blockTime }) });
  closing.add(() => chain.stop());
  const env = {
    HOME: folder,
    BT_SUBTENSOR_CHAIN_ENDPOINT: chain.url,
    BT_WALLET_PATH: join(folder, 'wallets'),
    BT_DATA: join(folder, 'data'),
  };
  for (const [name, value] of Object.entries(env)) {
    const before = process.env[name];
    process.env[name] = value;
    closing.add(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
  return { url: chain.url, folder, env, [Symbol.asyncDispose]: () => closing.close() };
}

export const FOX = 'The quick brown fox jumped over the lazy dog';
