// A telephone exchange (RFC 3261) that wants a password, which is always wrong.
import type { Happening } from '../event.ts';
import type { Persona } from '../persona.ts';
import { madeUp, whim } from '../visit.ts';
import type { UdpDecoy } from './decoy.ts';

const REQUEST = /^(REGISTER|INVITE|OPTIONS|SUBSCRIBE|MESSAGE|BYE|CANCEL) (\S{1,300}) SIP\/2\.0\r?\n/;
/** Fields that a response repeats (RFC 3261 §8.2.6.2), and their short forms (§7.3.3). */
const REPEATED = /^(?:via|v|from|f|to|t|call-id|i|cseq)\s*:/i;
const TO = /^(?:to|t)\s*:/i;
const HEADERS_MAX = 100;
const SHOWN_CHARACTERS = 300;

export const sip: UdpDecoy = {
  name: 'sip',
  port: 5060,
  meet(datagram, persona, nowMs) {
    const text = datagram.toString('latin1');
    const request = REQUEST.exec(text);
    if (request === null) return null;
    const [, method = '', url = ''] = request;
    const headers = text
      .split(/\r?\n\r?\n/, 1)[0]!
      .split(/\r?\n/)
      .slice(1, HEADERS_MAX);
    const agent = headerOf(headers, /^user-agent$/i)?.slice(0, SHOWN_CHARACTERS);
    const happenings: Happening[] = [
      { type: 'query', method, url, ...(agent === undefined ? {} : { agent }) },
    ];
    const digest = headerOf(headers, /^(?:proxy-)?authorization$/i);
    if (digest !== undefined) happenings.push(loginOf(digest));
    return { happenings, answer: Buffer.from(answerTo(method, headers, persona, nowMs), 'latin1') };
  },
};

function headerOf(headers: readonly string[], name: RegExp): string | undefined {
  for (const header of headers) {
    const colon = header.indexOf(':');
    if (colon > 0 && name.test(header.slice(0, colon).trim())) return header.slice(colon + 1).trim();
  }
  return undefined;
}

/** Digest authentication sends no password, but a hash of it (RFC 7616 §3.4.1). */
function loginOf(digest: string): Happening {
  const [user = '', hash = ''] = ['username', 'response'].map(
    (name) => new RegExp(`\\b${name}="?([^",]{0,${SHOWN_CHARACTERS}})`, 'i').exec(digest)?.[1],
  );
  return { type: 'login', user, hash, isSuccess: false };
}

function answerTo(method: string, headers: readonly string[], persona: Persona, nowMs: number): string {
  const tag = `as${madeUp(persona, 'sip tag', 4).toString('hex')}`;
  const repeated = headers
    .filter((header) => REPEATED.test(header))
    .map((header) => (TO.test(header) && !/;tag=/i.test(header) ? `${header};tag=${tag}` : header));
  if (method === 'OPTIONS') return `SIP/2.0 200 OK\r\n${repeated.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`;
  const nonce = whim(persona, `sip ${Math.floor(nowMs / 60_000)}`, 2 ** 31)
    .toString(16)
    .padStart(8, '0');
  const challenge = `WWW-Authenticate: Digest realm="asterisk",nonce="${nonce}"`;
  return `SIP/2.0 401 Unauthorized\r\n${repeated.join('\r\n')}\r\n${challenge}\r\nContent-Length: 0\r\n\r\n`;
}
