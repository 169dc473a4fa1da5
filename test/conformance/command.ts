import { spawn } from 'node:child_process';
import { withDeadline } from '../../src/base/index.js';

const COMMAND_MS = 90_000;

/** Runs a program that must not ask anything. Its exit status tells little: some clients end with 0 whatever happened. */
export async function runCommand(program: string, args: readonly string[], env: Record<string, string>, cwd: string) {
  const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const code = await withDeadline(exited, COMMAND_MS, args.join(' ')).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return { code, stdout, stderr };
}

/** The JSON that a program prints at its end, after whatever else it says. */
export function lastJson<T>(stdout: string): T | undefined {
  const lines = stdout.split('\n');
  const from = lines.findIndex(line => /^([{["\d]|null$|true$|false$)/.test(line));
  if (from < 0) return undefined;
  try {
    return JSON.parse(lines.slice(from).join('\n')) as T;
  } catch {
    return undefined;
  }
}

/** Amounts that a program prints as TAO. */
export function raoOf(tao: number): bigint {
  return BigInt(Math.round(tao * 1e9));
}

export function taoOf(rao: bigint): string {
  return `${rao / 1_000_000_000n}.${String(rao % 1_000_000_000n).padStart(9, '0')}`;
}
