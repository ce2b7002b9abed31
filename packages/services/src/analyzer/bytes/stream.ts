// The payload of both sides of one flow, as in `-z follow`.
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import {
  Follow,
  FollowHttp,
  FollowHttp2,
  FollowQuic,
  FollowTls,
  type Packet,
  type Piece,
  type Side,
  type Substream,
  Substreams,
} from '@eyrie/dissect';
import type { PacketRow, Store, StoredFlow } from '@eyrie/store';
import { ApiError } from '../errors.ts';
import type { FlowBytes } from './flow-bytes.ts';

/** Packets of a flow that are read, unless all are requested. */
const FOLLOW_PACKETS_MAX = 50_000;
/** Streams within a connection that are listed. */
const SUBSTREAMS_MAX = 1000;
const ROWS = 2000;
const AHEAD_BYTES = 256 << 10;
/** Bytes buffered for a slow reader. */
const SEND_BYTES = 256 << 10;
/** Margin around a flow's rounded times. */
const TIME_SLACK_SECONDS = 0.001;
const TRANSPORT_NUMBERS = { tcp: 6, udp: 17 } as const;

export interface FollowedStream {
  readonly sides: readonly [Side, Side];
  readonly pieces: readonly Piece[];
  /** False: the flow has more packets than were read. */
  readonly isWhole: boolean;
  /** Index of the next piece, or null at the end. */
  readonly next: number | null;
}

export interface FollowRequest {
  readonly protocol: 'tcp' | 'udp' | 'tls' | 'http' | 'http2' | 'quic';
  /** http2.streamid or quic.stream.stream_id, of those two alone. */
  readonly substream: number;
  /** quic.connection.number within the flow. */
  readonly connection: number;
  /** Index of the first piece requested. */
  readonly first: number;
  /** Bytes of pieces in one answer; it always has at least one piece. */
  readonly bytesMax: number;
  readonly side: number | undefined;
}

export function protocolOf(
  flow: StoredFlow,
  wanted: FollowRequest['protocol'] | undefined,
): FollowRequest['protocol'] {
  const { transport } = flow;
  if (transport !== 'tcp' && transport !== 'udp')
    throw new ApiError(
      'cannot_follow',
      `${transport} flows can't be followed: only tcp and udp are streams here`,
    );
  const isOverUdp = wanted === 'udp' || wanted === 'quic';
  if (wanted !== undefined && isOverUdp !== (transport === 'udp'))
    throw new ApiError('cannot_follow', `this is a ${transport} flow: it can't be followed as ${wanted}`);
  return wanted ?? transport;
}

export async function follow(of: FlowBytes, request: FollowRequest): Promise<FollowedStream> {
  const { flow } = of;
  const pieces: Piece[] = [];
  let [index, bytes, hasMore] = [0, 0, false];
  const take = (piece: Piece): void => {
    if (request.side !== undefined && piece.side !== request.side) return;
    const isWanted = index++ >= request.first && !hasMore;
    if (!isWanted) return;
    bytes += piece.data.length;
    hasMore = pieces.length > 0 && bytes > request.bytesMax;
    if (!hasMore) pieces.push({ ...piece, data: piece.data.slice() });
  };
  const follower = followerOf(flow, request, take);
  const isWhole = await eachPacket(of, FOLLOW_PACKETS_MAX, (p) => {
    follower.add(p);
    return !hasMore;
  });
  if (!hasMore) endOf(follower);
  const sides = follower.sides ?? [flow.client, flow.server];
  return { sides, pieces, isWhole, next: hasMore ? request.first + pieces.length : null };
}

/**
 * Streams all payload bytes, without a limit.
 *
 * @throws ApiError if the capture's file is unavailable
 */
export async function streamWhole(
  of: FlowBytes,
  { side, ...what }: Followed & Pick<FollowRequest, 'side'>,
): Promise<Readable> {
  const out = new PassThrough({ highWaterMark: SEND_BYTES });
  const left = new AbortController();
  out.once('close', () => left.abort());
  const pending: Uint8Array[] = [];
  const follower = followerOf(of.flow, what, (piece) => {
    if (side === undefined || piece.side === side) pending.push(piece.data.slice());
  });
  // Checks beforehand: an unreadable capture gets an error, not a truncated download.
  await of.redissector.reading(of.capture, async () => {});
  eachPacket(of, Number.POSITIVE_INFINITY, async (p) => {
    follower.add(p);
    for (const data of pending.splice(0))
      if (!out.write(data)) await once(out, 'drain', { signal: left.signal });
    return !out.destroyed;
  }).then(
    () => {
      endOf(follower);
      for (const data of pending) out.write(data);
      out.end();
    },
    (error) => out.destroy(left.signal.aborted ? undefined : error),
  );
  return out;
}

/** The streams that were multiplexed in a flow, and whether these are all. */
export async function substreamsOf(
  of: FlowBytes,
  protocol: 'http2' | 'quic',
): Promise<{ items: readonly Substream[]; isWhole: boolean }> {
  const found = new Substreams(protocol, SUBSTREAMS_MAX);
  const isWhole = await eachPacket(of, FOLLOW_PACKETS_MAX, (p) => {
    found.add(p);
    return !found.isFull;
  });
  return { items: found.items, isWhole: isWhole && !found.isFull };
}

type Followed = Pick<FollowRequest, 'protocol' | 'substream' | 'connection'>;

function followerOf(
  flow: StoredFlow,
  { protocol, substream, connection }: Followed,
  take: (piece: Piece) => void,
) {
  if (protocol === 'http2') return new FollowHttp2(flow.stream, substream, take, true);
  if (protocol === 'quic') return new FollowQuic(connection, substream, take, true);
  if (protocol === 'http') return new FollowHttp(flow.stream, take);
  if (protocol === 'tls') return new FollowTls(flow.stream, take);
  return new Follow(protocol, flow.stream, take);
}

/** Takes what there is of bodies whose end was not captured. */
function endOf(follower: ReturnType<typeof followerOf>): void {
  if (follower instanceof FollowHttp2 || follower instanceof FollowQuic) follower.end();
}

/** Dissects a flow's packets in order, until `see` returns false. Returns false if there are more than `packetsMax`. */
export function eachPacket(
  { store, redissector, capture, flow }: FlowBytes,
  packetsMax: number,
  see: (p: Packet, row: PacketRow) => boolean | Promise<boolean>,
): Promise<boolean> {
  return redissector.dissecting(capture, true, async (file, dissector) => {
    const transport = TRANSPORT_NUMBERS[flow.transport as keyof typeof TRANSPORT_NUMBERS];
    dissector.session.flows.startAt(transport, flow.stream);
    let seen = 0;
    for await (const row of rowsOf(store, flow)) {
      if (seen++ === packetsMax) return false;
      const p = dissector.dissect(await file.frame(row, AHEAD_BYTES));
      if (!(await see(p, row))) return true;
    }
    return true;
  });
}

async function* rowsOf(store: Store, flow: StoredFlow): AsyncGenerator<PacketRow, void, void> {
  const transport = TRANSPORT_NUMBERS[flow.transport as keyof typeof TRANSPORT_NUMBERS];
  let after: string | undefined;
  do {
    const { items, next } = await store.packets({
      capture: flow.capture,
      conversation: { transport, stream: flow.stream },
      from: (flow.start - TIME_SLACK_SECONDS).toFixed(6),
      limit: ROWS,
      ...(after === undefined ? {} : { after }),
    });
    yield* items;
    after = next ?? undefined;
  } while (after !== undefined);
}

/** Printable ASCII and line ends; other bytes become dots. */
export function printable(data: Uint8Array): string {
  const text = Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1');
  return text.replace(/[^\x20-\x7e\r\n]/g, '.');
}
