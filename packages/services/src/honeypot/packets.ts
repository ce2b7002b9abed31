// Reconstructs the packets of a visit as a capture file. The honeypot has no capture privileges, so packets are made
// from the bytes received and sent, between a TCP handshake and close.
import { isIPv6 } from 'node:net';
import { newFrame, newInterface, PcapngWriter, SECRETS_TLS_KEY_LOG } from '@eyrie/dissect/files';
import type { Tape } from './tape.ts';

export interface Ends {
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly address: string;
  readonly port: number;
}

/** LINKTYPE_RAW: packets begin with the IP header. */
const LINKTYPE_RAW = 101;
const SEGMENT_BYTES = 1460;
const TCP_BYTES = 20;
const [FIN, SYN, PSH, ACK] = [0x01, 0x02, 0x08, 0x10];
const WINDOW = 64_240;
const TTL = 64;

/** Returns the whole file. `beganAt` and `endedAt`: milliseconds since 1970. */
export function packetsOf(tape: Tape, ends: Ends, comment: string, beganAt: number, endedAt: number): Buffer {
  const writer = new PcapngWriter({ application: 'Eyrie honeypot' });
  const port = newInterface(0, 0, LINKTYPE_RAW);
  port.comments.push(`Made from what was received and sent. ${comment}`);
  writer.addInterface(port);
  if (tape.secrets !== '')
    writer.addSecrets({ kind: SECRETS_TLS_KEY_LOG, data: Buffer.from(tape.secrets, 'latin1') });
  const frame = newFrame();
  frame.linkType = LINKTYPE_RAW;
  const addresses = { i: addressBytes(ends.sourceAddress), o: addressBytes(ends.address) };
  // Different initial sequence numbers per visit, so that files can be merged.
  const next = { i: (ends.sourcePort * 40_503) >>> 0, o: (ends.port * 2_654_435_761) >>> 0 };
  const send = (direction: 'i' | 'o', flags: number, timeMs: number, bytes: Uint8Array = NOTHING) => {
    const other = direction === 'i' ? 'o' : 'i';
    const data = packetOf(
      ends,
      addresses,
      direction,
      next[direction],
      (flags & ACK) === 0 ? 0 : next[other],
      flags,
      bytes,
    );
    next[direction] = (next[direction] + bytes.length + ((flags & (SYN | FIN)) !== 0 ? 1 : 0)) >>> 0;
    frame.data = data;
    frame.end = frame.wireLength = data.length;
    frame.seconds = Math.floor(timeMs / 1000);
    frame.nanoseconds = (timeMs % 1000) * 1e6;
    writer.write(frame, port);
  };
  send('i', SYN, beganAt);
  send('o', SYN | ACK, beganAt);
  send('i', ACK, beganAt);
  for (const { atMs, direction, isSent, bytes } of tape.entries()) {
    if (!isSent) continue;
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES)
      send(direction, PSH | ACK, beganAt + atMs, bytes.subarray(at, at + SEGMENT_BYTES));
  }
  send('o', FIN | ACK, endedAt);
  send('i', FIN | ACK, endedAt);
  send('o', ACK, endedAt);
  return Buffer.from(writer.take());
}

const NOTHING = new Uint8Array(0);

/** An IP packet with a TCP segment (RFC 791 §3.1, RFC 8200 §3, RFC 9293 §3.1). */
function packetOf(
  { sourcePort, port }: Ends,
  addresses: Readonly<Record<'i' | 'o', Buffer>>,
  direction: 'i' | 'o',
  sequence: number,
  acknowledged: number,
  flags: number,
  bytes: Uint8Array,
): Buffer {
  const from = addresses[direction];
  const to = addresses[direction === 'i' ? 'o' : 'i'];
  const isSix = from.length === 16 || to.length === 16;
  const head = isSix ? 40 : 20;
  const length = TCP_BYTES + bytes.length;
  const packet = Buffer.alloc(head + length);
  if (isSix) {
    packet.writeUInt32BE(0x60000000);
    packet.writeUInt16BE(length, 4);
    packet[6] = 6;
    packet[7] = TTL;
    from.copy(packet, 8);
    to.copy(packet, 24);
  } else {
    packet[0] = 0x45;
    packet.writeUInt16BE(head + length, 2);
    packet[6] = 0x40;
    packet[8] = TTL;
    packet[9] = 6;
    from.copy(packet, 12);
    to.copy(packet, 16);
    packet.writeUInt16BE(checksum(packet, 0, head, 0), 10);
  }
  packet.writeUInt16BE(direction === 'i' ? sourcePort : port, head);
  packet.writeUInt16BE(direction === 'i' ? port : sourcePort, head + 2);
  packet.writeUInt32BE(sequence, head + 4);
  packet.writeUInt32BE(acknowledged, head + 8);
  packet[head + 12] = (TCP_BYTES / 4) << 4;
  packet[head + 13] = flags;
  packet.writeUInt16BE(WINDOW, head + 14);
  packet.set(bytes, head + TCP_BYTES);
  // Pseudo-header: both addresses, protocol 6, length (RFC 9293 §3.1).
  const addressesAt = isSix ? 8 : 12;
  const pseudo = sumOf(packet, addressesAt, isSix ? 40 : 20) + 6 + length;
  packet.writeUInt16BE(checksum(packet, head, packet.length, pseudo), head + 16);
  return packet;
}

function addressBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  const [before = '', after] = address.replace(/%.*$/, '').split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [left, right] = [groups(before), groups(after ?? '')];
  const zeros = after === undefined ? 0 : 8 - left.length - right.length;
  const all = [...left, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...right];
  const bytes = Buffer.alloc(16);
  for (const [i, group] of all.slice(0, 8).entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16) & 0xffff, 2 * i);
  return bytes;
}

/** Internet checksum (RFC 1071). */
function checksum(bytes: Buffer, start: number, end: number, sum: number): number {
  let total = sum + sumOf(bytes, start, end);
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x10000);
  return ~total & 0xffff;
}

function sumOf(bytes: Buffer, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at + 1 < end; at += 2) sum += bytes.readUInt16BE(at);
  return (end - start) & 1 ? sum + bytes[end - 1]! * 256 : sum;
}
