import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeAddress, fromHex } from '../../../src/base/index.js';
import { keyText } from '../../../src/net/auth/signed.js';
import { Description, Synapse } from '../../../src/net/gen/bittensor.js';
import {
  encodeDescribeRequest,
  openDescribeRequest,
  openDescription,
  sealDescription,
} from '../../../src/net/wire/description.js';
import { signSynapse, verifySynapse } from '../../../src/net/wire/synapse.js';
import { endorse, ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';
import { hostileBytes } from './arbitrary.js';

beforeAll(() => ready());

const challenge = new Uint8Array(32).fill(5);
const synapse = (index: number) =>
  signSynapse(
    key(1),
    Synapse.fromPartial({
      version: '2.0.0',
      network: new Uint8Array(32).fill(7),
      neuronKey: keyText(key(1).publicKey),
      synapseKey: keyText(key(index).publicKey),
      inputs: [{ modality: 1, dtype: 1, shape: [-1, 28, 28] }],
      outputs: [{ modality: 0, dtype: 16, shape: [-1, 10] }],
      price: 1_000,
      work: 250,
      backward: true,
      heartbeat: 1_800_000_000_000,
    }),
  );
const endorsement = () => {
  const { coldkey, signature } = endorse(key(4), key(1).publicKey);
  return { coldkey: decodeAddress(coldkey), signature: fromHex(signature) };
};
const content = () => ({
  synapses: [synapse(2), synapse(3)],
  network: new Uint8Array(32).fill(7),
  endorsement: endorsement(),
  bodyBytes: 2 ** 28,
  timeMs: 1_800_000_000_000,
});
const to = { responder: key(1).publicKey, challenge };

describe('a synapse', () => {
  it('is signed with everything that it says', () => {
    const signed = synapse(2);
    expect(verifySynapse(signed)).toBe(true);
    const definition = signed.inputs[0]!;
    const changes: Partial<Synapse>[] = [
      { version: '2.0.1' },
      { network: new Uint8Array(32) },
      { network: new Uint8Array(0) },
      { neuronKey: keyText(key(2).publicKey) },
      { neuronKey: 'x' },
      { synapseKey: '' },
      { address: '127.0.0.2' },
      { port: '1' },
      { metagraph: '127.0.0.1:1' },
      { heartbeat: signed.heartbeat + 1 },
      { blockHash: '0x' },
      { nonce: 1 },
      { proofOfWork: Uint8Array.of(1) },
      { coldkey: keyText(key(4).publicKey), endorsement: new Uint8Array(64) },
      { inputs: [] },
      { inputs: [definition, definition] },
      { inputs: [{ ...definition, modality: 0 }] },
      { inputs: [{ ...definition, dtype: 257 as 1 }] },
      { inputs: [{ ...definition, shape: [1, 28, 28] }] },
      { inputs: [], outputs: [definition, ...signed.outputs] },
      { outputs: [] },
      { price: 1_001 },
      { work: 0 },
      { backward: false },
      { signature: new Uint8Array(64) },
      { signature: new Uint8Array(0) },
    ];
    for (const change of changes) expect([change, verifySynapse({ ...signed, ...change })]).toEqual([change, false]);
  });
});

describe('a description', () => {
  it('comes back as it was, verified', () => {
    const sealed = content();
    expect(openDescription(sealDescription(key(1), sealed, challenge), to)).toEqual({ ...sealed, version: '2.0.0' });
    const bare = { ...sealed, synapses: [], endorsement: undefined, network: new Uint8Array(0) };
    expect(openDescription(sealDescription(key(1), bare, challenge), to)).toEqual({ ...bare, version: '2.0.0' });
  });

  it('is refused when it is of another neuron, for another challenge, or altered', () => {
    const bytes = sealDescription(key(1), content(), challenge);
    const refused = (change: Partial<Description>, why: string) => {
      const altered = Description.encode({ ...Description.decode(bytes), ...change }).finish();
      expect(() => openDescription(altered, to)).toThrow(
        expect.objectContaining({ code: 'refused', message: expect.stringContaining(why) }),
      );
    };
    const own = Description.decode(bytes);
    refused({ version: '1.0.0' }, 'speaks version 1.0.0');
    refused({ neuronKey: keyText(key(2).publicKey) }, 'another neuron');
    refused({ challenge: new Uint8Array(32) }, 'another challenge');
    refused({ synapses: own.synapses.slice(1) }, 'signature');
    refused({ synapses: [...own.synapses].reverse() }, 'signature');
    refused({ synapses: [{ ...own.synapses[0]!, neuronKey: '' }] }, 'names no neuron');
    refused({ network: new Uint8Array(32) }, 'signature');
    refused({ network: new Uint8Array(31) }, '31 bytes');
    refused({ coldkey: '', endorsement: new Uint8Array(0) }, 'signature');
    refused({ coldkey: '' }, 'half an endorsement');
    refused({ endorsement: new Uint8Array(0) }, 'half an endorsement');
    refused({ bodyBytes: 1 }, 'signature');
    refused({ time: own.time + 1 }, 'signature');
    refused({ signature: new Uint8Array(0) }, 'signature');
    expect(() => openDescription(bytes, { ...to, responder: key(2).publicKey })).toThrow('another neuron');
    expect(() => openDescription(bytes, { ...to, challenge: new Uint8Array(0) })).toThrow('another challenge');
  });

  it('is refused when it holds what its neuron did not sign, though it signed the whole', () => {
    const forged = { ...synapse(2), price: 0 };
    const other = signSynapse(key(2), { ...synapse(2), neuronKey: keyText(key(2).publicKey) });
    const elsewhere = signSynapse(key(1), { ...synapse(2), network: new Uint8Array(32) });
    for (const [synapses, why] of [
      [[forged], "a synapse's signature"],
      [[other], 'a synapse of another neuron'],
      [[elsewhere], 'a synapse of another network'],
    ] as const) {
      const bytes = sealDescription(key(1), { ...content(), synapses }, challenge);
      expect(() => openDescription(bytes, to)).toThrow(why);
    }
    const stolen = { ...content(), endorsement: { ...endorsement(), coldkey: key(5).publicKey } };
    expect(() => openDescription(sealDescription(key(1), stolen, challenge), to)).toThrow('the endorsement is forged');
  });

  it('never makes the reader throw anything but a refusal, whatever the bytes are', () => {
    const honest = sealDescription(key(1), content(), challenge);
    fc.assert(
      fc.property(hostileBytes(fc.constant(honest)), bytes => {
        try {
          openDescription(bytes, to);
        } catch (error) {
          expect(error).toMatchObject({ code: 'refused' });
        }
      }),
      { seed: 61, numRuns: 1_000 },
    );
  });
});

describe('a request for a description', () => {
  it('carries a challenge of up to 32 bytes and a version', () => {
    expect(openDescribeRequest(encodeDescribeRequest(challenge))).toEqual(challenge);
    expect(() => openDescribeRequest(encodeDescribeRequest(new Uint8Array(33)))).toThrow('more than 32');
    expect(() => openDescribeRequest(new Uint8Array(0))).toThrow(
      expect.objectContaining({ returnCode: 'RequestIncompatibleVersion' }),
    );
    expect(() => openDescribeRequest(fromHex('0aff'))).toThrow(
      expect.objectContaining({ returnCode: 'InvalidRequest' }),
    );
  });
});
