// Simple Service Discovery Protocol (UPnP Device Architecture §1): HTTP messages in datagrams.
import { ascii } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { protocol } from '../../core/protocol.ts';
import { udpHeuristics, udpPorts } from '../../core/table.ts';
import { emitExchange, emitHead } from './emit.ts';
import { type Exchange, httpMemory, remember } from './exchange.ts';
import { httpFields as f } from './fields.ts';
import { FOREIGN, Head, kindOfLine, lineEnd, NEITHER, NOTIFICATION, REQUEST, readHead } from './head.ts';

const head = new Head();

export const ssdp = protocol({
  name: 'ssdp',
  title: 'Simple Service Discovery Protocol',
  column: (p, layer) => (p.mark[layer] === 1 ? 'SSDP' : null),
  info(p, layer) {
    if (p.mark[layer] !== 1) return null;
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = lineEnd(b, start, p.stop[layer]!);
    return `${ascii(b, start, stop < 0 ? p.stop[layer]! : stop)} `;
  },
  fields: f,
  on: [[udpPorts, 1900]],
  heuristics: [[udpHeuristics, (p) => isSearchOrNotify(p.buf, p.at, p.end)]],
  step(p) {
    const layer = p.count - 1;
    const found =
      p.buf[p.at]! < 0x20 || p.buf[p.at]! > 0x7e ? FOREIGN : readHead(head, p.buf, p.at, p.end, true);
    if (found === FOREIGN) {
      p.flags[layer] = 0;
      p.at = p.end;
      return null;
    }
    p.mark[layer] = head.kind === NEITHER ? 0 : 1;
    p.notes[layer] = remember(p, httpMemory(p), head, p.at);
    p.at = head.end;
    if (p.at >= p.end || head.kind === REQUEST || head.kind === NOTIFICATION) return null;
    return head.contentLength === 0 ? null : data;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (readHead(head, b, start, p.stop[layer]!, true) === FOREIGN) return;
    emitHead(b, start, head, out);
    emitExchange(p, start, head, p.notes[layer] as Exchange | null, false, out);
  },
});

/** Whether it is discovery on another port: M-SEARCH and NOTIFY have an asterisk as target. */
function isSearchOrNotify(b: Uint8Array, at: number, end: number): boolean {
  if (end - at < 20 || (b[at] !== 0x4d && b[at] !== 0x4e)) return false;
  const stop = lineEnd(b, at, end);
  if (stop < 0 || kindOfLine(b, at, stop) === NEITHER) return false;
  const line = ascii(b, at, Math.min(stop, at + 32));
  return line === 'M-SEARCH * HTTP/1.1' || line === 'NOTIFY * HTTP/1.1';
}
