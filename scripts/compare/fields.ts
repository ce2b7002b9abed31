/**
 * The fields compared, by group, with each group's goal. Names are Wireshark's; `kind` says how disagreements over a field
 * are grouped.
 */

/** `code`: few values, kept as such; `number`: by difference; `text`: digits masked. */
export type FieldKind = 'code' | 'number' | 'text';

export type FieldGroup = 'link' | 'network' | 'transport' | 'names' | 'application' | 'info';

export interface ComparedField {
  readonly name: string;
  readonly group: FieldGroup;
  readonly kind: FieldKind;
}

/** Least mean agreement, 0 to 1; without a goal, a field is only reported. */
export interface Goals {
  readonly field: number;
  readonly protocolColumn: number;
  readonly protocols: number;
}

export const GOALS = {
  seen: { field: 0.995, protocolColumn: 0.97, protocols: 0.95 },
  unseen: { field: 0.995, protocolColumn: 0.92, protocols: 0.88 },
} as const satisfies Record<string, Goals>;

/** Always the first column, by which the rows of both sides are matched. */
const KEY_FIELD = 'frame.number';

function fields(group: FieldGroup, kind: FieldKind, names: string): ComparedField[] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => ({ name, group, kind }));
}

export const FIELDS: readonly ComparedField[] = [
  ...fields('link', 'number', 'frame.number frame.time_epoch frame.len frame.cap_len'),
  ...fields('link', 'text', 'eth.src eth.dst'),
  ...fields('link', 'code', 'eth.type vlan.id'),
  ...fields('network', 'text', 'ip.src ip.dst ipv6.src ipv6.dst'),
  ...fields('network', 'code', 'ip.proto ip.flags ipv6.nxt'),
  ...fields('network', 'number', 'ip.len ip.ttl ip.id ip.frag_offset ipv6.plen ipv6.hlim'),
  ...fields('network', 'code', 'arp.opcode'),
  ...fields('network', 'text', 'arp.src.hw_mac arp.src.proto_ipv4 arp.dst.hw_mac arp.dst.proto_ipv4'),
  ...fields('network', 'code', 'icmp.type icmp.code icmpv6.type icmpv6.code'),
  ...fields('network', 'number', 'icmp.ident icmp.seq icmpv6.echo.identifier icmpv6.echo.sequence_number'),
  ...fields('network', 'text', 'icmpv6.nd.ns.target_address icmpv6.nd.na.target_address'),
  ...fields('transport', 'number', 'tcp.srcport tcp.dstport udp.srcport udp.dstport'),
  ...fields('transport', 'number', 'sctp.srcport sctp.dstport tcp.stream udp.stream udp.length'),
  ...fields('transport', 'number', 'tcp.seq tcp.ack tcp.len tcp.window_size tcp.hdr_len'),
  ...fields('transport', 'code', 'tcp.flags'),
  ...fields(
    'transport',
    'code',
    `tcp.analysis.retransmission tcp.analysis.fast_retransmission
     tcp.analysis.spurious_retransmission tcp.analysis.out_of_order tcp.analysis.lost_segment
     tcp.analysis.ack_lost_segment tcp.analysis.duplicate_ack tcp.analysis.zero_window
     tcp.analysis.zero_window_probe tcp.analysis.zero_window_probe_ack tcp.analysis.window_full
     tcp.analysis.window_update tcp.analysis.keep_alive tcp.analysis.keep_alive_ack
     tcp.analysis.reused_ports`,
  ),
  ...fields('transport', 'number', 'tcp.analysis.duplicate_ack_num tcp.analysis.acks_frame'),
  ...fields('names', 'code', 'frame.protocols _ws.col.Protocol'),
  ...fields('application', 'number', 'dns.id'),
  ...fields('application', 'code', 'dns.flags dns.qry.type dns.resp.type'),
  ...fields(
    'application',
    'text',
    `dns.qry.name dns.resp.name dns.a dns.aaaa dns.cname dns.ns dns.ptr.domain_name
     dns.mx.mail_exchange dns.txt dns.srv.target`,
  ),
  ...fields('application', 'code', 'http.request.method http.request.version http.response.code'),
  ...fields('application', 'text', 'http.host http.request.uri http.user_agent http.content_type'),
  ...fields(
    'application',
    'code',
    `tls.record.content_type tls.record.version tls.handshake.type tls.handshake.version
     tls.handshake.ciphersuite tls.handshake.extensions.supported_version`,
  ),
  ...fields(
    'application',
    'text',
    `tls.handshake.extensions_server_name tls.handshake.extensions_alpn_str tls.handshake.ja3
     tls.handshake.ja3s`,
  ),
  ...fields('application', 'code', 'dhcp.type dhcp.option.dhcp dhcp.option.type'),
  ...fields(
    'application',
    'text',
    `dhcp.id dhcp.ip.client dhcp.ip.your dhcp.ip.server dhcp.ip.relay dhcp.hw.mac_addr
     dhcp.option.hostname dhcp.option.domain_name dhcp.option.requested_ip_address
     dhcp.option.dhcp_server_id dhcp.option.subnet_mask dhcp.option.router
     dhcp.option.domain_name_server dhcp.option.ip_address_lease_time`,
  ),
  ...fields('application', 'code', 'ntp.flags ntp.flags.li ntp.flags.vn ntp.flags.mode ntp.stratum'),
  ...fields('application', 'number', 'ntp.ppoll ntp.precision ntp.rootdelay ntp.rootdispersion'),
  ...fields('application', 'text', 'ntp.refid ntp.reftime ntp.org ntp.rec ntp.xmt'),
  ...fields('info', 'text', '_ws.col.Info'),
];

/** A field's goal, or null if it is only reported. */
export function goalOf(field: ComparedField, goals: Goals): number | null {
  if (field.name === '_ws.col.Protocol') return goals.protocolColumn;
  if (field.name === 'frame.protocols') return goals.protocols;
  const counted = field.group === 'link' || field.group === 'network' || field.group === 'transport';
  return counted ? goals.field : null;
}

/**
 * The fields to request: those of the table (all, or only `names`), preceded by the key. A name that is not in the table
 * is compared as text, in the application group.
 */
export function chooseFields(names: readonly string[]): ComparedField[] {
  if (names.length === 0) return [...FIELDS];
  const wanted = names.includes(KEY_FIELD) ? names : [KEY_FIELD, ...names];
  const chosen = FIELDS.filter((field) => wanted.includes(field.name));
  for (const name of wanted) {
    if (chosen.some((field) => field.name === name)) continue;
    chosen.push({ name, group: 'application', kind: 'text' });
  }
  return chosen;
}
