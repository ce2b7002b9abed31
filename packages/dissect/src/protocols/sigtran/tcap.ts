// Transaction Capabilities Application Part (ITU-T Q.773): dialogues and operations of GSM MAP (3GPP TS 29.002), CAMEL
// (TS 29.078) and INAP (Q.1218).
import { BerItem } from '../../codec/ber.ts';
import { bytes, int, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { camelOperations, mapOperations } from './operations.ts';

/** Q.773 table 8: message types. */
const types: Readonly<Record<number, string>> = {
  0x61: 'Unidirectional',
  0x62: 'Begin',
  0x64: 'End',
  0x65: 'Continue',
  0x67: 'Abort',
};
const ORIGIN = 0x48;
const DESTINATION = 0x49;
const DIALOGUE = 0x6b;
const COMPONENTS = 0x6c;
const INTEGER = 0x02;
const LINKED = 0x80;
const RESULT = 0x30;
const components: Readonly<Record<number, string>> = {
  0xa1: 'invoke',
  0xa2: 'returnResultLast',
  0xa3: 'returnError',
  0xa4: 'reject',
  0xa7: 'returnResultNotLast',
};
const COMPONENTS_MAX = 64;

const f = {
  otid: bytes('tcap.otid', 'otid'),
  dtid: bytes('tcap.dtid', 'dtid'),
  tid: bytes('tcap.tid', 'Transaction Id').hidden(),
  dialogue: bytes('tcap.dialoguePortion', 'dialoguePortion'),
  components: uint('tcap.components', 'components'),
};

const outer = new BerItem();
const inner = new BerItem();
const part = new BerItem();

/** Whether [at, end) is a TCAP message: a known type and a matching length. */
export function isTcap(b: Uint8Array, at: number, end: number): boolean {
  return at < end && types[b[at]!] !== undefined && outer.read(b, at, end);
}

/** Protocol of the TCAP user, by subsystem number. */
export function userOfSubsystem(ssn: number): Protocol | undefined {
  if ((ssn >= 5 && ssn <= 9) || ssn === 145 || ssn === 148 || ssn === 149 || ssn === 150) return gsmMap;
  if (ssn === 146) return camel;
  return ssn === 106 || ssn === 241 ? inap : undefined;
}

/** Finds the components of the message at `at`: start of the first and end of the last; false if there are none. */
function findComponents(b: Uint8Array, at: number, end: number): boolean {
  if (!outer.read(b, at, end)) return false;
  for (let i = outer.content, n = 0; n < 8 && i < outer.stop && inner.read(b, i, outer.stop); n++) {
    if (inner.id === COMPONENTS) return true;
    i = inner.next;
  }
  return false;
}

export const tcap: Protocol = protocol({
  name: 'tcap',
  title: 'Transaction Capabilities Application Part',
  column: 'TCAP',
  fields: f,
  step(p) {
    const b = p.buf;
    if (!outer.read(b, p.at, p.end)) return p.cut(p.end - p.at + 1);
    const below = p.mark[p.layer - 1]!;
    const user = userOfSubsystem((below & 0xfff) - 1) ?? userOfSubsystem((below >> 12) - 1);
    if (user === undefined || !findComponents(b, p.at, p.end)) {
      p.at = p.end;
      return null;
    }
    let { content: at } = inner;
    const { stop } = inner;
    // Each component is a message of the TCAP user.
    for (let n = 0; n < COMPONENTS_MAX && at < stop && part.read(b, at, stop); n++) {
      if (components[part.id] === undefined) break;
      const next = part.next;
      p.call(user, at, Math.min(next, stop));
      at = next;
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    if (!outer.read(b, p.start[layer]!, p.stop[layer]!)) return;
    out.group(types[outer.id] ?? 'TCAP', outer.start, outer.stop - outer.start);
    for (let i = outer.content, n = 0; n < 8 && i < outer.stop && inner.read(b, i, outer.stop); n++) {
      emitPart(out);
      i = inner.next;
    }
    out.close();
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    if (!outer.read(b, p.start[layer]!, p.stop[layer]!)) return '';
    let summary = types[outer.id] ?? '';
    for (let i = outer.content, n = 0; n < 2 && i < outer.stop && inner.read(b, i, outer.stop); n++) {
      const name = inner.id === ORIGIN ? 'otid' : inner.id === DESTINATION ? 'dtid' : '';
      if (name !== '') summary += ` ${name}(${hex(b, inner.content, inner.stop)})`;
      i = inner.next;
    }
    return `${summary} `;
  },
});

function emitPart(out: Sink): void {
  const { content, length } = inner;
  if (inner.id === ORIGIN || inner.id === DESTINATION) {
    out.add(inner.id === ORIGIN ? f.otid : f.dtid, content, length);
    out.add(f.tid, content, length);
  } else if (inner.id === DIALOGUE) out.add(f.dialogue, content, length);
}

function hex(b: Uint8Array, at: number, end: number): string {
  let digits = '';
  for (let i = at; i < end; i++) digits += b[i]!.toString(16).padStart(2, '0');
  return digits;
}

/** Operation code of a component; -1: none (Q.773 table 19 ff.). */
function operationOf(b: Uint8Array, at: number, end: number): number {
  if (!part.read(b, at, end)) return -1;
  const { id, content, stop } = part;
  if (id !== 0xa1 && id !== 0xa2 && id !== 0xa7) return -1;
  if (!part.readA(INTEGER, b, content, stop)) return -1;
  let next = part.next;
  if (!part.read(b, next, stop)) return -1;
  if (part.id === LINKED) {
    next = part.next;
    if (!part.read(b, next, stop)) return -1;
  }
  if (part.id === RESULT && !part.read(b, part.content, part.stop)) return -1;
  return part.id === INTEGER && part.length === 1 ? b[part.content]! : -1;
}

function user(
  name: string,
  title: string,
  column: string,
  fieldName: string,
  operations: Readonly<Record<number, string>>,
): Protocol {
  const own = {
    component: uint(`${name}.old.Component`, 'Component').named(components),
    invoke: int(`${name}.old.invokeID`, 'invokeID'),
    operation: int(fieldName, 'localValue').named(operations),
  };
  return protocol({
    name,
    title,
    column,
    fields: own,
    step(p) {
      p.at = p.end;
      return null;
    },
    emit(p, layer, out) {
      const b = p.bufferOf(layer);
      const start = p.start[layer]!;
      out.add(own.component, start, 1);
      const operation = operationOf(b, start, p.stop[layer]!);
      if (operation >= 0) out.add(own.operation, part.content, 1, operation);
    },
    info(p, layer) {
      const b = p.bufferOf(layer);
      const start = p.start[layer]!;
      if (p.stop[layer]! <= start) return '';
      const operation = operationOf(b, start, p.stop[layer]!);
      const summary = operation < 0 ? '' : `${operations[operation] ?? ''} `;
      return `${components[b[start]!] ?? ''} ${summary}`;
    },
  });
}

export const gsmMap: Protocol = user(
  'gsm_map',
  'GSM Mobile Application',
  'GSM MAP',
  'gsm_old.localValue',
  mapOperations,
);
export const camel: Protocol = user('camel', 'Camel', 'Camel', 'camel.local', camelOperations);
export const inap: Protocol = user(
  'inap',
  'Intelligent Network Application Protocol',
  'INAP',
  'inap.local',
  {},
);
