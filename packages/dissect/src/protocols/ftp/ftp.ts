// File Transfer Protocol, control connection (RFC 959, RFC 2428): commands, replies, and the data connections they
// announce.
import { ascii, spells } from '../../core/bytes.ts';
import { bool, ipv4, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpHeuristics, tcpPorts } from '../../core/table.ts';
import { netAddress } from '../../core/text.ts';
import {
  eachLine,
  endOfLine,
  endOfWord,
  firstLine,
  isToServer,
  replyCode,
  skipSpaces,
  startTls,
  wordAt,
} from '../text/lines.ts';
import { announceTransfer, commandOfTransfers } from './transfers.ts';

const PORT = 21;

const f = {
  request: bool('ftp.request', 'Request').hidden(),
  response: bool('ftp.response', 'Response').hidden(),
  command: text('ftp.request.command', 'Request command'),
  arg: text('ftp.request.arg', 'Request arg'),
  code: uint('ftp.response.code', 'Response code'),
  responseArg: text('ftp.response.arg', 'Response arg'),
  passiveIp: ipv4('ftp.passive.ip', 'Passive IP address'),
  passivePort: uint('ftp.passive.port', 'Passive port'),
  activeIp: ipv4('ftp.active.cip', 'Active IP address'),
  activePort: uint('ftp.active.port', 'Active port'),
  eprtPort: uint('ftp.eprt.port', 'Extended active port'),
  epsvPort: uint('ftp.epsv.port', 'Extended passive port'),
};

/** Lines of a multi-line reply belong to it until its code is repeated (RFC 959 §4.2). */
interface Conversation {
  /** AUTH is pending: a positive reply starts TLS (RFC 4217 §4). */
  wantsTls: boolean;
}

export const ftp = protocol({
  name: 'ftp',
  title: 'File Transfer Protocol (FTP)',
  column: 'FTP',
  fields: f,
  on: [[tcpPorts, PORT]],
  heuristics: [[tcpHeuristics, isGreeting]],
  step(p) {
    const b = p.buf;
    const stop = endOfLine(b, p.at, p.end);
    if (isToServer(p, PORT)) readCommand(p, b, p.at, stop);
    else readReply(p, b, p.at, stop);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const isRequest = isToServer(p, PORT);
    out.add(isRequest ? f.request : f.response, start, 0, true);
    out.add(isRequest ? f.response : f.request, start, 0, false);
    eachLine(b, start, p.stop[layer]!, (at, stop, next) => {
      out.group(ascii(b, at, stop), at, next - at);
      // Only the first line is dissected, as in Wireshark.
      if (at === start && isRequest) emitCommand(b, at, stop, out);
      else if (at === start) emitReply(b, at, stop, out);
      out.close();
    });
  },
  info: (p, layer) => `${isToServer(p, PORT) ? 'Request' : 'Response'}: ${firstLine(p, layer)}`,
});

/** Heuristic: a server greeting that names FTP, on any port. */
function isGreeting(p: Packet): boolean {
  const { buf: b, at, end } = p;
  if (end - at < 8 || !(spells(b, at, end, '220 ') || spells(b, at, end, '220-'))) return false;
  const line = ascii(b, at, Math.min(end, at + 256));
  return /\bftp/i.test(line) && !/\b(smtp|esmtp)\b/i.test(line);
}

function readCommand(p: Packet, b: Uint8Array, at: number, stop: number): void {
  const command = wordAt(b, at, stop);
  switch (command) {
    case 'PORT': {
      const found = /^PORT\s+(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)/i.exec(ascii(b, at, stop));
      if (found !== null) announce(p, found.slice(1, 5).join('.'), port(found[5]!, found[6]!), 'PORT');
      return;
    }
    case 'EPRT': {
      // RFC 2428 §2: |family|address|port|, with any delimiter.
      const found = /^EPRT\s+(\S)([12])\1([0-9a-fA-F:.]+)\1(\d{1,5})\1/i.exec(ascii(b, at, stop));
      if (found !== null) announce(p, found[3]!, Number(found[4]), 'EPRT');
      return;
    }
    case 'AUTH':
      conversation(p).wantsTls = true;
      return;
    case 'RETR':
    case 'STOR':
    case 'STOU':
    case 'APPE':
    case 'LIST':
    case 'NLST':
    case 'MLSD':
      commandOfTransfers(p, ascii(b, at, Math.min(stop, at + 256)));
  }
}

function conversation(p: Packet): Conversation {
  return p.session.stateOf(p, 'ftp', () => ({ wantsTls: false }));
}

function readReply(p: Packet, b: Uint8Array, at: number, stop: number): void {
  const code = replyCode(b, at, stop);
  if (code === 227) {
    const found = passive(b, at, stop);
    if (found !== null) announce(p, found.slice(1, 5).join('.'), port(found[5]!, found[6]!), 'PASV');
  } else if (code === 229) {
    const found = extendedPassive(b, at, stop);
    if (found !== null) announce(p, netAddress(p, p.netSrc), Number(found[1]), 'EPASV');
  } else if (code === 234 || code === 334) {
    if (p.session.knownState<Conversation>(p, 'ftp')?.wantsTls === true) startTls(p);
  }
}

/** RFC 959 §4.1.2: h1,h2,h3,h4,p1,p2 anywhere in the reply. */
function passive(b: Uint8Array, at: number, stop: number): RegExpExecArray | null {
  return /(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})/.exec(ascii(b, at + 4, stop));
}

/** RFC 2428 §3: (|||port|). */
function extendedPassive(b: Uint8Array, at: number, stop: number): RegExpExecArray | null {
  return /\((?:.)\D*?(\d{1,5})\D\)/.exec(ascii(b, at + 4, stop));
}

function port(high: string, low: string): number {
  return ((Number(high) & 0xff) << 8) | (Number(low) & 0xff);
}

function announce(p: Packet, address: string, number: number, method: string): void {
  if (number > 0 && number < 0x10000)
    announceTransfer(p, address, number, method, method === 'PASV' || method === 'EPASV');
}

function emitCommand(b: Uint8Array, at: number, stop: number, out: Sink): void {
  const end = endOfWord(b, at, stop);
  if (end > at) out.add(f.command, at, end - at);
  const arg = skipSpaces(b, end, stop);
  if (stop > arg) out.add(f.arg, arg, stop - arg);
  const command = wordAt(b, at, stop);
  if (command === 'PORT') {
    const found = passive(b, at, stop);
    if (found === null) return;
    out.add(f.activeIp, arg, stop - arg, Uint8Array.from(found.slice(1, 5), Number));
    out.add(f.activePort, arg, stop - arg, port(found[5]!, found[6]!));
  } else if (command === 'EPRT') {
    const found = /(\d{1,5})\D$/.exec(ascii(b, at, stop));
    if (found !== null) out.add(f.eprtPort, arg, stop - arg, Number(found[1]));
  }
}

function emitReply(b: Uint8Array, at: number, stop: number, out: Sink): void {
  const code = replyCode(b, at, stop);
  const isReply = code >= 0 && (stop === at + 3 || b[at + 3] === 0x20 || b[at + 3] === 0x2d);
  if (!isReply) {
    if (stop > at) out.add(f.responseArg, at, stop - at);
    return;
  }
  out.add(f.code, at, 3, code);
  if (stop > at + 4) out.add(f.responseArg, at + 4, stop - at - 4);
  if (code === 227) {
    const found = passive(b, at, stop);
    if (found === null) return;
    out.add(f.passiveIp, at, stop - at, Uint8Array.from(found.slice(1, 5), Number));
    out.add(f.passivePort, at, stop - at, port(found[5]!, found[6]!));
  } else if (code === 229) {
    const found = extendedPassive(b, at, stop);
    if (found !== null) out.add(f.epsvPort, at, stop - at, Number(found[1]));
  }
}
