// Layouts of sFlow records: sequences of fields with their sizes (sFlow Version 5, §5.3 and §5.4).
import { bool, bytes, ether, type Field, ipv4, ipv6, text, uint, uint64 } from '../../../core/field.ts';
import { ipProtocolNames } from '../../names/ip-protocols.ts';
import * as counters from './counters.ts';

/** Variable-length items: a string with its length; an address with its type; an array with its length. */
export const TEXT = -1;
export const ADDRESS = -2;
export const LIST = -3;
/**
 * A field with its width in bytes (null: skipped); the second field is for the text, the IPv6 address or the array
 * elements.
 */
export type Item = readonly [Field | null, number, Field?];

const flags = (prefix: string, rows: readonly (readonly [number, string, string])[]): Item[] =>
  rows.map(([mask, name, title], i) => [
    bool(prefix + name, title).mask(mask),
    i === rows.length - 1 ? 4 : 0,
  ]);

const padding = bytes('sflow.lag_port.padding', 'Padding');

/** A 6-byte MAC address, padded to eight bytes. */
const mac = (name: string, title: string, rest: Field | null = null): Item[] => [
  [ether(name, title), 6],
  [rest, 2],
];

const source = ipv4('sflow_245.ipv4_src', 'Source IP address');
const destination = ipv4('sflow_245.ipv4_dst', 'Destination IP address');
const source6 = ipv6('sflow_245.ipv6_src', 'Source IP address');
const destination6 = ipv6('sflow_245.ipv6_dst', 'Destination IP address');
const nexthop = ipv4('sflow_245.nexthop', 'Next hop');
const nexthop6 = ipv6('sflow_245.nexthop.v6', 'Next hop');
const length = uint('sflow_245.ip.length', 'Length of IP Packet');
const protocol = uint('sflow.ip_protocol', 'IP Protocol').named(ipProtocolNames);
const sourcePort = uint('sflow_245.ip.source_port', 'Source Port');
const destinationPort = uint('sflow.ip.destination_port', 'Destination Port');
const tcpFlags = flags('sflow_245.ip.tcp_flag.', [
  [0x80, 'cwr', 'TCP Flag (CWR)'],
  [0x40, 'ece', 'TCP Flag (ECE)'],
  [0x20, 'urg', 'TCP Flag (URG)'],
  [0x10, 'ack', 'TCP Flag (ACK)'],
  [0x08, 'psh', 'TCP Flag (PSH)'],
  [0x04, 'rst', 'TCP Flag (RST)'],
  [0x02, 'syn', 'TCP Flag (SYN)'],
  [0x01, 'fin', 'TCP Flag (FIN)'],
]);
const precedences =
  'Routine,Priority,Immediate,Flash,Flash Override,CRITIC/ECP,Internetwork Control,Network Control'.split(
    ',',
  );
const ssids = (way: 'rx' | 'tx'): Item => {
  const name = text(`sflow_5.extended_80211.${way}.ssid`, 'SSID');
  return [name, TEXT, name];
};
const radioVersions: Record<number, string> = { 1: '802.11a', 2: '802.11b', 3: '802.11g', 4: '802.11n' };

/** Flow records by format; format 1, the sampled header, is handled by the protocol itself. */
export const flowLayouts: Readonly<Record<number, readonly Item[]>> = {
  2: [
    [uint('sflow_245.ethernet.length', 'Length of MAC Packet'), 4],
    ...mac('sflow_245.ethernet.source_mac_address', 'Source MAC Address'),
    ...mac('sflow_245.ethernet.destination_mac_address', 'Destination MAC Address'),
    [uint('sflow_245.ethernet.packet_type', 'Ethernet Packet Type'), 4],
  ],
  3: [
    [length, 4],
    [protocol, 4],
    [source, 4],
    [destination, 4],
    [sourcePort, 4],
    [destinationPort, 4],
    ...tcpFlags,
    [
      uint('sflow_245.ipv4_precedence_type', 'Precedence')
        .mask(0xe0)
        .named((value) => precedences[value]),
      0,
    ],
    ...flags('sflow_245.', [
      [0x10, 'ipv4_delay', 'Delay'],
      [0x08, 'ipv4_throughput', 'Throughput'],
      [0x04, 'ipv4_reliability', 'Reliability'],
      [0x02, 'ipv4_cost', 'Cost (RFC1349)'],
    ]),
  ],
  4: [
    [length, 4],
    [protocol, 4],
    [source6, 16],
    [destination6, 16],
    [sourcePort, 4],
    [destinationPort, 4],
    ...tcpFlags,
    [uint('sflow_245.ipv6_priority', 'Priority'), 4],
  ],
  1001: [
    [uint('sflow_245.vlan.in', 'Incoming 802.1Q VLAN'), 4],
    [uint('sflow_245.pri.in', 'Incoming 802.1p priority'), 4],
    [uint('sflow_245.vlan.out', 'Outgoing 802.1Q VLAN'), 4],
    [uint('sflow_245.pri.out', 'Outgoing 802.1p priority'), 4],
  ],
  1002: [
    [nexthop, ADDRESS, nexthop6],
    [uint('sflow_245.nexthop.src_mask', 'Next hop source mask'), 4],
    [uint('sflow_245.nexthop.dst_mask', 'Next hop destination mask'), 4],
  ],
  1003: [
    [nexthop, ADDRESS, nexthop6],
    [uint('sflow_245.as', 'AS Router'), 4],
    [uint('sflow_245.srcAS', 'AS Source'), 4],
    [uint('sflow_245.peerAS', 'AS Peer'), 4],
  ],
  1004: [
    [uint('sflow_5.extended_user.source_character_set', 'Source Character Set'), 4],
    [
      uint('sflow_5.extended_user.source_user_string_length', 'Source User String Length (bytes)'),
      TEXT,
      text('sflow_5.extended_user.source_user', 'Source User'),
    ],
    [uint('sflow_5.extended_user.destination_character_set', 'Destination Character Set'), 4],
    [
      uint('sflow_5.extended_user.destination_user_string_length', 'Destination User String Length (bytes)'),
      TEXT,
      text('sflow_5.extended_user.destination_user', 'Destination User'),
    ],
  ],
  1005: [
    [uint('sflow_5.extended_url.direction', 'Direction'), 4],
    [
      uint('sflow_5.extended_url.url_length', 'URL Length (bytes)'),
      TEXT,
      text('sflow_5.extended_url.url', 'URL'),
    ],
    [
      uint('sflow_5.extended_url.host_length', 'Host Length (bytes)'),
      TEXT,
      text('sflow_5.extended_url.host', 'Host'),
    ],
  ],
  1006: [
    [nexthop, ADDRESS, nexthop6],
    [
      uint('sflow_245.extended_mpls.in_label_stack_entries', 'In Label Stack Entries'),
      LIST,
      uint('sflow_245.extended_mpls.in_label', 'Label'),
    ],
    [
      uint('sflow_245.extended_mpls.out_label_stack_entries', 'Out Label Stack Entries'),
      LIST,
      uint('sflow_245.extended_mpls.out_label', 'Label'),
    ],
  ],
  1007: [
    [source, ADDRESS, source6],
    [destination, ADDRESS, destination6],
  ],
  1008: [
    [
      uint('sflow_5.extended_mpls_tunnel.name_length', 'Tunnel Name Length (bytes)'),
      TEXT,
      text('sflow_5.extended_mpls_tunnel.tunnel_name', 'Tunnel Name'),
    ],
    [uint('sflow_5.extended_mpls_tunnel.id', 'Tunnel ID'), 4],
    [uint('sflow_5.extended_mpls_tunnel.cos_value', 'Tunnel COS Value'), 4],
  ],
  1009: [
    [
      uint('sflow_5.extended_mpls_vc.instance_name_length', 'VC Instance Name Length (bytes)'),
      TEXT,
      text('sflow_5.extended_mpls_vc.vc_instance_name', 'VC Instance Name'),
    ],
    [uint('sflow_5.extended_mpls_vc.id', 'VLL/VC ID'), 4],
    [uint('sflow_5.extended_mpls_vc.label_cos_value', 'VC Label COS Value'), 4],
  ],
  1010: [
    [
      uint('sflow_5.extended_mpls.ftn_description_length', 'MPLS FTN Description Length (bytes)'),
      TEXT,
      text('sflow_5.extended_mpls.ftn_description', 'MPLS FTN Description'),
    ],
    [uint('sflow_5.extended_mpls.ftn_mask', 'MPLS FTN Mask'), 4],
  ],
  1011: [
    [uint('sflow_5.extended_mpls.fec_address_prefix_length', 'MPLS FEC Address Prefix Length (bytes)'), 4],
  ],
  1012: [
    [
      uint('sflow_5.extended_vlan_tunnel.number_of_layers', 'Number of Layers'),
      LIST,
      uint('sflow_5.extended_vlan_tunnel.tpid_tci_pair', 'TPID/TCI Pair as Integer'),
    ],
  ],
  1014: [
    ssids('rx'),
    ...mac('sflow_5.extended_80211.rx.bssid', 'BSSID'),
    [uint('sflow_5.extended_80211.rx.version', 'Version').named(radioVersions), 4],
    [uint('sflow_5.extended_80211.rx.channel', 'Channel'), 4],
    [uint64('sflow_5.extended_80211.rx.speed', 'Speed'), 8],
    [uint('sflow_5.extended_80211.rx.rsni', 'RSNI'), 4],
    [uint('sflow_5.extended_80211.rx.rcpi', 'RCPI'), 4],
    [uint('sflow_5.extended_80211.rx.packet_duration', 'Packet Duration (ms)'), 4],
  ],
  1015: [
    ssids('tx'),
    ...mac('sflow_5.extended_80211.tx.bssid', 'BSSID'),
    [uint('sflow_5.extended_80211.tx.version', 'Version').named(radioVersions), 4],
    [uint('sflow_5.extended_80211.tx.retransmissions', 'Retransmissions'), 4],
    [uint('sflow_5.extended_80211.tx.packet_duration', 'Packet Duration (ms)'), 4],
    [uint('sflow_5.extended_80211.tx.retransmission_duration', 'Retransmission Duration (ms)'), 4],
    [uint('sflow_5.extended_80211.tx.channel', 'Channel'), 4],
    [uint64('sflow_5.extended_80211.tx.speed', 'Speed'), 8],
    [uint('sflow_5.extended_80211.tx.power', 'Power'), 4],
  ],
};

const c = (name: string, title: string): Item => [uint(`sflow_245.${name}`, title), 4];

/** Counter records by format. */
export const counterLayouts: Readonly<Record<number, readonly Item[]>> = {
  1: [
    c('ifindex', 'Interface index'),
    c('iftype', 'Interface Type'),
    [uint64('sflow_245.ifspeed', 'Interface Speed'), 8],
    [
      uint('sflow_245.ifdirection', 'Interface Direction').named({
        1: 'Full-Duplex',
        2: 'Half-Duplex',
        3: 'In',
        4: 'Out',
      }),
      4,
    ],
    [bool('sflow_245.ifadmin_status', 'IfAdminStatus').mask(1), 0],
    [bool('sflow_245.ifoper_status', 'IfOperStatus').mask(2), 4],
    [uint64('sflow_245.ifinoct', 'Input Octets'), 8],
    c('ifinpkt', 'Input Packets'),
    c('ifinmcast', 'Input Multicast Packets'),
    c('ifinbcast', 'Input Broadcast Packets'),
    c('ifindisc', 'Input Discarded Packets'),
    c('ifinerr', 'Input Errors'),
    c('ifinunk', 'Input Unknown Protocol Packets'),
    [uint64('sflow_245.ifoutoct', 'Output Octets'), 8],
    c('ifoutpkt', 'Output Packets'),
    c('ifoutmcast', 'Output Multicast Packets'),
    c('ifoutbcast', 'Output Broadcast Packets'),
    c('ifoutdisc', 'Output Discarded Packets'),
    c('ifouterr', 'Output Errors'),
    c('ifpromisc', 'Promiscuous Mode'),
  ],
  2: counters.ethernet,
  3: counters.tokenRing,
  4: counters.anyLan,
  5: counters.vlan,
  6: counters.wireless,
  7: [
    ...mac('sflow.lag_port.actor_system_id', 'Actor System ID', padding),
    ...mac('sflow.lag_port.partner_oper_system_id', 'Partner Oper System ID', padding),
    [uint('sflow.lag_port.attached_agg_id', 'Port Attached Agg ID'), 4],
    [uint('sflow.lag_port.state', 'State').hex(4), 0],
    ...flags('sflow.lag_port.', [
      [0xff, 'actor_admin_state', 'Actor Admin State'],
      [0xff00, 'actor_oper_state', 'Actor Oper State'],
      [0xff0000, 'partner_admin_state', 'Partner Admin State'],
      [0xff000000, 'partner_oper_state', 'Partner Oper State'],
    ]),
    ...counters.aggregation,
  ],
  1001: counters.processor,
  1002: counters.radio,
};

/** All fields of the records, by name. */
export const layoutFields: Readonly<Record<string, Field>> = Object.fromEntries(
  [...Object.values(flowLayouts), ...Object.values(counterLayouts)]
    .flat()
    .flatMap(([field, , second]) => [field, second])
    .filter((field) => field !== null && field !== undefined)
    .map((field) => [field.name, field]),
);
