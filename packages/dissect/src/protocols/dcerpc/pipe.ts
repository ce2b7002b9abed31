// Contents of an SMB file or pipe: DCE/RPC messages, recognized by content, or plain data.
import { data } from '../../core/data.ts';
import type { Packet } from '../../core/packet.ts';
import { remember } from '../smb/bounded.ts';
import { dcerpc } from './connection.ts';
import { fragmentLength, isConnectionPdu } from './pdu.ts';

const PIPES_MAX = 64;
const MESSAGE_BYTES_MAX = 1 << 20;

/** A message split over several reads or writes. */
interface Waiting {
  readonly bytes: Uint8Array;
  length: number;
}

interface Conversation {
  /** By direction, then by pipe. */
  readonly waiting: readonly [Map<number, Waiting>, Map<number, Waiting>];
}

const KEY = 'dcerpc.pipes';

/** Dissects [at, end); `pipe` is the file's number within the session. */
export function fileData(p: Packet, at: number, end: number, wireEnd: number, pipe: number): void {
  const b = p.buf;
  const map = p.session.knownState<Conversation>(p, KEY)?.waiting[p.direction];
  const waiting = map?.get(pipe);
  if (waiting !== undefined) {
    const taken = Math.min(end - at, waiting.bytes.length - waiting.length);
    waiting.bytes.set(b.subarray(at, at + taken), waiting.length);
    waiting.length += taken;
    if (waiting.length < waiting.bytes.length) return;
    map!.delete(pipe);
    p.callIn('Reassembled DCE/RPC', dcerpc, waiting.bytes, 0, waiting.length);
    return;
  }
  const from = at + (isConnectionPdu(b, at, end) ? 0 : 4);
  const isPadded = from > at && b[at] === 0 && b[at + 1] === 0 && b[at + 2] === 0 && b[at + 3] === 0;
  if (from > at && !(isPadded && isConnectionPdu(b, from, end))) {
    p.call(data, at, end, wireEnd);
    return;
  }
  p.call(dcerpc, at, end, wireEnd);
  const missing = missingBytes(b, from, end);
  if (missing > 0 && end === wireEnd) keep(p, at, end, missing, pipe);
}

/** Bytes missing from the last message in [at, end). */
function missingBytes(b: Uint8Array, at: number, end: number): number {
  while (isConnectionPdu(b, at, end)) {
    at += fragmentLength(b, at);
    if (at > end) return at - end;
  }
  return 0;
}

function keep(p: Packet, at: number, end: number, missing: number, pipe: number): void {
  const length = end - at;
  if (p.flow < 0 || length + missing > MESSAGE_BYTES_MAX) return;
  const bytes = new Uint8Array(length + missing);
  bytes.set(p.buf.subarray(at, end));
  const { waiting } = p.session.stateOf(p, KEY, (): Conversation => ({ waiting: [new Map(), new Map()] }));
  remember(waiting[p.direction as 0 | 1], pipe, { bytes, length }, PIPES_MAX);
}
