/** The one error class. `code` says what kind (each folder has its union in its `errors.ts`), `data` holds the values. */
export class BittensorError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: Code, message: string, options: { cause?: unknown; data?: Record<string, unknown> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BittensorError';
    this.code = code;
    this.data = Object.freeze({ ...options.data });
  }
}

export type BaseErrorCode =
  | 'bad_setting'
  | 'bad_config_file'
  | 'unknown_setting'
  | 'timeout'
  | 'disk'
  | 'port_in_use'
  | 'cannot_listen';

/** True for our own errors, so that a caller may show the message without a stack trace. */
export function isBittensorError(error: unknown): error is BittensorError {
  return error instanceof BittensorError;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system error code (`ENOSPC`, `EADDRINUSE`, ...) of an error or of its causes, if there is one. */
export function systemCodeOf(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    const code = (e as NodeJS.ErrnoException).code;
    if (typeof code === 'string' && /^E[A-Z0-9]+$/.test(code)) return code;
  }
  return undefined;
}
