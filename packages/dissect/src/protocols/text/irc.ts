// Internet Relay Chat (RFC 2812): messages of one line, `:prefix COMMAND parameters :trailing`.
import { ascii, spells, utf8 } from '../../core/bytes.ts';
import { text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpHeuristics, tcpPorts } from '../../core/table.ts';
import { eachLine, endOfWord, isToServer, skipSpaces, startTls } from './lines.ts';

const PORT = 6667;
const DIRCPROXY = 57000;

const f = {
  request: text('irc.request', 'Request'),
  requestPrefix: text('irc.request.prefix', 'Prefix'),
  requestCommand: text('irc.request.command', 'Command'),
  requestParameter: text('irc.request.command_parameter', 'Parameter'),
  requestTrailer: text('irc.request.trailer', 'Trailer'),
  response: text('irc.response', 'Response'),
  responsePrefix: text('irc.response.prefix', 'Prefix'),
  responseCommand: text('irc.response.command', 'Command'),
  responseNumber: uint('irc.response.num_command', 'Command'),
  responseParameter: text('irc.response.command_parameter', 'Parameter'),
  responseTrailer: text('irc.response.trailer', 'Trailer'),
};

/** Offset of a line's command, behind the prefix (RFC 2812 §2.3.1). */
function commandAt(b: Uint8Array, at: number, stop: number): number {
  at = skipSpaces(b, at, stop);
  return b[at] === 0x3a ? skipSpaces(b, endOfWord(b, at, stop), stop) : at;
}

export const irc = protocol({
  name: 'irc',
  title: 'Internet Relay Chat',
  column: 'IRC',
  fields: f,
  on: [[tcpPorts, PORT, DIRCPROXY]],
  heuristics: [[tcpHeuristics, isRegistration]],
  step(p) {
    const b = p.buf;
    // https://ircv3.net/specs/extensions/tls: numeric 670 begins TLS.
    if (b[p.at] === 0x3a && !isToServer(p, PORT, DIRCPROXY)) {
      if (spells(b, commandAt(b, p.at, p.end), p.end, '670 ')) startTls(p);
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const isRequest = isToServer(p, PORT, DIRCPROXY);
    eachLine(b, p.start[layer]!, p.stop[layer]!, (at, stop) => {
      if (stop > at) emitLine(b, at, stop, isRequest, out);
    });
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const names: string[] = [];
    eachLine(b, p.start[layer]!, p.stop[layer]!, (at, stop) => {
      const command = commandAt(b, at, stop);
      const end = endOfWord(b, command, stop);
      if (end > command && names.length < COMMANDS_SHOWN)
        names.push(` (${ascii(b, command, Math.min(end, command + 32))})`);
    });
    return (isToServer(p, PORT, DIRCPROXY) ? 'Request' : 'Response') + names.join('');
  },
});

const COMMANDS_SHOWN = 50;

/** Heuristic: commands with which a client registers (RFC 2812 §3.1), on any port. */
function isRegistration(p: Packet): boolean {
  const { buf: b, at, end } = p;
  if (b[at] !== 0x4e && b[at] !== 0x55 && b[at] !== 0x43) return false;
  if (!spells(b, at, end, 'NICK ') && !spells(b, at, end, 'USER ') && !spells(b, at, end, 'CAP LS'))
    return false;
  return /^(NICK \S{1,32}\r?\nUSER \S+ \S+ \S+ :|USER \S+ \S+ \S+ :[^\r\n]*\r?\nNICK |CAP LS( 302)?\r?\n)/.test(
    ascii(b, at, Math.min(end, at + 256)),
  );
}

function emitLine(b: Uint8Array, at: number, stop: number, isRequest: boolean, out: Sink): void {
  out.open(isRequest ? f.request : f.response, at, stop - at, utf8(b, at, stop));
  const command = commandAt(b, at, stop);
  if (b[at] === 0x3a) {
    const end = endOfWord(b, at, stop);
    out.add(isRequest ? f.requestPrefix : f.responsePrefix, at + 1, end - at - 1);
  }
  const end = endOfWord(b, command, stop);
  if (end > command) emitCommand(b, command, end, isRequest, out);
  let word = skipSpaces(b, end, stop);
  for (let count = 0; word < stop && count < 15; count++) {
    if (b[word] === 0x3a) {
      out.add(
        isRequest ? f.requestTrailer : f.responseTrailer,
        word + 1,
        stop - word - 1,
        utf8(b, word + 1, stop),
      );
      break;
    }
    const wordEnd = endOfWord(b, word, stop);
    out.add(isRequest ? f.requestParameter : f.responseParameter, word, wordEnd - word);
    word = skipSpaces(b, wordEnd, stop);
  }
  out.close();
}

function emitCommand(b: Uint8Array, at: number, end: number, isRequest: boolean, out: Sink): void {
  const name = ascii(b, at, end);
  if (!isRequest && /^\d{3}$/.test(name)) out.add(f.responseNumber, at, 3, Number(name));
  out.add(isRequest ? f.requestCommand : f.responseCommand, at, end - at, name);
}
