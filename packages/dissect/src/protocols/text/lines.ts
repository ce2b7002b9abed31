// Helpers for line-based protocols: lines, tokens, and which end of a conversation is the server.
import { ascii, indexOf } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { printable } from '../../core/printable.ts';
import { tcpPorts } from '../../core/table.ts';

/** Lines of one packet that are read. */
const LINES_MAX = 1000;
/** Characters of a line that are shown in a column. */
const SHOWN_MAX = 1024;

/** The end of the line at `at`, without CR LF; `end` when the line goes on beyond it. */
export function endOfLine(b: Uint8Array, at: number, end: number): number {
  const feed = indexOf(b, 10, at, end);
  if (feed < 0) return end;
  return feed > at && b[feed - 1] === 13 ? feed - 1 : feed;
}

/** Start of the line after the one that ends at `stop`. */
export function afterLine(b: Uint8Array, stop: number, end: number): number {
  if (stop >= end) return end;
  return Math.min(end, b[stop] === 13 && b[stop + 1] === 10 ? stop + 2 : stop + 1);
}

/** Calls `each` with the start and stop of every line, and where the next one begins. */
export function eachLine(
  b: Uint8Array,
  start: number,
  end: number,
  each: (at: number, stop: number, next: number) => void,
): void {
  for (let at = start, lines = 0; at < end && lines < LINES_MAX; lines++) {
    const stop = endOfLine(b, at, end);
    const next = afterLine(b, stop, end);
    each(at, stop, next);
    at = next;
  }
}

/** The text of a line for a column. */
export function lineText(b: Uint8Array, at: number, stop: number): string {
  return printable(ascii(b, at, Math.min(stop, at + SHOWN_MAX)));
}

/** The first line of a layer, for a column. */
export function firstLine(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  return lineText(b, start, endOfLine(b, start, p.stop[layer]!));
}

/** The end of the word at `at`. */
export function endOfWord(b: Uint8Array, at: number, stop: number): number {
  while (at < stop && b[at] !== 0x20) at++;
  return at;
}

/** Past spaces. */
export function skipSpaces(b: Uint8Array, at: number, stop: number): number {
  while (at < stop && b[at] === 0x20) at++;
  return at;
}

/** The word at `at` in upper case, at most 16 characters of it. */
export function wordAt(b: Uint8Array, at: number, stop: number): string {
  return ascii(b, at, Math.min(endOfWord(b, at, stop), at + 16)).toUpperCase();
}

/** Three digits, as replies begin with; -1 when there are none. */
export function replyCode(b: Uint8Array, at: number, stop: number): number {
  let code = 0;
  if (stop - at < 3) return -1;
  for (let i = at; i < at + 3; i++) {
    const digit = b[i]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    code = code * 10 + digit;
  }
  return code;
}

/**
 * True if the packet goes to the server, judged by well-known port, else by who opened the conversation. `port2` is a
 * second well-known port.
 */
export function isToServer(p: Packet, port: number, port2: number = port): boolean {
  if (p.dstPort === port || p.dstPort === port2) return true;
  if (p.srcPort === port || p.srcPort === port2) return false;
  const server = p.flow >= 0 ? p.session.tcp.serverPort(p.flow) : 0;
  return server !== 0 ? p.dstPort === server : p.dstPort < p.srcPort;
}

/** From the next packet on the conversation is TLS (STARTTLS, RFC 2595). */
export function startTls(p: Packet): void {
  const tls = tcpPorts.get(443);
  if (tls !== undefined && p.flow >= 0) p.session.flows.setApplication(p.flow, tls);
}

/** The bytes look like TLS: a handshake or alert record of a known version. */
export function looksLikeTls(b: Uint8Array, at: number, end: number): boolean {
  return end - at >= 5 && b[at]! >= 0x14 && b[at]! <= 0x17 && b[at + 1] === 3 && b[at + 2]! <= 4;
}
