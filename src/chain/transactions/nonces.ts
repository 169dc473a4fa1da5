/**
 * The next nonce of each account that this process signs for. Submissions of one account pass through its lane one
 * after the other until the pool has taken them, so that they cannot clash; then they wait for blocks side by side.
 */
export class NonceLanes {
  private readonly lanes = new Map<string, Lane>();

  /** Runs `send` with the account's next nonce; `fresh` asks the chain for what it has seen. */
  async run<T>(address: string, fresh: () => Promise<number>, send: (nonce: number) => Promise<T>): Promise<T> {
    const lane = this.lane(address);
    const turn = lane.tail.then(async () => {
      const onChain = await fresh();
      // While something of ours is under way the node may not count it yet; when nothing is, only the chain is right.
      const nonce = lane.underWay > 0 ? Math.max(onChain, lane.next) : onChain;
      const result = await send(nonce);
      lane.next = nonce + 1;
      return result;
    });
    lane.tail = turn.catch(() => {});
    return turn;
  }

  /** Marks a submission that the pool has taken; call the result when its fate is known. */
  hold(address: string): () => void {
    const lane = this.lane(address);
    lane.underWay++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      lane.underWay--;
    };
  }

  /** A nonce that was given out will never be used: those after it wait for it, so the chain's count is right again. */
  giveBack(address: string): void {
    this.lane(address).next = 0;
  }

  private lane(address: string): Lane {
    let lane = this.lanes.get(address);
    if (!lane) {
      lane = { tail: Promise.resolve(), next: 0, underWay: 0 };
      this.lanes.set(address, lane);
    }
    return lane;
  }
}

interface Lane {
  tail: Promise<unknown>;
  next: number;
  underWay: number;
}
