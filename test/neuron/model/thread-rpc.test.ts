import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { BittensorError } from '../../../src/base/index.js';
import { type Handlers, Moved, ThreadRpc } from '../../../src/neuron/model/thread-rpc.js';

const ports: { close(): void }[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

function pair(left: Handlers, right: Handlers) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  return [new ThreadRpc(port1, left), new ThreadRpc(port2, right)] as const;
}

describe('calls between threads', () => {
  it('answer in both directions, also inside one another', async () => {
    const [a, b] = pair(
      { half: (n: number) => n / 2 },
      { work: async (n: number) => (await b.call<number>('half', n)) + 1 },
    );
    await expect(a.call('work', 10)).resolves.toBe(6);
  });

  it('move buffers instead of copying them', async () => {
    const [a] = pair(
      {},
      {
        make: () => {
          const data = new Float32Array([1, 2]);
          return new Moved(data, [data.buffer]);
        },
      },
    );
    await expect(a.call('make', null)).resolves.toEqual(new Float32Array([1, 2]));
  });

  it('keep the code and the data of an error', async () => {
    const [a] = pair(
      {},
      {
        fail: () => {
          throw new BittensorError('disk', 'full', { data: { path: 'x' } });
        },
      },
    );
    await expect(a.call('fail', null)).rejects.toMatchObject({ code: 'disk', message: 'full', data: { path: 'x' } });
  });

  it('fail with a code when the name or the handler is wrong', async () => {
    const [a] = pair(
      {},
      {
        bug: () => {
          throw new TypeError('oops');
        },
      },
    );
    await expect(a.call('nothing', null)).rejects.toMatchObject({ code: 'thread_died' });
    await expect(a.call('bug', null)).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('oops'),
    });
  });

  it('all fail once the other side is gone', async () => {
    const [a] = pair({}, { hang: () => new Promise(() => {}) });
    const waiting = a.call('hang', null);
    a.close(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(a.call('hang', null)).rejects.toThrow('gone');
  });

  it('give an error without its data where that cannot be copied to the other thread', async () => {
    const [a] = pair(
      {},
      {
        fail: () => {
          throw new BittensorError('shape', 'too wide', { data: { show: () => {} } });
        },
      },
    );
    await expect(a.call('fail', null)).rejects.toMatchObject({ code: 'shape', message: 'too wide', data: {} });
    await expect(a.call('fail', () => {})).rejects.toThrow('could not be cloned');
  });
});
