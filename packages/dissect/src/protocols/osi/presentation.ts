// OSI presentation layer (ISO 8823-1, ITU-T X.226 §8.2) and association control (ISO 8650-1, X.227 §9). The protocol of
// user data is identified by a negotiated presentation context.
import { BerItem, berOid } from '../../codec/ber.ts';

import { int, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { isMms, mms } from './mms.ts';

/** CP and CPA types (SET), ARP, and user data in simple and full encoding. */
const CONNECT = 0x31;
const FULL_DATA = 0x61;
const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OID = 0x06;
const NORMAL_MODE = 0xa2;
const CONTEXTS = 0xa4;
const SINGLE_ASN1 = 0xa0;
const CONTEXTS_MAX = 16;
const PARTS_MAX = 64;

const ACSE_OID = '2.2.1.0.1';
const MMS_OID = '1.0.9506.2.1';

const f = {
  context: int('pres.presentation_context_identifier', 'presentation-context-identifier'),
  syntax: text('pres.abstract_syntax_name', 'abstract-syntax-name'),
};

const outer = new BerItem();
const middle = new BerItem();
const inner = new BerItem();
const leaf = new BerItem();

/** Abstract syntaxes by context identifier, as negotiated in the conversation. */
type Contexts = Map<number, string>;
const contextsOf = (p: Packet): Contexts => p.session.stateOf(p, 'pres', (): Contexts => new Map());

export function isPresentation(b: Uint8Array, at: number, end: number): boolean {
  return (b[at] === CONNECT || b[at] === FULL_DATA || b[at] === SEQUENCE) && outer.read(b, at, end);
}

/** Finds the value with this identifier in [at, end), and reads it into `item`. */
function find(item: BerItem, id: number, b: Uint8Array, at: number, end: number): boolean {
  for (let i = 0; i < PARTS_MAX && at < end && item.read(b, at, end); i++) {
    if (item.id === id) return true;
    at = item.next;
  }
  return false;
}

/** Calls back for each proposed context (X.226 §8.4.2): identifier and abstract syntax. */
function eachContext(
  b: Uint8Array,
  at: number,
  end: number,
  visit: (id: number, syntax: string, at: number, length: number) => void,
): void {
  for (let i = 0; i < CONTEXTS_MAX && at < end && inner.readA(SEQUENCE, b, at, end); i++) {
    at = inner.next;
    if (!leaf.readA(INTEGER, b, inner.content, inner.stop) || leaf.length !== 1) continue;
    const id = b[leaf.content]!;
    if (leaf.readA(OID, b, leaf.next, inner.stop))
      visit(id, berOid(b, leaf.content, leaf.stop), leaf.content, leaf.length);
  }
}

/** Offset of the user data: in the normal-mode parameters of a connect PDU, otherwise at the start; -1: none. */
function userDataAt(p: Packet, b: Uint8Array, at: number, end: number): number {
  if (b[at] === FULL_DATA) return at;
  if (!outer.read(b, at, end)) return -1;
  if (!find(middle, NORMAL_MODE, b, outer.content, outer.stop)) return -1;
  const { content, stop } = middle;
  if (find(inner, CONTEXTS, b, content, stop)) {
    const contexts = contextsOf(p);
    eachContext(b, inner.content, inner.stop, (id, syntax) => {
      if (contexts.size < CONTEXTS_MAX) contexts.set(id, syntax);
    });
  }
  return find(inner, FULL_DATA, b, content, stop) ? inner.start : -1;
}

/** Protocol of a context's value [at, end); if the negotiation was not captured, only for unambiguous content. */
function readerOf(p: Packet, context: number, at: number, end: number): Protocol | null {
  const syntax = p.session.knownState<Contexts>(p, 'pres')?.get(context);
  if (syntax === ACSE_OID) return acse;
  if (syntax === MMS_OID) return mms;
  if (syntax !== undefined) return null;
  return isMms(p.buf, at, end) ? mms : null;
}

export const presentation: Protocol = protocol({
  name: 'pres',
  title: 'ISO 8823 OSI Presentation Protocol',
  column: 'PRES',
  fields: f,
  step(p) {
    const { buf: b, at: start, end } = p;
    const at = userDataAt(p, b, start, end);
    p.at = end;
    if (at < 0 || !outer.read(b, at, end)) return null;
    // X.226 §8.4.2.7: a list of values with their contexts.
    let next = outer.content;
    const { stop } = outer;
    for (let i = 0; i < PARTS_MAX && next < stop && middle.readA(SEQUENCE, b, next, stop); i++) {
      next = middle.next;
      const partStop = middle.stop;
      if (!find(inner, INTEGER, b, middle.content, partStop) || inner.length !== 1) continue;
      const context = b[inner.content]!;
      if (!find(inner, SINGLE_ASN1, b, inner.next, partStop)) continue;
      const reader = readerOf(p, context, inner.content, inner.stop);
      if (reader !== null) p.call(reader, inner.content, inner.stop);
    }
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (b[start] === FULL_DATA) {
      if (!outer.read(b, start, end) || !middle.readA(SEQUENCE, b, outer.content, outer.stop)) return;
      if (find(inner, INTEGER, b, middle.content, middle.stop))
        out.add(f.context, inner.content, inner.length);
      return;
    }
    if (!outer.read(b, start, end) || !find(middle, NORMAL_MODE, b, outer.content, outer.stop)) return;
    if (!find(inner, CONTEXTS, b, middle.content, middle.stop)) return;
    eachContext(b, inner.content, inner.stop, (_, syntax, at, length) => {
      out.add(f.context, at - 3, 1);
      out.add(f.syntax, at, length, syntax);
    });
  },
  info: () => 'DATA TRANSFER (DT) SPDU',
});

/** APDUs of association control, X.227 §9.1. */
const acseTypes: Readonly<Record<number, string>> = {
  0x60: 'A-Associate-Request',
  0x61: 'A-Associate-Response',
  0x62: 'Release-Request',
  0x63: 'Release-Response',
  0x64: 'Abort',
};
const USER_INFORMATION = 0xbe;
const EXTERNAL = 0x28;
const RESULT = 0xa2;
const CONTEXT_NAME = 0xa1;

const a = {
  name: text('acse.aSO_context_name', 'aSO-context-name'),
  result: uint('acse.result', 'result').named({
    0: 'accepted',
    1: 'rejected-permanent',
    2: 'rejected-transient',
  }),
};

export const acse: Protocol = protocol({
  name: 'acse',
  title: 'ISO 8650-1 OSI Association Control Service',
  column: 'ACSE',
  fields: a,
  step(p) {
    const { buf: b, at: start, end } = p;
    p.at = end;
    if (!outer.read(b, start, end) || !find(middle, USER_INFORMATION, b, outer.content, outer.stop))
      return null;
    if (!find(inner, EXTERNAL, b, middle.content, middle.stop)) return null;
    const { content, stop } = inner;
    if (!find(leaf, INTEGER, b, content, stop) || leaf.length !== 1) return null;
    const context = b[leaf.content]!;
    if (!find(leaf, SINGLE_ASN1, b, leaf.next, stop)) return null;
    const reader = readerOf(p, context, leaf.content, leaf.stop);
    if (reader !== null) p.call(reader, leaf.content, leaf.stop);
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    if (!outer.read(b, p.start[layer]!, p.stop[layer]!)) return;
    const { content, stop } = outer;
    if (find(middle, CONTEXT_NAME, b, content, stop) && inner.readA(OID, b, middle.content, middle.stop))
      out.add(a.name, inner.content, inner.length, berOid(b, inner.content, inner.stop));
    if (
      outer.id === 0x61 &&
      find(middle, RESULT, b, content, stop) &&
      inner.readA(INTEGER, b, middle.content, middle.stop)
    )
      out.add(a.result, inner.content, inner.length);
  },
  info: (p, layer) => acseTypes[p.bufferOf(layer)[p.start[layer]!]!] ?? '',
});
