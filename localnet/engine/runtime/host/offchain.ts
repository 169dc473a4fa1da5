import type { HostFunctions } from './guest.js';

/**
 * What a runtime may call on chain: the offchain index is a cache for offchain workers, which this engine does not run, so
 * writes to it go nowhere (no chain state depends on it).
 */
export function offchainFunctions(): HostFunctions {
  return {
    ext_offchain_index_set_version_1: () => {},
    ext_offchain_index_clear_version_1: () => {},
    ext_offchain_is_validator_version_1: () => 0,
    ext_transaction_index_index_version_1: () => {},
    ext_transaction_index_renew_version_1: () => {},
  };
}
