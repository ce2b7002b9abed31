// Routing Information Protocol, version 1 (RFC 1058) and 2 (RFC 2453, RFC 4822), and for IPv6 (RFC 2080).
import { u16 } from '../../core/bytes.ts';
import { bytes, ipv4, ipv6, none, text, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { udpPorts } from '../../core/table.ts';

const HEADER = 4;
const ENTRY = 20;
const FAMILY_IP = 2;
const FAMILY_AUTHENTICATION = 0xffff;

const commands: Readonly<Record<number, string>> = {
  1: 'Request',
  2: 'Response',
  3: 'Traceon',
  4: 'Traceoff',
  5: 'Vendor specific (Sun)',
};
const versions: Readonly<Record<number, string>> = { 1: 'RIPv1', 2: 'RIPv2' };

const f = {
  command: uint('rip.command', 'Command').at(0, 1).named(commands),
  version: uint('rip.version', 'Version').at(1, 1).named(versions),
  domain: uint('rip.routing_domain', 'Routing Domain').at(2, 2),
  family: uint('rip.family', 'Address Family').named({ 0: 'Unspecified', 2: 'IP', 0xffff: 'Authentication' }),
  routeTag: uint('rip.route_tag', 'Route Tag'),
  address: ipv4('rip.ip', 'IP Address'),
  mask: ipv4('rip.netmask', 'Netmask'),
  nextHop: ipv4('rip.next_hop', 'Next Hop'),
  metric: uint('rip.metric', 'Metric'),
  authType: uint('rip.auth.type', 'Authentication type').named({
    1: 'IP Route',
    2: 'Simple Password',
    3: 'Keyed Message Digest',
  }),
  password: text('rip.auth.passwd', 'Password'),
  keyId: uint('rip.key_id', 'Key ID'),
  authLength: uint('rip.auth_data_len', 'Auth Data Len'),
  authSequence: uint('rip.seq_num', 'Seq num'),
  authData: bytes('rip.authentication_data', 'Authentication Data'),
};

export const rip: Protocol = protocol({
  name: 'rip',
  title: 'Routing Information Protocol',
  column: (p, layer) => versions[p.bufferOf(layer)[p.start[layer]! + 1]!] ?? 'RIP',
  fields: f,
  on: [[udpPorts, 520]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const isVersion2 = b[start + 1] === 2;
    out.fixed(f.command);
    out.fixed(f.version);
    if (isVersion2) out.fixed(f.domain);
    for (let at = start + HEADER; at + ENTRY <= end; at += ENTRY) emitEntry(b, at, end, isVersion2, out);
  },
  info(p, layer) {
    const command = p.bufferOf(layer)[p.start[layer]!]!;
    return commands[command] ?? `Unknown command (${command})`;
  },
});

function emitEntry(b: Uint8Array, at: number, end: number, isVersion2: boolean, out: Sink): void {
  const family = u16(b, at);
  out.group(family === FAMILY_AUTHENTICATION ? 'Authentication' : 'IP Address', at, ENTRY);
  if (family === FAMILY_AUTHENTICATION && isVersion2) emitAuthentication(b, at, end, out);
  else if (family === FAMILY_IP || family === 0) {
    out.add(f.family, at, 2);
    if (isVersion2) out.add(f.routeTag, at + 2, 2);
    if (family === FAMILY_IP) out.add(f.address, at + 4, 4);
    if (isVersion2 && family === FAMILY_IP) {
      out.add(f.mask, at + 8, 4);
      out.add(f.nextHop, at + 12, 4);
    }
    out.add(f.metric, at + 16, 4);
  } else out.add(f.family, at, 2);
  out.close();
}

/** Authentication entry, RFC 2453 §4.1, RFC 4822 §2.2. */
function emitAuthentication(b: Uint8Array, at: number, end: number, out: Sink): void {
  const type = u16(b, at + 2);
  out.add(f.authType, at + 2, 2);
  if (type === 2) {
    let password = '';
    for (let i = at + 4; i < at + ENTRY && b[i] !== 0; i++) password += String.fromCharCode(b[i]!);
    out.add(f.password, at + 4, 16, password);
  } else if (type === 3) {
    const length = b[at + 7]!;
    out.add(f.keyId, at + 6, 1);
    out.add(f.authLength, at + 7, 1);
    out.add(f.authSequence, at + 8, 4);
    const digest = at + u16(b, at + 4);
    if (length > 0 && digest + length <= end) out.add(f.authData, digest, length);
  }
}

const g = {
  command: uint('ripng.cmd', 'Command').at(0, 1).named(commands),
  version: uint('ripng.version', 'Version').at(1, 1),
  reserved: bytes('ripng.reserved', 'Reserved').at(2, 2),
  entry: none('ripng.rte', 'Route Table Entry'),
  prefix: ipv6('ripng.rte.ipv6_prefix', 'IPv6 Prefix'),
  tag: uint('ripng.rte.route_tag', 'Route Tag').hex(2),
  length: uint('ripng.rte.prefix_length', 'Prefix Length'),
  metric: uint('ripng.rte.metric', 'Metric'),
};

export const ripng: Protocol = protocol({
  name: 'ripng',
  title: 'RIPng',
  column: 'RIPng',
  fields: g,
  on: [[udpPorts, 521]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const field of [g.command, g.version, g.reserved]) out.fixed(field);
    for (let at = start + HEADER; at + ENTRY <= end; at += ENTRY) {
      out.open(g.entry, at, ENTRY);
      out.add(g.prefix, at, 16);
      out.add(g.tag, at + 16, 2);
      out.add(g.length, at + 18, 1);
      out.add(g.metric, at + 19, 1);
      out.close();
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    return ` Command ${commands[b[start]!] ?? `Unknown Command (${b[start]})`}, Version ${b[start + 1]}`;
  },
});
