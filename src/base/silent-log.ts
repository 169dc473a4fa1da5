export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** What every layer gets to say things with. `module` names the place, as `net/axon`. */
export interface Log {
  /** One line for each request and the like. */
  debug(message: string, data?: Record<string, unknown>): void;
  /** One line for each event that a user cares for. */
  info(message: string, data?: Record<string, unknown>): void;
  /** Something may break. */
  warn(message: string, data?: Record<string, unknown>): void;
  /** Something is broken. */
  error(message: string, data?: Record<string, unknown>): void;
  /** The same log, for a place of that name. */
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
