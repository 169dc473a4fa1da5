import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What is reachable, buffers included, bytes. */
export function collectedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/**
 * Growth per hour as a share of the mean, by least squares over the last three quarters: what a process fills once, and then
 * keeps, is no growth.
 */
export function slopePerHour(samples: readonly { hours: number; bytes: number }[]): number {
  const settled = samples.slice(samples.length >> 2);
  const mean = (of: (sample: { hours: number; bytes: number }) => number) =>
    settled.reduce((sum, sample) => sum + of(sample), 0) / settled.length;
  const [hours, bytes] = [mean(sample => sample.hours), mean(sample => sample.bytes)];
  const covariance = mean(sample => (sample.hours - hours) * (sample.bytes - bytes));
  const variance = mean(sample => (sample.hours - hours) ** 2);
  return covariance / variance / bytes;
}
