/** A line of bars, the oldest first. The label says what they say. */
export function Spark({ values, label }: { values: readonly number[]; label: string }) {
  const most = Math.max(1, ...values);
  const width = 100 / Math.max(1, values.length);
  return (
    <>
      <svg class="spark" viewBox="0 0 100 20" preserveAspectRatio="none" role="img" aria-label={label}>
        {values.map((value, i) => (
          <rect
            key={i}
            x={i * width}
            y={20 - (20 * value) / most}
            width={width * 0.8}
            height={(20 * value) / most}
            fill="currentColor"
          />
        ))}
      </svg>
      <p class="quiet">{label}.</p>
    </>
  );
}
