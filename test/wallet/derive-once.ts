import { argon2i, argon2id } from 'hash-wasm';
import type * as derive from '../../src/wallet/password/derive.js';

/**
 * Stands in for `password/derive.ts` in sweeps of thousands of files: the same keys, each computed once and in this
 * thread: `vi.mock('../../src/wallet/password/derive.js', importOriginal => deriveOnce(importOriginal))`.
 */
export async function deriveOnce(importOriginal: () => Promise<unknown>): Promise<typeof derive> {
  const real = (await importOriginal()) as typeof derive;
  const known = new Map<string, Promise<Uint8Array>>();
  const once = async (job: unknown[], make: () => Promise<Uint8Array>) => {
    const name = job
      .map(part => (part instanceof Uint8Array ? Buffer.from(part).toString('hex') : String(part)))
      .join();
    const key = known.get(name) ?? make();
    known.set(name, key);
    // Callers overwrite what they get.
    return Uint8Array.from(await key);
  };
  return {
    argon2: ({ password, salt, cost: { type, iterations, memoryKiB } }) =>
      once([type, iterations, memoryKiB, salt, password], () =>
        (type === 'argon2i' ? argon2i : argon2id)({
          password: Uint8Array.from(password),
          salt,
          iterations,
          memorySize: memoryKiB,
          parallelism: 1,
          hashLength: 32,
          outputType: 'binary',
        }),
      ),
    pbkdf2Sha256: (password, salt, rounds, length) =>
      once(['pbkdf2', rounds, length, salt, password], () =>
        real.pbkdf2Sha256(Uint8Array.from(password), salt, rounds, length),
      ),
  };
}
