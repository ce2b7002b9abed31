import { type Packet, Tap } from '@eyrie/dissect';
import { endsOf, isFromClient, type ReaderMaker } from '../reader.ts';

const HANDSHAKE = 22;
const HEARTBEAT = 24;
const CERTIFICATE_MESSAGE = 11;
const SERVER_HELLO = 2;
/** Bytes of type, length and padding around a heartbeat payload (RFC 6520 §4). */
const HEARTBEAT_FRAME = 3;
/** Longer heartbeat records are encrypted, and their length field is unreadable. */
const CLEAR_HEARTBEAT_MAX = 64;

const TYPE = 'tls.handshake.type';
const UTC = 'x509af.utcTime';
const GENERALIZED = 'x509af.generalizedTime';
const SUITE = 'tls.handshake.ciphersuite';
const VERSION = 'tls.handshake.version';
const CHOSEN = 'tls.handshake.extensions.supported_version';
const NAME = 'tls.handshake.extensions_server_name';

interface Names {
  server: string;
  hasCertificate: boolean;
}

export const tlsReader: ReaderMaker = {
  protocols: ['tls'],
  make(see) {
    const tap = new Tap(['tls'], [TYPE, SUITE, VERSION, CHOSEN, NAME, UTC, GENERALIZED]);
    const plain = { serverName: '', version: 0, suite: 0, notBefore: 0, notAfter: 0, overreach: 0 };
    const namesOf = (p: Packet): Names =>
      p.session.stateOf(p, 'detect.tls', () => ({ server: '', hasCertificate: false }));

    function certificate(p: Packet): void {
      const names = namesOf(p);
      // The first certificate is the server's; the others are of authorities.
      if (names.hasCertificate || isFromClient(p)) return;
      const times = [...tap.texts(UTC), ...tap.texts(GENERALIZED)].slice(0, 2).map(secondsOf);
      if (times.length < 2) return;
      names.hasCertificate = true;
      const [notBefore = 0, notAfter = 0] = times;
      see({
        kind: 'tls',
        step: 'certificate',
        ...endsOf(p, false),
        ...plain,
        notBefore,
        notAfter,
        serverName: names.server,
      });
    }

    return (p, layer) => {
      if (p.transport !== 6 || p.netKind === 0) return;
      const b = p.bufferOf(layer);
      const at = p.start[layer]!;
      if (b[at] === HEARTBEAT) {
        const overreach = overreachOf(b, at, p.stop[layer]!);
        if (overreach > 0)
          see({ kind: 'tls', step: 'heartbeat', ...endsOf(p, isFromClient(p)), ...plain, overreach });
        return;
      }
      if (b[at] !== HANDSHAKE && b[at] !== SERVER_HELLO && b[at] !== 1 && b[at] !== CERTIFICATE_MESSAGE)
        return;
      tap.take(p, layer);
      const types = tap.texts(TYPE).map(Number);
      if (tap.has(NAME)) namesOf(p).server = tap.text(NAME);
      if (types.includes(CERTIFICATE_MESSAGE)) certificate(p);
      if (!types.includes(SERVER_HELLO)) return;
      see({
        kind: 'tls',
        step: 'hello',
        ...endsOf(p, false),
        ...plain,
        serverName: namesOf(p).server,
        version: tap.has(CHOSEN) ? tap.number(CHOSEN) : tap.number(VERSION),
        suite: tap.number(SUITE),
      });
    };
  },
};

/** Parses `23-01-31 12:00:00 (UTC)` or `2023-…`, as the dissector prints times; 0 for other text. */
function secondsOf(text: string): number {
  const parts = /^(\d{2}|\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d)(?::(\d\d))?/.exec(text);
  if (parts === null) return 0;
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0));
  // RFC 5280 §4.1.2.5.1: two-digit years below 50 are 20xx.
  const full = parts[1]!.length === 4 ? year! : year! < 50 ? 2000 + year! : 1900 + year!;
  return Date.UTC(full, month! - 1, day!, hour!, minute!, second!) / 1000;
}

/** Bytes that an unencrypted heartbeat claims beyond the end of its record. */
function overreachOf(b: Uint8Array, at: number, end: number): number {
  const RECORD = 5;
  if (end - at < RECORD + HEARTBEAT_FRAME) return 0;
  const length = b[at + 3]! * 256 + b[at + 4]!;
  const isRequest = b[at + RECORD] === 1;
  if (!isRequest || length > CLEAR_HEARTBEAT_MAX) return 0;
  return b[at + RECORD + 1]! * 256 + b[at + RECORD + 2]! + HEARTBEAT_FRAME - length;
}
