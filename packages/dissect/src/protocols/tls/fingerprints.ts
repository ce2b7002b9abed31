// Fingerprints of hellos: JA3 and JA3S (https://github.com/salesforce/ja3), JA4 (https://github.com/FoxIO-LLC/ja4,
// the TLS client fingerprint, which alone is under the BSD licence).
import { u16 } from '../../core/bytes.ts';
import { hex } from '../../core/text.ts';
import { md5 } from '../../crypto/md5.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { isGrease } from './names.ts';

const SERVER_NAME = 0;
const GROUPS = 10;
const POINT_FORMATS = 11;
const SIGNATURES = 13;
const ALPN = 16;
const SUPPORTED_VERSIONS = 43;

/** Inputs of the fingerprints, in the order of the message, without GREASE values. */
interface Hello {
  version: number;
  ciphers: number[];
  extensions: number[];
  groups: number[];
  pointFormats: number[];
  signatures: number[];
  versions: number[];
  /** First and last byte of the first protocol name offered; -1: none. */
  alpn: [number, number];
}

/** Numbers of `width` bytes in [at, end), without GREASE. */
function numbers(b: Uint8Array, at: number, end: number, width: 1 | 2): number[] {
  const found: number[] = [];
  for (let i = at; i + width <= end; i += width) {
    const value = width === 1 ? b[i]! : u16(b, i);
    if (width === 1 || !isGrease(value)) found.push(value);
  }
  return found;
}

/** A hello body [at, end); a client's holds lists of cipher suites and compressions, a server's one of each. */
function parseHello(b: Uint8Array, at: number, end: number, isClient: boolean, isDatagram: boolean): Hello {
  const hello: Hello = {
    version: at + 2 <= end ? u16(b, at) : 0,
    ciphers: [],
    extensions: [],
    groups: [],
    pointFormats: [],
    signatures: [],
    versions: [],
    alpn: [-1, -1],
  };
  let i = at + 34;
  i += 1 + (i < end ? b[i]! : 0);
  if (isClient && isDatagram) i += 1 + (i < end ? b[i]! : 0);
  const length = !isClient ? 2 : i + 2 <= end ? u16(b, i) : 0;
  if (isClient) i += 2;
  hello.ciphers = numbers(b, i, Math.min(end, i + length), 2);
  i += length;
  i += isClient ? 1 + (i < end ? b[i]! : 0) : 1;
  if (i + 2 > end) return hello;
  const stop = Math.min(end, i + 2 + u16(b, i));
  for (i += 2; i + 4 <= stop; i += 4 + u16(b, i + 2))
    addExtension(hello, b, i, Math.min(stop, i + 4 + u16(b, i + 2)));
  return hello;
}

function addExtension(hello: Hello, b: Uint8Array, at: number, end: number): void {
  const type = u16(b, at);
  if (isGrease(type)) return;
  hello.extensions.push(type);
  const body = at + 4;
  if (type === GROUPS) hello.groups = numbers(b, body + 2, end, 2);
  else if (type === POINT_FORMATS) hello.pointFormats = numbers(b, body + 1, end, 1);
  else if (type === SIGNATURES) hello.signatures = numbers(b, body + 2, end, 2);
  else if (type === SUPPORTED_VERSIONS) hello.versions = numbers(b, body + 1, end, 2);
  else if (type === ALPN && body + 3 < end && b[body + 2]! > 0) {
    const last = body + 2 + b[body + 2]!;
    hello.alpn = [b[body + 3]!, last < end ? b[last]! : -1];
  }
}

/** The text whose MD5 is the JA3 of a ClientHello body. */
export function ja3Text(b: Uint8Array, at: number, end: number, isDatagram = false): string {
  const hello = parseHello(b, at, end, true, isDatagram);
  const lists = [hello.ciphers, hello.extensions, hello.groups, hello.pointFormats];
  return [hello.version, ...lists.map((list) => list.join('-'))].join(',');
}

/** The text whose MD5 is the JA3S of a ServerHello body. */
export function ja3sText(b: Uint8Array, at: number, end: number, isDatagram = false): string {
  const hello = parseHello(b, at, end, false, isDatagram);
  return [hello.version, hello.ciphers.join('-'), hello.extensions.join('-')].join(',');
}

export function md5Text(text: string): string {
  const digest = md5(new TextEncoder().encode(text));
  return hex(digest, 0, digest.length);
}

const hex4 = (value: number): string => value.toString(16).padStart(4, '0');

/** The first twelve digits of the SHA-256; zeros for an empty text. */
function shortHash(text: string): string {
  return text === '' ? '0'.repeat(12) : hex(sha256(new TextEncoder().encode(text)), 0, 6);
}

const JA4_VERSIONS: Readonly<Record<number, string>> = {
  0x0304: '13',
  0x0303: '12',
  0x0302: '11',
  0x0301: '10',
  0x0300: 's3',
  0x0002: 's2',
  0xfeff: 'd1',
  0xfefd: 'd2',
  0xfefc: 'd3',
};

/** Of DTLS the versions run backwards: 0xfefc is the newest. */
function newest(versions: readonly number[], isDatagram: boolean): number {
  return versions.reduce((best, version) =>
    (isDatagram ? version < best : version > best) ? version : best,
  );
}

const isAlphanumeric = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);

function ja4Alpn([first, last]: readonly [number, number]): string {
  if (first < 0 || last < 0) return '00';
  if (isAlphanumeric(first) && isAlphanumeric(last)) return String.fromCharCode(first, last);
  return (first >> 4).toString(16) + (last & 15).toString(16);
}

export type Carrier = 't' | 'q' | 'd';

/** The JA4 of a ClientHello body and its raw form, of which it is the short hash. */
export function ja4(
  b: Uint8Array,
  at: number,
  end: number,
  carrier: Carrier,
): { short: string; raw: string } {
  const hello = parseHello(b, at, end, true, carrier === 'd');
  const version = hello.versions.length > 0 ? newest(hello.versions, carrier === 'd') : hello.version;
  const count = (list: readonly number[]): string => String(Math.min(99, list.length)).padStart(2, '0');
  const head =
    carrier +
    (JA4_VERSIONS[version] ?? '00') +
    (hello.extensions.includes(SERVER_NAME) ? 'd' : 'i') +
    count(hello.ciphers) +
    count(hello.extensions) +
    ja4Alpn(hello.alpn);
  const ciphers = hello.ciphers.map(hex4).sort().join(',');
  const extensions = hello.extensions
    .filter((type) => type !== SERVER_NAME && type !== ALPN)
    .map(hex4)
    .sort()
    .join(',');
  const signatures = hello.signatures.map(hex4).join(',');
  const rest = signatures === '' ? extensions : `${extensions}_${signatures}`;
  return { short: `${head}_${shortHash(ciphers)}_${shortHash(rest)}`, raw: `${head}_${ciphers}_${rest}` };
}
