// Records of sessions whose secrets are known are opened, and what they carry is read: HTTP in both versions, mail and
// whatever else the ports or the negotiation say. Nothing of it runs where no secrets were given.
import { u16, u24 } from '../../../core/bytes.ts';
import type { Packet } from '../../../core/packet.ts';
import { RECORD_HEADER } from '../record.ts';
import {
  ALERT,
  APPLICATION_DATA,
  CHANGE_CIPHER_SPEC,
  CLIENT_HELLO,
  HANDSHAKE,
  SERVER_HELLO,
  TLS12,
  TLS13,
  type TlsSession,
} from '../session.ts';
import { closeInside, deliver, forgetStreams } from './inside.ts';
import { joined, keysOf12, keysOf13, nextSecret, type RecordKeys, type Suite, suiteOf } from './keys.ts';

/** One direction: its keys, and the secret that they and the next ones come from. */
interface Side {
  keys: RecordKeys | null;
  secret: Uint8Array | null;
  /** TLS 1.3: the handshake's keys are in force until Finished. */
  isHandshaking: boolean;
  /** The beginning of an encrypted handshake message that the next record ends. */
  message: Uint8Array;
}

export interface Opening {
  clientRandom: Uint8Array | null;
  serverRandom: Uint8Array | null;
  clientDirection: number;
  sides: [Side, Side];
  /** What was agreed on (RFC 7301); '' when nothing was seen. */
  alpn: string;
}

const newSide = (): Side => ({ keys: null, secret: null, isHandshaking: true, message: new Uint8Array(0) });
const newOpening = (): Opening => ({
  clientRandom: null,
  serverRandom: null,
  clientDirection: 0,
  sides: [newSide(), newSide()],
  alpn: '',
});

function openingOf(p: Packet): Opening {
  return p.session.stateOf(p, 'tls-opening', newOpening);
}

const RANDOM_BYTES = 32;
const ALPN = 16;

/** A hello [at, end) in clear: its random value names the session, or makes its keys. */
export function rememberHello(p: Packet, type: number, at: number, end: number): void {
  // RFC 8446 §4.1.2: version, then 32 random bytes.
  const random = p.buf.slice(at + 2, at + 2 + RANDOM_BYTES);
  if (at + 2 + RANDOM_BYTES > end) return;
  const opening = openingOf(p);
  if (type === CLIENT_HELLO) {
    Object.assign(opening, newOpening());
    opening.clientRandom = random;
    opening.clientDirection = p.direction;
    forgetStreams(p);
  } else if (type === SERVER_HELLO) {
    opening.serverRandom = random;
    const extensions = at + 2 + RANDOM_BYTES + 1 + (p.buf[at + 34] ?? 0) + 3;
    opening.alpn = protocolIn(p.buf, extensions, end) || opening.alpn;
  }
}

/** The protocol that a list of extensions, its length first, says was chosen. */
function protocolIn(b: Uint8Array, at: number, end: number): string {
  if (at + 2 > end) return '';
  const stop = Math.min(end, at + 2 + u16(b, at));
  for (let i = at + 2; i + 4 <= stop; i += 4 + u16(b, i + 2)) {
    if (u16(b, i) !== ALPN || i + 7 > stop) continue;
    return String.fromCharCode(...b.subarray(i + 7, Math.min(stop, i + 7 + b[i + 6]!)));
  }
  return '';
}

/** The whole record [at, end) of the session: opened and read, if it can be. */
export function openRecord(p: Packet, s: TlsSession, at: number, end: number): void {
  const opening = p.session.knownState<Opening>(p, 'tls-opening');
  const suite = suiteOf(s.cipher);
  if (opening === null || opening.clientRandom === null || suite === undefined) return;
  if (s.version === TLS13) open13(p, opening, suite, at, end);
  else if (s.version === TLS12) open12(p, opening, suite, at, end);
}

function open12(p: Packet, opening: Opening, suite: Suite, at: number, end: number): void {
  const side = opening.sides[p.direction]!;
  const b = p.buf;
  const isClient = p.direction === opening.clientDirection;
  if (b[at] === CHANGE_CIPHER_SPEC) {
    const master = p.session.keyLog.find('CLIENT_RANDOM', opening.clientRandom!);
    if (master === undefined || opening.serverRandom === null) return;
    side.keys = keysOf12(suite, master, opening.clientRandom!, opening.serverRandom, isClient);
    return;
  }
  if (side.keys === null) return;
  const plain = side.keys.open12(b.subarray(at, at + RECORD_HEADER), b.subarray(at + RECORD_HEADER, end));
  if (plain === null) return;
  if (b[at] === APPLICATION_DATA) deliver(p, opening, plain);
  else if (b[at] === ALERT) closeInside(p, opening);
}

function open13(p: Packet, opening: Opening, suite: Suite, at: number, end: number): void {
  const b = p.buf;
  if (b[at] !== APPLICATION_DATA) return;
  const side = opening.sides[p.direction]!;
  const header = b.subarray(at, at + RECORD_HEADER);
  const sealed = b.subarray(at + RECORD_HEADER, end);
  if (side.keys === null) useSecret(p, opening, suite, side);
  let plain = side.keys?.open13(header, sealed) ?? null;
  if (plain === null && side.isHandshaking) {
    // Its end was not captured, or it was the other side's: what follows may be traffic.
    const { keys, secret } = side;
    side.isHandshaking = false;
    useSecret(p, opening, suite, side);
    plain = side.keys?.open13(header, sealed) ?? null;
    if (plain === null) Object.assign(side, { keys, secret, isHandshaking: true });
  }
  if (plain === null) return;
  // RFC 8446 §5.4: zeros fill it up behind the type.
  let last = plain.length - 1;
  while (last > 0 && plain[last] === 0) last--;
  const content = plain.subarray(0, Math.max(0, last));
  if (plain[last] === APPLICATION_DATA) deliver(p, opening, content);
  else if (plain[last] === ALERT) closeInside(p, opening);
  else if (plain[last] === HANDSHAKE) readMessages(p, opening, suite, side, content);
}

function useSecret(p: Packet, opening: Opening, suite: Suite, side: Side): void {
  const who = p.direction === opening.clientDirection ? 'CLIENT' : 'SERVER';
  const label = side.isHandshaking ? `${who}_HANDSHAKE_TRAFFIC_SECRET` : `${who}_TRAFFIC_SECRET_0`;
  const secret = p.session.keyLog.find(label, opening.clientRandom!);
  side.secret = secret ?? null;
  side.keys = secret === undefined ? null : keysOf13(suite, secret);
}

const ENCRYPTED_EXTENSIONS = 8;
const FINISHED = 20;
const KEY_UPDATE = 24;
/** A longer message is not put together: nothing of it is needed. */
const MESSAGE_BYTES_MAX = 1 << 17;

/** RFC 8446 §4: what changes the keys, and what says which protocol is inside. */
function readMessages(p: Packet, opening: Opening, suite: Suite, side: Side, content: Uint8Array): void {
  const b = side.message.length === 0 ? content : joined(side.message, content);
  let at = 0;
  while (at + 4 <= b.length && at + 4 + u24(b, at + 1) <= b.length) {
    const end = at + 4 + u24(b, at + 1);
    if (b[at] === ENCRYPTED_EXTENSIONS) opening.alpn = protocolIn(b, at + 4, end) || opening.alpn;
    else if (b[at] === FINISHED && side.isHandshaking) {
      side.isHandshaking = false;
      useSecret(p, opening, suite, side);
    } else if (b[at] === KEY_UPDATE && side.secret !== null) {
      side.secret = nextSecret(suite, side.secret);
      side.keys = keysOf13(suite, side.secret);
    }
    at = end;
  }
  side.message = b.length - at > MESSAGE_BYTES_MAX ? new Uint8Array(0) : b.slice(at);
}
