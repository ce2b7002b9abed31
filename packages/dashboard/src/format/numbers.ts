// Number formats: three significant digits and decimal (SI) prefixes.

const SI = ['', 'k', 'M', 'G', 'T', 'P'];
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 1,234,567 */
export function count(n: number): string {
  return whole.format(n);
}

/** 1.23 M: three digits and the prefix. */
export function short(n: number): string {
  const { value, prefix } = scaled(n);
  return prefix === '' ? value : `${value} ${prefix}`;
}

/** 1.23 MB; powers of 1000, as in Wireshark. */
export function bytes(n: number): string {
  const { value, prefix } = scaled(n);
  return `${value} ${prefix}B`;
}

/** 81.5 kbit/s */
export function bitRate(bitsPerSecond: number): string {
  const { value, prefix } = scaled(bitsPerSecond);
  return `${value} ${prefix}bit/s`;
}

/** Removes trailing zeros for axis labels: 4 k, 2.5 MB. */
export function rounded(text: string): string {
  return text.replace(/(\.\d*?)0+(?= |$)/, '$1').replace(/\.(?= |$)/, '');
}

/** Formats a share of 0 to 1 with three digits; a share above 0 is never shown as 0 %. */
export function percent(share: number): string {
  const p = share * 100;
  if (p === 0) return '0 %';
  if (p < 0.01) return '< 0.01 %';
  return `${p >= 99.95 ? '100' : p.toPrecision(p < 1 ? 2 : 3)} %`;
}

function scaled(n: number): { value: string; prefix: string } {
  if (n > 0 && n < 0.005) return { value: '< 0.01', prefix: '' };
  let i = 0;
  let size = Math.abs(n);
  while (size >= 999.5 && i < SI.length - 1) {
    size /= 1000;
    i++;
  }
  const digits =
    i === 0 && Number.isInteger(size) ? 0 : size >= 99.95 || size === 0 ? 0 : size >= 9.995 ? 1 : 2;
  const text = size.toFixed(digits);
  return { value: n < 0 ? `−${text}` : text, prefix: SI[i]! };
}
