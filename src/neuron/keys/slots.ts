import { join } from 'node:path';
import { BittensorError, messageOf, takeLock } from '../../base/index.js';
import { NeuronError } from '../errors.js';
import { locksFolder } from '../options.js';

/** A neuron's place in the data folder: its checkpoint and log. Locked while it runs. */
export interface Slot {
  /** The name of the hotkey; of another wallet than `local`, that of the wallet and a dot before it. */
  readonly name: string;
  /** Name of the hotkey: `default`, `default-2`, ... */
  readonly hotkey: string;
  readonly folder: string;
  release(): void;
}

/** More neurons than this on one machine are a mistake. */
const MAX_SLOTS = 256;

/** The slots that are free, lowest first: `default`, then `default-2`, ... Each is taken as it is given out. */
export function* freeSlots(dataFolder: string, wallet = 'local'): Generator<Slot, never> {
  for (let i = 1; i <= MAX_SLOTS; i++) {
    const slot = tryTake(dataFolder, wallet, i === 1 ? 'default' : `default-${i}`);
    if (slot) yield slot;
  }
  throw new NeuronError('no_slot', `all ${MAX_SLOTS} slots in ${dataFolder} are in use`);
}

/** Takes the slot of one named key; code `slot_taken` when a running neuron has it. */
export function takeNamedSlot(dataFolder: string, hotkey: string, wallet = 'local'): Slot {
  const slot = tryTake(dataFolder, wallet, hotkey);
  if (slot) return slot;
  throw keyInUse(hotkey);
}

export function keyInUse(name: string): NeuronError {
  return new NeuronError(
    'slot_taken',
    `hotkey "${name}" is in use by another neuron on this machine; stop that one or give another --neuron_key`,
    { data: { name } },
  );
}

function tryTake(dataFolder: string, wallet: string, hotkey: string): Slot | undefined {
  const name = wallet === 'local' ? hotkey : `${wallet}.${hotkey}`;
  const folder = join(dataFolder, 'slots', name);
  const release = lockOrNothing(join(folder, 'lock'));
  return release && { name, hotkey, folder, release };
}

/** What gives a lock back, or undefined when a running neuron has it; code `disk` when it cannot be written. */
export function lockOrNothing(path: string): (() => void) | undefined {
  try {
    const outcome = takeLock(path);
    return 'release' in outcome ? outcome.release : undefined;
  } catch (error) {
    throw new BittensorError('disk', `cannot write ${path}: ${messageOf(error)}`, { cause: error, data: { path } });
  }
}

/** Locks a hotkey for every program of this user, and returns what gives it back; code `slot_taken` when one serves with it. */
export function lockHotkey(address: string): () => void {
  const release = lockOrNothing(join(locksFolder(), `${address}.lock`));
  if (release) return release;
  throw keyInUse(address);
}
