// The frame: what the capture file records about a packet, apart from its bytes.
import { destinationColumn, infoColumn, protocolColumn, sourceColumn, timeColumn } from '../core/columns.ts';
import { bool, type Field, seconds, text, time, uint } from '../core/field.ts';
import { raw } from '../core/format.ts';
import type { Packet } from '../core/packet.ts';
import { framePath } from '../core/path.ts';
import { protocol } from '../core/protocol.ts';
import type { TextSink } from '../core/text-sink.ts';
import { secondsSince } from '../core/times.ts';
import { LINKTYPE_CUSTOM, LINKTYPE_CUSTOM_NO_COPY, LINKTYPE_JOURNAL } from '../files/blocks.ts';
import type { CaptureInterface } from '../files/capture-info.ts';
import { encapTypeNames, encapTypeOf } from '../files/encap-types.ts';
import { enterpriseNames } from './names/enterprises.ts';

function writeSinceEpoch(p: Packet, _: number, out: TextSink): void {
  if (!p.hasTime) return;
  if (p.seconds < 0) {
    out.text(raw(f.timeEpoch, sinceEpoch(p)!));
    return;
  }
  out.number(p.seconds);
  out.text('.');
  out.number(p.nanoseconds, 9);
}

const sinceEpoch = (p: Packet): bigint | undefined =>
  p.hasTime ? BigInt(p.seconds) * 1_000_000_000n + BigInt(p.nanoseconds) : undefined;

const relativeTime = (p: Packet): number | bigint =>
  secondsSince(p, p.session.firstSeconds, p.session.firstNanoseconds);

const column = (name: string, title: string, get: (p: Packet) => string): Field =>
  text(`_ws.col.${name}`, title).get(get).hidden();
const numberColumn = (p: Packet): string => String(p.number);
const lengthColumn = (p: Packet): string => String(p.wireLength);

/** The columns of the packet list, under tshark's names: those by title, and those of Wireshark 4.2 and later. */
const columnFields = {
  columnNumber: column('No.', 'No.', numberColumn),
  columnTime: column('Time', 'Time', timeColumn),
  columnSource: column('Source', 'Source', sourceColumn),
  columnDestination: column('Destination', 'Destination', destinationColumn),
  columnProtocol: column('Protocol', 'Protocol', protocolColumn).writes((p, _, out) =>
    out.text(protocolColumn(p)),
  ),
  columnLength: column('Length', 'Length', lengthColumn),
  columnInfo: column('Info', 'Info', infoColumn),
  newerNumber: column('number', 'Number', numberColumn),
  newerTime: column('cls_time', 'Time (format as specified)', timeColumn),
  newerSource: column('def_src', 'Source address', sourceColumn),
  newerDestination: column('def_dst', 'Destination address', destinationColumn),
  newerProtocol: column('protocol', 'Protocol', protocolColumn),
  newerLength: column('packet_length', 'Packet length (bytes)', lengthColumn),
  newerInfo: column('info', 'Information', infoColumn),
};

/** Whether the frame is a custom block of pcapng. */
const isCustomBlock = (p: Packet): boolean =>
  p.linkType === LINKTYPE_CUSTOM || p.linkType === LINKTYPE_CUSTOM_NO_COPY;
const isCopied = (p: Packet): boolean => p.linkType === LINKTYPE_CUSTOM;
const enterpriseText = (p: Packet): string =>
  `${enterpriseNames[p.enterprise] ?? 'Unknown'} (${p.enterprise})`;

const interfaceOf = (p: Packet): CaptureInterface | undefined => p.session.interfaces[p.interfaceId];
/** As in Wireshark an interface that the file does not name is `unknown`. */
const nameOfInterface = (source: CaptureInterface | undefined): string | undefined =>
  source === undefined ? undefined : (source.name ?? 'unknown');

const f = {
  sectionNumber: uint('frame.section_number', 'Section number')
    .plain()
    .get((p) => {
      const source = interfaceOf(p);
      return source === undefined ? undefined : source.section + 1;
    }),
  interfaceId: uint('frame.interface_id', 'Interface id')
    .plain()
    .get((p) => (p.interfaceId < 0 ? undefined : p.interfaceId)),
  interfaceName: text('frame.interface_name', 'Interface name')
    .plain()
    .get((p) => nameOfInterface(interfaceOf(p))),
  interfaceDescription: text('frame.interface_description', 'Interface description')
    .plain()
    .get((p) => interfaceOf(p)?.description ?? undefined),
  encapType: uint('frame.encap_type', 'Encapsulation type')
    .plain()
    .named(encapTypeNames)
    .get((p) => encapTypeOf(p.linkType) ?? undefined),
  time: time('frame.time', 'Arrival Time').plain().get(sinceEpoch),
  // Always 0: only Wireshark's Edit menu shifts times.
  offsetShift: seconds('frame.offset_shift', 'Time shift for this packet').get(() => 0),
  timeEpoch: seconds('frame.time_epoch', 'Epoch Time').plain().get(sinceEpoch).writes(writeSinceEpoch),
  timeDelta: seconds('frame.time_delta', 'Time delta from previous captured frame').get((p) =>
    secondsSince(p, p.session.previousSeconds, p.session.previousNanoseconds),
  ),
  timeDeltaDisplayed: seconds('frame.time_delta_displayed', 'Time delta from previous displayed frame').get(
    (p) => secondsSince(p, p.session.shownSeconds, p.session.shownNanoseconds),
  ),
  timeRelative: seconds('frame.time_relative', 'Time since reference or first frame').get(relativeTime),
  number: uint('frame.number', 'Frame Number')
    .plain()
    .get((p) => p.number)
    .writes((p, _, out) => out.number(p.number)),
  len: uint('frame.len', 'Frame Length')
    .plain()
    .get((p) => p.wireLength)
    .writes((p, _, out) => out.number(p.wireLength)),
  capLen: uint('frame.cap_len', 'Capture Length')
    .plain()
    .get((p) => p.capturedLength),
  // Set interactively in Wireshark.
  marked: bool('frame.marked', 'Frame is marked').get(() => false),
  ignored: bool('frame.ignored', 'Frame is ignored').get(() => false),
  protocols: text('frame.protocols', 'Protocols in frame')
    .get(framePath)
    .writes((p, _, out) => out.text(framePath(p))),
  enterprise: uint('frame.cb_pen', 'Private Enterprise Number')
    .plain()
    .named((number) => enterpriseNames[number] ?? 'Unknown')
    .get((p) => (isCustomBlock(p) ? p.enterprise : undefined)),
  copying: bool('frame.cb_copy', 'Copying')
    .plain()
    .shownAs((isAllowed) => (isAllowed ? 'Copying: Allowed' : 'Copying: Not Allowed'))
    .get((p) => (isCustomBlock(p) ? isCopied(p) : undefined)),
  ...columnFields,
};

const columns = Object.values(columnFields);
const times = [f.offsetShift, f.timeEpoch, f.timeDelta, f.timeDeltaDisplayed, f.timeRelative];

export const frame = protocol({
  name: 'frame',
  title: 'Frame',
  fields: f,
  column: (p) => (isCustomBlock(p) ? 'PCAPNG' : null),
  info: (p) =>
    isCustomBlock(p)
      ? `Custom Block: PEN = ${enterpriseText(p)}, will ${isCopied(p) ? '' : 'not '}be copied`
      : null,
  step: () => null,
  emit(p, layer, out) {
    const start = p.start[layer]!;
    out.fixed(f.sectionNumber);
    if (p.interfaceId >= 0) {
      const name = nameOfInterface(interfaceOf(p));
      out.openFixed(f.interfaceId);
      if (name) out.note(` (${name})`);
      out.fixed(f.interfaceName);
      out.fixed(f.interfaceDescription);
      out.close();
    }
    out.fixed(f.encapType);
    if (p.hasTime) {
      out.fixed(f.time);
      for (const each of times) out.fixed(each);
    }
    out.fixed(f.number);
    out.fixed(f.len);
    out.note(inBits(p.wireLength));
    out.fixed(f.capLen);
    out.note(inBits(p.capturedLength));
    out.fixed(f.marked);
    out.fixed(f.ignored);
    if (isCustomBlock(p)) {
      out.fixed(f.enterprise);
      out.fixed(f.copying);
    }
    out.add(f.protocols, start, 0, framePath(p));
    for (const column of columns) out.fixed(column);
  },
  titleOf(p) {
    if (isCustomBlock(p)) return 'PCAPNG Custom Block';
    return p.linkType === LINKTYPE_JOURNAL ? 'Systemd Journal Entry' : 'Frame';
  },
  headline(p) {
    if (p.linkType === LINKTYPE_JOURNAL) return ` ${p.number}: ${p.wireLength} byte${plural(p.wireLength)}`;
    if (isCustomBlock(p)) {
      const copying = isCopied(p) ? 'allowed' : 'not allowed';
      return ` ${p.number}: ${p.wireLength}${inBits(p.wireLength)} of custom data and options, PEN ${enterpriseText(p)}, copying ${copying}`;
    }
    const name = interfaceOf(p)?.name;
    const where = p.interfaceId < 0 ? '' : ` on interface ${name || 'unknown'}, id ${p.interfaceId}`;
    return ` ${p.number}: ${size(p.wireLength, 'on wire')}, ${size(p.capturedLength, 'captured')}${where}`;
  },
});

/** ` bytes (624 bits)` after a length. */
function inBits(length: number): string {
  return ` byte${plural(length)} (${length * 8} bits)`;
}

function size(length: number, what: string): string {
  return `${length} byte${plural(length)} ${what} (${length * 8} bits)`;
}

function plural(count: number): string {
  return count === 1 ? '' : 's';
}
