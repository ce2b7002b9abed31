// Converts filter literals by the type of the other operand: 10.0.0.0/8 for addresses, 0x50 for numbers, aa:bb for
// bytes.
import { ipv4, ipv6 } from '../core/address-text.ts';
import { utf8 } from '../core/bytes.ts';
import type { Field, FieldType, Value } from '../core/field.ts';
import type { Operand } from './ast.ts';

/** An address with a prefix length; matches all addresses with these leading bits. */
export interface Prefix {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

export type Constant = Value | Prefix;

export function isPrefix(value: Constant): value is Prefix {
  return typeof value === 'object' && 'bits' in value;
}

/** The literal as a value of the type; if invalid, an error message. */
export function constant(
  operand: Operand & { kind: 'literal' },
  type: FieldType,
  field: Field | null,
): Constant | { error: string } {
  const { text, literal } = operand;
  switch (type) {
    case 'uint':
    case 'int':
    case 'uint64':
      return (
        number(text, literal === 'character') ?? field?.numberOf(text) ?? { error: `"${text}" is no number` }
      );
    case 'seconds':
      return span(text) ?? { error: `"${text}" is no number of seconds` };
    case 'double':
      return Number.isNaN(Number(text)) ? { error: `"${text}" is no number` } : Number(text);
    case 'bool':
      return named(field, text) ?? boolean(text) ?? { error: `"${text}" is neither true nor false` };
    case 'time':
      return (
        time(text) ?? {
          error: `"${text}" is no point in time; write "Nov 21, 2026 10:40:00" or 2026-11-21T10:40:00Z`,
        }
      );
    case 'ipv4':
      return prefix(text, ipv4, 32) ?? { error: `"${text}" is no IPv4 address or network` };
    case 'ipv6':
      return prefix(text, ipv6, 128) ?? { error: `"${text}" is no IPv6 address or network` };
    case 'ether':
    case 'bytes':
      return literal !== 'word'
        ? bytesOfCodes(text)
        : (bytes(text) ?? { error: `"${text}" is no byte sequence; write aa:bb:cc` });
    default:
      return textOfLiteral(operand);
  }
}

function number(text: string, isCharacter: boolean): number | bigint | null {
  if (isCharacter) return text.codePointAt(0)!;
  const plain = text.replace(/^[+-]/, '');
  const sign = text.startsWith('-') ? -1 : 1;
  if (!/^(0x[0-9a-f]+|0b[01]+|\d+)$/i.test(plain)) return null;
  // C's octal, as Wireshark reads it: 017.
  const value = /^0[0-7]+$/.test(plain) ? Number.parseInt(plain, 8) : Number(plain);
  return Number.isSafeInteger(value) ? sign * value : BigInt(plain) * BigInt(sign);
}

function named(field: Field | null, text: string): boolean | null {
  const value = field?.numberOf(text);
  return value === undefined ? null : value !== 0;
}

/** Any number but 0 is true. */
function boolean(text: string): boolean | null {
  if (/^(true|set)$/i.test(text)) return true;
  if (/^(false|not set)$/i.test(text)) return false;
  const value = number(text, false);
  return value === null ? null : Number(value) !== 0;
}

/** Decimal seconds as nanoseconds, exactly. */
function span(text: string): bigint | null {
  const parts = /^(-?)(\d*)\.?(\d{0,9})\d*$/.exec(text);
  if (parts === null || text === '') return null;
  const magnitude = BigInt(parts[2] || '0') * 1_000_000_000n + BigInt(parts[3]!.padEnd(9, '0'));
  return parts[1] === '-' ? -magnitude : magnitude;
}

/** Nanoseconds since the epoch; a time without a zone is UTC here. */
function time(text: string): bigint | null {
  // A time of day needs seconds: 13:55.3 is not one.
  if (text.includes(':') && !/\d:\d\d:\d\d/.test(text)) return null;
  const fraction = /\.(\d{1,9})/.exec(text);
  const rest = text.replace(/\.\d+/, '');
  const hasZone = /(Z|UTC|GMT|[+-]\d\d:?\d\d)$/i.test(rest.trim());
  const parsed = /^\d+$/.test(rest) ? Number(rest) * 1000 : Date.parse(hasZone ? rest : `${rest} UTC`);
  const milliseconds = Number.isNaN(parsed) ? Date.parse(`${rest}Z`) : parsed;
  if (Number.isNaN(milliseconds)) return null;
  return BigInt(milliseconds) * 1_000_000n + BigInt((fraction?.[1] ?? '0').padEnd(9, '0'));
}

function prefix(text: string, parse: (text: string) => Uint8Array | null, most: number): Constant | null {
  const [address = '', length] = text.split('/');
  const parsed = parse(address);
  if (parsed === null) return null;
  if (length === undefined) return parsed;
  const bits = /^\d+$/.test(length) ? Number(length) : maskBits(length);
  return bits >= 0 && bits <= most ? { bytes: parsed, bits } : null;
}

/** 255.255.0.0 is 16 bits; -1 if it is not a netmask. */
function maskBits(text: string): number {
  const mask = ipv4(text);
  if (mask === null) return -1;
  const bits = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : -1;
}

/** aa:bb, aa-bb, aa.bb, aabb; a single byte too. */
function bytes(text: string): Uint8Array | null {
  const digits = text.replace(/^0x/i, '').replace(/[:.-]/g, '');
  if (!/^([0-9a-f]{2})+$/i.test(digits))
    return /^[0-9a-f]$/i.test(digits) ? Uint8Array.of(Number.parseInt(digits, 16)) : null;
  return Uint8Array.from(digits.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}

/** A literal's text; the characters of a quoted one stand for bytes of UTF-8, as the lexer leaves them. */
export function textOfLiteral({ text, literal }: Operand & { kind: 'literal' }): string {
  return literal === 'string' ? utf8(bytesOfCodes(text), 0, text.length) : text;
}

function bytesOfCodes(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

export function utf8Bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
