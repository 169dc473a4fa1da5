import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hex, unhex } from '../../localnet/engine/codec.js';
import { engineError } from '../../localnet/engine/errors.js';
import { Dispatcher } from '../../localnet/engine/rpc/dispatch.js';
import { FAMILIES } from '../../localnet/engine/rpc/families.js';
import { blake2b256 } from '../../localnet/engine/runtime/host/crypto-library.js';
import { pollUntil, silentLog } from '../../src/base/index.js';
import { account, openChain, type TestChain, temporaryFolder } from './fixture.js';

type Event = Record<string, unknown> & { event: string };

const CODE = '0x3a636f6465';
const NUMBER = '0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac';
const SYSTEM = '0x26aa394eea5630e07c48ae0c9558cef7';

let folder: ReturnType<typeof temporaryFolder>;
let test: TestChain;
let dispatcher: Dispatcher;
let notified: { method: string; params: { subscription: string; result: Event } }[];
let connection = 0;

beforeAll(() => {
  folder = temporaryFolder();
  test = openChain(folder.path, { finalityLag: 2 });
  const about = { chainName: 'Test', properties: { tokenDecimals: 9 }, version: '1', dataFolder: '' };
  const engine = {
    chain: test.chain,
    pool: test.pool,
    author: test.author,
    about: { ...about, blockTime: 'manual' as const },
  };
  dispatcher = new Dispatcher(
    FAMILIES.map(family => family(engine)),
    silentLog,
  );
  for (let i = 0; i < 5; i++) test.author.build();
});

beforeEach(() => {
  dispatcher.closed(connection);
  connection++;
  notified = [];
});

afterAll(() => {
  test.close();
  folder[Symbol.dispose]();
});

async function call<T = unknown>(method: string, ...params: unknown[]): Promise<T> {
  const caller = { connection, notify: (text: string) => void notified.push(JSON.parse(text) as never) };
  const { body, answered } = await dispatcher.handle(caller, { method, params });
  const { result, error } = JSON.parse(`{${body}}`) as { result?: T; error?: { code: number; message: string } };
  answered();
  if (error) throw new Error(`${error.code}: ${error.message}`);
  return result as T;
}

const events = (id: string) =>
  notified.filter(({ params }) => params.subscription === id).map(({ params }) => params.result);

/** The events of an operation until its last one. */
async function operation(id: string, started: { result: string; operationId?: string }): Promise<Event[]> {
  expect(started.result).toBe('started');
  const own = () => events(id).filter(event => event.operationId === started.operationId);
  const last = /Done$|Error$|Inaccessible$/;
  await pollUntil('the operation', { withinMs: 30_000, everyMs: 2 }, () =>
    last.test(own().at(-1)?.event ?? '') ? true : undefined,
  );
  return own();
}

describe('chainHead_v1', () => {
  it('tells the final blocks, those on top of them, and each new one', async () => {
    const { chain } = test;
    const id = await call<string>('chainHead_v1_follow', true);
    const [first, ...rest] = events(id);
    const final = chain.finalized.number;
    expect(first).toMatchObject({ event: 'initialized', finalizedBlockRuntime: { type: 'valid' } });
    const { finalizedBlockHashes, finalizedBlockRuntime } = first as unknown as {
      finalizedBlockHashes: string[];
      finalizedBlockRuntime: { spec: Record<string, unknown> };
    };
    expect(finalizedBlockHashes).toEqual(Array.from({ length: final + 1 }, (_, number) => chain.hashAt(number)));
    expect(finalizedBlockRuntime.spec).toMatchObject({ specName: 'node-subtensor', apis: { '0xdf6acb689907609b': 5 } });
    expect(rest).toEqual([
      ...[final + 1, final + 2].map(number => ({
        event: 'newBlock',
        blockHash: chain.hashAt(number),
        parentBlockHash: chain.hashAt(number - 1),
        newRuntime: null,
      })),
      { event: 'bestBlockChanged', bestBlockHash: chain.head.hash },
    ]);
    notified = [];
    test.author.build();
    expect(events(id)).toEqual([
      {
        event: 'newBlock',
        blockHash: chain.head.hash,
        parentBlockHash: chain.hashAt(chain.head.header.number - 1),
        newRuntime: null,
      },
      { event: 'bestBlockChanged', bestBlockHash: chain.head.hash },
      { event: 'finalized', finalizedBlockHashes: [chain.finalized.hash], prunedBlockHashes: [] },
    ]);
    expect(await call('chainHead_v1_unfollow', id)).toBe(true);
    notified = [];
    test.author.build();
    expect(notified).toEqual([]);
  });

  it('answers about pinned blocks: header, body, runtime call', async () => {
    const { chain } = test;
    const id = await call<string>('chainHead_v1_follow', true);
    const best = chain.head;
    const header = await call<string>('chainHead_v1_header', id, best.hash);
    expect(hex(blake2b256(unhex(header)))).toBe(best.hash);
    const body = await operation(id, await call('chainHead_v1_body', id, best.hash));
    expect(body).toMatchObject([{ event: 'operationBodyDone', value: best.extrinsics.map(hex) }]);
    const version = await operation(id, await call('chainHead_v1_call', id, best.hash, 'Core_version', '0x'));
    expect(version).toMatchObject([{ event: 'operationCallDone', output: expect.stringMatching(/^0x386e6f6465/) }]);
    const wrong = await operation(id, await call('chainHead_v1_call', id, best.hash, 'Core_nothing', '0x'));
    expect(wrong).toMatchObject([{ event: 'operationError', error: expect.stringContaining('Core_nothing') }]);
  });

  it('reads storage in all ways, page by page', async () => {
    const id = await call<string>('chainHead_v1_follow', false);
    const { hash } = test.chain.head;
    const ask = async (...items: { key: string; type: string; paginationStartKey?: string }[]) => {
      const started = await call<{ result: string; operationId: string }>(
        'chainHead_v1_storage',
        id,
        hash,
        items,
        null,
      );
      const found: Record<string, string>[] = [];
      for (;;) {
        const all = () => events(id).filter(event => event.operationId === started.operationId);
        const next = await pollUntil('more', { withinMs: 30_000, everyMs: 2 }, () => {
          const last = all().at(-1);
          return last && last.event !== 'operationStorageItems' ? last : undefined;
        });
        for (const event of all()) if (event.items) found.push(...(event.items as Record<string, string>[]));
        notified = [];
        if (next.event === 'operationStorageDone') return found;
        expect(next.event).toBe('operationWaitingForContinue');
        expect(await call('chainHead_v1_continue', id, started.operationId)).toBeNull();
      }
    };
    const code = await call<string>('state_getStorage', CODE);
    expect(
      await ask({ key: NUMBER, type: 'value' }, { key: '0x00', type: 'value' }, { key: CODE, type: 'hash' }),
    ).toEqual([
      { key: NUMBER, value: `0x0${test.chain.head.header.number}000000` },
      { key: CODE, hash: await call('state_getStorageHash', CODE) },
    ]);
    const keys = await call<string[]>('state_getKeys', SYSTEM);
    const values = await ask({ key: SYSTEM, type: 'descendantsValues' });
    expect(values.map(({ key }) => key)).toEqual(keys);
    expect(values.find(({ key }) => key === NUMBER)?.value).toBe(`0x0${test.chain.head.header.number}000000`);
    // All of the state, which takes more than a page.
    const all = await ask({ key: '0x', type: 'descendantsHashes' }, { key: CODE, type: 'value' });
    expect(all.slice(0, -1).map(({ key }) => key)).toEqual(await call('state_getKeys', '0x'));
    expect(all.at(-1)).toEqual({ key: CODE, value: code });
    const rest = await ask({ key: SYSTEM, type: 'descendantsHashes', paginationStartKey: keys[1]! });
    expect(rest.map(({ key }) => key)).toEqual(keys.slice(2));
  });

  it('has codes for what cannot be', async () => {
    const id = await call<string>('chainHead_v1_follow', false);
    const { hash } = test.chain.head;
    await expect(call('chainHead_v1_header', id, `0x${'11'.repeat(32)}`)).rejects.toThrow('-32801: Invalid block hash');
    await expect(call('chainHead_v1_call', id, hash, 'Core_version', '0x')).rejects.toThrow('-32802');
    await expect(call('chainHead_v1_continue', id, '1')).rejects.toThrow('-32803');
    await expect(call('chainHead_v1_unpin', id, [hash, hash])).rejects.toThrow('-32804');
    await expect(call('chainHead_v1_storage', id, hash, [{ key: '0x', type: 'x' }])).rejects.toThrow('-32602');
    expect(await call('chainHead_v1_unpin', id, hash)).toBeNull();
    await expect(call('chainHead_v1_body', id, hash)).rejects.toThrow('-32801');
    await expect(call('chainHead_v1_unpin', id, [hash])).rejects.toThrow('-32801');
    // Of another connection, or none.
    expect(await call('chainHead_v1_header', 'x', hash)).toBeNull();
    expect(await call('chainHead_v1_body', 'x', hash)).toEqual({ result: 'limitReached' });
    for (let i = 0; i < 3; i++) await call('chainHead_v1_follow', false);
    await expect(call('chainHead_v1_follow', false)).rejects.toThrow('-32800');
    await expect(call('chainHead_v1_follow', 'yes')).rejects.toThrow('-32602');
  });

  it('bounds operations, and stops one that is told to', async () => {
    const id = await call<string>('chainHead_v1_follow', true);
    const { hash } = test.chain.head;
    const started = await Promise.all(
      Array.from({ length: 40 }, () => call<{ result: string; operationId: string }>('chainHead_v1_body', id, hash)),
    );
    const running = started.filter(({ result }) => result === 'started');
    expect(running).toHaveLength(16);
    for (const one of running) await operation(id, one);
    const stopped = await call<{ operationId: string }>('chainHead_v1_storage', id, hash, [
      { key: '0x', type: 'descendantsHashes' },
    ]);
    await call('chainHead_v1_stopOperation', id, stopped.operationId);
    await new Promise(resolve => setImmediate(resolve));
    expect(events(id).some(event => event.operationId === stopped.operationId)).toBe(false);
  });

  it('says that it cannot read, whatever fails, and goes on', async () => {
    const id = await call<string>('chainHead_v1_follow', false);
    const { hash } = test.chain.head;
    const missing = () => {
      throw engineError('not_here', 'it is not here');
    };
    const spies = [
      vi.spyOn(test.chain, 'stateAt').mockImplementation(missing),
      vi.spyOn(test.chain, 'block').mockImplementation(missing),
    ];
    try {
      await call('chainHead_v1_storage', id, hash, [{ key: CODE, type: 'hash' }]);
      await call('chainHead_v1_body', id, hash);
      const stream = await call<string>('archive_v1_storage', hash, [{ key: CODE, type: 'hash' }]);
      const error = 'it is not here';
      await pollUntil('both errors', { withinMs: 30_000 }, () =>
        events(id).filter(event => event.event === 'operationError' && event['error'] === error).length === 2
          ? true
          : undefined,
      );
      await pollUntil('the third', { withinMs: 30_000 }, () => (events(stream).length > 0 ? true : undefined));
      expect(events(stream)).toEqual([{ event: 'storageError', error }]);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });

  it('stops a client that keeps too many blocks pinned', async () => {
    const id = await call<string>('chainHead_v1_follow', false);
    for (let i = 0; i < 520; i++) test.author.build();
    expect(events(id).at(-1)).toEqual({ event: 'stop' });
    expect(events(id).filter(({ event }) => event === 'newBlock').length).toBeLessThan(512);
    // It may begin again.
    expect(events(await call<string>('chainHead_v1_follow', false))[0]!.event).toBe('initialized');
  }, 60_000);
});

describe('transactions', () => {
  let nonce = 0;
  const transfer = () => hex(test.transfer(account(50), 5_000_000_000n, nonce));

  it('are watched in the words of the specification', async () => {
    const id = await call<string>('transactionWatch_v1_submitAndWatch', transfer());
    nonce++;
    test.author.build();
    const { hash } = test.chain.head;
    test.author.build();
    test.author.build();
    const said = await pollUntil('finality', { withinMs: 30_000 }, () =>
      events(id).length === 3 ? events(id) : undefined,
    );
    expect(said).toEqual([
      { event: 'validated' },
      { event: 'bestChainBlockIncluded', block: { hash, index: 1 } },
      { event: 'finalized', block: { hash, index: 1 } },
    ]);
    const again = await call<string>('transactionWatch_v1_submitAndWatch', hex(test.transfer(account(50), 1n, 0)));
    expect(events(again)).toEqual([{ event: 'invalid', error: 'Invalid Transaction: Transaction is outdated' }]);
    const noise = await call<string>('transactionWatch_v1_submitAndWatch', '0xff');
    expect(events(noise)).toMatchObject([{ event: 'invalid' }]);
  });

  it('are broadcast until they are judged, or stopped', async () => {
    const bytes = transfer();
    const id = await call<string>('transaction_v1_broadcast', bytes);
    expect(test.pool.readyCount).toBe(1);
    test.author.build();
    nonce++;
    await call('transaction_v1_stop', id);
    await expect(call('transaction_v1_stop', id)).rejects.toThrow('-32801');
    for (let i = 0; i < 16; i++) expect(await call('transaction_v1_broadcast', '0x0400')).toMatch(/^tx/);
    expect(await call('transaction_v1_broadcast', '0x0400')).toBeNull();
    dispatcher.closed(connection);
    expect(await call('transaction_v1_broadcast', '0x0400')).toMatch(/^tx/);
  });
});

describe('archive_v1 and chainSpec_v1', () => {
  it('agree with the older methods', async () => {
    const { chain } = test;
    const one = chain.hashAt(1)!;
    expect(await call('archive_v1_genesisHash')).toBe(chain.genesisHash);
    expect(await call('archive_v1_finalizedHeight')).toBe(chain.finalized.number);
    expect([await call('archive_v1_hashByHeight', 1), await call('archive_v1_hashByHeight', 1e6)]).toEqual([[one], []]);
    expect(hex(blake2b256(unhex(await call<string>('archive_v1_header', one))))).toBe(one);
    expect(await call('archive_v1_body', one)).toEqual(chain.block(1)!.extrinsics.map(hex));
    expect([await call('archive_v1_header', `0x${'11'.repeat(32)}`), await call('archive_v1_body', '0x00')]).toEqual([
      null,
      null,
    ]);
    expect(await call('archive_v1_call', chain.head.hash, 'Core_version', '0x')).toEqual({
      success: true,
      value: await call('state_call', 'Core_version', '0x'),
    });
    expect(await call('archive_v1_call', chain.head.hash, 'Core_nothing', '0x')).toMatchObject({ success: false });
    expect(await call('chainSpec_v1_chainName')).toBe('Test');
    expect(await call('chainSpec_v1_genesisHash')).toBe(chain.genesisHash);
    expect(await call('chainSpec_v1_properties')).toEqual({ tokenDecimals: 9 });
  });

  it('stream storage', async () => {
    const id = await call<string>(
      'archive_v1_storage',
      test.chain.head.hash,
      [{ key: '0x', type: 'descendantsHashes' }],
      null,
    );
    const all = await pollUntil('the end', { withinMs: 30_000 }, () =>
      events(id).at(-1)?.event === 'storageDone' ? events(id) : undefined,
    );
    const keys = await call<string[]>('state_getKeys', '0x');
    expect(all.slice(0, -1).map(({ key }) => key)).toEqual(keys);
    await expect(call('archive_v1_storage', '0x00', [])).rejects.toThrow('-32602');
  });
});
