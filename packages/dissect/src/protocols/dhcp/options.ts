// DHCP options with one value or a list of values of one type (RFC 2132; https://www.iana.org/assignments/bootp-dhcp-parameters).
import { bool, type Field, int, ipv4, text, uint, type Value } from '../../core/field.ts';
import { spanText } from '../dns/span.ts';

/** Layout of an option's value; names ending in s are lists. */
type Kind = 'ipv4' | 'ipv4s' | 'u8' | 'u16' | 'u16s' | 'u32' | 'span' | 'signedSpan' | 'bool' | 'text';

/** Code, name, layout, last part of the field name, and the field's title if it differs from the option's. */
type Row = readonly [number, string, Kind?, string?, string?];

const rows: readonly Row[] = [
  [0, 'Padding'],
  [1, 'Subnet Mask', 'ipv4', 'subnet_mask'],
  [2, 'Time Offset', 'signedSpan', 'time_offset'],
  [3, 'Router', 'ipv4s', 'router'],
  [4, 'Time Server', 'ipv4s', 'time_server'],
  [5, 'Name Server', 'ipv4s', 'name_server'],
  [6, 'Domain Name Server', 'ipv4s', 'domain_name_server'],
  [7, 'Log Server', 'ipv4s', 'log_server'],
  [8, 'Quotes Server', 'ipv4s', 'quotes_server'],
  [9, 'LPR Server', 'ipv4s', 'lpr_server'],
  [10, 'Impress Server', 'ipv4s', 'impress_server'],
  [11, 'Resource Location Server', 'ipv4s', 'resource_location_server'],
  [12, 'Host Name', 'text', 'hostname'],
  [13, 'Boot File Size', 'u16', 'boot_file_size'],
  [14, 'Merit Dump File', 'text', 'merit_dump_file'],
  [15, 'Domain Name', 'text', 'domain_name'],
  [16, 'Swap Server', 'ipv4', 'swap_server'],
  [17, 'Root Path', 'text', 'root_path'],
  [18, 'Extensions Path', 'text', 'extension_path'],
  [19, 'IP Forwarding', 'bool', 'ip_forwarding'],
  [20, 'Non-Local Source Routing', 'bool', 'non_local_source_routing'],
  [21, 'Policy Filter'],
  [22, 'Maximum Datagram Reassembly Size', 'u16', 'max_datagram_reassembly_size'],
  [23, 'Default IP Time-to-Live', 'u8', 'default_ip_ttl'],
  [24, 'Path MTU Aging Timeout', 'span', 'path_mtu_aging_timeout'],
  [25, 'Path MTU Plateau Table', 'u16s', 'path_mtu_plateau_table_item', 'Path MTU Plateau Table Item'],
  [26, 'Interface MTU', 'u16', 'interface_mtu'],
  [27, 'All Subnets are Local', 'bool', 'all_subnets_are_local'],
  [28, 'Broadcast Address', 'ipv4', 'broadcast_address'],
  [29, 'Perform Mask Discovery', 'bool', 'perform_mask_discovery'],
  [30, 'Mask Supplier', 'bool', 'mask_supplier'],
  [31, 'Perform Router Discover', 'bool', 'perform_router_discover'],
  [32, 'Router Solicitation Address', 'ipv4', 'router_solicitation_address'],
  [33, 'Static Route'],
  [34, 'Trailer Encapsulation', 'bool', 'trailer_encapsulation'],
  [35, 'ARP Cache Timeout', 'span', 'arp_cache_timeout'],
  [36, 'Ethernet Encapsulation', 'bool', 'ethernet_encapsulation'],
  [37, 'TCP Default TTL', 'u8', 'tcp_default_ttl'],
  [38, 'TCP Keepalive Interval', 'span', 'tcp_keepalive_interval'],
  [39, 'TCP Keepalive Garbage', 'bool', 'tcp_keepalive_garbage'],
  [40, 'Network Information Service Domain', 'text', 'nis_domain'],
  [41, 'Network Information Service Servers', 'ipv4s', 'nis_server', 'Network Information Service Server'],
  [42, 'Network Time Protocol Servers', 'ipv4s', 'ntp_server', 'Network Time Protocol Server'],
  [43, 'Vendor-Specific Information'],
  [44, 'NetBIOS over TCP/IP Name Server', 'ipv4s', 'netbios_over_tcpip_name_server'],
  [45, 'NetBIOS over TCP/IP Datagram Distribution Name Server', 'ipv4s', 'netbios_over_tcpip_dd_name_server'],
  [46, 'NetBIOS over TCP/IP Node Type', 'u8', 'netbios_over_tcpip_node_type'],
  [47, 'NetBIOS over TCP/IP Scope', 'text', 'netbios_over_tcpip_scope'],
  [48, 'X Window System Font Server', 'ipv4s', 'xwindows_system_font_server'],
  [49, 'X Window System Display Manager', 'ipv4s', 'xwindows_system_display_manager'],
  [50, 'Requested IP Address', 'ipv4', 'requested_ip_address'],
  [51, 'IP Address Lease Time', 'span', 'ip_address_lease_time'],
  [52, 'Option Overload', 'u8', 'option_overload'],
  [53, 'DHCP Message Type', 'u8', 'dhcp', 'DHCP'],
  [54, 'DHCP Server Identifier', 'ipv4', 'dhcp_server_id'],
  [55, 'Parameter Request List'],
  [56, 'Message', 'text', 'message'],
  [57, 'Maximum DHCP Message Size', 'u16', 'dhcp_max_message_size'],
  [58, 'Renewal Time Value', 'span', 'renewal_time_value'],
  [59, 'Rebinding Time Value', 'span', 'rebinding_time_value'],
  [60, 'Vendor class identifier', 'text', 'vendor_class_id'],
  [61, 'Client identifier'],
  [62, 'Novell/Netware IP domain', 'text', 'novell_netware_ip_domain'],
  [63, 'Novell Options'],
  [64, 'Network Information Service+ Domain', 'text', 'nis_plus_domain'],
  [
    65,
    'Network Information Service+ Servers',
    'ipv4s',
    'nis_plus_server',
    'Network Information Service+ Server',
  ],
  [66, 'TFTP Server Name', 'text', 'tftp_server_name'],
  [67, 'Bootfile name', 'text', 'bootfile_name'],
  [68, 'Mobile IP Home Agent', 'ipv4s', 'mobile_ip_home_agent'],
  [69, 'SMTP Server', 'ipv4s', 'smtp_server'],
  [70, 'POP3 Server', 'ipv4s', 'pop3_server'],
  [71, 'NNTP Server', 'ipv4s', 'nntp_server'],
  [72, 'Default WWW Server', 'ipv4s', 'default_www_server'],
  [73, 'Default Finger Server', 'ipv4s', 'default_finger_server'],
  [74, 'Default IRC Server', 'ipv4s', 'default_irc_server'],
  [75, 'StreetTalk Server', 'ipv4s', 'streettalk_server'],
  [76, 'StreetTalk Directory Assistance Server', 'ipv4s', 'streettalk_da_server'],
  [77, 'User Class Information'],
  [78, 'Directory Agent Information'],
  [79, 'Service Location Agent Scope'],
  [80, 'Rapid commit'],
  [81, 'Client Fully Qualified Domain Name'],
  [82, 'Agent Information Option'],
  [83, 'iSNS'],
  [85, 'Novell Directory Services Servers', 'ipv4s', 'novell_dss.ip', 'IP Address'],
  [86, 'Novell Directory Services Tree Name', 'text', 'novell_ds_tree_name'],
  [87, 'Novell Directory Services Context', 'text', 'novell_ds_context'],
  [90, 'Authentication'],
  [91, 'Client last transaction time', 'span', 'client_last_transaction_time'],
  [92, 'Associated IP option', 'ipv4s', 'associated_ip_option'],
  [93, 'Client System Architecture', 'u16s', 'client_system_architecture'],
  [94, 'Client Network Device Interface'],
  [95, 'LDAP'],
  [97, 'UUID/GUID-based Client Identifier'],
  [98, "Open Group's User Authentication"],
  [99, 'Civic Addresses Configuration'],
  [100, 'PCode', 'text', 'tz_pcode', 'TZ PCode'],
  [101, 'TCode', 'text', 'tz_tcode', 'TZ TCode'],
  [108, 'IPv6-Only Preferred', 'u32', 'ipv6_only_preferred_wait_time', 'Wait time'],
  [112, 'NetInfo Parent Server Address', 'ipv4s', 'netinfo_parent_server_address'],
  [113, 'NetInfo Parent Server Tag', 'text', 'netinfo_parent_server_tag'],
  [114, 'DHCP Captive-Portal', 'text', 'captive_portal', 'Captive Portal'],
  [116, 'DHCP Auto-Configuration', 'u8', 'dhcp_auto_configuration'],
  [117, 'Name Service Search'],
  [118, 'Subnet Selection Option', 'ipv4s', 'subnet_selection_option'],
  [119, 'Domain Search'],
  [120, 'SIP Servers'],
  [121, 'Classless Static Route'],
  [122, 'CableLabs Client Configuration'],
  [123, 'Coordinate-based Location Configuration'],
  [124, 'V-I Vendor Class'],
  [125, 'V-I Vendor-specific Information'],
  [136, 'PANA Authentication Agent', 'ipv4s', 'pana_agent', 'PAA IPv4 Address'],
  [137, 'LoST Server Domain Name', 'text', 'lost_server_domain_name'],
  [138, 'CAPWAP Access Controllers', 'ipv4s', 'capwap_access_controller'],
  [142, 'IPv4 Address ANDSF', 'ipv4s', 'andsf_server', 'ANDSF Server'],
  [145, 'Forcerenew Nonce Capable'],
  [146, 'RDNSS Selection'],
  [150, 'TFTP Server Address', 'ipv4s', 'tftp_server_address'],
  [151, 'Leasequery Status code'],
  [152, 'Leasequery Base Time'],
  [153, 'Leasequery Start Time of State', 'u32', 'bulk_lease.start_time_of_state', 'Start Time Of State'],
  [154, 'Leasequery Query Start Time'],
  [155, 'Leasequery Query End Time'],
  [156, 'Leasequery Dhcp State', 'u8', 'bulk_lease.dhcp_state', 'Dhcp State'],
  [157, 'Leasequery Data Source', 'u8', 'bulk_lease.data_source', 'Data Source'],
  [158, 'PCP Server'],
  [159, 'Portparams'],
  [161, 'Manufacturer Usage Description', 'text', 'mudurl', 'MUDURL'],
  [175, 'Etherboot'],
  [176, 'IP Telephone'],
  [177, 'Etherboot'],
  [208, 'PXELINUX Magic'],
  [209, 'PXE Configuration file', 'text', 'pxe_config_file', 'PXELINUX configuration file'],
  [210, 'PXE Path Prefix', 'text', 'pxe_path_prefix', 'PXELINUX path prefix'],
  [211, 'Reboot Time'],
  [212, '6RD'],
  [213, 'V4 Access Domain'],
  [220, 'Subnet Allocation'],
  [221, 'Virtual Subnet Selection'],
  [249, 'Private/Classless Static Route (Microsoft)'],
  [252, 'Private/Proxy autodiscovery', 'text', 'private_proxy_autodiscovery'],
  [255, 'End'],
];

/** Message types from 1: RFC 2132 §9.6, RFC 3203, RFC 4388, RFC 6926, RFC 7724. */
export const dhcpMessageTypes: readonly string[] = [
  'Discover',
  'Offer',
  'Request',
  'Decline',
  'ACK',
  'NAK',
  'Release',
  'Inform',
  'Force Renew',
  'Lease query',
  'Lease Unassigned',
  'Lease Unknown',
  'Lease Active',
  'Bulk Lease Query',
  'Lease Query Done',
  'Active LeaseQuery',
  'Lease Query Status',
  'TLS',
];

/** RFC 2132 §9.6. */
export function messageTypeName(type: number): string {
  return dhcpMessageTypes[type - 1] ?? `Unknown Message Type (0x${type.toString(16).padStart(2, '0')})`;
}

const valueNames: Record<string, Record<number, string>> = {
  dhcp: Object.fromEntries(dhcpMessageTypes.map((name, i) => [i + 1, name])),
  netbios_over_tcpip_node_type: { 1: 'B-node', 2: 'P-node', 4: 'M-node', 8: 'H-node' },
  option_overload: {
    1: 'Boot file name holds options',
    2: 'Server host name holds options',
    3: 'Boot file and server host names hold options',
  },
  dhcp_auto_configuration: { 0: 'DoNotAutoConfigure', 1: 'AutoConfigure' },
};

export interface PlainOption {
  readonly field: Field;
  /** Bytes of one value; 0: text of variable length. */
  readonly width: number;
  readonly isList: boolean;
}

/** Seconds, and what they are in words; the greatest number means "for ever" (RFC 2131 §3.3). */
const spanLine =
  (title: string) =>
  (value: Value): string => {
    const span = Number(value);
    if (span === 0xffff_ffff) return `${title}: infinity`;
    return `${title}: (${span}s) ${span < 0 ? '-' : ''}${spanText(Math.abs(span))}`;
  };

const makers: Record<Kind, readonly [(name: string, title: string) => Field, number]> = {
  ipv4: [ipv4, 4],
  ipv4s: [ipv4, 4],
  u8: [uint, 1],
  u16: [uint, 2],
  u16s: [uint, 2],
  u32: [uint, 4],
  span: [(name, title) => uint(name, title).shownAs(spanLine(title)), 4],
  signedSpan: [(name, title) => int(name, title).shownAs(spanLine(title)), 4],
  bool: [bool, 1],
  text: [text, 0],
};

export const plainOptions: ReadonlyMap<number, PlainOption> = new Map(
  rows.flatMap(([code, name, kind, field, title]) => {
    if (kind === undefined) return [];
    const [make, width] = makers[kind];
    const made = make(`dhcp.option.${field}`, title ?? name);
    const names = valueNames[field!];
    if (names !== undefined) made.named(names);
    return [[code, { field: made, width, isList: kind.endsWith('s') }] as const];
  }),
);

const optionNames: ReadonlyMap<number, string> = new Map(rows.map(([code, name]) => [code, name]));

export function optionName(code: number): string {
  return (
    optionNames.get(code) ??
    (code >= 224 ? 'Private' : code >= 128 && code < 136 ? 'PXE - undefined (vendor specific)' : 'Unassigned')
  );
}
