/** Something that owns a socket, a timer, a file or a worker. Both calls may be made twice. */
export interface Startable {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Closes what was opened, in reverse order, once; every closer runs even when an earlier one throws.
 * Use as `await using closing = new Closing()`.
 */
export class Closing implements AsyncDisposable {
  private readonly closers: (() => unknown)[] = [];
  private closed: Promise<void> | undefined;

  /** Registers a closer and returns this. After `close()` it runs at once. */
  add(closer: () => unknown): this {
    if (this.closed)
      void Promise.resolve()
        .then(closer)
        .catch(() => {});
    else this.closers.push(closer);
    return this;
  }

  close(): Promise<void> {
    this.closed ??= this.run();
    return this.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async run(): Promise<void> {
    const errors: unknown[] = [];
    for (const closer of this.closers.splice(0).reverse()) {
      try {
        await closer();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, 'several things could not be closed');
  }
}
