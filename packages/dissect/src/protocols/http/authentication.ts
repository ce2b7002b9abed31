// Authentication schemes whose credentials are messages of a protocol, in base64: NTLM ([MS-NTHT]) and Negotiate
// (RFC 4559). Who reads them enters itself here.
import { ascii, spells } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { nestFrom } from '../media/nesting.ts';
import { base64 } from './base64.ts';

/** Longer credentials are not decoded: a Kerberos ticket with many groups takes some 64 KiB. */
const TEXT_MAX = 128 << 10;

const readers: { ntlm: Protocol | null; negotiate: Protocol | null } = { ntlm: null, negotiate: null };

/** `ntlm` reads tokens that begin with NTLMSSP, `negotiate` (GSS-API) all others. */
export function onAuthentication(scheme: 'ntlm' | 'negotiate', made: Protocol): void {
  readers[scheme] = made;
}

/** Reads the value `NTLM TlRMTVNTUAAB…` at [start, stop). */
export function readAuthentication(p: Packet, start: number, stop: number): void {
  let at = start;
  while (at < stop && p.buf[at] !== 0x20) at++;
  if (stop - at > TEXT_MAX) return;
  const token = base64(ascii(p.buf, at + 1, stop));
  if (token.length === 0) return;
  const made = spells(token, 0, token.length, 'NTLMSSP') ? readers.ntlm : readers.negotiate;
  if (made === null) return;
  const layers = p.count;
  p.callIn(made, token, 0, token.length);
  nestFrom(p, layers);
}
