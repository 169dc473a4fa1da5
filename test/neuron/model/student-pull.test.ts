import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packagePath, pollUntil } from '../../../src/base/index.js';
import {
  hexDigest,
  manifestIn,
  openManifest,
  type StudentManifest,
  StudentShelf,
  signManifest,
  studentId,
} from '../../../src/model/index.js';
import { describeStudent } from '../../../src/model/store/student.js';
import { manifestText } from '../../../src/model/store/student-manifest.js';
import { Axon, type AxonRequest, Dendrite, type Peer, RequestError, textTensor } from '../../../src/net/index.js';
import { type PullOptions, pullStudent } from '../../../src/neuron/model/student-pull.js';
import { STUDENT_KEY, studentHandlers } from '../../../src/neuron/model/student-service.js';
import { type Keypair, keypairFromUri, ready } from '../../../src/wallet/index.js';

const root = mkdtempSync(join(tmpdir(), 'student-pull-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let signer: Keypair;
let hotkey: string;
beforeAll(async () => {
  await ready();
  signer = keypairFromUri('//Student//axon');
  hotkey = `0x${Buffer.from(signer.publicKey).toString('hex')}`;
});

let folder: string;
let shelf: StudentShelf;
let now: number;
let axon: Axon;
let dendrite: Dendrite;
let peer: Peer;
/** What stands between the shelf and who asks. */
let tamper: (request: AxonRequest, honest: () => unknown) => unknown;
beforeEach(async () => {
  folder = mkdtempSync(join(root, 'one-'));
  now = Date.now();
  shelf = new StudentShelf(join(folder, 'shelf'), () => now);
  tamper = (_, honest) => honest();
  const honest = studentHandlers(shelf).forwardText as (request: AxonRequest) => never;
  axon = new Axon({ signer, host: '127.0.0.1' });
  axon.attach(STUDENT_KEY, { forwardText: async request => (await tamper(request, () => honest(request))) as never });
  const port = await axon.start();
  dendrite = new Dendrite({ signer: keypairFromUri('//Student//caller') });
  peer = { hotkey: signer.address, host: '127.0.0.1', port };
});
afterEach(async () => {
  dendrite.close();
  await axon.stop();
});

const moduleAt = (path: string) => pathToFileURL(packagePath(`dist/src/${path}`)).href;

const LARGE = 3 * 2 ** 20 + 12_345;

/** Puts a student on the shelf: files of these bytes, which depend on `step`. */
function publish(step: number, bytes = LARGE): { id: string; manifest: StudentManifest; model: Uint8Array } {
  const draft = join(shelf.folder, 'draft');
  mkdirSync(draft, { recursive: true });
  const model = Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + (i >> 9) + step) & 255);
  writeFileSync(join(draft, 'model.safetensors'), model);
  writeFileSync(join(draft, 'config.json'), `{"step":${step}}\n`);
  const manifest = describeStudent(draft, { hotkey, model: 'mnist', step });
  const text = manifestText(manifest);
  const id = studentId(text);
  rmSync(join(shelf.folder, id), { recursive: true, force: true });
  renameInto(draft, join(shelf.folder, id));
  shelf.add(text, signManifest(signer, text));
  return { id, manifest, model };
}

function renameInto(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) writeFileSync(join(to, name), readFileSync(join(from, name)));
  rmSync(from, { recursive: true });
}

const pull = (options: Partial<PullOptions> = {}) =>
  pullStudent({ dendrite, peer, root: join(folder, 'models'), maxBytes: 2 ** 30, ...options });
const wordsOf = ({ tensors }: AxonRequest) => Buffer.from(tensors[0]!.buffer).toString('latin1');
const isChunk = (request: AxonRequest) => wordsOf(request).includes('chunk');

describe('pulling a student', () => {
  it('brings every byte, under its id, with the signed manifest beside it', async () => {
    const { id, model, manifest } = publish(1);
    const seen: number[] = [];
    const pulled = await pull({ progress: (done, total) => seen.push(done / total) });
    expect(pulled).toMatchObject({ id, path: join(folder, 'models', id), wasThere: false, keptBytes: 0 });
    expect(pulled.fetchedBytes).toBe(model.length + manifest.files[0]!.bytes);
    expect(readFileSync(join(pulled.path, 'model.safetensors')).equals(Buffer.from(model))).toBe(true);
    expect(readFileSync(join(pulled.path, 'config.json'), 'utf8')).toBe('{"step":1}\n');
    const { text, signature } = manifestIn(pulled.path)!;
    expect(openManifest(text, signature, signer.publicKey)).toEqual(manifest);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
    expect(readdirSync(join(folder, 'models'))).toEqual([id]);
  });

  it('brings nothing the second time, and all of it where what is there was changed', async () => {
    publish(1);
    const { path } = await pull();
    expect(await pull()).toMatchObject({ wasThere: true, fetchedBytes: 0 });
    writeFileSync(join(path, 'config.json'), '{"step":2}\n');
    expect(await pull()).toMatchObject({ wasThere: false });
    expect(readFileSync(join(path, 'config.json'), 'utf8')).toBe('{"step":1}\n');
  });

  it('goes where it is told, and never over something else', async () => {
    publish(1);
    const to = join(folder, 'mine');
    expect((await pull({ to })).path).toBe(to);
    expect((await pull({ to })).wasThere).toBe(true);
    publish(2);
    await expect(pull({ to })).rejects.toMatchObject({ code: 'file_exists' });
  });

  it('that broke goes on where it was, also when the peer has a newer one by now', async () => {
    const { id } = publish(1);
    let chunks = 0;
    tamper = (request, honest) => {
      if (isChunk(request) && ++chunks > 2) throw new Error('the peer fell over');
      return honest();
    };
    await expect(pull()).rejects.toMatchObject({ code: 'refused' });
    expect(readdirSync(join(folder, 'models'))).toEqual([`${id}.part`]);
    publish(2);
    tamper = (_, honest) => honest();
    const pulled = await pull();
    expect(pulled.id).toBe(id);
    expect(pulled.keptBytes).toBeGreaterThan(2 ** 20);
    expect(pulled.fetchedBytes).toBeGreaterThan(2 ** 20);
    expect(readdirSync(join(folder, 'models'))).toEqual([id]);
  });

  it('that broke begins anew when the peer no longer has that one', async () => {
    publish(1);
    tamper = (request, honest) => {
      if (isChunk(request)) throw new Error('the peer fell over');
      return honest();
    };
    await expect(pull()).rejects.toMatchObject({ code: 'refused' });
    now += 3_600_000;
    publish(2);
    now += 3_600_000;
    const { id } = publish(3);
    tamper = (_, honest) => honest();
    expect((await pull()).id).toBe(id);
    expect(readdirSync(join(folder, 'models'))).toEqual([id]);
  });

  it('goes on where a process was killed that had begun it, and gives way to none that still pulls', async () => {
    const { id } = publish(1);
    let chunks = 0;
    tamper = (request, honest) => {
      if (!isChunk(request) || ++chunks <= 2) return honest();
      return new Promise(() => {});
    };
    const program = `
      import { Dendrite } from ${JSON.stringify(moduleAt('net/index.js'))};
      import { pullStudent } from ${JSON.stringify(moduleAt('neuron/model/student-pull.js'))};
      import { keypairFromUri, ready } from ${JSON.stringify(moduleAt('wallet/index.js'))};
      await ready();
      const dendrite = new Dendrite({ signer: keypairFromUri('//Student//other') });
      const [peer, root] = [JSON.parse(process.argv[1]), process.argv[2]];
      await pullStudent({ dendrite, peer, root, maxBytes: 2 ** 30, timeoutMs: 60_000 });
    `;
    const args = ['--input-type=module', '-e', program, JSON.stringify(peer), join(folder, 'models')];
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    const ended = once(child, 'exit');
    const part = join(folder, 'models', `${id}.part`, 'model.safetensors');
    await pollUntil('two chunks are on the disk', { withinMs: 30_000, everyMs: 20 }, () =>
      chunks > 2 && existsSync(part) && statSync(part).size >= 2 ** 20 ? true : undefined,
    );
    await expect(pull()).rejects.toMatchObject({ code: 'slot_taken' });
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    tamper = (_, honest) => honest();
    const pulled = await pull();
    expect(pulled.id).toBe(id);
    expect(pulled.keptBytes).toBeGreaterThan(2 ** 20);
    expect(pulled.keptBytes + pulled.fetchedBytes).toBeGreaterThan(LARGE);
    expect(pulled.fetchedBytes).toBeLessThan(2.5 * 2 ** 20);
    expect(readdirSync(join(folder, 'models'))).toEqual([id]);
  });

  it('notices chunks on its disk that are not what they should be', async () => {
    const { id } = publish(1);
    let chunks = 0;
    tamper = (request, honest) => {
      if (isChunk(request) && ++chunks > 3) throw new Error('the peer fell over');
      return honest();
    };
    await expect(pull()).rejects.toMatchObject({ code: 'refused' });
    const part = join(folder, 'models', `${id}.part`, 'model.safetensors');
    const bytes = readFileSync(part);
    bytes[5]! ^= 1;
    writeFileSync(part, bytes);
    tamper = (_, honest) => honest();
    const { path, keptBytes } = await pull();
    expect(hexDigest(readFileSync(join(path, 'model.safetensors')))).toBe(manifestFile(path));
    expect(keptBytes).toBeLessThan(1.5 * 2 ** 20);
  });

  it('tries again where the peer is busy for a moment', async () => {
    publish(1);
    let asked = 0;
    tamper = (_, honest) => {
      if (++asked % 3 === 0) throw busy();
      return honest();
    };
    expect(await pull()).toMatchObject({ wasThere: false });
  });

  it('ends when it is aborted', async () => {
    publish(1);
    const stop = new AbortController();
    tamper = (request, honest) => {
      if (isChunk(request)) stop.abort(new Error('enough'));
      return honest();
    };
    await expect(pull({ signal: stop.signal })).rejects.toThrow('enough');
  });
});

describe('a hostile peer', () => {
  it.each([
    ['another byte', (buffer: Uint8Array) => buffer.map((byte, i) => (i === 7 ? byte ^ 1 : byte))],
    ['fewer bytes', (buffer: Uint8Array) => buffer.slice(0, -1)],
    ['more bytes', (buffer: Uint8Array) => Buffer.concat([buffer, Buffer.alloc(4_000_000)])],
  ])('that sends %s than it signed is refused, and nothing appears', async (_, change) => {
    publish(1);
    tamper = async (request, honest) => {
      const answer = (await honest()) as { tensors: { buffer: Uint8Array; shape: number[] }[] };
      if (!isChunk(request)) return answer;
      const buffer = change(answer.tensors[0]!.buffer);
      return { ...answer, tensors: [{ ...answer.tensors[0]!, buffer, shape: [buffer.length] }] };
    };
    await expect(pull()).rejects.toMatchObject({ code: 'bad_student' });
    expect(readdirSync(join(folder, 'models')).every(name => name.endsWith('.part'))).toBe(true);
  });

  const answering = (text: string, key = signer) => {
    tamper = () => ({
      tensors: [
        textTensor([text]),
        { dtype: 'uint8', shape: [64], buffer: signManifest(key, text), modality: 'tensor', requiresGrad: false },
      ],
      parameterVersion: 0,
    });
  };

  it('that signs with another key, or for another hotkey, is refused', async () => {
    const { manifest } = publish(1);
    answering(manifestText(manifest), keypairFromUri('//Student//other'));
    await expect(pull()).rejects.toThrow(/not signed by the hotkey/);
    answering(manifestText({ ...manifest, hotkey: `0x${'11'.repeat(32)}` }));
    await expect(pull()).rejects.toThrow(/of another neuron/);
  });

  it.each<[string, (manifest: StudentManifest) => unknown]>([
    ['a file of another name', m => ({ ...m, files: m.files.map(file => ({ ...file, name: '../../.bashrc' })) })],
    ['files in another order', m => ({ ...m, files: [...m.files].reverse() })],
    ['a third file', m => ({ ...m, files: [...m.files, m.files[0]] })],
    [
      'fewer chunks than bytes',
      m => ({ ...m, files: m.files.map(file => ({ ...file, bytes: file.bytes + 2 ** 40 })) }),
    ],
    ['chunks of no bytes', m => ({ ...m, chunkBytes: 0 })],
    ['huge chunks', m => ({ ...m, chunkBytes: 2 ** 40 })],
    ['a negative length', m => ({ ...m, files: m.files.map(file => ({ ...file, bytes: -1 })) })],
    ['a digest that is none', m => ({ ...m, files: m.files.map(file => ({ ...file, sha256: 'x' })) })],
    ['a model with a path for a name', m => ({ ...m, model: '../x' })],
    ['another format', m => ({ ...m, format: 'bittensor-student/9' })],
    ['nothing', () => null],
  ])('that signs a manifest with %s is refused', async (_, change) => {
    const { manifest } = publish(1);
    const changed = change(JSON.parse(manifestText(manifest)) as StudentManifest);
    answering(JSON.stringify(changed));
    await expect(pull()).rejects.toMatchObject({ code: 'bad_student' });
    expect(existsSync(join(folder, 'models'))).toBe(false);
  });

  it('with a student larger than was allowed is refused before a chunk is asked for', async () => {
    publish(1);
    let chunks = 0;
    tamper = (request, honest) => {
      if (isChunk(request)) chunks++;
      return honest();
    };
    await expect(pull({ maxBytes: 1_000_000 })).rejects.toThrow(/more than the 1000000 that are allowed/);
    expect(chunks).toBe(0);
  });

  it('that answers something else is refused', async () => {
    tamper = () => ({ tensors: [textTensor(['hello'])], parameterVersion: 0 });
    await expect(pull()).rejects.toMatchObject({ code: 'bad_student' });
  });
});

describe('the synapse that gives students away', () => {
  const ask = (...words: string[]) =>
    dendrite.forward(peer, { synapseKey: STUDENT_KEY, tensors: [textTensor(words)], expect: [[-1]] });

  it('says that there is none yet, that one is gone, and what it is asked with', async () => {
    await expect(pull()).rejects.toMatchObject({ code: 'refused', message: expect.stringMatching(/no student yet/) });
    publish(1);
    expect((await ask('manifest', 'x')).code).toBe('Stale');
    expect((await ask('chunk', 'ab'.repeat(32), '0')).code).toBe('Stale');
    const { sha256 } = shelf.find()!.manifest.files[1]!;
    expect((await ask('chunk', sha256, '3')).code).toBe('Success');
    expect((await ask('chunk', sha256, '4')).code).toBe('Stale');
    for (const words of [
      ['x'],
      ['chunk'],
      ['chunk', sha256],
      ['chunk', sha256, '-1'],
      ['chunk', '../x', '0'],
      ['', '', '', ''],
    ]) {
      expect((await ask(...words)).code).toBe('InvalidRequest');
    }
  });

  it('keeps an older one while somebody asks for it, and five at most', () => {
    const ids = [1, 2, 3].map(step => publish(step, 10).id);
    expect(ids.map(id => shelf.find(id)?.manifest.step)).toEqual([1, 2, 3]);
    now += 300_000;
    shelf.find(ids[0]);
    now += 400_000;
    publish(4, 10);
    expect(ids.map(id => shelf.find(id)?.manifest.step)).toEqual([1, undefined, 3]);
    for (const step of [5, 6, 7, 8, 9]) publish(step, 10);
    expect(readdirSync(shelf.folder)).toHaveLength(5);
    expect(shelf.find()?.manifest.step).toBe(9);
  });

  it('offers after a restart what was there, and removes what is not its own or not whole', () => {
    const { id, manifest } = publish(1, 10);
    mkdirSync(join(shelf.folder, 'draft'));
    const other = new StudentShelf(shelf.folder, () => now);
    other.restore(signer.publicKey);
    expect(readdirSync(shelf.folder)).toEqual([id]);
    expect(other.find()).toMatchObject({ id, manifest });
    other.restore(keypairFromUri('//Student//other').publicKey);
    expect(readdirSync(shelf.folder)).toEqual([]);
  });
});

function manifestFile(path: string): string {
  return (JSON.parse(manifestIn(path)!.text) as StudentManifest).files[1]!.sha256;
}

function busy(): Error {
  return new RequestError('NucleusFull', 'busy');
}
