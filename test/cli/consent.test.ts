import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveNetwork } from '../../src/chain/index.js';
import {
  type ConsentCase,
  checkMeant,
  consentFor,
  type Naming,
  presentName,
} from '../../src/cli/transaction/consent.js';

const local: Naming = { typed: 'local', name: 'local', present: undefined };
const finney: Naming = { typed: 'finney', name: 'finney', present: 'finney' };
const akatsuki: Naming = { typed: 'akatsuki', name: 'finney', present: 'finney' };
const kusanagi: Naming = { typed: 'kusanagi', name: 'test', present: 'test' };
/** An address alone that leads to the main network. */
const byAddress: Naming = { typed: 'local', name: 'wss://somewhere', present: 'finney' };
const stranger: Naming = { typed: 'wss://somewhere', name: 'wss://somewhere', present: undefined };

const at = (naming: Naming, rest: Partial<ConsentCase> = {}): ConsentCase => ({
  isAtStake: true,
  isInteractive: false,
  yes: false,
  naming,
  ...rest,
});

function refusal(test: ConsentCase): string {
  try {
    return consentFor(test);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('whether a transaction is signed without a question', () => {
  it('on a chain of this machine: a person is asked, a script is not', () => {
    const here = at(local, { isAtStake: false });
    expect(consentFor(here)).toBe('go');
    expect(consentFor({ ...here, yes: true })).toBe('go');
    expect(consentFor({ ...here, isInteractive: true })).toBe('ask');
    expect(consentFor({ ...here, isInteractive: true, yes: true })).toBe('go');
  });

  it('where value is at stake: a person is asked, a script says --yes and the present name', () => {
    expect(consentFor(at(finney, { isInteractive: true }))).toBe('ask');
    expect(refusal(at(finney))).toBe('needs_consent');
    expect(consentFor(at(finney, { yes: true }))).toBe('go');
    expect(refusal(at(stranger))).toBe('needs_consent');
    expect(consentFor(at(stranger, { yes: true }))).toBe('go');
  });

  it('a name of old times is not enough, and the refusal says the present one', () => {
    for (const naming of [akatsuki, kusanagi, byAddress]) {
      expect(consentFor(at(naming, { isInteractive: true }))).toBe('ask');
      expect(refusal(at(naming))).toBe('old_name');
      expect(refusal(at(naming, { yes: true }))).toBe('old_name');
      expect(refusal(at(naming, { yes: true, isInteractive: true }))).toBe('old_name');
      expect(() => consentFor(at(naming, { yes: true }))).toThrow(`--subtensor.network ${naming.present}`);
    }
  });

  it('never without a person or a --yes, whatever else is said', () => {
    const namings = fc.constantFrom(local, finney, akatsuki, kusanagi, byAddress, stranger);
    fc.assert(
      fc.property(namings, fc.boolean(), (naming, isInteractive) => {
        expect(refusal(at(naming, { isInteractive }))).not.toBe('go');
      }),
      { seed: 5 },
    );
  });

  it('knows networks by their first block', () => {
    const named = ['test', 'finney'].map(resolveNetwork);
    for (const { name, genesisHash } of named) expect(presentName(genesisHash!, named)).toBe(name);
    expect(presentName(`0x${'00'.repeat(32)}`, named)).toBeUndefined();
    expect(resolveNetwork('akatsuki')).toMatchObject({ name: 'finney', note: expect.stringContaining('finney') });
  });

  it('needs what is spent, and where, to be said', () => {
    expect(() => checkMeant(true, { netuid: true, 'max-cost': false })).toThrow('say --max-cost');
    expect(() => checkMeant(true, { netuid: false, 'max-cost': false })).toThrow('say --netuid and --max-cost');
    checkMeant(true, { netuid: true, 'max-cost': true });
    checkMeant(false, { netuid: false });
  });
});
