// TCP options (RFC 9293 §3.2, RFC 7323, RFC 2018).
import { u16, u32 } from '../core/bytes.ts';
import { bytes, none, uint } from '../core/field.ts';
import type { Sink } from '../core/sink.ts';

const END = 0;
const NOP = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;

const kinds: Readonly<Record<number, string>> = {
  0: 'End of Option List',
  1: 'No-Operation',
  2: 'Maximum Segment Size',
  3: 'Window Scale',
  4: 'SACK Permitted',
  5: 'SACK',
  8: 'Time Stamp Option',
  19: 'TCP MD5 Signature',
  28: 'User Timeout Option',
  29: 'TCP Authentication Option',
  30: 'Multipath TCP',
  34: 'TCP Fast Open Cookie',
};

export const tcpOptionFields = {
  options: bytes('tcp.options', 'Options'),
  optionKind: uint('tcp.option_kind', 'Kind').named(kinds),
  optionLen: uint('tcp.option_len', 'Length'),
  mss: uint('tcp.options.mss_val', 'MSS Value'),
  shift: uint('tcp.options.wscale.shift', 'Shift count'),
  multiplier: uint('tcp.options.wscale.multiplier', 'Multiplier'),
  sackPermitted: none('tcp.options.sack_perm', 'SACK permitted'),
  sackLeft: uint('tcp.options.sack_le', 'TCP SACK Left Edge'),
  sackRight: uint('tcp.options.sack_re', 'TCP SACK Right Edge'),
  tsval: uint('tcp.options.timestamp.tsval', 'Timestamp value'),
  tsecr: uint('tcp.options.timestamp.tsecr', 'Timestamp echo reply'),
};

/** Where option `kind` stands in [at, end), or -1. RFC 9293 §3.2: options of no use are skipped by their length. */
export function findOption(b: Uint8Array, at: number, end: number, kind: number): number {
  while (at < end) {
    const found = b[at]!;
    if (found === END) return -1;
    if (found === NOP) {
      at++;
      continue;
    }
    if (at + 1 >= end || b[at + 1]! < 2 || at + b[at + 1]! > end) return -1;
    if (found === kind) return at;
    at += b[at + 1]!;
  }
  return -1;
}

/** RFC 7323 §2.2: the shift count, at most 14; -1 without the option. */
export function windowScaleOf(b: Uint8Array, at: number, end: number): number {
  const option = findOption(b, at, end, WINDOW_SCALE);
  return option < 0 || b[option + 1] !== 3 ? -1 : Math.min(14, b[option + 2]!);
}

export function emitTcpOptions(b: Uint8Array, start: number, end: number, out: Sink): void {
  const f = tcpOptionFields;
  out.open(f.options, start, end - start);
  for (let at = start; at < end; ) {
    const kind = b[at]!;
    const length = kind === END || kind === NOP || at + 1 >= end ? 1 : b[at + 1]!;
    if (length === 0 || at + length > end) break;
    out.open(f.optionKind, at, 1);
    if (length > 1) out.add(f.optionLen, at + 1, 1);
    if (kind === MSS && length === 4) out.add(f.mss, at + 2, 2, u16(b, at + 2));
    if (kind === WINDOW_SCALE && length === 3) {
      out.add(f.shift, at + 2, 1);
      out.add(f.multiplier, at + 2, 1, 2 ** Math.min(14, b[at + 2]!));
    }
    if (kind === SACK_PERMITTED) out.add(f.sackPermitted, at, length);
    if (kind === TIMESTAMPS && length === 10) {
      out.add(f.tsval, at + 2, 4, u32(b, at + 2));
      out.add(f.tsecr, at + 6, 4, u32(b, at + 6));
    }
    if (kind === SACK) {
      for (let block = at + 2; block + 8 <= at + length; block += 8) {
        out.add(f.sackLeft, block, 4, u32(b, block));
        out.add(f.sackRight, block + 4, 4, u32(b, block + 4));
      }
    }
    out.close();
    if (kind === END) break;
    at += length;
  }
  out.close();
}
