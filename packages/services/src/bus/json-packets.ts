// Converts JSON packets to columns: for other programs' services, and for debugging.
import { isIPv4, isIPv6 } from 'node:net';
import { ADDRESS_BYTES, ETHER, IPV4, IPV6, NO_FLAGS, NONE, PacketBatch } from '@eyrie/dissect';
import { BusError } from './errors.ts';
import type { JsonPacket } from './schemas.ts';

/** @throws BusError for an invalid address */
export function batchOf(packets: readonly JsonPacket[]): PacketBatch & { summary?: Int32Array } {
  const batch: PacketBatch & { summary?: Int32Array } = new PacketBatch(packets.length);
  const places = new Map<string, number>();
  const place = (text: string): number => {
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, batch.texts.length);
    return batch.texts.push(text) - 1;
  };
  const summary = new Int32Array(packets.length).fill(NONE);
  packets.forEach((packet, i) => {
    const [seconds, nanoseconds] = splitTime(packet.time);
    batch.number[i] = packet.number ?? 0;
    batch.seconds[i] = seconds;
    batch.nanoseconds[i] = nanoseconds;
    batch.wireLength[i] = packet.length;
    batch.capturedLength[i] = packet.captured_length ?? 0;
    batch.fileOffset[i] = packet.offset ?? 0;
    batch.interfaceId[i] = packet.interface ?? NONE;
    batch.transport[i] = packet.transport ?? 0;
    batch.sourcePort[i] = packet.src_port ?? 0;
    batch.destinationPort[i] = packet.dst_port ?? 0;
    batch.stream[i] = packet.stream ?? NONE;
    batch.tcpFlags[i] = packet.tcp_flags ?? NO_FLAGS;
    batch.tcpAnalysis[i] = packet.tcp_analysis ?? 0;
    batch.tcpLength[i] = packet.tcp_length ?? 0;
    batch.marks[i] = packet.marks ?? 0;
    batch.protocol[i] = place(packet.protocol);
    batch.path[i] = batch.layers[i] = place(packet.path ?? packet.protocol.toLowerCase());
    batch.layers[i] = batch.path[i]!;
    batch.outer[i] = NONE;
    if (packet.summary !== undefined) summary[i] = place(packet.summary);
    const kinds = [addressInto(batch.source, i, packet.src), addressInto(batch.destination, i, packet.dst)];
    batch.addressKind[i] = Math.max(...kinds);
  });
  batch.length = packets.length;
  if (packets.some((packet) => packet.summary !== undefined)) batch.summary = summary;
  return batch;
}

/** Splits a time into seconds and nanoseconds; exact if it is text. */
export function splitTime(time: number | string): [number, number] {
  if (typeof time === 'number') {
    const seconds = Math.floor(time);
    return [seconds, Math.min(999_999_999, Math.round((time - seconds) * 1e9))];
  }
  const [whole = '0', fraction = ''] = time.split('.');
  const nanoseconds = Number(fraction.padEnd(9, '0'));
  const isBefore = whole.startsWith('-') && nanoseconds > 0;
  return isBefore ? [Number(whole) - 1, 1e9 - nanoseconds] : [Number(whole), nanoseconds];
}

/** Writes the bytes of an address; returns its kind, 0 for none. */
function addressInto(cells: Uint8Array, i: number, text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  const at = i * ADDRESS_BYTES;
  if (isIPv4(text)) {
    cells.set(text.split('.').map(Number), at);
    return IPV4;
  }
  if (isIPv6(text) && !text.includes('%')) {
    cells.set(ipv6Bytes(text), at);
    return IPV6;
  }
  if (/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)) {
    cells.set(
      text.split(':').map((part) => Number.parseInt(part, 16)),
      at,
    );
    return ETHER;
  }
  throw new BusError('ERR_BODY', `/packets/${i}: ${text} is not an IPv4, IPv6 or Ethernet address`);
}

/** The 16 bytes of an IPv6 address (RFC 4291 §2.2). */
function ipv6Bytes(text: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (dotted !== null) {
    const [a, b, c, d] = dotted.slice(2).map(Number);
    return ipv6Bytes(`${dotted[1]}${((a! << 8) | b!).toString(16)}:${((c! << 8) | d!).toString(16)}`);
  }
  const [left = '', right] = text.split('::');
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
  const head = words(left);
  const tail = words(right ?? '');
  const all = [...head, ...new Array(8 - head.length - tail.length).fill(0), ...tail];
  return all.flatMap((word) => [word >> 8, word & 0xff]);
}
