// Names of BGP codes (IANA "Border Gateway Protocol (BGP) Parameters").

export const messageNames: Readonly<Record<number, string>> = {
  1: 'OPEN Message',
  2: 'UPDATE Message',
  3: 'NOTIFICATION Message',
  4: 'KEEPALIVE Message',
  5: 'ROUTE-REFRESH Message',
  6: 'CAPABILITY Message',
  128: 'Cisco ROUTE-REFRESH Message',
};

export const attributeNames: Readonly<Record<number, string>> = {
  1: 'ORIGIN',
  2: 'AS_PATH',
  3: 'NEXT_HOP',
  4: 'MULTI_EXIT_DISC',
  5: 'LOCAL_PREF',
  6: 'ATOMIC_AGGREGATE',
  7: 'AGGREGATOR',
  8: 'COMMUNITIES',
  9: 'ORIGINATOR_ID',
  10: 'CLUSTER_LIST',
  14: 'MP_REACH_NLRI',
  15: 'MP_UNREACH_NLRI',
  16: 'EXTENDED_COMMUNITIES',
  17: 'AS4_PATH',
  18: 'AS4_AGGREGATOR',
  22: 'PMSI_TUNNEL_ATTRIBUTE',
  23: 'TUNNEL_ENCAPSULATION_ATTRIBUTE',
  24: 'Traffic Engineering',
  25: 'IPv6 Address Specific Extended Community',
  26: 'AIGP',
  27: 'PE Distinguisher Labels',
  29: 'BGP-LS Attribute',
  32: 'LARGE_COMMUNITY',
  33: 'BGPsec_PATH',
  36: 'D_PATH',
  40: 'BGP Prefix-SID',
  128: 'ATTR_SET',
};

export const originNames: Readonly<Record<number, string>> = { 0: 'IGP', 1: 'EGP', 2: 'INCOMPLETE' };

export const segmentNames: Readonly<Record<number, string>> = {
  1: 'AS_SET',
  2: 'AS_SEQUENCE',
  3: 'AS_CONFED_SEQUENCE',
  4: 'AS_CONFED_SET',
};

export const communityNames: Readonly<Record<number, string>> = {
  0xffff0000: 'GRACEFUL_SHUTDOWN',
  0xffff0001: 'ACCEPT_OWN',
  0xffff029a: 'BLACKHOLE',
  0xffffff01: 'NO_EXPORT',
  0xffffff02: 'NO_ADVERTISE',
  0xffffff03: 'NO_EXPORT_SUBCONFED',
  0xffffff04: 'NOPEER',
};

export const familyNames: Readonly<Record<number, string>> = {
  0: 'Reserved',
  1: 'IPv4',
  2: 'IPv6',
  25: 'Layer-2 VPN',
  16388: 'BGP-LS',
};

export const subfamilyNames: Readonly<Record<number, string>> = {
  0: 'Reserved',
  1: 'Unicast',
  2: 'Multicast',
  4: 'Labeled Unicast',
  5: 'MCAST-VPN',
  6: 'Multi-Segment Pseudowires',
  64: 'Tunnel (Deprecated)',
  65: 'VPLS',
  66: 'Cisco MDT',
  70: 'EVPN',
  71: 'BGP-LS',
  72: 'BGP-LS-VPN',
  73: 'SR Policy',
  128: 'Labeled VPN Unicast',
  129: 'Labeled VPN Multicast',
  132: 'Route Target Filter',
  133: 'Flow Spec Filter',
  134: 'Flow Spec Filter VPN',
};

export const capabilityNames: Readonly<Record<number, string>> = {
  1: 'Multiprotocol extensions capability',
  2: 'Route refresh capability',
  3: 'Cooperative route filtering capability',
  4: 'Multiple routes to a destination capability',
  5: 'Extended Next Hop Encoding',
  6: 'BGP-Extended Message',
  7: 'BGPsec capability',
  8: 'Multiple Labels capability',
  9: 'BGP Role',
  64: 'Graceful Restart capability',
  65: 'Support for 4-octet AS number capability',
  66: 'Deprecated Dynamic Capability (Cisco)',
  67: 'Support for Dynamic capability',
  68: 'Multisession BGP Capability',
  69: 'Support for Additional Paths',
  70: 'Enhanced route refresh capability',
  71: 'Long-Lived Graceful Restart (LLGR) Capability',
  73: 'FQDN Capability',
  128: 'Route refresh capability (Cisco)',
  130: 'Cooperative route filtering capability (Cisco)',
  131: 'Multisession BGP Capability (Cisco)',
};

export const errorNames: Readonly<Record<number, string>> = {
  1: 'Message Header Error',
  2: 'OPEN Message Error',
  3: 'UPDATE Message Error',
  4: 'Hold Timer Expired',
  5: 'Finite State Machine Error',
  6: 'Cease',
  7: 'CAPABILITY Message Error',
};

export const headerErrorNames: Readonly<Record<number, string>> = {
  1: 'Connection Not Synchronized',
  2: 'Bad Message Length',
  3: 'Bad Message Type',
};

export const openErrorNames: Readonly<Record<number, string>> = {
  1: 'Unsupported Version Number',
  2: 'Bad Peer AS',
  3: 'Bad BGP Identifier',
  4: 'Unsupported Optional Parameter',
  5: 'Authentication Failure [Deprecated]',
  6: 'Unacceptable Hold Time',
  7: 'Unsupported Capability',
};

export const updateErrorNames: Readonly<Record<number, string>> = {
  1: 'Malformed Attribute List',
  2: 'Unrecognized Well-known Attribute',
  3: 'Missing Well-known Attribute',
  4: 'Attribute Flags Error',
  5: 'Attribute Length Error',
  6: 'Invalid ORIGIN Attribute',
  7: 'AS Routing Loop [Deprecated]',
  8: 'Invalid NEXT_HOP Attribute',
  9: 'Optional Attribute Error',
  10: 'Invalid Network Field',
  11: 'Malformed AS_PATH',
};

export const stateErrorNames: Readonly<Record<number, string>> = {
  1: 'Receive Unexpected Message in OpenSent State',
  2: 'Receive Unexpected Message in OpenConfirm State',
  3: 'Receive Unexpected Message in Established State',
};

export const ceaseNames: Readonly<Record<number, string>> = {
  1: 'Maximum Number of Prefixes Reached',
  2: 'Administratively Shutdown',
  3: 'Peer De-configured',
  4: 'Administratively Reset',
  5: 'Connection Rejected',
  6: 'Other Configuration Change',
  7: 'Connection Collision Resolution',
  8: 'Out of Resources',
  9: 'Hard Reset',
};

export const evpnNames: Readonly<Record<number, string>> = {
  1: 'Ethernet AD Route',
  2: 'MAC Advertisement Route',
  3: 'Inclusive Multicast Route',
  4: 'Ethernet Segment Route',
  5: 'IP Prefix route',
  6: 'Selective Multicast Ethernet Tag Route',
  7: 'IGMP Join Synch Route',
  8: 'IGMP Leave Synch Route',
};
