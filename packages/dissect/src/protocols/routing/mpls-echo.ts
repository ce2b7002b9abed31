// MPLS ping and traceroute: LSP echo (RFC 8029 §3).
import { u16 } from '../../core/bytes.ts';
import { ipv4, time, uint } from '../../core/field.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import { udpPorts } from '../../core/table.ts';
import { ntpTime } from '../ntp.ts';

const PORT = 3503;
const HEADER = 32;
const FEC_STACK = 1;
const LDP_IPV4 = 1;
const RSVP_IPV4 = 3;

const messageNames: Readonly<Record<number, string>> = {
  1: 'MPLS Echo Request',
  2: 'MPLS Echo Reply',
  3: 'MPLS Data Plane Verification Request',
  4: 'MPLS Data Plane Verification Reply',
};

const f = {
  version: uint('mpls_echo.version', 'Version').at(0, 2),
  flags: uint('mpls_echo.flags', 'Global Flags').at(2, 2).hex(),
  message: uint('mpls_echo.msg_type', 'Message Type').at(4, 1).named(messageNames),
  replyMode: uint('mpls_echo.reply_mode', 'Reply Mode').at(5, 1).named({
    1: 'Do not reply',
    2: 'Reply via an IPv4/IPv6 UDP packet',
    3: 'Reply via an IPv4/IPv6 UDP packet with Router Alert',
    4: 'Reply via application level control channel',
  }),
  code: uint('mpls_echo.return_code', 'Return Code').at(6, 1).named({
    0: 'No return code',
    1: 'Malformed echo request received',
    2: 'One or more of the TLVs was not understood',
    3: 'Replying router is an egress for the FEC at stack depth RSC',
    4: 'Replying router has no mapping for the FEC at stack depth RSC',
    5: 'Downstream Mapping Mismatch',
    6: 'Upstream Interface Index Unknown',
    7: 'Reserved',
    8: 'Label switched at stack-depth RSC',
    9: 'Label switched but no MPLS forwarding at stack-depth RSC',
    10: 'Mapping for this FEC is not the given label at stack depth RSC',
    11: 'No label entry at stack-depth RSC',
    12: 'Protocol not associated with interface at FEC stack depth RSC',
    13: 'Premature termination, label stack shrinking to a single label',
  }),
  subcode: uint('mpls_echo.return_subcode', 'Return Subcode').at(7, 1),
  handle: uint('mpls_echo.sender_handle', "Sender's Handle").at(8, 4).hex(),
  sequence: uint('mpls_echo.sequence', 'Sequence Number').at(12, 4),
  sent: time('mpls_echo.timestamp_sent', 'Timestamp Sent'),
  received: time('mpls_echo.timestamp_rec', 'Timestamp Received'),
  tlv: uint('mpls_echo.tlv.type', 'Type').named({
    1: 'Target FEC Stack',
    2: 'Downstream Mapping (Deprecated)',
    3: 'Pad',
    5: 'Vendor Enterprise Number',
    7: 'Interface and Label Stack',
    9: 'Error code',
    10: 'Reply TOS Byte',
  }),
  tlvLength: uint('mpls_echo.tlv.len', 'Length'),
  fec: uint('mpls_echo.tlv.fec.type', 'Type').named({
    1: 'LDP IPv4 prefix',
    2: 'LDP IPv6 prefix',
    3: 'RSVP IPv4 Session Query',
    4: 'RSVP IPv6 Session Query',
  }),
  fecLength: uint('mpls_echo.tlv.fec.len', 'Length'),
  fecPrefix: ipv4('mpls_echo.tlv.fec.ldp_ipv4', 'IPv4 Prefix'),
  fecPrefixLength: uint('mpls_echo.tlv.fec.ldp_ipv4_mask', 'Prefix Length'),
  fecEndpoint: ipv4('mpls_echo.tlv.fec.rsvp_ipv4_ep', 'IPv4 Tunnel endpoint address'),
};

export const mplsEcho = protocol({
  name: 'mpls-echo',
  title: 'Multiprotocol Label Switching Echo',
  column: 'MPLS ECHO',
  fields: f,
  on: [[udpPorts, PORT]],
  step(p) {
    if (p.wireEnd - p.at < HEADER) return REJECTED;
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const field of [
      f.version,
      f.flags,
      f.message,
      f.replyMode,
      f.code,
      f.subcode,
      f.handle,
      f.sequence,
    ]) {
      out.fixed(field);
    }
    if (end - start < HEADER) return;
    out.add(f.sent, start + 16, 8, ntpTime(b, start + 16));
    out.add(f.received, start + 24, 8, ntpTime(b, start + 24));
    for (let at = start + HEADER; at + 4 <= end; ) {
      const length = u16(b, at + 2);
      out.add(f.tlv, at, 2);
      out.add(f.tlvLength, at + 2, 2);
      if (at + 4 + length > end) return;
      if (u16(b, at) === FEC_STACK && length >= 8) {
        const kind = u16(b, at + 4);
        out.add(f.fec, at + 4, 2);
        out.add(f.fecLength, at + 6, 2);
        if (kind === LDP_IPV4 && length >= 9) {
          out.add(f.fecPrefix, at + 8, 4);
          out.add(f.fecPrefixLength, at + 12, 1);
        } else if (kind === RSVP_IPV4) out.add(f.fecEndpoint, at + 8, 4);
      }
      // §3: padded to a multiple of 4, which the length excludes.
      at += 4 + ((length + 3) & ~3);
    }
  },
  info(p, layer) {
    if (p.stop[layer]! - p.start[layer]! < HEADER) return '';
    const type = p.bufferOf(layer)[p.start[layer]! + 4]!;
    return messageNames[type] ?? `Unknown Message Type (0x${type.toString(16).padStart(2, '0')})`;
  },
});
