import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, packagePath } from '../src/base/index.js';
import type { ModelName } from '../src/model/index.js';

const CLIENT = 'transformers-4.57.1';
const LIMIT_MS = 300_000;

/** Medians of a training step in JAX: processor time of all threads, and time that passed. */
export interface JaxStep {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/**
 * The step of `test/conformance/python/models/<model>_step.py`, in the environment that `test/conformance/prepare.sh` makes where it is
 * missing. Undefined, and why on stderr, on a machine where it cannot be made.
 */
export async function jaxStep(model: ModelName, steps: number): Promise<JaxStep | undefined> {
  const run = promisify(execFile);
  const folder = mkdtempSync(join(tmpdir(), 'bittensor-jax-'));
  try {
    const prepared = await run('bash', [packagePath('test/conformance/prepare.sh'), CLIENT]);
    const python = join(prepared.stdout.trim().split(' ')[1]!, 'bin', 'python');
    const script = packagePath(`test/conformance/python/models/${model}_step.py`);
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, JAX_PLATFORMS: 'cpu', HF_HUB_OFFLINE: '1' };
    const { stdout } = await run(python, ['-B', script, String(steps)], { env, timeout: LIMIT_MS });
    return JSON.parse(stdout) as JaxStep;
  } catch (error) {
    console.error(`no step of ${model} in JAX: ${messageOf(error).split('\n')[0]}`);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
