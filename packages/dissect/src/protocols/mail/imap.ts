// Internet Message Access Protocol (RFC 9051, RFC 3501): tagged commands and replies, fetched messages.
import { ascii, indexOf, spells } from '../../core/bytes.ts';
import { bool, text } from '../../core/field.ts';
import { COLUMN, MORE_SEGMENT, type Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpHeuristics, tcpPorts } from '../../core/table.ts';
import {
  afterLine,
  endOfLine,
  endOfWord,
  isToServer,
  lineText,
  looksLikeTls,
  skipSpaces,
  startTls,
} from '../text/lines.ts';
import { imf } from './imf.ts';

const PORT = 143;

const f = {
  isRequest: bool('imap.isrequest', 'Request').hidden(),
  line: text('imap.line', 'Line'),
  request: text('imap.request', 'Request'),
  requestTag: text('imap.request_tag', 'Request Tag'),
  command: text('imap.request.command', 'Request Command'),
  folder: text('imap.request.folder', 'Request Folder'),
  response: text('imap.response', 'Response'),
  responseTag: text('imap.response_tag', 'Response Tag'),
  status: text('imap.response.status', 'Response Status'),
};

interface Conversation {
  wantsTls: boolean;
}

/** Maximum number of lines dissected per packet. */
const LINES_MAX = 1000;
/** Maximum length of a literal; reassembly does not wait for longer ones. */
const LITERAL_BYTES_MAX = 8 << 20;

export const imap = protocol({
  name: 'imap',
  title: 'Internet Message Access Protocol',
  column: 'IMAP',
  fields: f,
  on: [[tcpPorts, PORT]],
  heuristics: [
    [
      tcpHeuristics,
      (p) =>
        spells(p.buf, p.at, p.end, '* OK ') &&
        /\bIMAP/i.test(ascii(p.buf, p.at, Math.min(p.end, p.at + 256))),
    ],
  ],
  step(p) {
    const b = p.buf;
    const { end } = p;
    const layer = p.count - 1;
    if (looksLikeTls(b, p.at, end)) {
      startTls(p);
      const tls = tcpPorts.get(443);
      if (tls !== undefined) {
        p.flags[layer] = 0;
        return tls;
      }
    }
    const state = p.session.stateOf<Conversation>(p, 'imap', () => ({ wantsTls: false }));
    const isRequest = isToServer(p, PORT);
    for (let at = p.at, lines = 0; at < end && lines < LINES_MAX; lines++) {
      const stop = endOfLine(b, at, end);
      p.at = at;
      if (stop === end && p.askMore(MORE_SEGMENT)) return wait(p, layer, at, false);
      const next = afterLine(b, stop, end);
      const body = isRequest ? 0 : literalLength(b, at, stop);
      if (body > 0 && body <= LITERAL_BYTES_MAX) {
        const after = next + body;
        // The parenthesis that closes a FETCH response follows the message.
        if (after >= end && p.askMore(MORE_SEGMENT)) return wait(p, layer, at, true);
        p.call(imf, next, Math.min(after, end), after);
        at = Math.min(after, end);
        continue;
      }
      readLine(p, state, b, at, stop, isRequest);
      at = next;
    }
    p.at = end;
    return null;
  },
  emit: emitImap,
  info: imapInfo,
});

/** Waits for more data from `at` on. What was dissected before stays; a message alone is shown, but listed as TCP's. */
function wait(p: Packet, layer: number, at: number, isMessage: boolean): null {
  if (at === p.start[layer]) p.flags[layer] = isMessage ? p.flags[layer]! & ~COLUMN : 0;
  p.stop[layer] = at;
  p.at = at;
  return null;
}

/** Length of the literal at the end of a FETCH response's line, {length} (RFC 9051 §4.3); 0 for other lines. */
function literalLength(b: Uint8Array, at: number, stop: number): number {
  if (b[at] !== 0x2a || b[stop - 1] !== 0x7d) return 0;
  const found = /^\* \d+ FETCH .*\((?:.*)\{(\d{1,9})\+?\}$/i.exec(ascii(b, at, Math.min(stop, at + 1024)));
  return found === null ? 0 : Number(found[1]);
}

function readLine(
  p: Packet,
  state: Conversation,
  b: Uint8Array,
  at: number,
  stop: number,
  isRequest: boolean,
): void {
  const second = skipSpaces(b, endOfWord(b, at, stop), stop);
  if (isRequest) state.wantsTls ||= ascii(b, second, Math.min(stop, second + 8)).toUpperCase() === 'STARTTLS';
  else if (state.wantsTls && b[at] !== 0x2a && spells(b, second, stop, 'OK')) {
    state.wantsTls = false;
    startTls(p);
  }
}

/** Calls `each` for the lines of the layer that do not belong to a fetched message. */
function eachImapLine(
  p: Packet,
  layer: number,
  each: (at: number, stop: number, next: number) => void,
): void {
  const b = p.bufferOf(layer);
  const end = p.stop[layer]!;
  const isRequest = isToServer(p, PORT);
  for (let at = p.start[layer]!, lines = 0; at < end && lines < LINES_MAX; lines++) {
    const stop = endOfLine(b, at, end);
    const next = afterLine(b, stop, end);
    each(at, stop, next);
    at = next + (isRequest ? 0 : literalLength(b, at, stop));
  }
}

/** Info text: the first line that is not an untagged response. */
function imapInfo(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const prefix = isToServer(p, PORT) ? 'Request' : 'Response';
  let first = '';
  let tagged = '';
  eachImapLine(p, layer, (at, stop) => {
    if (tagged !== '') return;
    if (first === '') first = lineText(b, at, stop);
    if (b[at] !== 0x2a) tagged = lineText(b, at, stop);
  });
  return `${prefix}: ${tagged === '' ? first : tagged}`;
}

const FOLDER_COMMANDS = /^(SELECT|EXAMINE|CREATE|DELETE|RENAME|SUBSCRIBE|UNSUBSCRIBE|STATUS|APPEND|SEARCH)$/i;

function emitImap(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const isRequest = isToServer(p, PORT);
  out.add(f.isRequest, p.start[layer]!, 0, isRequest);
  eachImapLine(p, layer, (at, stop, next) => {
    out.open(f.line, at, next - at);
    if (b[at] !== 0x2a && stop > at) emitTagged(b, at, stop, isRequest, out);
    out.close();
  });
}

function emitTagged(b: Uint8Array, at: number, stop: number, isRequest: boolean, out: Sink): void {
  out.add(isRequest ? f.request : f.response, at, stop - at);
  const tagEnd = endOfWord(b, at, stop);
  out.add(isRequest ? f.requestTag : f.responseTag, at, tagEnd - at);
  let word = skipSpaces(b, tagEnd, stop);
  let end = endOfWord(b, word, stop);
  if (end === word) return;
  if (!isRequest) {
    out.add(f.status, word, end - word);
    return;
  }
  if (/^UID$/i.test(ascii(b, word, end))) {
    word = skipSpaces(b, end, stop);
    end = endOfWord(b, word, stop);
  }
  out.add(f.command, word, end - word);
  const folder = skipSpaces(b, end, stop);
  const folderEnd = b[folder] === 0x22 ? indexOf(b, 0x22, folder + 1, stop) + 1 : endOfWord(b, folder, stop);
  if (folderEnd > folder && FOLDER_COMMANDS.test(ascii(b, word, end)))
    out.add(f.folder, folder, folderEnd - folder);
}
