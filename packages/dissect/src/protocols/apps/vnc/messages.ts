// Lengths of RFB messages (RFC 6143 §7.5 to §7.7, and the community registry of encodings), which follow only from
// their contents.
import { u16, u32 } from '../../../core/bytes.ts';

/** More bytes are needed. */
export const MORE = -1;
/** An unknown message or encoding, whose end cannot be determined. */
export const UNKNOWN = -2;

/** Bytes per pixel, and per pixel in Tight encoding (§7.7.6: three at depth 24). */
export interface PixelFormat {
  bytes: number;
  tightBytes: number;
}

const RECTANGLE = 12;
const RAW = 0;
const COPY_RECT = 1;
const RRE = 2;
const CORRE = 4;
const HEXTILE = 5;
const ZLIB = 6;
const TIGHT = 7;
const ULTRA = 9;
const ZRLE = 16;
const CURSOR = -239;
const X_CURSOR = -240;
const LAST_RECT = -224;
const EXTENDED_DESKTOP_SIZE = -308;
const DESKTOP_NAME = -307;
const LED_STATE = -261;
/** Pseudo-encodings without data behind the rectangle header: sizes, positions, capabilities. */
const EMPTY = new Set([-223, -232, -257, -258, -259, -305, -306, -312, -313]);

/** Length of the server message at `at`. */
export function serverMessageLength(b: Uint8Array, at: number, end: number, format: PixelFormat): number {
  const left = end - at;
  switch (b[at]) {
    case 0:
      return left < 4 ? MORE : updateLength(b, at, end, format);
    case 1:
      return left < 6 ? MORE : 6 + 6 * u16(b, at + 4);
    case 2:
    case 150:
      return 1;
    case 3:
      return left < 8 ? MORE : 8 + (u32(b, at + 4) & 0x7fffffff);
    case 248:
      return left < 9 ? MORE : 9 + b[at + 8]!;
    default:
      return UNKNOWN;
  }
}

/** Length of the client message at `at`. */
export function clientMessageLength(b: Uint8Array, at: number, end: number): number {
  const left = end - at;
  switch (b[at]) {
    case 0:
      return 20;
    case 2:
      return left < 4 ? MORE : 4 + 4 * u16(b, at + 2);
    case 3:
    case 150:
      return 10;
    case 4:
      return 8;
    case 5:
      return 6;
    case 6:
      return left < 8 ? MORE : 8 + (u32(b, at + 4) & 0x7fffffff);
    case 248:
      return left < 9 ? MORE : 9 + b[at + 8]!;
    case 251:
      return left < 8 ? MORE : 8 + 16 * b[at + 6]!;
    case 255:
      return 12;
    default:
      return UNKNOWN;
  }
}

/** §7.6.1: number of rectangles, each with position, size and encoding. */
function updateLength(b: Uint8Array, at: number, end: number, format: PixelFormat): number {
  const count = u16(b, at + 2);
  let next = at + 4;
  for (let i = 0; i < count; i++) {
    if (next + RECTANGLE > end) return MORE;
    if (encodingOf(b, next) === LAST_RECT) return next + RECTANGLE - at;
    const body = rectangleLength(b, next, end, format);
    if (body < 0) return body;
    next += RECTANGLE + body;
  }
  return next - at;
}

/** The encoding of the rectangle at `at`, a signed number. */
export const encodingOf = (b: Uint8Array, at: number): number => u32(b, at + 8) | 0;

/** Length of the data behind the rectangle header at `at`. */
export function rectangleLength(b: Uint8Array, at: number, end: number, format: PixelFormat): number {
  const width = u16(b, at + 4);
  const height = u16(b, at + 6);
  const body = at + RECTANGLE;
  const left = end - body;
  const mask = ((width + 7) >> 3) * height;
  switch (encodingOf(b, at)) {
    case RAW:
      return width * height * format.bytes;
    case COPY_RECT:
      return 4;
    case RRE:
      return left < 4 ? MORE : 4 + format.bytes + u32(b, body) * (format.bytes + 8);
    case CORRE:
      return left < 4 ? MORE : 4 + format.bytes + u32(b, body) * (format.bytes + 4);
    case HEXTILE:
      return hextileLength(b, body, end, width, height, format.bytes);
    case ZLIB:
    case ULTRA:
    case ZRLE:
    case DESKTOP_NAME:
      return left < 4 ? MORE : 4 + u32(b, body);
    case TIGHT:
      return tightLength(b, body, end, width, height, format.tightBytes);
    case CURSOR:
      return width * height * format.bytes + mask;
    case X_CURSOR:
      return width * height === 0 ? 0 : 6 + 2 * mask;
    case EXTENDED_DESKTOP_SIZE:
      return left < 1 ? MORE : 4 + 16 * b[body]!;
    case LED_STATE:
      return 1;
    default:
      return EMPTY.has(encodingOf(b, at)) ? 0 : UNKNOWN;
  }
}

const TILE = 16;
const TILE_RAW = 1;
const TILE_BACKGROUND = 2;
const TILE_FOREGROUND = 4;
const TILE_SUBRECTS = 8;
const TILE_COLOURED = 16;

/** §7.7.4: tiles of 16 by 16 pixels, each with a subencoding mask. */
function hextileLength(
  b: Uint8Array,
  body: number,
  end: number,
  width: number,
  height: number,
  pixel: number,
): number {
  let at = body;
  for (let y = 0; y < height; y += TILE) {
    for (let x = 0; x < width; x += TILE) {
      if (at >= end) return MORE;
      const kind = b[at++]!;
      if (kind & TILE_RAW) {
        at += Math.min(TILE, width - x) * Math.min(TILE, height - y) * pixel;
        continue;
      }
      if (kind & TILE_BACKGROUND) at += pixel;
      if (kind & TILE_FOREGROUND) at += pixel;
      if ((kind & TILE_SUBRECTS) === 0) continue;
      if (at >= end) return MORE;
      at += 1 + b[at]! * (2 + (kind & TILE_COLOURED ? pixel : 0));
    }
  }
  return at - body;
}

const FILL = 8;
const JPEG = 9;
const EXPLICIT_FILTER = 0x40;
const PALETTE = 1;
/** Shorter data is sent uncompressed. */
const COMPRESSED_MIN = 12;

/** Tight encoding: a fill, a JPEG image, or filtered rows, compressed from a minimum size on. */
function tightLength(
  b: Uint8Array,
  body: number,
  end: number,
  width: number,
  height: number,
  pixel: number,
): number {
  if (body >= end) return MORE;
  const control = b[body]!;
  const kind = control >> 4;
  let at = body + 1;
  if (kind === FILL) return 1 + pixel;
  if (kind > JPEG) return UNKNOWN;
  let rowBytes = width * pixel;
  if (kind !== JPEG && control & EXPLICIT_FILTER) {
    if (at >= end) return MORE;
    if (b[at++] === PALETTE) {
      if (at >= end) return MORE;
      const colours = b[at]! + 1;
      at += 1 + colours * pixel;
      rowBytes = colours <= 2 ? (width + 7) >> 3 : width;
    }
  }
  if (kind !== JPEG && rowBytes * height < COMPRESSED_MIN) return at + rowBytes * height - body;
  // A compact length: one to three bytes, seven bits each.
  let length = 0;
  for (let i = 0; i < 3; i++) {
    if (at >= end) return MORE;
    const c = b[at++]!;
    length |= (i < 2 ? c & 0x7f : c) << (i * 7);
    if (i === 2 || (c & 0x80) === 0) break;
  }
  return at + length - body;
}
