// What the two sides of one flow said, as `-z follow` has it.
import { Follow, FollowHttp, type Piece, type Side } from '@eyrie/dissect';
import type { CaptureRow, PacketRow, Store, StoredFlow } from '@eyrie/store';
import { ApiError } from '../errors.ts';
import type { Redissector } from './redissect.ts';

/** Packets of a flow that are looked at. */
const FOLLOW_PACKETS_MAX = 50_000;
const ROWS = 2000;
const AHEAD_BYTES = 256 << 10;
/** A flow's times are rounded. */
const TIME_SLACK_SECONDS = 0.001;
const TRANSPORT_NUMBERS = { tcp: 6, udp: 17 } as const;

export interface Said {
  readonly sides: readonly [Side, Side];
  readonly pieces: readonly Piece[];
  /** False: the flow has more packets than were looked at. */
  readonly isWhole: boolean;
  /** The index of the piece after the last one given, or null. */
  readonly next: number | null;
}

export interface Wish {
  readonly protocol: 'tcp' | 'udp' | 'http';
  /** Index of the first piece wanted. */
  readonly first: number;
  /** At least one piece comes, more while their bytes are no more than this. */
  readonly bytesMax: number;
  readonly side: number | undefined;
}

export function protocolOf(flow: StoredFlow, wanted: Wish['protocol'] | undefined): Wish['protocol'] {
  const { transport } = flow;
  if (transport !== 'tcp' && transport !== 'udp')
    throw new ApiError(
      'cannot_follow',
      `${transport} flows can't be followed: only tcp and udp are streams here`,
    );
  if (wanted !== undefined && (wanted === 'http' ? 'tcp' : wanted) !== transport)
    throw new ApiError('cannot_follow', `this is a ${transport} flow: it can't be followed as ${wanted}`);
  return wanted ?? transport;
}

export async function follow(
  store: Store,
  redissector: Redissector,
  capture: CaptureRow,
  flow: StoredFlow,
  wish: Wish,
): Promise<Said> {
  const pieces: Piece[] = [];
  let [index, bytes, hasMore] = [0, 0, false];
  const take = (piece: Piece): void => {
    if (wish.side !== undefined && piece.side !== wish.side) return;
    const isWanted = index++ >= wish.first && !hasMore;
    if (!isWanted) return;
    bytes += piece.data.length;
    hasMore = pieces.length > 0 && bytes > wish.bytesMax;
    if (!hasMore) pieces.push({ ...piece, data: piece.data.slice() });
  };
  const transport = wish.protocol === 'udp' ? 'udp' : 'tcp';
  const follower =
    wish.protocol === 'http' ? new FollowHttp(flow.stream, take) : new Follow(transport, flow.stream, take);
  const isWhole = await redissector.reading(capture, async (file, dissector) => {
    dissector.session.flows.startAt(TRANSPORT_NUMBERS[transport], flow.stream);
    let seen = 0;
    for await (const row of rowsOf(store, flow)) {
      if (seen++ === FOLLOW_PACKETS_MAX) return false;
      follower.add(dissector.dissect(await file.frame(row, AHEAD_BYTES)));
      if (hasMore) break;
    }
    return true;
  });
  const sides = follower.sides ?? [flow.client, flow.server];
  return { sides, pieces, isWhole, next: hasMore ? wish.first + pieces.length : null };
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

/** ASCII with its line ends; anything else is a dot. */
export function printable(data: Uint8Array): string {
  const text = Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1');
  return text.replace(/[^\x20-\x7e\r\n]/g, '.');
}
