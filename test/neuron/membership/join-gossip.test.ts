import { afterEach, expect, it } from 'vitest';
import { freePort } from '../../../bench/free-port.js';
import { Closing, pollUntil, silentLog } from '../../../src/base/index.js';
import type { Identity } from '../../../src/neuron/keys/identity.js';
import { joinGossip } from '../../../src/neuron/membership/join-gossip.js';
import type { NodeSettings } from '../../../src/neuron/options.js';
import { PublicAddress } from '../../../src/neuron/public-address.js';
import { keypairFromUri, ready } from '../../../src/wallet/index.js';

const closing = new Closing();
afterEach(() => closing.close());

function join(uri: string, announced: PublicAddress, settings: Partial<NodeSettings>) {
  const hotkey = keypairFromUri(uri);
  const hotkeyHex = `0x${Buffer.from(hotkey.publicKey).toString('hex')}`;
  return joinGossip({
    settings: { metagraph_difficulty: 0, ...settings } as NodeSettings,
    identity: { hotkey, hotkeyHex } as unknown as Identity,
    announced,
    network: new Uint8Array(32),
    definition: undefined,
    log: silentLog,
    closing,
  });
}

it('peers that gossip hear of it when the address of an axon has changed', async () => {
  await ready();
  const port = await freePort();
  const moving = new PublicAddress({ ip: '127.0.0.1', port: 1_111 });
  await join('//moving', moving, { metagraph_port: port });
  const staying = new PublicAddress({ ip: '127.0.0.1', port: 2_222 });
  const { peers } = await join('//staying', staying, { bootstrap: `127.0.0.1:${port}` });
  const seesPort = (wanted: number) =>
    pollUntil('the port', { withinMs: 60_000, everyMs: 10 }, () => peers()[0]?.port === wanted || undefined);
  await seesPort(1_111);
  moving.moveTo({ ip: '127.0.0.1', port: 3_333 });
  await seesPort(3_333);
  expect(peers()).toHaveLength(1);
});
