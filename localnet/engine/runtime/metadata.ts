import { Reader } from '../codec.js';
import { engineError } from '../errors.js';

/** What is needed to make a transaction: where calls are, and what stands between the address and the call. */
export interface Metadata {
  /** Pallet index, call index and argument types of a call, or undefined. */
  call(pallet: string, name: string): { pallet: number; call: number; argumentTypes: readonly number[] } | undefined;
  /** `Balances.InsufficientBalance` of a pallet index and an error index. */
  errorName(pallet: number, index: number): string;
  extensions: readonly { name: string; type: number; implicit: number }[];
  /** True when values of the type have no bytes. */
  isEmpty(type: number): boolean;
  /** The path of a type, as `sp_runtime::multiaddress::MultiAddress`. */
  path(type: number): string;
}

interface TypeInfo {
  path: string;
  /** Types that a value holds one after the other; undefined when its size is not known to be zero. */
  parts: readonly number[] | undefined;
  variants: readonly { name: string; index: number; fields: readonly number[] }[];
}

const MAGIC = 0x6174656d;

/**
 * Reads metadata version 14 far enough to encode calls. Source: frame-metadata v14.rs, scale-info's portable registry.
 */
export function readMetadata(bytes: Uint8Array): Metadata {
  const reader = new Reader(bytes);
  if (reader.u32() !== MAGIC) throw engineError('bad_runtime', 'this is no metadata');
  const version = reader.u8();
  if (version !== 14) throw engineError('bad_runtime', `metadata has version ${version}, 14 is expected`);
  const types = new Map<number, TypeInfo>();
  list(reader, () => types.set(reader.compact(), readType(reader)));
  const pallets = list(reader, () => readPallet(reader));
  reader.compact();
  reader.u8();
  const extensions = list(reader, () => ({ name: reader.text(), type: reader.compact(), implicit: reader.compact() }));
  return {
    call(palletName, name) {
      const pallet = pallets.find(entry => entry.name === palletName);
      const found = types.get(pallet?.calls ?? -1)?.variants.find(variant => variant.name === name);
      return pallet && found && { pallet: pallet.index, call: found.index, argumentTypes: found.fields };
    },
    errorName(index, error) {
      const pallet = pallets.find(entry => entry.index === index);
      const name = types.get(pallet?.errors ?? -1)?.variants.find(variant => variant.index === error)?.name;
      return `${pallet?.name ?? index}.${name ?? error}`;
    },
    extensions,
    isEmpty: function isEmpty(type: number): boolean {
      return types.get(type)?.parts?.every(isEmpty) ?? false;
    },
    path: type => types.get(type)?.path ?? '',
  };
}

function list<T>(reader: Reader, item: () => T): T[] {
  return Array.from({ length: reader.compact() }, item);
}

function option<T>(reader: Reader, value: () => T): T | undefined {
  return reader.u8() === 0 ? undefined : value();
}

function readType(reader: Reader): TypeInfo {
  const text = () => reader.text();
  const path = list(reader, text).join('::');
  list(reader, () => {
    reader.vec();
    option(reader, () => reader.compact());
  });
  const definition = readDefinition(reader);
  list(reader, () => reader.vec());
  return { path, ...definition };
}

function readDefinition(reader: Reader): Omit<TypeInfo, 'path'> {
  const fields = () =>
    list(reader, () => {
      option(reader, () => reader.vec());
      const type = reader.compact();
      option(reader, () => reader.vec());
      list(reader, () => reader.vec());
      return type;
    });
  const unknown = { parts: undefined, variants: [] };
  const kind = reader.u8();
  switch (kind) {
    case 0:
      return { parts: fields(), variants: [] };
    case 1: {
      const variants = list(reader, () => {
        const name = reader.text();
        const types = fields();
        const index = reader.u8();
        list(reader, () => reader.vec());
        return { name, index, fields: types };
      });
      return { parts: undefined, variants };
    }
    case 2: // sequence
    case 6: // compact
      reader.compact();
      return unknown;
    case 3: {
      const length = reader.u32();
      const type = reader.compact();
      return { parts: new Array<number>(Math.min(length, 1)).fill(type), variants: [] };
    }
    case 4:
      return { parts: list(reader, () => reader.compact()), variants: [] };
    case 5: // primitive
      reader.u8();
      return unknown;
    case 7: // bit sequence
      reader.compact();
      reader.compact();
      return unknown;
    default:
      throw engineError('bad_runtime', `metadata has a type of unknown kind ${kind}`);
  }
}

interface Pallet {
  name: string;
  index: number;
  calls: number | undefined;
  errors: number | undefined;
}

function readPallet(reader: Reader): Pallet {
  const name = reader.text();
  option(reader, () => {
    reader.vec();
    list(reader, () => {
      reader.vec();
      reader.u8();
      if (reader.u8() === 0) reader.compact();
      else {
        list(reader, () => reader.u8());
        reader.compact();
        reader.compact();
      }
      reader.vec();
      list(reader, () => reader.vec());
    });
  });
  const calls = option(reader, () => reader.compact());
  option(reader, () => reader.compact());
  list(reader, () => {
    reader.vec();
    reader.compact();
    reader.vec();
    list(reader, () => reader.vec());
  });
  const errors = option(reader, () => reader.compact());
  return { name, index: reader.u8(), calls, errors };
}
