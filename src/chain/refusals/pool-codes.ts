/** JSON-RPC codes of the transaction pool, and the names of their texts. Source: polkadot-sdk `sc-rpc-api/src/author/error.rs`. */
export const POOL_CODES: Readonly<Record<number, string>> = {
  1001: 'InvalidFormat',
  1002: 'VerificationFailed',
  1010: 'InvalidTransaction',
  1011: 'UnknownValidity',
  1012: 'TemporarilyBanned',
  1013: 'AlreadyImported',
  1014: 'PriorityTooLow',
  1015: 'CycleDetected',
  1016: 'ImmediatelyDropped',
  1019: 'NoTagsProvided',
  1040: 'NoKeyStore',
};
