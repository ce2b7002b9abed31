// QUIC connections, identified by connection IDs, which outlive addresses (RFC 9000 §5.1, §9).
import { u32 } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { Http3Connection } from '../http3/connection.ts';
import { initialKeys } from './initial.ts';
import { INITIAL_LEVEL, QuicSide } from './side.ts';

export const CID_BYTES_MAX = 20;
/** Shorter connection IDs are not matched across addresses, because nearly any packet would match. */
const CID_BYTES_ROAMING = 4;
/** Maximum number of connection IDs remembered in the whole capture; the oldest are evicted. */
const ROAMING_MAX = 8192;

export interface Connection {
  readonly number: number;
  version: number;
  /** Direction (Packet.direction) in which the server sends, between the addresses of the first packet. */
  readonly serverDirection: number;
  /** State of client and server. */
  readonly sides: readonly [QuicSide, QuicSide];
  /**
   * Destination connection ID of the client's first Initial, from which keys derive; null between a Retry and the next
   * one.
   */
  initialDcid: Uint8Array | null;
  /** Client random, which identifies secrets in a key log (null: unknown), and cipher suite (0: not negotiated). */
  clientRandom: Uint8Array | null;
  cipher: number;
  /** The negotiated application protocol (RFC 7301), or the client's first choice; '': unknown. */
  alpn: string;
  /** HTTP/3 state of its streams. */
  readonly http3: Http3Connection;
  /** The previous connection between the same addresses. */
  readonly previous: Connection | null;
}

interface Known {
  connection: Connection;
  cid: Uint8Array;
  isServers: boolean;
}

class Connections {
  count = 0;
  /** Connection IDs by their first four bytes. */
  readonly roaming = new Map<number, Known>();
}

const newConnections = (): Connections => new Connections();

interface Memory {
  connection: Connection | null;
}

const newMemory = (): Memory => ({ connection: null });

/** The latest connection between the packet's addresses. */
export function connectionHere(p: Packet): Connection | null {
  return p.session.knownState<Memory>(p, 'quic')?.connection ?? null;
}

/** Begins a connection with a client's first Initial. */
export function beginConnection(p: Packet, version: number, dcid: Uint8Array, scid: Uint8Array): Connection {
  const memory = p.session.stateOf(p, 'quic', newMemory);
  const connection: Connection = {
    number: p.session.memoryOf('quic', newConnections).count++,
    version,
    serverDirection: 1 - p.direction,
    sides: [new QuicSide(), new QuicSide()],
    initialDcid: null,
    clientRandom: null,
    cipher: 0,
    alpn: '',
    http3: new Http3Connection(),
    // Limits the chain of connections between the same addresses to two.
    previous: memory.connection === null ? null : { ...memory.connection, previous: null },
  };
  memory.connection = connection;
  takeInitial(p, connection, dcid, scid);
  return connection;
}

/** Takes Initial keys from the client's first Initial, or the first after a Retry (RFC 9001 §5.2). */
export function takeInitial(p: Packet, connection: Connection, dcid: Uint8Array, scid: Uint8Array): void {
  connection.initialDcid = dcid.slice();
  takeInitialKeys(connection, connection.initialDcid);
  takeCid(p, connection, 0, scid);
}

export function takeInitialKeys({ sides, version }: Connection, dcid: Uint8Array): void {
  const keys = initialKeys(version, dcid);
  for (const who of [0, 1] as const) sides[who].keys[INITIAL_LEVEL] = keys?.[who] ?? null;
}

/** Records a connection ID that client (0) or server (1) announces for packets sent to it (RFC 9000 §5.1.1). */
export function takeCid(p: Packet, connection: Connection, who: 0 | 1, cid: Uint8Array): void {
  if (cid.length === 0) return;
  const kept = cid.slice();
  if (connection.sides[who].addCid(kept)) remember(p, connection, kept, who === 1);
}

/** Records the connection ID that the server chooses in its first packet (RFC 9000 §7.2). */
export function takeServerCid(p: Packet, connection: Connection, scid: Uint8Array): void {
  if (connection.sides[1].cids.length === 0) takeCid(p, connection, 1, scid);
}

/** After a Retry the handshake restarts with another connection ID and other keys (RFC 9000 §17.2.5.2). */
export function takeRetry(p: Packet, connection: Connection, scid: Uint8Array): void {
  connection.initialDcid = null;
  takeServerCid(p, connection, scid);
}

function remember(p: Packet, connection: Connection, cid: Uint8Array, isServers: boolean): void {
  if (cid.length < CID_BYTES_ROAMING) return;
  const { roaming } = p.session.memoryOf('quic', newConnections);
  if (roaming.size >= ROAMING_MAX) roaming.delete(roaming.keys().next().value!);
  roaming.set(u32(cid, 0), { connection, cid, isServers });
}

/** Whether the short header at `at` has a connection ID of a connection that began on other addresses. */
export function isRoaming(p: Packet, at: number, end: number): boolean {
  if (end - at < 1 + CID_BYTES_ROAMING) return false;
  const { roaming } = p.session.memoryOf('quic', newConnections);
  if (roaming.size === 0) return false;
  const known = roaming.get(u32(p.buf, at + 1));
  return known !== undefined && at + 1 + known.cid.length <= end && isAt(known.cid, p.buf, at + 1);
}

/** The connection of a packet with a short header: the one whose connection ID it contains. */
export function roamingConnection(
  p: Packet,
  at: number,
  end: number,
): { connection: Connection; isFromServer: boolean; cid: Uint8Array } | null {
  if (!isRoaming(p, at, end)) return null;
  const { connection, isServers, cid } = p.session
    .memoryOf('quic', newConnections)
    .roaming.get(u32(p.buf, at + 1))!;
  return { connection, isFromServer: !isServers, cid };
}

/** Whether this connection ID is at `at`. */
export function isAt(cid: Uint8Array, b: Uint8Array, at: number): boolean {
  for (let k = 0; k < cid.length; k++) if (cid[k] !== b[at + k]) return false;
  return true;
}

export function isSame(a: Uint8Array | null, b: Uint8Array): boolean {
  return a !== null && a.length === b.length && isAt(a, b, 0);
}
