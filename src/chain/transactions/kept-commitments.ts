import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isBittensorError, messageOf, writeFileAtomic } from '../../base/index.js';
import type { ChainClient } from '../chain-client.js';
import { chainError } from '../errors.js';
import type { ReadOptions } from '../reads/reads.js';
import { commitmentHash, revealBlocks, type WeightCommitment } from './commitments.js';

const FORMAT = 'bittensor-commitment/1';

/** Weights that were committed and wait to be revealed; without this file they never can be. */
export interface KeptCommitment {
  readonly file: string;
  readonly commitment: WeightCommitment;
}

/** One that the chain waits for. */
export interface OwedReveal extends KeptCommitment {
  /** The first and the last block in which it can be revealed. */
  readonly first: number;
  readonly last: number;
}

/** Whose commitments. */
export interface CommitmentPlace {
  /** The wallet's folder. */
  readonly folder: string;
  /** Of the chain: the same key may work on several. */
  readonly genesisHash: string;
}

/** Keeps a commitment in the wallet's folder, readable by its owner alone. Returns the file. Error `disk`. */
export function keepCommitment({ folder, genesisHash }: CommitmentPlace, commitment: WeightCommitment): string {
  const file = join(folder, 'commitments', `${commitmentHash(commitment).slice(2, 34)}.json`);
  const { versionKey, ...rest } = commitment;
  writeFileAtomic(
    file,
    `${JSON.stringify({ format: FORMAT, genesisHash, ...rest, versionKey: String(versionKey) })}\n`,
  );
  return file;
}

/** What is kept for a hotkey on a subnet, and the chain waits for: the first due first. Error `file_system` for a file that cannot be read. */
export async function owedReveals(
  client: ChainClient,
  { folder, hotkey, netuid }: { folder: string; hotkey: string; netuid: number },
  options?: ReadOptions,
): Promise<OwedReveal[]> {
  const kept = keptCommitments({ folder, genesisHash: client.genesisHash }, hotkey, netuid);
  const blocks = await Promise.all(kept.map(one => revealBlocks(client, one.commitment, options)));
  return kept.flatMap((one, i) => (blocks[i] ? [{ ...one, ...blocks[i] }] : [])).sort((a, b) => a.first - b.first);
}

export function forgetCommitment({ file }: KeptCommitment): void {
  rmSync(file, { force: true });
}

function keptCommitments({ folder, genesisHash }: CommitmentPlace, hotkey: string, netuid: number): KeptCommitment[] {
  const path = join(folder, 'commitments');
  return namesIn(path).flatMap(name => {
    const file = join(path, name);
    const kept = readCommitment(file);
    const isOurs = kept.genesisHash === genesisHash && kept.hotkey === hotkey && kept.netuid === netuid;
    return isOurs ? [{ file, commitment: kept }] : [];
  });
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path)
      .filter(name => /^[0-9a-f]{32}\.json$/.test(name))
      .sort();
  } catch {
    return [];
  }
}

function readCommitment(file: string): WeightCommitment & { genesisHash: string } {
  try {
    const data = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>> | null;
    if (data?.['format'] !== FORMAT) throw wrong('its format');
    const { genesisHash, netuid, hotkey, uids, weightsU16, versionKey, salt } = data;
    if (typeof genesisHash !== 'string' || typeof hotkey !== 'string' || !isU16(netuid)) throw wrong('its place');
    if (!isList(uids) || !isList(weightsU16) || !isList(salt)) throw wrong('a list');
    if (typeof versionKey !== 'string' || !/^\d{1,20}$/.test(versionKey)) throw wrong('its version');
    return { genesisHash, netuid, hotkey, uids, weightsU16, versionKey: BigInt(versionKey), salt };
  } catch (error) {
    const why = isBittensorError(error) ? error.message : messageOf(error);
    throw chainError('file_system', `${file} holds no committed weights: ${why}`, { path: file }, error);
  }
}

function wrong(what: string) {
  return chainError('file_system', `${what} is missing or wrong`);
}

function isU16(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535;
}

function isList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isU16);
}
