import { Allowance } from './allowance.js';

/** What may still come of requests that are over: so many frames, and the bytes of bodies that had been granted. */
export class Strays {
  private readonly frames = new Allowance(1_000, 100);
  private bytes = 0;

  /** So much was granted of a body that is not wanted any more. */
  expect(bytes: number): void {
    this.bytes += bytes;
  }

  /** False: too many frames that say nothing. */
  takeFrame(): boolean {
    return this.frames.take();
  }

  /** False: more than was granted. */
  takeBytes(bytes: number): boolean {
    this.bytes -= bytes;
    return this.bytes >= 0;
  }
}
