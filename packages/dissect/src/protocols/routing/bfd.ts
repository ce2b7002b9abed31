// Bidirectional Forwarding Detection (RFC 5880 §4.1), over UDP (RFC 5881, RFC 5883) and MPLS (RFC 5884).
import { bool, text, uint } from '../../core/field.ts';
import { COLUMN } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { udpPorts } from '../../core/table.ts';
import { pwChannels } from '../link/tables.ts';

const HEADER = 24;
const HAS_AUTHENTICATION = 0x04;

const diagnostics: Readonly<Record<number, string>> = {
  0: 'No Diagnostic',
  1: 'Control Detection Time Expired',
  2: 'Echo Function Failed',
  3: 'Neighbor Signaled Session Down',
  4: 'Forwarding Plane Reset',
  5: 'Path Down',
  6: 'Concatenated Path Down',
  7: 'Administratively Down',
  8: 'Reverse Concatenated Path Down',
  9: 'Mis-Connectivity Defect',
};
const states: Readonly<Record<number, string>> = { 0: 'AdminDown', 1: 'Down', 2: 'Init', 3: 'Up' };

const f = {
  version: uint('bfd.version', 'Protocol Version').at(0, 1).mask(0xe0),
  diagnostic: uint('bfd.diag', 'Diagnostic Code').at(0, 1).mask(0x1f).hex().named(diagnostics),
  state: uint('bfd.sta', 'Session State').at(1, 1).mask(0xc0).hex().named(states),
  flags: uint('bfd.flags', 'Message Flags').at(1, 1).hex(),
  poll: bool('bfd.flags.p', 'Poll').at(1, 1).mask(0x20),
  final: bool('bfd.flags.f', 'Final').at(1, 1).mask(0x10),
  independent: bool('bfd.flags.c', 'Control Plane Independent').at(1, 1).mask(0x08),
  authenticated: bool('bfd.flags.a', 'Authentication Present').at(1, 1).mask(HAS_AUTHENTICATION),
  demand: bool('bfd.flags.d', 'Demand').at(1, 1).mask(0x02),
  multipoint: bool('bfd.flags.m', 'Multipoint').at(1, 1).mask(0x01),
  multiplier: uint('bfd.detect_time_multiplier', 'Detect Time Multiplier').at(2, 1),
  length: uint('bfd.message_length', 'Message Length').at(3, 1),
  mine: uint('bfd.my_discriminator', 'My Discriminator').at(4, 4).hex(),
  yours: uint('bfd.your_discriminator', 'Your Discriminator').at(8, 4).hex(),
  transmit: uint('bfd.desired_min_tx_interval', 'Desired Min TX Interval').at(12, 4),
  receive: uint('bfd.required_min_rx_interval', 'Required Min RX Interval').at(16, 4),
  echo: uint('bfd.required_min_echo_interval', 'Required Min Echo Interval').at(20, 4),
  authType: uint('bfd.auth.type', 'Authentication Type').named({
    1: 'Simple Password',
    2: 'Keyed MD5',
    3: 'Meticulous Keyed MD5',
    4: 'Keyed SHA1',
    5: 'Meticulous Keyed SHA1',
  }),
  authLength: uint('bfd.auth.len', 'Authentication Length'),
  authKey: uint('bfd.auth.key', 'Authentication Key ID'),
  authPassword: text('bfd.auth.password', 'Password'),
  authSequence: uint('bfd.auth.seq_num', 'Sequence Number').hex(4),
};

export const bfd = protocol({
  name: 'bfd',
  title: 'BFD Control message',
  column: 'BFD Control',
  fields: f,
  on: [
    [udpPorts, 3784, 4784, 6784],
    [pwChannels, 0x07, 0x22],
  ],
  step(p) {
    if (p.end - p.at < HEADER) return p.cutUnseen(HEADER, COLUMN);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    out.fixed(f.version);
    out.fixed(f.diagnostic);
    out.fixed(f.state);
    out.openFixed(f.flags);
    for (const flag of [f.poll, f.final, f.independent, f.authenticated, f.demand, f.multipoint])
      out.fixed(flag);
    out.close();
    for (const field of [f.multiplier, f.length, f.mine, f.yours, f.transmit, f.receive, f.echo])
      out.fixed(field);
    const auth = start + HEADER;
    if ((b[start + 1]! & HAS_AUTHENTICATION) === 0 || auth + 3 > end) return;
    out.add(f.authType, auth, 1);
    out.add(f.authLength, auth + 1, 1);
    out.add(f.authKey, auth + 2, 1);
    const stop = auth + b[auth + 1]!;
    if (b[auth] === 1 && stop <= end && stop > auth + 3) out.add(f.authPassword, auth + 3, stop - auth - 3);
    else if (b[auth] !== 1 && auth + 8 <= end) out.add(f.authSequence, auth + 4, 4);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const diagnostic = diagnostics[b[start]! & 31] ?? 'Reserved';
    const flags = (b[start + 1]! & 0x3f).toString(16).padStart(2, '0');
    return `Diag: ${diagnostic}, State: ${states[b[start + 1]! >> 6]}, Flags: 0x${flags}`;
  },
});

/** BFD Echo (RFC 5881 §4), whose content is known only to its sender. */
export const bfdEcho = protocol({
  name: 'bfd_echo',
  title: 'BFD Echo message',
  column: 'BFD Echo',
  on: [[udpPorts, 3785]],
  step(p) {
    p.at = p.end;
    return null;
  },
  info: () => 'Originator specific content',
});
