// Parses the head of an HTTP/1.x message, its first line and header fields (RFC 9112 §2 to §5), by offsets and without
// strings, because every packet of a transfer may have to be checked for the beginning of a message.
import { indexOf, spells } from '../../core/bytes.ts';

export const NEITHER = 0;
export const REQUEST = 1;
export const RESPONSE = 2;
/** GENA requests (NOTIFY, SUBSCRIBE, UNSUBSCRIBE), which Wireshark does not pair with responses. */
export const NOTIFICATION = 3;

/** Results of `readHead`. */
export const WHOLE = 1;
/** The head is incomplete. */
export const INCOMPLETE = 0;
/** Not HTTP. */
export const FOREIGN = -1;

/** Maximum length of a head waited for. */
export const HEAD_BYTES_MAX = 256 << 10;

/** Request methods by length of their name (RFC 9110 §9, WebDAV of RFC 4918 and 3253, MS-RPCH, MS-SSTP). */
const METHODS: readonly (readonly string[])[] = (() => {
  const byLength: string[][] = Array.from({ length: 17 }, () => []);
  const names =
    'GET PUT COPY HEAD LOCK MOVE POLL POST BCOPY BMOVE MKCOL TRACE PATCH LABEL MERGE DELETE SEARCH UNLOCK REPORT UPDATE ' +
    'BDELETE CONNECT OPTIONS CHECKIN PROPFIND CHECKOUT CCM_POST PROPPATCH BPROPFIND BPROPPATCH UNCHECKOUT MKACTIVITY ' +
    'MKWORKSPACE RPC_CONNECT RPC_IN_DATA RPC_OUT_DATA VERSION-CONTROL BASELINE-CONTROL SSTP_DUPLEX_POST';
  for (const name of names.split(' ')) byLength[name.length]!.push(name);
  return byLength;
})();
const NOTIFICATIONS = ['NOTIFY', 'SUBSCRIBE', 'UNSUBSCRIBE'];

/** The kind of message that begins with the line [at, end). */
export function kindOfLine(b: Uint8Array, at: number, end: number): number {
  const first = b[at]!;
  if (first < 0x41 || first > 0x5a) return NEITHER;
  // RFC 2774 §5.2: the method of a mandatory request has a prefix.
  if (first === 0x4d && b[at + 1] === 0x2d) at += 2;
  if (spells(b, at, end, 'HTTP/') || spells(b, at, end, 'ICY')) return RESPONSE;
  let length = 0;
  while (length < 17 && at + length < end && b[at + length] !== 0x20) length++;
  const names = METHODS[length];
  if (names === undefined) return NEITHER;
  for (let i = 0; i < names.length; i++) if (spells(b, at, end, names[i]!)) return REQUEST;
  for (const name of NOTIFICATIONS)
    if (name.length === length && spells(b, at, end, name)) return NOTIFICATION;
  return NEITHER;
}

/** The end of the line at `at`, without CR LF; -1 if it is incomplete. */
export function lineEnd(b: Uint8Array, at: number, end: number): number {
  const feed = indexOf(b, 10, at, end);
  if (feed < 0) return -1;
  return feed > at && b[feed - 1] === 13 ? feed - 1 : feed;
}

/** What a message's head states about its body and what follows, with offsets into the buffer. */
export class Head {
  kind = NEITHER;
  /** Whether the head is complete. */
  isComplete = false;
  /** End of the first line, without CR LF. */
  lineStop = 0;
  /** Where the body begins. */
  end = 0;
  /** Status code; 0 if it is not a response. */
  code = 0;
  /** Range of the request target. */
  uriStart = 0;
  uriStop = 0;
  /** Value of Content-Length; -1: absent. */
  contentLength = -1;
  isChunked = false;
  /** Whether there is a Transfer-Encoding, which overrides Content-Length (RFC 9112 §6.3). */
  hasTransferCoding = false;
  /** The transfer coding includes a compression, which is not decoded. */
  isTransferCompressed = false;
  /** Values of header fields as [start, stop); both 0 if absent. */
  typeStart = 0;
  typeStop = 0;
  codingStart = 0;
  codingStop = 0;
  hostStart = 0;
  hostStop = 0;
  upgradeStart = 0;
  upgradeStop = 0;
  authStart = 0;
  authStop = 0;

  reset(): void {
    this.kind = NEITHER;
    this.isComplete = false;
    this.code = 0;
    this.uriStart = this.uriStop = 0;
    this.contentLength = -1;
    this.isChunked = this.hasTransferCoding = this.isTransferCompressed = false;
    this.typeStart = this.typeStop = this.codingStart = this.codingStop = 0;
    this.hostStart = this.hostStop = this.upgradeStart = this.upgradeStop = 0;
    this.authStart = this.authStop = 0;
  }
}

/** Parses the head at `at`. `isLast`: no more bytes follow, and an incomplete head counts as complete. */
export function readHead(head: Head, b: Uint8Array, at: number, end: number, isLast: boolean): number {
  head.reset();
  let stop = lineEnd(b, at, end);
  if (stop < 0) {
    if (!isLast && end - at < HEAD_BYTES_MAX) return INCOMPLETE;
    stop = end;
  }
  head.kind = kindOfLine(b, at, stop);
  head.lineStop = stop;
  let next = nextLine(b, stop, end);
  if (head.kind === NEITHER) {
    if (!isHeaderLine(b, at, stop)) return FOREIGN;
    next = at;
    isLast = true;
  } else readFirstLine(head, b, at, stop);
  while (next < end) {
    stop = lineEnd(b, next, end);
    if (stop < 0) {
      if (!isLast && end - at < HEAD_BYTES_MAX) return INCOMPLETE;
      stop = end;
    }
    if (stop === next) {
      head.isComplete = true;
      head.end = nextLine(b, stop, end);
      return WHOLE;
    }
    // Header lines without a first line end at the first line that is not a header.
    if (head.kind === NEITHER && indexOf(b, 0x3a, next, stop) < 0) {
      head.end = next;
      return WHOLE;
    }
    readHeader(head, b, next, stop);
    next = nextLine(b, stop, end);
  }
  if (!isLast && end - at < HEAD_BYTES_MAX) return INCOMPLETE;
  head.end = end;
  return WHOLE;
}

function nextLine(b: Uint8Array, stop: number, end: number): number {
  if (stop >= end) return end;
  return b[stop] === 13 ? stop + 2 : stop + 1;
}

/** Whether the line is a field: token characters (RFC 9110 §5.6.2), then a colon. */
function isHeaderLine(b: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end; i++) {
    const c = b[i]!;
    if (c === 0x3a) return i > at;
    const isToken =
      (c >= 0x61 && c <= 0x7a) ||
      (c >= 0x41 && c <= 0x5a) ||
      (c >= 0x30 && c <= 0x39) ||
      (c > 0x20 && c < 0x7f && '!#$%&\\*+-.^_`|~'.includes(String.fromCharCode(c)));
    if (!isToken) return false;
  }
  return false;
}

function readFirstLine(head: Head, b: Uint8Array, at: number, stop: number): void {
  let space = at;
  while (space < stop && b[space] !== 0x20) space++;
  let start = space;
  while (start < stop && b[start] === 0x20) start++;
  if (head.kind === RESPONSE) {
    for (let i = start; i < Math.min(stop, start + 3); i++) {
      const digit = b[i]! - 0x30;
      if (digit < 0 || digit > 9) return;
      head.code = head.code * 10 + digit;
    }
    return;
  }
  head.uriStart = start;
  while (start < stop && b[start] !== 0x20) start++;
  head.uriStop = start;
}

/** Whether the field at `at` has this name (in lower case). */
function isNamed(b: Uint8Array, at: number, stop: number, name: string): boolean {
  if (stop - at <= name.length || b[at + name.length] !== 0x3a) return false;
  for (let i = 0; i < name.length; i++) if ((b[at + i]! | 0x20) !== (name.charCodeAt(i) | 0x20)) return false;
  return true;
}

/** Start of the value after a name of this length. */
function valueStart(b: Uint8Array, at: number, stop: number, nameLength: number): number {
  let i = at + nameLength + 1;
  while (i < stop && (b[i] === 0x20 || b[i] === 9)) i++;
  return i;
}

function readHeader(head: Head, b: Uint8Array, at: number, stop: number): void {
  switch (b[at]! | 0x20) {
    case 0x63: // c
      if (isNamed(b, at, stop, 'content-length')) {
        head.contentLength = decimal(b, valueStart(b, at, stop, 14), stop);
      } else if (isNamed(b, at, stop, 'content-type')) {
        head.typeStart = valueStart(b, at, stop, 12);
        head.typeStop = stop;
      } else if (isNamed(b, at, stop, 'content-encoding')) {
        head.codingStart = valueStart(b, at, stop, 16);
        head.codingStop = stop;
      }
      return;
    case 0x74: // t
      if (isNamed(b, at, stop, 'transfer-encoding'))
        readTransferCoding(head, b, valueStart(b, at, stop, 17), stop);
      return;
    case 0x68: // h
      if (isNamed(b, at, stop, 'host')) {
        head.hostStart = valueStart(b, at, stop, 4);
        head.hostStop = stop;
      }
      return;
    case 0x75: // u
      if (isNamed(b, at, stop, 'upgrade')) {
        head.upgradeStart = valueStart(b, at, stop, 7);
        head.upgradeStop = stop;
      }
      return;
    case 0x61: // a
      if (isNamed(b, at, stop, 'authorization')) setAuthentication(head, b, at, stop, 13);
      return;
    case 0x77: // w
      if (isNamed(b, at, stop, 'www-authenticate')) setAuthentication(head, b, at, stop, 16);
      return;
    case 0x70: // p
      if (isNamed(b, at, stop, 'proxy-authorization')) setAuthentication(head, b, at, stop, 19);
      else if (isNamed(b, at, stop, 'proxy-authenticate')) setAuthentication(head, b, at, stop, 18);
      return;
  }
}

/** Only schemes whose credentials are protocol messages: NTLM, Negotiate (RFC 4559), Kerberos. */
function setAuthentication(head: Head, b: Uint8Array, at: number, stop: number, nameLength: number): void {
  const start = valueStart(b, at, stop, nameLength);
  if (
    !spells(b, start, stop, 'NTLM ') &&
    !spells(b, start, stop, 'Negotiate ') &&
    !spells(b, start, stop, 'Kerberos ')
  )
    return;
  head.authStart = start;
  head.authStop = stop;
}

function readTransferCoding(head: Head, b: Uint8Array, at: number, stop: number): void {
  head.hasTransferCoding = true;
  for (let i = at; i < stop; i++) {
    if (i > at && b[i - 1] !== 0x2c && b[i - 1] !== 0x20) continue;
    if (isWord(b, i, stop, 'chunked')) head.isChunked = true;
    else if (
      isWord(b, i, stop, 'gzip') ||
      isWord(b, i, stop, 'x-gzip') ||
      isWord(b, i, stop, 'deflate') ||
      isWord(b, i, stop, 'compress')
    )
      head.isTransferCompressed = true;
  }
}

/** Whether the bytes at `at` begin with this word, ignoring case. */
export function isWord(b: Uint8Array, at: number, stop: number, word: string): boolean {
  if (stop - at < word.length) return false;
  for (let i = 0; i < word.length; i++) if ((b[at + i]! | 0x20) !== (word.charCodeAt(i) | 0x20)) return false;
  return true;
}

/** Parses a decimal number; -1 if it is not one or exceeds 2^53. */
function decimal(b: Uint8Array, at: number, stop: number): number {
  let value = 0;
  let i = at;
  for (; i < stop && b[i]! >= 0x30 && b[i]! <= 0x39; i++) value = value * 10 + b[i]! - 0x30;
  if (i === at || (i < stop && b[i]! > 0x20)) return -1;
  return value <= Number.MAX_SAFE_INTEGER ? value : -1;
}
