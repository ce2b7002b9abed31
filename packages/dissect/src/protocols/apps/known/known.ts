// Protocols recognized by port and first bytes, or by a unique signature: split into messages, named and counted, not
// dissected. A protocol that gets a dissector leaves these tables.
import { spells, uint } from '../../../core/bytes.ts';
import { data } from '../../../core/data.ts';
import { LISTED, type Packet } from '../../../core/packet.ts';
import { type Framing, type Protocol, protocol, REJECTED } from '../../../core/protocol.ts';
import {
  etherTypes,
  type HeuristicList,
  ipProtocols,
  sctpPayloads,
  sctpPorts,
  tcpHeuristics,
  tcpPorts,
  udpHeuristics,
  udpPorts,
} from '../../../core/table.ts';

/** A predicate on the payload [at, end). */
export type Look = (b: Uint8Array, at: number, end: number) => boolean;

export interface Known {
  readonly name: string;
  readonly title: string;
  /** Protocol column; null keeps that of the layer below. */
  readonly column: string | ((p: Packet) => string) | null;
  readonly udp?: readonly number[];
  readonly tcp?: readonly number[];
  readonly ether?: readonly number[];
  readonly ip?: readonly number[];
  /** SCTP payload protocol identifiers and ports. */
  readonly payload?: readonly number[];
  readonly sctp?: readonly number[];
  /** Minimum length. */
  readonly least?: number;
  /** Signature at the start, in Latin-1. */
  readonly begins?: string;
  readonly is?: Look;
  /** Message framing over TCP. */
  readonly length?: Framing;
  /** Heuristic lists that recognize it by `sign` or by its start. */
  readonly guess?: readonly HeuristicList[];
  readonly sign?: Look;
  /** Whether its payload is listed as data. */
  readonly hasData?: boolean;
}

export const onBoth: readonly HeuristicList[] = [udpHeuristics, tcpHeuristics];
export const onUdp: readonly HeuristicList[] = [udpHeuristics];
export const onTcp: readonly HeuristicList[] = [tcpHeuristics];

/** A length of `width` bytes at `at` that excludes `extra` bytes; `header` bytes are needed to read it. */
export function big(header: number, at: number, width: number, extra: number): Framing {
  return lengthAt(header, at, width, extra, false);
}

export function little(header: number, at: number, width: number, extra: number): Framing {
  return lengthAt(header, at, width, extra, true);
}

function lengthAt(header: number, at: number, width: number, extra: number, isLittle: boolean): Framing {
  // A length smaller than the header is invalid; the header is then the message.
  return { header, length: (p) => Math.max(uint(p.buf, p.at + at, width, isLittle) + extra, header) };
}

/** A length that needs more than one field. */
export function lengthBy(
  header: number,
  length: (b: Uint8Array, at: number, end: number) => number,
): Framing {
  return { header, length: (p) => Math.max(length(p.buf, p.at, p.end), header) };
}

export function known(row: Known): Protocol {
  const { begins, is, least = 1 } = row;
  const isMine = (p: Packet): boolean =>
    p.end - p.at >= least &&
    (begins === undefined || spells(p.buf, p.at, p.end, begins)) &&
    (is === undefined || is(p.buf, p.at, p.end));
  const { sign } = row;
  const matches = sign === undefined ? isMine : (p: Packet): boolean => sign(p.buf, p.at, p.end);
  return protocol({
    name: row.name,
    title: row.title,
    ...(row.column === null ? {} : { column: row.column }),
    on: [
      [udpPorts, ...(row.udp ?? [])],
      [tcpPorts, ...(row.tcp ?? [])],
      [etherTypes, ...(row.ether ?? [])],
      [ipProtocols, ...(row.ip ?? [])],
      [sctpPayloads, ...(row.payload ?? [])],
      [sctpPorts, ...(row.sctp ?? [])],
    ],
    heuristics: (row.guess ?? []).map((list) => [list, matches] as const),
    ...(row.length === undefined ? {} : { framing: row.length }),
    step(p) {
      if (!isMine(p)) return REJECTED;
      if (row.hasData === true) p.run(data, LISTED);
      p.at = p.end;
      return null;
    },
  });
}
