/** Ctrl-C, a service manager's stop, and the end of the terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** How long a clean stop may take before the process ends anyway. */
const LIMIT_MS = 1_900;

/**
 * Turns the first of them into an abort; a second one ends the process at once (exit code 130), and so does
 * a stop that hangs. `dispose()` gives the signals back.
 */
export function stopOnSignal(onForced: () => void = () => {}): { signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const force = () => {
    onForced();
    process.exit(130);
  };
  const onSignal = () => {
    if (controller.signal.aborted) return force();
    controller.abort(new DOMException('stopped by the user', 'AbortError'));
    setTimeout(force, LIMIT_MS).unref();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    dispose() {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
