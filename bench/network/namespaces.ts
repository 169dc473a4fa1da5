import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Place, Places } from './places.js';

const run = promisify(execFile);
const AXON_PORT = 8091;

/**
 * Each program in a network namespace of its own with its own address, joined by veth links on a bridge of this machine's. Needs Linux,
 * root and `ip`. Links and namespaces are named by this process and removed at the end.
 */
export async function namespacePlaces(): Promise<Places> {
  const id = process.pid % 100_000;
  const bridge = `btn${id}`;
  const net = `10.${64 + (id % 128)}.${Math.floor(id / 128) % 256}`;
  const chainHost = `${net}.1`;
  const names: string[] = [];
  const links: string[] = [];
  const ip = async (...args: string[]): Promise<void> => {
    await run('ip', args);
  };
  await ip('link', 'add', bridge, 'type', 'bridge');
  try {
    await ip('addr', 'add', `${chainHost}/24`, 'dev', bridge);
    await ip('link', 'set', bridge, 'up');
  } catch (error) {
    await ip('link', 'del', bridge);
    throw error;
  }
  return {
    chainHost,
    async make(chain): Promise<Place> {
      const number = names.length + 2;
      const namespace = `${bridge}-${number}`;
      const link = `${bridge}v${number}`;
      const address = `${net}.${number}`;
      await ip('netns', 'add', namespace);
      names.push(namespace);
      await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
      links.push(link);
      await ip('link', 'set', link, 'master', bridge);
      await ip('link', 'set', link, 'up');
      for (const args of [
        ['addr', 'add', `${address}/24`, 'dev', 'eth0'],
        ['link', 'set', 'eth0', 'up'],
        ['link', 'set', 'lo', 'up'],
      ]) {
        await ip('-n', namespace, ...args);
      }
      return {
        prefix: ['ip', 'netns', 'exec', namespace],
        bind: { ip: address, port: AXON_PORT },
        announced: { ip: address, port: AXON_PORT },
        chainUrl: `ws://${chainHost}:${chain.port}`,
        cut: () => ip('link', 'set', link, 'down'),
        heal: () => ip('link', 'set', link, 'up'),
      };
    },
    async [Symbol.asyncDispose]() {
      // A link would go with its namespace, but some time after `ip` returns.
      for (const link of links.splice(0)) await ip('link', 'del', link).catch(() => {});
      for (const namespace of names.splice(0)) await ip('netns', 'del', namespace);
      await ip('link', 'del', bridge).catch(() => {});
    },
  };
}
