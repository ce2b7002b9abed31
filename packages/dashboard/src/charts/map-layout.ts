// Layout of the connection map: a ring with the hosts of a network side by side, and lines bundled towards the centre.
// The layout is deterministic, not force-directed: the same hosts keep their places, and a thousand hosts fit.
import type { ConnectionMap } from '../api/types.ts';

export interface MapHost {
  /** Index into the map's hosts. */
  index: number;
  angle: number;
  x: number;
  y: number;
  /** Radius of the dot in pixels; its area is proportional to the bytes. */
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
  /** 0 to 1, on a logarithmic scale: traffic relative to the other links. */
  weight: number;
}

export interface MapLayout {
  radius: number;
  /** In ring order. */
  hosts: MapHost[];
  /** The same hosts by index into the map's hosts. */
  byIndex: MapHost[];
  networks: MapNetwork[];
  links: MapLink[];
}

/** Gap between two networks, in units of one host's share of the ring. */
const GAP = 1.6;
const DOT_MIN = 2;
const DOT_MAX = 11;
/** Distance of a line's control points from the centre, as a share of the radius: between networks, and within one. */
const PULL = 0.22;
const PULL_WITHIN = 0.8;

/** The network of an address, from its text: /24, /64, multicast or broadcast, or hardware. */
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
  // Links with the most traffic are drawn last, on top.
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
