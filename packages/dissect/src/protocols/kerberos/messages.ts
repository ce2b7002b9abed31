// The messages of Kerberos (RFC 4120 §5.4 to §5.9).
import { BerItem, berInteger, berText } from '../../codec/ber.ts';
import type { Field } from '../../core/field.ts';
import { f, kdcOptionBytes } from './fields.ts';
import { padataName } from './names.ts';
import {
  application,
  bits,
  boolean,
  integer,
  kerberosTime,
  list,
  octets,
  type Shape,
  sequence,
  string,
  unsigned,
} from './shape.ts';

/** §5.2.2 */
const principal = (name: Field, parts: Field, part: Field): Shape =>
  sequence(name, { 0: integer(f.nameType), 1: list(parts, string(part)) });
const client = principal(f.cname, f.cnameString, f.cnamePart);
const server = principal(f.sname, f.snameString, f.snamePart);

/** §5.2.9 */
const encrypted = (field: Field | null): Shape =>
  sequence(field, { 0: integer(f.etype), 1: unsigned(f.kvno), 2: octets(f.cipher) });

/** §5.3 */
const ticket = application(
  sequence(f.ticket, {
    0: integer(f.ticketVersion),
    1: string(f.realm),
    2: server,
    3: encrypted(f.encPart),
  }),
);

/** §5.5.1 */
const apRequest = application(
  sequence(f.apReq, {
    0: integer(f.pvno),
    1: integer(f.msgType),
    2: bits(f.padding, f.apOptions, [
      [f.apReserved, 0],
      [f.apSessionKey, 0],
      [f.apMutual, 0],
    ]),
    3: ticket,
    4: encrypted(f.authenticator),
  }),
);

/** §5.2.5 */
const address: Shape = sequence(f.address, {
  0: integer(f.addressType),
  1: (b, v, out) => {
    // NetBIOS names of 16 bytes are padded with blanks.
    if (v.length === 4) out.add(f.addressIpv4, v.content, 4);
    else if (v.length === 16 && b[v.stop - 2] !== 0x20) out.add(f.addressIpv6, v.content, 16);
    else out.add(f.addressNetbios, v.content, v.length, berText(b, v).trimEnd());
  },
});

/** Shapes of pre-authentication data (§5.2.7) by type. */
const padataValues: Readonly<Record<number, Shape>> = {
  1: apRequest,
  2: encrypted(null),
  11: list(null, sequence(f.info, { 0: integer(f.etype), 1: octets(f.infoSalt) })),
  19: list(null, sequence(f.info2, { 0: integer(f.etype), 1: string(f.info2Salt) })),
  128: sequence(null, { 0: boolean(f.includePac) }),
};

/** The type in PA-DATA; null if it has none. */
function padataType(b: Uint8Array, v: BerItem): number | null {
  const element = new BerItem();
  const inner = new BerItem();
  for (let at = v.content; element.read(b, at, v.stop); at = element.next)
    if (element.tag === 1 && inner.read(b, element.content, element.stop))
      return Number(berInteger(b, inner.content, inner.stop));
  return null;
}

const padata: Shape = (b, v, out) => {
  const element = new BerItem();
  const inner = new BerItem();
  const type = padataType(b, v);
  out.open(f.paData, v.start, v.stop - v.start);
  if (type !== null) out.note(` ${padataName(type) ?? `Unknown:${type}`}`);
  for (let at = v.content; element.read(b, at, v.stop); at = element.next) {
    if (!inner.read(b, element.content, element.stop)) continue;
    if (element.tag === 1 && type !== null) out.open(f.paType, inner.content, inner.length, type);
    else if (element.tag === 2) {
      out.open(f.paValue, inner.content, inner.length);
      const shape = type === null ? undefined : padataValues[type];
      const value = new BerItem();
      if (shape !== undefined && value.read(b, inner.content, inner.stop)) shape(b, value, out);
      out.close();
    }
  }
  if (type !== null) out.close();
  out.close();
};

const kdcOptions = bits(
  f.padding,
  f.options,
  kdcOptionBytes.flatMap((fields, byte) => Object.values(fields).map((bit) => [bit, byte] as const)),
);

/** §5.4.1 */
const requestBody = sequence(f.body, {
  0: kdcOptions,
  1: client,
  2: string(f.realm),
  3: server,
  4: kerberosTime(f.from),
  5: kerberosTime(f.till),
  6: kerberosTime(f.rtime),
  7: unsigned(f.nonce),
  8: list(f.etypes, integer(f.enctype)),
  9: list(f.addresses, address),
  10: encrypted(f.encAuthorization),
  11: list(f.additionalTickets, ticket),
});

const kdcRequest = (field: Field): Shape =>
  application(
    sequence(field, {
      1: integer(f.pvno),
      2: integer(f.msgType),
      3: list(f.padata, padata),
      4: requestBody,
    }),
  );

/** §5.4.2 */
const kdcReply = (field: Field): Shape =>
  application(
    sequence(field, {
      0: integer(f.pvno),
      1: integer(f.msgType),
      2: list(f.padata, padata),
      3: string(f.crealm),
      4: client,
      5: ticket,
      6: encrypted(f.encPart),
    }),
  );

/** e-data (§5.9.1): for PREAUTH_REQUIRED, a list of acceptable types. */
const errorData: Shape = (b, v, out) => {
  out.open(f.errorData, v.content, v.length);
  const methods = new BerItem();
  if (b[v.content] === 0x30 && methods.read(b, v.content, v.stop)) list(null, padata)(b, methods, out);
  out.close();
};

const head = (field: Field, rest: Readonly<Record<number, Shape>> = {}): Shape =>
  application(sequence(field, { 0: integer(f.pvno), 1: integer(f.msgType), ...rest }));

/** Shapes of messages by the number of [APPLICATION n], which is the message type. */
export const messages: Readonly<Record<number, Shape>> = {
  1: ticket,
  10: kdcRequest(f.asReq),
  11: kdcReply(f.asRep),
  12: kdcRequest(f.tgsReq),
  13: kdcReply(f.tgsRep),
  14: apRequest,
  15: head(f.apRep, { 2: encrypted(f.encPart) }),
  20: head(f.safe, { 3: sequence(null, { 0: integer(f.checksumType), 1: octets(f.checksum) }) }),
  21: head(f.priv, { 3: encrypted(f.encPart) }),
  22: head(f.cred, { 2: list(null, ticket), 3: encrypted(f.encPart) }),
  30: head(f.error, {
    2: kerberosTime(f.ctime),
    3: integer(f.cusec),
    4: kerberosTime(f.stime),
    5: integer(f.susec),
    6: integer(f.errorCode),
    7: string(f.crealm),
    8: client,
    9: string(f.realm),
    10: server,
    11: string(f.errorText),
    12: errorData,
  }),
};
