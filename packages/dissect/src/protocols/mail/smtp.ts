// Simple Mail Transfer Protocol (RFC 5321): commands and replies, the message after DATA or BDAT, STARTTLS.
import { ascii, spells } from '../../core/bytes.ts';
import { bool, text, uint } from '../../core/field.ts';
import { MORE_SEGMENT, type Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpHeuristics, tcpPorts } from '../../core/table.ts';
import { nestFrom } from '../media/nesting.ts';
import { textLines } from '../media/text-lines.ts';
import { HeldMessage } from '../text/held-message.ts';
import {
  afterLine,
  eachLine,
  endOfLine,
  endOfWord,
  isToServer,
  lineText,
  replyCode,
  skipSpaces,
  startTls,
  wordAt,
} from '../text/lines.ts';
import { callMail } from './imf.ts';

const PORT = 25;
const SUBMISSION = 587;

const f = {
  req: bool('smtp.req', 'Request').hidden(),
  rsp: bool('smtp.rsp', 'Response').hidden(),
  commandLine: text('smtp.command_line', 'Command Line'),
  command: text('smtp.req.command', 'Command'),
  parameter: text('smtp.req.parameter', 'Request parameter'),
  response: text('smtp.response', 'Response'),
  code: uint('smtp.response.code', 'Response code'),
  responseParameter: text('smtp.rsp.parameter', 'Response parameter'),
  username: text('smtp.auth.username', 'Username'),
  password: text('smtp.auth.password', 'Password'),
  message: text('smtp.message', 'Message'),
};

/** Expected kind of the client's next line. */
const COMMAND = 0;
const USERNAME = 1;
const PASSWORD = 2;

class Conversation {
  isData = false;
  /** Bytes of a BDAT chunk still to come, and whether it is the last (RFC 3030). */
  chunkLeft = 0;
  isLastChunk = false;
  readonly message = new HeldMessage();
  /** The message so far ends with CR LF (or is empty): a dot may end it. */
  isAtLineStart = true;
  expects = COMMAND;
  wantsTls = false;
}

/** Marks of a layer. */
const COMMANDS = 1;
const MESSAGE = 2;
const USER_LINE = 3;
const PASSWORD_LINE = 4;
const REPLIES = 5;

export const smtp = protocol({
  name: 'smtp',
  title: 'Simple Mail Transfer Protocol',
  column: 'SMTP',
  fields: f,
  on: [[tcpPorts, PORT, SUBMISSION]],
  heuristics: [[tcpHeuristics, isGreeting]],
  step(p) {
    const layer = p.count - 1;
    const state = p.session.stateOf(p, 'smtp', () => new Conversation());
    if (!isToServer(p, PORT, SUBMISSION)) return readReplies(p, layer, state);
    if (state.isData || state.chunkLeft > 0) readMessage(p, layer, state, p.at);
    else readCommands(p, layer, state);
    return null;
  },
  emit: emitSmtp,
  info: smtpInfo,
});

/** A mail server's greeting, on any port. */
function isGreeting(p: Packet): boolean {
  const { buf: b, at, end } = p;
  if (end - at < 10 || !(spells(b, at, end, '220 ') || spells(b, at, end, '220-'))) return false;
  return /\bE?SMTP\b/.test(ascii(b, at, Math.min(end, at + 256)));
}

function readReplies(p: Packet, layer: number, state: Conversation): null {
  const b = p.buf;
  // A line whose end has not come yet is waited for.
  if (b[p.end - 1] !== 10 && p.askMore(MORE_SEGMENT)) {
    p.flags[layer] = 0;
    return null;
  }
  p.mark[layer] = REPLIES;
  if (state.wantsTls && replyCode(b, p.at, p.end) === 220) startTls(p);
  state.wantsTls = false;
  p.at = p.end;
  return null;
}

/** Four letters, then a space or the end; anything else looks like part of a message whose start was not captured. */
function isCommand(b: Uint8Array, at: number, stop: number): boolean {
  if (stop - at < 4) return false;
  for (let i = at; i < at + 4; i++) if ((b[i]! | 0x20) < 0x61 || (b[i]! | 0x20) > 0x7a) return false;
  return true;
}

function readCommands(p: Packet, layer: number, state: Conversation): void {
  const b = p.buf;
  const { end } = p;
  const start = p.at;
  p.mark[layer] = COMMANDS;
  for (let at = start; at < end; ) {
    const stop = endOfLine(b, at, end);
    p.at = at;
    if (stop === end && p.askMore(MORE_SEGMENT)) {
      p.stop[layer] = at;
      if (at === start) p.flags[layer] = 0;
      return;
    }
    if (state.expects !== COMMAND) {
      p.mark[layer] = state.expects === USERNAME ? USER_LINE : PASSWORD_LINE;
      state.expects = state.expects === USERNAME ? PASSWORD : COMMAND;
    } else if (isCommand(b, at, stop)) readCommand(state, b, at, stop);
    else {
      showMessage(p, layer, at);
      break;
    }
    at = afterLine(b, stop, end);
    if ((state.isData || state.chunkLeft > 0) && at < end) {
      readMessage(p, layer, state, at);
      return;
    }
  }
  p.at = end;
}

function readCommand(state: Conversation, b: Uint8Array, at: number, stop: number): void {
  switch (wordAt(b, at, stop)) {
    case 'DATA':
      state.isData = true;
      state.isAtLineStart = true;
      return;
    case 'BDAT': {
      const found = /^BDAT\s+(\d{1,10})(\s+LAST)?/i.exec(ascii(b, at, Math.min(stop, at + 40)));
      state.chunkLeft = Number(found?.[1] ?? 0);
      state.isLastChunk = found?.[2] !== undefined;
      return;
    }
    case 'STARTTLS':
      state.wantsTls = true;
      return;
    case 'AUTH':
      // RFC 4954 §4, [MS-XLOGIN]: user and password follow on lines of their own.
      if (/^AUTH\s+LOGIN\s*$/i.test(ascii(b, at, Math.min(stop, at + 80)))) state.expects = USERNAME;
      return;
  }
}

/** The message, from `at` to the end of the packet or of the message. */
function readMessage(p: Packet, layer: number, state: Conversation, at: number): void {
  const b = p.buf;
  const { end } = p;
  p.mark[layer] = MESSAGE;
  let stop = end;
  let isWhole = false;
  if (state.chunkLeft > 0) {
    stop = Math.min(end, at + state.chunkLeft);
    state.chunkLeft -= stop - at;
    isWhole = state.chunkLeft === 0 && state.isLastChunk;
  } else {
    const dot = findEndOfData(b, at, end, state.isAtLineStart);
    isWhole = dot >= 0;
    if (isWhole) stop = dot;
    state.isAtLineStart = b[end - 1] === 10;
  }
  state.message.add(p, b, at, stop);
  if (isWhole) {
    state.isData = false;
    callMail(p, state.message.take(p));
  } else showMessage(p, layer, p.start[layer]!);
  p.at = end;
}

function showMessage(p: Packet, layer: number, at: number): void {
  p.mark[layer] = MESSAGE;
  const layers = p.count;
  p.call(textLines, at, p.end, p.wireEnd);
  nestFrom(p, layers);
}

/** RFC 5321 §4.1.1.4: a line that is a single dot; -1 when there is none. */
function findEndOfData(b: Uint8Array, start: number, end: number, isAtLineStart: boolean): number {
  for (let at = b.indexOf(0x2e, start); at >= 0 && at < end; at = b.indexOf(0x2e, at + 1)) {
    const beginsLine = at === start ? isAtLineStart : b[at - 1] === 10;
    if (beginsLine && b[at + 1] === 13 && b[at + 2] === 10 && at + 3 <= end) return at;
  }
  return -1;
}

/** Lines of one packet in the Info column. */
const INFO_LINES_MAX = 40;

function smtpInfo(p: Packet, layer: number): string | null {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const stop = p.stop[layer]!;
  const mark = p.mark[layer];
  if (mark === MESSAGE) return `C: DATA fragment, ${stop - start} byte${stop - start === 1 ? '' : 's'}`;
  if (mark === 0) return null;
  const lines: string[] = [];
  let isContinued = false;
  eachLine(b, start, stop, (at, end) => {
    if (lines.length >= INFO_LINES_MAX) return;
    if (mark !== REPLIES) {
      lines.push(lineText(b, at, end));
      return;
    }
    const code = replyCode(b, at, end);
    if (code >= 0) lines.push(lineText(b, isContinued ? Math.min(end, at + 4) : at, end));
    isContinued = code >= 0 && b[at + 3] === 0x2d;
  });
  const prefix =
    mark === REPLIES
      ? 'S: '
      : mark === USER_LINE
        ? 'C: User: '
        : mark === PASSWORD_LINE
          ? 'C: Pass: '
          : 'C: ';
  return prefix + lines.join(' | ');
}

function emitSmtp(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const mark = p.mark[layer]!;
  const isReply = mark === REPLIES;
  if (mark === MESSAGE) {
    eachLine(b, start, p.stop[layer]!, (at, _stop, next) => out.add(f.message, at, next - at));
    return;
  }
  out.add(isReply ? f.rsp : f.req, start, 0, true);
  let isContinued = false;
  eachLine(b, start, p.stop[layer]!, (at, stop, next) => {
    if (isReply) isContinued = emitReply(b, at, stop, next, isContinued, out);
    else if (mark === USER_LINE || mark === PASSWORD_LINE)
      out.add(mark === USER_LINE ? f.username : f.password, at, stop - at);
    else emitCommand(b, at, stop, next, out);
  });
}

function emitCommand(b: Uint8Array, at: number, stop: number, next: number, out: Sink): void {
  out.open(f.commandLine, at, next - at);
  const end = Math.min(endOfWord(b, at, stop), at + (spells(b, at, stop, 'STARTTLS') ? 8 : 4));
  out.add(f.command, at, end - at);
  const parameter = skipSpaces(b, end, stop);
  if (parameter < stop) out.add(f.parameter, parameter, stop - parameter);
  out.close();
}

/** Only the first line of a reply shows the code; true if more lines follow (RFC 5321 §4.2.1). */
function emitReply(
  b: Uint8Array,
  at: number,
  stop: number,
  next: number,
  isContinued: boolean,
  out: Sink,
): boolean {
  const code = replyCode(b, at, stop);
  if (code < 0) return false;
  out.open(f.response, at, next - at);
  if (!isContinued) out.add(f.code, at, 3, code);
  if (stop > at + 4) out.add(f.responseParameter, at + 4, stop - at - 4);
  out.close();
  return b[at + 3] === 0x2d;
}
