import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestHome } from '../helpers/cli.js';

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
});
afterEach(() => home[Symbol.asyncDispose]());

async function run(...args: string[]): Promise<{ code: number | string; text: string }> {
  const cli = home.run(...args);
  return { code: await cli.ended(), text: cli.lines.join('\n') };
}

describe('the frame of the command line', () => {
  it('runs a declared command, for people and with --json', async () => {
    const user = join(home.folder, '.bittensor', 'configuration.yaml');
    const { code, text } = await run('config', 'path');
    expect([code, text.split('\n')].flat()).toEqual([0, user, expect.stringContaining('There is no such file yet')]);
    expect(JSON.parse((await run('config', 'path', '--json')).text)).toEqual({ path: user, exists: false });
    mkdirSync(join(home.folder, '.bittensor'));
    writeFileSync(user, 'wallet:\n  name: alice\n');
    expect(JSON.parse((await run('config', 'path', '--json')).text)).toEqual({ path: user, exists: true });
    const own = join(home.folder, 'configuration.yaml');
    writeFileSync(own, 'axon_port: 1\n');
    expect((await run('config', 'path')).text).toMatch(/\/configuration.yaml$/);
    expect((await run('config', 'path')).text).not.toContain('.bittensor');
  });

  it('tells a mistake on the command line as one JSON document with --json', async () => {
    for (const args of [['config', 'path', '--jsn'], ['config', 'pat'], ['config', 'path', 'x'], ['nothing']]) {
      const { code, text } = await run(...args, '--json');
      expect(code).toBe(2);
      expect(JSON.parse(text)).toMatchObject({ error: { code: 'usage', exit: 2 } });
    }
  });

  it('is refused a key of the config file that no command has, and takes those of other commands', async () => {
    writeFileSync(join(home.folder, 'configuration.yaml'), 'axon_port: 1\nwallet:\n  hotkey: x\n');
    expect((await run('config', 'get', 'netuid')).code).toBe(0);
    writeFileSync(join(home.folder, 'configuration.yaml'), 'wallet:\n  hotky: x\n');
    const { code, text } = await run('config', 'get', 'netuid', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(text)).toMatchObject({
      error: { code: 'unknown_setting', message: expect.stringContaining('did you mean "wallet_hotkey"?') },
    });
  });
});
