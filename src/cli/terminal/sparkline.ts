const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** A row of numbers as a line of bars, the newest to the right; of more numbers than columns each bar is the mean of some. */
export function sparkline(values: readonly number[], columns: number): string {
  const known = values.filter(Number.isFinite);
  if (known.length === 0 || columns < 1) return '';
  const bars = Math.min(columns, known.length);
  const means = Array.from({ length: bars }, (_, i) => {
    const part = known.slice(Math.floor((i * known.length) / bars), Math.floor(((i + 1) * known.length) / bars));
    // Halves, because the difference of two large numbers is none.
    return part.reduce((sum, value) => sum + value / 2 / part.length, 0);
  });
  const least = Math.min(...means);
  const range = Math.max(...means) - least;
  // A flat line is at the bottom: it says nothing but that nothing changes.
  return means.map(value => BARS[range > 0 ? Math.round(((value - least) / range) * (BARS.length - 1)) : 0]).join('');
}
