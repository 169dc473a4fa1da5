/** What tells that something is given up: an `AbortSignal`, or what costs less. */
export interface AbortSource {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', callback: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', callback: () => void): void;
}

/**
 * Something that may be given up, once. Most requests end before anybody asks for their `AbortSignal`, which costs as much
 * as all else of a small one: it is made for the first who does.
 */
export class LazyAbort implements AbortSource {
  aborted = false;
  reason: unknown;
  private readonly callbacks: (() => void)[] = [];
  private controller: AbortController | undefined;

  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      if (this.aborted) this.controller.abort(this.reason);
    }
    return this.controller.signal;
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const callback of this.callbacks.splice(0)) callback();
    this.controller?.abort(reason);
  }

  /** Each callback is called once. */
  addEventListener(_type: 'abort', callback: () => void): void {
    this.callbacks.push(callback);
  }

  removeEventListener(_type: 'abort', callback: () => void): void {
    const place = this.callbacks.indexOf(callback);
    if (place >= 0) this.callbacks.splice(place, 1);
  }
}
