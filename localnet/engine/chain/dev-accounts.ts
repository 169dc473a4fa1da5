import { unhex } from '../codec.js';
import { sr25519FromSeed } from '../runtime/host/crypto-library.js';

export interface Keys {
  publicKey: Uint8Array;
  secret: Uint8Array;
}

export interface DevAccount {
  /** How it derives from the public development phrase. */
  readonly uri: string;
  /** The 32 bytes that its keys come from, in hexadecimal. */
  readonly secretSeed: string;
  /** Made when first asked for. */
  readonly keys: Keys;
}

/** Everybody knows these seeds, so they are worth nothing but on a local chain. */
const SEEDS: readonly (readonly [name: string, seed: string])[] = [
  ['Alice', '0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a'],
  ['Bob', '0x398f0c28f98885e046333d4a41c19cee4c37368a9832c6502f6cfd182e2aef89'],
  ['Charlie', '0xbc1ede780f784bb6991a585e4f6e61522c14e1cae6ad0895fb57b9a205a8f938'],
  ['Dave', '0x868020ae0687dda7d57565093a69090211449845a7e11453612800b663307246'],
  ['Eve', '0x786ad0e2df456fe43dd1f91ebca22e235bc162e0bb8d53c633e8c85b2af68b7a'],
  ['Ferdie', '0x42438b7883391c05512a938e36c2df0131e088b3756d6aa7a755fbff19d2f842'],
  ['Grace', '0xc4034c19f311aaf4b07a015f41180fcadf10eb85761e2aa513ae291cae32b27e'],
  ['Heidi', '0x4f56914bf42cff16c47d40118b995e2e9564cde686d184d1fbc84faf901afd40'],
  ['Ivan', '0xf29d133ae85a263b3203919aea22018a2d68a30c285438439d79990dadd20f63'],
  ['Judy', '0x82e3cd84da3e82564267945f2636fab834971824da3efe42706af9be4ce71836'],
];

/** The development accounts `//Alice` to `//Judy`. */
export const DEV_ACCOUNTS: readonly DevAccount[] = SEEDS.map(([name, secretSeed]) => {
  let keys: Keys | undefined;
  return {
    uri: `//${name}`,
    secretSeed,
    get keys() {
      keys ??= sr25519FromSeed(unhex(secretSeed));
      return keys;
    },
  };
});
