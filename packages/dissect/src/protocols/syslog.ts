// Syslog (RFC 3164, RFC 5424 §6): a priority in brackets and a line of text.
import { ascii, utf8 } from '../core/bytes.ts';
import { text, time, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { printable } from '../core/printable.ts';
import { protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { udpPorts } from '../core/table.ts';

const facilities =
  'KERN USER MAIL DAEMON AUTH SYSLOG LPR NEWS UUCP CRON AUTHPRIV FTP NTP LOGAUDIT LOGALERT CRON LOCAL0 LOCAL1 LOCAL2 LOCAL3 LOCAL4 LOCAL5 LOCAL6 LOCAL7'.split(
    ' ',
  );
const levels = 'EMERG ALERT CRIT ERR WARNING NOTICE INFO DEBUG'.split(' ');
/** Digits of a priority. */
const DIGITS_MAX = 3;

const f = {
  facility: uint('syslog.facility', 'Facility').named((facility) => facilities[facility]),
  level: uint('syslog.level', 'Level').named((level) => levels[level]),
  msg: text('syslog.msg', 'Message'),
  version: text('syslog.version', 'Syslog version'),
  timestamp: time('syslog.timestamp', 'Syslog timestamp'),
  timestampOld: text('syslog.timestamp_rfc3164', 'Syslog timestamp (RFC3164)'),
  hostname: text('syslog.hostname', 'Syslog hostname'),
  appname: text('syslog.appname', 'Syslog app name'),
  procid: text('syslog.procid', 'Syslog process id'),
  msgid: text('syslog.msgid', 'Syslog message id'),
};

/** The priority, -1 when there is none; and where the text starts. */
let messageAt = 0;
function readPriority(b: Uint8Array, start: number, end: number): number {
  messageAt = start;
  if (b[start] !== 0x3c) return -1;
  let priority = 0;
  let at = start + 1;
  for (; at < end && at - start <= DIGITS_MAX && b[at]! >= 0x30 && b[at]! <= 0x39; at++)
    priority = priority * 10 + b[at]! - 0x30;
  messageAt = b[at] === 0x3e ? at + 1 : at;
  return priority;
}

/** True if the message ends within its priority. */
function isCut(b: Uint8Array, start: number, end: number): boolean {
  if (b[start] !== 0x3c) return false;
  for (let at = start + 1; at < start + 2 + DIGITS_MAX; at++) {
    if (at >= end) return true;
    if (b[at]! < 0x30 || b[at]! > 0x39) return false;
  }
  return false;
}

export const syslog = protocol({
  name: 'syslog',
  title: 'Syslog message',
  column: 'Syslog',
  fields: f,
  on: [[udpPorts, 514]],
  step(p) {
    const { buf: b, at, end } = p;
    p.at = end;
    return isCut(b, at, end) ? p.cut(1) : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (isCut(b, start, end)) return;
    const priority = readPriority(b, start, end);
    if (priority >= 0) {
      out.add(f.facility, start, messageAt - start, priority >> 3);
      out.add(f.level, start, messageAt - start, priority & 7);
    }
    const message = utf8(b, messageAt, end);
    out.add(f.msg, messageAt, end - messageAt, message);
    if (priority >= 0) emitHeader(b, messageAt, end, message, out);
  },
  headline: (p, layer) => `: ${infoText(p, layer)}`,
  info: (p, layer) => (isCut(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!) ? '' : infoText(p, layer)),
});

function infoText(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  const priority = readPriority(b, start, end);
  const message = printable(utf8(b, messageAt, end));
  return priority < 0
    ? message
    : `${facilities[priority >> 3] ?? 'UNKNOWN'}.${levels[priority & 7]}: ${message}`;
}

const RFC5424 = /^(\d+) (\S+) (\S+) (\S+) (\S+) (\S+)/;
/** §4.1.3: the tag is of letters and digits, and what is behind it is the content. */
const RFC3164 = /^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) (\S+) (?:([A-Za-z0-9]+)(.+))?/s;

/** The parts of the header before the text; their places are those of the message. */
function emitHeader(b: Uint8Array, at: number, end: number, message: string, out: Sink): void {
  const match = RFC5424.exec(message);
  if (match !== null) {
    const [, version, stamp, host, app, process, id] = match as unknown as string[];
    out.add(f.version, at, version!.length, version!);
    const moment = instantOf(stamp!);
    if (moment !== null) out.add(f.timestamp, at, end - at, moment);
    out.add(f.hostname, at, end - at, host!);
    out.add(f.appname, at, end - at, app!);
    out.add(f.procid, at, end - at, process!);
    out.add(f.msgid, at, end - at, id!);
    return;
  }
  const old = RFC3164.exec(message);
  if (old === null) return;
  out.add(f.timestampOld, at, 15, ascii(b, at, Math.min(at + 15, end)));
  out.add(f.hostname, at + 16, old[2]!.length, old[2]!);
  const tagAt = at + 17 + old[2]!.length;
  if (old[3] === undefined) return;
  out.add(f.procid, tagAt, old[3].length, old[3]);
  out.add(f.msgid, tagAt + old[3].length, end - tagAt - old[3].length, old[4]!);
}

/** RFC 5424 §6.2.3; nanoseconds since 1970. */
function instantOf(stamp: string): bigint | null {
  const ms = Date.parse(stamp);
  if (Number.isNaN(ms)) return null;
  const fraction = /\.(\d+)/.exec(stamp)?.[1] ?? '';
  return BigInt(Math.floor(ms / 1000)) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9) || 0);
}
