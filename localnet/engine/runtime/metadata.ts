import { type Key, Reader, toKey } from '../codec.js';
import { engineError } from '../errors.js';
import { twox } from './host/crypto-library.js';
import { list, option, readTypes, type TypeRegistry } from './type-registry.js';

/** What is needed to make a transaction and to read what became of it. */
export interface Metadata {
  readonly types: TypeRegistry;
  /** Pallet index, call index and argument types of a call, or undefined. */
  call(pallet: string, name: string): { pallet: number; call: number; argumentTypes: readonly number[] } | undefined;
  /** Where a storage item begins, and the type of its values, or undefined. */
  storage(pallet: string, name: string): { prefix: Key; value: number } | undefined;
  /** `Balances.InsufficientBalance` of a pallet index and an error index. */
  errorName(pallet: number, index: number): string;
  /** The name of the pallet with that index. */
  palletName(index: number): string | undefined;
  extensions: readonly { name: string; type: number; implicit: number }[];
}

const MAGIC = 0x6174656d;

/** Reads metadata version 14 far enough for that. Source: frame-metadata v14.rs, scale-info's portable registry. */
export function readMetadata(bytes: Uint8Array): Metadata {
  const reader = new Reader(bytes);
  if (reader.u32() !== MAGIC) throw engineError('bad_runtime', 'this is no metadata');
  const version = reader.u8();
  if (version !== 14) throw engineError('bad_runtime', `metadata has version ${version}, 14 is expected`);
  const types = readTypes(reader);
  const pallets = list(reader, () => readPallet(reader));
  reader.compact();
  reader.u8();
  const extensions = list(reader, () => ({ name: reader.text(), type: reader.compact(), implicit: reader.compact() }));
  const named = (name: string) => pallets.find(pallet => pallet.name === name);
  const numbered = (index: number) => pallets.find(pallet => pallet.index === index);
  return {
    types,
    call(palletName, name) {
      const pallet = named(palletName);
      const found = types.variant(pallet?.calls ?? -1, name);
      return pallet && found && { pallet: pallet.index, call: found.index, argumentTypes: found.fields };
    },
    storage(palletName, name) {
      const pallet = named(palletName);
      const value = pallet?.storage?.values.get(name);
      if (value === undefined) return undefined;
      const prefix = [pallet!.storage!.prefix, name].map(word => toKey(twox(Buffer.from(word), 2))).join('');
      return { prefix, value };
    },
    errorName(index, error) {
      const pallet = numbered(index);
      return `${pallet?.name ?? index}.${types.variant(pallet?.errors ?? -1, error)?.name ?? error}`;
    },
    palletName: index => numbered(index)?.name,
    extensions,
  };
}

interface Pallet {
  name: string;
  index: number;
  /** The type of each item's values, by name. */
  storage: { prefix: string; values: ReadonlyMap<string, number> } | undefined;
  calls: number | undefined;
  errors: number | undefined;
}

function readPallet(reader: Reader): Pallet {
  const name = reader.text();
  const storage = option(reader, () => ({
    prefix: reader.text(),
    values: new Map(list(reader, () => readStorageItem(reader))),
  }));
  const calls = option(reader, () => reader.compact());
  option(reader, () => reader.compact());
  list(reader, () => {
    reader.vec();
    reader.compact();
    reader.vec();
    list(reader, () => reader.vec());
  });
  const errors = option(reader, () => reader.compact());
  return { name, index: reader.u8(), storage, calls, errors };
}

function readStorageItem(reader: Reader): [name: string, value: number] {
  const name = reader.text();
  reader.u8();
  let value: number;
  if (reader.u8() === 0) value = reader.compact();
  else {
    list(reader, () => reader.u8());
    reader.compact();
    value = reader.compact();
  }
  reader.vec();
  list(reader, () => reader.vec());
  return [name, value];
}
