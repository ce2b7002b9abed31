// A line chart of the latest values, as high as a line of text.

export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const width = 120;
  const height = 26;
  const max = Math.max(1e-9, ...values);
  const step = width / Math.max(1, values.length - 1);
  const points = values.map(
    (value, i) => `${(i * step).toFixed(1)},${(height - 1 - (value / max) * (height - 3)).toFixed(1)}`,
  );
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {points.length > 1 && (
        <>
          <path class="sparkline-area" d={`M0,${height} L${points.join(' L')} L${width},${height} Z`} />
          <polyline class="sparkline-line" points={points.join(' ')} />
        </>
      )}
    </svg>
  );
}
