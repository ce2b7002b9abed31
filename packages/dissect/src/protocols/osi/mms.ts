// Manufacturing Message Specification (ISO 9506-2), used by substations (IEC 61850-8-1) and controllers.
import { BerItem } from '../../codec/ber.ts';
import { int, text, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { cotpHeuristics } from '../cotp.ts';

/** PDU types by context tag (ISO 9506-2 §7.2); the last ones are primitive in some encodings. */
const kinds = [
  'confirmed-RequestPDU',
  'confirmed-ResponsePDU',
  'confirmed-ErrorPDU',
  'unconfirmed-PDU',
  'rejectPDU',
  'cancel-RequestPDU',
  'cancel-ResponsePDU',
  'cancel-ErrorPDU',
  'initiate-RequestPDU',
  'initiate-ResponsePDU',
  'initiate-ErrorPDU',
  'conclude-RequestPDU',
  'conclude-ResponsePDU',
  'conclude-ErrorPDU',
];
const REQUEST = 0;
const RESPONSE = 1;
const ERROR = 2;
const UNCONFIRMED = 3;
const INTEGER = 0x02;
/** A domain-specific object name: two visible strings (§8.3.1). */
const DOMAIN_SPECIFIC = 0xa1;
const VISIBLE_STRING = 0x1a;

/** Confirmed services by tag (§7.2.2). */
const services = `
  status getNameList identify rename read write getVariableAccessAttributes defineNamedVariable
  defineScatteredAccess getScatteredAccessAttributes deleteVariableAccess defineNamedVariableList
  getNamedVariableListAttributes deleteNamedVariableList defineNamedType getNamedTypeAttributes
  deleteNamedType input output takeControl relinquishControl defineSemaphore deleteSemaphore
  reportSemaphoreStatus reportPoolSemaphoreStatus reportSemaphoreEntryStatus initiateDownloadSequence
  downloadSegment terminateDownloadSequence initiateUploadSequence uploadSegment terminateUploadSequence
  requestDomainDownload requestDomainUpload loadDomainContent storeDomainContent deleteDomain
  getDomainAttributes createProgramInvocation deleteProgramInvocation start stop resume reset kill
  getProgramInvocationAttributes obtainFile defineEventCondition deleteEventCondition
  getEventConditionAttributes reportEventConditionStatus alterEventConditionMonitoring triggerEvent
  defineEventAction deleteEventAction getEventActionAttributes reportEventActionStatus defineEventEnrollment
  deleteEventEnrollment alterEventEnrollment reportEventEnrollmentStatus getEventEnrollmentAttributes
  acknowledgeEventNotification getAlarmSummary getAlarmEnrollmentSummary readJournal writeJournal
  initializeJournal reportJournalStatus createJournal deleteJournal getCapabilityList fileOpen fileRead
  fileClose fileRename fileDelete fileDirectory
`
  .trim()
  .split(/\s+/);
const serviceNames = Object.fromEntries(services.map((name, i) => [i, name]));

const f = {
  kind: uint('mms.MMSpdu', 'MMSpdu').named(Object.fromEntries(kinds.map((name, i) => [i, name]))),
  invoke: int('mms.invokeID', 'invokeID'),
  request: uint('mms.confirmedServiceRequest', 'confirmedServiceRequest').named(serviceNames),
  response: uint('mms.confirmedServiceResponse', 'confirmedServiceResponse').named(serviceNames),
  unconfirmed: uint('mms.unconfirmedService', 'unconfirmedService').named({
    0: 'informationReport',
    1: 'unsolicitedStatus',
    2: 'eventNotification',
  }),
  domain: text('mms.domainId', 'domainId'),
  item: text('mms.itemId', 'itemId'),
};

const outer = new BerItem();
const part = new BerItem();
const DEPTH_MAX = 12;
const PARTS_MAX = 2000;

/** Whether a context tag of MMS begins here, and its length matches. */
export function isMms(b: Uint8Array, at: number, end: number): boolean {
  return (
    at < end &&
    b[at]! >> 6 === 2 &&
    (b[at]! & 31) < kinds.length &&
    outer.read(b, at, end) &&
    outer.next === end
  );
}

export const mms: Protocol = protocol({
  name: 'mms',
  title: 'MMS',
  column: 'MMS',
  fields: f,
  heuristics: [[cotpHeuristics, (p) => (p.buf[p.at]! & 0x20) !== 0 && isMms(p.buf, p.at, p.end)]],
  step(p) {
    if (p.end - p.at < 2) return p.cut(2);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    if (!outer.read(b, p.start[layer]!, p.stop[layer]!)) return;
    const { tag, start, content, stop } = outer;
    out.add(f.kind, start, 1, tag);
    if (tag <= ERROR && part.readA(INTEGER, b, content, stop)) {
      out.add(f.invoke, part.content, part.length);
      if (tag !== ERROR && part.read(b, part.next, stop))
        out.add(tag === REQUEST ? f.request : f.response, part.start, 1, part.tag);
    } else if (tag === UNCONFIRMED && part.read(b, content, stop))
      out.add(f.unconfirmed, part.start, 1, part.tag);
    const names = new NameFinder(b, out);
    names.walk(content, stop, 0);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    if (!outer.read(b, p.start[layer]!, p.stop[layer]!)) return '';
    const kind = kinds[outer.tag] ?? '';
    if (outer.tag > RESPONSE + 1 || !part.readA(INTEGER, b, outer.content, outer.stop)) return kind;
    const invoke = Array.from(b.subarray(part.content, part.stop), (c) =>
      c.toString(16).padStart(2, '0'),
    ).join('');
    return `${invoke} ${kind}`;
  },
});

/** Collects object names, which services nest at different depths. */
class NameFinder {
  readonly #b: Uint8Array;
  readonly #out: Sink;
  #left = PARTS_MAX;

  constructor(b: Uint8Array, out: Sink) {
    this.#b = b;
    this.#out = out;
  }

  walk(at: number, end: number, depth: number): void {
    const item = new BerItem();
    const b = this.#b;
    while (at < end && this.#left-- > 0 && item.read(b, at, end)) {
      at = item.next;
      if (item.id === DOMAIN_SPECIFIC && this.#addName(item.content, item.stop)) continue;
      if (item.isConstructed && depth < DEPTH_MAX) this.walk(item.content, item.stop, depth + 1);
    }
  }

  #addName(at: number, end: number): boolean {
    const b = this.#b;
    if (!part.readA(VISIBLE_STRING, b, at, end)) return false;
    const { content, length, next } = part;
    if (!part.readA(VISIBLE_STRING, b, next, end)) return false;
    this.#out.add(f.domain, content, length);
    this.#out.add(f.item, part.content, part.length);
    return true;
  }
}
