import { useState } from 'preact/hooks';
import { useLive } from '../app/live.js';

export interface Following {
  /** The block to show: the newest, or the one at which the reader stopped. Undefined before the first. */
  readonly block: { readonly number: number; readonly hash: string } | undefined;
  readonly stopped: boolean;
  readonly toggle: () => void;
}

/** Follows the chain until the reader stops it: a table that changes four times a second is hard to read. */
export function useFollowing(): Following {
  const { head } = useLive();
  const [stoppedAt, setStoppedAt] = useState<Following['block']>();
  const block = stoppedAt ?? head;
  return {
    block,
    stopped: stoppedAt !== undefined,
    toggle: () => setStoppedAt(stoppedAt === undefined ? block : undefined),
  };
}

export function LiveSwitch({ block, stopped, toggle }: Following) {
  return (
    <button type="button" onClick={toggle} disabled={block === undefined}>
      {stopped ? 'Follow the chain' : 'Stop here'}
    </button>
  );
}
