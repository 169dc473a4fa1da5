import { readFile } from 'node:fs/promises';
import { isBelowOrder } from './scalar.js';
import { glueFor } from './schnorrkel-glue.js';

/** Schnorr signatures over ristretto255 with the context "substrate", as schnorrkel makes them. */
export interface Sr25519 {
  /** `secret` is in the libraries' form: 64 bytes with the scalar times 8, as `to_ed25519_bytes` gives it. */
  sign(publicKey: Uint8Array, secret: Uint8Array, message: Uint8Array): Uint8Array;
  /** Of a key of 32 bytes and a signature of 64. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** What schnorrkel 0.11.4 as WebAssembly exports; it frees what it is given. */
interface Library {
  readonly memory: WebAssembly.Memory;
  __wbindgen_malloc(length: number, alignment: number): number;
  __wbindgen_free(pointer: number, length: number, alignment: number): void;
  __wbindgen_add_to_stack_pointer(bytes: number): number;
  __wbindgen_start(): void;
  sr25519_sign(result: number, ...publicKeySecretMessage: number[]): void;
  sr25519_verify(...publicKeyMessageSignature: number[]): number;
}

/** What a fault may lose of the library's memory before another instance takes its place. */
const MOST_LOST_BYTES = 2 ** 20;

/**
 * The WebAssembly in @polkadot-labs/schnorrkel-wasm, started here and not by its own JavaScript, which prints to the console
 * when a key is malformed, and loses a piece of its stack each time.
 */
export async function loadSchnorrkel(): Promise<Sr25519> {
  const entry = import.meta.resolve('@polkadot-labs/schnorrkel-wasm');
  const module = new WebAssembly.Module(await readFile(new URL('schnorrkel_bg.wasm', entry)));
  let library = start(module);
  let stack = library.__wbindgen_add_to_stack_pointer(0);
  let bytes = new Uint8Array();
  let lostBytes = 0;
  const memory = () => {
    // Growing detaches the old buffer.
    if (bytes.length === 0) bytes = new Uint8Array(library.memory.buffer);
    return bytes;
  };
  const lend = (value: Uint8Array) => {
    const pointer = library.__wbindgen_malloc(value.length, 1);
    memory().set(value, pointer);
    return pointer;
  };
  const recover = (lentBytes: number) => {
    lostBytes += lentBytes;
    if (lostBytes < MOST_LOST_BYTES) {
      library.__wbindgen_add_to_stack_pointer(stack - library.__wbindgen_add_to_stack_pointer(0));
      return;
    }
    library = start(module);
    stack = library.__wbindgen_add_to_stack_pointer(0);
    bytes = new Uint8Array();
    lostBytes = 0;
  };
  return {
    sign: (publicKey, secret, message) => {
      try {
        const result = library.__wbindgen_add_to_stack_pointer(-16);
        const lent = [lend(publicKey), publicKey.length, lend(secret), secret.length, lend(message), message.length];
        library.sr25519_sign(result, ...lent);
        const view = new DataView(memory().buffer, result);
        const pointer = view.getUint32(0, true);
        const length = view.getUint32(4, true);
        const signature = memory().slice(pointer, pointer + length);
        library.__wbindgen_free(pointer, length, 1);
        library.__wbindgen_add_to_stack_pointer(16);
        return signature;
      } catch (error) {
        // It may have stopped anywhere, in its source of randomness as well.
        recover(MOST_LOST_BYTES);
        throw new Error('schnorrkel refused this key or secret', { cause: error });
      }
    },
    verify: (publicKey, message, signature) => {
      if (!isWellFormed(signature)) return false;
      try {
        const lent = [
          lend(publicKey),
          publicKey.length,
          lend(message),
          message.length,
          lend(signature),
          signature.length,
        ];
        return library.sr25519_verify(...lent) !== 0;
      } catch {
        // A key that is no point: the library stops at once, before it began anything.
        recover(publicKey.length + message.length + signature.length);
        return false;
      }
    },
  };
}

/** Marked as schnorrkel's, with a scalar below the group's order; the library stops with a fault at others. */
function isWellFormed(signature: Uint8Array): boolean {
  const last = signature[63]!;
  if ((last & 0x80) === 0) return false;
  const scalar = Uint8Array.from(signature.subarray(32));
  scalar[31] = last & 0x7f;
  return isBelowOrder(scalar);
}

function start(module: WebAssembly.Module): Library {
  const glue = glueFor(module, () => library.memory.buffer);
  const library = new WebAssembly.Instance(module, { __wbindgen_placeholder__: glue }).exports as unknown as Library;
  library.__wbindgen_start();
  return library;
}
