import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { namespacePlaces } from '../../bench/network/namespaces.js';
import type { Place } from '../../bench/network/places.js';
import { Closing } from '../../src/base/index.js';

const run = promisify(execFile);
const chain = { port: 9944 };
/** Answers each connection with its own address as the caller sees it, and goes. */
const GREETER = `require('net').createServer(s => s.end(s.localAddress)).listen(+process.argv[1], process.argv[2], () => console.log('ready'))`;
/** Prints what the greeter says, or why it cannot be reached within a second. */
const CALLER = `const s = require('net').connect(+process.argv[1], process.argv[2]);
setTimeout(() => { console.log('nothing'); process.exit() }, 1000);
s.on('data', d => { console.log(String(d)); process.exit() }).on('error', e => { console.log(e.code); process.exit() });`;

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

async function greeter({ prefix, bind }: Place): Promise<void> {
  const [file, ...args] = [...prefix, process.execPath, '-e', GREETER, String(bind.port), bind.ip];
  const child = spawn(file!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  closing.add(async () => {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  });
  await once(child.stdout, 'data');
}

async function heardFrom({ prefix }: Place, { announced }: Place): Promise<string> {
  const [file, ...args] = [...prefix, process.execPath, '-e', CALLER, String(announced.port), announced.ip];
  return (await run(file!, args)).stdout.trim();
}

const links = async () => (await run('ip', ['-o', 'link'])).stdout;
const namespaces = async () => (await run('ip', ['netns', 'list'])).stdout;

describe('network namespaces', () => {
  it('have addresses of their own that reach each other, are cut off and joined again, and are gone at the end', async () => {
    const places = await namespacePlaces();
    closing.add(() => places[Symbol.asyncDispose]());
    const [one, other] = [await places.make(chain, () => undefined), await places.make(chain, () => undefined)];
    expect(one.announced.ip).not.toBe(other.announced.ip);
    expect(one.chainUrl).toBe(`ws://${places.chainHost}:${chain.port}`);
    const bridge = `btn${process.pid % 100_000}`;
    expect(await links()).toContain(bridge);
    await greeter(one);
    expect(await heardFrom(other, one)).toBe(one.announced.ip);
    await one.cut();
    expect(await heardFrom(other, one)).not.toBe(one.announced.ip);
    await one.heal();
    expect(await heardFrom(other, one)).toBe(one.announced.ip);

    await closing.close();
    expect(await links()).not.toContain(bridge);
    expect(await namespaces()).not.toContain(bridge);
  });
});
