// TLS in EAP methods: fragmentation of TLS messages over EAP packets (RFC 5216 §2.1.5, §3.1).
import { sourceAddress } from '../core/columns.ts';
import type { Packet } from '../core/packet.ts';
import { tls } from './tls/tls.ts';

/** TLS, TTLS, PEAP, FAST, TEAP. */
const METHODS = [13, 21, 25, 43, 55];
const TEAP = 55;
/** Flags: length included, more fragments, start. */
export const LENGTH_INCLUDED = 0x80;
const MORE = 0x40;
const START = 0x20;
/** TEAP (RFC 7170 §4.1): the outer TLV length follows the message length. */
const OUTER_LENGTH_INCLUDED = 0x10;
/** Reassembly limit: a certificate chain is a few kilobytes; RFC 5216 §2.1.5 mentions 64 KiB. */
const MESSAGE_MAX = 65_536;
const PENDING_MAX = 256;

export function isTlsMethod(type: number): boolean {
  return METHODS.includes(type);
}

/** Dissects the data of a method, whose flags are at `at`; fragments are kept until the last one arrives. */
export function readTls(p: Packet, type: number, code: number, at: number, end: number): void {
  const flags = p.buf[at]!;
  let from = at + 1;
  if (flags & LENGTH_INCLUDED) from += 4;
  if (type === TEAP && flags & OUTER_LENGTH_INCLUDED) from += 4;
  if (from >= end || flags & START) return;
  const pending = p.session.memoryOf('eap.tls', () => new Map<string, Uint8Array[]>());
  const key = `${p.flow}/${sourceAddress(p)}/${code}`;
  const parts = pending.get(key);
  if (flags & MORE) keep(pending, key, parts, p.buf.slice(from, end));
  else if (parts === undefined) p.call(tls, from, end);
  else {
    pending.delete(key);
    const whole = joined([...parts, p.buf.slice(from, end)]);
    p.callIn('Reassembled EAP-TLS', tls, whole, 0, whole.length);
  }
}

function keep(
  pending: Map<string, Uint8Array[]>,
  key: string,
  parts: Uint8Array[] | undefined,
  part: Uint8Array,
): void {
  if (parts === undefined) {
    if (pending.size < PENDING_MAX) pending.set(key, [part]);
  } else if (lengthOf(parts) + part.length <= MESSAGE_MAX) parts.push(part);
  else pending.delete(key);
}

function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
