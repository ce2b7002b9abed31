// Protocols by EtherType for which only columns and frame.protocols are set
// (https://www.iana.org/assignments/ieee-802-numbers): industrial networks, storage, vendor protocols.
import { u16, u16le, u24, u32le } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import type { Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { chdlcProtocols, etherTypes, llcSaps, pppProtocols } from '../../core/table.ts';
import { byEtherType } from '../ethertype.ts';
import { llc } from '../llc.ts';
import { organisationNames } from '../names/llc.ts';
import { head, thenData } from './head.ts';

/** The EtherType is in the last two bytes of the header. */
function thenType(p: Packet): Protocol | null {
  return byEtherType(p, u16(p.buf, p.at - 2));
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

const heartbeats: Readonly<Record<number, string>> = {
  0xc0de01bf: 'NLB Cluster Membership HeartBeat',
  0xc0de01c0: 'NLB Extended HeartBeat',
  0xc0de01de: 'NLB Reliable Protocol',
};

export const industrialHeads = [
  head({ name: 'goose', title: 'GOOSE', column: 'GOOSE', least: 8, on: [[etherTypes, 0x88b8]] }),
  head({
    name: 'sv',
    title: 'IEC61850 Sampled Values',
    column: 'IEC61850 Sampled Values',
    least: 8,
    on: [[etherTypes, 0x88ba]],
  }),
  head({
    name: 'pn_mrp',
    title: 'PROFINET MRP',
    column: 'PN-MRP',
    least: 3,
    on: [[etherTypes, 0x88e3]],
    info: (b, start) =>
      ['MRP_End', 'MRP_Common', 'MRP_Test', 'MRP_TopologyChange', 'MRP_LinkDown', 'MRP_LinkUp'][
        b[start + 2]!
      ] ?? '',
  }),
  head({ name: 'siii', title: 'SERCOS III V1.1', column: 'SIII', least: 6, on: [[etherTypes, 0x88cd]] }),
  head({ name: 'dlr', title: 'Device Level Ring', column: 'DLR', least: 8, on: [[etherTypes, 0x80e1]] }),
  head({
    name: 'hsr_prp_supervision',
    title: 'HSR/PRP Supervision (IEC62439 Part 3)',
    column: 'HSR/PRP',
    info: 'HSR or PRP Supervision',
    least: 4,
    on: [[etherTypes, 0x88fb]],
  }),
  head({
    name: 'mrp-mvrp',
    title: 'Multiple VLAN Registration Protocol',
    column: 'MRP-MVRP',
    info: 'Multiple VLAN Registration Protocol',
    on: [[etherTypes, 0x88f5]],
  }),
  head({
    name: 'mrp-mmrp',
    title: 'Multiple Mac Registration Protocol',
    column: 'MRP-MMRP',
    info: 'Multiple Mac Registration Protocol',
    on: [[etherTypes, 0x88f6]],
  }),
  head({
    name: 'mrp-msrp',
    title: 'Multiple Stream Reservation Protocol',
    column: 'MRP-MSRP',
    info: 'Multiple Stream Reservation Protocol',
    on: [[etherTypes, 0x22ea]],
  }),
  head({
    name: 'ieee1722',
    title: 'IEEE 1722 Audio Video Transport Protocol (AVTP)',
    column: 'IEEE1722',
    info: 'Audio Video Transport Protocol',
    least: 4,
    on: [[etherTypes, 0x22f0]],
    behind: thenData,
  }),
  head({
    name: 'ieee1905',
    title: 'IEEE 1905.1a',
    column: 'ieee1905',
    least: 8,
    on: [[etherTypes, 0x893a]],
    info: (b, start) =>
      `${ieee1905Messages[u16(b, start + 2)] ?? `Unknown: ${u16(b, start + 2)}`} (Message ID: ${u16(b, start + 4)}, Fragment ID: ${b[start + 6]}, VLAN ID: 0)`,
  }),
  head({
    name: 'elmi',
    title: 'Ethernet Local Management Interface',
    column: 'E-LMI',
    least: 2,
    on: [[etherTypes, 0x88ee]],
  }),
  head({
    name: 'ieee8021cb',
    title: '802.1CB Redundancy Tag',
    column: 'R-TAG',
    least: 6,
    on: [[etherTypes, 0xf1c1]],
    info: (b, start) => `SEQ: ${u16(b, start + 2)}`,
    behind: thenType,
  }),
];

const ieee1905Messages: Readonly<Record<number, string>> = {
  0: 'Topology discovery',
  1: 'Topology notification',
  2: 'Topology query',
  3: 'Topology response',
  4: 'Vendor specific',
  5: 'Link metric query',
  6: 'Link metric response',
  7: 'AP autoconfiguration search',
  8: 'AP autoconfiguration response',
  9: 'AP autoconfiguration Wi-Fi simple configuration (WSC)',
  10: 'AP autoconfiguration renew',
};

/** EtherCAT (IEC 61158-4-12): length and type; type 1 is datagrams. */
export const ecatf = head({
  name: 'ecatf',
  title: 'EtherCAT frame header',
  column: 'ECATF',
  least: 2,
  on: [[etherTypes, 0x88a4]],
  behind: (p) => (u16le(p.buf, p.at - 2) >> 12 === 1 ? ecat : thenData(p)),
});
const ECAT_DATAGRAM = 12;
export const ecat = head({
  name: 'ecat',
  title: 'EtherCAT datagram(s)',
  column: 'ECAT',
  least: ECAT_DATAGRAM,
  on: [],
});

/** PROFINET real-time (IEC 61158-6-10): the frame ID determines the kind of data. */
export const pnRt = head({
  name: 'pn_rt',
  title: 'PROFINET Real-Time Protocol',
  column: 'PN-RT',
  least: 2,
  on: [[etherTypes, 0x8892]],
  behind(p) {
    const id = u16(p.buf, p.at - 2);
    if (id >= 0x0100 && id < 0xfc00) return pnIo;
    if (id >= 0xfefc && id <= 0xfeff) return pnDcp;
    return id < 0x0100 || (id >= 0xff00 && id <= 0xff43) ? pnPtcp : thenData(p);
  },
});
export const pnIo = head({ name: 'pn_io', title: 'PROFINET IO', column: 'PNIO', on: [] });
export const pnDcp = head({ name: 'pn_dcp', title: 'PROFINET DCP', column: 'PN-DCP', on: [] });
export const pnPtcp = head({ name: 'pn_ptcp', title: 'PROFINET PTCP', column: 'PN-PTCP', on: [] });

/** High-availability Seamless Redundancy (IEC 62439-3 §5.7): a 6-byte tag, then the original EtherType. */
export const hsr = head({
  name: 'hsr',
  title: 'High-availability Seamless Redundancy (IEC62439 Part 3 Chapter 5)',
  column: 'HSR',
  info: 'HSR-Data Frame',
  least: 6,
  on: [[etherTypes, 0x892f]],
  behind: (p) => etherTypes.get(u16(p.buf, p.at - 2)) ?? thenData(p),
});

const cfmOpcodes: Readonly<Record<number, string>> = {
  1: 'Continuity Check Message (CCM)',
  2: 'Loopback Reply (LBR)',
  3: 'Loopback Message (LBM)',
  4: 'Linktrace Reply (LTR)',
  5: 'Linktrace Message (LTM)',
  33: 'Alarm Indication Signal (AIS)',
  35: 'Lock Signal (LCK)',
  37: 'Test Signal (TST)',
  39: 'Automatic Protection Switching (APS)',
  40: 'Ring-Automatic Protection Switching (R-APS)',
  41: 'Maintenance Communication Channel (MCC)',
  42: 'Loss Measurement Reply (LMR)',
  43: 'Loss Measurement Message (LMM)',
  45: 'One Way Delay Measurement (1DM)',
  46: 'Delay Measurement Reply (DMR)',
  47: 'Delay Measurement Message (DMM)',
};
/** Connectivity fault management (IEEE Std 802.1Q-2022 §21). */
export const cfm = head({
  name: 'cfm',
  title: 'CFM EOAM 802.1ag/ITU Protocol',
  column: 'CFM',
  least: 4,
  on: [[etherTypes, 0x8902]],
  info: (b, start) =>
    `Type ${cfmOpcodes[b[start + 1]!] ?? (b[start + 1] === 0 ? 'Reserved for IEEE 802.1' : `Unknown (0x${hex(b[start + 1]!, 2)})`)}`,
});

export const storageHeads = [
  head({
    name: 'fcoe',
    title: 'Fibre Channel over Ethernet',
    column: 'FCoE',
    least: 14,
    on: [[etherTypes, 0x8906]],
    behind: () => fc,
  }),
  head({
    name: 'fip',
    title: 'FCoE Initialization Protocol',
    column: 'FIP',
    least: 10,
    on: [[etherTypes, 0x8914]],
  }),
  head({ name: 'infiniband', title: 'InfiniBand', column: 'RoCE', on: [[etherTypes, 0x8915]] }),
  head({ name: 'hyperscsi', title: 'HyperSCSI', column: 'HyperSCSI', least: 4, on: [[etherTypes, 0x889a]] }),
];
const FC_HEADER = 24;
export const fc = head({
  name: 'fc',
  title: 'Fibre Channel',
  column: 'FC',
  least: FC_HEADER,
  on: [],
  behind: thenData,
});

export const vendorHeads = [
  head({
    name: 'brcm-tag',
    title: 'Broadcom tag protocol',
    column: 'Broadcom tag',
    info: 'MAC Management',
    least: 4,
    on: [[etherTypes, 0x8874]],
  }),
  head({
    name: 'ans',
    title: 'Intel ANS probe',
    column: 'Intel ANS probe',
    least: 16,
    on: [[etherTypes, 0x886d]],
  }),
  head({
    name: 'msnlb',
    title: 'MS Network Load Balancing',
    column: 'MS NLB',
    least: 4,
    info: (b, start) => {
      const signature = u32le(b, start);
      return `MS NLB heartbeat - ${heartbeats[signature] ?? `Unknown (${signature})`}`;
    },
    on: [[etherTypes, 0x886f]],
  }),
  head({
    name: 'hpna',
    title: 'HomePNA, wlan link local tunnel',
    column: 'HomePNA',
    least: 2,
    on: [[etherTypes, 0x886c]],
  }),
  head({
    name: 'lltd',
    title: 'Link Layer Topology Discovery',
    column: 'LLTD',
    least: 4,
    on: [[etherTypes, 0x88d9]],
    info: (b, start) => lltdFunctions[b[start + 3]!] ?? '',
  }),
  head({
    name: 'telkonet',
    title: 'Telkonet powerline',
    column: 'TELKONET',
    least: 1,
    on: [[etherTypes, 0x88a1]],
  }),
  head({
    name: 'csm_encaps',
    title: 'CSM_ENCAPS',
    column: 'CSM_ENCAPS',
    least: 8,
    on: [[etherTypes, 0x889b]],
  }),
  head({
    name: 'wlccp',
    title: 'Cisco Wireless LAN Context Control Protocol',
    column: 'WLCCP',
    info: 'Ethernet II',
    on: [[etherTypes, 0x872d]],
  }),
  head({
    name: 'mint',
    title: 'Media Independent Network Transport',
    column: 'MINT',
    on: [[etherTypes, 0x8783]],
  }),
  head({
    name: 'nsrp',
    title: 'Juniper Netscreen Redundant Protocol',
    column: 'NSRP',
    info: 'NSRP Protocol',
    on: [[etherTypes, 0x8133]],
  }),
  head({
    name: 'ismp',
    title: 'InterSwitch Message Protocol',
    column: 'ISMP',
    least: 6,
    on: [[etherTypes, 0x81fd]],
  }),
  head({ name: 'lwl4', title: 'QNX6 QNET LWL4 protocol', column: 'QNET_LWL4', on: [[etherTypes, 0x8204]] }),
  head({
    name: 'roofnet',
    title: 'Roofnet Protocol',
    column: 'Roofnet',
    on: [[etherTypes, 0x0641, 0x0643, 0x0644, 0x0645]],
  }),
  head({
    name: 'mdp',
    title: 'Meraki Discovery Protocol',
    column: 'MDP',
    info: 'MDP',
    on: [[etherTypes, 0x0712, 0x0713]],
  }),
  head({
    name: 'bofl',
    title: 'Wellfleet Breath of Life',
    column: 'BOFL',
    least: 8,
    on: [[etherTypes, 0x8102]],
  }),
  head({
    name: 'llt',
    title: 'Veritas Low Latency Transport (LLT)',
    column: 'LLT',
    least: 6,
    on: [[etherTypes, 0xcafe]],
  }),
  head({ name: 'linx', title: 'ENEA LINX', column: 'LINX', on: [[etherTypes, 0x8911]] }),
  head({
    name: 'mih',
    title: 'Media-Independent Handover',
    column: 'MIH',
    least: 8,
    on: [[etherTypes, 0x8917]],
  }),
  head({
    name: 'tipc',
    title: 'Transparent Inter Process Communication(TIPC)',
    column: 'TIPC',
    least: 8,
    on: [[etherTypes, 0x88ca]],
  }),
  head({
    name: 'wsmp',
    title: 'Wave Short Message Protocol(IEEE P1609.3)',
    column: 'WSMP',
    info: 'WAVE Short Message Protocol IEEE P1609.3',
    on: [[etherTypes, 0x88dc]],
  }),
  head({ name: 'ncsi', title: 'NCSI', column: 'NCSI', least: 16, on: [[etherTypes, 0x88f8]] }),
  head({
    name: 'ecpri',
    title: 'evolved Common Public Radio Interface',
    column: 'eCPRI',
    least: 4,
    on: [[etherTypes, 0xaefe]],
  }),
  head({
    name: 'tecmp',
    title: 'Technically Enhanced Capture Module Protocol',
    column: 'TECMP',
    on: [[etherTypes, 0x99fe]],
  }),
  head({ name: 'm2m', title: 'WiMax Mac to Mac Packet', column: 'WiMax', on: [[etherTypes, 0x08f0]] }),
  head({
    name: '6lowpan',
    title: 'IPv6 over Low power Wireless Personal Area Networks',
    column: '6LoWPAN',
    info: 'Ethernet II',
    on: [[etherTypes, 0xa0ed]],
    behind: thenData,
  }),
  head({
    name: 'cesoeth',
    title: 'Circuit Emulation Service over Ethernet',
    column: 'CESoETH',
    least: 4,
    on: [[etherTypes, 0x88d8]],
    behind: thenData,
  }),
  head({
    name: 'tdmoe',
    title: 'Digium TDMoE Protocol',
    column: 'TDMoE',
    least: 8,
    on: [[etherTypes, 0xd00d]],
  }),
  head({
    name: 'rtmac',
    title: 'Real-Time Media Access Control',
    column: 'RTmac',
    least: 4,
    on: [[etherTypes, 0x9021]],
    behind: thenData,
  }),
  head({ name: 'rtcfg', title: 'RTcfg', column: 'RTcfg', least: 1, on: [[etherTypes, 0x9022]] }),
  head({
    name: 'vmlab',
    title: 'VMware Lab Manager',
    column: 'VMLAB',
    least: 24,
    on: [[etherTypes, 0x88de]],
    behind: thenType,
  }),
  head({
    name: 'cmd',
    title: 'Cisco MetaData',
    column: 'CMD',
    least: 8,
    on: [[etherTypes, 0x8909]],
    behind: thenType,
  }),
  head({
    name: 'hbbak',
    title: 'Palo Alto Heartbeat Backup',
    column: 'HB BACKUP',
    info: 'Palo Alto Heartbeat Backup',
    least: 16,
    on: [[etherTypes, 0x8988]],
    behind: thenType,
  }),
  head({
    name: 'dec_stp',
    title: 'DEC Spanning Tree Protocol',
    column: 'DEC_STP',
    least: 4,
    on: [
      [etherTypes, 0x8038],
      [chdlcProtocols, 0x8038],
      [pppProtocols, 0x0205],
    ],
    info: (b, start) => decBpdus[b[start + 1]!] ?? `Unknown BPDU type (${b[start + 1]})`,
  }),
  head({
    name: 'snaeth',
    title: 'SNA-over-Ethernet',
    column: 'SNA',
    least: 3,
    on: [[etherTypes, 0x80d5]],
    behind: () => llc,
  }),
  head({
    name: 'ieee802a',
    title: 'IEEE802a OUI Extended Ethertype',
    column: 'IEEE802a',
    least: 5,
    on: [[etherTypes, 0x88b7]],
    behind: thenData,
    info: (b, start) =>
      `OUI ${[0, 1, 2].map((i) => hex(b[start + i]!, 2)).join(':')} (${organisationNames[u24(b, start)] ?? 'Unknown'}), PID 0x${hex(u16(b, start + 3), 4).toUpperCase()}`,
  }),
];

const lltdFunctions: Readonly<Record<number, string>> = {
  0: 'Discover',
  1: 'Hello',
  2: 'Emit',
  3: 'Train',
  4: 'Probe',
  5: 'Ack',
  6: 'Query',
  7: 'QueryResp',
  8: 'Reset',
  9: 'Charge',
  10: 'Flat',
  11: 'QueryLargeTlv',
  12: 'QueryLargeTlvResp',
};
const decBpdus: Readonly<Record<number, string>> = { 2: 'Topology Change Notification', 25: 'Hello Packet' };

export const vinesHeads = [
  head({
    name: 'vines_ip',
    title: 'Banyan Vines IP',
    column: 'Vines IP',
    least: 18,
    on: [
      [etherTypes, 0x0bad],
      [pppProtocols, 0x0035],
    ],
  }),
  head({ name: 'vines_echo', title: 'Banyan Vines Echo', column: 'Vines Echo', on: [[etherTypes, 0x0baf]] }),
  head({
    name: 'vines_llc',
    title: 'Banyan Vines LLC',
    column: 'Vines LLC',
    least: 1,
    on: [[llcSaps, 0xbc]],
    behind: thenData,
  }),
  head({
    name: 'idp',
    title: 'Internetwork Datagram Protocol',
    column: 'IDP',
    least: 30,
    on: [
      [etherTypes, 0x0600],
      [chdlcProtocols, 0x0600],
    ],
    behind: thenData,
  }),
];

/** Realtek switch protocols, distinguished by the first byte (data sheets, e.g. RTL8366). */
export const realtek = head({
  name: 'realtek',
  title: 'Realtek Layer 2 Protocols',
  column: 'Realtek',
  on: [[etherTypes, 0x8899]],
  behind(p) {
    const kind = p.at < p.end ? p.buf[p.at]! : 0;
    return kind === 0x01 ? rrcp : kind === 0x02 ? realtekEcho : kind === 0x03 || kind === 0x23 ? rldp : null;
  },
});
const rrcpOpcodes = ['Hello', 'Get', 'Set'];
export const rrcp = head({
  name: 'rrcp',
  title: 'Realtek Remote Control Protocol',
  column: 'RRCP',
  least: 4,
  on: [],
  info: (b, start) =>
    `${rrcpOpcodes[b[start + 1]! & 0x7f] ?? 'Unknown'} ${b[start + 1]! & 0x80 ? 'Reply' : 'Request'}`,
});
export const realtekEcho = head({
  name: 'rep',
  title: 'Realtek Echo Protocol',
  column: 'REP',
  least: 2,
  on: [],
  info: (b, start) => `Echo ${b[start + 1]! & 0x80 ? 'Reply' : 'Request'}`,
});
export const rldp = head({
  name: 'rldp',
  title: 'Realtek Loop Detection Protocol',
  column: 'RLDP',
  info: 'Network Loop Detection',
  least: 1,
  on: [],
});

/** Users of IEEE 802.2 that are only named: SNA, XNS, remote program load, HP's extended LLC. */
export const sapHeads = [
  head({
    name: 'sna',
    title: 'Systems Network Architecture',
    column: 'SNA',
    on: [
      [llcSaps, 0x04, 0x08, 0x0c, 0x40, 0xc8],
      [pppProtocols, 0x004d],
    ],
  }),
  head({
    name: '3comxns',
    title: '3Com XNS Encapsulation',
    column: '3COMXNS',
    least: 2,
    on: [[llcSaps, 0x80]],
    behind: (p) => etherTypes.get(u16(p.buf, p.at - 2)) ?? data,
  }),
  head({ name: 'rpl', title: 'Remote Program Load', column: 'RPL', least: 4, on: [[llcSaps, 0xfc]] }),
];
const HPSW = 0x0623;
export const hpext = head({
  name: 'hpext',
  title: 'HP Extended Local-Link Control',
  column: 'HPEXT',
  least: 7,
  on: [[llcSaps, 0xf8]],
  behind: (p) => (u16(p.buf, p.at - 4) === HPSW ? hpsw : thenData(p)),
});
export const hpsw = head({
  name: 'hpsw',
  title: 'HP Switch Protocol',
  column: 'HP',
  info: 'HP Switch Protocol',
  least: 2,
  on: [],
});
