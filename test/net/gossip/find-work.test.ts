import { describe, expect, it } from 'vitest';
import { findWorkInThread } from '../../../src/net/gossip/find-work.js';
import { searchWork } from '../../../src/net/gossip/work-search.js';

describe('the search for work', () => {
  it('finds the same in a thread, and stops when it is told to', async () => {
    const job = { subject: new Uint8Array(32).fill(3), difficulty: 14 };
    const never = new AbortController().signal;
    expect(await findWorkInThread(job, never)).toBe(searchWork(job.subject, 14, 0, 2 ** 31));
    const stop = new AbortController();
    const endless = findWorkInThread({ ...job, difficulty: 32 }, stop.signal);
    stop.abort(new Error('enough'));
    await expect(endless).rejects.toThrow('enough');
    await expect(findWorkInThread(job, stop.signal)).rejects.toThrow('enough');
  });
});
