import { createECDH } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Keyring } from '@polkadot/keyring';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { blake2b256, encodeAddress, toHex } from '../../src/base/index.js';
import {
  type Keypair,
  keypairFromMnemonic,
  keypairFromPrivateKey,
  keypairFromSeed,
  keypairFromUri,
  miniSecretFromMnemonic,
  readKeypair,
  ready,
} from '../../src/wallet/index.js';
import {
  formatKeypairJson,
  formatPublicJson,
  parseKeypairJson,
  parsePublicJson,
} from '../../src/wallet/keyfile/json.js';
import { COLD, failure, M12, M24, temporaryFolder } from './helpers.js';

type Fields = Record<string, unknown>;

const fieldsOf = (keypair: Keypair) => JSON.parse(formatKeypairJson(keypair)) as Fields;
const parse = (fields: unknown) => parseKeypairJson(JSON.stringify(fields), '/w/coldkey');
const refusal = (fields: unknown) => failure(() => parse(fields));

let mine: Fields;
let other: Fields;
beforeAll(async () => {
  await ready();
  [mine, other] = [fieldsOf(keypairFromMnemonic(M12)), fieldsOf(keypairFromMnemonic(M24))];
});

const SECRETS = ['secretPhrase', 'secretSeed', 'privateKey'];
const PUBLICS = ['publicKey', 'accountId', 'ss58Address'];

describe('a key file that contradicts itself', () => {
  it('is refused whichever part is that of another key, and whichever others are there to tell', async () => {
    for (const wrong of [...SECRETS, ...PUBLICS]) {
      const rest = [...SECRETS, ...PUBLICS].filter(name => name !== wrong);
      // Every set of other parts with at least one secret among all.
      for (let set = 1; set < 1 << rest.length; set++) {
        const there = rest.filter((_, i) => (set >> i) & 1);
        if (![...there, wrong].some(name => SECRETS.includes(name))) continue;
        const fields = Object.fromEntries([...there.map(name => [name, mine[name]]), [wrong, other[wrong]]]);
        const error = await refusal(fields);
        expect(error.code, `${wrong} against ${there}`).toBe('bad_key_file');
        expect(error.message).not.toMatch(/abandon|sausage|2ec306|4ed8d4|f02cdc/);
      }
    }
  });

  it('is told by its two addresses', async () => {
    expect((await refusal({ ...mine, secretSeed: other['secretSeed'] })).message).toMatch(
      /its secretPhrase is the key of 5EPC\w+, and its secretSeed that of 5Dvz/,
    );
    expect((await refusal({ ...mine, privateKey: other['privateKey'] })).message).toMatch(
      /its secretPhrase is the key of 5EPC\w+, and its privateKey that of 5Dvz/,
    );
  });

  it('is refused when only the second half of the private key differs', async () => {
    const privateKey = `${String(mine['privateKey']).slice(0, -2)}00`;
    expect((await refusal({ ...mine, privateKey })).message).toMatch(/privateKey differs in its second half/);
  });

  it('is refused when a part is there and cannot be read, although another could', async () => {
    const unreadable: Fields[] = [
      { secretPhrase: 'abandon abandon' },
      { secretPhrase: M12.replace('about', 'above') },
      { secretPhrase: M12.toUpperCase().replace('ABOUT', 'about') },
      { secretPhrase: 5 },
      { secretPhrase: [M12] },
      { secretSeed: '0x12' },
      { secretSeed: `${mine['secretSeed']}00` },
      { secretSeed: String(mine['secretSeed']).replace('4ed8', '4Ed8') },
      { secretSeed: { hex: mine['secretSeed'] } },
      { privateKey: '0x00' },
      { privateKey: `0x${'00'.repeat(64)}` },
      { privateKey: false },
      { publicKey: 7 },
      { accountId: '0x' },
      { ss58Address: `${mine['ss58Address']}x` },
    ];
    for (const part of unreadable) expect((await refusal({ ...mine, ...part })).code).toBe('bad_key_file');
  });

  it('is refused when a field is there twice, or has the name of one with a slip', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'key');
    const text = JSON.stringify(mine);
    for (const twice of ['"cryptoType":1', `"secretPhrase":"${M12}"`, '"privateK\\u0065y":"0x"']) {
      writeFileSync(path, `{${twice},${text.slice(1)}`);
      expect((await failure(() => readKeypair(path))).message).toMatch(/has a field twice/);
    }
    const slips = ['secretSeee', 'SecretSeed', 'secretseed', 'ss58address', 'cryptotype', 'publicKez', 'accountid'];
    for (const name of slips) {
      expect((await refusal({ ...mine, [name]: 'x' })).message, name).toMatch(/has a damaged field name/);
    }
    // Fields that another version may bring are no damage, nor are known names further in.
    expect(parse({ ...mine, createdAt: 1, note: { secretSeed: 'x', publicKey: ['y'] } }).address).toBe(COLD);
  });
});

describe('keys of another kind', () => {
  it('are recognised without their cryptoType: ed25519 and ecdsa of the same seed', async () => {
    const seed = miniSecretFromMnemonic(M12);
    const ed25519 = new Keyring({ type: 'ed25519' }).addFromSeed(seed).publicKey;
    const ecdh = createECDH('secp256k1');
    ecdh.setPrivateKey(seed);
    const ecdsa = blake2b256(ecdh.getPublicKey(null, 'compressed'));
    expect(new Keyring({ type: 'ecdsa' }).addFromSeed(seed).addressRaw).toEqual(ecdsa);
    for (const [kind, publicKey] of [
      ['ed25519', ed25519],
      ['ecdsa', ecdsa],
    ] as const) {
      const recorded = { publicKey: toHex(publicKey), ss58Address: encodeAddress(publicKey) };
      for (const secret of [
        { secretPhrase: M12 },
        { secretSeed: toHex(seed) },
        { secretSeed: toHex(seed), privateKey: `${toHex(seed)}${toHex(publicKey).slice(2)}` },
      ]) {
        const error = await refusal({ ...secret, ...recorded });
        expect(error).toMatchObject({ code: 'unsupported_key' });
        expect(error.message).toContain(`an ${kind} key`);
      }
    }
  });

  it('are refused by name, and unknown kinds as such', async () => {
    for (const cryptoType of [0, 2, '0', 'ed25519', 'ecdsa']) {
      expect((await refusal({ ...mine, cryptoType })).message).toMatch(/holds an (ed25519|ecdsa) key; only sr25519/);
    }
    for (const cryptoType of [3, -1, 1.5, 'bls', true, [1], { type: 1 }]) {
      expect(await refusal({ ...mine, cryptoType })).toMatchObject({ code: 'unsupported_key' });
    }
    expect(await failure(() => parsePublicJson(JSON.stringify({ ...mine, cryptoType: 0 }), 'x'))).toMatchObject({
      code: 'unsupported_key',
    });
  });
});

describe('a key file as we write it', () => {
  const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const keys = fc.oneof(
    seeds.map(keypairFromSeed),
    fc
      .tuple(seeds, fc.stringMatching(/^[a-z0-9]{1,12}$/))
      .map(([seed, path]) => keypairFromUri(`${toHex(seed)}//${path}`)),
    seeds.map(seed => keypairFromPrivateKey(keypairFromSeed(seed).exportSecrets().privateKey)),
  );

  it('gives every key back with all it is made of, in any order of its fields', () => {
    fc.assert(
      fc.property(keys, fc.infiniteStream(fc.nat(1000)), fc.constantFrom(0, 1, 4), (keypair, order, blanks) => {
        const entries = Object.entries(fieldsOf(keypair)).map(entry => [order.next().value, entry] as const);
        const shuffled = entries.sort(([a], [b]) => a - b).map(([, entry]) => entry);
        const text = JSON.stringify(Object.fromEntries(shuffled), null, blanks);
        expect(parseKeypairJson(text, 'x').exportSecrets()).toEqual(keypair.exportSecrets());
        expect(parsePublicJson(formatPublicJson(keypair.publicKey), 'x')).toEqual(keypair.publicKey);
      }),
      { seed: 41, numRuns: 60 },
    );
  });

  it('is refused, or the same key, whatever any value is replaced by', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SECRETS, ...PUBLICS, 'cryptoType'), fc.jsonValue(), (name, value) => {
        try {
          expect(parse({ ...mine, [name]: value }).address).toBe(COLD);
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^(bad_key_file|unsupported_key)$/);
        }
      }),
      { seed: 42, numRuns: 150 },
    );
  });

  it('is refused with a code, whatever text it is', () => {
    const texts = fc.oneof(fc.string({ maxLength: 200 }), fc.json({ maxDepth: 3 }));
    fc.assert(
      fc.property(texts, text => {
        expect(() => parseKeypairJson(text, 'x')).toThrow(/is not a usable key file|only sr25519/);
      }),
      { seed: 43, numRuns: 500 },
    );
  });
});
