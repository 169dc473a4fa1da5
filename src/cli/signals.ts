/** How long a clean stop may take before the process ends anyway. */
const LIMIT_MS = 1_900;

/**
 * Turns the first SIGINT or SIGTERM into an abort; a second one ends the process at once (exit code 130), and so does
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
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    dispose() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
