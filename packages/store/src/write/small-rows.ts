// Table rows of flows, names and findings.
import type { FindingRow, FlowRow, NameRow } from '../rows.ts';

type Cells = Record<string, unknown>;

export function flowRow(capture: number, flow: FlowRow): Cells {
  const { toServer, toClient, tcp } = flow;
  return {
    capture,
    transport: flow.transport,
    stream: flow.stream,
    client: flow.client.address,
    client_port: flow.client.port,
    server: flow.server.address,
    server_port: flow.server.port,
    start_time: flow.start,
    end_time: flow.end,
    packets_to_server: toServer.packets,
    bytes_to_server: toServer.bytes,
    packets_to_client: toClient.packets,
    bytes_to_client: toClient.bytes,
    bytes: toServer.bytes + toClient.bytes,
    packets: toServer.packets + toClient.packets,
    applications: JSON.stringify(flow.applications),
    server_name: flow.serverName,
    fingerprints: JSON.stringify(flow.fingerprints),
    community_id: flow.communityId,
    state: tcp?.state ?? null,
    handshake_ms: tcp?.handshakeMs ?? null,
    retransmissions: tcp?.retransmissions ?? 0,
    out_of_order: tcp?.outOfOrder ?? 0,
    zero_windows: tcp?.zeroWindows ?? 0,
    client_isn: tcp?.clientSequence ?? null,
    server_isn: tcp?.serverSequence ?? null,
    is_over: flow.why === 'end' || flow.why === 'replaced',
  };
}

export function nameRow(capture: number, { address, name, source, time, last, count }: NameRow): Cells {
  return { capture, address, name, source, first_time: time, last_time: last ?? time, count: count ?? 1 };
}

/** Most severe first. */
const SEVERITIES = ['error', 'warn', 'note', 'chat', 'comment'];

export function findingRow(capture: number, finding: FindingRow): Cells {
  const { finder, severity, group, protocol, message, address, count, frame, time, last, detail } = finding;
  const gravity = SEVERITIES.indexOf(severity);
  return {
    capture,
    finder,
    severity,
    category: group,
    protocol,
    message,
    address: address ?? '',
    gravity: gravity < 0 ? SEVERITIES.length : gravity,
    frame,
    first_time: time,
    last_time: last ?? time,
    count,
    detail: detail == null ? null : JSON.stringify(detail),
  };
}
