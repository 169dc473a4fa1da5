import { BittensorError } from '../../src/base/errors.js';

/**
 * `bad_runtime`: the wasm cannot be used; `runtime_trap`: a runtime call panicked; `host_error`: the engine itself could
 * not serve a call (never the fault of a transaction); `bad_block`: a block that does not verify; `bad_data`: a data folder
 * that is damaged or belongs to another chain; `folder_busy`, `port_busy`: somebody else has it; `unreachable`: another node
 * that does not answer, `bad_answer`: one that answers nonsense; `not_here`: what only the source of a fork has, and it is gone;
 * `unknown_block`, `state_discarded`: there is no such block, or its state was pruned; `too_many_snapshots`.
 */
export type EngineErrorCode =
  | 'bad_runtime'
  | 'runtime_trap'
  | 'host_error'
  | 'bad_block'
  | 'bad_data'
  | 'unknown_block'
  | 'state_discarded'
  | 'too_many_snapshots'
  | 'bad_genesis'
  | 'bad_setting'
  | 'disk'
  | 'folder_busy'
  | 'port_busy'
  | 'unreachable'
  | 'bad_answer'
  | 'not_here';

export function engineError(
  code: EngineErrorCode,
  message: string,
  options?: { cause?: unknown; data?: Record<string, unknown> },
): BittensorError<EngineErrorCode> {
  return new BittensorError(code, message, options);
}

/** Exit codes of the process. */
export const EXIT = { failed: 1, usage: 2, portBusy: 3, folderBusy: 4, badData: 5 } as const;

export function exitCodeOf(code: string): number {
  if (code === 'bad_setting') return EXIT.usage;
  if (code === 'port_busy') return EXIT.portBusy;
  if (code === 'folder_busy') return EXIT.folderBusy;
  if (code === 'bad_data') return EXIT.badData;
  return EXIT.failed;
}
