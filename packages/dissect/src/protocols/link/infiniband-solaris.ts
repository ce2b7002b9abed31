// IP over InfiniBand with its address header (RFC 4391 §6, LINKTYPE_IPOIB), and Solaris's IPNET (LINKTYPE_IPNET).
import { u16 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { ipv6, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes, linkTypes } from '../../core/table.ts';
import { etherTypeNames } from '../names/ethertypes.ts';

/** Length of a global routing header (only the destination is recorded), type and reserved field. */
const IPOIB = 44;
const TYPE = 40;
const ib = {
  qpn: uint('ipoib.daddr.qpn', 'Destination QPN').at(21, 3).hex(),
  dgid: ipv6('ipoib.dgid', 'Destination GID').at(24, 16),
  type: uint('ipoib.type', 'Type').at(TYPE, 2).hex().named(etherTypeNames),
  reserved: uint('ipoib.reserved', 'Reserved').at(42, 2).hex(),
};

export const ipoib: Protocol = protocol({
  name: 'ipoib',
  title: 'IP over Infiniband',
  column: 'IPoIB',
  info: () => 'IP over Infiniband',
  fields: ib,
  on: [[linkTypes, 242]],
  step(p) {
    if (p.end - p.at < IPOIB) return p.cut(IPOIB);
    const type = u16(p.buf, p.at + TYPE);
    p.at += IPOIB;
    return etherTypes.get(type) ?? (p.at < p.end ? data : null);
  },
});

const IPNET = 24;
/** Address families of Solaris as EtherTypes. */
const families: Readonly<Record<number, number>> = { 2: 0x0800, 26: 0x86dd };
const net = {
  version: uint('ipnet.version', 'Header version').at(0, 1),
  family: uint('ipnet.family', 'Address family')
    .at(1, 1)
    .named({ 2: 'Solaris AF_INET', 26: 'Solaris AF_INET6' }),
  hook: uint('ipnet.htype', 'Hook type').at(2, 2).named({ 0: 'Inbound', 1: 'Outbound', 2: 'Local' }),
  length: uint('ipnet.pktlen', 'Data length').at(4, 4),
  ifindex: uint('ipnet.ifindex', 'Interface index').at(8, 4),
  group: uint('ipnet.grifindex', 'Group interface index').at(12, 4),
  src: uint('ipnet.zsrc', 'Source Zone ID').at(16, 4),
  dst: uint('ipnet.zdst', 'Destination Zone ID').at(20, 4),
};

export const ipnet: Protocol = protocol({
  name: 'ipnet',
  title: 'Solaris IPNET',
  column: 'IPNET',
  info: () => 'Solaris IPNET',
  fields: net,
  on: [[linkTypes, 226]],
  step(p) {
    if (p.end - p.at < IPNET) return p.cut(IPNET);
    const type = families[p.buf[p.at + 1]!];
    p.at += IPNET;
    return (type === undefined ? undefined : etherTypes.get(type)) ?? null;
  },
});
