// Lightweight Directory Access Protocol (RFC 4511), its SASL layer (RFC 4513 §5.2), and connectionless LDAP of Active
// Directory ([MS-ADTS] §6.3.3).
import { BerItem, berMessageLength } from '../../codec/ber.ts';
import { spells, u32 } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { LISTED } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';
import { Exchanges, UNASKED } from '../../flows/exchanges.ts';
import { gssapi } from '../auth/gssapi.ts';
import { wrappedIn } from '../auth/krb5-token.ts';
import { callNested } from '../auth/nested.ts';
import { ntlmssp } from '../auth/ntlmssp.ts';
import { spnego } from '../auth/spnego.ts';
import { tokenInfo } from '../auth/token-info.ts';
import { tls } from '../tls/tls.ts';
import { emitMessages } from './emit.ts';
import { f } from './fields.ts';
import { messagesInfo } from './info.ts';
import * as op from './message.ts';
import { elements, isAnswered, isResponse, Message, textOf } from './message.ts';
import { readOids } from './names.ts';

/** Maximum length of a SASL buffer; a larger value is invalid. */
const SASL_BYTES_MAX = 1 << 20;
const SASL_LENGTH = 4;
const START_TLS = '1.3.6.1.4.1.1466.20037';

/** State negotiated in the conversation. */
interface Conversation {
  /** SASL mechanism; `UNKNOWN` if only its result was captured, '' without SASL. */
  mechanism: string;

  startTls: number;
  /** Number of entries returned by the current search. */
  results: number;
}

/** Contents of a layer: messages in [start, end), or opaque data. */
interface Note {
  readonly start: number;
  readonly end: number;
  readonly isSealed: boolean;
  readonly entry: number;
  /** Entry of its request; -1: none. */
  readonly asked: number;
  readonly results: number;
}

const make = (): Conversation => ({ mechanism: '', startTls: -1, results: 0 });
const known = (p: Packet): Conversation | null => p.session.knownState<Conversation>(p, 'ldap');
const exchanges = (p: Packet): Exchanges => p.session.memoryOf('ldap', () => new Exchanges('ldap'));

function saslLength(p: Packet): number {
  if (p.end - p.at < SASL_LENGTH || (known(p)?.mechanism ?? '') === '') return 0;
  const length = u32(p.buf, p.at);
  return length >= 2 && length <= SASL_BYTES_MAX ? length : 0;
}

/** Heuristic: a Kerberos wrap token with a length, if the bind was not captured. */
function looksWrapped(p: Packet): boolean {
  const { buf: b, at, end } = p;
  if (end - at < 6 || u32(b, at) + SASL_LENGTH > end - at) return false;
  return (b[at + 4] === 0x05 && b[at + 5] === 0x04) || b[at + 4] === 0x60;
}

/** Where the messages of a layer stand; null where none can be read. */
export function readableIn(p: Packet, layer: number): Pick<Note, 'start' | 'end'> | null {
  const note = p.notes[layer] as Note | null;
  return note === null || note.isSealed ? null : note;
}

const message = new Message();

const step = (p: Packet): null => {
  const layer = p.count - 1;
  const b = p.buf;
  const isWrapped = looksWrapped(p);
  if (isWrapped || saslLength(p) > 0) {
    if (isWrapped && known(p) === null) p.session.stateOf(p, 'ldap', make).mechanism = 'UNKNOWN';
    readWrapped(p, layer);
  } else if (b[p.at] === 0x30) readMessages(p, layer, p.at, p.end);
  // The middle of a message: identified by the port only.
  else p.flags[layer]! &= LISTED;
  p.at = p.end;
  return null;
};

const emit = (p: Packet, layer: number, out: Sink): void => {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const note = p.notes[layer] as Note | null;
  if (note === null) return;
  if (b[start] === 0) out.add(f.saslLength, start, SASL_LENGTH);
  if (note.isSealed) {
    if (note.end > note.start) out.add(f.encrypted, note.start, note.end - note.start);
    return;
  }
  const answer = note.asked < 0 ? 0 : exchanges(p).answerTo(p, note.asked);
  if (answer > 0) out.add(f.responseIn, start, 0, answer);
  if (note.entry >= 0) {
    const table = exchanges(p);
    out.add(f.responseTo, start, 0, table.request[note.entry]!);
    out.add(f.time, start, 0, table.responseTimeNs(p, note.entry));
  }
  emitMessages(b, note.start, note.end, out);
};

function info(p: Packet, layer: number): string | null {
  const made = p.protocols[layer];
  let text = '';
  // Info texts of several messages in one packet are joined.
  for (let at = 0; at <= layer; at++) {
    if (p.protocols[at] !== made || p.notes[at] === null) continue;
    let next = at + 1;
    while (next < p.count && (p.protocols[next] !== made || p.notes[next] === null)) next++;
    const summary = layerInfo(p, at) + tokenInfo(p, at + 1, next);
    text = text === '' ? summary : `${text} | ${summary}`;
  }
  return text;
}

function layerInfo(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const note = p.notes[layer] as Note;
  const isSasl = b[p.start[layer]!] === 0;
  if (note.isSealed) {
    const length = note.end - note.start;
    return `SASL GSS-API Privacy: payload (${length} byte${length === 1 ? '' : 's'})`;
  }
  const text = messagesInfo(b, note.start, note.end, note.results);
  return isSasl ? `SASL GSS-API Integrity: ${text}` : text;
}

export const ldap: Protocol = protocol({
  name: 'ldap',
  title: 'Lightweight Directory Access Protocol',
  column: 'LDAP',
  fields: f,
  on: [[tcpPorts, 389, 3268]],
  framing: {
    header: 2,
    length(p) {
      const wrapped = saslLength(p);
      if (wrapped > 0) return SASL_LENGTH + wrapped;
      const { buf: b, at, end } = p;
      const length = b[at] === 0x30 ? berMessageLength(b, at, end) : 0;
      if (length > 4) return length;
      return looksWrapped(p) ? SASL_LENGTH + u32(b, at) : end - at;
    },
  },
  step,
  emit,
  info,
});

export const cldap: Protocol = protocol({
  name: 'cldap',
  title: 'Connectionless Lightweight Directory Access Protocol',
  column: 'CLDAP',
  fields: f,
  on: [[udpPorts, 389]],
  step,
  emit,
  info,
});

/** A length and a GSS-API token; messages that are only signed follow in the clear. */
function readWrapped(p: Packet, layer: number): void {
  const at = p.at + SASL_LENGTH;
  const stop = Math.min(p.end, at + u32(p.buf, p.at));
  if (at >= stop) return;
  callNested(p, gssapi, at, stop);
  const inner = wrappedIn(p, layer + 1);
  const isSealed = inner === null || inner.isSealed;
  if (isSealed)
    p.notes[layer] = {
      start: inner?.start ?? at,
      end: stop,
      isSealed,
      entry: -1,
      asked: -1,
      results: 0,
    } satisfies Note;
  else readMessages(p, layer, inner.start, inner.end);
}

function readMessages(p: Packet, layer: number, at: number, end: number): void {
  const b = p.buf;
  const start = at;
  let entry = -1;
  let asked = -1;
  const state = p.session.stateOf(p, 'ldap', make);
  while (message.read(b, at, end)) {
    at = message.next;
    const { operation, id } = message;
    if (isAnswered(operation)) {
      exchanges(p).seeRequest(p, id, 0);
      asked = id;
    }
    // A search has several responses: its entries, then the result (RFC 4511 §4.5.2).
    else if (isResponse(operation) && exchanges(p).seeReply(p, id) !== UNASKED) entry = exchanges(p).entry;
    readOperation(p, operation, id, message.body, state);
    if (message.controls < message.stop) listControls(p, message.controls, message.stop);
  }
  p.notes[layer] = { start, end, isSealed: false, entry, asked, results: state.results } satisfies Note;
}

function readOperation(p: Packet, operation: number, id: number, body: BerItem, state: Conversation): void {
  switch (operation) {
    case op.SEARCH_REQUEST:
      state.results = 0;
      break;
    case op.SEARCH_ENTRY:
      state.results++;
      break;
    case op.BIND_REQUEST:
      readBind(p, body.content, body.stop, state);
      break;
    case op.BIND_RESPONSE:
      readBound(p, body.content, body.stop, state);
      break;
    case op.EXTENDED_REQUEST:
    case op.INTERMEDIATE_RESPONSE:
      if (readExtension(p, body.content, body.stop) === START_TLS) state.startTls = id;
      break;
    case op.EXTENDED_RESPONSE:
      // RFC 4511 §4.14.2: after a successful response, TLS follows.
      if (id === state.startTls && p.flow >= 0 && p.buf[body.content + 2] === 0)
        p.session.flows.setApplication(p.flow, tls);
      break;
  }
}

/** Extended request or response (§4.12): a name [0] and a value [1]; returns the name. */
function readExtension(p: Packet, at: number, end: number): string {
  let oid = '';
  for (const item of elements(p.buf, at, end)) {
    if (item.tag === 0) oid = textOf(p.buf, item);
    else if (item.tag === 1 && readOids[oid] !== undefined) p.push(ldap, LISTED);
  }
  return oid;
}

/** Bind request (§4.2); dissects the token, if any, by mechanism. */
function readBind(p: Packet, at: number, end: number, state: Conversation): void {
  const b = p.buf;
  let place = 0;
  for (const item of elements(b, at, end)) {
    if (place++ !== 2) continue;
    if (item.tag === 10 || item.tag === 11) callNested(p, ntlmssp, item.content, item.stop);
    else if (item.tag === 3) {
      const { content, stop } = item;
      state.mechanism = '';
      for (const part of elements(b, content, stop)) {
        if (state.mechanism === '') state.mechanism = textOf(b, part) || 'UNKNOWN';
        else readToken(p, part.content, part.stop, gssapi);
      }
    } else state.mechanism = '';
    return;
  }
}

function readToken(p: Packet, at: number, stop: number, otherwise: Protocol): void {
  if (at >= stop) return;
  const kind = p.buf[at]! & 0xc0;
  if (spells(p.buf, at, stop, 'NTLMSSP')) callNested(p, ntlmssp, at, stop);
  else if (kind === 0x80) callNested(p, spnego, at, stop);
  else if (kind === 0x40) callNested(p, otherwise, at, stop);
}

/** Bind response (§4.2.2): serverSaslCreds is [7]; Active Directory sends the NTLM challenge in matchedDN. */
function readBound(p: Packet, at: number, end: number, state: Conversation): void {
  const b = p.buf;
  let place = 0;
  for (const item of elements(b, at, end)) {
    if (place === 1 && spells(b, item.content, item.stop, 'NTLMSSP'))
      callNested(p, ntlmssp, item.content, item.stop);
    if (item.id === 0x87) {
      if (state.mechanism === 'GSS-SPNEGO') readToken(p, item.content, item.stop, spnego);
      else if (state.mechanism === 'GSSAPI' && item.length > 0)
        callNested(p, gssapi, item.content, item.stop);
    }
    place++;
  }
}

const list = new BerItem();

/** Controls (§4.1.11): frame.protocols lists LDAP again for those with dissected values. */
function listControls(p: Packet, at: number, end: number): void {
  const b = p.buf;
  if (!list.read(b, at, end) || list.tag !== 0) return;
  const { content, stop } = list;
  for (const control of elements(b, content, stop)) {
    let oid = '';
    let hasValue = false;
    const { content: from, stop: to } = control;
    for (const part of elements(b, from, to)) {
      if (oid === '') oid = textOf(b, part);
      else if (part.id === 0x04) hasValue = true;
    }
    if (hasValue && readOids[oid] !== undefined) p.push(ldap, LISTED);
  }
}
