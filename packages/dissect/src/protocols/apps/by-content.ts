// Protocols recognized by port and first bytes, or by a unique signature: named and counted, not dissected. A protocol
// that gets a dissector leaves this table.
import { spells, u16, u32, u32le } from '../../core/bytes.ts';

import type { Packet } from '../../core/packet.ts';
import { type Framing, type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { type HeuristicList, type Table, tcpHeuristics, tcpPorts, udpPorts } from '../../core/table.ts';

interface Row {
  readonly name: string;
  readonly title: string;
  readonly column: string;
  readonly on: readonly (readonly [Table, ...number[]])[];
  readonly isMine?: (p: Packet) => boolean;
  readonly framing?: Framing;
  readonly signature?: readonly [HeuristicList, (p: Packet) => boolean];
}

/** A 4-byte little-endian length at `at` that excludes `extra` bytes. */
function littleLength(header: number, at: number, extra: number): Framing {
  return { header, length: (p) => u32le(p.buf, p.at + at) + extra };
}

const first = (p: Packet): number => p.buf[p.at]!;

/** eDonkey, eMule extensions, and their compressed variants. */
const isDonkey = (p: Packet): boolean => first(p) === 0xe3 || first(p) === 0xc5 || first(p) === 0xd4;
/** As over TCP, and Kademlia, plain and compressed. */
const isDonkeyDatagram = (p: Packet): boolean => isDonkey(p) || first(p) === 0xe4 || first(p) === 0xe5;

/** Bitcoin network magic: mainnet, testnet, testnet3, namecoin, signet. */
const BITCOIN_MAGIC = new Set([0xf9beb4d9, 0xfabfb5da, 0x0b110907, 0xf9beb4fe, 0x0a03cf40]);
const isBitcoin = (p: Packet): boolean => p.end - p.at >= 4 && BITCOIN_MAGIC.has(u32(p.buf, p.at));

/** Gnutella: a text handshake, then messages with a 23-byte header that ends in the payload length. */
const GNUTELLA_HEADER = 23;
function gnutellaLength(p: Packet): number {
  const { buf: b, at, end } = p;
  if (spells(b, at, end, 'GNUTELLA') || spells(b, at, end, 'GET ') || spells(b, at, end, 'HTTP'))
    return end - at;
  if (end - at < GNUTELLA_HEADER) return GNUTELLA_HEADER;
  const length = u32le(b, at + 19);
  return length > 65_536 ? end - at : GNUTELLA_HEADER + length;
}

const rows: readonly Row[] = [
  {
    name: 'gnutella',
    title: 'Gnutella Protocol',
    column: 'Gnutella',
    on: [[tcpPorts, 6346]],
    framing: { header: 1, length: gnutellaLength },
  },
  {
    name: 'edonkey',
    title: 'eDonkey Protocol',
    column: 'eDonkey',
    on: [[tcpPorts, 4661, 4662, 4663]],
    isMine: isDonkey,
    framing: littleLength(5, 1, 5),
  },
  {
    name: 'edonkey',
    title: 'eDonkey Protocol',
    column: 'eDonkey',
    on: [[udpPorts, 4665, 4672]],
    isMine: isDonkeyDatagram,
  },
  { name: 'lpd', title: 'Line Printer Daemon Protocol', column: 'LPD', on: [[tcpPorts, 515]] },
  { name: 'collectd', title: 'collectd network data', column: 'collectd', on: [[udpPorts, 25826]] },
  {
    name: 'bitcoin',
    title: 'Bitcoin protocol',
    column: 'Bitcoin',
    on: [],
    isMine: isBitcoin,
    framing: littleLength(24, 16, 24),
    signature: [tcpHeuristics, isBitcoin],
  },
  {
    name: 'steam_ihs_discovery',
    title: 'Steam In-Home Streaming Discovery Protocol',
    column: 'STEAMDISCOVER',
    on: [[udpPorts, 27036]],
    isMine: (p) =>
      p.end - p.at >= 8 && u32(p.buf, p.at) === 0xffffffff && u32(p.buf, p.at + 4) === 0x214c5fa0,
  },
  {
    name: 'db-lsp',
    title: 'Dropbox LAN sync Protocol',
    column: 'DB-LSP',
    on: [[tcpPorts, 17500]],
    framing: { header: 5, length: (p) => (first(p) === 0x16 ? u16(p.buf, p.at + 3) + 5 : p.end - p.at) },
  },
  {
    name: 'mndp',
    title: 'Mikrotik Neighbor Discovery Protocol',
    column: 'MNDP',
    on: [[udpPorts, 5678]],
    isMine: (p) => p.end - p.at >= 8 && u16(p.buf, p.at + 4) <= 17,
  },
  {
    name: 'oicq',
    title: 'OICQ - IM software, popular in China',
    column: 'OICQ',
    on: [[udpPorts, 8000]],
    isMine: (p) => first(p) === 2,
  },
];

function byContent(row: Row): Protocol {
  const { isMine } = row;
  return protocol({
    name: row.name,
    title: row.title,
    column: row.column,
    on: row.on,
    ...(row.framing === undefined ? {} : { framing: framingOf(row.framing, isMine) }),
    ...(row.signature === undefined ? {} : { heuristics: [row.signature] }),
    step(p) {
      if (isMine !== undefined && !isMine(p)) return REJECTED;
      p.at = p.end;
      return null;
    },
  });
}

/** Anything else has no length. */
function framingOf(framing: Framing, isMine: Row['isMine']): Framing {
  if (isMine === undefined) return framing;
  return { header: framing.header, length: (p) => (isMine(p) ? framing.length(p) : 0) };
}

export const contentProtocols: readonly Protocol[] = rows.map(byContent);
