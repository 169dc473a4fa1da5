import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { chainError } from '../../src/chain/errors.js';
import { type ChainErrorText, chainErrorNames, explainChainError } from '../../src/chain/index.js';
import { CUSTOM } from '../../src/chain/refusals/custom-errors.js';
import { POOL_CODES } from '../../src/chain/refusals/pool-codes.js';
import { poolError } from '../../src/chain/refusals/pool-errors.js';
import { apiOf, ownMetadata } from './metadata-vectors.js';

/** Errors of our runtime by its metadata: `Balances.DeadAccount`. */
async function ownErrors(): Promise<string[]> {
  const { metadata, version } = await ownMetadata();
  const api = await apiOf(metadata, version);
  return api.registry.metadata.pallets.flatMap(({ name, errors }) => {
    if (errors.isNone) return [];
    const { variants } = api.registry.lookup.getSiType(errors.unwrap().type).def.asVariant;
    return variants.map(variant => `${name.toString()}.${variant.name.toString()}`);
  });
}

/** Errors of upstream's pallet, from the listing of its interface. */
function upstreamErrors(): string[] {
  const text = readFileSync(packagePath('test/vectors/chain/subtensor-381.txt'), 'utf8');
  const line = text.split('\n').find(one => one.startsWith('err SubtensorModule '))!;
  return line
    .split(' ')
    .slice(2)
    .map(entry => `SubtensorModule.${entry.split('@')[0]}`);
}

function isWhole(text: ChainErrorText | undefined): boolean {
  if (!text) return false;
  const isTitle = /^[a-z"].*[^.]$|^EVM/.test(text.title) && text.title.length <= 80;
  return isTitle && [text.why, text.remedy].every(sentence => /^[A-Z].*\.$/.test(sentence));
}

describe('what errors of the chain mean', () => {
  let own: string[];
  beforeAll(async () => {
    own = await ownErrors();
  });

  it('is said of every error of every pallet of our runtime', () => {
    expect(own.length).toBeGreaterThan(150);
    expect(own.filter(name => explainChainError(name)?.name !== name)).toEqual([]);
  });

  it("is said of every error of upstream's pallet", () => {
    const names = upstreamErrors();
    expect(names).toHaveLength(131);
    expect(names.filter(name => explainChainError(name)?.name !== name)).toEqual([]);
  });

  it("is said of every number of the pool's custom errors", () => {
    expect(Object.keys(CUSTOM)).toHaveLength(29);
    const missing = Object.keys(CUSTOM).filter(number => !explainChainError(`Custom error: ${number}`));
    expect(missing).toEqual([]);
  });

  it('is said in a title, a reason and a remedy, each its own', () => {
    const texts = chainErrorNames().map(name => explainChainError(name));
    expect(texts.filter(text => !isWhole(text))).toEqual([]);
    const subtensor = texts.filter(text => text!.name.startsWith('SubtensorModule.'));
    expect(new Set(subtensor.map(text => text!.title)).size).toBe(subtensor.length);
  });

  it('is found by other spellings, and not by other words', () => {
    const { name } = explainChainError('amounttoolow')!;
    expect(name).toBe('SubtensorModule.AmountTooLow');
    expect(explainChainError(' balances.deadaccount ')!.name).toBe('Balances.DeadAccount');
    expect(explainChainError('System.Token.FundsUnavailable')!.name).toBe('Token.FundsUnavailable');
    expect(explainChainError('BadOrigin')!.title).toContain('may not make this call');
    expect(explainChainError('custom 6')!.name).toBe('Pool.RateLimitExceeded');
    expect(explainChainError('1010')!.name).toBe('Pool.InvalidTransaction');
    for (const code of Object.keys(POOL_CODES)) expect(explainChainError(code), code).toBeDefined();
    for (const word of ['', 'Nothing', 'constructor', '__proto__', 'Custom error: 77', '1003']) {
      expect(explainChainError(word)).toBeUndefined();
    }
  });

  it.each([
    [1010, 'Invalid Transaction', 'Inability to pay some fees (e.g. account balance too low)', 'Payment'],
    [1010, 'Invalid Transaction', 'Transaction is outdated', 'Stale'],
    [1010, 'Invalid Transaction', 'Transaction has a bad signature', 'BadProof'],
    [1010, 'Invalid Transaction', 'Transaction has an ancient birth block', 'AncientBirthBlock'],
    [1010, 'Invalid Transaction', 'Custom error: 4', 'HotkeyAccountDoesntExist'],
    [1014, 'Priority is too low: (1 vs 2)', undefined, 'PriorityTooLow'],
  ])("names the pool's refusal %i %s: %s", (rpcCode, rpcMessage, rpcData, name) => {
    const refused = poolError('transfer', chainError('rpc', rpcMessage, { rpcCode, rpcMessage, rpcData }));
    const { title, remedy } = explainChainError(name)!;
    expect(refused).toMatchObject({ code: 'rejected', data: { name, remedy } });
    expect((refused as Error).message).toContain(`(${title})`);
  });
});
