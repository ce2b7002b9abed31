// The protocols that frame.protocols lists for values identified by an object identifier: name attributes, extensions,
// algorithm parameters. The assignment to protocols is Wireshark's.
import { LISTED, NESTED } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';

/** A protocol that is only listed; the fields of its values belong to the enclosing certificate. */
const listed = (name: string, title: string): Protocol => protocol({ name, title, step: () => null });

export const x509sat = listed('x509sat', 'X.509 Selected Attribute Types');
export const x509ce = listed('x509ce', 'X.509 Certificate Extensions');
const x509if = listed('x509if', 'X.509 Information Framework');
const pkix1explicit = listed('pkix1explicit', 'PKIX1Explicit');
const pkix1implicit = listed('pkix1implicit', 'PKIX1Implicit');
const pkixac = listed('pkixac', 'PKIX Attribute Certificate');
const pkixproxy = listed('pkixproxy', 'PKIXProxy (RFC3820)');
const pkixqualified = listed('pkixqualified', 'PKIX Qualified');
const netscape = listed('ns_cert_exts', 'NetScape Certificate Extensions');
const logotype = listed('logotypecertextn', 'Logotype Certificate Extensions');
const wlan = listed('wlancertextn', 'Wlan Certificate Extension');
const pkcs1 = listed('pkcs-1', 'PKCS#1');
const pkcs12 = listed('pkcs12', 'PKCS#12: Personal Information Exchange');
const smimeCapabilities = listed('cms', 'Cryptographic Message Syntax');
const novell = listed('novell_pkis', 'Novell PKIS ASN.1 type');
const mudUrl = listed('mudurl', 'MUDURL');

export const listedProtocols = [
  x509sat,
  x509ce,
  x509if,
  pkix1explicit,
  pkix1implicit,
  pkixac,
  pkixproxy,
  pkixqualified,
  netscape,
  logotype,
  wlan,
  pkcs1,
  pkcs12,
  smimeCapabilities,
  novell,
  mudUrl,
];

/** How a value becomes a layer; one with a mark has fields of its own, nested in the certificate's tree. */
export interface Listing {
  readonly protocol: Protocol;
  readonly flags: number;
  readonly mark: number;
}

const table = new Map<string, Listing>();

/** Registers a protocol for `prefix.n`, with n from a list of numbers and ranges: '2-4 7'. */
export function enterOids(made: Protocol, prefix: string, arcs: string, mark = 0): void {
  const listing = { protocol: made, flags: mark === 0 ? LISTED : LISTED | NESTED, mark };
  for (const part of arcs.split(' ')) {
    const [first, last = first] = part.split('-').map(Number) as [number, number?];
    for (let arc = first; arc <= last!; arc++) table.set(`${prefix}.${arc}`, listing);
  }
}

export function oidListing(oid: string): Listing | undefined {
  return table.get(oid);
}

enterOids(x509sat, '2.5.4', '0 2-21 23-30 35 41-48 50-52 54 56 65-67');
enterOids(x509sat, '0.9.2342.19200300.100.1', '25');
enterOids(x509sat, '1.2.840.113549.1.9', '1 7-8 13 20-21');
enterOids(x509sat, '1.2.840.113549.1.9.25', '3-4');
enterOids(x509sat, '1.3.6.1.1.16', '4');
enterOids(x509sat, '1.3.6.1.4.1.311.17', '1');
enterOids(x509sat, '1.3.6.1.4.1.311.20', '2');
enterOids(x509sat, '1.3.6.1.4.1.311.20.2', '3');
enterOids(x509sat, '1.3.6.1.4.1.311.21', '1-4');
enterOids(x509sat, '1.3.6.1.4.1.311.60.2.1', '1-3');
enterOids(x509sat, '1.3.6.1.5.5.7.9', '1-5');
enterOids(x509sat, '2.5.18', '1-2 5 7-9');
enterOids(x509sat, '2.16.840.1.113730.3.1', '1-4 39 241');
enterOids(x509if, '2.5.4', '1 31-34 49');
enterOids(x509ce, '2.5.29', '3 9 14-21 23-24 27-33 35-37 40 44-47 51 53-54 58-61');
enterOids(x509ce, '1.2.840.113533.7.65', '0');
enterOids(x509ce, '1.3.6.1.4.1.311.21', '7 10');
enterOids(pkix1explicit, '1.3.6.1.5.5.7.1', '7-8 24');
enterOids(pkix1explicit, '1.3.6.1.5.5.7.2', '1');
enterOids(pkix1explicit, '1.2.840.10046.2', '1');
enterOids(pkix1explicit, '1.2.840.113549.1.9', '14');
enterOids(pkix1implicit, '1.3.6.1.5.5.7.1', '1');
enterOids(pkix1implicit, '1.3.6.1.5.5.7.2', '2');
enterOids(pkix1implicit, '1.3.6.1.5.5.7.48', '1-2');
enterOids(pkix1implicit, '1.3.6.1.4.1.311.20', '1');
enterOids(pkix1implicit, '1.3.6.1.4.1.311.20.2', '1-2');
enterOids(pkixac, '1.3.6.1.5.5.7.1', '6 10');
enterOids(pkixac, '1.3.6.1.5.5.7.10', '1-4');
enterOids(pkixac, '2.5.4', '55 72');
enterOids(pkixac, '2.5.29', '55');
enterOids(pkixproxy, '1.3.6.1.5.5.7.1', '14');
enterOids(pkixqualified, '1.3.6.1.5.5.7.1', '2-3');
enterOids(pkixqualified, '1.3.6.1.5.5.7.8', '5 7');
enterOids(pkixqualified, '1.3.6.1.5.5.7.11', '1-2');
enterOids(netscape, '2.16.840.1.113730.1', '1-4 7-8 12-13');
enterOids(logotype, '1.3.6.1.5.5.7.1', '12');
enterOids(wlan, '1.3.6.1.5.5.7.1', '13');
enterOids(wlan, '1.3.6.1.5.5.7.10', '6');
enterOids(mudUrl, '1.3.6.1.5.5.7.1', '25');
enterOids(pkcs1, '1.2.840.10045.1', '1');
enterOids(pkcs1, '1.2.840.10045.2', '1 13');
enterOids(pkcs1, '1.2.840.113549.1.1', '8 10');
enterOids(pkcs1, '1.3.132.1', '12');
enterOids(pkcs12, '1.2.840.113549.1.5', '1 3-4 6 10-14');
enterOids(pkcs12, '1.2.840.113549.1.12.1', '1-6');
enterOids(smimeCapabilities, '1.2.840.113549.1.9', '3-4 6 15');
enterOids(smimeCapabilities, '1.2.840.113549.3', '2 4 7');
enterOids(novell, '2.16.840.1.113719.1.9.4', '1-2');

/** Attributes whose value must be a DirectoryString (X.520 §2.3); values of other types are not dissected. */
const directoryStrings = new Set([
  ...[2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 15, 17, 18, 19, 41, 42, 43, 44, 51, 54, 65].map((n) => `2.5.4.${n}`),
  ...[7, 8, 13].map((n) => `1.2.840.113549.1.9.${n}`),
  ...[1, 2].map((n) => `1.3.6.1.4.1.311.60.2.1.${n}`),
  ...[1, 2, 3, 4, 39, 241].map((n) => `2.16.840.1.113730.3.1.${n}`),
  '1.3.6.1.5.5.7.9.2',
]);

export function isDirectoryString(oid: string): boolean {
  return directoryStrings.has(oid);
}
