import { ethernetAddress, ipv4Address } from '@eyrie/dissect';
import { frameMacs, type ReaderMaker, timeOf } from '../reader.ts';

/** Bytes of a packet for Ethernet and IPv4 (RFC 826). */
const LENGTH = 28;
const REQUEST = 1;
const REPLY = 2;

export const arpReader: ReaderMaker = {
  protocols: ['arp'],
  make: (see) => (p, layer) => {
    const b = p.bufferOf(layer);
    const at = p.start[layer]!;
    if (p.stop[layer]! - at < LENGTH || b[at + 4] !== 6 || b[at + 5] !== 4) return;
    const operation = b[at + 6]! * 256 + b[at + 7]!;
    if (operation !== REQUEST && operation !== REPLY) return;
    const { source, destination } = frameMacs(p, layer);
    const senderMac = ethernetAddress(b, at + 8);
    see({
      kind: 'arp',
      time: timeOf(p),
      frame: p.number,
      isRequest: operation === REQUEST,
      frameSource: source === '' ? senderMac : source,
      frameDestination: destination === '' ? 'ff:ff:ff:ff:ff:ff' : destination,
      senderMac,
      senderAddress: ipv4Address(b, at + 14),
      targetAddress: ipv4Address(b, at + 24),
    });
  },
};
