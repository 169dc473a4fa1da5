import { describe, expect, it } from 'vitest';
import { connect, startLocalnet, stopLocalnet } from '../../src/chain/index.js';
import { failure } from '../wallet/helpers.js';
import { temporaryFolder, webServer } from './helpers.js';

describe("the local chain's process", () => {
  it('is joined by whoever comes second, and ended by its data folder', async () => {
    using folder = temporaryFolder();
    using elsewhere = temporaryFolder();
    const first = await startLocalnet({ port: 0, dataFolder: folder.path });
    const second = await startLocalnet({ port: first.port, dataFolder: elsewhere.path });
    expect(first).toMatchObject({ joined: false, pid: expect.any(Number), genesis: expect.stringMatching(/^0x/) });
    expect(second).toMatchObject({ joined: true, url: first.url });
    await second.stop();
    await using client = await connect({ endpoints: [second.url] });
    expect(client.genesisHash).toBe(first.genesis);
    expect(await stopLocalnet({ dataFolder: elsewhere.path })).toBeUndefined();
    expect(await stopLocalnet({ dataFolder: folder.path })).toEqual({ pid: first.pid });
    expect(await first.exited).toBe(0);
    expect(await stopLocalnet({ dataFolder: folder.path })).toBeUndefined();
    await first.stop();
  });

  it('wins the port for one of several simultaneous starts; the others join', async () => {
    using folder = temporaryFolder();
    const probe = await startLocalnet({ port: 0, dataFolder: folder.path, detached: false });
    await probe.stop();
    const starts = await Promise.all(
      [1, 2, 3].map(() => startLocalnet({ port: probe.port, dataFolder: folder.path, detached: false })),
    );
    expect(starts.filter(start => !start.joined)).toHaveLength(1);
    for (const start of starts) {
      await using client = await connect({ endpoints: [start.url] });
      expect(client.genesisHash).toBe(probe.genesis);
    }
    await Promise.all(starts.map(start => start.stop()));
  });

  it('leaves a port to the server that has it, which connecting calls by its name', async () => {
    using folder = temporaryFolder();
    await using server = await webServer();
    const port = Number(new URL(server.url).port);
    const start = await startLocalnet({ port, dataFolder: folder.path });
    expect(start.joined).toBe(true);
    expect(await failure(() => connect({ endpoints: [start.url] }))).toMatchObject({ code: 'foreign_chain' });
  });

  it('says in one line why it did not start', async () => {
    using folder = temporaryFolder();
    const error = await failure(() => startLocalnet({ port: 0, dataFolder: folder.path, blockTime: -1 }));
    expect(error).toMatchObject({ code: 'bad_setting' });
    expect(error.message).toContain('--block-time has to be');
    expect(error.message).not.toContain('\n');
  });

  it('does not start once its signal has aborted', async () => {
    using folder = temporaryFolder();
    const signal = AbortSignal.abort(new Error('enough'));
    expect((await failure(() => startLocalnet({ port: 0, dataFolder: folder.path, signal }))).message).toBe('enough');
  });
});
