import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { allCommands } from '../../src/cli/catalogue.js';
import { failureSchema } from '../../src/cli/frame/schema.js';
import { CliOnChain } from './on-chain.js';
import { samples } from './samples/index.js';
import type { Sample } from './samples/sample.js';

vi.mock('../../src/wallet/keyfile/costs.js', () => import('../helpers/cheap-costs.js'));

const commands = new Map(allCommands().map(({ path, spec }) => [path.join(' '), spec]));
const ajv = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true });
const isFailure = ajv.compile(failureSchema);
const home = process.env['HOME'];

let chain: CliOnChain;
beforeAll(async () => {
  chain = await CliOnChain.start();
  // What lies in the home folder of whoever runs this must not matter, nor be touched.
  process.env['HOME'] = chain.folder;
  await chain.wallet('alice');
  await chain.wallet('bob');
});
afterAll(async () => {
  process.env['HOME'] = home;
  await chain?.[Symbol.asyncDispose]();
});

async function documentOf(sample: Sample): Promise<{ line: string; code: number; json: Record<string, unknown> }> {
  const { line, env = {}, untilResult = false } = typeof sample === 'string' ? { line: sample } : sample;
  const { code, out, err } = await chain.run(`${line} --json`, { env, untilResult });
  expect(out, `${line}: one document, and nothing else\n${err}`).toMatch(/^\{.*\}\n$/);
  return { line, code, json: JSON.parse(out) as Record<string, unknown> };
}

describe('every command', () => {
  it('has samples to be tried with, and no sample is of a command that is gone', () => {
    expect(Object.keys(samples).sort()).toEqual([...commands.keys()].sort());
  });

  it('has an example that is of this command, and a schema that is one', () => {
    for (const [name, { examples, output }] of commands) {
      expect(examples.length, name).toBeGreaterThan(0);
      expect(ajv.validateSchema(output), name).toBe(true);
      expect(output['type'], name).toBe('object');
    }
  });
});

describe('--json', () => {
  for (const [name, { before, success, failure }] of Object.entries(samples)) {
    it(`of ${name} prints one document of its schema, and one that says what went wrong`, async () => {
      const spec = commands.get(name)!;
      const isResult = ajv.compile(spec.output);
      await before?.(chain);
      const succeeding = success(chain);
      expect(succeeding.length).toBeGreaterThan(0);
      for (const sample of succeeding) {
        const { line, code, json } = await documentOf(sample);
        expect(code, `${line}: ${JSON.stringify(json)}`).toBe(0);
        isResult(json);
        expect(isResult.errors ?? [], `${line}: ${JSON.stringify(json)}`).toEqual([]);
      }
      const failing = failure(chain);
      expect(failing.length).toBeGreaterThan(0);
      for (const sample of [...failing, `${name} --no-such-flag`]) {
        const { line, code, json } = await documentOf(sample);
        isFailure(json);
        expect(isFailure.errors ?? [], `${line}: ${JSON.stringify(json)}`).toEqual([]);
        expect((json['error'] as { exit: number }).exit, line).toBe(code);
      }
    }, 120_000);
  }
});
