// The tree of LDAP messages.
import { BerItem, berInteger } from '../../codec/ber.ts';
import type { Field } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { f } from './fields.ts';
import * as op from './message.ts';
import { elements, Message, textOf } from './message.ts';
import { oidNames } from './names.ts';

/** Maximum nesting of filters; deeper ones are omitted. */
const FILTER_DEPTH_MAX = 24;

const operationFields: Readonly<Record<number, Field>> = {
  0: f.bindRequest,
  1: f.bindResponse,
  2: f.unbindRequest,
  3: f.searchRequest,
  4: f.searchResEntry,
  5: f.searchResDone,
  6: f.modifyRequest,
  7: f.modifyResponse,
  8: f.addRequest,
  9: f.addResponse,
  11: f.delResponse,
  12: f.modDNRequest,
  13: f.modDNResponse,
  14: f.compareRequest,
  15: f.compareResponse,
  23: f.extendedReq,
  24: f.extendedResp,
  25: f.intermediate,
};

const number = (b: Uint8Array, item: BerItem): number => Number(berInteger(b, item.content, item.stop));

export function emitMessages(b: Uint8Array, at: number, end: number, out: Sink): void {
  const message = new Message();
  while (message.read(b, at, end)) {
    out.open(f.message, at, message.stop - at);
    emitMessage(b, at, message, out);
    out.close();
    at = message.next;
  }
}

function emitMessage(b: Uint8Array, at: number, message: Message, out: Sink): void {
  const { body, operation } = message;
  out.add(f.messageId, at, body.start - at, message.id);
  out.open(f.op, body.start, body.stop - body.start, operation);
  const field = operationFields[operation];
  if (field !== undefined) out.open(field, body.start, body.stop - body.start);
  emitBody(b, operation, body, out);
  if (field !== undefined) out.close();
  out.close();
  if (message.controls < message.stop) emitControls(b, message.controls, message.stop, out);
}

function emitBody(b: Uint8Array, operation: number, body: BerItem, out: Sink): void {
  const items = [...elements(b, body.content, body.stop)].length;
  switch (operation) {
    case op.BIND_REQUEST:
      emitBind(b, body, out);
      break;
    case op.SEARCH_REQUEST:
      emitSearch(b, body, out);
      break;
    case op.SEARCH_ENTRY:
    case op.ADD_REQUEST:
      emitEntry(b, operation === op.ADD_REQUEST ? f.entry : f.objectName, body, out);
      break;
    case op.MODIFY_REQUEST:
      emitModify(b, body, out);
      break;
    case op.DELETE_REQUEST:
      emitText(b, f.delRequest, body, out);
      break;
    case op.RENAME_REQUEST:
      emitInOrder(b, body, [f.entry, f.newRdn, f.deleteOld, f.newSuperior], out);
      break;
    case op.COMPARE_REQUEST:
      emitInOrder(b, body, [f.entry, null], out);
      break;
    case op.ABANDON_REQUEST:
      out.add(f.abandonRequest, body.content, body.length, number(b, body));
      break;
    case op.SEARCH_REFERENCE:
      out.open(f.searchResRef, body.start, body.stop - body.start, items);
      for (const item of elements(b, body.content, body.stop)) emitText(b, f.url, item, out);
      out.close();
      break;
    case op.EXTENDED_REQUEST:
      emitTagged(b, body, { 0: f.requestName, 1: f.requestValue }, out);
      break;
    case op.INTERMEDIATE_RESPONSE:
      emitTagged(b, body, { 0: f.responseName, 1: f.responseValue }, out);
      break;
    case 2:
      break;
    default:
      emitResult(b, body, out);
  }
}

function emitText(b: Uint8Array, field: Field, item: BerItem, out: Sink): void {
  if (field.type === 'text') out.add(field, item.content, item.length, textOf(b, item));
  else if (field.type === 'bool') out.add(field, item.content, item.length, b[item.content] !== 0);
  else out.add(field, item.content, item.length);
}

function emitInOrder(b: Uint8Array, body: BerItem, fields: readonly (Field | null)[], out: Sink): void {
  let place = 0;
  for (const item of elements(b, body.content, body.stop)) {
    const field = fields[place++];
    if (field) emitText(b, field, item, out);
    else if (item.isConstructed) emitAssertion(b, item, out);
  }
}

function emitTagged(b: Uint8Array, body: BerItem, fields: Readonly<Record<number, Field>>, out: Sink): void {
  for (const item of elements(b, body.content, body.stop)) {
    const field = fields[item.tag];
    if (field === undefined || (item.id & 0x80) === 0) continue;
    emitText(b, field, item, out);
    if (field.type === 'text') out.note(oidNote(textOf(b, item)));
  }
}

const oidNote = (oid: string): string => (oidNames[oid] === undefined ? '' : ` (${oidNames[oid]})`);

/** §4.2 */
function emitBind(b: Uint8Array, body: BerItem, out: Sink): void {
  let place = 0;
  for (const item of elements(b, body.content, body.stop)) {
    if (place === 0) out.add(f.version, item.content, item.length, number(b, item));
    else if (place === 1) emitText(b, f.name, item, out);
    else emitAuthentication(b, item, out);
    place++;
  }
}

function emitAuthentication(b: Uint8Array, item: BerItem, out: Sink): void {
  out.open(f.authentication, item.start, item.stop - item.start, item.tag);
  if (item.tag === 0) emitText(b, f.simple, item, out);
  else if (item.tag === 3) emitInOrder(b, item, [f.mechanism, f.credentials], out);
  else if (item.tag === 10) out.add(f.ntlmNegotiate, item.content, item.length);
  else if (item.tag === 11) out.add(f.ntlmAuth, item.content, item.length);
  out.close();
}

/** LDAPResult (§4.1.9), and the additions of bind and extended responses. */
function emitResult(b: Uint8Array, body: BerItem, out: Sink): void {
  let place = 0;
  for (const item of elements(b, body.content, body.stop)) {
    if (place === 0) out.add(f.resultCode, item.content, item.length, number(b, item));
    else if (place === 1) emitText(b, f.matchedDN, item, out);
    else if (place === 2) emitText(b, f.errorMessage, item, out);
    else if (item.tag === 3) {
      for (const url of elements(b, item.content, item.stop)) emitText(b, f.url, url, out);
    } else if (item.tag === 7) out.add(f.serverCredentials, item.content, item.length);
    else if (item.tag === 10) emitText(b, f.responseName, item, out);
    else if (item.tag === 11) out.add(f.responseValue, item.content, item.length);
    place++;
  }
}

/** §4.5.1 */
function emitSearch(b: Uint8Array, body: BerItem, out: Sink): void {
  let place = 0;
  for (const item of elements(b, body.content, body.stop)) {
    if (place === 0) emitText(b, f.baseObject, item, out);
    else if (place === 5) emitText(b, f.typesOnly, item, out);
    else if (place === 6) emitFilter(b, item, 0, out);
    else if (place === 7) {
      const count = [...elements(b, item.content, item.stop)].length;
      out.open(f.attributes, item.start, item.stop - item.start, count);
      for (const each of elements(b, item.content, item.stop)) emitText(b, f.attributeDescription, each, out);
      out.close();
    } else {
      const field = [null, f.scope, f.deref, f.sizeLimit, f.timeLimit][place];
      if (field) out.add(field, item.content, item.length, number(b, item));
    }
    place++;
  }
}

/** §4.5.1.7 */
function emitFilter(b: Uint8Array, item: BerItem, depth: number, out: Sink): void {
  if (depth === FILTER_DEPTH_MAX) return;
  const { start, stop, tag } = item;
  out.open(f.filter, start, stop - start, tag);
  out.note(` ${filterText(b, item, depth)}`);
  if (tag <= 2) for (const each of elements(b, item.content, stop)) emitFilter(b, each, depth + 1, out);
  else if (tag === 7) emitText(b, f.present, item, out);
  else if (tag === 4) emitSubstrings(b, item, out);
  else if (tag === 9) emitTagged(b, item, { 1: f.matchingRule, 2: f.type, 3: f.matchValue }, out);
  else emitAssertion(b, item, out);
  out.close();
}

function emitAssertion(b: Uint8Array, item: BerItem, out: Sink): void {
  let place = 0;
  for (const each of elements(b, item.content, item.stop))
    emitText(b, place++ === 0 ? f.attributeDesc : f.assertionValue, each, out);
}

function emitSubstrings(b: Uint8Array, item: BerItem, out: Sink): void {
  const parts = [f.initial, f.any, f.final];
  for (const each of elements(b, item.content, item.stop)) {
    if (!each.isConstructed) emitText(b, f.type, each, out);
    else
      for (const part of elements(b, each.content, each.stop))
        emitText(b, parts[part.tag] ?? f.any, part, out);
  }
}

/** Formats a filter as a string (RFC 4515 §3). */
function filterText(b: Uint8Array, item: BerItem, depth: number): string {
  if (depth === FILTER_DEPTH_MAX) return '(…)';
  const inner = (): string[] =>
    [...clones(b, item)].map((each) => (item.tag <= 2 ? filterText(b, each, depth + 1) : textOf(b, each)));
  switch (item.tag) {
    case 0:
    case 1:
    case 2:
      return `(${'&|!'[item.tag]}${inner().join('')})`;
    case 4:
      return `(${substringsText(b, item)})`;
    case 7:
      return `(${textOf(b, item)}=*)`;
    case 9:
      return `(${extensibleText(b, item)})`;
    default:
      return `(${inner().join({ 5: '>=', 6: '<=', 8: '~=' }[item.tag] ?? '=')})`;
  }
}

/** Iterates over elements as separate objects. */
function* clones(b: Uint8Array, item: BerItem): Generator<BerItem> {
  const { content, stop } = item;
  for (let at = content; ; ) {
    const each = new BerItem();
    if (!each.read(b, at, stop)) return;
    at = each.next;
    yield each;
  }
}

function substringsText(b: Uint8Array, item: BerItem): string {
  let text = '';
  for (const each of clones(b, item)) {
    if (!each.isConstructed) {
      text = `${textOf(b, each)}=`;
      continue;
    }
    const parts = [...clones(b, each)];
    parts.forEach((part, k) => {
      if (part.tag !== 0 && k === 0) text += '*';
      text += textOf(b, part);
      if (part.tag !== 2) text += '*';
    });
  }
  return text;
}

function extensibleText(b: Uint8Array, item: BerItem): string {
  const parts: Record<number, string> = {};
  for (const each of clones(b, item)) parts[each.tag] = textOf(b, each);
  return `${parts[2] ?? ''}${parts[1] === undefined ? '' : `:${parts[1]}`}:=${parts[3] ?? ''}`;
}

/** Search entry and add request (§4.5.2, §4.7): a name, and attributes with values. */
function emitEntry(b: Uint8Array, nameField: Field, body: BerItem, out: Sink): void {
  let place = 0;
  for (const item of elements(b, body.content, body.stop)) {
    if (place++ === 0) emitText(b, nameField, item, out);
    else {
      const count = [...clones(b, item)].length;
      out.open(f.attributes, item.start, item.stop - item.start, count);
      for (const each of clones(b, item)) emitAttribute(b, each, out);
      out.close();
    }
  }
}

function emitAttribute(b: Uint8Array, attribute: BerItem, out: Sink): void {
  for (const item of elements(b, attribute.content, attribute.stop)) {
    if (!item.isConstructed) {
      emitText(b, f.type, item, out);
      continue;
    }
    out.open(f.vals, item.start, item.stop - item.start, [...clones(b, item)].length);
    for (const value of elements(b, item.content, item.stop))
      out.add(f.attributeValue, value.content, value.length);
    out.close();
  }
}

/** §4.6 */
function emitModify(b: Uint8Array, body: BerItem, out: Sink): void {
  let place = 0;
  for (const item of elements(b, body.content, body.stop)) {
    if (place++ === 0) {
      emitText(b, f.object, item, out);
      continue;
    }
    out.open(f.modification, item.start, item.stop - item.start, [...clones(b, item)].length);
    for (const change of elements(b, item.content, item.stop)) {
      for (const part of elements(b, change.content, change.stop)) {
        if (part.isConstructed) emitAttribute(b, part, out);
        else out.add(f.operation, part.content, part.length, number(b, part));
      }
    }
    out.close();
  }
}

const PAGED_RESULTS = '1.2.840.113556.1.4.319';

/** §4.1.11 */
function emitControls(b: Uint8Array, at: number, end: number, out: Sink): void {
  const list = new BerItem();
  if (!list.read(b, at, end) || list.tag !== 0) return;
  out.open(f.controls, list.start, list.stop - list.start, [...clones(b, list)].length);
  for (const control of clones(b, list)) {
    out.open(f.control, control.start, control.stop - control.start);
    let oid = '';
    for (const part of elements(b, control.content, control.stop)) {
      if (part.id === 0x01) out.add(f.criticality, part.content, part.length, b[part.content] !== 0);
      else if (oid === '') {
        oid = textOf(b, part);
        out.add(f.controlType, part.content, part.length, oid);
        out.note(oidNote(oid));
      } else {
        out.open(f.controlValue, part.content, part.length);
        if (oid === PAGED_RESULTS) emitPaged(b, part, out);
        out.close();
      }
    }
    out.close();
  }
  out.close();
}

/** RFC 2696 §2 */
function emitPaged(b: Uint8Array, value: BerItem, out: Sink): void {
  const sequence = new BerItem();
  if (!sequence.read(b, value.content, value.stop)) return;
  let place = 0;
  for (const part of elements(b, sequence.content, sequence.stop)) {
    if (place++ === 0) out.add(f.size, part.content, part.length, number(b, part));
    else out.add(f.cookie, part.content, part.length);
  }
}
