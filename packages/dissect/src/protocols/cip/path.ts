// EPATH, the segments that address a CIP object (The CIP Networks Library, volume 1, appendix C-1).
import { ascii, u16le, u32le } from '../../core/bytes.ts';
import { classNames } from './names.ts';

/** What a path names; -1 for absent parts. */
export interface Path {
  class: number;
  instance: number;
  attribute: number;
  symbol: string;
  isWhole: boolean;
}

const LOGICAL = 1;
const SYMBOL = 0x91;
/** Logical segment types. */
const CLASS = 0;
const INSTANCE = 1;
const ATTRIBUTE = 4;

/** Parses the segments of [at, end). */
export function readPath(b: Uint8Array, at: number, end: number): Path {
  const path: Path = { class: -1, instance: -1, attribute: -1, symbol: '', isWhole: true };
  while (at < end) {
    const segment = b[at]!;
    const type = segment >> 5;
    let next = at + 2;
    if (segment === SYMBOL) {
      const length = b[at + 1] ?? 0;
      next = at + 2 + length + (length & 1);
      path.symbol += (path.symbol === '' ? '' : '.') + ascii(b, at + 2, Math.min(at + 2 + length, end));
    } else if (type === LOGICAL) {
      const width = 1 << (segment & 3);
      next = width === 1 ? at + 2 : at + 2 + width;
      if (next <= end)
        take(
          path,
          (segment >> 2) & 7,
          width === 1 ? b[at + 1]! : width === 2 ? u16le(b, at + 2) : u32le(b, at + 2),
        );
    } else if (type === 0) {
      // A port segment, with an optional link address of variable length: appendix C-1.4.1.
      next = segment & 0x10 ? at + 2 + b[at + 1]! + (b[at + 1]! & 1) : at + 2;
    } else if (segment === 0x34) next = at + 10;
    else if (segment === 0x80) next = at + 2 + (b[at + 1] ?? 0) * 2;
    if (next > end) path.isWhole = false;
    at = next;
  }
  return path;
}

function take(path: Path, kind: number, value: number): void {
  if (kind === CLASS) path.class = value;
  else if (kind === INSTANCE) path.instance = value;
  else if (kind === ATTRIBUTE) path.attribute = value;
}

/** The class, or the symbol in quotes. */
export function pathName(path: Path): string {
  if (path.class < 0) return path.symbol === '' ? '' : `'${path.symbol}'`;
  return classNames[path.class] ?? `Class (0x${path.class.toString(16).padStart(2, '0')})`;
}
