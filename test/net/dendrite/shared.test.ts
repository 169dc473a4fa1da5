import { describe, expect, it } from 'vitest';
import { Shared } from '../../../src/net/dendrite/shared.js';

interface Thing {
  name: number;
}

function sharing() {
  const closed: number[] = [];
  const makers: { resolve(value: Thing): void; reject(error: Error): void }[] = [];
  const shared = new Shared<Thing>(
    () => new Promise((resolve, reject) => makers.push({ resolve, reject })),
    ({ name }) => closed.push(name),
  );
  return { shared, makers, closed };
}

describe('something shared', () => {
  it('is made once for all who ask meanwhile', async () => {
    const { shared, makers, closed } = sharing();
    const asked = [shared.get(), shared.get(), shared.get()];
    expect(makers).toHaveLength(1);
    expect(shared.value).toBeUndefined();
    makers[0]!.resolve({ name: 1 });
    const [first, second, third] = await Promise.all(asked);
    expect([second, third, await shared.get(), shared.value]).toEqual([first, first, first, first]);
    expect(makers).toHaveLength(1);
    shared.drop();
    shared.drop();
    expect(closed).toEqual([1]);
  });

  it('is made again after a failure, and after it was dropped or released', async () => {
    const { shared, makers, closed } = sharing();
    const failed = shared.get();
    makers[0]!.reject(new Error('no'));
    await expect(failed).rejects.toThrow('no');
    const second = shared.get();
    makers[1]!.resolve({ name: 2 });
    const thing = await second;
    shared.release(thing);
    expect(closed).toEqual([]);
    const third = shared.get();
    makers[2]!.resolve({ name: 3 });
    // What was replaced already takes nothing with it.
    const newer = await third;
    shared.drop(thing);
    shared.release(thing);
    expect(shared.value).toBe(newer);
    expect(closed).toEqual([]);
  });

  it('is closed when it was dropped while it was being made', async () => {
    const { shared, makers, closed } = sharing();
    const early = shared.get();
    shared.drop();
    const late = shared.get();
    makers[1]!.resolve({ name: 2 });
    makers[0]!.resolve({ name: 1 });
    expect((await early).name).toBe(1);
    expect((await late).name).toBe(2);
    expect(closed).toEqual([1]);
    expect(shared.value).toEqual({ name: 2 });
  });
});
