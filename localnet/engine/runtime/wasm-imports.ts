import { engineError } from '../errors.js';
import type { HostFunctions } from './host/guest.js';

/** In pages of 64 KiB. */
export interface MemoryLimits {
  pages: number;
  maximum: number | undefined;
}

const MEMORY = 2;
const IMPORT_SECTION = 2;

/**
 * The limits of the imported memory, which JavaScript's reflection does not tell; undefined when the module brings its own.
 * Source: WebAssembly core specification 1.0, 5.5.5.
 */
export function importedMemory(wasm: Uint8Array): MemoryLimits | undefined {
  let at = 8;
  const u8 = () => wasm[at++] ?? 0;
  const leb = () => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = u8();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    return value;
  };
  const skip = (length: number) => {
    at += length;
  };
  const limits = () => {
    const flags = u8();
    return { pages: leb(), maximum: flags & 1 ? leb() : undefined };
  };
  while (at < wasm.length) {
    const section = u8();
    const end = leb() + at;
    if (section !== IMPORT_SECTION) {
      at = end;
      continue;
    }
    for (let count = leb(); count > 0; count--) {
      skip(leb());
      skip(leb());
      const kind = u8();
      if (kind === MEMORY) return limits();
      if (kind === 0) leb();
      else if (kind === 1) {
        u8();
        limits();
      } else skip(2);
    }
    break;
  }
  return undefined;
}

/**
 * What a module is instantiated with. A function that is not there is replaced by one that traps with its name, so that a
 * runtime starts that never calls it; those are listed as `missing`.
 */
export function importsOf(
  module: WebAssembly.Module,
  env: HostFunctions,
  memory: WebAssembly.Memory | undefined,
): { imports: Record<string, Record<string, unknown>>; missing: string[] } {
  const imports: Record<string, Record<string, unknown>> = { env: { ...env, ...(memory && { memory }) } };
  const missing: string[] = [];
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function' || (from === 'env' && Object.hasOwn(env, name))) continue;
    missing.push(name);
    imports[from] ??= {};
    imports[from][name] = () => {
      throw engineError('runtime_trap', `the runtime called ${name}, a host function that this engine lacks`);
    };
  }
  return { imports, missing };
}
