const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** Bytes in `500MB`, `1.5G` or `4096`, as options of the configuration have them. */
export function bytesIn(text: string): number {
  const [, unit = ''] = /([KMGT]?)B?$/i.exec(text) ?? [];
  return Number.parseFloat(text) * UNIT_BYTES[unit.toUpperCase()]!;
}
