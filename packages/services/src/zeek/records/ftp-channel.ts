// Where a data connection of FTP is to come from and go to, as commands and replies announce it.
import { isIP } from 'node:net';
import type { Conn } from '../conn/conn.ts';

export interface DataChannel {
  /** The client connects. */
  readonly isPassive: boolean;
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

/** RFC 959 §4.1.2: `PORT 192,0,2,1,4,1`. */
export function portIn(text: string, { resp }: Conn): DataChannel | null {
  const found = addressIn(text);
  return found === null ? null : { isPassive: false, from: resp.host, ...found };
}

/** RFC 959 §4.1.2: `227 Entering Passive Mode (192,0,2,1,4,1)`. */
export function pasvIn(text: string, { orig }: Conn): DataChannel | null {
  const found = addressIn(text);
  return found === null ? null : { isPassive: true, from: orig.host, ...found };
}

/** RFC 2428 §2: `EPRT |2|2001:db8::1|1025|`; the first character divides. */
export function eprtIn(text: string, { resp }: Conn): DataChannel | null {
  const [, , to = '', port = ''] = text.split(text[0] ?? '|');
  return isIP(to) === 0 || !isPort(port)
    ? null
    : { isPassive: false, from: resp.host, to, port: Number(port) };
}

/** RFC 2428 §3: `229 Entering Extended Passive Mode (|||1025|)`. */
export function epsvIn(text: string, { orig, resp }: Conn): DataChannel | null {
  const [, port = ''] = /\((.)\1\1(\d{1,5})\1\)/.exec(text)?.slice(1) ?? [];
  return isPort(port) ? { isPassive: true, from: orig.host, to: resp.host, port: Number(port) } : null;
}

function addressIn(text: string): { readonly to: string; readonly port: number } | null {
  const numbers = /(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})/
    .exec(text)
    ?.slice(1)
    .map(Number);
  if (numbers === undefined || numbers.some((each) => each > 255)) return null;
  return { to: numbers.slice(0, 4).join('.'), port: numbers[4]! * 256 + numbers[5]! };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) < 65_536;
}
