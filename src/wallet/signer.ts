/** What the layers above get of a key: it signs, and never shows more than its public half. */
export interface Signer {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** ss58, prefix 42. */
  readonly address: string;
  /** A 64-byte sr25519 signature. */
  sign(message: Uint8Array): Uint8Array;
}
