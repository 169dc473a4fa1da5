/** What a wasm module says of itself before it is instantiated. */
export interface WasmShape {
  /** Initial pages of an imported memory; undefined when the module brings its own. */
  importedMemoryPages: number | undefined;
}

const MEMORY = 2;
const IMPORT_SECTION = 2;

/**
 * Reads the import section for the size of the imported memory, which JavaScript's reflection does not tell.
 * Source: WebAssembly core specification 1.0, 5.5.5.
 */
export function shapeOf(wasm: Uint8Array): WasmShape {
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
    const pages = leb();
    if (flags & 1) leb();
    return pages;
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
      if (kind === MEMORY) return { importedMemoryPages: limits() };
      if (kind === 0) leb();
      else if (kind === 1) {
        u8();
        limits();
      } else skip(2);
    }
    break;
  }
  return { importedMemoryPages: undefined };
}
