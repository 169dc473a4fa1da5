import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { keyText } from '../../src/net/auth/signed.js';
import {
  Axon,
  Dendrite,
  type DendriteOptions,
  floatsOf,
  floatTensor,
  type Peer,
  stringsOf,
  textTensor,
} from '../../src/net/index.js';
import { keypairFromSeed, ready } from '../../src/wallet/index.js';
import { clientFolder } from './stage.js';

/**
 * A caller and an axon in Python, written from proto/bittensor.proto and docs/protocol.md with grpcio and an sr25519 of
 * PyPI: both directions, unary and in an Exchange, with TLS and without.
 */
const CLIENT = 'grpcio-1.85.1';
const PROTO = packagePath('proto/bittensor.proto');
const MODES = ['unary', 'plain', 'tls'] as const;
const SIZES = [1_024, 36_864, 2 ** 20, 9 * 2 ** 20];
const network = new Uint8Array(32).fill(0xcd);
const networkText = Buffer.from(network).toString('hex');
const key = (index: number) => keypairFromSeed(new Uint8Array(32).fill(index));

type Answer = Record<string, unknown>;
let python: string;
const children = new Set<ChildProcess>();

const script = (name: string) => packagePath(`test/conformance/python/${name}`);

/** A Python process whose lines of stdout are read one by one. */
function start(name: string, ...args: string[]) {
  const child = spawn(python, ['-B', script(name), PROTO, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.add(child);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Answer> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name} ended: ${stderr}`);
    return JSON.parse(value) as Answer;
  };
  const ask = (job: Answer) => {
    child.stdin.write(`${JSON.stringify(job)}\n`);
    return next();
  };
  const end = () => {
    children.delete(child);
    child.stdin.end();
  };
  return { next, ask, end };
}

beforeAll(async () => {
  await ready();
  python = join(await clientFolder(CLIENT), 'bin', 'python');
}, 600_000);
afterAll(() => {
  for (const child of children) child.kill();
});

async function withAxon(work: (axon: Axon, port: number) => Promise<void>): Promise<void> {
  await using axon = new Axon({ signer: key(1), network, host: '127.0.0.1' });
  axon.attach('', {
    forward: async ({ tensors }) => ({ tensors, parameterVersion: 3 }),
    backward: async ({ tensors }) => ({ tensors, parameterVersion: 3 }),
  });
  await work(axon, await axon.start());
}

describe.each(MODES)('a caller in Python, %s', mode => {
  const hotkey = () => keyText(key(1).publicKey);

  it('gets its tensors back in every size, in every form, and text', async () => {
    await withAxon(async (_axon, port) => {
      const caller = start('wire_client.py', String(port), hotkey(), mode, networkText);
      for (const bytes of SIZES) {
        expect(await caller.ask({ bytes })).toMatchObject({ code: 1, message: '', same: true });
        expect(await caller.ask({ bytes, method: 'backward', version: 3 })).toMatchObject({ code: 1, same: true });
      }
      expect(await caller.ask({ text: ['ü', 'hello', ''] })).toMatchObject({ code: 1, same: true });
      const bf16 = await caller.ask({ bytes: 8_192, reply: [1, 0] });
      expect(bf16).toMatchObject({ code: 1, form: [1, 0] });
      expect(bf16['error']).toBeLessThan(1 / 256);
      const int8 = await caller.ask({ bytes: 8_192, reply: [2, 1] });
      expect(int8).toMatchObject({ code: 1, form: [2, 1] });
      expect(int8['error']).toBeLessThan(0.51 / 127);
      caller.end();
    });
  });

  it('is refused on another network, and by another hotkey than it expects', async () => {
    await withAxon(async (_axon, port) => {
      const stranger = start('wire_client.py', String(port), hotkey(), mode);
      if (mode === 'unary') {
        expect(await stranger.ask({ bytes: 64 })).toMatchObject({ status: 'UNAUTHENTICATED', code: 'Unauthenticated' });
      } else await expect(stranger.next()).rejects.toThrow('the challenge is of another neuron');
      stranger.end();
      const misled = start('wire_client.py', String(port), keyText(key(3).publicKey), mode, networkText);
      if (mode === 'unary') {
        expect(await misled.ask({ bytes: 64 })).toMatchObject({ status: 'UNAUTHENTICATED', code: 'Unauthenticated' });
      } else {
        const why = mode === 'tls' ? 'the certificate is of another hotkey' : 'the challenge is of another neuron';
        await expect(misled.next()).rejects.toThrow(why);
      }
      misled.end();
    });
  });
});

describe('the standard clients of gRPC', () => {
  it('hear that an axon is healthy, and what its services are', async () => {
    await withAxon(async (_axon, port) => {
      const { stdout } = await promisify(execFile)(python, ['-B', script('wire_standard.py'), String(port)]);
      const heard = JSON.parse(stdout);
      expect(heard).toMatchObject({
        health: ['SERVING', 'SERVING', 'NOT_FOUND'],
        watched: 'SERVING',
        methods: ['Forward', 'Backward', 'Exchange', 'Describe', 'Probe'],
        fields: { version: 1, tensors: 6, network: 21 },
      });
      expect(heard.services).toContain('Bittensor');
    });
  });
});

describe('a caller in Python that knows the .proto alone', () => {
  it('sends small messages without the header, and is told of it with large ones', async () => {
    await withAxon(async (_axon, port) => {
      const caller = start('wire_client.py', String(port), keyText(key(1).publicKey), 'unary', networkText);
      expect(await caller.ask({ bytes: 36_864, headerless: true })).toMatchObject({ code: 1, same: true });
      expect(await caller.ask({ bytes: 100_000, headerless: true })).toMatchObject({ code: 'TooLarge' });
      caller.end();
    });
  });
});

describe.each(MODES)('an axon in Python, %s', mode => {
  async function withPython(
    work: (dendrite: Dendrite, peer: Peer) => Promise<void>,
    options: Partial<DendriteOptions> = {},
  ) {
    const server = start('wire_server.py', mode, networkText);
    const { port, hotkey } = (await server.next()) as { port: number; hotkey: string };
    using dendrite = new Dendrite({ signer: key(2), network, tls: mode === 'tls', ...options });
    await work(dendrite, { hotkey, host: '127.0.0.1', port });
    server.end();
  }

  it('answers forward and backward in every size, and text', async () => {
    await withPython(async (dendrite, peer) => {
      for (const bytes of SIZES) {
        const numbers = new Float32Array(bytes / 4).map((_, i) => Math.sin(i));
        const input = floatTensor(numbers, [1, numbers.length]);
        const forward = await dendrite.forward(peer, { tensors: [input], timeoutMs: 60_000 });
        expect(forward).toMatchObject({ code: 'Success', message: '', parameterVersion: 7 });
        expect(Buffer.compare(forward.tensors[0]!.buffer, input.buffer)).toBe(0);
        const half = floatTensor(numbers.subarray(numbers.length / 2), [1, numbers.length / 2]);
        const request = { tensors: [half, half], parameterVersion: 7, timeoutMs: 60_000 };
        const backward = await dendrite.backward(peer, request);
        expect(backward).toMatchObject({ code: 'Success', message: '' });
        expect(Buffer.compare(backward.tensors[0]!.buffer, half.buffer)).toBe(0);
      }
      const texts = ['ü', 'hello', ''];
      const answer = await dendrite.forward(peer, { tensors: [textTensor(texts)] });
      expect(stringsOf(answer.tensors[0]!)).toEqual(texts);
    });
  });

  it('answers in the forms that it was sent', async () => {
    const values = Float32Array.from({ length: 2_048 }, (_, i) => Math.sin(i / 9));
    for (const [encoding, error] of [
      ['bf16', 1 / 256],
      ['int8', 0.51 / 127],
    ] as const) {
      const format = { encoding, compression: 'zstd' } as const;
      await withPython(
        async (dendrite, peer) => {
          const { code, tensors } = await dendrite.forward(peer, { tensors: [floatTensor(values, [2, 1_024])] });
          expect(code).toBe('Success');
          const back = floatsOf(tensors[0]!);
          expect(Math.max(...back.map((value, i) => Math.abs(value - values[i]!)))).toBeLessThan(error);
        },
        { format },
      );
    }
  });

  it('is refused when it is not the neuron that was expected', async () => {
    await withPython(async (dendrite, peer) => {
      const tensors = [floatTensor(Float32Array.of(1), [1, 1])];
      const other = await dendrite.forward(
        { ...peer, hotkey: keyText(key(3).publicKey) },
        { tensors, timeoutMs: 5_000 },
      );
      expect(other.tensors).toEqual([]);
      expect(['Unauthenticated', 'InvalidResponse']).toContain(other.code);
    });
  });
});
