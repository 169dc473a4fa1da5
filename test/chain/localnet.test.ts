import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
    expect(await stopLocalnet({ dataFolder: folder.path })).toEqual({ pid: first.pid, dataFolder: folder.path });
    expect(await first.exited).toBe(0);
    expect(await stopLocalnet({ dataFolder: folder.path })).toBeUndefined();
    await first.stop();
  });

  it('is not ended by a number that an address answers with, unless its folder is here and names it, too', async () => {
    using folder = temporaryFolder();
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      stdio: 'ignore',
      detached: true,
    });
    const ended = new Promise(resolve => bystander.once('exit', resolve));
    const answers = (pid: number | undefined) =>
      webServer(200, JSON.stringify({ result: { pid, dataFolder: folder.path } }));
    try {
      await using elsewhere = await answers(bystander.pid);
      const error = await failure(() => stopLocalnet({ url: elsewhere.url }));
      expect(error).toMatchObject({ code: 'not_local', message: expect.stringContaining('not on this machine') });
      // To a signal, a negative number is a group of processes.
      const group = -bystander.pid!;
      await using wrong = await answers(group);
      writeFileSync(join(folder.path, 'localnet.json'), JSON.stringify({ pid: group, url: wrong.url }));
      expect(await stopLocalnet({ url: wrong.url })).toBeUndefined();
      expect(await stopLocalnet({ dataFolder: folder.path })).toBeUndefined();
      expect(bystander.signalCode).toBeNull();
    } finally {
      bystander.kill('SIGKILL');
      await ended;
    }
  });

  it('is ended by its folder wherever it listens', async () => {
    using folder = temporaryFolder();
    const chain = await startLocalnet({ port: 0, host: '0.0.0.0', dataFolder: folder.path });
    expect(await stopLocalnet({ dataFolder: folder.path })).toMatchObject({ pid: chain.pid });
    expect(readFileSync(join(folder.path, 'localnet.log'), 'utf8')).toContain('WARN | localnet - bound to 0.0.0.0');
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
