// Kiss codes: a response with stratum 0 states why there is no time (RFC 5905 §7.4, RFC 8915 §5.7).
import type { NtpPacket } from './packet.ts';

/** What the client must do. `stop`: stop polling; `slower`: poll less often; `rekey`: get new cookies; `wait`: try later. */
export type KissAction = 'stop' | 'slower' | 'rekey' | 'wait';

interface Kiss {
  readonly action: KissAction;
  readonly meaning: string;
}

const kisses: Readonly<Record<string, Kiss>> = {
  DENY: { action: 'stop', meaning: 'the server denies us access' },
  RSTR: { action: 'stop', meaning: 'the server restricts access' },
  RATE: { action: 'slower', meaning: 'we send requests more often than the server allows' },
  NTSN: { action: 'rekey', meaning: 'the server does not know our cookie any more' },
  INIT: { action: 'wait', meaning: 'the server is not yet synchronised' },
  STEP: { action: 'wait', meaning: 'the server has just stepped its clock' },
};

export interface KissOfDeath extends Kiss {
  readonly code: string;
}

/** The kiss code of a response, or null. Unknown codes only mean that there is no time (RFC 5905 §7.4). */
export function kissOf(packet: NtpPacket): KissOfDeath | null {
  if (packet.stratum !== 0) return null;
  const code = referenceText(packet.referenceId);
  const known = kisses[code] ?? { action: 'wait', meaning: 'the server gives no time' };
  return { code, ...known };
}

/** The printable characters of a reference identifier: `GPS`, `RATE`. */
export function referenceText(id: Uint8Array): string {
  return String.fromCharCode(...id.filter((byte) => byte > 0x20 && byte < 0x7f));
}

export function referenceBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(4);
  new TextEncoder().encodeInto(text, bytes);
  return bytes;
}
