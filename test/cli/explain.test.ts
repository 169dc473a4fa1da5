import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { chainErrorNames } from '../../src/chain/index.js';
import { ERROR_TEXTS } from '../../src/cli/error-texts.js';
import { codesWithExit } from '../../src/cli/exit.js';
import { run } from './on-chain.js';

const root = packagePath('.');

function sourcesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => readFileSync(join(root, folder, name), 'utf8'));
}

/** The members of each `export type ...ErrorCode =` in these sources. */
function declaredCodes(sources: readonly string[]): Map<string, string[]> {
  const unions = new Map<string, string[]>();
  for (const source of sources) {
    const plain = source.replaceAll(/\/\*\*.*?\*\//gs, '');
    for (const [, name, body = ''] of plain.matchAll(/export type (\w+ErrorCode) =([^;]+);/g)) {
      const members = body.matchAll(/'(\w+)'/g);
      unions.set(
        name!,
        [...members].map(([, code]) => code!),
      );
    }
  }
  return unions;
}

/** Codes that are given where an error is made, whatever its type says. */
function thrownCodes(sources: readonly string[]): string[] {
  const makers = /(?:new \w*Error(?:<\w+>)?|\b\w+Error)\(\s*'([a-z_]+)',/g;
  return sources.flatMap(source => [...source.matchAll(makers)].map(([, code]) => code!));
}

const sources = [...sourcesIn('src'), ...sourcesIn('localnet/engine')];
const unions = declaredCodes(sources);

describe('every error of our own', () => {
  it('is found, union by union', () => {
    for (const name of ['Base', 'Wallet', 'Chain', 'Net', 'Model', 'Neuron', 'Cli', 'Engine']) {
      expect(unions.get(`${name}ErrorCode`)?.length, name).toBeGreaterThan(3);
    }
    expect(thrownCodes(sourcesIn('src')).length).toBeGreaterThan(100);
  });

  it('has a text that says what it is, why it comes and what to do', () => {
    const codes = new Set([...[...unions.values()].flat(), ...thrownCodes(sourcesIn('src')), ...codesWithExit()]);
    expect([...codes].filter(code => !Object.hasOwn(ERROR_TEXTS, code))).toEqual([]);
    for (const [code, texts] of Object.entries(ERROR_TEXTS)) {
      expect(codes, `${code} is of no error`).toContain(code);
      const [title, why, remedy] = texts;
      expect(title, code).toMatch(/^[a-z].*[^.]$/);
      for (const text of [why, remedy]) expect(text, code).toMatch(/^\S.*\.$/s);
      expect(new Set(texts).size, code).toBe(3);
    }
  });
});

describe('explain', () => {
  it('knows our errors in any spelling, and those of the chain', async () => {
    for (const name of ['needs_password', 'needs-password', 'Needs_Password']) {
      const { code, out } = await run(['explain', name], {});
      expect(code).toBe(0);
      expect(out).toMatch(/^needs_password: a password is needed/);
      expect(out).toContain('--password-file');
      expect(out).toContain('exit code 5');
    }
    for (const name of chainErrorNames().slice(0, 20)) {
      const { json } = await run(['explain', name, '--json'], {});
      expect(json).toMatchObject({ errors: [{ name, of: 'chain', exit: 4 }] });
    }
  });

  it('names the nearest for one that is mistyped', async () => {
    const near = async (name: string) => (await run(['explain', name], {})).err;
    expect(await near('needs_pasword')).toContain('did you mean needs_password?');
    expect(await near('AmountToLow')).toContain('did you mean SubtensorModule.AmountTooLow?');
    expect(await near('subtensormodule.amountolow')).toContain('did you mean SubtensorModule.AmountTooLow?');
    expect(await near('xyzzy')).toContain('`bittensor-cli explain` lists all');
    expect((await run(['explain', 'xyzzy'], {})).code).toBe(2);
  });

  it('lists all', async () => {
    const { json } = await run(['explain', '--json'], {});
    const { errors } = json as { errors: { name: string }[] };
    expect(errors.map(({ name }) => name)).toEqual([...Object.keys(ERROR_TEXTS), ...chainErrorNames()]);
    const { out } = await run(['explain'], {});
    const lines = out.trimEnd().split('\n');
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(80);
    expect(lines.length).toBeLessThan(errors.length / 2);
    for (const { name } of errors) expect(out).toContain(name.slice(name.indexOf('.') + 1));
  });

  it("knows the numbers of the pool, as the node's answer has them", async () => {
    for (const number of ['1010', '1010: Invalid Transaction']) {
      expect((await run(['explain', number], {})).out).toMatch(/^Pool.InvalidTransaction: the transaction is invalid/);
    }
    expect((await run(['explain', '1011', '--json'], {})).json).toMatchObject({ errors: [{ exit: 4 }] });
  });
});
