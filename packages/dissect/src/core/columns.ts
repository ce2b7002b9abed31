// The columns of the packet list: time, addresses, protocol and info. The innermost layer that sets a column wins.

import { ipv4Host, ipv6Host } from './host.ts';
import { malformed, short } from './malformed.ts';
import { COLUMN, ETHER, IPV4, IPV6, OTHER, type Packet } from './packet.ts';
import { ethernetAddress, ipv4Address, ipv6Address } from './text.ts';
import { StringSink, type TextSink } from './text-sink.ts';

/** The Protocol column. */
export function protocolColumn(p: Packet): string {
  for (let layer = Math.min(p.count, p.protocolLayers) - 1; layer >= 0; layer--) {
    if ((p.flags[layer]! & COLUMN) === 0) continue;
    const column = p.protocols[layer]!.column;
    if (column === null) continue;
    const text = typeof column === 'string' ? column : column(p, layer);
    if (text !== null) return p.columnWrap === '' ? text : `${p.columnWrap} <${text}>`;
  }
  return '';
}

/** The Info column. */
export function infoColumn(p: Packet): string {
  const out = new StringSink();
  writeInfo(p, out);
  return out.value;
}

/** The Info column, written to `out`. */
export function writeInfo(p: Packet, out: TextSink): void {
  for (let layer = p.count - 1; layer >= 0; layer--) {
    if ((p.flags[layer]! & COLUMN) === 0) continue;
    const made = p.protocols[layer]!;
    if (made.writeInfo !== null) {
      writeBefore(p, layer, out);
      made.writeInfo(p, layer, out);
    } else {
      const text = made.info === null ? null : made.info(p, layer);
      if (text === null) continue;
      if (made.joinInfo !== null) out.text(joined(p, layer, text, made.joinInfo));
      else {
        writeBefore(p, layer, out);
        out.text(text);
      }
    }
    break;
  }
  const trouble = troubleText(p);
  if (trouble !== '') out.text(trouble);
}

/** TCP analysis findings (`[TCP Retransmission]`) precede the Info text of the payload. */
function writeBefore(p: Packet, layer: number, out: TextSink): void {
  const { tcpLayer } = p;
  if (tcpLayer >= 0 && layer > tcpLayer) p.protocols[tcpLayer]!.writeInfoBefore?.(p, out);
}

function joined(
  p: Packet,
  layer: number,
  info: string,
  join: (before: string, info: string) => string,
): string {
  const before = new StringSink();
  writeBefore(p, layer, before);
  return before.value === '' ? info : join(before.value, info);
}

function troubleText(p: Packet): string {
  if ((p.flags[p.count - 1]! & COLUMN) === 0) return '';
  const last = p.protocols[p.count - 1];
  if (last === malformed) return '[Malformed Packet]';
  return last === short ? '[Packet size limited during capture]' : '';
}

/** The Source column: the address, or its name. */
export function sourceColumn(p: Packet): string {
  return p.columnKind === OTHER ? p.columnSrcText : host(p, p.columnSrc);
}

/** The Destination column: the address, or its name. */
export function destinationColumn(p: Packet): string {
  return p.columnKind === OTHER ? p.columnDstText : host(p, p.columnDst);
}

/** The address of the Source column, never its name. */
export function sourceAddress(p: Packet): string {
  return p.columnKind === OTHER ? p.columnSrcText : address(p, p.columnSrc);
}

/** The address of the Destination column, never its name. */
export function destinationAddress(p: Packet): string {
  return p.columnKind === OTHER ? p.columnDstText : address(p, p.columnDst);
}

function host(p: Packet, at: number): string {
  if (at >= 0 && p.columnKind === IPV4) return ipv4Host(p, p.columnBuf, at);
  if (at >= 0 && p.columnKind === IPV6) return ipv6Host(p, p.columnBuf, at);
  return address(p, at);
}

/** `at` is -1 where the packet does not carry that address (Linux cooked captures have a source only). */
function address(p: Packet, at: number): string {
  if (at < 0) return '';
  switch (p.columnKind) {
    case IPV4:
      return ipv4Address(p.columnBuf, at);
    case IPV6:
      return ipv6Address(p.columnBuf, at);
    case ETHER:
      return ethernetAddress(p.columnBuf, at);
    default:
      return '';
  }
}

/** The Time column in the session's format; empty where the file gives no time. */
export function timeColumn(p: Packet): string {
  return p.hasTime ? p.session.timeText(p) : '';
}

/** Seconds since another time, with the decimals of the capture's clock (6 or 9). */
export function timeSinceText(p: Packet, sinceSeconds: number, sinceNanoseconds: number): string {
  let seconds = p.seconds - sinceSeconds;
  let nanoseconds = p.nanoseconds - sinceNanoseconds;
  const isBefore = seconds < 0 || (seconds === 0 && nanoseconds < 0);
  if (isBefore) {
    seconds = -seconds;
    nanoseconds = -nanoseconds;
  }
  if (nanoseconds < 0) {
    seconds--;
    nanoseconds += 1e9;
  }
  return `${isBefore ? '-' : ''}${seconds}.${String(nanoseconds).padStart(9, '0').slice(0, timeDigits(p))}`;
}

/** Decimals of the packet's timestamp: 9 where its interface has a resolution finer than a microsecond, else 6. */
export function timeDigits(p: Packet): number {
  // Formats with one clock for all packets (pcap) have no interface ids.
  const source = p.session.interfaces[p.interfaceId < 0 ? 0 : p.interfaceId];
  return source !== undefined && source.ticksPerSecond > 1e6 ? 9 : 6;
}
