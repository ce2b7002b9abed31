// Info column of a DNS message: question and answers, section by section.
import { u16 } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { printable } from '../../core/printable.ts';
import { hex } from '../../core/text.ts';
import type { Rdata } from './layout.ts';
import { HEADER, messageStart, questionKind, RESPONSE, TOP_BIT } from './message.ts';
import { nameEnd, readName, skipName } from './name.ts';
import { layouts } from './records.ts';
import { opcodeNames, rcodeNames, typeName } from './types.ts';

export function messageInfo(p: Packet, layer: number, isMulticast: boolean): string | null {
  const b = p.bufferOf(layer);
  const start = messageStart(p, layer);
  const end = p.stop[layer]!;
  if (end - start < 2) return '';
  const flags = end - start < 4 ? 0 : u16(b, start + 2);
  const opcode = (flags >> 11) & 15;
  let info = opcodeNames[opcode] ?? `Unknown operation (${opcode})`;
  if (flags & RESPONSE) info += ' response';
  info += ` 0x${hex(b, start, start + 2)}`;
  const rcode = flags & 15;
  if (flags & RESPONSE && rcode !== 0) info += ` ${rcodeNames[rcode] ?? `Unknown error (${rcode})`}`;
  return end - start < HEADER ? info : info + sectionsInfo(b, start, end, isMulticast);
}

/** Records shown in the Info column, which bounds its length. */
const INFO_RECORDS_MAX = 300;

function sectionsInfo(b: Uint8Array, start: number, end: number, isMulticast: boolean): string {
  let info = '';
  let at = start + HEADER;
  let shown = 0;
  for (let left = u16(b, start + 4); left > 0 && shown < INFO_RECORDS_MAX; left--, shown++) {
    const name = readName(b, at, start, end);
    at = nameEnd;
    if (at < 0 || at + 4 > end) return info;
    info += ` ${typeName(u16(b, at))} ${printable(name)}`;
    if (isMulticast) info += questionKind(b, at);
    at += 4;
  }
  for (let left = recordCount(b, start); left > 0 && shown < INFO_RECORDS_MAX; left--, shown++) {
    const owner = at;
    at = skipName(b, at, end);
    if (at < 0 || at + 10 > end) return info;
    const type = u16(b, at);
    info += ` ${typeName(type)}`;
    if (isMulticast && u16(b, at + 2) & TOP_BIT) info += ', cache flush';
    const data = at + 10;
    at = data + u16(b, at + 8);
    if (at > data)
      info += dataInfo({ b, base: start, messageEnd: end, at: data, end: Math.min(at, end) }, type, owner);
    if (at > end) return info;
  }
  return info;
}

/** Answers, authorities and additional records together, as the header counts them (RFC 1035 §4.1.1). */
export function recordCount(b: Uint8Array, start: number): number {
  return u16(b, start + 6) + u16(b, start + 8) + u16(b, start + 10);
}

function dataInfo(r: Rdata, type: number, owner: number): string {
  const layout = layouts.get(type);
  if (layout === undefined) return '';
  if (layout.hasOwnerInInfo) return ` ${printable(readName(r.b, owner, r.base, r.messageEnd))}`;
  let info = '';
  layout.words?.forEach((word, i) => {
    const content = layout.parts[i]!.text(r);
    if (word !== null) info += ` ${content}`;
  });
  return info;
}
