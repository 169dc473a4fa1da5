import type { ComponentChildren } from 'preact';
import { messageOf } from '../../base/browser.js';
import type { Loaded } from '../app/live.js';
import { Problem } from './problem.js';

/** Shows what was loaded, that it is loading, or why it cannot be. */
export function Show<T>({ loaded, children }: { loaded: Loaded<T>; children: (value: T) => ComponentChildren }) {
  const { value, error } = loaded;
  return (
    <>
      {error !== undefined && <Problem text={messageOf(error)} />}
      {value !== undefined && children(value)}
      {value === undefined && error === undefined && <p class="loading">Loading…</p>}
    </>
  );
}
