/** Ctrl-C, a service manager's stop, and the end of the terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A stop takes about a second, on a busy machine longer; one that takes this long hangs. */
const LIMIT_MS = 5_000;
/** What runs until it is stopped has a model to save. */
const PATIENT_LIMIT_MS = 20_000;

export interface StopOptions {
  /** A second signal does not hurry it. */
  readonly isPatient: boolean;
  readonly onForced?: () => void;
}

/**
 * Turns the first of them into an abort. A stop that hangs ends the process (exit code 130), and so does a second signal
 * where nobody has to be patient. `dispose()` gives the signals back.
 */
export function stopOnSignal(options: StopOptions): {
  signal: AbortSignal;
  /** As a first signal. */
  stop(): void;
  dispose(): void;
} {
  const controller = new AbortController();
  const force = () => {
    options.onForced?.();
    process.exit(130);
  };
  const onSignal = () => {
    if (controller.signal.aborted) {
      // An impatient second Ctrl-C must not cost the checkpoint: the stop under way ends within its limit.
      if (!options.isPatient) force();
      return;
    }
    controller.abort(new DOMException('stopped by the user', 'AbortError'));
    setTimeout(force, options.isPatient ? PATIENT_LIMIT_MS : LIMIT_MS).unref();
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
