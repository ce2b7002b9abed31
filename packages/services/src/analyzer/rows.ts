// Converts store rows to API rows: snake case, times as text.

import type {
  Conversation,
  Endpoint,
  ProtocolCount,
  StoredFinding,
  StoredFlow,
  StoredName,
  PacketRow as StoredPacket,
} from '@eyrie/store';
import { meshTime } from './mesh-time.ts';
import type {
  ConversationRow,
  EndpointRow,
  FindingRow,
  FlowRow,
  HostRow,
  NameRow,
  PacketRow,
  ProtocolRow,
} from './schemas/index.ts';

const TRANSPORTS: Readonly<Record<number, string>> = {
  1: 'icmp',
  2: 'igmp',
  6: 'tcp',
  17: 'udp',
  33: 'dccp',
  47: 'gre',
  50: 'esp',
  58: 'icmpv6',
  89: 'ospf',
  132: 'sctp',
  136: 'udplite',
};

/** @param summary the Info column, if it was computed from the packet's bytes */
export function packetRow(row: StoredPacket, summary: string | undefined): PacketRow {
  return {
    id: row.id,
    capture: row.capture,
    number: row.number,
    time: row.time,
    src: row.src,
    dst: row.dst,
    src_ip: row.srcIp,
    dst_ip: row.dstIp,
    src_port: row.srcPort,
    dst_port: row.dstPort,
    protocol: row.protocol,
    length: row.length,
    summary: summary ?? row.summary,
    transport: transportName(row.transport),
    stream: row.stream,
    path: row.path,
    has_comment: row.hasComment,
  };
}

export function protocolRow({ transport, ...row }: ProtocolCount): ProtocolRow {
  return transport === undefined ? row : { ...row, transport: transportName(transport) };
}

/** @param number of the IP protocol */
function transportName(number: number | null): string | null {
  return number === null ? null : (TRANSPORTS[number] ?? String(number));
}

/** Seconds as text with nine decimals, of which a double holds six; the rest are zeros. */
function timeText(seconds: number): string {
  return `${seconds.toFixed(6)}000`;
}

export function flowRow(flow: StoredFlow): FlowRow {
  const isTcp = flow.transport === 'tcp';
  return {
    id: flow.id,
    capture: flow.capture,
    stream: flow.stream,
    transport: flow.transport,
    client: flow.client,
    server: flow.server,
    start: timeText(flow.start),
    end: timeText(flow.end),
    packets_to_server: flow.toServer.packets,
    packets_to_client: flow.toClient.packets,
    bytes_to_server: flow.toServer.bytes,
    bytes_to_client: flow.toClient.bytes,
    applications: [...flow.applications],
    server_name: flow.serverName,
    state: flow.state,
    handshake_ms: flow.handshakeMs,
    retransmissions: isTcp ? flow.retransmissions : null,
    out_of_order: isTcp ? flow.outOfOrder : null,
    zero_windows: isTcp ? flow.zeroWindows : null,
    fingerprints: { ...flow.fingerprints },
    community_id: flow.communityId,
    is_over: flow.isOver,
  };
}

export function conversationRow(of: Conversation): ConversationRow {
  return {
    a: of.a,
    a_port: null,
    b: of.b,
    b_port: null,
    packets_a_to_b: of.packetsToB,
    packets_b_to_a: of.packetsToA,
    bytes_a_to_b: of.bytesToB,
    bytes_b_to_a: of.bytesToA,
    start: of.firstTime,
    duration: secondsBetween(of.firstTime, of.lastTime),
  };
}

/** Converts a flow to a conversation by address and port. */
export function portConversationRow(flow: StoredFlow): ConversationRow {
  return {
    a: flow.client.address,
    a_port: flow.client.port,
    b: flow.server.address,
    b_port: flow.server.port,
    packets_a_to_b: flow.toServer.packets,
    packets_b_to_a: flow.toClient.packets,
    bytes_a_to_b: flow.toServer.bytes,
    bytes_b_to_a: flow.toClient.bytes,
    start: timeText(flow.start),
    duration: flow.end - flow.start,
  };
}

/** Seconds between two times of nine decimals, computed in nanoseconds. */
function secondsBetween(first: string, last: string): number {
  return Number(nanoseconds(last) - nanoseconds(first)) / 1e9;
}

function nanoseconds(time: string): bigint {
  return BigInt(time.replace('.', ''));
}

export function endpointRow(of: Endpoint): EndpointRow {
  return {
    address: of.address,
    packets: of.packetsSent + of.packetsReceived,
    bytes: of.bytesSent + of.bytesReceived,
    packets_sent: of.packetsSent,
    bytes_sent: of.bytesSent,
    packets_received: of.packetsReceived,
    bytes_received: of.bytesReceived,
  };
}

export function hostRow(of: Endpoint): HostRow {
  return { ...endpointRow(of), name: of.names[0] ?? null, first: of.firstTime, last: of.lastTime };
}

export function nameRow(of: StoredName): NameRow {
  return {
    address: of.address,
    name: of.name,
    source: of.source,
    first: timeText(of.firstTime),
    last: timeText(of.lastTime),
    count: of.count,
  };
}

export function findingRow(of: StoredFinding): FindingRow {
  return {
    id: of.id,
    capture: of.capture,
    time: timeText(of.time),
    last: timeText(of.lastTime),
    mesh_time: meshTime(timeText(of.time), of.clock),
    finder: of.finder,
    severity: of.severity,
    group: of.group,
    protocol: of.protocol,
    message: of.message,
    count: of.count,
    frame: of.frame,
    address: of.address,
    detail: of.detail ?? null,
  };
}
