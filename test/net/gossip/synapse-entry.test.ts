import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../../src/base/index.js';
import { keyText } from '../../../src/net/auth/signed.js';
import { Synapse, type TensorDefinition } from '../../../src/net/gen/bittensor.js';
import {
  definitionOf,
  nameOf,
  type OwnEntry,
  openEntry,
  sealEntry,
  unsignedEntry,
  verifyEntry,
} from '../../../src/net/gossip/synapse-entry.js';
import { ENTRY_BYTES } from '../../../src/net/wire/envelope.js';
import { signSynapse } from '../../../src/net/wire/synapse.js';
import { PROTOCOL_VERSION } from '../../../src/net/wire/version.js';
import { endorse, ready } from '../../../src/wallet/index.js';
import { key } from '../keys.js';

beforeAll(() => ready());

const own: OwnEntry = {
  network: new Uint8Array(32).fill(6),
  synapseKey: 's',
  address: { host: '10.0.0.1', port: 9_000 },
  metagraph: { host: '10.0.0.2', port: 8_000 },
  heartbeatMs: 1_800_000_000_000,
};
const shape: TensorDefinition = { modality: 2, dtype: 1, shape: [-1, 4] };
const definition = { inputs: [shape], outputs: [shape, shape], price: 5, work: 6, backward: true };
const block = `0x${'ab'.repeat(32)}`;
const seal = (change: Partial<OwnEntry> = {}) => sealEntry(key(1), { ...own, ...change });
const endorsed = () => seal({ endorsement: endorse(key(9), key(1).publicKey) });
const opens = (change: Partial<Synapse>, message = seal()) => openEntry({ ...message, ...change }) !== undefined;
const holds = (message: Synapse) => verifyEntry(openEntry(message)!);

describe('an entry of gossip', () => {
  it('says who serves what and where, for how much, and since when', () => {
    const proof = { nonce: 3, proofOfWork: new Uint8Array(8) };
    const message = seal({ definition, blockHash: block, proof });
    expect(message).toMatchObject({
      version: PROTOCOL_VERSION,
      neuronKey: keyText(key(1).publicKey),
      blockHash: block,
      coldkey: '',
      endorsement: new Uint8Array(),
      ...proof,
    });
    expect(openEntry(message)).toEqual({
      hotkey: keyText(key(1).publicKey),
      synapseKey: 's',
      host: '10.0.0.1',
      port: 9_000,
      metagraph: { host: '10.0.0.2', port: 8_000 },
      heartbeatMs: 1_800_000_000_000,
      gone: false,
      coldkey: undefined,
      definition,
      message,
    });
    expect(holds(message)).toBe(true);
    expect(nameOf(openEntry(message)!)).toBe(`${keyText(key(1).publicKey)}/s`);
  });

  it('may leave out all that it need not say', () => {
    const message = seal({ metagraph: undefined });
    expect(message).toMatchObject({ blockHash: '', metagraph: '', coldkey: '', port: '9000' });
    expect(openEntry(message)).toMatchObject({ metagraph: undefined, coldkey: undefined, gone: false });
    expect(holds(message)).toBe(true);
    expect(unsignedEntry(key(1).publicKey, own).signature).toHaveLength(0);
  });

  it('says goodbye with the port zero', () => {
    const gone = openEntry(seal({ goodbye: true }))!;
    expect([gone.port, gone.gone, gone.message.port]).toEqual([0, true, '0']);
  });

  it('names the coldkey that endorses the neuron', () => {
    const message = endorsed();
    expect(message.coldkey).toBe(keyText(key(9).publicKey));
    expect(openEntry(message)?.coldkey).toBe(keyText(key(9).publicKey));
    expect(holds(message)).toBe(true);
  });

  it('is not made for a name that would have to be looked up', () => {
    const host = `${'x'.repeat(79)}yz.example`;
    expect(() => seal({ address: { host, port: 1 } })).toThrow(
      expect.objectContaining({
        code: 'bad_address',
        message: `a host announced by gossip is an IP address, not ${'x'.repeat(79)}y`,
      }),
    );
    expect(seal({ address: { host: '2001:db8::1', port: 1 } }).address).toBe('2001:db8::1');
  });

  it('is not made with more tensors than gossip passes on', () => {
    const tensors = (count: number) => ({ definition: { inputs: Array.from({ length: count }, () => shape) } });
    expect(Synapse.encode(seal(tensors(16))).finish().length).toBeLessThanOrEqual(ENTRY_BYTES);
    const many = Array.from({ length: 16 }, () => ({ ...shape, shape: [-1, -1] }));
    expect(() => seal({ definition: { inputs: many, outputs: many } })).toThrow('define fewer tensors');
  });

  it('tells what the synapse takes and gives', () => {
    expect(definitionOf(openEntry(seal({ definition }))!)).toEqual({
      synapseKey: 's',
      inputs: [{ modality: 'text', dtype: 'float32', shape: [-1, 4] }],
      outputs: [
        { modality: 'text', dtype: 'float32', shape: [-1, 4] },
        { modality: 'text', dtype: 'float32', shape: [-1, 4] },
      ],
      priceRao: 5n,
      workMs: 0.006,
      backward: true,
    });
    // What a newer version brought is read when somebody asks for it, and passed on all the same.
    const newer = openEntry(seal({ definition: { inputs: [{ ...shape, modality: 7 as 1 }] } }))!;
    expect(() => definitionOf(newer)).toThrow('modality 7');
  });

  it('is malformed with any of these', () => {
    const wrong: Partial<Synapse>[] = [
      { neuronKey: '' },
      { neuronKey: keyText(key(1).publicKey).toUpperCase() },
      { signature: new Uint8Array() },
      { signature: new Uint8Array(63) },
      { signature: new Uint8Array(65) },
      { address: '' },
      { address: 'localhost' },
      { port: '' },
      { port: '00' },
      { port: '01' },
      { port: '-1' },
      { port: '65536' },
      { port: '123456' },
      { port: '9000 ' },
      { port: 'x9000' },
      { port: '9000x' },
      { heartbeat: 0 },
      { heartbeat: -1 },
      { network: new Uint8Array(31) },
      { network: new Uint8Array(33) },
      { inputs: [{ ...shape, shape: [-2] }] },
      { outputs: [shape, { ...shape, shape: [1, Number.MIN_SAFE_INTEGER] }] },
      { blockHash: '0x12' },
      { metagraph: 'localhost:80' },
      { metagraph: '10.0.0.2' },
      { metagraph: 'x' },
      { coldkey: keyText(key(9).publicKey) },
      { coldkey: '0x12', endorsement: new Uint8Array(64) },
      { endorsement: new Uint8Array(64) },
      { coldkey: keyText(key(9).publicKey), endorsement: new Uint8Array(63) },
    ];
    for (const change of wrong) expect([change, opens(change)]).toEqual([change, false]);
  });

  it('is well formed at the edges', () => {
    const right: Partial<Synapse>[] = [
      { port: '0' },
      { port: '1' },
      { port: '10' },
      { port: '65535' },
      { heartbeat: 1 },
      { blockHash: '' },
      { blockHash: block },
      { metagraph: '' },
      { address: '::1' },
      { coldkey: keyText(key(9).publicKey), endorsement: new Uint8Array(64) },
    ];
    for (const change of right) expect([change, opens(change)]).toEqual([change, true]);
  });

  it('holds as its neuron signed it, and when anything in it is changed no more', () => {
    const message = seal({ definition, blockHash: block, proof: { nonce: 3, proofOfWork: new Uint8Array(8) } });
    const changes: Partial<Synapse>[] = [
      { version: '2.0.1' },
      { network: new Uint8Array(32) },
      { network: new Uint8Array(0) },
      { neuronKey: keyText(key(2).publicKey) },
      { synapseKey: 't' },
      { address: '10.0.0.3' },
      { port: '9001' },
      { metagraph: '10.0.0.2:8001' },
      { metagraph: '' },
      { heartbeat: 1_800_000_000_001 },
      { blockHash: '' },
      { nonce: 4 },
      { proofOfWork: new Uint8Array(7) },
      { inputs: [] },
      { outputs: [shape] },
      { price: 4 },
      { work: 7 },
      { backward: false },
      { signature: new Uint8Array(64) },
      { coldkey: keyText(key(9).publicKey), endorsement: new Uint8Array(64) },
    ];
    for (const change of changes) expect([change, holds({ ...message, ...change })]).toEqual([change, false]);
  });

  it('that names no neuron holds for nobody', () => {
    const opened = openEntry(seal())!;
    expect(verifyEntry({ ...opened, hotkey: '0x12' })).toBe(false);
    expect(verifyEntry({ ...opened, message: { ...opened.message, neuronKey: '' } })).toBe(false);
  });

  it('is not believed a coldkey that signed nothing, or for another neuron', () => {
    const coldkey = keyText(key(9).publicKey);
    const unendorsed = (endorsement: Uint8Array) =>
      signSynapse(key(1), { ...unsignedEntry(key(1).publicKey, own), coldkey, endorsement });
    expect(holds(unendorsed(new Uint8Array(64)))).toBe(false);
    const other = endorse(key(9), key(2).publicKey);
    expect(holds(unendorsed(Buffer.from(other.signature.slice(2), 'hex')))).toBe(false);
    expect(holds(seal({ endorsement: endorse(key(9), key(1).publicKey) }))).toBe(true);
  });

  it('that is known with the same endorsement has it verified once, and with any other again', () => {
    const coldkey = keyText(key(9).publicKey);
    const claim = (signer: number, endorsement: Uint8Array, cold = coldkey) =>
      openEntry(
        signSynapse(key(signer), { ...unsignedEntry(key(signer).publicKey, own), coldkey: cold, endorsement }),
      )!;
    // The known one was verified: its word is taken for the same key, coldkey and signature, and for nothing else.
    const bytes = new Uint8Array(64).fill(7);
    const known = claim(1, bytes);
    expect(verifyEntry(claim(1, bytes), known)).toBe(true);
    expect(verifyEntry(claim(1, bytes))).toBe(false);
    expect(verifyEntry(claim(2, bytes), known)).toBe(false);
    expect(verifyEntry(claim(1, new Uint8Array(64).fill(8)), known)).toBe(false);
    expect(verifyEntry(claim(1, bytes, keyText(key(8).publicKey)), known)).toBe(false);
    expect(toHex(known.message.endorsement)).toBe(toHex(bytes));
    expect(verifyEntry(openEntry(endorsed())!, known)).toBe(true);
    expect(verifyEntry(openEntry(seal())!, known)).toBe(true);
  });
});
