// DNS Stateful Operations (RFC 8490 §5.4): a message with all counts zero, followed by TLVs.
import { u16 } from '../../core/bytes.ts';
import { bytes, none, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';

export const DSO = 6;

const typeNames: Record<number, string> = {
  0: 'Reserved',
  1: 'Keep Alive',
  2: 'Retry Delay',
  3: 'Encryption Padding',
  64: 'Subscribe',
  65: 'Push',
  66: 'Unsubscribe',
  67: 'Reconfirm',
};

export const dsoFields = {
  dso: none('dns.dso', 'DNS Stateful Operation'),
  tlv: none('dns.dso.tlv', 'DSO TLV'),
  tlvType: uint('dns.dso.tlv.type', 'Type').named(typeNames),
  tlvLength: uint('dns.dso.tlv.length', 'Length'),
  tlvData: bytes('dns.dso.tlv.data', 'Data'),
  inactivity: uint('dns.dso.tlv.keepalive.inactivity', 'Inactivity Timeout'),
  interval: uint('dns.dso.tlv.keepalive.interval', 'Keepalive Interval'),
  retryDelay: uint('dns.dso.tlv.retrydelay.retrydelay', 'Retry Delay'),
  padding: bytes('dns.dso.tlv.encpad.padding', 'Padding'),
};

/** Emits the TLVs in [at, end); returns the offset behind the last. */
export function emitDso(b: Uint8Array, at: number, end: number, out: Sink): number {
  const f = dsoFields;
  out.open(f.dso, at, end - at);
  while (at + 4 <= end) {
    const type = u16(b, at);
    const start = at + 4;
    const stop = Math.min(start + u16(b, at + 2), end);
    out.open(f.tlv, at, stop - at);
    out.add(f.tlvType, at, 2);
    out.add(f.tlvLength, at + 2, 2);
    if (type === 1 && stop - start >= 8) {
      out.add(f.inactivity, start, 4);
      out.add(f.interval, start + 4, 4);
    } else if (type === 2 && stop - start >= 4) out.add(f.retryDelay, start, 4);
    else if (stop > start) out.add(type === 3 ? f.padding : f.tlvData, start, stop - start);
    out.close();
    at = stop;
  }
  out.close();
  return at;
}
