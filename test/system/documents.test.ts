import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { partsOf, scriptOf } from '../helpers/document.js';

/** Pages whose every command is followed. A command that cannot be says in the page why not. */
const PAGES = ['README.md', ...readdirSync(packagePath('docs/tutorials')).map(name => `docs/tutorials/${name}`)];

let home: string | undefined;
afterEach(() => {
  if (home) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

/** A home and a checkout as a newcomer has them: `npx bittensor-cli` and `./start_bittensor.sh` run what is built here. */
function newcomer(): string {
  home = mkdtempSync(join(tmpdir(), 'newcomer-'));
  const cli = packagePath('dist/src/cli/main.js');
  const programs: Record<string, string> = {
    'bin/npx': `[ "$1" = bittensor-cli ] || { echo "only bittensor-cli is here, not $1" >&2; exit 1; }\nshift\nexec node ${cli} "$@"`,
    'bin/bittensor-cli': `exec node ${cli} "$@"`,
    'checkout/start_bittensor.sh': `exec node ${cli} run "$@"`,
  };
  mkdirSync(join(home, 'bin'));
  mkdirSync(join(home, 'checkout/node_modules'), { recursive: true });
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
  };
  for (const [name, target] of Object.entries(links)) {
    if (existsSync(packagePath(target))) symlinkSync(packagePath(target), join(home, 'checkout', name));
  }
  return home;
}

/** Runs a script in namespaces of its own: every port is free, and nothing outlives it. */
function follow(script: string, folder: string): Promise<string> {
  const child = spawn('unshare', ['-rn', '--pid', '--fork', '--kill-child', '--mount-proc', 'bash', '-c', script], {
    cwd: join(folder, 'checkout'),
    env: { PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, HOME: folder, TERM: 'dumb', LANG: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise(resolve => child.once('close', () => resolve(said)));
}

describe('a newcomer', () => {
  it.each(PAGES)('who follows %s meets nothing that fails', async page => {
    const parts = partsOf(readFileSync(packagePath(page), 'utf8'));
    expect(parts.filter(part => part.kind === 'shell' || part.kind === 'program').length).toBeGreaterThan(0);
    for (const { kind, why, line } of parts) if (kind === 'left out') expect(why, `line ${line}`).toMatch(/\w+ \w+/);
    const said = await follow(scriptOf(parts), newcomer());
    expect(said.slice(-20_000)).toMatch(/FOLLOWED\n$/);
  }, 1_200_000);

  it('notices a command that fails, one that never shows what it should, and one that ends otherwise', async () => {
    const page = (note: string, text: string) => `# Page\n\n${note}\`\`\`sh\n${text}\n\`\`\`\n`;
    const saidOf = async (text: string) => await follow(scriptOf(partsOf(text)), newcomer());
    expect(await saidOf(page('', 'true\nfalse\ntrue'))).toContain('FAILED: line 3 ended with 1, not 0');
    expect(await saidOf(page('<!-- exits: 2 -->\n', 'npx bittensor-cli nonsense'))).toContain('FOLLOWED');
    expect(await saidOf(page('<!-- terminal: ready -->\n', 'echo nothing'))).toContain(
      'FAILED: line 4 never showed: ready',
    );
    expect(await saidOf(page('<!-- until: ready -->\n', 'echo ready; sleep 60'))).toContain('FOLLOWED');
  });
});
