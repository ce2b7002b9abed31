// The name of a network as text.
import { ascii } from '../../core/bytes.ts';
import { hex } from '../../core/text.ts';

/** SSID, quoted if printable, else in hexadecimal; an empty one is a wildcard. */
export function ssidText(b: Uint8Array, at: number, end: number): string {
  if (at === end) return 'Wildcard (Broadcast)';
  for (let i = at; i < end; i++) if (b[i]! < 0x20 || b[i] === 0x7f) return hex(b, at, end);
  return `"${ascii(b, at, end)}"`;
}
