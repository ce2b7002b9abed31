// Virtual Router Redundancy Protocol, version 2 (RFC 3768) and 3 (RFC 9568).
import { ipv4, ipv6 as ipv6Field, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { ipProtocols } from '../../core/table.ts';
import { checksumStatus, checksumStatusNames, pseudoHeader } from '../checksum.ts';
import { ipv6 } from '../ipv6.ts';

const VRRP = 112;
const HEADER = 8;

const types = { 1: 'Advertisement' };
const priorities = {
  0: 'Current Master has stopped participating in VRRP',
  100: 'Default priority for a backup VRRP router',
  255: 'This VRRP router owns the virtual IP address(es)',
};

const f = {
  version: uint('vrrp.version', 'Version').at(0, 1).mask(0xf0),
  type: uint('vrrp.type', 'VRRP packet type').at(0, 1).mask(0x0f).named(types),
  router: uint('vrrp.virt_rtr_id', 'Virtual Rtr ID').at(1, 1),
  priority: uint('vrrp.prio', 'Priority').at(2, 1).named(priorities),
  count: uint('vrrp.addr_count', 'Addr Count').at(3, 1),
  authType: uint('vrrp.auth_type', 'Auth Type').named({
    0: 'No Authentication',
    1: 'Simple Text Authentication [RFC 2338] / Reserved [RFC 3768]',
    2: 'IP Authentication Header [RFC 2338] / Reserved [RFC 3768]',
  }),
  interval: uint('vrrp.adver_int', 'Adver Int'),
  interval3: uint('vrrp.short_adver_int', 'Adver Int').mask(0x0fff),
  checksum: uint('vrrp.checksum', 'Checksum').at(6, 2).hex(),
  checksumStatus: uint('vrrp.checksum.status', 'Checksum Status').byName().named(checksumStatusNames),
  address: ipv4('vrrp.ip_addr', 'IP Address'),
  address6: ipv6Field('vrrp.ipv6_addr', 'IPv6 Address'),
  password: text('vrrp.auth_string', 'Authentication String'),
};

const isOverIpv6 = (p: Packet, layer: number): boolean => layer > 0 && p.protocols[layer - 1] === ipv6;

export const vrrp = protocol({
  name: 'vrrp',
  title: 'Virtual Router Redundancy Protocol',
  column: 'VRRP',
  fields: f,
  on: [[ipProtocols, VRRP]],
  step(p) {
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    const length = HEADER + p.buf[start + 3]! * (isOverIpv6(p, p.layer) ? 16 : 4);
    if (p.end - start < length) return p.cut(length);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const isVersion3 = b[start]! >> 4 === 3;
    for (const field of [f.version, f.type, f.router, f.priority, f.count]) out.fixed(field);
    if (isVersion3) out.add(f.interval3, start + 4, 2);
    else {
      out.add(f.authType, start + 4, 1);
      out.add(f.interval, start + 5, 1);
    }
    out.fixed(f.checksum);
    if (end - start < HEADER) return;
    const sum = isVersion3 ? pseudoHeader(p, VRRP, end - start) : 0;
    out.add(f.checksumStatus, start + 6, 0, checksumStatus(p, layer, sum));
    const hasIpv6 = isOverIpv6(p, layer);
    const width = hasIpv6 ? 16 : 4;
    let at = start + HEADER;
    for (let i = b[start + 3]!; i > 0 && at + width <= end; i--, at += width)
      out.add(hasIpv6 ? f.address6 : f.address, at, width);
    if (!isVersion3 && b[start + 4] === 1 && at + 8 <= end) out.add(f.password, at, 8);
  },
  info: (p, layer) => {
    if (p.stop[layer]! <= p.start[layer]!) return '';
    const first = p.bufferOf(layer)[p.start[layer]!]!;
    return `${(first & 15) === 1 ? 'Announcement' : `Unknown (${first & 15})`} (v${first >> 4})`;
  },
});
