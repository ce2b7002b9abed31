// Web Cache Communication Protocol of Cisco (draft-wilson-wrec-wccp-v2-01, version 1: draft-forster-wrec-wccp-v1-00).
import { u16, u32 } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import { udpPorts } from '../../core/table.ts';

const PORT = 2048;
const VERSION_1_LAST = 9;
const HEADER_1 = 4;
const HEADER_2 = 8;

const messageNames: Readonly<Record<number, string>> = {
  7: '1.0 Here I am',
  8: '1.0 I see you',
  9: '1.0 Assign bucket',
  10: '2.0 Here I am',
  11: '2.0 I see you',
  12: '2.0 Redirect assign',
  13: '2.0 Removal query',
};

const f = {
  message: uint('wccp.message', 'WCCP Message Type').at(0, 4).named(messageNames),
  version: uint('wccp.version', 'WCCP Version').hex(4),
  headerVersion: uint('wccp.message_header_version', 'WCCP Version (>=2)').hex(2),
  headerLength: uint('wccp.message_header_length', 'Length'),
  item: uint('wccp.item_type', 'Type').named({
    0: 'Security Info',
    1: 'Service Info',
    2: 'Router Identity Info',
    3: 'Web-Cache Identity Info',
    4: 'Router View Info',
    5: 'Web-Cache View Info',
    6: 'Assignment Info',
    7: 'Router Query Info',
    8: 'Capabilities Info',
    13: 'Alternate Assignment',
    14: 'Assignment Map',
    15: 'Command Extension',
  }),
  itemLength: uint('wccp.item_length', 'Length'),
};

export const wccp = protocol({
  name: 'wccp',
  title: 'Web Cache Communication Protocol',
  column: 'WCCP',
  fields: f,
  on: [[udpPorts, PORT]],
  step(p) {
    const start = p.at;
    if (p.end - start < 4) return p.cut(4);
    const type = u32(p.buf, start);
    if (messageNames[type] === undefined) return REJECTED;
    const needed = type <= VERSION_1_LAST ? HEADER_1 + 4 : HEADER_2;
    if (p.end - start < needed) return p.cut(needed);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    out.fixed(f.message);
    if (end - start < HEADER_2) return;
    if (u32(b, start) <= VERSION_1_LAST) {
      out.add(f.version, start + HEADER_1, 4);
      return;
    }
    out.add(f.headerVersion, start + 4, 2);
    out.add(f.headerLength, start + 6, 2);
    for (let at = start + HEADER_2; at + 4 <= end; ) {
      const length = u16(b, at + 2);
      if (at + 4 + length > end) return;
      out.add(f.item, at, 2);
      out.add(f.itemLength, at + 2, 2);
      at += 4 + length;
    }
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 4) return null;
    return messageNames[u32(p.bufferOf(layer), start)] ?? '';
  },
});
