// Packet Forwarding Control Protocol (3GPP TS 29.244 §7.2), between control plane and user plane of a mobile core.
import { u16 } from '../../core/bytes.ts';
import { bool, type Field, ipv4, uint, uint64 } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import { udpPorts } from '../../core/table.ts';

const HAS_SESSION = 1;
const HEADER = 8;
const SESSION_HEADER = 16;
const ELEMENTS_MAX = 256;

const types: Readonly<Record<number, string>> = {
  1: 'Heartbeat Request',
  2: 'Heartbeat Response',
  3: 'PFD Management Request',
  4: 'PFD Management Response',
  5: 'Association Setup Request',
  6: 'Association Setup Response',
  7: 'Association Update Request',
  8: 'Association Update Response',
  9: 'Association Release Request',
  10: 'Association Release Response',
  11: 'Version Not Supported Response',
  12: 'Node Report Request',
  13: 'Node Report Response',
  14: 'Session Set Deletion Request',
  15: 'Session Set Deletion Response',
  50: 'Session Establishment Request',
  51: 'Session Establishment Response',
  52: 'Session Modification Request',
  53: 'Session Modification Response',
  54: 'Session Deletion Request',
  55: 'Session Deletion Response',
  56: 'Session Report Request',
  57: 'Session Report Response',
};

const f = {
  version: uint('pfcp.version', 'Version').at(0, 1).mask(0xe0),
  sessionFlag: bool('pfcp.s', 'SEID (S)').at(0, 1).mask(HAS_SESSION),
  type: uint('pfcp.msg_type', 'Message Type')
    .at(1, 1)
    .named(Object.fromEntries(Object.entries(types).map(([id, name]) => [id, `PFCP ${name}`]))),
  length: uint('pfcp.length', 'Length').at(2, 2),
  seid: uint64('pfcp.seid', 'SEID').hex(8),
  sequence: uint('pfcp.seqno', 'Sequence Number'),
  ie: uint('pfcp.ie_type', 'IE Type'),
  ieLength: uint('pfcp.ie_len', 'IE Length'),
  cause: uint('pfcp.cause', 'Cause'),
  node: ipv4('pfcp.node_id_ipv4', 'IPv4'),
};

/** Information elements (§8.2) whose values are dissected: cause and node ID. */
const CAUSE = 19;
const NODE_ID = 60;
const elements: Readonly<Record<number, readonly [field: Field, offset: number, width: number]>> = {
  [CAUSE]: [f.cause, 4, 1],
  [NODE_ID]: [f.node, 5, 4],
};

export const pfcp = protocol({
  name: 'pfcp',
  title: 'Packet Forwarding Control Protocol',
  column: 'PFCP',
  fields: f,
  on: [[udpPorts, 8805]],
  step(p) {
    const { buf: b, at: start } = p;
    const needed = b[start]! & HAS_SESSION ? SESSION_HEADER : HEADER;
    if (p.end - start < needed) return p.cut(needed);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const field of [f.version, f.sessionFlag, f.type, f.length]) out.fixed(field);
    const hasSession = (b[start]! & HAS_SESSION) !== 0;
    if (hasSession) out.add(f.seid, start + 4, 8);
    let at = start + (hasSession ? SESSION_HEADER : HEADER);
    out.add(f.sequence, at - 4, 3);
    for (let i = 0; i < ELEMENTS_MAX && at + 4 <= end; i++) {
      const length = u16(b, at + 2);
      out.open(f.ie, at, 2);
      out.add(f.ieLength, at + 2, 2);
      const known = elements[u16(b, at)];
      if (known !== undefined && known[1] + known[2] <= length + 4)
        out.add(known[0], at + known[1], known[2]);
      out.close();
      at += 4 + length;
    }
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const type = p.bufferOf(layer)[start + 1]!;
    return types[type] === undefined ? `PFCP Unknown (${type})` : `PFCP ${types[type]}`;
  },
});
