import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packagePath } from '../../src/base/index.js';

export const VECTORS = packagePath('test/vectors/wallets/');
export const M12 = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
export const M24 = `${'legal winner thank year wave sausage worth useful '.repeat(2)}legal winner thank year wave sausage worth title`;
export const COLD = '5EPCUjPxiHAcNooYipQFWr9NmmXJKpNG5RhcntXwbtUySrgH';
export const HOT = '5Dvz1qwrSmKZkD82LgS7mrsgJSQMExLp3eZHHwfm7MqKs3nd';
export const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';

/** A temporary folder that goes when the scope ends. */
export function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'bittensor-wallet-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** The error that `work` throws or rejects with. */
export async function failure(
  work: () => unknown,
): Promise<{ code: string; message: string; data: Record<string, unknown> }> {
  try {
    await work();
  } catch (error) {
    return error as { code: string; message: string; data: Record<string, unknown> };
  }
  throw new Error('expected a failure, and there was none');
}
