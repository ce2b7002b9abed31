// Formats amounts for a terminal.

export function percent(share: number): string {
  const value = share * 100;
  return `${value >= 99.95 || value === 0 ? value.toFixed(0) : value.toFixed(value < 1 ? 2 : 1)} %`;
}

/** Three digits, in milliseconds or seconds. */
export function ms(value: number): string {
  if (value >= 9_999.5) return `${(value / 1000).toFixed(1)} s`;
  return `${value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)} ms`;
}

export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

export function bytesRate(bytesPerS: number): string {
  return bytesPerS >= 9_999.5 ? `${(bytesPerS / 1000).toFixed(1)} kB/s` : `${bytesPerS.toFixed(0)} B/s`;
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
