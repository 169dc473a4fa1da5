import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { lastJson, runCommand } from './command.js';
import { clientFolder } from './stage.js';

const MESSAGES = ['hello', 'two words', 'ünïcödé 🦀', '0xdeadbeef', '{"something": "here", "timestamp": 1719908486}'];

let home: string;
let btcli: string;
let env: Record<string, string>;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'bittensor-conformance-'));
  btcli = join(await clientFolder('bittensor-cli-9.23.2'), 'bin', 'btcli');
  env = {
    HOME: home,
    PATH: process.env['PATH'] ?? '',
    COLUMNS: '1000000',
    PYTHONDONTWRITEBYTECODE: '1',
    NO_COLOR: '1',
  };
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function ours<T>(...args: string[]): Promise<T & { code: number | null }> {
  const main = packagePath('dist/src/cli/main.js');
  const { code, stdout } = await runCommand(process.execPath, [main, 'wallet', ...args, '--json'], env, home);
  return { ...(JSON.parse(stdout) as T), code };
}

async function theirs<T>(...args: string[]): Promise<T> {
  const { stdout, stderr } = await runCommand(btcli, ['wallet', ...args, '--json-output'], env, home);
  const said = lastJson<T>(stdout);
  if (said === undefined) throw new Error(`btcli wallet ${args.join(' ')}: ${stdout}${stderr}`);
  return said;
}

describe('wallet sign and verify, and those of btcli 9.23.2', () => {
  it('accept what the other signed with the same key, coldkey and hotkey, and nothing else', async () => {
    await ours('create', '--wallet.name', 'mine', '--no_password');
    const wallet = ['--wallet-name', 'mine', '--wallet-path', join(home, '.bittensor/wallets'), '--hotkey', 'default'];
    for (const [i, message] of MESSAGES.entries()) {
      const isHotkey = i % 2 === 1;
      const signed = await ours<{ address: string; publicKey: string; signature: string }>(
        ...['sign', '--wallet.name', 'mine', '--message', message, ...(isHotkey ? ['--use-hotkey'] : [])],
      );
      const signedThere = await theirs<{ signed_message: string; signer_address: string }>(
        ...['sign', ...wallet, '--message', message, isHotkey ? '--use-hotkey' : '--no-use-hotkey'],
      );
      expect(signedThere.signer_address).toBe(signed.address);

      const there = (text: string, signer: string) =>
        theirs<{ verified: boolean }>(
          'verify',
          '--message',
          text,
          '--signature',
          signed.signature,
          '--address',
          signer,
        );
      expect(await there(message, signed.address)).toMatchObject({ verified: true });
      expect(await there(message, signed.publicKey)).toMatchObject({ verified: true });
      expect(await there(`${message}!`, signed.address)).toMatchObject({ verified: false });

      const signature = signedThere.signed_message;
      const here = (text: string) =>
        ours('verify', '--message', text, '--signature', signature, '--address', signed.address);
      expect(await here(message)).toMatchObject({ code: 0, valid: true, wrapped: false });
      expect(await here(`${message}!`)).toMatchObject({ code: 1, error: { code: 'bad_signature' } });
    }
  });
});
