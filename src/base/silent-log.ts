export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** What every layer gets to say things with. `module` names the place, as `net/axon`. */
export interface Log {
  debug(message: string, data?: Record<string, unknown>): void;
  info(message: string, data?: Record<string, unknown>): void;
  warn(message: string, data?: Record<string, unknown>): void;
  error(message: string, data?: Record<string, unknown>): void;
  child(module: string): Log;
}

/** A log that says nothing, for tests and for libraries that were given none. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
};
