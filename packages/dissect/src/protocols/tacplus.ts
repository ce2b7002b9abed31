// Terminal Access Controller Access-Control System Plus (RFC 8907). Obfuscated bodies are not decrypted.
import { u32 } from '../core/bytes.ts';
import { protocol } from '../core/protocol.ts';
import { tcpPorts } from '../core/table.ts';
import { bodyBytes, emitBody } from './tacacs/body.ts';
import { ACCOUNTING, AUTHENTICATION, AUTHORIZATION, bodyFields, headerFields as f } from './tacacs/fields.ts';

/** RFC 8907 §4.1. */
const HEADER = 12;
const UNENCRYPTED = 1;

const typeNames: Record<number, string> = {
  [AUTHENTICATION]: 'Authentication',
  [AUTHORIZATION]: 'Authorization',
  [ACCOUNTING]: 'Accounting',
};

const PORT = 49;
/** Mark of a layer: sent by the client. */
const REQUEST = 1;

const isClear = (b: Uint8Array, start: number): boolean => (b[start + 3]! & UNENCRYPTED) !== 0;

export const tacplus = protocol({
  name: 'tacplus',
  title: 'TACACS+',
  column: 'TACACS+',
  fields: { ...f, ...bodyFields },
  on: [[tcpPorts, PORT]],
  framing: {
    header: HEADER,
    length: (p) => HEADER + u32(p.buf, p.at + 8),
  },
  step(p) {
    const { buf: b, at: start, end } = p;
    if (end - start < HEADER) return p.cut(HEADER);
    const body = start + HEADER;
    const length = u32(b, start + 8);
    if (end - body < length) return p.cut(HEADER + length);
    p.at = end;
    if (p.dstPort === PORT) p.mark[p.count - 1] = REQUEST;
    if (!isClear(b, start)) return null;
    return body + bodyBytes(b, start, body, end) > end ? p.malformed() : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const request = p.mark[layer] === REQUEST;
    out.add(request ? f.request : f.response, start, 0, true);
    for (const field of [f.majvers, f.minvers, f.type, f.seqno]) out.fixed(field);
    const flags = b[start + 3]!;
    const sent = flags & UNENCRYPTED ? 'Unencrypted' : 'Encrypted';
    out.openFixed(f.flags);
    out.note(` (${sent} payload, ${flags & 4 ? 'Single connection' : 'Multiple Connections'})`);
    out.fixed(f.unencrypted);
    out.fixed(f.singleconn);
    out.close();
    out.fixed(f.sessionId);
    out.fixed(f.packetLen);
    const body = start + HEADER;
    const kind = request ? 'Request' : 'Reply';
    out.group(isClear(b, start) ? kind : `Encrypted ${kind}`, body, end - body);
    if (isClear(b, start) && body + bodyBytes(b, start, body, end) <= end) emitBody(b, start, body, out);
    out.close();
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return null;
    const type = b[start + 1]!;
    const name = typeNames[type] ?? `Unknown (0x${type.toString(16).padStart(2, '0')})`;
    return `${p.mark[layer] === REQUEST ? 'Q' : 'R'}: ${name}`;
  },
});
