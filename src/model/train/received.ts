import type { CallerGradients } from '../serve/callers.js';

/** What callers of the served copy sent back and no step has taken yet: the mean over callers, by the parameter's name. */
export class ReceivedGradients {
  private callers = 0;
  private means = new Map<string, Float32Array>();

  get isEmpty(): boolean {
    return this.callers === 0;
  }

  /** What was kept before is averaged in, by callers and not by calls. */
  add({ callers, gradients }: CallerGradients): void {
    const total = this.callers + callers;
    for (const { name, data } of gradients) {
      const mean = this.means.get(name);
      if (!mean) this.means.set(name, scaled(data, callers / total));
      else for (let i = 0; i < mean.length; i++) mean[i] = (mean[i]! * (total - callers) + data[i]! * callers) / total;
    }
    this.callers = total;
  }

  /** All of it, which is forgotten here; undefined when there is none. */
  take(): ReadonlyMap<string, Float32Array> | undefined {
    if (this.isEmpty) return undefined;
    const { means } = this;
    this.callers = 0;
    this.means = new Map();
    return means;
  }
}

function scaled(values: Float32Array, by: number): Float32Array {
  return by === 1 ? values : values.map(value => value * by);
}
