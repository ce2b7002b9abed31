// What Zeek calls the protocols of a connection's payload (`service` in conn.log).

/** By the name of the layer. */
const SERVICES: Readonly<Record<string, readonly string[]>> = {
  bittorrent: ['bittorrent'],
  dcerpc: ['dce_rpc'],
  dhcp: ['dhcp'],
  dnp3: ['dnp3_tcp'],
  dns: ['dns'],
  dtls: ['ssl'],
  ftp: ['ftp'],
  'ftp-data': ['ftp-data'],
  geneve: ['geneve'],
  gtp: ['gtpv1'],
  http: ['http'],
  imap: ['imap'],
  irc: ['irc'],
  kerberos: ['krb'],
  ldap: ['ldap'],
  llmnr: ['dns'],
  mdns: ['dns'],
  modbus: ['modbus'],
  mqtt: ['mqtt'],
  mysql: ['mysql'],
  nbns: ['dns'],
  ntp: ['ntp'],
  ntlmssp: ['ntlm'],
  pgsql: ['postgresql'],
  pop: ['pop3'],
  quic: ['quic', 'ssl'],
  radius: ['radius'],
  rdp: ['rdp'],
  redis: ['redis'],
  resp: ['redis'],
  sip: ['sip'],
  smb: ['smb'],
  smb2: ['smb'],
  smtp: ['smtp'],
  snmp: ['snmp'],
  socks: ['socks'],
  ssh: ['ssh'],
  syslog: ['syslog'],
  teredo: ['teredo'],
  tls: ['ssl'],
  vnc: ['rfb'],
  vxlan: ['vxlan'],
  websocket: ['websocket'],
};

/** None for protocols that Zeek does not name. */
export function servicesOf(layerName: string): readonly string[] {
  return SERVICES[layerName] ?? [];
}
