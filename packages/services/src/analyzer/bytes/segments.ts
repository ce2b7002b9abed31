// The packets of one TCP or UDP flow in order, with the TCP analysis of each: for stream graphs and ladders.
import { infoColumn, type Packet, sackBlocks, tcpAnalysisBits } from '@eyrie/dissect';
import type { PacketRow, StoredFlow } from '@eyrie/store';
import type { FlowSegment } from '../schemas/index.ts';
import type { FlowBytes } from './flow-bytes.ts';
import { eachPacket, protocolOf } from './stream.ts';

/** Packets in one answer: some 100 bytes each. */
const SEGMENTS_MAX = 50_000;
/** Packets with their Info column, which is most of an answer: a longer ladder cannot be read. */
const SUMMARIES_MAX = 2000;

const PREFIX = 'tcp.analysis.';
/** `tcp.analysis.flags` only marks that there are others. */
const FINDINGS = [...tcpAnalysisBits]
  .filter(([name]) => name !== 'tcp.analysis.flags')
  .map(([name, bits]) => [name.slice(PREFIX.length), bits] as const);

/** @returns the segments, and whether they are all: false beyond SEGMENTS_MAX */
export async function segmentsOf(of: FlowBytes): Promise<{ items: FlowSegment[]; isWhole: boolean }> {
  protocolOf(of.flow, undefined);
  const items: FlowSegment[] = [];
  const isWhole = await eachPacket(of, SEGMENTS_MAX, (p, row) => {
    items.push({
      id: row.id,
      number: row.number,
      time: row.time,
      side: sideOf(row, of.flow),
      length: p.tcpLayer < 0 ? row.length : p.segmentLength,
      protocol: row.protocol,
      summary: items.length < SUMMARIES_MAX ? infoColumn(p) : null,
      tcp: p.tcpLayer < 0 || p.isQuoted ? null : segmentOf(p),
    });
    return true;
  });
  return { items, isWhole };
}

/** 0: the client sent it. Ports distinguish the two; if they are the same (NTP), the addresses do. */
function sideOf({ src, srcPort }: PacketRow, { client, server }: StoredFlow): 0 | 1 {
  const isClient = client.port === server.port ? src === client.address : srcPort === client.port;
  return isClient ? 0 : 1;
}

function segmentOf(p: Packet): FlowSegment['tcp'] {
  const header = p.bufferOf(p.tcpLayer);
  const start = p.start[p.tcpLayer]!;
  const { timing } = p.session;
  return {
    flags: header[start + 13]!,
    seq: p.relativeSeq,
    ack: p.relativeAck,
    window: p.window,
    sack: sackBlocks(p),
    rtt: timing === null || timing.ackRtt < 0n ? null : Number(timing.ackRtt) / 1e9,
    in_flight: timing === null || timing.bytesInFlight === 0 ? null : timing.bytesInFlight,
    findings: FINDINGS.filter(([, bits]) => (p.analysis & bits) !== 0).map(([name]) => name),
  };
}
