// Expert information on application messages.
import { ascii } from '../core/bytes.ts';
import type { AddExpertInfo } from '../core/expert.ts';
import type { Packet } from '../core/packet.ts';
import { printable } from '../core/printable.ts';
import { isRepeated } from '../protocols/dns/message.ts';
import { httpFields } from '../protocols/http/fields.ts';
import { Tap } from '../stats/tap.ts';

/** Bytes of a start line that are examined. */
const LINE_MAX = 2048;

const CHAT = { name: httpFields.chat };

/** The first line of a request or a response. */
export function httpExpert(p: Packet, layer: number, add: AddExpertInfo): void {
  const tap = taps.http();
  tap.take(p, layer);
  if (!tap.has('http.request.method') && !tap.has('http.response.code')) return;
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const feed = b.indexOf(10, start);
  const end = feed < 0 || feed >= p.stop[layer]! ? p.stop[layer]! : feed + 1;
  add('chat', 'sequence', printable(ascii(b, start, Math.min(end, start + LINE_MAX))), CHAT);
}

export function dnsExpert(p: Packet, layer: number, add: AddExpertInfo): void {
  if (!isRepeated(p, layer)) return;
  const tap = taps.dns();
  tap.take(p, layer);
  if (tap.has('dns.retransmit_request_in'))
    add(
      'warn',
      'protocol',
      `DNS query retransmission. Original request in frame ${tap.number('dns.retransmit_request_in')}`,
    );
  if (tap.has('dns.retransmit_response_in'))
    add(
      'warn',
      'protocol',
      `DNS response retransmission. Original response in frame ${tap.number('dns.retransmit_response_in')}`,
    );
}

/** Transport data message without a payload: 32 bytes, type 4 (WireGuard's paper, §6.5). */
const WIREGUARD_DATA = 4;
const WIREGUARD_KEEPALIVE_BYTES = 32;

export function wireguardExpert(p: Packet, layer: number, add: AddExpertInfo): void {
  const start = p.start[layer]!;
  if (p.stop[layer]! - start === WIREGUARD_KEEPALIVE_BYTES && p.bufferOf(layer)[start] === WIREGUARD_DATA)
    add('chat', 'sequence', 'This is a Keepalive message');
}

const TFTP_ERROR = 5;

export function tftpExpert(p: Packet, layer: number, add: AddExpertInfo): void {
  const tap = taps.tftp();
  tap.take(p, layer);
  if (tap.number('tftp.opcode') === TFTP_ERROR) add('warn', 'response', 'TFTP ERROR packet');
}

export function malformedExpert(_: Packet, __: number, add: AddExpertInfo): void {
  add('error', 'malformed', 'Malformed Packet (Exception occurred)');
}

/** Made on first use, when all protocols are defined. */
const taps = {
  http: once(() => new Tap(['http', 'ssdp'], ['http.request.method', 'http.response.code'])),
  dns: once(
    () => new Tap(['dns', 'mdns', 'llmnr'], ['dns.retransmit_request_in', 'dns.retransmit_response_in']),
  ),
  tftp: once(() => new Tap(['tftp'], ['tftp.opcode'])),
};

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
