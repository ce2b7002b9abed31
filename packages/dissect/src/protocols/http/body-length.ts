// Determines the end of a message body (RFC 9112 §6.3), and what to wait for if it is incomplete.
import { spells } from '../../core/bytes.ts';
import { MORE_SEGMENT, MORE_UNTIL_END, type Packet } from '../../core/packet.ts';
import { CHUNKS_INCOMPLETE, endOfChunks, progress } from './chunks.ts';
import type { Exchange, HttpMemory } from './exchange.ts';
import { type Head, REQUEST, RESPONSE } from './head.ts';

const FIN = 1;

function isEndOfStream(p: Packet): boolean {
  return p.tcpLayer >= 0 && (p.bufferOf(p.tcpLayer)[p.start[p.tcpLayer]! + 13]! & FIN) !== 0;
}

/** Negated, results of `endOfBody` other than lengths; larger than any length. */
const UNTIL_END = 2 ** 53;
const NEXT_SEGMENT = 2 ** 54;

/**
 * End of the body of the message at `start` (RFC 9112 §6.3). If it is incomplete and more may follow, minus the bytes
 * needed from the cursor on, or minus UNTIL_END or NEXT_SEGMENT.
 */
export function endOfBody(
  p: Packet,
  memory: HttpMemory,
  head: Head,
  start: number,
  isFirst: boolean,
): number {
  const { kind, code, contentLength, end: bodyStart } = head;
  const { end, wireEnd } = p;
  const mayWait = p.mayAskMore && wireEnd === end && !isEndOfStream(p);
  if (kind === RESPONSE && hasNoBody(code, memory.last)) return bodyStart;
  if (head.isChunked) {
    const stop = endOfChunks(p.buf, resumeAt(p, memory, start, bodyStart, isFirst), end);
    if (stop !== CHUNKS_INCOMPLETE) return stop;
    if (!mayWait) return wireEnd;
    memory.chunksDone[p.direction] = progress.resumeAt - p.at;
    return -NEXT_SEGMENT;
  }
  if (contentLength >= 0 && !head.hasTransferCoding) {
    const stop = bodyStart + contentLength;
    if (stop <= wireEnd) return stop;
    return mayWait && !isRpcOverHttp(p, head, start) ? -(stop - p.at) : wireEnd;
  }
  if (kind === REQUEST) return head.hasTransferCoding ? wireEnd : bodyStart;
  if (kind === RESPONSE && mayWait) return -UNTIL_END;
  return wireEnd;
}

export function wanted(bytes: number): number {
  if (bytes === UNTIL_END) return MORE_UNTIL_END;
  return bytes === NEXT_SEGMENT ? MORE_SEGMENT : bytes;
}

/** Whether the message never has a body (RFC 9110 §6.4.1 and §9.3.2). */
function hasNoBody(code: number, request: Exchange | null): boolean {
  if (code === 204 || code === 304 || (code >= 100 && code < 200)) return true;
  return request !== null && (request.isHead || (request.isConnect && code >= 200 && code < 300));
}

/** [MS-RPCH] §2.1.2.1: the length of these bodies is the lifetime of a channel, not of a message. */
function isRpcOverHttp(p: Packet, head: Head, start: number): boolean {
  if (head.contentLength < 131072) return false;
  return (
    spells(p.buf, start, p.end, 'RPC_IN_DATA') ||
    spells(p.buf, start, p.end, 'RPC_OUT_DATA') ||
    spells(p.buf, head.typeStart, head.typeStop, 'application/rpc')
  );
}

/** Where to resume in a chunked body that was examined before while incomplete. */
function resumeAt(p: Packet, memory: HttpMemory, start: number, bodyStart: number, isFirst: boolean): number {
  const done = memory.chunksDone[p.direction]!;
  if (!isFirst || p.from === 0 || done === 0) return bodyStart;
  const at = start + done;
  return at > bodyStart && at <= p.end && p.buf[at - 1] === 10 ? at : bodyStart;
}
