// Linux netlink messages, by family (linux/netlink.h; https://www.tcpdump.org/linktypes/LINKTYPE_NETLINK.html).
import { u16 } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { linkTypes } from '../../core/table.ts';
import { head, thenData } from './head.ts';
import { sllHardware } from './tables.ts';

/** Length of the cooked header before the messages. */
const COOKED = 16;
const MESSAGE = 16;
const NETLINK = 253;
const families: Readonly<Record<number, string>> = {
  0: 'Route',
  2: 'User-mode socket protocols',
  4: 'Socket monitoring',
  6: 'IPsec',
  9: 'Auditing',
  12: 'Netfilter',
  16: 'Generic',
};
const f = {
  hardware: uint('netlink.hatype', 'Link-layer address type').at(2, 2),
  family: uint('netlink.family', 'Family').at(14, 2).hex().named(families),
};

export const netlink: Protocol = protocol({
  name: 'netlink',
  title: 'Linux netlink',
  column: 'Netlink',
  info: () => '',
  fields: f,
  on: [
    [linkTypes, NETLINK],
    [sllHardware, 824],
  ],
  step(p) {
    // In cooked captures the header is dissected here, and its last two bytes are the family.
    const isOwn = p.linkType === NETLINK;
    if (isOwn && p.end - p.at < COOKED) return p.cut(COOKED);
    if (isOwn) p.at += COOKED;
    const family = p.at >= 2 ? u16(p.buf, p.at - 2) : -1;
    if (p.end - p.at < MESSAGE) return p.at < p.end ? p.cut(MESSAGE) : null;
    const next = readers[family];
    if (next !== undefined) {
      p.at += MESSAGE;
      return next;
    }
    p.at += MESSAGE;
    return thenData(p);
  },
  emit(p, layer, out) {
    if (p.linkType !== NETLINK || p.stop[layer]! - p.start[layer]! < COOKED) return;
    out.fixed(f.hardware);
    out.fixed(f.family);
  },
});

export const netlinkFamilies = [
  head({
    name: 'netlink-route',
    title: 'Linux rtnetlink (route netlink) protocol',
    column: 'Netlink route',
    on: [],
  }),
  head({
    name: 'netlink-sock_diag',
    title: 'Linux netlink sock diag protocol',
    column: 'Netlink sock diag',
    on: [],
  }),
  head({
    name: 'netlink-netfilter',
    title: 'Linux netlink netfilter protocol',
    column: 'Netlink netfilter',
    on: [],
  }),
  head({ name: 'genl', title: 'Linux Generic Netlink protocol', column: 'Netlink generic', on: [] }),
];
const readers: Readonly<Record<number, Protocol | undefined>> = {
  0: netlinkFamilies[0],
  4: netlinkFamilies[1],
  12: netlinkFamilies[2],
  16: netlinkFamilies[3],
};
