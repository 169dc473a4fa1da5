import { hex, optionalBytes } from '../../codec.js';
import { engineError } from '../../errors.js';
import type { Guest, HostFunctions } from './guest.js';

/** `LogLevelFilter`: 0 off, 1 error, 2 warn, 3 info, 4 debug, 5 trace. */
const MAX_LEVEL = 2;
/** `RuntimeInterfaceLogLevel`, which counts from 0. */
const ERROR = 0;
const DEBUG = 3;

export function miscFunctions(guest: Guest): HostFunctions {
  const text = (span: bigint) => Buffer.from(guest.read(span)).toString('utf8');
  return {
    ext_allocator_malloc_version_1: (size: number) => guest.allocator.allocate(size >>> 0),
    ext_allocator_free_version_1: (pointer: number) => guest.allocator.release(pointer >>> 0),
    ext_logging_log_version_1: (level: number, target: bigint, message: bigint) =>
      guest.log(level, text(target), text(message)),
    ext_logging_max_level_version_1: () => MAX_LEVEL,
    ext_misc_print_utf8_version_1: (message: bigint) => guest.log(DEBUG, 'runtime', text(message)),
    ext_misc_print_hex_version_1: (message: bigint) => guest.log(DEBUG, 'runtime', hex(guest.read(message))),
    ext_misc_print_num_version_1: (value: bigint) => guest.log(DEBUG, 'runtime', String(BigInt.asUintN(64, value))),
    ext_misc_runtime_version_version_1: (wasm: bigint) =>
      guest.write(optionalBytes(guest.versionOf(guest.read(wasm).slice()))),
    ext_panic_handler_abort_on_panic_version_1: (message: bigint) => {
      guest.log(ERROR, 'runtime', text(message));
      throw engineError('runtime_trap', text(message));
    },
  };
}
