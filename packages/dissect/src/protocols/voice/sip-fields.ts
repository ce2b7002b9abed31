// The fields of SIP, and its header fields by name (https://www.iana.org/assignments/sip-parameters).
import { alias, type Field, text, uint } from '../../core/field.ts';

export const sipFields = {
  requestLine: text('sip.Request-Line', 'Request-Line'),
  method: text('sip.Method', 'Method'),
  uri: text('sip.r-uri', 'Request-URI'),
  uriUser: text('sip.r-uri.user', 'Request-URI User Part'),
  uriHost: text('sip.r-uri.host', 'Request-URI Host Part'),
  uriPort: text('sip.r-uri.port', 'Request-URI Host Port'),
  statusLine: text('sip.Status-Line', 'Status-Line'),
  statusCode: uint('sip.Status-Code', 'Status-Code'),
  header: text('sip.msg_hdr', 'Message Header').shownAs(() => 'Message Header'),
  fromDisplay: text('sip.from.display.info', 'SIP from display info'),
  fromAddress: text('sip.from.addr', 'SIP from address'),
  fromUser: text('sip.from.user', 'SIP from address User Part'),
  fromHost: text('sip.from.host', 'SIP from address Host Part'),
  fromPort: text('sip.from.port', 'SIP from address Host Port'),
  fromTag: text('sip.from.tag', 'SIP from tag'),
  toDisplay: text('sip.to.display.info', 'SIP to display info'),
  toAddress: text('sip.to.addr', 'SIP to address'),
  toUser: text('sip.to.user', 'SIP to address User Part'),
  toHost: text('sip.to.host', 'SIP to address Host Part'),
  toPort: text('sip.to.port', 'SIP to address Host Port'),
  toTag: text('sip.to.tag', 'SIP to tag'),
  contactDisplay: text('sip.contact.display.info', 'SIP C-URI display info'),
  contactUri: text('sip.contact.uri', 'Contact URI'),
  contactUser: text('sip.contact.user', 'Contact URI User Part'),
  contactHost: text('sip.contact.host', 'Contact URI Host Part'),
  contactPort: text('sip.contact.port', 'Contact URI Host Port'),
  contactUriParameter: text('sip.contact.param', 'Contact URI parameter'),
  contactParameter: text('sip.contact.parameter', 'Contact parameter'),
  callId: text('sip.call_id_generated', 'Generated Call-ID'),
  sequence: uint('sip.CSeq.seq', 'Sequence Number'),
  sequenceMethod: text('sip.CSeq.method', 'Method'),
  viaTransport: text('sip.Via.transport', 'Transport'),
  viaAddress: text('sip.Via.sent-by.address', 'Sent-by Address'),
  viaPort: uint('sip.Via.sent-by.port', 'Sent-by port'),
  viaBranch: text('sip.Via.branch', 'Branch'),
  viaReceived: text('sip.Via.received', 'Received'),
  viaRport: text('sip.Via.rport', 'RPort'),
  authScheme: text('sip.auth.scheme', 'Authentication Scheme'),
  authUsername: text('sip.auth.username', 'Username'),
  authRealm: text('sip.auth.realm', 'Realm'),
  authNonce: text('sip.auth.nonce', 'Nonce Value'),
  authUri: text('sip.auth.uri', 'Authentication URI'),
  authResponse: text('sip.auth.digest.response', 'Digest Authentication Response'),
  authAlgorithm: text('sip.auth.algorithm', 'Algorithm'),
  authOpaque: text('sip.auth.opaque', 'Opaque Value'),
  authStale: text('sip.auth.stale', 'Stale Flag'),
  authNonceCount: text('sip.auth.nc', 'Nonce Count'),
  authClientNonce: text('sip.auth.cnonce', 'CNonce Value'),
  authQop: text('sip.auth.qop', 'QOP'),
  authDomain: text('sip.auth.domain', 'Authentication Domain'),
};

/** Of whichever header field has one. */
const aliases = {
  tag: alias('sip.tag', 'SIP tag', [sipFields.fromTag, sipFields.toTag]),
  display: alias('sip.display.info', 'SIP Display info', [
    sipFields.fromDisplay,
    sipFields.toDisplay,
    sipFields.contactDisplay,
  ]),
};

const NAMES =
  'Accept Accept-Encoding Accept-Language Alert-Info Allow Allow-Events Authentication-Info Authorization Call-ID Call-Info ' +
  'Contact Content-Disposition Content-Encoding Content-Language Content-Type CSeq Date Error-Info Event From In-Reply-To ' +
  'Min-SE Organization P-Access-Network-Info P-Asserted-Identity P-Asserted-Service P-Associated-URI P-Called-Party-ID ' +
  'P-Charging-Vector P-Early-Media P-Preferred-Identity P-Preferred-Service P-Served-User P-Visited-Network-ID Path Priority ' +
  'Privacy Proxy-Authenticate Proxy-Authorization Proxy-Require RAck Reason Record-Route Refer-To Replaces Reply-To ' +
  'Require Retry-After Route RSeq Security-Client Security-Server Security-Verify Server Service-Route Session-Expires Session-ID ' +
  'SIP-ETag SIP-If-Match Subject Subscription-State Supported Timestamp To Unsupported User-Agent Via Warning ' +
  'WWW-Authenticate';

const numbers = ['Content-Length', 'Expires', 'Max-Forwards', 'Min-Expires'];

/** Compact forms of header names (RFC 3261 §7.3.3, RFC 6665, RFC 3515 and others). */
const COMPACT: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
};

/** Fields by header name in lower case. */
const byName: ReadonlyMap<string, Field> = new Map([
  ...NAMES.split(' ').map((name) => [name.toLowerCase(), text(`sip.${name}`, name)] as const),
  ...numbers.map((name) => [name.toLowerCase(), uint(`sip.${name}`, name)] as const),
]);

export function headerField(name: string): { name: string; field: Field | undefined } {
  const lower = name.toLowerCase();
  const long = lower.length === 1 ? (COMPACT[lower] ?? lower) : lower;
  return { name: long, field: byName.get(long) };
}

Object.assign(sipFields, aliases, Object.fromEntries(byName));
