// Tokens of the Kerberos GSS-API mechanism: RFC 1964 §1, and RFC 4121 §4 for newer encryption types.
import { BerItem, berOid, OBJECT_IDENTIFIER } from '../../codec/ber.ts';
import { u16, u16le } from '../../core/bytes.ts';
import { bool, bytes, text, uint, uint64 } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { kerberos } from '../kerberos/kerberos.ts';
import { emitParts, type Part } from '../parts.ts';
import { mechanismNote } from './mechanisms.ts';
import { callNested } from './nested.ts';

/** Token identifiers, read as little-endian numbers as in Wireshark. */
const AP_REQUEST = 0x0001;
const AP_REPLY = 0x0002;
const AP_ERROR = 0x0003;
const GET_MIC = 0x0101;
const WRAP = 0x0102;
const CFX_MIC = 0x0404;
const CFX_WRAP = 0x0405;

/** [APPLICATION 0]; a bare AP-REQ and AP-REP are [APPLICATION 14] and [APPLICATION 15]. */
const INITIAL = 0x60;
const BARE_REQUEST = 0x6e;
const BARE_REPLY = 0x6f;
/** RFC 1964 §1.2.2: no sealing (integrity only). */
const SEAL_NONE = 0xffff;
const CFX_SEALED = 0x02;

const f = {
  blob: bytes('spnego.krb5.blob', 'krb5_blob'),
  oid: text('spnego.krb5_oid', 'KRB5 OID'),
  id: uint('spnego.krb5.tok_id', 'krb5_tok_id')
    .hex(2)
    .le()
    .named({
      [AP_REQUEST]: 'KRB5_AP_REQ',
      [AP_REPLY]: 'KRB5_AP_REP',
      [AP_ERROR]: 'KRB5_ERROR',
      [GET_MIC]: 'KRB5_GSS_GetMIC',
      [WRAP]: 'KRB5_GSS_Wrap',
      0x0201: 'KRB5_GSS_Delete_sec_context',
      0x0004: 'KERB_TGT_REQUEST',
      0x0104: 'KERB_TGT_REPLY',
      [CFX_MIC]: 'KRB_TOKEN_CFX_GetMic',
      [CFX_WRAP]: 'KRB_TOKEN_CFX_WRAP',
    }),
  signing: uint('spnego.krb5.sgn_alg', 'krb5_sgn_alg')
    .hex(2)
    .le()
    .named({ 0x0000: 'DES MAC MD5', 0x0001: 'MD2.5', 0x0002: 'DES MAC', 0x0011: 'HMAC' }),
  sealing: uint('spnego.krb5.seal_alg', 'krb5_seal_alg')
    .hex(2)
    .le()
    .named({ 0x0000: 'DES CBC', 0x0010: 'RC4', [SEAL_NONE]: 'None' }),
  sequence: bytes('spnego.krb5.snd_seq', 'krb5_snd_seq'),
  checksum: bytes('spnego.krb5.sgn_cksum', 'krb5_sgn_cksum'),
  confounder: bytes('spnego.krb5.confounder', 'krb5_confounder'),
  filler: bytes('spnego.krb5.filler', 'krb5_filler'),
  cfxFlags: uint('spnego.krb5.cfx_flags', 'krb5_cfx_flags').hex(1),
  cfxSubkey: bool('spnego.krb5.acceptor_subkey', 'AcceptorSubkey').mask(0x04),
  cfxSealed: bool('spnego.krb5.sealed', 'Sealed').mask(CFX_SEALED),
  cfxAcceptor: bool('spnego.krb5.send_by_acceptor', 'SendByAcceptor').mask(0x01),
  cfxExtra: uint('spnego.krb5.cfx_ec', 'krb5_cfx_ec'),
  cfxRotation: uint('spnego.krb5.cfx_rrc', 'krb5_cfx_rrc'),
  cfxSequence: uint64('spnego.krb5.cfx_seq', 'krb5_cfx_seq'),
};

/** Layer note: the message within a wrap token, sealed or not. */
export interface Wrapped {
  readonly start: number;
  readonly end: number;
  readonly isSealed: boolean;
}

const item = new BerItem();

/** Offset of the token identifier; -1 for a bare Kerberos message or an unknown token. */
function identifierAt(b: Uint8Array, at: number, end: number): number {
  if ((b[at]! & 0xe0) !== 0x60) return at;
  if (b[at] !== INITIAL || !item.read(b, at, end) || !item.read(b, item.content, end)) return -1;
  return item.id === OBJECT_IDENTIFIER ? item.stop : -1;
}

export const krb5Token: Protocol = protocol({
  name: 'spnego-krb5',
  title: 'SPNEGO-KRB5',
  fields: f,
  step(p) {
    const b = p.buf;
    const layer = p.count - 1;
    const start = p.at;
    const { end } = p;
    if (end - start < 2) return p.cut(2);
    const at = identifierAt(b, start, end);
    if (b[start] === BARE_REQUEST || b[start] === BARE_REPLY) callNested(p, kerberos, start, end, false);
    else if (at >= 0 && at + 2 <= end) {
      const id = u16le(b, at);
      if (id === AP_REQUEST || id === AP_REPLY || id === AP_ERROR)
        callNested(p, kerberos, at + 2, end, false);
      else p.notes[layer] = wrappedAt(b, at + 2, end, id);
    }
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const at = identifierAt(b, start, end);
    out.open(f.blob, start, end - start);
    if (at > start) {
      const token = new BerItem();
      token.read(b, start, end);
      token.read(b, token.content, end);
      const oid = berOid(b, token.content, token.stop);
      out.add(f.oid, token.content, token.length, oid);
      out.note(mechanismNote(oid));
    }
    if (at >= 0 && at + 2 <= end) {
      out.add(f.id, at, 2);
      emitParts(out, b, at + 2, end, parts(u16le(b, at)));
    }
    out.close();
  },
});

const CFX_PARTS: readonly Part[] = [
  [f.cfxFlags, 1, [f.cfxSubkey, f.cfxSealed, f.cfxAcceptor]],
  [f.filler, 1],
  [f.cfxExtra, 2],
  [f.cfxRotation, 2],
  [f.cfxSequence, 8],
];
const WRAP_PARTS: readonly Part[] = [
  [f.signing, 2],
  [f.sealing, 2],
  [null, 2],
  [f.sequence, 8],
  [f.checksum, 8],
  [f.confounder, 8],
];
const MIC_PARTS: readonly Part[] = [
  [f.signing, 2],
  [null, 4],
  [f.sequence, 8],
  [f.checksum, 8],
];
const CFX_MIC_PARTS: readonly Part[] = [
  [f.cfxFlags, 1, [f.cfxSubkey, f.cfxSealed, f.cfxAcceptor]],
  [f.filler, 5],
  [f.cfxSequence, 8],
];

function parts(id: number): readonly Part[] {
  switch (id) {
    case WRAP:
      return WRAP_PARTS;
    case GET_MIC:
      return MIC_PARTS;
    case CFX_WRAP:
      return CFX_PARTS;
    case CFX_MIC:
      return CFX_MIC_PARTS;
    default:
      return [];
  }
}

/** RFC 1964 §1.2.2, RFC 4121 §4.2.6.2; `at` is behind the token identifier. */
function wrappedAt(b: Uint8Array, at: number, end: number, id: number): Wrapped | null {
  if (id === WRAP && at + 30 <= end) return { start: at + 30, end, isSealed: u16le(b, at + 2) !== SEAL_NONE };
  if (id !== CFX_WRAP || at + 14 > end) return null;
  const start = at + 14;
  if (b[at]! & CFX_SEALED) return { start, end, isSealed: true };
  const extra = u16(b, at + 2);
  // §4.2.5: after right rotation the checksum comes first.
  const isRotated = extra > 0 && u16(b, at + 4) === extra;
  return isRotated
    ? { start: Math.min(end, start + extra), end, isSealed: false }
    : { start, end: Math.max(start, end - extra), isSealed: false };
}

/** Contents of the last wrap token among the layers from `from` on. */
export function wrappedIn(p: Packet, from: number): Wrapped | null {
  for (let layer = p.count - 1; layer >= from; layer--)
    if (p.protocols[layer] === krb5Token && p.notes[layer] !== null) return p.notes[layer] as Wrapped;
  return null;
}
