import { TypeRegistry } from '@polkadot/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Log, pollUntil, silentLog } from '../../src/base/index.js';
import type { Chain } from '../../src/chain/connection/chain.js';
import { Connection } from '../../src/chain/connection/connection.js';
import { Heads } from '../../src/chain/connection/heads.js';
import { type FakeNode, fakeNode } from './helpers.js';

const VERSION = { specName: 'fake', specVersion: 7, transactionVersion: 1 };
const registry = new TypeRegistry();
const api = {
  registry,
  runtimeVersion: { specName: VERSION.specName, specVersion: { toNumber: () => VERSION.specVersion } },
};

function headerOf(number: number, logs: readonly string[] = []) {
  const zero = `0x${'00'.repeat(32)}`;
  const number16 = `0x${number.toString(16)}`;
  return { parentHash: zero, number: number16, stateRoot: zero, extrinsicsRoot: zero, digest: { logs } };
}

/** A node that knows finalized heads only. */
class Node {
  head = 100;
  versions = 0;
  /** What it answers to who asks for the runtime, as long as there is some. */
  readonly refusals: string[] = [];
  private fake!: FakeNode;

  static async start(): Promise<Node> {
    const node = new Node();
    node.fake = await fakeNode((method, [hash]) => {
      const header = headerOf(node.head);
      const own = registry.createType('Header', header).hash.toHex();
      if (method === 'chain_getFinalizedHead') return own;
      if (method === 'chain_getHeader') return hash === own ? header : null;
      if (method !== 'state_getRuntimeVersion') return 'heads';
      node.versions += 1;
      const message = node.refusals.shift();
      if (message !== undefined) throw { code: -32000, message };
      return VERSION;
    });
    return node;
  }

  get url(): string {
    return this.fake.url;
  }

  tell(head: number, logs?: readonly string[]): void {
    this.head = head;
    this.fake.send({ method: 'head', params: { subscription: 'heads', result: headerOf(head, logs) } });
  }

  stop(): Promise<void> {
    return this.fake[Symbol.asyncDispose]() as Promise<void>;
  }
}

let node: Node;
let said: string[];
let connection: Connection<Chain>;

beforeEach(async () => {
  said = [];
  node = await Node.start();
});

afterEach(async () => {
  connection.close();
  await node.stop();
});

async function follow({ sureMs = 60_000, methods = [] as string[] } = {}): Promise<Heads> {
  const log: Log = { ...silentLog, warn: line => said.push(line) };
  const chain = { api, methods: new Set(methods), genesisHash: '0x00', blockTimeMs: 12_000 } as unknown as Chain;
  connection = await Connection.open<Chain>({ endpoints: [node.url], timeoutMs: 2_000, log, admit: async () => chain });
  return Heads.follow(connection, log, sureMs);
}

const seen = (what: string, check: () => boolean) =>
  pollUntil(what, { withinMs: 10_000, everyMs: 5 }, () => (check() ? true : undefined));

describe('finalized heads', () => {
  it('do not go back with a node that is behind', async () => {
    const heads = await follow();
    const blocks: number[] = [];
    heads.on(({ number }) => blocks.push(number));
    for (const head of [101, 97, 98, 102]) node.tell(head);
    await seen('block 102', () => heads.head.number === 102);
    expect(blocks).toEqual([101, 102]);
    expect(said).toEqual([]);
  });

  it('go back with a development chain, which may begin anew', async () => {
    const heads = await follow({ methods: ['dev_fund'] });
    node.tell(3);
    await seen('block 3', () => heads.head.number === 3);
  });

  it('go back in the end where nobody tells of a newer one, and that is said', async () => {
    const heads = await follow({ sureMs: 50 });
    await seen('block 91', () => {
      node.tell(91);
      return heads.head.number === 91;
    });
    expect(said).toEqual([expect.stringContaining('is 9 blocks behind what was seen')]);
  });

  it('tell of a new runtime, which is read until that succeeds', async () => {
    await follow();
    node.refusals.push('busy', 'still busy');
    // `RuntimeEnvironmentUpdated`.
    node.tell(101, ['0x08']);
    await seen('an answer', () => node.versions === 3);
    expect(said).toEqual([expect.stringContaining('(busy); trying again'), expect.stringContaining('(still busy)')]);
  });
});
