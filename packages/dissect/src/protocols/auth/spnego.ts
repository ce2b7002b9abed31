// SPNEGO, negotiation of a GSS-API mechanism (RFC 4178 §4.2; [MS-SPNG] §2.2.1).
import { BerItem, berOid, berText, OBJECT_IDENTIFIER } from '../../codec/ber.ts';
import { bool, bytes, none, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { krb5Token } from './krb5-token.ts';
import { agree, agreed, enterMechanism, mechanism, mechanismNote } from './mechanisms.ts';
import { negoex } from './negoex.ts';
import { callNested } from './nested.ts';
import { ntlmssp } from './ntlmssp.ts';

/** Choices of NegotiationToken, and their elements by tag. */
const INIT = 0xa0;
const TARGET = 0xa1;
const MECH_TYPES = 0;
const REQUEST_FLAGS = 1;
const SUPPORTED_MECH = 1;
const TOKEN = 2;
/** [3] is mechListMIC; in NegTokenInit2 of [MS-SPNG] it is the hints, and mechListMIC is [4]. */
const MIC = 3;
const MIC_AFTER_HINTS = 4;
const MECHANISMS_MAX = 32;

const f = {
  init: none('spnego.negTokenInit_element', 'negTokenInit'),
  target: none('spnego.negTokenTarg_element', 'negTokenTarg'),
  mechTypes: uint('spnego.mechTypes', 'mechTypes'),
  mechType: text('spnego.MechType', 'MechType'),
  reqFlags: bytes('spnego.reqFlags', 'reqFlags'),
  flagDelegation: bool('spnego.ContextFlags.delegFlag', 'delegFlag').mask(0x80),
  flagMutual: bool('spnego.ContextFlags.mutualFlag', 'mutualFlag').mask(0x40),
  flagReplay: bool('spnego.ContextFlags.replayFlag', 'replayFlag').mask(0x20),
  flagSequence: bool('spnego.ContextFlags.sequenceFlag', 'sequenceFlag').mask(0x10),
  flagAnonymous: bool('spnego.ContextFlags.anonFlag', 'anonFlag').mask(0x08),
  flagConfidentiality: bool('spnego.ContextFlags.confFlag', 'confFlag').mask(0x04),
  flagIntegrity: bool('spnego.ContextFlags.integFlag', 'integFlag').mask(0x02),
  mechToken: bytes('spnego.mechToken', 'mechToken'),
  hints: none('spnego.negHints_element', 'negHints'),
  hintName: text('spnego.hintName', 'hintName'),
  mic: bytes('spnego.mechListMIC', 'mechListMIC'),
  result: uint('spnego.negResult', 'negResult').named({
    0: 'accept-completed',
    1: 'accept-incomplete',
    2: 'reject',
  }),
  supported: text('spnego.supportedMech', 'supportedMech'),
  response: bytes('spnego.responseToken', 'responseToken'),
};

/** A token that the server sends first carries hints instead of a mechanism token ([MS-SPNG] §2.2.1). */
function isFromServer(p: Packet): boolean {
  return p.srcPort < 1024 && p.tcpLayer >= 0;
}

const outer = new BerItem();
const element = new BerItem();
const value = new BerItem();

export const spnego: Protocol = protocol({
  name: 'spnego',
  title: 'Simple Protected Negotiation',
  fields: f,
  step(p) {
    const b = p.buf;
    if (outer.read(b, p.at, p.end) && (outer.id === INIT || outer.id === TARGET)) {
      const isInit = outer.id === INIT;
      const hasHints = isInit && isFromServer(p);
      p.mark[p.count - 1] = hasHints ? 1 : 0;
      const content = outer.content;
      if (value.read(b, content, p.end)) readElements(p, value.content, value.stop, isInit, hasHints);
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const token = new BerItem();
    const sequence = new BerItem();
    if (!token.read(b, p.start[layer]!, p.stop[layer]!) || !sequence.read(b, token.content, token.stop))
      return;
    const isInit = token.id === INIT;
    out.open(isInit ? f.init : f.target, token.start, token.stop - token.start);
    const each = new BerItem();
    for (let at = sequence.content; each.read(b, at, sequence.stop); at = each.next) {
      const inner = new BerItem();
      if (!inner.read(b, each.content, each.stop)) continue;
      if (isInit) emitInit(b, each.tag, inner, p.mark[layer] === 1, out);
      else emitTarget(b, each.tag, inner, out);
    }
    out.close();
  },
});

function readElements(p: Packet, at: number, end: number, isInit: boolean, hasHints: boolean): void {
  const b = p.buf;
  while (element.read(b, at, end)) {
    const { tag, content, stop, next } = element;
    at = next;
    if (!value.read(b, content, stop)) continue;
    if (isInit && tag === MECH_TYPES) chooseFirst(p, value.content, value.stop);
    else if (!isInit && tag === SUPPORTED_MECH) choose(p, value.content, value.stop);
    else if ((tag === TOKEN && !hasHints) || (tag === MIC && !isInit)) {
      const chosen = agreed(p, 'spnego');
      if (chosen?.token && value.length > 0) callNested(p, chosen.token, value.content, value.stop);
    }
  }
}

/** RFC 4178 §4.2.1: the preferred mechanism comes first, and the optimistic token belongs to it. */
function chooseFirst(p: Packet, at: number, end: number): void {
  if (value.read(p.buf, at, end) && value.id === OBJECT_IDENTIFIER) choose(p, value.content, value.stop);
}

function choose(p: Packet, at: number, end: number): void {
  const found = mechanism(berOid(p.buf, at, end));
  if (found !== undefined) agree(p, 'spnego', found);
}

function emitInit(b: Uint8Array, tag: number, inner: BerItem, hasHints: boolean, out: Sink): void {
  if (tag === MECH_TYPES) emitMechanisms(b, inner, out);
  else if (tag === REQUEST_FLAGS) emitRequestFlags(inner, out);
  else if (tag === TOKEN) out.add(f.mechToken, inner.content, inner.length);
  else if (tag === MIC && hasHints) emitHints(b, inner, out);
  else if (tag === MIC || tag === MIC_AFTER_HINTS) out.add(f.mic, inner.content, inner.length);
}

function emitTarget(b: Uint8Array, tag: number, inner: BerItem, out: Sink): void {
  if (tag === 0) out.add(f.result, inner.content, inner.length);
  else if (tag === SUPPORTED_MECH) emitMechanism(b, inner, f.supported, out);
  else if (tag === TOKEN) out.add(f.response, inner.content, inner.length);
  else if (tag === MIC) out.add(f.mic, inner.content, inner.length);
}

function emitMechanisms(b: Uint8Array, list: BerItem, out: Sink): void {
  let count = 0;
  const each = new BerItem();
  for (let at = list.content; each.read(b, at, list.stop) && count < MECHANISMS_MAX; at = each.next) count++;
  out.open(f.mechTypes, list.start, list.stop - list.start, count);
  let at = list.content;
  for (let k = 0; k < count && each.read(b, at, list.stop); k++, at = each.next)
    emitMechanism(b, each, f.mechType, out);
  out.close();
}

function emitMechanism(b: Uint8Array, oid: BerItem, field: typeof f.mechType, out: Sink): void {
  const name = berOid(b, oid.content, oid.stop);
  out.add(field, oid.content, oid.length, name);
  out.note(mechanismNote(name));
}

/** RFC 2743 §1.2.2: a bit string of seven flags. */
function emitRequestFlags(inner: BerItem, out: Sink): void {
  if (inner.length < 2) return;
  out.open(f.reqFlags, inner.content + 1, inner.length - 1);
  for (const bit of [
    f.flagDelegation,
    f.flagMutual,
    f.flagReplay,
    f.flagSequence,
    f.flagAnonymous,
    f.flagConfidentiality,
    f.flagIntegrity,
  ])
    out.add(bit, inner.content + 1, 1);
  out.close();
}

function emitHints(b: Uint8Array, hints: BerItem, out: Sink): void {
  out.open(f.hints, hints.start, hints.stop - hints.start);
  const each = new BerItem();
  const name = new BerItem();
  if (each.read(b, hints.content, hints.stop) && each.tag === 0 && name.read(b, each.content, each.stop))
    out.add(f.hintName, name.content, name.length, berText(b, name));
  out.close();
}

enterMechanism('1.3.6.1.5.5.2', 'SPNEGO - Simple Protected Negotiation', spnego);
enterMechanism('1.3.6.1.4.1.311.2.2.10', 'NTLMSSP - Microsoft NTLM Security Support Provider', ntlmssp);
enterMechanism('1.3.6.1.4.1.311.2.2.30', 'NEGOEX - SPNEGO Extended Negotiation Security Mechanism', negoex);
enterMechanism('1.2.840.48018.1.2.2', 'MS KRB5 - Microsoft Kerberos 5', krb5Token);
enterMechanism('1.2.840.113554.1.2.2', 'KRB5 - Kerberos 5', krb5Token);
enterMechanism('1.2.840.113554.1.2.2.3', 'KRB5 - Kerberos 5 - User to User', krb5Token);
