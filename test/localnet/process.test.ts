import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pollUntil } from '../../src/base/index.js';
import { EngineProcess, openSocket } from './engine-process.js';
import { runtimeCode, temporaryFolder } from './fixture.js';

interface Status {
  pid: number;
  number: number;
  head: string;
  timestampMs: number;
}

describe('the process', () => {
  it('says where it listens, makes blocks, leaves a pid file while it runs, and stops cleanly', async () => {
    using folder = temporaryFolder();
    await using engine = await EngineProcess.start(folder.path, ['--block-time', '50']);
    const pidFile = join(folder.path, 'localnet.json');
    expect(JSON.parse(readFileSync(pidFile, 'utf8'))).toEqual({
      port: engine.port,
      genesis: engine.genesis,
      pid: engine.pid,
      url: engine.url,
    });
    const status = await pollUntil('a block', { withinMs: 30_000 }, async () => {
      const now = await engine.rpc<Status>('dev_status');
      return now.number >= 3 ? now : undefined;
    });
    expect(status.pid).toBe(engine.pid);
    const before = performance.now();
    expect(await engine.stop()).toBe(0);
    expect(performance.now() - before).toBeLessThan(3000);
    expect([existsSync(pidFile), existsSync(join(folder.path, 'lock'))]).toEqual([false, false]);
  });

  it('goes on after a stop and after being killed, without losing a block', async () => {
    using folder = temporaryFolder();
    await using first = await EngineProcess.start(folder.path, ['--block-time', 'manual']);
    const stopped = await first.rpc('dev_newBlock', { count: 20 });
    await first.stop();
    await using second = await EngineProcess.start(folder.path, ['--block-time', 'manual']);
    expect(second.genesis).toBe(first.genesis);
    expect(await second.rpc('chain_getHead')).toBe(stopped);
    const killed = await second.rpc('dev_newBlock', { count: 5 });
    second.kill('SIGKILL');
    await second.exited;
    expect(existsSync(join(folder.path, 'lock'))).toBe(true);
    await using third = await EngineProcess.start(folder.path, ['--block-time', 'manual']);
    expect(await third.rpc('chain_getHead')).toBe(killed);
    const { timestampMs, number } = await third.rpc<Status>('dev_status');
    await third.rpc('dev_newBlock');
    const next = await third.rpc<Status>('dev_status');
    expect(next.number).toBe(number + 1);
    expect(next.timestampMs).toBeGreaterThan(timestampMs);
  });

  it('leaves a busy port alone, with exit code 3 and one clear line', async () => {
    using folder = temporaryFolder();
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await using engine = EngineProcess.spawn(folder.path, ['--port', String(port)]);
    expect(await engine.exited).toBe(3);
    expect(engine.stderr.trim().split('\n')).toHaveLength(1);
    expect(engine.stderr).toContain(`port ${port} on 127.0.0.1 is in use`);
    expect(existsSync(join(folder.path, 'chain.json'))).toBe(false);
    server.close();
  });

  it('lets one of two simultaneous starts win', async () => {
    using folder = temporaryFolder();
    const probe = createServer();
    probe.listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as { port: number };
    await new Promise(resolve => probe.close(resolve));
    await using a = EngineProcess.spawn(folder.path, ['--port', String(port)]);
    await using b = EngineProcess.spawn(folder.path, ['--port', String(port)]);
    const results = await Promise.allSettled([a.listening(), b.listening()]);
    const winner = results.find(result => result.status === 'fulfilled');
    const loser = results[0]!.status === 'rejected' ? a : b;
    expect(await loser.exited).toBe(3);
    expect((await winner!.value.rpc<Status>('dev_status')).pid).toBe(winner!.value.pid);
  });

  it('refuses a data folder that another process uses, with exit code 4', async () => {
    using folder = temporaryFolder();
    await using first = await EngineProcess.start(folder.path);
    await using second = EngineProcess.spawn(folder.path);
    expect(await second.exited).toBe(4);
    expect(second.stderr).toContain(`is in use by process ${first.pid}`);
    expect(await first.rpc('system_chain')).toBe('Bittensor Local');
  });

  it('takes over a lock whose process has gone, or whose number another process has now', async () => {
    using folder = temporaryFolder();
    for (const holder of ['{"pid":999999999}', `{"pid":${process.pid},"startedAt":"1"}`, 'rubbish', '']) {
      writeFileSync(join(folder.path, 'lock'), holder);
      await using engine = await EngineProcess.start(folder.path);
      expect(await engine.stop()).toBe(0);
    }
  });

  it('ends by itself after the last client has gone, and not before', async () => {
    using folder = temporaryFolder();
    await using engine = await EngineProcess.start(folder.path, ['--linger', '1']);
    const client = await openSocket(engine.url);
    const gone = await Promise.race([
      engine.exited,
      pollUntil('blocks with a client', { withinMs: 30_000 }, async () => {
        const { number } = await engine.rpc<Status>('dev_status');
        return number >= 8 ? true : undefined;
      }),
    ]);
    expect(gone).toBe(true);
    client.socket.close();
    expect(await engine.exited).toBe(0);
    expect(engine.stderr).toContain('the last client has gone');
  });

  it.each([
    [['--block-time', 'often'], '--block-time has to be a whole number'],
    [['--port', '70000'], '--port has to be a whole number'],
    [['--nonsense'], '--nonsense'],
    [['--genesis-patch', '{'], '--genesis-patch is not JSON'],
    [['--archive', '--prune', '100'], 'exclude each other'],
    [['--spec', 'x', '--preset', 'y'], '--spec exclude --runtime'],
    [['--spec', '/nowhere/spec.json'], '/nowhere/spec.json'],
  ])('refuses %j with exit code 2', async (args, text) => {
    using folder = temporaryFolder();
    await using engine = EngineProcess.spawn(folder.path, args);
    expect(await engine.exited).toBe(2);
    expect(engine.stderr).toContain(text);
  });

  it('refuses a folder of another genesis with exit code 5, and a runtime it cannot run with 1', async () => {
    using folder = temporaryFolder();
    await using engine = await EngineProcess.start(folder.path);
    await engine.stop();
    await using other = EngineProcess.spawn(folder.path, ['--preset', 'development']);
    expect(await other.exited).toBe(5);
    expect(other.stderr).toContain('holds another chain');
    // Another block time is no other chain.
    await using slower = await EngineProcess.start(folder.path, ['--block-time', '1000']);
    await slower.stop();
    using elsewhere = temporaryFolder();
    const path = join(elsewhere.path, 'bad.wasm');
    writeFileSync(path, 'no wasm');
    await using bad = EngineProcess.spawn(elsewhere.path, ['--runtime', path]);
    expect(await bad.exited).toBe(1);
    expect(bad.stderr).toContain('not a usable wasm module');
  });

  it('stops building when the disk is full, goes on answering, and loses nothing', async () => {
    using folder = temporaryFolder();
    // A limit on the size of files (in KiB) stands in for a full disk: writes fail in the middle of a record.
    const kibibytes = Math.ceil(runtimeCode.length / 1024) + 1100;
    const limited = `trap "" XFSZ; ulimit -f ${kibibytes}; exec "$@"`;
    await using engine = await EngineProcess.start(folder.path, ['--block-time', '50', '--archive'], limited);
    await expect(engine.rpc('dev_newBlock', { count: 5000 })).rejects.toThrow(/cannot write .*EFBIG/);
    await pollUntil('the line in the log', { withinMs: 30_000 }, () =>
      engine.stderr.includes('no block: ') ? true : undefined,
    );
    const { number, head } = await engine.rpc<Status>('dev_status');
    expect(number).toBeGreaterThan(100);
    expect(await engine.rpc('chain_getBlockHash', number)).toBe(head);
    expect(engine.stderr.split('\n').filter(line => line.includes('no block: '))).toHaveLength(1);
    expect(await engine.stop()).toBe(0);
    await using again = await EngineProcess.start(folder.path, ['--block-time', 'manual', '--archive']);
    expect(await again.rpc('chain_getHead')).toBe(head);
    await again.rpc('dev_newBlock', { count: 3 });
  });
});
