import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { packagePath } from '../src/base/index.js';
import { openWallet, ready } from '../src/wallet/index.js';
import { median } from './measure.js';
import type { Row, Suite } from './row.js';

const ROUNDS = 7;
const WALLETS = 5;

interface Program {
  readonly name: string;
  readonly command: readonly string[];
}

/** Whole processes, from the start to the end; all programs in turns. */
export const suite: Suite = {
  name: 'cli',
  async run(): Promise<Row[]> {
    const home = mkdtempSync(join(tmpdir(), 'bench-cli-'));
    try {
      await makeWallets(join(home, '.bittensor', 'wallets'));
      const ours = { name: 'bittensor-cli', command: [process.execPath, packagePath('dist/src/cli/main.js')] };
      const programs: Program[] = [ours, ...officialClients()];
      const lines = [['--help'], ['wallet', '--help'], ['wallet', 'list']];
      return lines.flatMap(args => rowsOf(programs, args, home));
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
};

async function makeWallets(path: string): Promise<void> {
  mkdirSync(path, { recursive: true });
  await ready();
  for (let i = 0; i < WALLETS; i++) {
    const wallet = openWallet({ name: `wallet${i}`, path });
    await wallet.createColdkey();
    await wallet.createHotkey('default');
  }
}

/** The official ones that the conformance tests installed in the user's cache. */
function officialClients(): Program[] {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'bittensor-conformance');
  if (!existsSync(cache)) return [];
  return readdirSync(cache).flatMap(folder => {
    const program = join(cache, folder, 'bin', 'btcli');
    const isWhole = existsSync(program) && existsSync(join(cache, folder, 'complete'));
    const name = /^(.*)-[0-9a-f]{12}$/.exec(folder)?.[1];
    return isWhole && name !== undefined ? [{ name: `btcli of ${name}`, command: [program] }] : [];
  });
}

function rowsOf(programs: readonly Program[], args: readonly string[], home: string): Row[] {
  const times = programs.map(() => [] as number[]);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { command }] of programs.entries()) times[i]!.push(timeOf([...command, ...args], home));
  }
  const [ours = 0, ...others] = times.map(median);
  const what = args.join(' ');
  return [
    { name: `${programs[0]!.name} ${what}`, value: ours, unit: 'ms', goal: '500 ms', note: `median of ${ROUNDS}` },
    ...others.map((value, i) => ({
      name: `${programs[i + 1]!.name} ${what}`,
      value,
      unit: 'ms',
      ratio: value / ours,
    })),
  ];
}

function timeOf([program = '', ...args]: readonly string[], home: string): number {
  const begin = performance.now();
  const { status, stderr } = spawnSync(program, args, { env: { ...process.env, HOME: home }, cwd: home });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${String(stderr).slice(-400)}`);
  return performance.now() - begin;
}
