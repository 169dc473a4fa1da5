import { webcrypto } from 'node:crypto';

type Glue = Record<string, (...values: number[]) => unknown>;

/** What the library asks of JavaScript: random bytes, by way of objects that it knows by number; and to say what failed. */
export function glueFor(module: WebAssembly.Module, memory: () => ArrayBuffer): Glue {
  const objects = new Map<number, unknown>();
  let last = 1_000;
  const keep = (value: unknown) => {
    objects.set(++last, value);
    return last;
  };
  const bytes = (index: number | undefined) => objects.get(index!) as Uint8Array<ArrayBuffer>;
  const buffer = (index: number | undefined) => objects.get(index!) as ArrayBuffer;
  const fail = () => {
    throw new Error('schnorrkel stopped with a fault');
  };
  const glue: Glue = {
    __wbindgen_object_drop_ref: index => objects.delete(index!),
    __wbindgen_object_clone_ref: index => keep(objects.get(index!)),
    __wbindgen_is_object: index => typeof objects.get(index!) === 'object',
    __wbindgen_is_undefined: index => objects.get(index!) === undefined,
    __wbg_globalThis_9caa27ff917c6860: () => keep(globalThis),
    __wbg_self_f0e34d89f33b99fd: () => keep(globalThis),
    __wbg_window_d3b084224f4774d7: () => keep(globalThis),
    __wbg_global_35dfdd59a4da3e74: () => keep(globalThis),
    __wbg_crypto_58f13aa23ffcb166: () => keep(webcrypto),
    __wbg_getRandomValues_504510b5564925af: (_crypto, array) => webcrypto.getRandomValues(bytes(array)),
    __wbindgen_memory: () => keep({ buffer: memory() }),
    __wbg_buffer_a448f833075b71ba: () => keep(memory()),
    __wbg_new_8f67e318f15d7254: index => keep(new Uint8Array(buffer(index))),
    __wbg_newwithlength_6c2df9e2f3028c43: length => keep(new Uint8Array(length!)),
    __wbg_newwithbyteoffsetandlength_d0482f893617af71: (index, offset, length) =>
      keep(new Uint8Array(buffer(index), offset! >>> 0, length! >>> 0)),
    __wbg_subarray_2e940e41c0f5a1d9: (index, begin, end) => keep(bytes(index).subarray(begin! >>> 0, end! >>> 0)),
    __wbg_set_2357bf09366ee480: (index, source, offset) => bytes(index).set(bytes(source), offset! >>> 0),
  };
  // Others are for other platforms, and for telling of a fault.
  for (const { name } of WebAssembly.Module.imports(module)) glue[name] ??= fail;
  return glue;
}
