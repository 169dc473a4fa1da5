import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyFileCosts } from '../../src/wallet/keyfile/costs.js';
import { openKeyFile } from '../../src/wallet/keyfile/files.js';
import { failure, temporaryFolder } from './helpers.js';

/** The password of all vectors. */
export const PASSWORD = 'Conformance-Pw-1!';
/** A fresh copy each time, because the wallet overwrites it. */
export const password = (text = PASSWORD) => Buffer.from(text);

/** Derivations that cost nothing: for tests only, and only by a parameter of functions that the index does not export. */
export const CHEAP: KeyFileCosts = {
  nacl: { type: 'argon2i', iterations: 1, memoryKiB: 8 },
  strong: { type: 'argon2id', iterations: 1, memoryKiB: 8 },
  strongLimits: { memoryKiB: [8, 64], iterations: [1, 4] },
  fernetRounds: 1,
};

/** The address in a key file with this content, or the error that it gives. */
export async function opening(content: Uint8Array, costs: KeyFileCosts, text = PASSWORD) {
  using folder = temporaryFolder();
  const path = join(folder.path, 'key');
  writeFileSync(path, content);
  let address: string | undefined;
  const open = async () => {
    address = (await openKeyFile(path, { password: async () => password(text) }, costs)).address;
    throw new Error('opened');
  };
  const error = await failure(open);
  return address === undefined ? error : { code: 'key', message: '', data: {}, address };
}

/** All files under a folder, by their paths in it. */
export function treeOf(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter(name => statSync(join(folder, name)).isFile()).sort();
}
