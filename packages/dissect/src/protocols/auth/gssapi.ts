// GSS-API tokens (RFC 2743 §3.1). Their mechanism is given by an object identifier, once per conversation.
import { BerItem, berOid, OBJECT_IDENTIFIER } from '../../codec/ber.ts';
import { spells } from '../../core/bytes.ts';
import { bytes, text } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { krb5Token } from './krb5-token.ts';
import { agree, agreed, mechanism, mechanismNote } from './mechanisms.ts';
import { ntlmssp } from './ntlmssp.ts';

/** [APPLICATION 0], constructed. */
const INITIAL_TOKEN = 0x60;
/** Maximum size of a reassembled token (large tickets span several SMB session setups). */
const TOKEN_BYTES_MAX = 1 << 18;

const f = {
  oid: text('gss-api.OID', 'OID'),
  object: bytes('gss-api.token_object', 'Token object'),
};

interface Parts {
  direction: number;
  bytes: Uint8Array;
  length: number;
}

const item = new BerItem();
const name = new BerItem();

export const gssapi: Protocol = protocol({
  name: 'gss-api',
  title: 'GSS-API Generic Security Service Application Program Interface',
  fields: f,
  step(p) {
    const layer = p.count - 1;
    const whole = wholeToken(p);
    if (whole !== null) {
      if (whole.length > 0)
        p.within('Reassembled GSSAPI', whole, 0, whole.length, whole.length, (inner) =>
          inner.run(readToken(inner, -1)),
        );
      p.at = p.end;
      return null;
    }
    return p.at < p.end ? readToken(p, layer) : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const token = new BerItem();
    if (p.mark[layer] === IN_PARTS || !token.read(b, start, end) || token.id !== INITIAL_TOKEN) return;
    const oid = new BerItem();
    if (!oid.read(b, token.content, token.stop) || oid.id !== OBJECT_IDENTIFIER) return;
    const named = berOid(b, oid.content, oid.stop);
    out.add(f.oid, oid.content, oid.length, named);
    out.note(mechanismNote(named));
    if (mechanism(named) === undefined) out.add(f.object, oid.start, end - oid.start);
  },
});

/** Mark of a layer that holds a fragment of a token. */
const IN_PARTS = 1;

function readToken(p: Packet, layer: number): Protocol | null {
  const b = p.buf;
  if (!item.read(b, p.at, p.end) || item.id !== INITIAL_TOKEN) return withoutHeader(p);
  if (layer >= 0 && item.next > p.end && p.end === p.wireEnd && begin(p, item.next - p.at)) {
    p.mark[layer] = IN_PARTS;
    p.at = p.end;
    return null;
  }
  const content = item.content;
  if (!name.read(b, content, p.end) || name.id !== OBJECT_IDENTIFIER) return null;
  const found = mechanism(berOid(b, name.content, name.stop));
  p.at = name.stop;
  if (found === undefined) return null;
  if (agreed(p, 'gss-api') === null) agree(p, 'gss-api', found);
  return p.at < p.end ? found.token : null;
}

/** Microsoft's `Negotiate` may omit the header; later tokens of a mechanism have none. */
function withoutHeader(p: Packet): Protocol | null {
  const b = p.buf;
  const at = p.at;
  if (spells(b, at, p.end, 'NTLMSSP') || isNtlmSigned(b, at, p.end)) return ntlmssp;
  // RFC 4121 §4.2.6: per-message tokens.
  if (p.end - at > 2 && b[at + 1] === 4 && (b[at] === 4 || b[at] === 5)) return krb5Token;
  return agreed(p, 'gss-api')?.token ?? null;
}

function isNtlmSigned(b: Uint8Array, at: number, end: number): boolean {
  return end - at > 16 && b[at] === 1 && b[at + 1] === 0 && b[at + 2] === 0 && b[at + 3] === 0;
}

function begin(p: Packet, wanted: number): boolean {
  if (wanted > TOKEN_BYTES_MAX || p.flow < 0) return false;
  const parts = p.session.stateOf(
    p,
    'gss-api.parts',
    (): Parts => ({ direction: 0, bytes: p.buf, length: 0 }),
  );
  parts.direction = p.direction;
  parts.bytes = new Uint8Array(wanted);
  parts.bytes.set(p.buf.subarray(p.at, p.end));
  parts.length = p.end - p.at;
  return true;
}

/** The token that this fragment completes; an empty one if more are expected; null if no token is pending. */
function wholeToken(p: Packet): Uint8Array | null {
  const parts = p.session.knownState<Parts>(p, 'gss-api.parts');
  if (parts === null || parts.length === 0 || parts.direction !== p.direction) return null;
  const taken = Math.min(p.end - p.at, parts.bytes.length - parts.length);
  parts.bytes.set(p.buf.subarray(p.at, p.at + taken), parts.length);
  parts.length += taken;
  p.mark[p.count - 1] = IN_PARTS;
  if (parts.length < parts.bytes.length) return new Uint8Array(0);
  parts.length = 0;
  return parts.bytes;
}
