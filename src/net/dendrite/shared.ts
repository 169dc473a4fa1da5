/** Something that is made when it is first needed, once for all who ask meanwhile, and made again after it was dropped. */
export class Shared<T extends object> {
  private making: Promise<T> | undefined;
  private made: T | undefined;

  constructor(
    private readonly make: () => Promise<T>,
    private readonly close: (value: T) => void,
  ) {}

  /** What there is already. */
  get value(): T | undefined {
    return this.made;
  }

  /** Rejects as `make` does; whoever asks next has it made again. */
  get(): Promise<T> {
    if (this.making) return this.making;
    const making = this.make();
    this.making = making;
    making.then(
      value => {
        if (this.making === making) this.made = value;
        else this.close(value);
      },
      () => {
        if (this.making === making) this.making = undefined;
      },
    );
    return making;
  }

  /** The next `get` makes another; this one goes on until it ends by itself. */
  release(value: T): void {
    if (this.made !== value) return;
    this.making = undefined;
    this.made = undefined;
  }

  /** Closes what there is, even when it is still being made. With `only`, not what has replaced it. */
  drop(only?: T): void {
    const { made } = this;
    if (only !== undefined && made !== only) return;
    this.making = undefined;
    this.made = undefined;
    if (made) this.close(made);
  }
}
