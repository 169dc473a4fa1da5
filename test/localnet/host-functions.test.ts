import { Keyring } from '@polkadot/keyring';
import {
  cryptoWaitReady,
  ed25519Verify,
  secp256k1Compress,
  secp256k1Recover,
  sr25519Verify,
} from '@polkadot/util-crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { compact, hex, join, optionalBytes, unhex } from '../../localnet/engine/codec.js';
import { blake2b256, secp256k1FromSeed, secp256k1Sign } from '../../localnet/engine/runtime/host/crypto-library.js';
import { Keystore } from '../../localnet/engine/runtime/host/keystore.js';
import { readSecretUri } from '../../localnet/engine/runtime/host/secret-uri.js';
import { HostCaller } from './host-call.js';

const SEED = 17;
const BABE = { at: Buffer.from('babe') };
const PHRASE = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk';
const message = Buffer.from('message');
const schemes = ['sr25519', 'ed25519', 'ecdsa'] as const;

beforeAll(async () => {
  await cryptoWaitReady();
});

describe('the keystore', () => {
  it.each(schemes)('makes the %s keys of secret URIs that other tools make', scheme => {
    const keyring = new Keyring({ type: scheme });
    const soft = scheme === 'sr25519' ? ['//Alice/soft', `${PHRASE}/1/2//3`, '//Bob/a/b'] : [];
    const uris = [
      '//Alice',
      '//Alice//stash',
      '//0',
      '//18446744073709551615',
      '//007',
      `//${'long'.repeat(20)}`,
      '//Ünïcode',
      `${PHRASE}//Dave///password`,
      `${PHRASE}///password`,
      `0x${'07'.repeat(32)}//hard`,
      `0x${'07'.repeat(32)}`,
      ...soft,
    ];
    const keystore = new Keystore();
    for (const uri of uris) {
      const expected = keyring.createFromUri(uri).publicKey;
      expect(`${uri} ${hex(keystore.generate(scheme, BABE.at, uri))}`).toBe(`${uri} ${hex(expected)}`);
    }
    for (const uri of ['not a mnemonic', '0x07', 'bottom drive', '//Alice//', '//']) {
      expect(() => keystore.generate(scheme, BABE.at, uri)).toThrow(expect.objectContaining({ code: 'runtime_trap' }));
    }
    if (scheme !== 'sr25519') expect(() => keystore.generate(scheme, BABE.at, '/soft')).toThrow('no secret URI');
  });

  it('reads any path as @polkadot/keyring does', () => {
    const keyring = new Keyring({ type: 'sr25519' });
    const keystore = new Keystore();
    const junction = fc.tuple(
      fc.constantFrom('/', '//'),
      fc.string({ unit: fc.constantFrom('a', '0', '9', ' ', '_'), minLength: 1, maxLength: 18 }),
    );
    fc.assert(
      fc.property(fc.array(junction, { minLength: 1, maxLength: 4 }), path => {
        const uri = PHRASE + path.map(parts => parts.join('')).join('');
        expect(hex(keystore.generate('sr25519', BABE.at, uri))).toBe(hex(keyring.createFromUri(uri).publicKey));
      }),
      { seed: SEED, numRuns: 50 },
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), text => {
        const secret = readSecretUri(text);
        if (secret) expect(secret.seed).toHaveLength(32);
      }),
      { seed: SEED },
    );
  });

  it('signs for a runtime with the keys that it made, and with no others', () => {
    const host = new HostCaller();
    for (const scheme of schemes) {
      const size = scheme === 'ecdsa' ? 33 : 32;
      const of = (name: string) => `ext_crypto_${scheme}_${name}_version_1`;
      const known = host.fixed(size, of('generate'), BABE, optionalBytes(Buffer.from('//Alice')));
      const random = host.fixed(size, of('generate'), BABE, Uint8Array.of(0));
      expect(hex(random)).not.toBe(hex(known));
      const sorted = [known, random].sort(Buffer.compare);
      expect([...host.bytes(of('public_keys'), BABE)]).toEqual([...join(compact(2), ...sorted)]);
      expect([...host.bytes(of('public_keys'), { at: Buffer.from('gran') })]).toEqual([0]);
      for (const key of sorted) {
        const answer = host.bytes(of('sign'), BABE, { at: key }, message);
        const signature = answer.slice(1);
        expect([answer[0], answer.length]).toEqual([1, scheme === 'ecdsa' ? 66 : 65]);
        const verified = {
          sr25519: () => sr25519Verify(message, signature, key),
          ed25519: () => ed25519Verify(message, signature, key),
          ecdsa: () =>
            hex(secp256k1Compress(secp256k1Recover(blake2b256(message), signature, signature[64]!))) === hex(key),
        };
        expect(verified[scheme]()).toBe(true);
        expect(host.call(of('verify'), { at: signature }, message, { at: key })).toBe(1);
        expect(host.call(of('verify'), { at: signature }, Buffer.from('other'), { at: key })).toBe(0);
        expect([...host.bytes(of('sign'), { at: Buffer.from('gran') }, { at: key }, message)]).toEqual([0]);
      }
      expect([...host.bytes(of('sign'), BABE, { at: new Uint8Array(size) }, message)]).toEqual([0]);
    }
    const key = host.bytes('ext_crypto_ecdsa_public_keys_version_1', BABE).subarray(1, 34);
    const signed = host.bytes(
      'ext_crypto_ecdsa_sign_prehashed_version_1',
      BABE,
      { at: key },
      { at: blake2b256(message) },
    );
    const ends = [{ at: signed.subarray(1) }, { at: blake2b256(message) }, { at: key }] as const;
    expect(host.call('ext_crypto_ecdsa_verify_prehashed_version_1', ...ends)).toBe(1);
    expect(host.call('ext_crypto_ecdsa_verify_version_2', { at: signed.subarray(1) }, message, { at: key })).toBe(1);
  });

  it('takes a bounded number of keys', () => {
    const keystore = new Keystore();
    for (let i = 0; i < 4096; i++) keystore.generate('ed25519', BABE.at, `0x${String(i).padStart(64, '0')}`);
    expect(() => keystore.generate('ed25519', BABE.at, '//more')).toThrow('the keystore is full');
  });
});

describe('crypto functions', () => {
  const pair = secp256k1FromSeed(new Uint8Array(32).fill(5))!;
  const hash = blake2b256(message);
  const recover = (host: HostCaller, version: number, signature: Uint8Array) =>
    host.bytes(`ext_crypto_secp256k1_ecdsa_recover_compressed_version_${version}`, { at: signature }, { at: hash });

  it('recover keys, and say what is wrong with a signature', () => {
    const host = new HostCaller();
    const signature = secp256k1Sign(pair, hash);
    const expected = hex(join(Uint8Array.of(0), pair.publicKey));
    const ethereum = Uint8Array.from(signature);
    ethereum[64]! += 27;
    for (const version of [1, 2]) {
      expect(hex(recover(host, version, signature))).toBe(expected);
      expect(hex(recover(host, version, ethereum))).toBe(expected);
      expect([...recover(host, version, signature.with(64, 4))]).toEqual([1, 1]);
      expect([...recover(host, version, signature.with(64, 31))]).toEqual([1, 1]);
      expect([...recover(host, version, new Uint8Array(65))]).toEqual([1, 2]);
      const plain = host.bytes(
        `ext_crypto_secp256k1_ecdsa_recover_version_${version}`,
        { at: signature },
        { at: hash },
      );
      expect(hex(secp256k1Compress(join(Uint8Array.of(4), plain.subarray(1))))).toBe(hex(pair.publicKey));
    }
    // For verification the recovery id is 0 to 3.
    const verify = (bytes: Uint8Array) =>
      host.call('ext_crypto_ecdsa_verify_version_2', { at: bytes }, message, { at: pair.publicKey });
    expect(verify(signature)).toBe(1);
    expect(verify(ethereum)).toBe(0);
  });

  it('take r and s above the order in their first versions only', () => {
    const host = new HostCaller();
    // 1 is the x of a point of the curve, so that this is a signature of some key.
    const one = unhex(`0x${'00'.repeat(31)}01`);
    const small = join(one, one, Uint8Array.of(0));
    const order = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036414';
    const wrapped = join(unhex(`0x${order}2`), unhex(`0x${order}2`), Uint8Array.of(0));
    const key = secp256k1Recover(hash, small, 0);
    expect(hex(recover(host, 2, small))).toBe(hex(join(Uint8Array.of(0), key)));
    expect(hex(recover(host, 1, wrapped))).toBe(hex(join(Uint8Array.of(0), key)));
    expect([...recover(host, 2, wrapped)]).toEqual([1, 0]);
    const verify = (version: number) =>
      host.call(`ext_crypto_ecdsa_verify_version_${version}`, { at: wrapped }, message, { at: key });
    expect([verify(1), verify(2)]).toEqual([1, 0]);
  });

  it('say at the end of a batch whether all of it was right', () => {
    const host = new HostCaller();
    const finish = () => host.call('ext_crypto_finish_batch_verify_version_1');
    const signature = secp256k1Sign(pair, hash);
    const verify = (text: Uint8Array) =>
      host.call('ext_crypto_ecdsa_batch_verify_version_1', { at: signature }, text, { at: pair.publicKey });
    expect(finish).toThrow('without start_batch_verify');
    host.call('ext_crypto_start_batch_verify_version_1');
    expect(verify(message)).toBe(1);
    expect(finish()).toBe(1);
    host.call('ext_crypto_start_batch_verify_version_1');
    expect([verify(hash), verify(message)]).toEqual([0, 1]);
    expect(finish()).toBe(0);
    expect(finish).toThrow('without start_batch_verify');
  });
});

describe('other host functions', () => {
  it('of offchain workers trap with their name, and what has no effect on the state has none', () => {
    const host = new HostCaller();
    expect(() => host.call('ext_offchain_timestamp_version_1')).toThrow(
      expect.objectContaining({ code: 'runtime_trap', message: expect.stringContaining('ext_offchain_timestamp') }),
    );
    host.call('ext_offchain_index_set_version_1', message, message);
    expect(host.call('ext_offchain_is_validator_version_1')).toBe(0);
    expect(host.call('ext_storage_proof_size_storage_proof_size_version_1')).toBe(2n ** 64n - 1n);
    expect(host.call('ext_wasm_tracing_enabled_version_1', message)).toBe(0);
    expect(host.call('ext_wasm_tracing_enter_span_version_1', message)).toBe(0n);
  });

  it('print into the log and read versions', () => {
    const host = new HostCaller();
    host.call('ext_misc_print_utf8_version_1', Buffer.from('text'));
    host.call('ext_misc_print_hex_version_1', Uint8Array.of(1, 255));
    host.call('ext_misc_print_num_version_1', -1n);
    host.call('ext_logging_log_version_1', 0, Buffer.from('target'), Buffer.from('bad'));
    expect(host.lines).toEqual([
      '3 runtime: text',
      '3 runtime: 0x01ff',
      '3 runtime: 18446744073709551615',
      '0 target: bad',
    ]);
    const version = (wasm: Uint8Array) => [...host.bytes('ext_misc_runtime_version_version_1', wasm)];
    expect(version(Uint8Array.of(1, 2, 3, 4))).toEqual([1, 12, 1, 2, 3]);
    expect(version(Uint8Array.of(1))).toEqual([0]);
    expect(() => host.call('ext_panic_handler_abort_on_panic_version_1', Buffer.from('oh'))).toThrow('oh');
  });

  it('refuse to touch the roots of child tries, as sp-state-machine does', () => {
    const host = new HostCaller();
    const root = Buffer.from(':child_storage:default:one');
    host.call('ext_default_child_storage_set_version_1', Buffer.from('one'), Uint8Array.of(1), Uint8Array.of(2));
    const before = hex(host.bytes('ext_default_child_storage_root_version_2', Buffer.from('one'), 1));
    const held = () => hex(host.bytes('ext_storage_get_version_1', root).subarray(2));
    expect(held()).toBe(before);
    host.call('ext_storage_set_version_1', root, Uint8Array.of(1));
    host.call('ext_storage_append_version_1', root, Uint8Array.of(1));
    host.call('ext_storage_clear_version_1', root);
    for (const prefix of ['', ':', ':child', ':child_storage:', ':child_storage:default:o']) {
      const answer = host.bytes('ext_storage_clear_prefix_version_2', Buffer.from(prefix), Uint8Array.of(0));
      expect([...answer]).toEqual([0, 0, 0, 0, 0]);
    }
    expect(held()).toBe(before);
  });

  it('kill a child in every version', () => {
    const host = new HostCaller();
    const name = Buffer.from('one');
    const fill = () => {
      for (let i = 0; i < 3; i++) {
        host.call('ext_default_child_storage_set_version_1', name, Uint8Array.of(i), Uint8Array.of(i));
      }
    };
    const left = () => host.bytes('ext_default_child_storage_next_key_version_1', name, new Uint8Array())[0];
    fill();
    host.call('ext_default_child_storage_storage_kill_version_1', name);
    expect(left()).toBe(0);
    fill();
    expect(host.call('ext_default_child_storage_storage_kill_version_2', name, Uint8Array.of(0))).toBe(1);
    expect(left()).toBe(0);
    fill();
    const answer = host.bytes('ext_default_child_storage_storage_kill_version_3', name, Uint8Array.of(1, 0, 0, 0, 0));
    expect([...answer]).toEqual([0, 0, 0, 0, 0]);
    expect(left()).toBe(0);
    fill();
    host.call('ext_default_child_storage_clear_prefix_version_1', name, Uint8Array.of(1));
    const ends = [name, Uint8Array.of(2), Uint8Array.of(0)] as const;
    expect([...host.bytes('ext_default_child_storage_clear_prefix_version_2', ...ends)]).toEqual([0, 0, 0, 0, 0]);
    expect([...host.bytes('ext_default_child_storage_next_key_version_1', name, new Uint8Array())]).toEqual([1, 4, 0]);
    expect([...host.bytes('ext_default_child_storage_next_key_version_1', name, Uint8Array.of(0))]).toEqual([0]);
  });
});
