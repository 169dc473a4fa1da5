import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../../base/index.js';
import {
  type Endorsement,
  openKeypair,
  openWallet,
  type Signer,
  type UnlockOptions,
  validEndorsementBeside,
  type Wallet,
} from '../../wallet/index.js';
import { NeuronError } from '../errors.js';
import { freeSlots, keyInUse, lockOrNothing, type Slot, takeNamedSlot } from './slots.js';

/** The keys of one neuron and its place in the data folder. */
export interface Identity {
  readonly slot: Slot;
  readonly hotkey: Signer;
  /** `0x` and 64 hex digits, as it goes over the wire. */
  readonly hotkeyHex: string;
  /** Only where the neuron may spend: in its own wallet of a local chain. */
  readonly coldkey: Signer | undefined;
  /** Its coldkey's word that the hotkey is its own, where that lies beside the key. */
  readonly endorsement: Endorsement | undefined;
  /** True when a key was made just now. */
  readonly created: boolean;
}

export interface IdentityOptions {
  dataFolder: string;
  walletsPath: string;
  /** Where keys in use are locked, for every data folder of this user. */
  locksFolder: string;
  walletName: string;
  /** Name of a hotkey or path of a key file; none: the lowest free slot. */
  neuronKey: string | undefined;
  /** May missing keys be made, unencrypted? True on a local chain and without a chain, never on a real network. */
  mayCreate: boolean;
  /** Asked for the password of a key file that is encrypted; without it that is error `key_encrypted`. */
  password?: ((keyFile: string) => Promise<Uint8Array>) | undefined;
  /** Ends the opening of such a file, which takes seconds. */
  signal?: AbortSignal | undefined;
}

/**
 * Finds or makes the keys of a neuron, and locks its slot and its hotkey: the slot belongs to one data folder, the key to
 * all of them, and no key may serve or train twice. Errors: `bad_key`, `slot_taken`, and those of the wallet.
 */
export async function takeIdentity(options: IdentityOptions): Promise<Identity> {
  const { dataFolder, neuronKey, walletName } = options;
  if (neuronKey === undefined) {
    for (const slot of freeSlots(dataFolder, walletName)) {
      const identity = await identityIn(slot, options);
      if (identity) return identity;
    }
  }
  refuseSecret(neuronKey!);
  if (looksLikePath(neuronKey!)) return identityFromFile(options, neuronKey!);
  const identity = await identityIn(takeNamedSlot(dataFolder, neuronKey!, walletName), options);
  if (!identity) throw keyInUse(neuronKey!);
  return identity;
}

async function identityFromFile(options: IdentityOptions, path: string): Promise<Identity> {
  const { dataFolder, locksFolder, walletName, walletsPath, mayCreate } = options;
  if (!existsSync(path)) throw new NeuronError('bad_key', `no key file at ${path}`, { data: { path } });
  const hotkey = await openKeypair(path, unlockOptions(options, path));
  const slot = takeNamedSlot(dataFolder, `key-${hotkey.address.slice(0, 12)}`);
  const locked = lockKey(slot, hotkey, locksFolder);
  if (!locked) throw keyInUse(path);
  const coldkey = mayCreate ? await coldkeyOf(openWallet({ name: walletName, path: walletsPath }), options) : undefined;
  return { slot: locked, ...publicPart(hotkey, path), hotkey, coldkey, created: false };
}

function publicPart({ publicKey }: Signer, path: string) {
  return { hotkeyHex: toHex(publicKey), endorsement: validEndorsementBeside(path, publicKey) };
}

/** The identity of a slot that was taken; undefined, and the slot free again, when its key runs elsewhere. */
async function identityIn(slot: Slot, options: IdentityOptions): Promise<Identity | undefined> {
  const { walletsPath, walletName, mayCreate, locksFolder } = options;
  try {
    const wallet = openWallet({ name: walletName, path: walletsPath });
    const missing = !wallet.hasHotkey(slot.hotkey);
    if (missing && !mayCreate) {
      throw new NeuronError(
        'bad_key',
        `wallet "${walletName}" in ${walletsPath} has no hotkey "${slot.hotkey}"; keys are made by themselves only on a local chain`,
      );
    }
    const hotkey = await found(
      () => wallet.hasHotkey(slot.hotkey),
      () => wallet.unlockHotkey(slot.hotkey, unlockOptions(options, wallet.keyFile({ hotkey: slot.hotkey }))),
      async () => wallet.createHotkey(slot.hotkey, { endorseWith: await coldkeyOf(wallet, options) }),
    );
    const locked = lockKey(slot, hotkey, locksFolder);
    if (!locked) return undefined;
    const coldkey = mayCreate ? await coldkeyOf(wallet, options) : undefined;
    const path = wallet.keyFile({ hotkey: slot.hotkey });
    return { slot: locked, ...publicPart(hotkey, path), hotkey, coldkey, created: missing };
  } catch (error) {
    slot.release();
    throw error;
  }
}

/** The slot with its key locked too; undefined, and the slot free again, when another neuron has the key. */
function lockKey(slot: Slot, hotkey: Signer, locksFolder: string): Slot | undefined {
  const releaseKey = lockOrNothing(join(locksFolder, `${hotkey.address}.lock`));
  if (!releaseKey) {
    slot.release();
    return undefined;
  }
  const release = () => {
    releaseKey();
    slot.release();
  };
  return { ...slot, release };
}

function unlockOptions({ password, signal }: IdentityOptions, path: string): UnlockOptions {
  return { password: password && (() => password(path)), signal };
}

function coldkeyOf(wallet: Wallet, options: IdentityOptions): Promise<Signer> {
  return found(
    () => wallet.hasColdkey(),
    () => wallet.unlockColdkey(unlockOptions(options, wallet.keyFile('coldkey'))),
    () => wallet.createColdkey(),
  );
}

/** The key that is there, or a new one; of two neurons that start at once one makes it and the other finds it. */
async function found(
  isThere: () => boolean,
  unlock: () => Promise<Signer>,
  create: () => Promise<Signer>,
): Promise<Signer> {
  if (isThere()) return unlock();
  try {
    return await create();
  } catch (error) {
    if (isThere()) return unlock();
    throw error;
  }
}

function looksLikePath(value: string): boolean {
  return value.includes('/') || value.includes('\\');
}

/** A secret in an argument is visible to every user of the machine. */
function refuseSecret(value: string): void {
  const words = value.trim().split(/\s+/).length;
  if (words >= 12 || /^(0x)?([0-9a-fA-F]{64}|[0-9a-fA-F]{128})$/.test(value.trim()) || value.startsWith('//')) {
    throw new NeuronError(
      'bad_key',
      '--neuron_key takes the name of a hotkey or the path of a key file; a secret on the command line can be read by others, so it is refused',
    );
  }
}

/** A seed of its own for each hotkey, so that two neurons do not start as copies of each other. */
export function seedOf(publicKey: Uint8Array): number {
  return createHash('sha256').update('bittensor-neuron seed').update(publicKey).digest().readUInt32LE(0) & 0x7fffffff;
}
