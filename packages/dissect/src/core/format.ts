// Values as text: as tshark prints them with -T fields, and as a line of the tree.
import type { Field, Value } from './field.ts';
import { type AddressNames, withAddress } from './host.ts';
import { printable } from './printable.ts';
import { ethernetAddress, hex, ipv4Address, ipv6Address } from './text.ts';
import type { TextSink } from './text-sink.ts';

/** As `tshark -T fields` prints it: numbers in the field's base, booleans as 1 and 0, bytes as plain hexadecimal. */
export function raw(field: Field, value: Value): string {
  switch (field.type) {
    case 'none':
      return '1';
    case 'bool':
      return value ? '1' : '0';
    case 'uint':
    case 'uint64':
      return field.base === 'hex' ? hexNumber(value as number | bigint, field) : String(value);
    case 'seconds':
      return secondsText(value as number | bigint);
    case 'time':
      return value === 0n && field.zeroText !== null ? field.zeroText : timeText(value as bigint);
    case 'double':
      return floatText(value as number, field.digits);
    case 'bytes':
      return typeof value === 'string' ? value : bytesText(value as Uint8Array);
    default:
      return addressOr(field, value);
  }
}

/** As tshark prints it in PDML and JSON: as `raw`, but with colons between bytes. */
export function displayed(field: Field, value: Value): string {
  return field.type === 'bytes' && value instanceof Uint8Array
    ? hex(value, 0, value.length, ':')
    : raw(field, value);
}

/** As C's `%.*g`: no trailing zeros, and an exponent for very large or small values. */
function floatText(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e') as [string, string];
  const power = Number(exponent);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (power >= -4 && power < digits) return String(Number(value.toPrecision(digits)));
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return `${short}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** An empty octet string prints as Wireshark prints it. */
function bytesText(value: Uint8Array): string {
  return value.length === 0 ? '<MISSING>' : hex(value, 0, value.length);
}

function addressOr(field: Field, value: Value): string {
  if (!(value instanceof Uint8Array)) return String(value);
  if (field.type === 'ether' && value.length === 6) return ethernetAddress(value, 0);
  if (field.type === 'ipv4' && value.length === 4) return ipv4Address(value, 0);
  if (field.type === 'ipv6' && value.length === 16) return ipv6Address(value, 0);
  return hex(value, 0, value.length, field.type === 'ether' ? ':' : '');
}

/** As many hex digits as the number's width: the field's `hexBytes`, else its width in bytes, else as needed. */
function hexNumber(value: number | bigint, field: Field): string {
  return `0x${value.toString(16).padStart((field.hexBytes || field.width || hexWidth(value)) * 2, '0')}`;
}

function hexWidth(value: number | bigint): number {
  return value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x1_0000_0000 ? 4 : 8;
}

/** In the tree, bits of a word take the digits that they need. */
function hexInLine(value: number, field: Field): string {
  const { bits, shift } = field;
  if (bits === 0) return hexNumber(value, field);
  return `0x${value.toString(16).padStart(Math.ceil((32 - Math.clz32(bits >>> shift)) / 4), '0')}`;
}

const SECOND = 1_000_000_000n;

/** As `secondsText`. */
export function writeSeconds(value: number | bigint, out: TextSink): void {
  if (typeof value === 'number') {
    writeFixed(value, out);
    return;
  }
  if (value < 0n) {
    out.text(secondsText(value));
    return;
  }
  const seconds = value / SECOND;
  out.number(Number(seconds));
  out.text('.');
  out.number(Number(value - seconds * SECOND), 9);
}

/** Seconds to which a double has room for tenths of nanoseconds too, so that rounding gives the digits of `toFixed`. */
const ROUNDED_EXACTLY = 2 ** 17;

/** Nine decimals, as `toFixed(9)` gives them. */
function writeFixed(value: number, out: TextSink): void {
  const seconds = Math.trunc(value);
  const nanoseconds = (value - seconds) * 1e9;
  const rounded = Math.round(nanoseconds);
  // Close to a half the last digit is a matter of the value's exact binary expansion.
  const isClear = Math.abs(nanoseconds - rounded) < 0.4;
  if (!(value >= 0 && value < ROUNDED_EXACTLY) || rounded === 1e9 || !isClear || Object.is(value, -0)) {
    out.text(value.toFixed(9));
    return;
  }
  out.number(seconds);
  out.text('.');
  out.number(rounded, 9);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12.000345000`, nine decimals. */
function secondsText(value: number | bigint): string {
  if (typeof value === 'number') return value.toFixed(9);
  const digits = (value < 0n ? -value : value).toString().padStart(10, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/** The second written last: a busy capture has thousands of packets in one. */
let lastSecond = Number.NaN;
let lastSecondText = '';

/** `Nov 21, 2026 10:40:00.123456789 UTC` */
export function timeText(epochNanoseconds: bigint): string {
  let second = Number(epochNanoseconds / SECOND);
  let fraction = Number(epochNanoseconds % SECOND);
  if (fraction < 0) {
    second--;
    fraction += 1_000_000_000;
  }
  if (second !== lastSecond) {
    const date = new Date(second * 1000);
    if (Number.isNaN(date.getTime())) return secondsText(epochNanoseconds);
    const clock = date.toISOString().slice(11, 19);
    const day = String(date.getUTCDate()).padStart(2, ' ');
    lastSecondText = `${MONTHS[date.getUTCMonth()]} ${day}, ${date.getUTCFullYear()} ${clock}`;
    lastSecond = second;
  }
  return `${lastSecondText}.${String(fraction).padStart(9, '0')} UTC`;
}

/**
 * The field's line in the tree: `Type: Echo (ping) request (8)`, `.... 0101 = Header length: 5`.
 * `width` is the number of bytes it covers; with 0 it is derived, and shown in brackets.
 * `names` stand before network addresses.
 */
export function shown(field: Field, value: Value, width: number, names: AddressNames | null = null): string {
  if (field.line !== null) return field.line(value, width);
  const line = bitsText(field, value, width) + lineOf(field, value, names);
  return isBracketed(field, width) ? `[${line}]` : line;
}

/** Whether the line stands in brackets, as one that is derived. */
export function isBracketed({ isDerived, isPlain, type }: Field, width: number): boolean {
  return isDerived || (width === 0 && type !== 'none' && !isPlain);
}

function lineOf(field: Field, value: Value, names: AddressNames | null): string {
  const title = field.title;
  switch (field.type) {
    case 'none':
      return title;
    case 'bool':
      return `${title}: ${field.nameOf(value ? 1 : 0) ?? (field.bits === 0 ? (value ? 'True' : 'False') : value ? 'Set' : 'Not set')}`;
    case 'uint':
    case 'int': {
      const name = typeof value === 'number' ? field.nameOf(value) : undefined;
      const number = field.base === 'hex' ? hexInLine(value as number, field) : String(value);
      if (name === undefined) return field.isClosed ? `${title}: Unknown (${number})` : `${title}: ${number}`;
      return field.isNameOnly ? `${title}: ${name}` : `${title}: ${name} (${number})`;
    }
    case 'seconds':
      return `${title}: ${raw(field, value)} seconds`;
    case 'bytes': {
      const isLong = value instanceof Uint8Array && value.length > BYTES_SHOWN;
      // One byte more than is shown: that there are more is all that is asked of the rest.
      const text = raw(field, isLong ? value.subarray(0, BYTES_SHOWN + 1) : value);
      return `${title}: ${text.length > BYTES_SHOWN * 2 ? `${text.slice(0, BYTES_SHOWN * 2)}…` : text}`;
    }
    case 'text':
      return `${title}: ${printable(raw(field, value))}`;
    case 'ipv4':
    case 'ipv6':
      return `${title}: ${withAddress(names, raw(field, value))}`;
    default:
      return `${title}: ${raw(field, value)}`;
  }
}

/** Bytes of a byte field shown in its line. */
export const BYTES_SHOWN = 36;

/** `.... 0101 = `: which bits of the number the field covers. */
function bitsText(field: Field, value: Value, width: number): string {
  if (field.bits === 0 || width === 0 || width > 4) return '';
  const number = (Number(value) * 2 ** field.shift) >>> 0;
  let text = '';
  for (let bit = (field.bitsDrawn || width * 8) - 1; bit >= 0; bit--) {
    text += (field.bits >>> bit) & 1 ? (number >>> bit) & 1 : '.';
    if (bit % 4 === 0) text += ' ';
  }
  return `${text}= `;
}
