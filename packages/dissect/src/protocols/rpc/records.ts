// Reassembly of fragmented stream records (RFC 5531 §11), per direction of a conversation.
import type { Packet } from '../../core/packet.ts';

const RECORD_BYTES_MAX = 4 << 20;
const FRAGMENTS_MAX = 4096;

interface Record {
  readonly parts: Uint8Array[];
  length: number;
}

interface Records {
  readonly byDirection: readonly [Record, Record];
}

const KEY = 'rpc.records';

/** Whether a record is incomplete in this direction. */
export function isUnfinished(p: Packet): boolean {
  const records = p.session.knownState<Records>(p, KEY);
  return records !== null && records.byDirection[p.direction & 1]!.parts.length > 0;
}

/** Adds a fragment; returns the record if it was the last one, else null. */
export function addFragment(p: Packet, bytes: Uint8Array, isLast: boolean): Uint8Array | null {
  const records = p.session.stateOf(
    p,
    KEY,
    (): Records => ({
      byDirection: [
        { parts: [], length: 0 },
        { parts: [], length: 0 },
      ],
    }),
  );
  const record = records.byDirection[p.direction & 1]!;
  if (record.length + bytes.length > RECORD_BYTES_MAX || record.parts.length === FRAGMENTS_MAX) {
    record.length = record.parts.length = 0;
    return null;
  }
  record.parts.push(bytes.slice());
  record.length += bytes.length;
  if (!isLast) return null;
  const whole = new Uint8Array(record.length);
  let at = 0;
  for (const part of record.parts) {
    whole.set(part, at);
    at += part.length;
  }
  record.length = record.parts.length = 0;
  return whole;
}
