/** Ctrl-C, a service manager's stop, and the end of the terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A stop takes about a second, on a busy machine longer; one that takes this long hangs. */
const LIMIT_MS = 5_000;
/** What runs until it is stopped has a model to save: so long no further signal hurries it ... */
const PATIENCE_MS = 20_000;
/** ... and so long it may take where none does, a little less than service managers wait (`deploy`). */
const PATIENT_LIMIT_MS = 110_000;

export interface StopOptions {
  /** A second signal does not hurry it at first. */
  readonly isPatient: boolean;
  readonly onForced?: () => void;
  /** Ends the process; for tests. */
  readonly exit?: (code: number) => void;
}

/**
 * Turns the first of them into an abort. A stop that hangs ends the process (exit code 130), and so does a second signal
 * where nobody has to be patient any more. `dispose()` gives the signals back.
 */
export function stopOnSignal(options: StopOptions): {
  signal: AbortSignal;
  /** As a first signal. */
  stop(): void;
  dispose(): void;
} {
  const controller = new AbortController();
  const { isPatient, exit = process.exit } = options;
  let isHurried = !isPatient;
  const force = () => {
    options.onForced?.();
    exit(130);
  };
  const onSignal = () => {
    if (controller.signal.aborted) {
      // An impatient second Ctrl-C must not cost the checkpoint.
      if (isHurried) force();
      return;
    }
    controller.abort(new DOMException('stopped by the user', 'AbortError'));
    setTimeout(force, isPatient ? PATIENT_LIMIT_MS : LIMIT_MS).unref();
    setTimeout(() => {
      isHurried = true;
    }, PATIENCE_MS).unref();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    stop: () => {
      if (!controller.signal.aborted) onSignal();
    },
    dispose() {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
