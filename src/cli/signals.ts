/** Ctrl-C, a service manager's stop, and the end of the terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A stop takes about a second, on a busy machine longer; one that takes this long hangs. */
const LIMIT_MS = 5_000;

/**
 * Turns the first of them into an abort; further ones change nothing. A stop that hangs ends the process (exit code 130).
 * `dispose()` gives the signals back.
 */
export function stopOnSignal(onForced: () => void = () => {}): { signal: AbortSignal; stop(): void; dispose(): void } {
  const controller = new AbortController();
  const force = () => {
    onForced();
    process.exit(130);
  };
  const onSignal = () => {
    // An impatient second Ctrl-C must not cost the checkpoint: the stop under way ends within its limit.
    if (controller.signal.aborted) return;
    controller.abort(new DOMException('stopped by the user', 'AbortError'));
    setTimeout(force, LIMIT_MS).unref();
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
