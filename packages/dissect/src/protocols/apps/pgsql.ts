// PostgreSQL frontend/backend protocol, version 3 (PostgreSQL 16, chapter 55).
import { u16, u32 } from '../../core/bytes.ts';
import { COLUMN, type Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';
import { tls } from '../tls/tls.ts';
import { joinedInfo } from './joined.ts';
import { emitBody } from './pgsql-body.ts';
import { pgsqlFields as f } from './pgsql-fields.ts';
import { backendNames, frontendNames } from './pgsql-names.ts';

const PORT = 5432;
const HEADER = 5;
/** Request codes in place of a protocol version (§55.2.11, §55.7). */
const CANCEL_REQUEST = 80877102;
const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const PASSWORD = 0x70;
const AUTHENTICATION = 0x52;
const SASL = 10;
const SASL_CONTINUE = 11;
const GSS_CONTINUE = 8;
const UNKNOWN = 'Unknown';

/**
 * Pending exchange: an SSL request is answered by one byte, a password message depends on the authentication request.
 */
interface PgsqlState {
  asksForTls: boolean;
  authentication: number;
}

const newState = (): PgsqlState => ({ asksForTls: false, authentication: 0 });

const isFrontend = (p: Packet): boolean => p.dstPort === PORT;

/** The one-byte response to an SSL request (§55.2.10). */
function isTlsAnswer(p: Packet): boolean {
  if (isFrontend(p)) return false;
  const b = p.buf[p.at]!;
  if (b !== 0x53 && b !== 0x4e && b !== 0x47) return false;
  return p.session.knownState<PgsqlState>(p, 'pgsql')?.asksForTls === true;
}

export const pgsql = protocol({
  name: 'pgsql',
  title: 'PostgreSQL',
  column: 'PGSQL',
  fields: f,
  on: [[tcpPorts, PORT]],
  framing: {
    header: 1,
    length(p) {
      if (isTlsAnswer(p)) return 1;
      if (p.end - p.at < HEADER) return HEADER;
      const extra = p.buf[p.at] === 0 ? 0 : 1;
      return Math.max(u32(p.buf, p.at + extra) + extra, HEADER);
    },
  },
  step(p) {
    const b = p.buf;
    const start = p.at;
    const layer = p.count - 1;
    if (p.end - start < HEADER) {
      if (!isTlsAnswer(p)) return p.cut(HEADER);
      p.session.stateOf(p, 'pgsql', newState).asksForTls = false;
      if (b[start] === 0x53) p.session.flows.setApplication(p.flow, tls);
      // Not a message: sets the column, but as in Wireshark is neither listed nor shown.
      p.flags[layer]! &= COLUMN;
      p.at = p.end;
      return null;
    }
    const type = b[start]!;
    if (type === 0 && p.end - start >= 8) {
      const version = u32(b, start + 4);
      if (version === SSL_REQUEST || version === GSS_REQUEST)
        p.session.stateOf(p, 'pgsql', newState).asksForTls = true;
    } else if (type === AUTHENTICATION && !isFrontend(p) && p.end - start >= 9)
      p.session.stateOf(p, 'pgsql', newState).authentication = u32(b, start + 5);
    else if (type === PASSWORD && isFrontend(p))
      p.mark[layer] = p.session.knownState<PgsqlState>(p, 'pgsql')?.authentication ?? 0;
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const frontend = isFrontend(p);
    const type = b[start]!;
    if (end - start < HEADER) return;
    const extra = type === 0 ? 0 : 1;
    out.add(f.type, start, extra, typeName(p, layer));
    out.add(f.length, start + extra, 4);
    out.add(f.frontend, start, 0, frontend);
    emitBody(b, start + extra + 4, end, type, frontend, p.mark[layer]!, out);
  },
  info: (p, layer) => (isFrontend(p) ? '>' : '<') + joinedInfo(p, layer, '/', letter),
});

/** Info text of a layer: its type letter; messages without a type have none. */
function letter(p: Packet, layer: number): string {
  const type = p.bufferOf(layer)[p.start[layer]!]!;
  return type === 0 || p.stop[layer]! - p.start[layer]! < HEADER ? '' : String.fromCharCode(type);
}

function typeName(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const type = b[start]!;
  if (!isFrontend(p)) return backendNames.get(type) ?? UNKNOWN;
  if (type === PASSWORD) return passwordName(p.mark[layer]!);
  if (type !== 0) return frontendNames.get(type) ?? UNKNOWN;
  if (p.stop[layer]! - start < 8) return UNKNOWN;
  const version = u32(b, start + 4);
  if (version === CANCEL_REQUEST) return 'Cancel request';
  if (version === SSL_REQUEST) return 'SSL request';
  if (version === GSS_REQUEST) return 'GSS encrypt request';
  return u16(b, start + 4) === 3 ? 'Startup message' : UNKNOWN;
}

function passwordName(authentication: number): string {
  if (authentication === SASL) return 'SASLInitialResponse message';
  if (authentication === SASL_CONTINUE) return 'SASLResponse message';
  return authentication === 7 || authentication === GSS_CONTINUE || authentication === 9
    ? 'GSSResponse message'
    : 'Password message';
}
