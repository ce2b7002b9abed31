// A fake server with a generated capture of ten million packets, so that the page can be tested with many rows without
// filling a store. It implements only the API's paths that the page uses.
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type {
  CaptureRow,
  ConnectionMap,
  Hosts,
  PacketRow,
  Page,
  ProtocolSummary,
  Rates,
  Timeline,
} from '../../src/api/types.ts';

export const PACKETS = 10_000_000;
const PER_SECOND = 10_000;
const START = 1_763_712_000;
const MAP_HOSTS = 1000;
const PROTOCOLS = ['TCP', 'TLSv1.3', 'DNS', 'QUIC', 'HTTP', 'UDP', 'RTP', 'SMB2', 'ICMP', 'ARP'];
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'";

const bundle = join(import.meta.dirname, '../../.bundle');

function timeOf(number: number): string {
  const micro = (number - 1) * (1_000_000 / PER_SECOND);
  return `${START + Math.floor(micro / 1_000_000)}.${String(micro % 1_000_000).padStart(6, '0')}000`;
}

/** Number of the first packet at or after a time. */
function numberAt(time: string | null, otherwise: number): number {
  if (time === null) return otherwise;
  return Math.min(PACKETS + 1, Math.max(1, Math.ceil((Number(time) - START) * PER_SECOND - 1e-4) + 1));
}

export function packet(number: number): PacketRow {
  const protocol = PROTOCOLS[(number * 7) % PROTOCOLS.length]!;
  const src = `10.0.${number % 7}.${number % 250}`;
  const dst = `10.1.${number % 5}.${(number * 3) % 250}`;
  return {
    id: number,
    capture: 1,
    number,
    time: timeOf(number),
    src,
    dst,
    src_ip: src,
    dst_ip: dst,
    src_port: 40_000 + (number % 20_000),
    dst_port: 443,
    protocol,
    length: 60 + (number % 1400),
    summary: `${40_000 + (number % 20_000)} → 443 [ACK] Seq=${number} Ack=1 Win=64240 Len=${number % 1400}`,
    transport: 'tcp',
    stream: number % 90_000,
    path: 'eth:ethertype:ip:tcp',
    has_comment: false,
  };
}

const capture: CaptureRow = {
  id: 1,
  key: 'live:eth0',
  kind: 'live',
  name: 'eth0',
  state: 'running',
  packets: PACKETS,
  bytes: PACKETS * 700,
  drops: 0,
  first: timeOf(1),
  last: timeOf(PACKETS),
  clock: null,
  has_bytes: true,
  progress: null,
  filter: null,
  problem: null,
};

function timeline(terms: URLSearchParams): Timeline {
  const from = numberAt(terms.get('from'), 1);
  const to = numberAt(terms.get('to'), PACKETS + 1);
  const seconds = (to - from) / PER_SECOND;
  const most = Number(terms.get('buckets') ?? 200);
  const step = [-4, -3, -2, -1, 0, 1, 2, 3]
    .flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power))
    .find((width) => seconds / width + 1 <= most)!;
  const first = Math.floor((from - 1) / PER_SECOND / step + 1e-9);
  const last = Math.floor((to - 2) / PER_SECOND / step + 1e-9);
  const all = Array.from({ length: last - first + 1 }, (_, i) => {
    const begin = Math.max(from, Math.round((first + i) * step * PER_SECOND) + 1);
    return Math.min(to, Math.round((first + i + 1) * step * PER_SECOND) + 1) - begin;
  });
  const keys = terms.get('by') === 'none' ? ['all'] : PROTOCOLS;
  const series = keys.map((key, i) => {
    const packets = all.map((sum, at) =>
      keys.length === 1 ? sum : Math.floor((sum / keys.length) * (1 + 0.5 * Math.sin(at / (9 + i)))),
    );
    return { key, packets, bytes: packets.map((sum) => sum * 700) };
  });
  return { start: START + first * step, step, buckets: all.length, series, is_exact: true };
}

function packets(terms: URLSearchParams): Page<PacketRow> {
  const one = /^frame\.number == (\d+)$/.exec(terms.get('q') ?? '');
  if (one !== null) return { items: [packet(Number(one[1]))], next: null };
  if (terms.get('sort') === 'length') return byLength(terms);
  const to = numberAt(terms.get('to'), PACKETS + 1);
  const from = Number(terms.get('after') ?? numberAt(terms.get('from'), 1));
  const end = Math.min(to, from + Number(terms.get('limit') ?? 100));
  const items = Array.from({ length: Math.max(0, end - from) }, (_, i) => packet(from + i));
  return { items, next: end < to ? String(end) : null };
}

const LENGTHS = 1400;

/** Lengths repeat with a fixed period, so packets of one length have equal distances. */
function byLength(terms: URLSearchParams): Page<PacketRow> {
  const each = Math.floor(PACKETS / LENGTHS);
  const from = Number(terms.get('after') ?? 0);
  const isDown = terms.get('order') === 'desc';
  const items = Array.from({ length: Number(terms.get('limit') ?? 100) }, (_, i) => {
    const at = from + i;
    const length = isDown ? LENGTHS - 1 - Math.floor(at / each) : Math.floor(at / each);
    return packet((at % each) * LENGTHS + (length === 0 ? LENGTHS : length));
  });
  return { items, next: String(from + items.length) };
}

function hosts(): Hosts {
  const items = Array.from({ length: 9 }, (_, i) => ({
    address: `10.0.0.${i + 1}`,
    packets: 1000 - i,
    bytes: 1_000_000 - i * 9000,
    packets_sent: 500,
    bytes_sent: 500_000,
    packets_received: 500,
    bytes_received: 500_000 - i * 9000,
    name: i % 2 === 0 ? `host-${i}.example` : null,
    first: timeOf(i + 1),
    last: timeOf(PACKETS),
  }));
  return { items, is_exact: true };
}

function map(): ConnectionMap {
  const list = Array.from({ length: MAP_HOSTS }, (_, i) => ({
    address: `10.0.${i % 12}.${Math.floor(i / 12) + 1}`,
    name: i % 5 === 0 ? `host-${i}.example` : null,
    packets: 1000 - (i % 900),
    bytes: Math.round(1e9 / (i + 1)),
  }));
  const links = Array.from({ length: 6000 }, (_, i) => {
    const b = (i * 7919) % MAP_HOSTS;
    const a = i % 3 === 0 ? i % 20 : (b * 31 + 7) % MAP_HOSTS;
    return { a, b, packets: 10, bytes: Math.round(1e8 / (1 + (i % 977))) };
  }).filter(({ a, b }) => a !== b);
  return { hosts: list, links, hosts_left_out: 0, is_exact: true };
}

export function ratesAt(tick: number): Rates {
  const packetsPerSecond = 100_000 + 20_000 * Math.sin(tick / 40);
  return {
    time: START + tick / 10,
    packets_per_second: packetsPerSecond,
    bits_per_second: packetsPerSecond * 5600,
    drops_per_second: tick % 300 < 10 ? 12 : 0,
    packets: PACKETS + tick * 10_000,
    bytes: 7e9,
    drops: 0,
    protocols: { TCP: packetsPerSecond / 2 },
  };
}

/** The capture after `tick` updates; each adds a packet. */
export function captureAt(tick: number): CaptureRow {
  return { ...capture, packets: PACKETS + tick };
}

function answer(path: string, terms: URLSearchParams): unknown {
  if (path === '/captures') return { items: [capture] };
  if (path === '/timeline') return timeline(terms);
  if (path === '/packets') return packets(terms);
  if (path === '/hosts') return hosts();
  if (path === '/map') return map();
  if (path === '/names' || path === '/findings') return { items: [], next: null };
  if (path === '/status') return { mesh: null, mesh_problem: 'no peer runs here' };
  if (path === '/filter/check') return { is_valid: true, error: null, fields: [], needs_bytes: false };
  if (path === '/protocol_summary') {
    const each = PACKETS / PROTOCOLS.length;
    const items = PROTOCOLS.map((protocol) => ({ protocol, packets: each, bytes: each * 700 }));
    const summary: ProtocolSummary = {
      items,
      packets: PACKETS,
      bytes: PACKETS * 700,
      next: null,
      is_exact: true,
    };
    return summary;
  }
  const id = /^\/packets\/(\d+)(\/bytes)?$/.exec(path);
  if (id === null) return null;
  const row = packet(Number(id[1]));
  if (id[2] !== undefined) {
    const data = Buffer.alloc(row.length, row.number % 256).toString('base64');
    return {
      id: row.id,
      captured_length: row.length,
      length: row.length,
      buffers: [{ buffer: 0, title: 'Frame', length: row.length, data }],
    };
  }
  const line = {
    name: 'frame',
    text: `Frame ${row.number}`,
    value: null,
    start: 0,
    length: row.length,
    buffer: 0,
    children: [],
  };
  return {
    packet: row,
    tree: [line],
    buffers: [],
    context: { kind: 'capture', packets: 0, is_whole: true },
    flow: null,
    mesh_time: null,
  };
}

/** Serves the page and the API on a free port. */
export async function startEndless(): Promise<{ url: string; close: () => void }> {
  const manifest = JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8'));
  const server: Server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://page');
    const address = url.pathname === '/' ? manifest.index : url.pathname;
    const file = manifest.files[address];
    if (file !== undefined) {
      response.writeHead(200, { 'content-type': file.type, 'content-security-policy': POLICY });
      response.end(await readFile(join(bundle, address)));
      return;
    }
    const body = answer(url.pathname, url.searchParams);
    response.writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { error: { code: 'no_such_place', message: url.pathname } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
