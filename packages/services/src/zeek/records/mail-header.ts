// The header of a mail for smtp.log (base/protocols/smtp/main.zeek). Zeek keeps the last of several fields of a name.
import { isIP } from 'node:net';
import type { Packet } from '@eyrie/dissect';
import { tapOf } from './log.ts';

export interface MailHeader {
  readonly date: string | null;
  readonly from: string | null;
  readonly to: readonly string[] | null;
  readonly cc: readonly string[] | null;
  readonly replyTo: string | null;
  readonly messageId: string | null;
  readonly inReplyTo: string | null;
  readonly subject: string | null;
  readonly originatingIp: string | null;
  /** Trace fields of the first and the second hop, which are the last of the header (RFC 5321 §4.4). */
  readonly firstReceived: string | null;
  readonly secondReceived: string | null;
  /** The hosts that handed the mail on, the last one first. */
  readonly hops: readonly string[];
  readonly userAgent: string | null;
}

const FIELDS = [
  ...['imf.date', 'imf.from', 'imf.to', 'imf.cc', 'imf.reply_to', 'imf.message_id', 'imf.in_reply_to'],
  ...['imf.subject', 'imf.received', 'imf.user_agent', 'imf.ext.mailer'],
];
const ADDRESSES_MAX = 256;
const HOPS_MAX = 64;
/** Bytes of a message in which X-Originating-IP is looked for. */
const HEADER_BYTES_MAX = 16_384;
const ORIGINATING = /^x-originating-ip:[ \t]*(.*)$/im;
const ADDRESS =
  /(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?:[\d.]{7,15})?)(?![\w:])/gi;

/** Reads a layer of the Internet Message Format (RFC 5322). */
export function mailHeaderReader(): (p: Packet, layer: number) => MailHeader {
  const tap = tapOf(['imf'], FIELDS);
  const last = (name: string): string | null => tap.texts(name).at(-1) ?? null;
  return (p, layer) => {
    tap.take(p, layer);
    const received = tap.texts('imf.received');
    return {
      date: last('imf.date'),
      from: last('imf.from'),
      to: addressList(last('imf.to')),
      cc: addressList(last('imf.cc')),
      replyTo: last('imf.reply_to'),
      messageId: last('imf.message_id'),
      inReplyTo: last('imf.in_reply_to'),
      subject: last('imf.subject'),
      originatingIp: originatingIp(p, layer),
      firstReceived: received.at(-1) ?? null,
      secondReceived: received.at(-2) ?? null,
      hops: received.slice(0, HOPS_MAX).flatMap(hopIn),
      userAgent: last('imf.user_agent') ?? last('imf.ext.mailer'),
    };
  };
}

function addressList(text: string | null): string[] | null {
  return text === null ? null : text.split(/[ \t]*,[ \t]*/, ADDRESSES_MAX);
}

/** The sender of a trace field: of several addresses the second, which is the one that the receiver saw. */
function hopIn(received: string): string[] {
  const found = addressesIn(received);
  const hop = found[1] ?? found[0];
  return hop === undefined ? [] : [hop];
}

function originatingIp(p: Packet, layer: number): string | null {
  const at = p.start[layer]!;
  const bytes = p.bufferOf(layer).subarray(at, Math.min(p.stop[layer]!, at + HEADER_BYTES_MAX));
  const [header = ''] = Buffer.from(bytes).toString('latin1').split('\r\n\r\n', 1);
  return addressesIn(ORIGINATING.exec(header)?.[1] ?? '')[0] ?? null;
}

function addressesIn(text: string): string[] {
  return (text.match(ADDRESS) ?? []).filter((each) => isIP(each) !== 0);
}
