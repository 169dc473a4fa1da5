import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Closing, pollUntil } from '../../../src/base/index.js';
import { keyText } from '../../../src/net/auth/signed.js';
import { Axon, Dendrite, floatTensor } from '../../../src/net/index.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';

beforeAll(() => ready());

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

const input = floatTensor(Float32Array.of(1, 2), [1, 2]);

describe('an address whose strangers are refused again and again', () => {
  it('opens no connection for a moment, while a caller who showed its key goes on, and then may again', async () => {
    const permitted = keyText(key(2).publicKey);
    const registry = (who: string) => (who === permitted ? { stakeRao: 1n, validatorPermit: true } : undefined);
    const limits = { refusalBurst: 10, refusalsPerSecond: 1, holdOffMs: 3_000 };
    const axon = new Axon({ signer: key(1), host: '127.0.0.1', registry, limits });
    axon.attach('', { forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
    const port = await axon.start();
    const caller = (index: number) => {
      const dendrite = new Dendrite({ signer: key(index), tls: false, transport: 'unary' });
      closing.add(() => dendrite.close());
      const peer = { hotkey: keyText(key(1).publicKey), host: '127.0.0.1', port };
      return async () => (await dendrite.forward(peer, { tensors: [input], timeoutMs: 2_000 })).code;
    };
    closing.add(() => axon.stop(0));
    const friend = caller(2);
    expect(await friend()).toBe('Success');
    // Each with a connection of its own: it is the address that counts.
    for (let i = 0; i < 20 && !axon.stats().drops['too many refusals']; i++) await caller(3)();
    expect(axon.stats().codes.SenderUnknown).toBe(11);
    expect(axon.stats().drops['too many refusals']).toBe(1);
    await caller(3)();
    expect(axon.stats().drops['refused too often']).toBeGreaterThanOrEqual(1);
    expect(await friend()).toBe('Success');
    const again = async () => ((await caller(2)()) === 'Success' ? true : undefined);
    await pollUntil('the address may connect again', { withinMs: 30_000, everyMs: 100 }, again);
  });
});
