// Decryption of sessions with known secrets: which keys are in force, and since when. Inactive if no secrets were
// given.
import { joined, u16, u24 } from '../../../core/bytes.ts';
import type { Packet } from '../../../core/packet.ts';
import { RECORD_HEADER } from '../record.ts';
import {
  APPLICATION_DATA,
  CHANGE_CIPHER_SPEC,
  CLIENT_HELLO,
  HANDSHAKE,
  SERVER_HELLO,
  SSL3,
  TLS13,
  type TlsSession,
} from '../session.ts';
import { forgetStreams } from './application-data.ts';
import { keysBefore13, keysOf13, nextSecret } from './keys.ts';
import type { RecordKeys } from './record-keys.ts';
import { type Suite, suiteOf } from './suites.ts';

/** One direction: its keys, and the secret from which they and their successors derive. */
interface Side {
  keys: RecordKeys | null;
  secret: Uint8Array | null;
  /** TLS 1.3: the handshake's keys are in force until Finished. */
  isHandshaking: boolean;
  /** The beginning of an encrypted handshake message that the next record ends. */
  message: Uint8Array;
}

export interface Decryption {
  clientRandom: Uint8Array | null;
  serverRandom: Uint8Array | null;
  clientDirection: number;
  sides: [Side, Side];
  /** Negotiated application protocol (RFC 7301), and the client's first choice; '' if not captured. */
  alpn: string;
  offered: string;
  /** RFC 7366 was agreed on. */
  isMacOutside: boolean;
}

/** Decrypted contents of a record, and their type. */
export interface DecryptedRecord {
  readonly type: number;
  readonly content: Uint8Array;
}

const newSide = (): Side => ({ keys: null, secret: null, isHandshaking: true, message: new Uint8Array(0) });
const newDecryption = (): Decryption => ({
  clientRandom: null,
  serverRandom: null,
  clientDirection: 0,
  sides: [newSide(), newSide()],
  alpn: '',
  offered: '',
  isMacOutside: false,
});

function decryptionOf(p: Packet): Decryption {
  return p.session.stateOf(p, 'tls-decryption', newDecryption);
}

const RANDOM_BYTES = 32;
const ALPN = 16;
const ENCRYPT_THEN_MAC = 22;

/** The hello [at, end): its random value names the session, or makes its keys. `isSealed`: it came after keys were in force. */
export function rememberHello(p: Packet, type: number, at: number, end: number, isSealed: boolean): void {
  // RFC 8446 §4.1.2: version, then 32 random bytes.
  const random = p.buf.slice(at + 2, at + 2 + RANDOM_BYTES);
  if (at + 2 + RANDOM_BYTES > end) return;
  const decryption = decryptionOf(p);
  if (type === CLIENT_HELLO) {
    // RFC 5246 §7.4.1: a renegotiation runs under the current keys until both sides change them. TLS 1.3 has none (RFC
    // 8446 §4.1.2): a further hello begins another session.
    if (isSealed && decryption.sides.some(({ keys, secret }) => keys !== null && secret === null))
      Object.assign(decryption, newDecryption(), { sides: decryption.sides });
    else {
      Object.assign(decryption, newDecryption());
      forgetStreams(p);
    }
    decryption.clientRandom = random;
    decryption.clientDirection = p.direction;
    eachExtension(p.buf, clientExtensions(p.buf, at, end), end, (kind, body, stop) => {
      if (kind === ALPN) decryption.offered = protocolIn(p.buf, body, stop);
    });
  } else if (type === SERVER_HELLO) {
    decryption.serverRandom = random;
    eachExtension(p.buf, serverExtensions(p.buf, at), end, (kind, body, stop) => {
      if (kind === ALPN) decryption.alpn = protocolIn(p.buf, body, stop);
      else if (kind === ENCRYPT_THEN_MAC) decryption.isMacOutside = true;
    });
  }
}

/** RFC 8446 §4.3.1: the negotiated protocol in EncryptedExtensions, the message [at, end). */
export function rememberExtensions(p: Packet, at: number, end: number): void {
  const alpn = protocolAmong(p.buf, at, end);
  if (alpn !== '') decryptionOf(p).alpn = alpn;
}

/** The application protocol (RFC 7301) of a ServerHello [at, end); '' without one. */
export function helloProtocol(b: Uint8Array, at: number, end: number): string {
  return protocolAmong(b, serverExtensions(b, at), end);
}

/** The application protocol in a list of extensions [at, end); '' without one. */
export function protocolAmong(b: Uint8Array, at: number, end: number): string {
  let alpn = '';
  eachExtension(b, at, end, (kind, body, stop) => {
    if (kind === ALPN) alpn = protocolIn(b, body, stop);
  });
  return alpn;
}

/** Offset of the extensions in a ServerHello, behind session ID, cipher suite and compression method. */
const serverExtensions = (b: Uint8Array, at: number): number =>
  at + 2 + RANDOM_BYTES + 1 + (b[at + 2 + RANDOM_BYTES] ?? 0) + 3;

/** State from the hellos of this conversation; null without a hello, or if no secrets are known. */
export function agreedSession(p: Packet): { clientRandom: Uint8Array; alpn: string } | null {
  const decryption = p.session.knownState<Decryption>(p, 'tls-decryption');
  if (decryption === null || decryption.clientRandom === null) return null;
  return { clientRandom: decryption.clientRandom, alpn: decryption.alpn || decryption.offered };
}

/** Offset of the extensions in a ClientHello, behind session ID, cipher suites and compression methods. */
function clientExtensions(b: Uint8Array, at: number, end: number): number {
  const suites = at + 2 + RANDOM_BYTES + 1 + (b[at + 34] ?? 0);
  if (suites + 2 > end) return end;
  const compressions = suites + 2 + u16(b, suites);
  return compressions < end ? compressions + 1 + b[compressions]! : end;
}

/** The extensions of a list, its length first. */
function eachExtension(
  b: Uint8Array,
  at: number,
  end: number,
  visit: (kind: number, body: number, stop: number) => void,
): void {
  if (at + 2 > end) return;
  const stop = Math.min(end, at + 2 + u16(b, at));
  for (let i = at + 2; i + 4 <= stop; i += 4 + u16(b, i + 2))
    visit(u16(b, i), i + 4, Math.min(stop, i + 4 + u16(b, i + 2)));
}

/** RFC 7301 §3.1: a list of one name; '' when it is cut. */
function protocolIn(b: Uint8Array, at: number, end: number): string {
  return at + 3 > end ? '' : String.fromCharCode(...b.subarray(at + 3, Math.min(end, at + 3 + b[at + 2]!)));
}

/** Decrypted contents of the complete record [at, end); null if it cannot be decrypted, or is not encrypted. */
export function decryptRecord(p: Packet, s: TlsSession, at: number, end: number): DecryptedRecord | null {
  const decryption = p.session.knownState<Decryption>(p, 'tls-decryption');
  const suite = suiteOf(s.cipher);
  if (decryption === null || decryption.clientRandom === null || suite === null) return null;
  if (s.version === TLS13) return decrypt13(p, decryption, suite, at, end);
  return s.version > SSL3 && s.version < TLS13 ? decryptBefore13(p, s, decryption, suite, at, end) : null;
}

function decryptBefore13(
  p: Packet,
  s: TlsSession,
  decryption: Decryption,
  suite: Suite,
  at: number,
  end: number,
): DecryptedRecord | null {
  const side = decryption.sides[p.direction]!;
  const b = p.buf;
  if (b[at] === CHANGE_CIPHER_SPEC) {
    const { clientRandom, serverRandom, isMacOutside } = decryption;
    const master = p.session.keyLog.find('CLIENT_RANDOM', clientRandom!);
    if (master === undefined || serverRandom === null) return null;
    const agreed = { version: s.version, master, clientRandom: clientRandom!, serverRandom, isMacOutside };
    side.keys = keysBefore13(suite, agreed, p.direction === decryption.clientDirection);
    return null;
  }
  const body = at + RECORD_HEADER;
  const content = side.keys?.open(b.subarray(at, body), b.subarray(body, end)) ?? null;
  return content === null ? null : { type: b[at]!, content };
}

function decrypt13(
  p: Packet,
  decryption: Decryption,
  suite: Suite,
  at: number,
  end: number,
): DecryptedRecord | null {
  const b = p.buf;
  if (b[at] !== APPLICATION_DATA) return null;
  const side = decryption.sides[p.direction]!;
  const header = b.subarray(at, at + RECORD_HEADER);
  const sealed = b.subarray(at + RECORD_HEADER, end);
  if (side.keys === null) useSecret(p, decryption, suite, side);
  let plain = side.keys?.open(header, sealed) ?? null;
  if (plain === null && side.isHandshaking) {
    // Its end was not captured, or it was the other side's: what follows may be traffic.
    const { keys, secret } = side;
    side.isHandshaking = false;
    useSecret(p, decryption, suite, side);
    plain = side.keys?.open(header, sealed) ?? null;
    if (plain === null) Object.assign(side, { keys, secret, isHandshaking: true });
  }
  if (plain === null) return null;
  // RFC 8446 §5.4: zeros fill it up behind the type.
  let last = plain.length - 1;
  while (last > 0 && plain[last] === 0) last--;
  const content = plain.subarray(0, Math.max(0, last));
  if (plain[last] === HANDSHAKE) readMessages(p, decryption, suite, side, content);
  return { type: plain[last] ?? 0, content };
}

function useSecret(p: Packet, decryption: Decryption, suite: Suite, side: Side): void {
  const who = p.direction === decryption.clientDirection ? 'CLIENT' : 'SERVER';
  const label = side.isHandshaking ? `${who}_HANDSHAKE_TRAFFIC_SECRET` : `${who}_TRAFFIC_SECRET_0`;
  const secret = p.session.keyLog.find(label, decryption.clientRandom!);
  side.secret = secret ?? null;
  side.keys = secret === undefined ? null : keysOf13(suite, secret);
}

const FINISHED = 20;
const KEY_UPDATE = 24;
/** Reassembly limit: nothing is needed from longer messages. */
const MESSAGE_BYTES_MAX = 1 << 17;

/** RFC 8446 §4: what changes the keys. */
function readMessages(
  p: Packet,
  decryption: Decryption,
  suite: Suite,
  side: Side,
  content: Uint8Array,
): void {
  const b = side.message.length === 0 ? content : joined(side.message, content);
  let at = 0;
  while (at + 4 <= b.length && at + 4 + u24(b, at + 1) <= b.length) {
    const end = at + 4 + u24(b, at + 1);
    if (b[at] === FINISHED && side.isHandshaking) {
      side.isHandshaking = false;
      useSecret(p, decryption, suite, side);
    } else if (b[at] === KEY_UPDATE && side.secret !== null) {
      side.secret = nextSecret(suite, side.secret);
      side.keys = keysOf13(suite, side.secret);
    }
    at = end;
  }
  side.message = b.length - at > MESSAGE_BYTES_MAX ? new Uint8Array(0) : b.slice(at);
}
