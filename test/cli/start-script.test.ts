import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';

let folder = '';
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('start_bittensor.sh', () => {
  it('does not install through a link, which would empty the folder that others use', () => {
    folder = mkdtempSync(join(tmpdir(), 'start-'));
    const [shared, checkout, tools] = ['shared', 'checkout', 'tools'].map(name => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const path of [shared, checkout, tools]) mkdirSync(path);
    writeFileSync(join(shared, 'package'), 'of others');
    symlinkSync(shared, join(checkout, 'node_modules'), 'dir');
    writeFileSync(join(checkout, 'package-lock.json'), '{}');
    const script = join(checkout, 'start_bittensor.sh');
    copyFileSync(packagePath('start_bittensor.sh'), script);
    // Notes that it was called, and installs nothing.
    const called = join(folder, 'called');
    writeFileSync(join(tools, 'npm'), `#!/bin/sh\ntouch '${called}'\nexit 1\n`);
    chmodSync(join(tools, 'npm'), 0o755);
    const { status, stderr } = spawnSync('bash', [script, '--help'], {
      env: { PATH: `${tools}:${dirname(process.execPath)}:${process.env['PATH']}` },
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/^start_bittensor\.sh: node_modules is a symbolic link to .*shared.*npm ci would empty/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(1);
    expect(existsSync(called)).toBe(false);
    expect(existsSync(join(shared, 'package'))).toBe(true);
    expect(existsSync(join(checkout, '.setup-lock'))).toBe(false);
  });
});
