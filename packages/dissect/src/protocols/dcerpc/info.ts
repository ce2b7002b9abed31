// Info column of DCE/RPC; several messages in one packet are joined.
import { uint } from '../../core/bytes.ts';
import { LISTED, type Packet } from '../../core/packet.ts';
import { tokenInfo } from '../auth/token-info.ts';
import type { PduNote } from './connection.ts';
import { Operation } from './operation.ts';
import { operationDetail } from './operation-info.ts';
import * as pdu from './pdu.ts';
import { uuidAt, uuidName } from './uuids.ts';

const CONTEXTS_MAX = 64;

/** Identifier of the SMB pipe that carries the message; 0: none. */
export function pipeBelow(p: Packet, layer: number): number {
  for (let below = layer - 1; below > 0; below--) {
    const { name } = p.protocols[below]!;
    if (name === 'smb2' || name === 'smb') return (p.notes[below] as { pipe?: number } | null)?.pipe ?? 0;
    if (name === 'tcp' || name === 'udp') return 0;
  }
  return 0;
}

/** First layer, among the messages of this protocol in the packet up to this one. */
function firstOf(p: Packet, layer: number): number {
  let first = layer;
  while (first > 0 && (p.protocols[first]!.name !== 'dcerpc' || (p.flags[first]! & LISTED) === 0)) first--;
  return first;
}

/** Protocol column for several messages through a pipe; null for a single one. */
export function chainColumn(p: Packet, layer: number): string | null {
  let count = 0;
  for (let at = firstOf(p, layer); at <= layer; at++) if (p.protocols[at]!.name === 'dcerpc') count++;
  return count > 1 && pipeBelow(p, layer) !== 0 ? `${count}*DCERPC` : null;
}

/** All messages of the packet up to this layer, which is one of them or the interface of its call. */
export function chainInfo(p: Packet, layer: number): string {
  let text = '';
  let previous = -1;
  for (let at = firstOf(p, layer); at <= layer; at++) {
    if (p.protocols[at]!.name !== 'dcerpc') continue;
    const isFenced = previous >= 0 && ((p.notes[previous] as PduNote | null)?.contextId ?? 0) !== 0;
    const info = operationInfo(p, at) ?? pduInfo(p, at);
    text = isFenced ? `${text} # ${info}` : info;
    previous = at;
  }
  return text;
}

/** Info text of the interface of this message's call. */
function operationInfo(p: Packet, layer: number): string | null {
  for (let at = layer + 1; at < p.count && p.protocols[at]!.name !== 'dcerpc'; at++) {
    const note = p.notes[at];
    if (note instanceof Operation) return note.text + operationDetail(p, at, note);
  }
  return null;
}

function pduInfo(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const stop = p.stop[layer]!;
  if (stop - start < pdu.HEAD) return '';
  const little = pdu.isLittle(b, start + 4);
  const type = b[start + 2]!;
  const head = `${pdu.typeName(type)}: call_id: ${pdu.callId(b, start)}, Fragment: ${pdu.fragmentNames[b[start + 3]! & 3]}`;
  let next = layer + 1;
  while (next < p.count && p.protocols[next]!.name !== 'dcerpc') next++;
  return head + bodyInfo(p, layer, b, start, stop, type, little) + tokenInfo(p, layer + 1, next);
}

function bodyInfo(
  p: Packet,
  layer: number,
  b: Uint8Array,
  start: number,
  stop: number,
  type: number,
  little: boolean,
): string {
  if (stop - start < (infoEnds[type] ?? 0)) return '';
  switch (type) {
    case pdu.BIND:
    case pdu.ALTER_CONTEXT:
      return bindInfo(b, start, stop, little);
    case pdu.BIND_ACK:
    case pdu.ALTER_CONTEXT_RESPONSE:
      return acknowledgeInfo(b, start, stop, little);
    case pdu.BIND_NAK: {
      const reason = uint(b, start + 16, 2, little);
      return ` reason: ${pdu.rejectNames[reason] ?? `Unknown (${reason})`}`;
    }
    case pdu.REQUEST:
      return `, opnum: ${uint(b, start + 22, 2, little)}, Ctx: ${uint(b, start + 20, 2, little)}${unnamed(p, layer)}`;
    case pdu.RESPONSE:
      return `, Ctx: ${uint(b, start + 20, 2, little)}${unnamed(p, layer)}`;
    case pdu.FAULT:
      return `, Ctx: ${uint(b, start + 20, 2, little)}, status: ${pdu.statusText(uint(b, start + 24, 4, little))}`;
    default:
      return '';
  }
}

/** Where the fields end that the Info column has, by type: a message may be cut before. */
const infoEnds: Readonly<Record<number, number>> = {
  [pdu.BIND]: 25,
  [pdu.ALTER_CONTEXT]: 25,
  [pdu.BIND_ACK]: 20,
  [pdu.ALTER_CONTEXT_RESPONSE]: 20,
  [pdu.BIND_NAK]: 18,
  [pdu.REQUEST]: 24,
  [pdu.RESPONSE]: 22,
  [pdu.FAULT]: 28,
};

/** An interface without a name: its UUID. */
function unnamed(p: Packet, layer: number): string {
  const note = p.notes[layer] as PduNote | null;
  const isWhole = (p.bufferOf(layer)[p.start[layer]! + 3]! & pdu.WHOLE) === pdu.WHOLE;
  if (!isWhole || note === null || note.call === null || note.call.context.made !== null) return '';
  return ` ${uuidName(note.call.context.uuid)} V${note.call.context.version}`;
}

function bindInfo(b: Uint8Array, start: number, stop: number, little: boolean): string {
  const count = b[start + 24]!;
  let text = `, ${count} context items:`;
  let at = start + 28;
  for (let k = 0; k < Math.min(count, CONTEXTS_MAX) && at + 24 <= stop; k++) {
    const major = uint(b, at + (little ? 20 : 22), 2, little);
    const minor = uint(b, at + (little ? 22 : 20), 2, little);
    const syntaxes = b[at + 2]!;
    const last = at + 24 + (syntaxes - 1) * 20;
    const syntax = syntaxes > 0 && last + 16 <= stop ? uuidName(uuidAt(b, last, little)) : 'NULL';
    text += `${k > 0 ? ',' : ''} ${uuidName(uuidAt(b, at + 4, little))} V${major}.${minor} (${syntax})`;
    at += 24 + syntaxes * 20;
  }
  return text;
}

/** Offset of the result list, behind the secondary address, aligned to four bytes. */
export function resultsAt(b: Uint8Array, start: number, little: boolean): number {
  return start + ((26 + uint(b, start + 24, 2, little) + 3) & ~3);
}

function acknowledgeInfo(b: Uint8Array, start: number, stop: number, little: boolean): string {
  const limits = `, max_xmit: ${uint(b, start + 16, 2, little)} max_recv: ${uint(b, start + 18, 2, little)}`;
  if (start + 26 > stop) return limits;
  const at = resultsAt(b, start, little);
  if (at >= stop) return limits;
  let text = `${limits}, ${b[at]} results:`;
  for (let k = 0, item = at + 4; k < Math.min(b[at]!, CONTEXTS_MAX) && item + 24 <= stop; k++, item += 24) {
    const result = uint(b, item, 2, little);
    text += `${k > 0 ? ',' : ''} ${pdu.resultNames[result] ?? `Unknown result (${result})`}`;
  }
  return text;
}

/** ` Response, Fragment: Single, FragLen: 144, Call: 2, Ctx: 0, [Req: #13]` */
export function connectionHeadline(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const stop = p.stop[layer]!;
  if (stop - start < pdu.HEAD) return '';
  const type = b[start + 2]!;
  const fragment = pdu.fragmentNames[b[start + 3]! & 3];
  const length = pdu.fragmentLength(b, start);
  const head = ` ${pdu.typeName(type)}, Fragment: ${fragment}, FragLen: ${length}, Call: ${pdu.callId(b, start)}`;
  const isOfCall = type === pdu.REQUEST || type === pdu.RESPONSE || type === pdu.FAULT;
  if (!isOfCall || start + 22 > stop) return head;
  const context = `, Ctx: ${uint(b, start + 20, 2, pdu.isLittle(b, start + 4))}`;
  const request = type === pdu.REQUEST ? 0 : ((p.notes[layer] as PduNote | null)?.call?.request ?? 0);
  return head + context + (request > 0 ? `, [Req: #${request}]` : '');
}
