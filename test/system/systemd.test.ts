import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';

const folder = mkdtempSync(join(tmpdir(), 'unit-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What systemd says of a unit file, line by line; of this unit alone. */
function complaints(unit: string): string[] {
  const path = join(folder, 'bittensor-node.service');
  writeFileSync(path, unit);
  let said: string;
  try {
    said = execFileSync('sh', ['-c', 'systemd-analyze verify --man=no "$0" 2>&1', path], { encoding: 'utf8' });
  } catch (error) {
    const { status, stdout } = error as { status: number | null; stdout: string };
    if (status === null || status === 127) throw error;
    said = stdout;
  }
  return said.split('\n').filter(line => line.includes('bittensor-node.service'));
}

describe('the systemd unit', () => {
  it('is one that systemd understands', () => {
    // The program is somewhere else on this machine, and so is the user.
    const unit = readFileSync(packagePath('deploy/bittensor-node.service'), 'utf8')
      .replace('ExecStart=bittensor-cli', `ExecStart=${process.execPath}`)
      .replace(/^(User|Group)=.*$/gm, '$1=root');
    expect(complaints(unit)).toEqual([]);
    expect(complaints(unit.replace('ProtectSystem=strict', 'ProtectSistem=strict')).join()).toContain('ProtectSistem');
  });
});
