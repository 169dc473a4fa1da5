/** Work that takes longer than that waits for something, perhaps for a block. */
export const PATIENCE_MS = 250;

/**
 * Resolves when the work is over, or is taking long: then it waits for something, perhaps a block that the next request of the
 * same client asks for, and must not hold that one up.
 */
export function overOrWaiting(work: Promise<unknown>): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    const over = () => {
      clearTimeout(timer);
      resolve();
    };
    work.then(over, over);
  });
}
