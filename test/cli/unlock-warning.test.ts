import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TestConsole } from '../helpers/console.js';

it('a key file that others can read is warned of when it is used', async () => {
  using shell = new TestConsole();
  await shell.run(['wallet', 'create', '--no_password']);
  const sign = ['wallet', 'sign', '--message', 'a message'];
  expect((await shell.run(sign)).err).not.toContain('Warning');
  chmodSync(join(shell.wallets, 'default', 'coldkey'), 0o644);
  const { code, err } = await shell.run(sign);
  expect(code).toBe(0);
  expect(err).toMatch(/Warning: .*coldkey has mode 0644, so other users may get at it; chmod 600 keeps them out\./);
});
