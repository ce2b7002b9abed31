// The frame: what the capture file says of a packet, before any of its bytes is read.
import {
  destinationColumn,
  infoColumn,
  protocolColumn,
  relativeTimeText,
  sourceColumn,
} from '../core/columns.ts';
import { seconds, text, time, uint } from '../core/field.ts';
import { raw } from '../core/format.ts';
import type { Packet } from '../core/packet.ts';
import { framePath } from '../core/path.ts';
import { protocol } from '../core/protocol.ts';
import type { TextSink } from '../core/text-sink.ts';
import { encapTypeOf } from '../files/encap-types.ts';

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

const relativeTime = (p: Packet): number =>
  p.seconds - p.session.firstSeconds + (p.nanoseconds - p.session.firstNanoseconds) / 1e9;

/** The columns of the packet list, by the names under which tshark prints them. */
const columnFields = {
  columnNumber: text('_ws.col.No.', 'No.')
    .get((p) => String(p.number))
    .hidden(),
  columnTime: text('_ws.col.Time', 'Time').get(relativeTimeText).hidden(),
  columnSource: text('_ws.col.Source', 'Source').get(sourceColumn).hidden(),
  columnDestination: text('_ws.col.Destination', 'Destination').get(destinationColumn).hidden(),
  columnProtocol: text('_ws.col.Protocol', 'Protocol')
    .get(protocolColumn)
    .writes((p, _, out) => out.text(protocolColumn(p)))
    .hidden(),
  columnLength: text('_ws.col.Length', 'Length')
    .get((p) => String(p.wireLength))
    .hidden(),
  columnInfo: text('_ws.col.Info', 'Info').get(infoColumn).hidden(),
};

const f = {
  interfaceId: uint('frame.interface_id', 'Interface id').get((p) =>
    p.interfaceId < 0 ? undefined : p.interfaceId,
  ),
  interfaceName: text('frame.interface_name', 'Interface name').get(
    (p) => p.session.interfaces[p.interfaceId]?.name ?? undefined,
  ),
  encapType: uint('frame.encap_type', 'Encapsulation type').get((p) => encapTypeOf(p.linkType) ?? undefined),
  time: time('frame.time', 'Arrival Time').get(sinceEpoch),
  timeEpoch: seconds('frame.time_epoch', 'Epoch Time').get(sinceEpoch).writes(writeSinceEpoch),
  timeDelta: seconds('frame.time_delta', 'Time delta from previous captured frame').get(
    (p) => p.seconds - p.session.previousSeconds + (p.nanoseconds - p.session.previousNanoseconds) / 1e9,
  ),
  timeRelative: seconds('frame.time_relative', 'Time since reference or first frame').get(relativeTime),
  number: uint('frame.number', 'Frame Number')
    .get((p) => p.number)
    .writes((p, _, out) => out.number(p.number)),
  len: uint('frame.len', 'Frame Length')
    .get((p) => p.wireLength)
    .writes((p, _, out) => out.number(p.wireLength)),
  capLen: uint('frame.cap_len', 'Capture Length').get((p) => p.capturedLength),
  protocols: text('frame.protocols', 'Protocols in frame')
    .get(framePath)
    .writes((p, _, out) => out.text(framePath(p))),
  ...columnFields,
};

export const frame = protocol({
  name: 'frame',
  title: 'Frame',
  fields: f,
  step: () => null,
  headline: (p) =>
    ` ${p.number}: ${p.wireLength} bytes on wire (${p.wireLength * 8} bits), ${p.capturedLength} bytes captured (${p.capturedLength * 8} bits)`,
});
