import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blake2b256, concat, systemCodeOf, toHex, utf8, writeFileAtomic } from '../../base/index.js';
import type { Vector } from './for-chain.js';

/**
 * Where a row of weights stands. `submitted`: it was about to be signed, and may be in a block or not. `included`: it, or its hash, is in
 * a block. `revealed`: after its hash, the row itself. `missed`: nobody revealed it in time. `failed`: the chain refused it.
 */
export type RowState = 'submitted' | 'included' | 'revealed' | 'missed' | 'failed';

export interface JournalEntry extends Vector {
  /** The block in which the epoch began that it was signed in. */
  readonly epoch: number;
  /** Of uids and weights. */
  readonly digest: string;
  /** Who has these uids. */
  readonly hotkeys: readonly string[];
  readonly state: RowState;
  /** The newest block when it was signed last. */
  readonly block: number;
  /** Where it is, or its hash. */
  readonly includedBlock?: number;
  /** Of rows that are hidden at first: without it nobody can reveal them. */
  readonly salt?: readonly number[];
  readonly versionKey?: string;
}

const FORMAT = 'bittensor-weights/1';
/** Entries that are over and kept for people to read. */
const KEPT = 16;

export function digestOf({ uids, weights }: Vector): string {
  return toHex(blake2b256(concat(utf8(JSON.stringify([uids, weights])))));
}

/** An entry whose fate is open: nobody knows yet whether it is, or will be, in a block. */
export function isOpen({ state }: JournalEntry): boolean {
  return state === 'submitted';
}

/** The same row of the same epoch: once more, or as it stands now. Hidden under another salt it is another one, to be revealed too. */
export function isSame(one: JournalEntry, other: JournalEntry): boolean {
  return one.epoch === other.epoch && one.digest === other.digest && String(one.salt) === String(other.salt);
}

/** A hidden row that waits to be revealed. */
export function isHidden({ state, salt }: JournalEntry): boolean {
  return state === 'included' && salt !== undefined;
}

/** Which journal it is: one for each chain and subnet in a neuron's folder. */
export interface JournalPlace {
  readonly folder: string;
  readonly genesisHash: string;
  readonly netuid: number;
}

/**
 * What this neuron has signed of weights. Each change is on the disk, with fsync, before what it is about happens: a neuron that was
 * killed knows what it may have signed, and signs that again or nothing.
 */
export class WeightJournal {
  readonly path: string;
  /**
   * The file is there and cannot be read: what was signed is unknown. It stays, so that the next start knows that too; the first
   * row that is written sets it aside under this name.
   */
  readonly damaged: string | undefined;
  private isInPlace = false;
  private list: JournalEntry[] = [];

  constructor(place: JournalPlace) {
    this.path = pathOf(place);
    const found = readEntries(this.path);
    if (Array.isArray(found)) this.list = found;
    else {
      this.damaged = `${this.path}.damaged`;
      this.isInPlace = true;
    }
  }

  /** Oldest first. */
  entries(): readonly JournalEntry[] {
    return this.list;
  }

  /** Adds an entry, or writes how the same one stands now. Error `disk`: then nothing is changed. */
  write(entry: JournalEntry): void {
    const others = this.list.filter(one => !isSame(one, entry));
    const all = [...others, entry].sort((a, b) => a.block - b.block);
    const over = all.filter(one => !isOpen(one) && !isHidden(one)).slice(0, -KEPT);
    const list = all.filter(one => !over.includes(one));
    this.setAside();
    writeFileAtomic(this.path, `${JSON.stringify({ format: FORMAT, entries: list })}\n`);
    this.list = list;
  }

  private setAside(): void {
    if (!this.isInPlace) return;
    // Under both names: while the new file is not there, a start finds the old one.
    writeFileAtomic(this.damaged!, readFileSync(this.path));
    this.isInPlace = false;
  }
}

/** True where the journal says, or may have said, that a row is on its way. Changes nothing. */
export function mayHaveOpenRow(place: JournalPlace): boolean {
  return readEntries(pathOf(place))?.some(isOpen) ?? true;
}

function pathOf({ folder, genesisHash, netuid }: JournalPlace): string {
  return join(folder, `weights-${genesisHash.slice(2, 10)}-${netuid}.json`);
}

/** Undefined for a file that holds no journal. */
function readEntries(path: string): JournalEntry[] | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
  try {
    const data = JSON.parse(text) as { format?: unknown; entries?: unknown } | null;
    if (data?.format !== FORMAT || !Array.isArray(data.entries)) return undefined;
    return data.entries.every(isEntry) ? data.entries : undefined;
  } catch {
    return undefined;
  }
}

const STATES: readonly unknown[] = ['submitted', 'included', 'revealed', 'missed', 'failed'] satisfies RowState[];

function isEntry(value: unknown): value is JournalEntry {
  const one = (value ?? {}) as Record<string, unknown>;
  return (
    isCount(one['epoch']) &&
    isCount(one['block']) &&
    STATES.includes(one['state']) &&
    isU16List(one['uids']) &&
    isU16List(one['weights']) &&
    one['uids'].length === one['weights'].length &&
    Array.isArray(one['hotkeys']) &&
    one['digest'] === digestOf(one as unknown as Vector) &&
    (one['includedBlock'] === undefined || isCount(one['includedBlock'])) &&
    (one['salt'] === undefined || (isU16List(one['salt']) && /^\d{1,20}$/.test(String(one['versionKey']))))
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isU16List(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(one => isCount(one) && one <= 65_535);
}
