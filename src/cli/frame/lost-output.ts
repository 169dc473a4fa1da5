import { messageOf, systemCodeOf } from '../../base/index.js';
import type { TextStream } from './io.js';

/** What is not on its way after this long has a reader that hangs. */
const LIMIT_MS = 2_000;

/**
 * Watches a stream for output that is lost. `why()` waits until all of it is written, and says in words why it was not:
 * a full disk, a closed descriptor. A reader that has gone (`| head`) lost nothing that it wanted.
 */
export function watchOutput(stream: TextStream): { why(): Promise<string | undefined> } {
  let lost: unknown;
  const onError = (error: unknown) => {
    lost ??= error;
  };
  stream.on('error', onError);
  return {
    async why() {
      await written(stream);
      stream.off('error', onError);
      return reasonOf(lost);
    },
  };
}

/** A stream that failed tells it a turn later than it calls back. */
async function written(stream: TextStream): Promise<void> {
  if (stream.writable) {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>(resolve => {
      timer = setTimeout(resolve, LIMIT_MS);
      stream.write('', () => resolve());
    });
    clearTimeout(timer);
  }
  await new Promise(resolve => setImmediate(resolve));
}

function reasonOf(error: unknown): string | undefined {
  const code = systemCodeOf(error);
  if (error === undefined || code === 'EPIPE' || code === 'ECONNRESET') return undefined;
  if (code === 'ENOSPC') return 'there is no space left on the device';
  if (code === 'EBADF') return 'the standard output is closed';
  return messageOf(error);
}
