// Distinguished names (X.501 §9.2, RFC 5280 §4.1.2.4) and general names (RFC 5280 §4.2.1.6).
import type { Field } from '../../core/field.ts';
import { hex } from '../../core/text.ts';
import {
  BMP_STRING,
  constructed,
  context,
  type Der,
  IA5_STRING,
  INTEGER,
  integer,
  OID,
  oidText,
  PRINTABLE_STRING,
  SEQUENCE,
  SET,
  stringText,
  TELETEX_STRING,
  UNIVERSAL_STRING,
  UTF8_STRING,
} from './der.ts';
import { f } from './fields.ts';
import { isDirectoryString } from './oid-table.ts';
import { oidNames } from './oids.ts';
import type { Walk } from './walk.ts';

/** Alternatives of a DirectoryString (X.520 §2.3) by tag: number of the choice, and field. */
const DIRECTORY_STRINGS = new Map<number, readonly [number, Field]>([
  [TELETEX_STRING, [0, f.teletexString]],
  [PRINTABLE_STRING, [1, f.printableString]],
  [UNIVERSAL_STRING, [2, f.universalString]],
  [BMP_STRING, [3, f.bmpString]],
  [UTF8_STRING, [4, f.utf8String]],
]);

const COUNTRY_NAMES = new Set([
  '2.5.4.6',
  '1.3.6.1.4.1.311.60.2.1.3',
  '1.3.6.1.5.5.7.9.4',
  '1.3.6.1.5.5.7.9.5',
]);
const TELEPHONE_NUMBER = '2.5.4.20';
const USER_ID = '0.9.2342.19200300.100.1.1';

/** An RDNSequence; the current element is its SEQUENCE. */
export function readName(w: Walk, der: Der, field: Field = f.rdnSequence): void {
  w.open(field, der, der.items);
  w.out.note(` (${nameText(der)})`);
  for (const rdns = der.inside(); rdns.next(); ) {
    if (rdns.tag !== SET) continue;
    w.open(f.rdn, rdns, rdns.items);
    for (const items = rdns.inside(); items.next(); ) readAttribute(w, items);
    w.out.close();
  }
  w.out.close();
}

function readAttribute(w: Walk, item: Der): void {
  if (item.tag !== SEQUENCE) return;
  w.open(f.rdnItem, item);
  const inner = item.inside();
  if (inner.take(OID)) {
    const oid = w.oid(f.oid, inner);
    if (inner.next()) readAttributeValue(w, oid, inner);
  }
  w.out.close();
}

/** The attribute value in the current element; `oid` is the attribute's type. */
export function readAttributeValue(w: Walk, oid: string, value: Der): void {
  if (isDirectoryString(oid)) {
    const choice = DIRECTORY_STRINGS.get(value.tag);
    if (choice === undefined) return;
    w.list(oid, value);
    w.open(f.directoryString, value, choice[0]);
    w.text(choice[1], value, stringText(value.b, value.tag, value.at, value.stop));
    w.out.close();
    return;
  }
  w.list(oid, value);
  const field = fieldOf(oid, value.tag);
  if (field === f.satInteger)
    w.out.add(field, value.at, value.length, integer(value.b, value.at, value.stop));
  else if (field === f.anyString) w.add(field, value);
  else w.text(field, value, stringText(value.b, value.tag, value.at, value.stop));
}

function fieldOf(oid: string, tag: number): Field {
  if (COUNTRY_NAMES.has(oid)) return f.countryName;
  if (oid === TELEPHONE_NUMBER) return f.telephoneNumber;
  if (oid === USER_ID) return f.userid;
  if (tag === PRINTABLE_STRING) return f.satPrintable;
  if (tag === IA5_STRING) return f.satIa5;
  if (tag === UTF8_STRING) return f.satUtf8;
  if (tag === BMP_STRING) return f.satBmp;
  return tag === INTEGER ? f.satInteger : f.anyString;
}

/** `id-at-commonName=example.org,id-at-countryName=DE`: the last, most specific attribute first. */
export function nameText(der: Der): string {
  const parts: string[] = [];
  for (const rdns = der.inside(); rdns.next(); )
    for (const items = rdns.inside(); items.next(); ) {
      const inner = items.inside();
      if (!inner.take(OID)) continue;
      const oid = oidText(inner.b, inner.at, inner.stop);
      if (inner.next()) parts.unshift(`${oidNames[oid] ?? oid}=${valueText(inner)}`);
    }
  return parts.join(',');
}

function valueText(value: Der): string {
  const isText = DIRECTORY_STRINGS.has(value.tag) || value.tag === IA5_STRING;
  return isText ? stringText(value.b, value.tag, value.at, value.stop) : hex(value.b, value.at, value.stop);
}

/** GeneralNames; the current element contains them. */
export function readGeneralNames(w: Walk, der: Der, field: Field = f.generalNames): void {
  w.open(field, der, der.items);
  for (const names = der.inside(); names.next(); ) readGeneralName(w, names, f.generalName);
  w.out.close();
}

/** The current element as a GeneralName; its tag selects the alternative. */
export function readGeneralName(w: Walk, name: Der, field: Field): void {
  const choice = name.tag & 0x1f;
  w.open(field, name, choice);
  switch (name.tag) {
    case constructed(0):
      readOtherName(w, name);
      break;
    case context(1):
      w.text(f.rfc822Name, name, stringText(name.b, IA5_STRING, name.at, name.stop));
      break;
    case context(2):
      w.text(f.dnsName, name, stringText(name.b, IA5_STRING, name.at, name.stop));
      break;
    case constructed(4):
      readDirectoryName(w, name);
      break;
    case context(6):
      w.text(f.uri, name, stringText(name.b, IA5_STRING, name.at, name.stop));
      break;
    case context(7):
      readAddress(w, name);
      break;
    case context(8):
      w.oid(f.registeredId, name);
      break;
  }
  w.out.close();
}

function readOtherName(w: Walk, name: Der): void {
  w.open(f.otherName, name);
  const inner = name.inside();
  if (inner.take(OID)) {
    const oid = w.oid(f.typeId, inner);
    const holder = inner.take(constructed(0)) ? inner.inside() : null;
    if (holder?.next()) readAttributeValue(w, oid, holder);
  }
  w.out.close();
}

function readDirectoryName(w: Walk, name: Der): void {
  w.open(f.directoryName, name, 0);
  const inner = name.inside();
  if (inner.take(SEQUENCE)) readName(w, inner);
  w.out.close();
}

function readAddress(w: Walk, name: Der): void {
  if (name.length === 4) w.add(f.ipv4Address, name);
  else if (name.length === 16) w.add(f.ipv6Address, name);
  else w.add(f.ipAddress, name);
}
