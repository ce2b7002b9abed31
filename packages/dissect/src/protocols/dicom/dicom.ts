// DICOM Upper Layer Protocol (PS3.8 §9.3): medical images over TCP. Numbers of PDUs are big-endian.
import { ascii, u16, u32 } from '../../core/bytes.ts';
import { none, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpHeuristics, tcpPorts } from '../../core/table.ts';
import {
  ABSTRACT,
  association,
  type Command,
  type Context,
  ITEMS,
  itemsIn,
  PRESENTATION,
  PRESENTATION_REPLY,
  TRANSFER,
  takeCommand,
  takeContexts,
  uidAt,
} from './association.ts';
import * as names from './names.ts';

const PORT = 104;
const HEADER = 6;
const [REQUEST, ACCEPT, REJECT, DATA, RELEASE, RELEASED, ABORT] = [1, 2, 3, 4, 5, 6, 7] as const;
/** Length, context and flags before each fragment of a message (§9.3.5.1). */
const VALUE_HEADER = 6;
const VALUES_MAX = 64;

const f = {
  type: uint('dicom.pdu.type', 'PDU Type').hex(1).named(names.pduNames).at(0, 1),
  length: uint('dicom.pdu.len', 'PDU Length').at(2, 4),
  version: uint('dicom.assoc.version', 'Protocol Version'),
  called: text('dicom.assoc.ae.called', 'Called  AE Title'),
  calling: text('dicom.assoc.ae.calling', 'Calling AE Title'),
  rejectResult: uint('dicom.assoc.reject.result', 'Result').named(names.rejectResults),
  rejectSource: uint('dicom.assoc.reject.source', 'Source').named(names.rejectSources),
  rejectReason: uint('dicom.assoc.reject.reason', 'Reason'),
  abortSource: uint('dicom.assoc.abort.source', 'Source').named(names.abortSources),
  abortReason: uint('dicom.assoc.abort.reason', 'Reason').named(names.abortReasons),
  itemType: uint('dicom.assoc.item.type', 'Item Type').hex(1).named(names.itemNames),
  itemLength: uint('dicom.assoc.item.len', 'Item Length'),
  application: text('dicom.actx', 'Application Context').shownAs(shownUid('Application Context')),
  contextId: uint('dicom.pctx.id', 'Context ID').hex(1),
  contextResult: uint('dicom.pctx.result', 'Result').hex(1).named(names.contextResults),
  abstract: text('dicom.pctx.abss.syntax', 'Abstract Syntax').shownAs(shownUid('Abstract Syntax')),
  transfer: text('dicom.pctx.xfer.syntax', 'Transfer Syntax').shownAs(shownUid('Transfer Syntax')),
  userInfo: none('dicom.userinfo', 'User Info'),
  maxLength: uint('dicom.max_pdu_len', 'Max PDU Length'),
  classUid: text('dicom.userinfo.uid', 'Implementation Class UID'),
  implementation: text('dicom.userinfo.version', 'Implementation Version'),
  valueLength: uint('dicom.pdv.len', 'PDV Length'),
  valueContext: uint('dicom.pdv.ctx', 'Context'),
  valueFlags: uint('dicom.pdv.flags', 'Flags').hex(1).named(names.fragmentNames),
};

function shownUid(title: string): (value: unknown) => string {
  return (value) => `${title}: ${names.uidName(String(value))} (${value})`;
}

/** A fragment of a message, of the command or of the data set (§E). */
export interface Value {
  readonly at: number;
  readonly end: number;
  readonly isCommand: boolean;
  readonly isLast: boolean;
  readonly context: Context | undefined;
  /** The command that ends here, or to which the data belongs. */
  readonly command: Command | null;
}

/** §9.3.2: version 1, and titles of 16 printable characters. */
function isAssociation(p: Packet): boolean {
  const { buf: b, at, end } = p;
  if (end - at < ITEMS || b[at] !== REQUEST || b[at + 1] !== 0 || u16(b, at + 6) !== 1) return false;
  return isPrintable(b[at + 10]!) && isPrintable(b[at + 26]!);
}

const isPrintable = (c: number): boolean => c >= 0x20 && c < 0x7f;

export const dicom: Protocol = protocol({
  name: 'dicom',
  title: 'DICOM',
  column: 'DICOM',
  fields: f,
  on: [[tcpPorts, PORT]],
  heuristics: [[tcpHeuristics, isAssociation]],
  framing: { header: HEADER, length: (p) => HEADER + u32(p.buf, p.at + 2) },
  step(p) {
    const { buf: b, at, end, layer } = p;
    const type = b[at]!;
    if (end - at < HEADER) return p.cut(HEADER);
    if (type < REQUEST || type > ABORT || b[at + 1] !== 0) return REJECTED;
    if (type === REQUEST || type === ACCEPT) takeContexts(p, at + ITEMS, end);
    if (type === DATA) p.notes[layer] = takeValues(p, at + HEADER, end);
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const [start, end] = [p.start[layer]!, p.stop[layer]!];
    out.fixed(f.type);
    out.fixed(f.length);
    switch (b[start]) {
      case REQUEST:
      case ACCEPT:
        emitAssociation(b, start, end, out);
        break;
      case REJECT:
        if (end - start < 10) break;
        out.add(f.rejectResult, start + 7, 1);
        out.add(f.rejectSource, start + 8, 1);
        out.add(f.rejectReason, start + 9, 1);
        break;
      case DATA:
        for (const value of (p.notes[layer] ?? []) as readonly Value[]) emitValue(value, out);
        break;
      case ABORT:
        if (end - start < 10) break;
        out.add(f.abortSource, start + 8, 1);
        out.add(f.abortReason, start + 9, 1);
    }
  },
  headline: (p, layer) => `, ${words(p, layer)}`,
  info(p, layer) {
    let text = '';
    for (let i = 1; i <= layer; i++) {
      if (p.protocols[i] !== dicom) continue;
      const isData = p.bufferOf(i)[p.start[i]!] === DATA;
      if (isData && !text.includes('P-DATA')) text += text === '' ? 'P-DATA' : ', P-DATA';
      text += `${text === '' ? '' : ', '}${words(p, i)}`;
    }
    return text;
  },
});

function words(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const [start, end] = [p.start[layer]!, p.stop[layer]!];
  switch (b[start]) {
    case REQUEST:
      return `A-ASSOCIATE request ${title(b, start + 26, end)} --> ${title(b, start + 10, end)}`;
    case ACCEPT:
      return `A-ASSOCIATE accept  ${title(b, start + 26, end)} <-- ${title(b, start + 10, end)}`;
    case REJECT:
      return `A-ASSOCIATE reject  (${names.rejectResults[b[start + 7] as 1 | 2] ?? 'unknown'})`;
    case RELEASE:
      return 'A-RELEASE request';
    case RELEASED:
      return 'A-RELEASE response';
    case ABORT:
      return 'ABORT';
    default:
      return ((p.notes[layer] ?? []) as readonly Value[]).map(valueWords).join(', ');
  }
}

function title(b: Uint8Array, at: number, end: number): string {
  return ascii(b, at, Math.min(end, at + 16)).trim();
}

/** `C-STORE-RQ ID=1`, `C-ECHO-RSP ID=1 (Success)`; of data the name of its abstract syntax. */
function valueWords({ isCommand, isLast, command, context }: Value): string {
  const of = names.uidName(context?.abstract ?? '');
  if (!isCommand) return isLast ? of : `${of} (more fragments)`;
  if (command === null) return 'Command (more fragments)';
  const name = names.commandNames[command.field] ?? `0x${command.field.toString(16).padStart(4, '0')}`;
  return `${name} ID=${command.messageId}${command.status < 0 ? '' : ` (${names.statusName(command.status)})`}`;
}

function takeValues(p: Packet, at: number, end: number): Value[] {
  const b = p.buf;
  const values: Value[] = [];
  const { contexts, command: commands } = association(p);
  while (at + VALUE_HEADER <= end && values.length < VALUES_MAX) {
    const stop = at + 4 + u32(b, at);
    if (stop > end || stop < at + VALUE_HEADER) break;
    const [isCommand, isLast] = [(b[at + 5]! & 1) !== 0, (b[at + 5]! & 2) !== 0];
    const body = at + VALUE_HEADER;
    const command = isCommand ? takeCommand(p, body, stop, isLast) : commands[p.direction as 0 | 1];
    values.push({ at: body, end: stop, isCommand, isLast, context: contexts.get(b[at + 4]!), command });
    at = stop;
  }
  return values;
}

function emitValue(value: Value, out: Sink): void {
  const at = value.at - VALUE_HEADER;
  out.group(`PDV, ${valueWords(value)}`, at, value.end - at);
  out.add(f.valueLength, at, 4);
  out.add(f.valueContext, at + 4, 1);
  if (value.context !== undefined)
    out.note(` (${names.uidName(value.context.transfer)}, ${names.uidName(value.context.abstract)})`);
  out.add(f.valueFlags, at + 5, 1);
  out.close();
}

function emitAssociation(b: Uint8Array, start: number, end: number, out: Sink): void {
  if (end - start < ITEMS) return;
  out.add(f.version, start + 6, 2);
  out.add(f.called, start + 10, 16);
  out.add(f.calling, start + 26, 16);
  emitItems(b, start + ITEMS, end, out);
}

/** Each item in a group of its own; contexts and user information hold items themselves. */
function emitItems(b: Uint8Array, at: number, end: number, out: Sink): void {
  for (const item of itemsIn(b, at, end)) {
    const from = item.at - 4;
    if (item.type === USER_INFO) out.open(f.userInfo, from, item.end - from);
    else out.group(names.itemNames[item.type] ?? 'Unknown', from, item.end - from);
    out.add(f.itemType, from, 1);
    out.add(f.itemLength, from + 2, 2);
    emitItem(b, item.type, item.at, item.end, out);
    out.close();
  }
}

const USER_INFO = 0x50;
const UIDS = { 0x10: f.application, [ABSTRACT]: f.abstract, [TRANSFER]: f.transfer, 0x52: f.classUid };

function emitItem(b: Uint8Array, type: number, at: number, end: number, out: Sink): void {
  const field = UIDS[type as keyof typeof UIDS];
  if (field !== undefined) out.add(field, at, end - at, uidAt(b, at, end));
  else if (type === 0x51 && end - at === 4) out.add(f.maxLength, at, 4);
  else if (type === 0x55) out.add(f.implementation, at, end - at);
  else if (type === USER_INFO) emitItems(b, at, end, out);
  else if ((type === PRESENTATION || type === PRESENTATION_REPLY) && end - at >= 4) {
    out.add(f.contextId, at, 1);
    if (type === PRESENTATION_REPLY) out.add(f.contextResult, at + 2, 1);
    emitItems(b, at + 4, end, out);
  }
}
