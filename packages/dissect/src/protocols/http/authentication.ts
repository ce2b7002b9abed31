// HTTP authentication whose credentials are protocol messages in base64: NTLM ([MS-NTHT]) and Negotiate (RFC 4559).
// Their protocols register here.
import { ascii, spells } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { nestFrom } from '../media/nesting.ts';
import { base64 } from './base64.ts';

/** Maximum length of credentials that are decoded; a Kerberos ticket with many groups takes some 64 KiB. */
const TEXT_MAX = 128 << 10;

const readers: { ntlm: Protocol | null; negotiate: Protocol | null } = { ntlm: null, negotiate: null };

/** Registers a protocol: `ntlm` for tokens that begin with NTLMSSP, `negotiate` (GSS-API) for all others. */
export function onAuthentication(scheme: 'ntlm' | 'negotiate', made: Protocol): void {
  readers[scheme] = made;
}

/** Dissects the header value `NTLM TlRMTVNTUAAB…` at [start, stop). */
export function readAuthentication(p: Packet, start: number, stop: number): void {
  let at = start;
  while (at < stop && p.buf[at] !== 0x20) at++;
  if (stop - at > TEXT_MAX) return;
  const token = base64(ascii(p.buf, at + 1, stop));
  if (token.length === 0) return;
  const made = spells(token, 0, token.length, 'NTLMSSP') ? readers.ntlm : readers.negotiate;
  if (made === null) return;
  const layers = p.count;
  p.callIn('NTLMSSP / GSSAPI Data', made, token, 0, token.length);
  nestFrom(p, layers);
}
