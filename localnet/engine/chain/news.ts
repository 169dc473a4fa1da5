/** Those who want to hear of something. */
export class News<T> {
  private readonly listeners = new Set<(news: T) => void>();

  /** Calls back from now on; returns a function that ends it. */
  on(listener: (news: T) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What one makes of it is theirs: the others hear it all the same. */
  tell(news: T, onError: (error: unknown) => void): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(news);
      } catch (error) {
        onError(error);
      }
    }
  }
}
