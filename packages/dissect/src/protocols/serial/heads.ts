// Link types of serial lines, buses and radios that are named and read no further
// (https://www.tcpdump.org/linktypes.html).
import { u16le } from '../../core/bytes.ts';
import { etherTypes, linkTypes } from '../../core/table.ts';
import { fc } from '../link/ethernet-heads.ts';
import { head, thenData } from '../link/head.ts';
import { llc } from '../llc.ts';

export const serialHeads = [
  head({ name: 'ax25_kiss', title: 'AX.25 KISS', column: 'AX.25 KISS', least: 1, on: [[linkTypes, 202]] }),
  head({ name: 'ax25', title: 'Amateur Radio AX.25', column: 'AX.25', least: 15, on: [[linkTypes, 3]] }),
  head({
    name: 'ipfc',
    title: 'IP Over FC',
    column: 'IP/FC',
    least: 16,
    on: [[linkTypes, 122]],
    behind: () => llc,
  }),
  head({
    name: 'ap1394',
    title: 'Apple IP-over-IEEE 1394',
    column: 'IP/IEEE1394',
    least: 18,
    on: [[linkTypes, 138]],
    behind: (p) => etherTypes.get((p.buf[p.at - 2]! << 8) | p.buf[p.at - 1]!) ?? thenData(p),
  }),
  head({
    name: 'mtp2',
    title: 'Message Transfer Part Level 2',
    column: 'MTP2',
    least: 3,
    on: [[linkTypes, 139, 140]],
  }),
  head({
    name: 'mtp3',
    title: 'Message Transfer Part Level 3',
    column: 'MTP3',
    least: 5,
    on: [[linkTypes, 141]],
  }),
  head({
    name: 'sccp',
    title: 'Signalling Connection Control Part',
    column: 'SCCP',
    least: 1,
    on: [[linkTypes, 142]],
  }),
  head({ name: 'docsis', title: 'DOCSIS', column: 'DOCSIS', least: 6, on: [[linkTypes, 143]] }),
  head({
    name: 'mstp',
    title: 'BACnet MS/TP',
    column: 'BACnet',
    least: 8,
    on: [[linkTypes, 165]],
    behind: thenData,
  }),
  head({
    name: 'llcgprs',
    title: 'Logical Link Control GPRS',
    column: 'GPRS-LLC',
    least: 1,
    on: [[linkTypes, 169]],
    behind: thenData,
  }),
  head({
    name: 'gfp',
    title: 'Generic Framing Procedure',
    column: 'GFP',
    least: 4,
    on: [[linkTypes, 170, 171]],
  }),
  head({
    name: 'lapd',
    title: 'Link Access Procedure, Channel D (LAPD)',
    column: 'LAPD',
    least: 3,
    on: [[linkTypes, 177, 203]],
    behind: thenData,
  }),
  head({
    name: 'sita',
    title: 'Societe Internationale de Telecommunications Aeronautiques',
    column: 'SITA',
    on: [[linkTypes, 196]],
    behind: thenData,
  }),
  head({
    name: 'erf',
    title: 'Extensible Record Format',
    column: 'ERF',
    on: [[linkTypes, 197]],
    behind: thenData,
  }),
  head({
    name: 'i2c',
    title: 'Inter-Integrated Circuit',
    column: 'I2C',
    on: [[linkTypes, 199, 209]],
    behind: thenData,
  }),
  head({ name: 'flexray', title: 'FlexRay Protocol', column: 'FLEXRAY', on: [[linkTypes, 210]] }),
  head({ name: 'lin', title: 'LIN Protocol', column: 'LIN', on: [[linkTypes, 212]] }),
  head({
    name: 'fcsof',
    title: 'Fibre Channel Delimiters',
    column: 'FC',
    least: 4,
    on: [[linkTypes, 225]],
    behind: () => fc,
  }),
  head({ name: 'dbus', title: 'D-Bus', column: 'D-Bus', info: 'D-Bus', on: [[linkTypes, 231]] }),
  head({ name: 'mux27010', title: 'MUX27010 Protocol', column: 'MUX27010', on: [[linkTypes, 236]] }),
  head({
    name: 'rtacser',
    title: 'RTAC Serial',
    column: 'RTAC Serial',
    least: 12,
    on: [[linkTypes, 250]],
    behind: thenData,
  }),
  head({ name: 'exported_pdu', title: 'EXPORTED_PDU', column: 'Exported PDU', on: [[linkTypes, 252]] }),
  head({
    name: 'ipmi.trace',
    title: 'IPMI Trace Data Collection',
    column: 'IPMI',
    on: [[linkTypes, 260]],
    behind: thenData,
  }),
  head({
    name: 'loratap',
    title: 'LoRaTap header',
    column: 'LoRaTap',
    least: 4,
    on: [[linkTypes, 270]],
    behind: thenData,
  }),
  head({ name: 'nordic_ble', title: 'nRF Sniffer for Bluetooth LE', column: '', on: [[linkTypes, 272]] }),
  head({
    name: 'fpp',
    title: 'IEEE 802.3br Frame Preemption Protocol',
    column: 'Fpp',
    least: 8,
    on: [[linkTypes, 274]],
    behind: () => etherTypes.get(0x6558) ?? null,
  }),
  head({
    name: 'dpauxmon',
    title: 'DPAUXMON DisplayPort AUX channel monitor',
    column: 'DPAUXMON',
    on: [[linkTypes, 275]],
  }),
  head({
    name: 'ebhscr',
    title: 'EBHSCR Protocol',
    column: 'EBHSCR',
    least: 32,
    on: [[linkTypes, 279]],
    behind: thenData,
  }),
  head({ name: 'vpp', title: 'VPP Dispatch Trace', column: 'VPP', on: [[linkTypes, 280]] }),
  head({
    name: 'usbll',
    title: 'USB Link Layer',
    column: 'USBLL',
    least: 1,
    on: [[linkTypes, 288, 293, 294, 295]],
  }),
];

/** netANALYZER (Hilscher): four bytes of its own, then an Ethernet frame. */
export const netanalyzer = head({
  name: 'netanalyzer',
  title: 'netANALYZER',
  column: null,
  least: 4,
  on: [[linkTypes, 240, 241]],
  behind: () => etherTypes.get(0x6558) ?? null,
});

const VSOCK_OPERATIONS: Readonly<Record<number, string>> = {
  1: 'Connect',
  2: 'Disconnect',
  3: 'Control',
  4: 'Payload',
};
/** Sockets between host and guests (https://www.tcpdump.org/linktypes/LINKTYPE_VSOCK.html). */
export const vsock = head({
  name: 'vsock',
  title: 'Virtio sockets',
  column: 'vSocket',
  least: 32,
  on: [[linkTypes, 271]],
  info: (b, start) =>
    `[${VSOCK_OPERATIONS[u16le(b, start + 24)] ?? 'Unknown'}] ${['Unknown', 'No info', 'Virtio'][u16le(b, start + 26)] ?? 'Unknown'}`,
});
