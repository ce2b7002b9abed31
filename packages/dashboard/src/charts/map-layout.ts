// Who talks to whom, as a ring: hosts of one network beside each other, lines between them bundled towards the middle.
// Nothing is thrown about until it settles: the same hosts stand at the same places each time, and a thousand fit.
import type { ConnectionMap } from '../api/types.ts';

export interface MapHost {
  /** Index into the map's hosts. */
  index: number;
  angle: number;
  x: number;
  y: number;
  /** Of the dot, in pixels; its area stands for the bytes. */
  size: number;
}

export interface MapNetwork {
  name: string;
  from: number;
  to: number;
  hosts: number;
}

export interface MapLink {
  a: number;
  b: number;
  /** Control points of a cubic Bézier curve. */
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  /** 0 to 1: how much it carries beside the others, by powers. */
  weight: number;
}

export interface MapLayout {
  radius: number;
  /** In the order of the ring. */
  hosts: MapHost[];
  /** By index into the map's hosts. */
  byIndex: MapHost[];
  networks: MapNetwork[];
  links: MapLink[];
}

/** Between two networks, in places of a host. */
const GAP = 1.6;
const DOT_MIN = 2;
const DOT_MAX = 11;
/** How far lines bend towards the middle: between networks, and within one. */
const PULL = 0.22;
const PULL_WITHIN = 0.8;

/** The network that an address belongs to, as far as its text says: /24, /64, and what goes to many. */
export function networkOf(address: string): string {
  if (/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(address)) return 'hardware addresses';
  if (address.includes(':')) {
    if (/^ff/i.test(address)) return 'multicast';
    if (/^fe[89ab]/i.test(address)) return 'link-local';
    return `${wide(address)
      .slice(0, 4)
      .join(':')
      .replace(/(?::0)+$/, '')}::/64`;
  }
  const parts = address.split('.');
  const first = Number(parts[0]);
  if (first >= 224 && first < 240) return 'multicast';
  if (address === '255.255.255.255' || address === '0.0.0.0') return 'broadcast';
  return `${parts.slice(0, 3).join('.')}.0/24`;
}

/** The eight groups of an IPv6 address, without leading zeros. */
function wide(address: string): string[] {
  const [head = '', tail = ''] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const filled = address.includes('::')
    ? new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
    : [];
  return [...left, ...filled, ...right].map((group) => group.replace(/^0+(?=.)/, ''));
}

export function layoutMap(map: ConnectionMap, radius: number): MapLayout {
  const networks = new Map<string, number[]>();
  map.hosts.forEach(({ address }, index) => {
    const name = networkOf(address);
    const members = networks.get(name);
    if (members === undefined) networks.set(name, [index]);
    else members.push(index);
  });
  const weightOf = (members: number[]) => members.reduce((sum, index) => sum + map.hosts[index]!.bytes, 0);
  const groups = [...networks].map(([name, members]) => ({ name, members, bytes: weightOf(members) }));
  groups.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));

  const step = (Math.PI * 2) / Math.max(1, map.hosts.length + groups.length * GAP);
  const most = Math.max(1, ...map.hosts.map(({ bytes }) => bytes));
  const dotMax = Math.min(DOT_MAX, Math.max(DOT_MIN + 1, (step * radius) / 1.6));
  const layout: MapLayout = { radius, hosts: [], byIndex: [], networks: [], links: [] };
  let angle = -Math.PI / 2 + (step * GAP) / 2;
  for (const { name, members } of groups) {
    members.sort((a, b) => compareAddresses(map.hosts[a]!.address, map.hosts[b]!.address));
    const from = angle;
    for (const index of members) {
      const middle = angle + step / 2;
      const size = DOT_MIN + (dotMax - DOT_MIN) * Math.sqrt(map.hosts[index]!.bytes / most);
      const host = { index, angle: middle, x: Math.cos(middle) * radius, y: Math.sin(middle) * radius, size };
      layout.hosts.push(host);
      layout.byIndex[index] = host;
      angle += step;
    }
    layout.networks.push({ name, from, to: angle, hosts: members.length });
    angle += step * GAP;
  }
  addLinks(layout, map);
  return layout;
}

function addLinks(layout: MapLayout, map: ConnectionMap): void {
  const most = Math.log1p(Math.max(1, ...map.links.map(({ bytes }) => bytes)));
  for (const { a, b, bytes } of map.links) {
    const from = layout.byIndex[a];
    const to = layout.byIndex[b];
    if (from === undefined || to === undefined) continue;
    const isWithin = networkOf(map.hosts[a]!.address) === networkOf(map.hosts[b]!.address);
    const apart = Math.abs(Math.sin((from.angle - to.angle) / 2));
    const pull = isWithin ? PULL_WITHIN - apart * 0.5 : PULL;
    layout.links.push({
      a,
      b,
      x1: from.x * pull,
      y1: from.y * pull,
      x2: to.x * pull,
      y2: to.y * pull,
      weight: Math.log1p(bytes) / most,
    });
  }
  // Those that carry most are drawn last, over the others.
  layout.links.sort((x, y) => x.weight - y.weight);
}

function compareAddresses(a: string, b: string): number {
  const isIpv6 = a.includes(':') && b.includes(':');
  const x = isIpv6 ? wide(a) : a.split('.');
  const y = isIpv6 ? wide(b) : b.split('.');
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const base = isIpv6 ? 16 : 10;
    const apart = (Number.parseInt(x[i] ?? '0', base) || 0) - (Number.parseInt(y[i] ?? '0', base) || 0);
    if (apart !== 0) return apart;
  }
  return a < b ? -1 : 1;
}
