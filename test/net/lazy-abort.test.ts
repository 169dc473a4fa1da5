import { describe, expect, it } from 'vitest';
import { LazyAbort } from '../../src/net/lazy-abort.js';

describe('something that may be given up', () => {
  it('tells its listeners and its signal once, with the first reason', () => {
    const given = new LazyAbort();
    const heard: string[] = [];
    const gone = () => heard.push('gone');
    given.addEventListener('abort', gone);
    given.addEventListener('abort', () => heard.push(String(given.reason)));
    given.removeEventListener('abort', gone);
    const { signal } = given;
    signal.addEventListener('abort', () => heard.push(`signal ${signal.reason}`));
    given.abort('first');
    given.abort('second');
    expect(heard).toEqual(['first', 'signal first']);
    expect([given.aborted, given.reason, given.signal]).toEqual([true, 'first', signal]);
  });

  it('has an aborted signal for who asks late', () => {
    const given = new LazyAbort();
    given.abort('over');
    expect([given.signal.aborted, given.signal.reason]).toEqual([true, 'over']);
  });
});
