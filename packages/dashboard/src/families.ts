// Groups protocols into eight families, each with one colour on every page. Eight colours can be distinguished, two
// hundred cannot; test/palette.test.ts measures their distance (styles/tokens.css) for all forms of colour blindness.

export const FAMILIES = [
  'web',
  'secure',
  'names',
  'media',
  'files',
  'transport',
  'network',
  'other',
] as const;
export type Family = (typeof FAMILIES)[number];

export const familyTitles: Readonly<Record<Family, string>> = {
  web: 'Web',
  secure: 'Encrypted',
  names: 'Names & setup',
  media: 'Voice & video',
  files: 'Files, mail & data',
  transport: 'Plain TCP & UDP',
  network: 'Network control',
  other: 'Other',
};

const members: Readonly<Record<Exclude<Family, 'other'>, string>> = {
  web: 'HTTP HTTP2 HTTP3 QUIC GQUIC WEBSOCKET HTTP/XML HTTP/JSON SSDP OCSP GRPC JSON XML OHTTP SPDY FCGI',
  secure:
    'TLS SSL DTLS SSH ISAKMP ESP AH IPSEC WIREGUARD OPENVPN TACACS+ KERBEROS KRB5 EAP EAPOL RADIUS L2TP PPTP UDPENCAP',
  names:
    'DNS MDNS LLMNR NBNS DHCP BOOTP DHCPV6 NTP PTP PTPV2 WHOIS TFTP DAYTIME TIME BROWSER LLMNR NAT-PMP PCP SLP',
  media:
    'RTP RTCP SIP SIP/SDP SDP STUN CLASSIC-STUN RTSP RTMP H.225.0 H.245 SKINNY MGCP IAX2 SRTP T.38 MPEG ZRTP',
  files:
    'SMB SMB2 SMB3 NFS FTP FTP-DATA SMTP IMF IMAP POP MQTT AMQP MYSQL PGSQL TDS TNS MONGO REDIS RESP MEMCACHE LDAP CLDAP NBSS NBDS SYSLOG TELNET ' +
    'RSH IRC XMPP BITTORRENT BT-DHT RSYNC RPC PORTMAP MOUNT NLM DCERPC EPM SRVSVC SAMR LSARPC NETLOGON ISCSI RDP VNC X11 SNMP COAP MODBUS S7COMM DNP3 ENIP CIP BACNET OPCUA KAFKA CASSANDRA IPP LPD GIT GIOP MODBUS/TCP IPPUSB RMI ZABBIX',
  transport: 'TCP UDP SCTP DCCP UDPLITE MPTCP RUDP',
  network:
    'ICMP ICMPV6 ARP RARP IGMP PIM OSPF BGP RIP RIPNG EIGRP IS-IS ISIS VRRP HSRP STP RSTP MSTP LLDP CDP LACP LOOP VTP DTP MLD IP IPV4 IPV6 ' +
    'GRE VXLAN GENEVE PPP PPPOE PPPOED LCP IPCP MPLS LDP BFD RSVP CARP GVRP MRP ETHERNET EAPS 802.11 WLAN XID LLC SNAP PPP LCP CHAP PAP MACSEC NDP HOPOPT',
};

const byName = new Map<string, Family>();
for (const [family, names] of Object.entries(members)) {
  for (const name of names.split(' ')) byName.set(name, family as Family);
}

/** The family of a Protocol column, of a flow's application, or of a layer's name. */
export function familyOf(protocol: string): Family {
  // 'TLSv1.3' and 'SSHv2' belong to TLS and SSH, 'HTTP/JSON' to HTTP.
  const name = protocol.toUpperCase();
  const known =
    byName.get(name) ?? byName.get(name.replace(/V\d[\d.]*$/, '')) ?? byName.get(name.split('/')[0]!);
  return known ?? 'other';
}
