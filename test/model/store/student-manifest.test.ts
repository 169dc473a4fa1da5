import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromHex, packagePath } from '../../../src/base/index.js';
import { isSigned, openManifest, readManifest, signManifest, studentId } from '../../../src/model/index.js';
import { digestsOf } from '../../../src/model/store/student.js';
import { manifestText } from '../../../src/model/store/student-manifest.js';
import { keypairFromSeed, ready } from '../../../src/wallet/index.js';

const folder = mkdtempSync(join(tmpdir(), 'manifest-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(ready);

interface Vector {
  files: Record<string, string>;
  hotkey: string;
  manifest: string;
  id: string;
  signature: string;
}
const vector = JSON.parse(readFileSync(packagePath('test/vectors/net/student.json'), 'utf8')) as Vector;
const hotkey = fromHex(vector.hotkey);
const signature = fromHex(vector.signature);

describe('the manifest of a student', () => {
  it('of docs/protocol.md is read, written again byte by byte, and has its id', () => {
    const manifest = openManifest(vector.manifest, signature, hotkey);
    expect(manifest).toMatchObject({ model: 'mnist', step: 1250, chunkBytes: 1024 });
    expect(manifestText(manifest)).toBe(vector.manifest);
    expect(studentId(vector.manifest)).toBe(vector.id);
    for (const file of manifest.files) {
      const path = join(folder, file.name);
      writeFileSync(path, fromHex(vector.files[file.name]!));
      expect(digestsOf(path, manifest.chunkBytes)).toEqual({ sha256: file.sha256, chunks: file.chunks });
    }
  });

  it('is signed with a tag of its own', () => {
    const signer = keypairFromSeed(new Uint8Array(32).fill(1));
    expect(isSigned(vector.manifest, signManifest(signer, vector.manifest), hotkey)).toBe(true);
    const bare = signer.sign(new TextEncoder().encode(vector.manifest));
    expect(isSigned(vector.manifest, bare, hotkey)).toBe(false);
  });

  it('is refused after any change of a letter, of the signature, and for another key', () => {
    fc.assert(
      fc.property(fc.nat(vector.manifest.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, letter) => {
        fc.pre(vector.manifest[at] !== letter);
        const changed = vector.manifest.slice(0, at) + letter + vector.manifest.slice(at + 1);
        expect(() => openManifest(changed, signature, hotkey)).toThrow(/not signed/);
      }),
      { seed: 5, numRuns: 100 },
    );
    expect(() => openManifest(vector.manifest, signature.slice(1), hotkey)).toThrow(/not signed/);
    expect(() => openManifest(vector.manifest, signature, new Uint8Array(32).fill(7))).toThrow(/not signed/);
    expect(() => openManifest(vector.manifest, signature, hotkey, 2000)).toThrow(/more than the 2000/);
  });

  it('that is anything else is refused and never an error of another kind', () => {
    fc.assert(
      fc.property(fc.json(), text => {
        expect(() => readManifest(text)).toThrow(expect.objectContaining({ code: 'bad_student' }));
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});
