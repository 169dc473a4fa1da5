import { readdirSync } from 'node:fs';
import { createServer, connect as dial, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../bench/free-port.js';
import { pollUntil } from '../../src/base/index.js';
import { startLocalnet } from '../../src/chain/index.js';
import { TestHome } from '../helpers/cli.js';

/** Slow machines run this too; what matters is that it happens. */
const PATIENCE_MS = 120_000;

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
});
afterEach(() => home[Symbol.asyncDispose]());

/** A way to the chain that can be cut: what is connected is reset, and nobody gets through until it is mended. */
class Way implements AsyncDisposable {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private readonly server;
  connections = 0;

  private constructor(target: number) {
    this.server = createServer(socket => {
      if (this.isCut) return void socket.destroy();
      this.connections += 1;
      const there = dial(target, '127.0.0.1');
      socket.pipe(there).pipe(socket);
      for (const end of [socket, there]) {
        this.sockets.add(end);
        end.on('error', () => {});
        end.on('close', () => {
          this.sockets.delete(end);
          socket.destroy();
          there.destroy();
        });
      }
    });
  }

  static async to(target: number): Promise<Way & { port: number }> {
    const way = new Way(target);
    await new Promise<void>(resolve => way.server.listen(0, '127.0.0.1', resolve));
    return Object.assign(way, { port: (way.server.address() as { port: number }).port });
  }

  get open(): number {
    return this.sockets.size / 2;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise<void>(resolve => this.server.close(() => resolve()));
  }
}

describe('a neuron whose chain goes away', () => {
  it('goes on learning, and ranks again by another endpoint of its list', async () => {
    const dataFolder = join(home.folder, 'chain');
    const net = await startLocalnet({ port: 0, dataFolder, blockTime: 250, detached: false });
    await using first = await Way.to(net.port);
    await using second = await Way.to(net.port);
    try {
      const small = ['--device', 'wasm'];
      const peer = home.run('run', 'mnist', '-c', `${net.url},${net.url.replace('127.0.0.1', 'localhost')}`, ...small);
      const list = `ws://127.0.0.1:${first.port},ws://127.0.0.1:${second.port}`;
      const neuron = home.run('run', 'mnist', '-c', list, ...small);
      const included = /set_weights included in block (\d+)/;
      const [, before] = await neuron.waitFor(included, PATIENCE_MS);

      first.cut();
      second.cut();
      const lost = neuron.lines.length;
      await neuron.waitFor(/Train Epoch: /, PATIENCE_MS, lost);

      second.mend();
      const mended = neuron.lines.length;
      const [, after] = await neuron.waitFor(included, PATIENCE_MS, mended);
      expect(Number(after)).toBeGreaterThan(Number(before));
      expect(first.open).toBe(0);
      expect(second.open).toBe(1);
      for (const one of [neuron, peer]) expect((await one.stop()).code).toBe(0);
      expect(neuron.lines.join('\n')).not.toContain('Stopped after 0 steps');
    } finally {
      await net.stop();
    }
  }, 500_000);
});

describe('a server that is killed', () => {
  it('goes on with what it had learnt from callers', async () => {
    const small = ['--labels', '64', '--device', 'wasm'];
    const given = home.run('run', 'mnist', '-m', '0', '--steps', '1', ...small);
    expect(await given.ended()).toBe(0);
    const data = join(home.folder, 'served');
    // Its own saves would make another file of the model that is served.
    const learning = join(home.folder, 'learning');
    const model = join(home.folder, '.bittensor', 'node', 'slots', 'default', 'mnist.safetensors');
    const gossip = await freePort();
    const flags = ['run', 'server', '-mp', model, '-m', String(gossip), '--data', data, '--save_interval', '1'];
    const key = ['-k', 'server', '--metagraph_difficulty', '0'];
    const server = home.run(...flags, ...key, '--device', 'wasm');
    await server.waitFor(/No chain: gossiping on port/, PATIENCE_MS);
    const learner = home.run(
      'run',
      'mnist',
      '-b',
      String(gossip),
      '--metagraph_difficulty',
      '0',
      '--data',
      learning,
      ...small,
    );
    await server.waitFor(/Applied gradients of \d+ requests by callers; serving version \d+/, PATIENCE_MS);
    const folder = join(data, 'slots', 'server', 'served');
    await pollUntil('a save', { withinMs: PATIENCE_MS, everyMs: 100 }, async () => {
      const names = await Promise.resolve()
        .then(() => readdirSync(folder))
        .catch(() => []);
      return names.some(name => name.endsWith('.safetensors')) || undefined;
    });
    await server.stop('SIGKILL');
    expect((await learner.stop()).code).toBe(0);

    const again = home.run(...flags, ...key, '--device', 'wasm', '--stop_after', '60');
    const [, step] = await again.waitFor(/Resuming from .*: step (\d+)/, PATIENCE_MS);
    expect(Number(step)).toBeGreaterThan(1);
    await again.waitFor(/Axon serves at/, PATIENCE_MS);
    expect((await again.stop()).code).toBe(0);
  }, 500_000);
});
