import { createServer, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Closing, silentLog } from '../../../src/base/index.js';
import type { ChainClient } from '../../../src/chain/index.js';
import type { Identity } from '../../../src/neuron/keys/identity.js';
import { reachabilityTeller } from '../../../src/neuron/membership/axon-service.js';
import { joinSubnet } from '../../../src/neuron/membership/membership.js';
import { keypairFromUri, ready } from '../../../src/wallet/index.js';

beforeAll(() => ready());

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

const hotkey = () => keypairFromUri('//Reachability');
const announced = { ip: '203.0.113.9', port: 8091 };
const { signal } = new AbortController();

/** A peer that accepts connections and says nothing; counts them. */
async function silentPeer() {
  const sockets: Socket[] = [];
  const server = createServer(socket => void sockets.push(socket.on('error', () => {})));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.add(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { peer: { hotkey: `0x${'11'.repeat(32)}`, host: '127.0.0.1', port }, sockets };
}

function teller(peers: Awaited<ReturnType<typeof silentPeer>>['peer'][], ip = announced.ip, isWanted = true) {
  const options = {
    settings: { axon_probe: isWanted },
    identity: { hotkey: hotkey() } as unknown as Identity,
    log: silentLog,
    signal,
  };
  return reachabilityTeller({ now: { ip, port: 8091 } }, options, { peers: () => peers });
}

describe('before an axon is published', () => {
  it('peers are asked whether they reach it, for some seconds at most, and then it is published', async () => {
    const order: string[] = [];
    const { peer, sockets } = await silentPeer();
    const { beforeServing } = teller([peer]);
    const client = {
      uidOf: async () => 3,
      metagraph: async () => ({ byHotkey: () => undefined }),
      serveAxon: async () => {
        order.push(`served after ${sockets.length > 0 ? 'asking' : 'nothing'}`);
        return { blockNumber: 1 };
      },
    } as unknown as ChainClient;
    const member = { client, netuid: 1, hotkey: hotkey(), coldkey: undefined, axon: announced, log: silentLog, signal };
    expect(await joinSubnet({ ...member, beforeServing })).toBe(3);
    expect(order).toEqual(['served after asking']);
  });

  it('nobody is asked about an address of this machine alone, or where the setting says so', async () => {
    const { peer, sockets } = await silentPeer();
    await teller([peer], '127.0.0.1').beforeServing();
    await teller([peer], announced.ip, false).beforeServing();
    await teller([peer], '127.0.0.1').afterwards();
    expect(sockets).toEqual([]);
  });
});
