// IPv4 options (RFC 791 §3.1, RFC 2113).
import { uint } from '../core/field.ts';
import type { Sink } from '../core/sink.ts';

const names: Readonly<Record<number, string>> = {
  0: 'End of Options List (EOL)',
  1: 'No Operation (NOP)',
  7: 'Record Route',
  68: 'Time Stamp',
  130: 'Security',
  131: 'Loose Source Route',
  136: 'Stream Identifier',
  137: 'Strict Source Route',
  148: 'Router Alert',
};

export const ipOptionFields = {
  type: uint('ip.opt.type', 'Type').named(names),
  len: uint('ip.opt.len', 'Length'),
};

export function emitIpOptions(b: Uint8Array, start: number, end: number, out: Sink): void {
  out.group(`Options: (${end - start} bytes)`, start, end - start);
  for (let at = start; at < end; ) {
    const type = b[at]!;
    const length = type < 2 || at + 1 >= end ? 1 : Math.max(2, Math.min(b[at + 1]!, end - at));
    out.open(ipOptionFields.type, at, 1);
    if (type >= 2 && at + 1 < end) out.add(ipOptionFields.len, at + 1, 1);
    out.close();
    if (type === 0) break;
    at += length;
  }
  out.close();
}
