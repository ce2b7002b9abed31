// Protocols recognized by port alone: named and counted, not dissected. A protocol that gets a dissector leaves this
// table. As in Wireshark, most accept any payload on their port.
import { data } from '../../core/data.ts';
import { LISTED } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';

/** Minimum length; whether the bytes after a header are shown as data; UDP ports; TCP ports. */
type Row = readonly [
  name: string,
  title: string,
  column: string,
  bytesMin: number,
  hasData: 0 | 1,
  udp: readonly number[],
  tcp: readonly number[],
];

const rows: readonly Row[] = [
  ['amt', 'Automatic Multicast Tunneling', 'AMT', 1, 0, [2268], []],
  [
    'quake3',
    'Quake III Arena Network Protocol',
    'QUAKE3',
    1,
    1,
    [27950, 27951, 27952, 27953, 27960, 27961, 27962, 27963],
    [],
  ],
  ['bat.gw', 'B.A.T.M.A.N. GW', 'BAT_GW', 1, 1, [4306], []],
  ['bat.vis', 'B.A.T.M.A.N. Vis', 'BAT_VIS', 1, 1, [4307], []],
  ['elasticsearch', 'Elasticsearch', 'Elasticsearch', 1, 0, [54328], [9300]],
  ['kdp', 'Kontiki Delivery Protocol', 'KDP', 1, 0, [19948], []],
  ['who', 'Who', 'WHO', 1, 0, [513], []],
  ['dvb_ipdc', 'ETSI IPDC Bootstrap', 'ALC', 1, 1, [9214], []],
  ['ecmp', 'ECMP', 'ECMP', 11, 0, [6160], [6160]],
  ['lmp', 'Link Management Protocol (LMP)', 'LMP', 1, 0, [701], []],
  ['ajns', 'AllJoyn Name Service Protocol', 'ALLJOYN-NS', 1, 0, [9956], [9956]],
  ['quake2', 'Quake II Network Protocol', 'QUAKE2', 1, 0, [27910], []],
  ['cnip', 'Component Network over IP', 'CN/IP', 1, 0, [1628, 1629], []],
  ['gprs-ns', 'GPRS Network Service', 'GPRS-NS', 1, 0, [19999, 2157], []],
  ['hiqnet', 'Harman HiQnet', 'HiQnet', 1, 0, [3804], []],
  ['adp', 'Aruba Discovery Protocol', 'ADP', 1, 0, [8200], []],
  ['ipvs', 'IP Virtual Services Sync Daemon', 'IPVS', 1, 0, [8848], []],
  ['tipc', 'Transparent Inter Process Communication(TIPC)', 'TIPC', 1, 0, [6118], []],
  ['ulp', 'OMA UserPlane Location Protocol', 'ULP', 1, 0, [7275], []],
  ['hicp', 'Host IP Configuration Protocol', 'HICP', 1, 0, [3250], []],
  ['dpnet', 'DirectPlay 8 protocol', 'DPNET', 1, 0, [6073], []],
  ['quakeworld', 'QuakeWorld Network Protocol', 'QUAKEWORLD', 1, 1, [27500], []],
  ['tsp', 'Time Synchronization Protocol', 'TSP', 1, 0, [525], []],
  ['mih', 'Media-Independent Handover', 'MIH', 1, 0, [4551], [4551]],
  ['wlccp', 'Cisco Wireless LAN Context Control Protocol', 'WLCCP', 1, 0, [2887], []],
  ['rsip', 'Realm Specific IP Protocol', 'RSIP', 1, 0, [4555], [4555]],
  ['opensafety_udp', 'openSAFETY over UDP', 'openSAFETY over UDP', 11, 1, [9877], []],
  ['dlep', 'Dynamic Link Exchange Protocol', 'DLEP', 1, 0, [854], []],
  ['raknet', 'RakNet game networking protocol', 'RakNet', 1, 0, [19132], []],
  ['ts2', 'Teamspeak2 Protocol', 'TS2', 1, 0, [8767], []],
  ['asap', 'Aggregate Server Access Protocol', 'ASAP', 1, 0, [3863], [3863]],
  ['pktc.mtafqdn', 'PacketCable MTA FQDN', 'PKTC', 1, 0, [2246], []],
  ['ax4000', 'AX/4000 Test Block', 'AX4000', 1, 0, [3357], [3357]],
  ['uaudp', 'UA/UDP Encapsulation Protocol', 'UAUDP', 1, 0, [32000, 32512], []],
  ['sabp', 'UTRAN IuBC interface SABP signaling', 'SABP', 1, 0, [3452], []],
  ['vuze-dht', 'Vuze DHT Protocol', 'Vuze-DHT', 1, 0, [11273], []],
  ['rdt', 'Real Data Transport', 'RDT', 1, 0, [6970], []],
  ['find', 'Find Identification of Network Devices', 'FIND', 1, 0, [1001], []],
  ['knet', 'kNet Protocol', 'KNET', 1, 0, [2345], []],
  ['scop', 'ZigBee SCoP', 'SCoP', 1, 1, [17755, 17756], []],
  ['msproxy', 'MS Proxy Protocol', 'MSproxy', 1, 0, [1745], []],
  ['wsp', 'Wireless Session Protocol', 'WSP', 1, 0, [2948, 9200], []],
  ['hcrt', 'Hotline Command-Response Transaction protocol', 'HCrt', 1, 0, [47000], []],
  ['manolito', 'Blubster/Piolet MANOLITO Protocol', 'MANOLITO', 1, 0, [41170], []],
  ['xyplex', 'Xyplex', 'XYPLEX', 1, 0, [173], []],
  ['idn', 'Ilda Digital Network Protocol', 'IDN', 1, 0, [7255], []],
  ['dis', 'Distributed Interactive Simulation', 'DIS', 12, 0, [3000], []],
  ['wtp', 'Wireless Transaction Protocol', 'WTP+WSP', 1, 0, [9201], []],
  ['asterix', 'ASTERIX packet', 'ASTERIX', 1, 0, [8600], []],
  ['vrt', 'VITA 49 radio transport protocol', 'VITA 49', 1, 0, [4991], []],
  ['tetra', 'TETRA Protocol', 'TETRA', 1, 0, [7074], []],
  ['quake', 'Quake Network Protocol', 'QUAKE', 1, 1, [26000], []],
  ['nano', 'Nano Cryptocurrency Protocol', 'Nano', 11, 0, [7075], []],
  ['lwres', 'Light Weight DNS RESolver (BIND9)', 'lw_res', 1, 0, [921], []],
  ['c1222', 'ANSI C12.22', 'ANSI C12.22', 1, 0, [1153], []],
  ['msmms', 'Microsoft Media Server', 'MSMMS', 11, 0, [1755], []],
  ['a21', 'A21 Protocol', 'A21', 1, 0, [23272], []],
  ['pktc', 'PacketCable', 'PKTC', 1, 0, [1293], []],
  ['enrp', 'Endpoint Handlespace Redundancy Protocol', 'ENRP', 1, 0, [9901], []],
  ['iapp', 'Inter-Access-Point Protocol', 'IAPP', 1, 0, [2313], []],
  ['acdr', 'AUDIOCODES DEBUG RECORDING', 'AC DR', 1, 0, [925], [925]],
  ['tpm', 'TPM2.0 Protocol', 'TPM', 1, 0, [], [2321, 2322]],
  ['zebra', 'Zebra Protocol', 'ZEBRA', 1, 0, [], [2600]],
  ['vicp', 'LeCroy VICP', 'VICP', 11, 0, [], [1861]],
  ['gift', 'giFT Internet File Transfer', 'giFT', 1, 0, [], [1213]],
  ['woww', 'World of Warcraft World', 'WOWW', 4, 0, [], [8085]],
  ['wow', 'World of Warcraft', 'WOW', 1, 0, [], [3724]],
  ['nano', 'Nano Cryptocurrency Protocol', 'Nano Bootstrap', 1, 0, [], [7075]],
  ['omapi', 'ISC Object Management API', 'OMAPI', 11, 0, [], [7911]],
  ['atmtcp', 'ATM over TCP', 'ATMTCP', 1, 1, [], [2812]],
  ['tfp', 'Tinkerforge Protocol', 'TFP over TCP', 1, 0, [], [4223]],
  ['pmproxy', 'Performance Co-Pilot Proxy', 'PMPROXY', 1, 0, [], [44322]],
  ['ptpip', 'Picture Transfer Protocol Over IP', 'PTP/IP', 11, 0, [], [15740]],
  ['cbsp', '3GPP/GSM Cell Broadcast Service Protocol', 'CBSP', 1, 0, [], [48049]],
  ['beep', 'Blocks Extensible Exchange Protocol', 'BEEP', 1, 0, [], [10288]],
  ['rmi', 'Java RMI', 'RMI', 1, 0, [], [1099]],
  ['cvspserver', 'CVS pserver', 'CVSPSERVER', 1, 0, [], [2401]],
  ['gearman', 'Gearman Protocol', 'Gearman', 1, 0, [], [4730]],
  ['ipsictl', 'IPSICTL', 'IPSICTL', 1, 0, [], [5010]],
  ['distcc', 'Distcc Distributed Compiler', 'DISTCC ', 1, 0, [], [3632]],
  ['srvloc', 'Service Location Protocol', 'SRVLOC', 1, 0, [427], []],
  ['auto_rp', 'Cisco Auto-RP', 'Auto-RP', 1, 0, [496], []],
  ['icp', 'Internet Cache Protocol', 'ICP', 1, 0, [3130], []],
  ['wtls', 'Wireless Transport Layer Security', 'WTLS+WSP', 1, 0, [9202], []],
];

function byPort([name, title, column, bytesMin, hasData, udp, tcp]: Row): Protocol {
  return protocol({
    name,
    title,
    column,
    on: [
      [udpPorts, ...udp],
      [tcpPorts, ...tcp],
    ],
    step(p) {
      if (p.end - p.at < bytesMin) return REJECTED;
      if (hasData === 1) p.run(data, LISTED);
      p.at = p.end;
      return null;
    },
  });
}

export const portProtocols: readonly Protocol[] = rows.map(byPort);
