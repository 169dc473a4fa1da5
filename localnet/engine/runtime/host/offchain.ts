import { engineError } from '../../errors.js';
import type { HostFunctions } from './guest.js';

/** What only offchain workers call. Source: polkadot-sdk, sp-io (trait Offchain). */
const WORKERS_ONLY = [
  'submit_transaction',
  'network_state',
  'timestamp',
  'sleep_until',
  'random_seed',
  'local_storage_set',
  'local_storage_clear',
  'local_storage_compare_and_set',
  'local_storage_get',
  'http_request_start',
  'http_request_add_header',
  'http_request_write_body',
  'http_response_wait',
  'http_response_headers',
  'http_response_read_body',
  'set_authorized_nodes',
];

/** The largest u64: no proof is recorded. Source: cumulus-primitives-proof-size-hostfunction. */
const NO_PROOF = 2n ** 64n - 1n;

/**
 * What a runtime may call on chain without an effect on its state: the offchain index and the transaction index serve offchain
 * workers and light clients, which this engine does not run, so writes to them go nowhere; no proof of a block is recorded;
 * nobody listens to traces.
 */
export function offchainFunctions(): HostFunctions {
  const functions: HostFunctions = {
    ext_offchain_index_set_version_1: () => {},
    ext_offchain_index_clear_version_1: () => {},
    ext_offchain_is_validator_version_1: () => 0,
    ext_transaction_index_index_version_1: () => {},
    ext_transaction_index_renew_version_1: () => {},
    ext_storage_proof_size_storage_proof_size_version_1: () => NO_PROOF,
    ext_wasm_tracing_enabled_version_1: () => 0,
    ext_wasm_tracing_enter_span_version_1: () => 0n,
    ext_wasm_tracing_event_version_1: () => {},
    ext_wasm_tracing_exit_version_1: () => {},
  };
  for (const name of WORKERS_ONLY) {
    functions[`ext_offchain_${name}_version_1`] = () => {
      throw engineError('runtime_trap', `ext_offchain_${name} is for offchain workers, which this engine does not run`);
    };
  }
  return functions;
}
