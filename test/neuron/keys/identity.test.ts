import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { packagePath } from '../../../src/base/index.js';
import { type IdentityOptions, takeIdentity } from '../../../src/neuron/keys/identity.js';
import { openWallet } from '../../../src/wallet/index.js';

const ENCRYPTED = packagePath('test/vectors/wallets/enc12/coldkey');
const ADDRESS = '5EPCUjPxiHAcNooYipQFWr9NmmXJKpNG5RhcntXwbtUySrgH';

let folder: string;
let options: IdentityOptions;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bittensor-identity-'));
  options = {
    dataFolder: join(folder, 'data'),
    walletsPath: join(folder, 'wallets'),
    locksFolder: join(folder, 'locks'),
    walletName: 'w',
    neuronKey: undefined,
    mayCreate: false,
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const password = () => vi.fn(async (_: string) => Uint8Array.from(Buffer.from('Conformance-Pw-1!')));

describe('the keys of a neuron', () => {
  it('are made on a local chain, the hotkey endorsed by the coldkey', async () => {
    const identity = await takeIdentity({ ...options, mayCreate: true });
    const wallet = openWallet({ name: 'w', path: options.walletsPath });
    expect(identity.created).toBe(true);
    expect(identity.coldkey?.address).toBe(wallet.coldkeyAddress());
    expect(identity.endorsement?.coldkey).toBe(wallet.coldkeyAddress());
    expect(wallet.describe().hotkeys).toMatchObject([{ name: 'default', endorsement: 'valid' }]);
    identity.slot.release();
    const again = await takeIdentity({ ...options, mayCreate: true });
    expect([again.created, again.hotkey.address]).toEqual([false, identity.hotkey.address]);
    again.slot.release();
  });

  it('may be encrypted, by name and by path: the password is asked for with the file', async () => {
    const path = join(options.walletsPath, 'w/hotkeys/safe');
    mkdirSync(join(path, '..'), { recursive: true });
    cpSync(ENCRYPTED, path);
    for (const neuronKey of ['safe', path]) {
      const ask = password();
      const identity = await takeIdentity({ ...options, neuronKey, password: ask });
      expect(identity.hotkey.address).toBe(ADDRESS);
      expect(identity.endorsement).toBeUndefined();
      expect(ask.mock.calls).toEqual([[path]]);
      identity.slot.release();
    }
  });

  it('that are encrypted are an error where nobody can be asked, and leave the slot free', async () => {
    const path = join(options.walletsPath, 'w/hotkeys/safe');
    mkdirSync(join(path, '..'), { recursive: true });
    cpSync(ENCRYPTED, path);
    for (const neuronKey of ['safe', path]) {
      await expect(takeIdentity({ ...options, neuronKey })).rejects.toMatchObject({ code: 'key_encrypted' });
      const stop = AbortSignal.abort(new Error('enough'));
      const stopped = takeIdentity({ ...options, neuronKey, password: password(), signal: stop });
      await expect(stopped).rejects.toThrow('enough');
    }
    const identity = await takeIdentity({ ...options, neuronKey: 'safe', mayCreate: true, password: password() });
    expect(identity.hotkey.address).toBe(ADDRESS);
    identity.slot.release();
  });
});
