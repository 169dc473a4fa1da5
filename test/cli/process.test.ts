import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagePath, pollUntil } from '../../src/base/index.js';
import { TestHome } from '../helpers/cli.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'process-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In a shell, where `cli` is the program. */
function inShell(line: string, env: Record<string, string> = {}) {
  const cli = `cli() { '${process.execPath}' '${packagePath('dist/src/cli/main.js')}' "$@"; }`;
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-o', 'pipefail', '-c', `${cli}; ${line}`], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('the process', () => {
  it('ends quietly when nobody reads on', () => {
    expect(inShell('cli explain | head -n 1')).toMatchObject({
      status: 0,
      stderr: expect.not.stringContaining('EPIPE'),
    });
    expect(inShell('cli config explain --quiet >&-')).toMatchObject({ status: 0, stderr: '' });
    expect(inShell('cli nothing 2>&-').status).toBe(2);
  });

  it.runIf(existsSync('/dev/full'))('fails when its output is lost, and says why in one line', () => {
    const why = 'bittensor-cli: the output could not be written: there is no space left on the device\n';
    for (const line of ['config explain --quiet', 'wallet list --json', 'wallet --help']) {
      expect(inShell(`cli ${line} >/dev/full`)).toMatchObject({ status: 1, stderr: why });
    }
    // Opened for reading alone.
    expect(inShell('cli wallet list --json 1</dev/zero')).toMatchObject({
      status: 1,
      stderr: 'bittensor-cli: the output could not be written: the standard output is closed\n',
    });
  });

  it('asks the system for the home folder where HOME names none', () => {
    for (const home of ['', 'relative']) {
      const { status, stdout } = inShell(`HOME=${home} cli config path`);
      expect({ status, stdout }).toEqual({
        status: 0,
        stdout: `${join(userInfo().homedir, '.bittensor', 'configuration.yaml')}\n`,
      });
    }
  });

  it('shows its help, whatever is wrong with settings', () => {
    const { status, stdout } = inShell('echo "a: [" > configuration.yaml; cli wallet --help; rm configuration.yaml', {
      BT_NETUID: 'many',
    });
    expect(status).toBe(0);
    expect(stdout).toContain('new-coldkey');
  });

  it('shows the help of a group without a command on stderr, and calls it a mistake', () => {
    for (const line of ['cli', 'cli wallet']) {
      const { status, stdout, stderr } = inShell(line);
      expect(status).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^Usage: bittensor-cli/);
      expect(JSON.parse(inShell(`${line} --json`).stdout)).toMatchObject({ error: { exit: 2 } });
    }
  });

  it('says the version, and which exit codes there are', () => {
    expect(inShell('cli --version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(inShell('cli --help').stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /Exit codes: 0 done, 1 failed, 2 .*, 3 network, 4 .*, 5 .* 130 interrupted/,
    );
  });

  it('ends with 130 after Ctrl-C, with --json and a document that says so', async () => {
    // Something that never answers.
    let asked = false;
    const server = createServer(socket => {
      asked = true;
      socket.on('error', () => {});
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await using home = new TestHome();
    for (const flags of [[], ['--json']]) {
      asked = false;
      const cli = home.run('localnet', 'status', '--url', url, ...flags);
      await pollUntil('the question to the chain', { withinMs: 30_000, everyMs: 50 }, () => (asked ? true : undefined));
      expect((await cli.stop('SIGINT')).code).toBe(130);
      const text = cli.lines.join('\n');
      if (flags.length === 0) expect(text).toBe('bittensor-cli: stopped by the user');
      else expect(JSON.parse(text)).toMatchObject({ error: { code: 'interrupted', exit: 130 } });
    }
    server.close();
  });
});
