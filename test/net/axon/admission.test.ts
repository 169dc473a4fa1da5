import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultNonceLimits } from '../../../src/net/auth/nonces.js';
import { keyText } from '../../../src/net/auth/signed.js';
import {
  type Admission,
  type AdmissionLimits,
  type AdmissionRules,
  Admissions,
  defaultAdmissionLimits,
  type Member,
} from '../../../src/net/axon/admission.js';
import { PeerBook } from '../../../src/net/axon/peer-stats.js';
import { StrangerWork } from '../../../src/net/axon/stranger-work.js';
import type { RequestError } from '../../../src/net/errors.js';
import type { RequestHead } from '../../../src/net/gen/bittensor.js';
import { TokenBuckets } from '../../../src/net/token-buckets.js';
import { requestDigest, signHead } from '../../../src/net/wire/messages.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../keys.js';

beforeAll(() => ready());

const network = new Uint8Array(32).fill(7);
const START_MS = 1_800_000_000_000;
const hotkey = (index: number) => keyText(key(index).publicKey);
const member = (stakeRao: bigint, validatorPermit = false): Member => ({ uid: 0, stakeRao, validatorPermit });

/** The door of key 1, at a time that the test sets. */
function door(rules: AdmissionRules = {}, limits: Partial<AdmissionLimits> = {}) {
  const clock = { now: START_MS, nowMs: () => clock.now };
  const admissions = new Admissions({ hotkey: key(1).publicKey, network }, rules, limits, clock);
  clock.now += 1_000;
  let nonce = clock.now * 1000;
  const head = (caller = 2, change: Partial<RequestHead> = {}): RequestHead => {
    const content = {
      kind: 'forward' as const,
      synapseKey: 's',
      parameterVersion: 0,
      length: 100,
      timeoutMs: 1_000,
      receiver: key(1).publicKey,
      network,
      nonce: ++nonce,
      digest: new Uint8Array(32),
    };
    return { ...signHead(key(caller), content), ...change };
  };
  const check = (request: RequestHead, proven?: string, address = '192.0.2.1') => {
    try {
      const verdict = admissions.check({ kind: 'forward', head: request, caller: proven, address, bytes: 100 });
      return { ...verdict, code: verdict.refusal?.returnCode ?? 'admitted' };
    } catch (error) {
      return { code: `unsigned ${(error as { returnCode: string }).returnCode}` };
    }
  };
  return { admissions, clock, head, check, code: (...given: Parameters<typeof check>) => check(...given).code };
}

const wrong = new Uint8Array(64);

describe('admission', () => {
  it('lets everyone in who proves a key, where there is no registry', () => {
    const { check, head } = door();
    expect(check(head())).toMatchObject({ code: 'admitted', caller: hotkey(2), priority: 0n });
  });

  it('makes its checks in this order, and stops at the first that fails', () => {
    const asked: string[] = [];
    const rules: AdmissionRules = {
      registry: caller => {
        asked.push('registry');
        return caller === hotkey(2) ? member(5n) : undefined;
      },
      blacklist: () => {
        asked.push('blacklist');
        return 'not today';
      },
      priority: () => {
        asked.push('priority');
        return 9n;
      },
    };
    const { code, head, clock } = door(rules);
    const run = (request: RequestHead) => {
      asked.length = 0;
      return [code(request), ...new Set(asked)];
    };
    expect(run(head(2, { version: '1.0.0', network: new Uint8Array() }))).toEqual([
      'unsigned RequestIncompatibleVersion',
    ]);
    expect(run(head(3, { receiver: key(4).publicKey }))).toEqual(['unsigned Unauthenticated']);
    expect(run(head(3, { network: new Uint8Array(32) }))).toEqual(['unsigned Unauthenticated']);
    // Not registered: nobody looks at its nonce or verifies its signature.
    expect(run(head(3, { signature: wrong, nonce: 1 }))).toEqual(['unsigned SenderUnknown', 'registry']);
    expect(run(head(2, { signature: wrong, nonce: (clock.now - 60_000) * 1000 }))).toEqual(['ClockSkew', 'registry']);
    expect(run(head(2, { signature: wrong }))).toEqual(['unsigned Unauthenticated', 'registry']);
    const genuine = head();
    expect(run(genuine)).toEqual(['SenderUnknown', 'registry', 'blacklist']);
    expect(run(genuine)).toEqual(['unsigned Replayed', 'registry']);
  });

  it('asks for the stake and the permit that the rules name', () => {
    const stakes = new Map([
      [hotkey(2), member(10n)],
      [hotkey(3), member(9n, true)],
      [hotkey(4), member(10n, true)],
    ]);
    const registry = (caller: string) => stakes.get(caller);
    const codes = (rules: AdmissionRules) => {
      const { code, head } = door({ registry, ...rules });
      return [2, 3, 4, 5].map(caller => code(head(caller)));
    };
    expect(codes({})).toEqual(['admitted', 'admitted', 'admitted', 'unsigned SenderUnknown']);
    expect(codes({ minStakeRao: 10n })).toEqual([
      'admitted',
      'unsigned SenderUnknown',
      'admitted',
      'unsigned SenderUnknown',
    ]);
    expect(codes({ permitOnly: true })).toEqual([
      'unsigned SenderUnknown',
      'admitted',
      'admitted',
      'unsigned SenderUnknown',
    ]);
    expect(codes({ registeredOnly: false })).toEqual(['admitted', 'admitted', 'admitted', 'admitted']);
    expect(codes({ registeredOnly: false, minStakeRao: 1n })[3]).toBe('unsigned SenderUnknown');
    expect(codes({ registeredOnly: false, permitOnly: true })[3]).toBe('unsigned SenderUnknown');
  });

  it('computes by stake, or as the rules say', () => {
    const registry = () => member(123n);
    const plain = door({ registry });
    expect(plain.check(plain.head())).toMatchObject({ priority: 123n });
    const own = door({ registry, priority: ({ member: known }) => (known?.stakeRao ?? 0n) * 2n });
    expect(own.check(own.head())).toMatchObject({ priority: 246n });
  });

  it('checks each request of a session too, whose caller is proven', () => {
    let registered = true;
    const { code, head } = door(
      { registry: () => (registered ? member(0n) : undefined) },
      { requestsPerSecond: 0, requestBurst: 2 },
    );
    expect(code(head(), hotkey(2))).toBe('admitted');
    registered = false;
    expect(code(head(), hotkey(2))).toBe('SenderUnknown');
    registered = true;
    expect([code(head(), hotkey(2)), code(head(), hotkey(2))]).toEqual(['admitted', 'Backoff']);
  });

  it('always admits its own key', () => {
    const { code, head } = door({ registry: () => undefined }, { requestBurst: 0 });
    expect(code(head(), hotkey(1))).toBe('admitted');
  });

  it('says that it does not know yet who is registered', () => {
    const { code, head } = door({
      registry: () => {
        throw new (class extends Error {
          returnCode = 'Unavailable';
        })();
      },
    });
    expect(code(head())).toBe('unsigned Unavailable');
  });

  it('counts the rate of a hotkey by what it signed itself: nobody can use up the rate of another', () => {
    const { code, head } = door({}, { requestsPerSecond: 0, requestBurst: 2, forgeryBurst: 1_000 });
    for (let i = 0; i < 50; i++) expect(code(head(2, { signature: wrong }))).toBe('unsigned Unauthenticated');
    expect([code(head()), code(head())]).toEqual(['admitted', 'admitted']);
    // Refused before its signature is verified.
    expect([code(head()), code(head(2, { signature: wrong }))]).toEqual(['unsigned Backoff', 'unsigned Backoff']);
    expect(code(head(3))).toBe('admitted');
  });

  it('verifies no more for an address that sent many wrong signatures, and goes on with others', () => {
    const { code, head } = door({}, { forgeriesPerSecond: 0, forgeryBurst: 3 });
    const forged = () => code(head(2, { signature: wrong }), undefined, '2001:db8::1');
    expect([forged(), forged(), forged(), forged()]).toEqual([
      'unsigned Unauthenticated',
      'unsigned Unauthenticated',
      'unsigned Unauthenticated',
      'unsigned Backoff',
    ]);
    expect(code(head(), undefined, '2001:db8::2')).toBe('unsigned Backoff');
    expect(code(head(), undefined, '2001:db8:0:1::2')).toBe('admitted');
    // A session that is open already goes on.
    expect(code(head(), hotkey(2), '2001:db8::1')).toBe('admitted');
  });
});

describe('a verdict', () => {
  const failing = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      return [(error as RequestError).returnCode, (error as RequestError).message];
    }
    return 'passed';
  };
  const said = (error: RequestError | undefined) => error && [error.returnCode, error.message];
  const at = (admissions: Admissions, head: RequestHead, caller?: string) =>
    admissions.check({ kind: 'forward', head, caller, address: '192.0.2.1', bytes: 100 });

  it('names the request that a signed answer refers to, and none in a session', () => {
    const { admissions, head } = door();
    const request = head();
    expect(at(admissions, request)).toEqual({
      caller: hotkey(2),
      digest: requestDigest(request),
      priority: 0n,
      refusal: undefined,
    });
    expect(at(admissions, head(), hotkey(2)).digest).toBeUndefined();
  });

  it('tells a caller whose clock is wrong, so that the answer can be signed', () => {
    const { admissions, head, clock } = door({ registry: () => member(9n) });
    for (const [offsetMs, word] of [
      [-10_001, 'late'],
      [2_001, 'early'],
    ] as const) {
      const request = head(2, { nonce: (clock.now + offsetMs) * 1000 });
      const { caller, digest, priority, refusal } = at(admissions, request);
      expect([caller, priority]).toEqual([hotkey(2), 0n]);
      expect(digest).toEqual(requestDigest(request));
      expect(said(refusal)).toEqual(['ClockSkew', `nonce ${request.nonce} is too ${word} for this clock`]);
    }
  });

  it('says what is wrong', () => {
    const strict = door({
      registry: caller => (caller === hotkey(4) ? undefined : member(5n)),
      permitOnly: true,
      minStakeRao: 6n,
    });
    expect(failing(() => at(strict.admissions, strict.head(4)))).toEqual([
      'SenderUnknown',
      'this hotkey is not registered here',
    ]);
    expect(failing(() => at(strict.admissions, strict.head(2)))).toEqual([
      'SenderUnknown',
      'only hotkeys with a validator permit are served',
    ]);
    const poor = door({ registry: () => member(5n), minStakeRao: 6n });
    expect(failing(() => at(poor.admissions, poor.head(2)))).toEqual([
      'SenderUnknown',
      'this hotkey has a stake of 5 rao, less than 6',
    ]);
    const { admissions, head } = door({}, { requestsPerSecond: 0, requestBurst: 1, forgeryBurst: 1 });
    const first = head();
    at(admissions, first);
    expect(failing(() => at(admissions, head()))).toEqual(['Backoff', 'this hotkey asks too often']);
    expect(said(at(admissions, head(), hotkey(2)).refusal)).toEqual(['Backoff', 'more than 0 requests a second']);
    const forged = door({}, { forgeriesPerSecond: 0, forgeryBurst: 1 });
    expect(failing(() => at(forged.admissions, forged.head(2, { signature: wrong })))).toEqual([
      'Unauthenticated',
      'the signature is not that of the caller for this request',
    ]);
    expect(failing(() => at(forged.admissions, forged.head()))).toEqual([
      'Backoff',
      'too many wrong signatures came from this address',
    ]);
    const again = door();
    const once = again.head();
    at(again.admissions, once);
    expect(failing(() => at(again.admissions, once))).toEqual(['Replayed', `nonce ${once.nonce} was used before`]);
  });

  it('of a blacklist is its words, or a general one, and it is told all that is known of the request', () => {
    const asked: Admission[] = [];
    const answers: (boolean | string | undefined)[] = [true, 'not today', false, undefined, ''];
    const { admissions, head } = door({
      registry: () => member(7n),
      blacklist: request => {
        asked.push(request);
        return answers[asked.length - 1];
      },
    });
    const verdicts = answers.map(() => at(admissions, head()));
    expect(verdicts.map(({ refusal }) => said(refusal))).toEqual([
      ['SenderUnknown', 'this hotkey is not served'],
      ['SenderUnknown', 'not today'],
      undefined,
      undefined,
      ['SenderUnknown', ''],
    ]);
    expect(verdicts.map(({ priority }) => priority)).toEqual([0n, 0n, 7n, 7n, 0n]);
    expect(asked[0]).toEqual({
      kind: 'forward',
      caller: hotkey(2),
      synapseKey: 's',
      bytes: 100,
      address: '192.0.2.1',
      member: member(7n),
    });
  });

  it('of a neuron on itself knows no rate and no registry', () => {
    const { code, head } = door(
      { registry: () => undefined, permitOnly: true, minStakeRao: 1n },
      { requestsPerSecond: 0, requestBurst: 1 },
    );
    expect([1, 2, 3].map(() => code(head(), hotkey(1)))).toEqual(['admitted', 'admitted', 'admitted']);
  });

  it('asks for no stake and no permit where there is no registry to have them', () => {
    const { code, head } = door({ permitOnly: true, minStakeRao: 1n });
    expect(code(head())).toBe('admitted');
  });

  it('is bounded by these figures unless told otherwise', () => {
    expect(defaultAdmissionLimits).toEqual({
      ...defaultNonceLimits,
      requestsPerSecond: 50_000,
      requestBurst: 100_000,
      forgeriesPerSecond: 20,
      forgeryBurst: 100,
      clockAnswersPerSecond: 3,
      clockAnswerBurst: 20,
      hellosPerSecond: 32,
      helloBurst: 256,
      strangersPerSecond: 400,
      strangerBurst: 400,
    });
  });

  it('is for strangers too where the rules let them in, with the least priority, unless something is asked of them', () => {
    const registry = () => undefined;
    const open = door({ registry, registeredOnly: false });
    expect(open.check(open.head())).toMatchObject({ code: 'admitted', priority: 0n });
    const closed: AdmissionRules[] = [
      {},
      { registeredOnly: true },
      { registeredOnly: false, minStakeRao: 1n },
      { registeredOnly: false, permitOnly: true },
    ];
    for (const rules of closed) {
      const { code, head } = door({ registry, ...rules });
      expect(code(head())).toBe('unsigned SenderUnknown');
    }
  });

  it('is kept from an address whose forgeries were noted elsewhere', () => {
    const { admissions, code, head } = door({}, { forgeriesPerSecond: 0, forgeryBurst: 2 });
    for (let i = 0; i < 2; i++) admissions.noteForgery('192.0.2.9');
    expect([code(head(), undefined, '192.0.2.9'), code(head(), undefined, '192.0.2.8')]).toEqual([
      'unsigned Backoff',
      'admitted',
    ]);
  });

  it('is given before the signature is verified only by what anybody may know', () => {
    const { admissions, head } = door({ registry: caller => (caller === hotkey(2) ? member(1n) : undefined) });
    expect(failing(() => admissions.greet(hotkey(3), '192.0.2.1'))).toEqual([
      'SenderUnknown',
      'this hotkey is not registered here',
    ]);
    for (let i = 0; i < 3; i++) expect(failing(() => admissions.greet(hotkey(2), '192.0.2.1'))).toBe('passed');
    expect(at(admissions, head()).refusal).toBeUndefined();
  });
});

describe('signatures for strangers', () => {
  const registry = (caller: string) => (caller === hotkey(2) ? member(1n) : undefined);
  const old = { signature: wrong, nonce: 1 };
  const tally = (codes: string[]) => {
    const counts: Record<string, number> = {};
    for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
    return counts;
  };

  it('are few that tell the time to one address, which gets an unsigned Backoff then', () => {
    const { code, head } = door({ registry }, { clockAnswersPerSecond: 0 });
    const codes = Array.from({ length: 100 }, (_, i) => code(head(2, old), undefined, `2001:db8::${i.toString(16)}`));
    expect(tally(codes)).toEqual({ ClockSkew: 20, 'unsigned Backoff': 80 });
    // An honest caller elsewhere is told once, and its second attempt is in time.
    expect(code(head(2, { nonce: 1 }), undefined, '192.0.2.7')).toBe('ClockSkew');
    expect(code(head(2), undefined, '192.0.2.7')).toBe('admitted');
    // One that is told nothing is served all the same when its clock is right.
    expect(code(head(2), undefined, '2001:db8::1')).toBe('admitted');
  });

  it('are bounded for all addresses together, and not for those where a registered caller showed its key', () => {
    const { admissions, code, head } = door({ registry }, { strangersPerSecond: 0, strangerBurst: 30 });
    expect(code(head(2), undefined, '192.0.2.1')).toBe('admitted');
    admissions.authorize(hotkey(2), '192.0.2.2');
    const from = (i: number) => `198.51.100.${i}`;
    const codes = Array.from({ length: 90 }, (_, i) => {
      if (i % 3 === 0) return code(head(2, { signature: wrong }), undefined, from(i));
      if (i % 3 === 1) return code(head(2, old), undefined, from(i));
      return code(head(2, { signature: wrong }), undefined, from(1));
    });
    expect(tally(codes)).toEqual({ 'unsigned Unauthenticated': 19, ClockSkew: 10, 'unsigned Backoff': 61 });
    expect(() => admissions.greetHello(hotkey(2), '203.0.113.1')).toThrow('too many strangers ask at a time');
    expect(code(head(2), undefined, '203.0.113.1')).toBe('unsigned Backoff');
    for (const known of ['192.0.2.1', '192.0.2.2']) {
      expect(code(head(2), undefined, known)).toBe('admitted');
      expect(() => admissions.greetHello(hotkey(2), known)).not.toThrow();
    }
  });

  it('are not saved up by keys that nobody registered', () => {
    const open = door({ registry, registeredOnly: false }, { strangersPerSecond: 0, strangerBurst: 2 });
    const codes = [3, 4, 5].map(caller => open.code(open.head(caller)));
    expect(codes).toEqual(['admitted', 'admitted', 'unsigned Backoff']);
  });

  it('of hellos are so many for each address, after the look at the registration, which costs none of them', () => {
    const { admissions } = door({ registry }, { hellosPerSecond: 0, helloBurst: 3 });
    const hello = (caller: number, address = '192.0.2.1') => {
      try {
        admissions.greetHello(hotkey(caller), address);
        return 'verified';
      } catch (error) {
        return (error as RequestError).returnCode;
      }
    };
    for (let i = 0; i < 10; i++) expect(hello(3)).toBe('SenderUnknown');
    expect([hello(2), hello(2), hello(2), hello(2)]).toEqual(['verified', 'verified', 'verified', 'Backoff']);
    expect(hello(2, '192.0.2.9')).toBe('verified');
  });

  it('are counted again for an address that has shown no key for ten minutes, and eight thousand are known', () => {
    let now = 0;
    const work = new StrangerWork({ strangersPerSecond: 0, strangerBurst: 1 }, () => now);
    expect([work.take('192.0.2.1'), work.take('192.0.2.1')]).toEqual([true, false]);
    work.prove('192.0.2.1');
    now = 599_999;
    expect(work.take('::ffff:192.0.2.1')).toBe(true);
    now = 600_000;
    expect(work.take('192.0.2.1')).toBe(false);
    for (let i = 0; i < 8_193; i++) work.prove(`10.0.${i >> 8}.${i & 255}`);
    expect([work.take('10.0.0.0'), work.take('10.0.0.1')]).toEqual([false, true]);
  });
});

describe('token buckets', () => {
  it('give out the burst and then so many a second, never more, whatever the times', () => {
    const step = fc.record({ waitMs: fc.nat(2_000), key: fc.constantFrom('a', 'b') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), steps => {
        let now = 0;
        const buckets = new TokenBuckets({ perSecond: 2, burst: 5, keys: 10 }, () => now);
        const spent = { a: 0, b: 0 };
        for (const { waitMs, key: name } of steps) {
          now += waitMs;
          const before = buckets.has(name);
          const given = buckets.spend(name);
          expect(given).toBe(before);
          if (given) spent[name]++;
          expect(spent[name]).toBeLessThanOrEqual(5 + (now / 1000) * 2 + 1e-6);
        }
      }),
      { seed: 10, numRuns: 200 },
    );
  });

  it('remember so many keys, those used last', () => {
    const buckets = new TokenBuckets({ perSecond: 0, burst: 1, keys: 100 }, () => 0);
    for (let i = 0; i < 1_000; i++) buckets.spend(`key ${i}`);
    expect(buckets.size).toBe(100);
    expect([buckets.has('key 999'), buckets.has('key 900'), buckets.has('key 0')]).toEqual([false, false, true]);
  });
});

describe('statistics of callers', () => {
  it('count requests, bytes, time and refusals of each, of so many callers', () => {
    const book = new PeerBook(2);
    book.note('a', { code: 'Success', bytesIn: 10, bytesOut: 20, tookMs: 4 }, 1);
    book.note('a', { code: 'Success', bytesIn: 10, bytesOut: 20, tookMs: 8 }, 2);
    book.note('a', { code: 'Backoff', bytesIn: 0, bytesOut: 5, tookMs: 100 }, 3);
    expect(book.all().get('a')).toEqual({
      requests: 3,
      refusals: 1,
      bytesIn: 20,
      bytesOut: 45,
      meanMs: 6,
      maxMs: 8,
      lastMs: 3,
    });
    for (const caller of ['b', 'c']) book.note(caller, { code: 'Timeout', bytesIn: 0, bytesOut: 0, tookMs: 1 }, 4);
    expect([...book.all().keys()]).toEqual(['b', 'c']);
    expect(book.all().get('b')).toMatchObject({ meanMs: 0, refusals: 1 });
  });
});
