import { lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from '../helpers/cli-in-process.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
  file = join(folder, 'configuration.yaml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const config = (args: readonly string[], env: Record<string, string> = {}) =>
  runInProcess(['config', ...args, '--config', file], { env });

describe('config set', () => {
  it('makes the file, only for its owner, with a value that is read again', async () => {
    expect(await config(['set', 'netuid', '7'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('netuid is 7'),
    });
    expect(readFileSync(file, 'utf8')).toBe('netuid: 7\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse((await config(['get', 'netuid', '--json'])).out)).toEqual({
      key: 'netuid',
      value: 7,
      source: 'file',
    });
  });

  it('keeps comments, order, spelling and place', async () => {
    writeFileSync(file, '# mine\nwallet:\n  # the name\n  name: bob # at work\naxon-port: 1\n\n# the end\n');
    await config(['set', 'wallet.name', 'carol']);
    await config(['set', 'axon_port', '2']);
    await config(['set', 'wallet_path', 'a: "b" #c']);
    expect(readFileSync(file, 'utf8')).toBe(
      '# mine\nwallet:\n  # the name\n  name: carol # at work\naxon-port: 2\nwallet_path: \'a: "b" #c\'\n\n# the end\n',
    );
    expect((await config(['get', 'wallet_path'])).out).toBe('a: "b" #c\n');
  });

  it('keeps text that looks like something else as text', async () => {
    for (const value of ['123', 'true', 'null', '~', '? a', 'a: b', '#', '0x10', ' x']) {
      await config(['set', 'wallet_name', value]);
      expect((await config(['get', 'wallet_name'])).out).toBe(`${value}\n`);
    }
  });

  it('refuses a name that is none, a value that cannot be and a file that is no config file, and leaves it alone', async () => {
    const wrong: [string[], string, RegExp][] = [
      [['netuit', '1'], 'unknown_setting', /did you mean "netuid"/],
      [['netuid', '70000'], 'bad_setting', /must be a whole number from 0 to 65535/],
      [['yes', 'true'], 'unknown_setting', /there is no setting "yes"/],
      [['json', 'perhaps'], 'bad_setting', /must be true or false/],
    ];
    writeFileSync(file, 'netuid: 1 # mine\n');
    for (const [args, code, message] of wrong) {
      const { code: exit, out } = await config(['set', ...args, '--json']);
      expect(JSON.parse(out)).toMatchObject({ error: { code, message: expect.stringMatching(message) } });
      expect(exit).toBe(2);
    }
    expect(readFileSync(file, 'utf8')).toBe('netuid: 1 # mine\n');
    for (const broken of ['a: [1\n', '- 1\n', 'just words']) {
      writeFileSync(file, broken);
      expect(JSON.parse((await config(['set', 'netuid', '2', '--json'])).out)).toMatchObject({
        error: { code: 'bad_config_file' },
      });
      expect(readFileSync(file, 'utf8')).toBe(broken);
    }
  });

  it('keeps the mode of a file that is there, and writes behind a link', async () => {
    const real = join(folder, 'real.yaml');
    writeFileSync(real, 'netuid: 1\n', { mode: 0o644 });
    symlinkSync(real, file);
    await config(['set', 'netuid', '2']);
    expect(readFileSync(real, 'utf8')).toBe('netuid: 2\n');
    expect(statSync(real).mode & 0o777).toBe(0o644);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
  });
});

describe('config explain', () => {
  it('says value, source, environment names and default', async () => {
    writeFileSync(file, 'netuid: 3\n');
    const explain = async (key: string, env: Record<string, string> = {}) => {
      const { out } = await config(['explain', key, '--json'], env);
      return (JSON.parse(out) as { settings: Record<string, unknown>[] }).settings[0];
    };
    expect(await explain('netuid')).toMatchObject({
      value: 3,
      source: 'file',
      flag: '--netuid',
      about: 'number of the subnet',
    });
    expect(await explain('netuid', { BT_NETUID: '4' })).toMatchObject({ value: 4, source: 'environment' });
    expect(await explain('wallet.name')).toMatchObject({
      source: 'default',
      value: 'default',
      exceptions: [
        { commands: ['run miner', 'run server', 'run validator'], default: '"local" on a local chain, else "default"' },
      ],
      flag: '--wallet.name',
      environment: ['BT_WALLET_NAME', 'BT_WALLET'],
    });
    expect(await explain('wallet-name', { BT_WALLET: 'alice' })).toMatchObject({
      value: 'alice',
      source: 'environment',
    });
    expect(await explain('localnet_port')).toMatchObject({
      defaults: ['9944', '9945'],
      exceptions: [{ commands: ['localnet follow'], default: '9945' }],
      environment: ['BT_LOCALNET_PORT'],
    });
  });

  it('lists all settings', async () => {
    writeFileSync(file, '');
    const { out } = await config(['explain', '--json'], {});
    const keys = (JSON.parse(out) as { settings: { key: string }[] }).settings.map(({ key }) => key);
    expect(keys).toEqual([...new Set(keys)].sort());
    expect(keys).toEqual(expect.arrayContaining(['axon_port', 'wallet_name', 'localnet_port', 'json']));
    const { out: text } = await config(['explain']);
    expect(text.split('\n')).toHaveLength(keys.length + 2);
  });

  it('notes a variable that looks like a mistyped setting, once, and no other', async () => {
    writeFileSync(file, '');
    const env = { BT_WALLET_NAM: 'x', BT_LOGGING_DEBUG: '1', BT_PW__HOME: 'x', BT_WALLET_PASSWORD: 'x', HOME: '/' };
    expect((await config(['get', 'netuid'], env)).err).toContain(
      'BT_WALLET_NAM is no setting; did you mean BT_WALLET_NAME?\n',
    );
    const { err, out } = await config(['get', 'netuid', '--quiet'], env);
    expect(err).toBe('');
    expect(out).toBe('1\n');
  });
});
