// Post Office Protocol, version 3 (RFC 1939): commands, replies, and the messages they retrieve.
import { ascii, spells } from '../../core/bytes.ts';
import { text } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpHeuristics, tcpPorts } from '../../core/table.ts';
import { HeldMessage } from '../text/held-message.ts';
import {
  afterLine,
  eachLine,
  endOfLine,
  endOfWord,
  firstLine,
  isToServer,
  looksLikeTls,
  skipSpaces,
  startTls,
  wordAt,
} from '../text/lines.ts';
import { callMail } from './imf.ts';

const PORT = 110;

const f = {
  request: text('pop.request', 'Request'),
  command: text('pop.request.command', 'Request command'),
  parameter: text('pop.request.parameter', 'Request parameter'),
  requestData: text('pop.request.data', 'Data'),
  response: text('pop.response', 'Response'),
  indicator: text('pop.response.indicator', 'Response indicator'),
  description: text('pop.response.description', 'Response description'),
  responseData: text('pop.response.data', 'Data'),
};

class Conversation {
  /** RETR or TOP is pending: the next reply gives the message's length. */
  wantsMessage = false;
  /** Announced length of the message in bytes; 0 if not announced. */
  messageLength = 0;
  readonly message = new HeldMessage();
  wantsTls = false;
}

const FRAGMENT = 1;

export const pop = protocol({
  name: 'pop',
  title: 'Post Office Protocol',
  column: 'POP',
  fields: f,
  on: [[tcpPorts, PORT]],
  heuristics: [
    [
      tcpHeuristics,
      (p) =>
        spells(p.buf, p.at, p.end, '+OK ') &&
        /\bPOP3?\b/.test(ascii(p.buf, p.at, Math.min(p.end, p.at + 128))),
    ],
  ],
  step(p) {
    const state = p.session.stateOf(p, 'pop', () => new Conversation());
    if (isToServer(p, PORT)) readCommand(p, state);
    else if (spells(p.buf, p.at, p.end, '+OK') || spells(p.buf, p.at, p.end, '-ERR')) readReply(p, state);
    else readFragment(p, state);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const isRequest = isToServer(p, PORT);
    if (p.mark[layer] === FRAGMENT) return;
    let isFirst = true;
    eachLine(b, start, p.stop[layer]!, (at, stop, next) => {
      if (!isFirst) {
        out.add(isRequest ? f.requestData : f.responseData, at, next - at);
        return;
      }
      isFirst = false;
      out.open(isRequest ? f.request : f.response, at, next - at);
      const end = endOfWord(b, at, stop);
      if (end > at) out.add(isRequest ? f.command : f.indicator, at, end - at);
      const rest = skipSpaces(b, end, stop);
      if (rest < stop) out.add(isRequest ? f.parameter : f.description, rest, stop - rest);
      out.close();
    });
  },
  info(p, layer) {
    const length = p.stop[layer]! - p.start[layer]!;
    if (p.mark[layer] === FRAGMENT) return `S: DATA fragment, ${length} byte${length === 1 ? '' : 's'}`;
    return `${isToServer(p, PORT) ? 'C' : 'S'}: ${firstLine(p, layer)}`;
  },
});

function readCommand(p: Packet, state: Conversation): void {
  const b = p.buf;
  switch (wordAt(b, p.at, endOfLine(b, p.at, p.end))) {
    case 'RETR':
    case 'TOP':
      state.wantsMessage = true;
      return;
    case 'STLS':
      state.wantsTls = true;
      return;
  }
  if (looksLikeTls(b, p.at, p.end)) startTls(p);
}

function readReply(p: Packet, state: Conversation): void {
  const b = p.buf;
  const isPositive = b[p.at] === 0x2b;
  const stop = endOfLine(b, p.at, p.end);
  // RFC 2595 §4.
  if (state.wantsTls && isPositive) startTls(p);
  state.wantsTls = false;
  if (!state.wantsMessage) return;
  state.wantsMessage = false;
  state.message.take(p);
  state.messageLength = isPositive
    ? Number(/^\+OK\s+(\d{1,9})/.exec(ascii(b, p.at, Math.min(stop, p.at + 40)))?.[1] ?? 0)
    : 0;
  const rest = afterLine(b, stop, p.end);
  // The first bytes of the message arrive with the reply, although Wireshark shows them as reply lines.
  if (rest < p.end && state.messageLength > 0) state.message.add(p, b, rest, p.end);
}

function readFragment(p: Packet, state: Conversation): void {
  p.mark[p.count - 1] = FRAGMENT;
  state.message.add(p, p.buf, p.at, p.end);
  if (state.message.seen < state.messageLength) return;
  state.messageLength = 0;
  callMail(p, state.message.take(p));
}
