import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { type Part, partsOf, scriptOf } from './document.js';

/** Every command of a page can be followed. One that cannot says in the page why not. */
export async function expectToBeFollowed(page: string): Promise<void> {
  const parts = partsOf(readFileSync(packagePath(page), 'utf8'));
  expect(parts.filter(part => part.kind === 'shell' || part.kind === 'program').length).toBeGreaterThan(0);
  for (const { kind, why, line } of parts) if (kind === 'left out') expect(why, `line ${line}`).toMatch(/\w+ \w+/);
  expect((await followedBy(parts)).slice(-20_000)).toMatch(/FOLLOWED\n$/);
}

/** What a newcomer sees who does all that a page tells, in an empty home. Its last line is FOLLOWED where nothing failed. */
export async function followedBy(parts: readonly Part[]): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'newcomer-'));
  try {
    furnish(home);
    return await follow(scriptOf(parts), home);
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A checkout as a newcomer has it: `npx bittensor-cli` and `./start_bittensor.sh` run what is built here. */
function furnish(home: string): void {
  const cli = packagePath('dist/src/cli/main.js');
  const programs: Record<string, string> = {
    'bin/npx': `[ "$1" = bittensor-cli ] || { echo "only bittensor-cli is here, not $1" >&2; exit 1; }\nshift\nexec node ${cli} "$@"`,
    'bin/bittensor-cli': `exec node ${cli} "$@"`,
    'checkout/start_bittensor.sh': `exec node ${cli} run "$@"`,
  };
  mkdirSync(join(home, 'bin'));
  mkdirSync(join(home, 'checkout/node_modules/@polkadot'), { recursive: true });
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(home, name), `#!/bin/bash\n${text}\n`);
    chmodSync(join(home, name), 0o755);
  }
  const links = {
    dist: 'dist',
    bench: 'bench',
    docs: 'docs',
    examples: 'examples',
    'node_modules/bittensor-node': '.',
    'node_modules/@polkadot/api': 'node_modules/@polkadot/api',
  };
  for (const [name, target] of Object.entries(links)) {
    if (existsSync(packagePath(target))) symlinkSync(packagePath(target), join(home, 'checkout', name));
  }
}

/** Runs a script in namespaces of its own: every port is free, and nothing outlives it. */
function follow(script: string, home: string): Promise<string> {
  const child = spawn('unshare', ['-rn', '--pid', '--fork', '--kill-child', '--mount-proc', 'bash', '-c', script], {
    cwd: join(home, 'checkout'),
    env: { PATH: `${join(home, 'bin')}:${process.env['PATH']}`, HOME: home, TERM: 'dumb', LANG: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  }
  return new Promise(resolve => child.once('close', () => resolve(said)));
}
