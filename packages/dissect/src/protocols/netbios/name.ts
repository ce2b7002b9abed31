// NetBIOS names on the wire: 16 bytes in first-level encoding, and the scope (RFC 1001 §14.1).
import { readName, skipName } from '../dns/name.ts';

/** Bytes of an encoded name. */
const ENCODED = 32;
const SPACE = 0x20;

/** Meaning of the last byte (suffix) of a name. */
const suffixNames: Record<number, string> = {
  0x00: 'Workstation/Redirector',
  0x01: 'Browser',
  0x02: 'Workstation/Redirector',
  0x03: 'Messenger service/Main name',
  0x05: 'Forwarded name',
  0x06: 'RAS Server service',
  0x1b: 'Domain Master Browser',
  0x1c: 'Domain Controllers',
  0x1d: 'Local Master Browser',
  0x1e: 'Browser Election Service',
  0x1f: 'Net DDE Service',
  0x20: 'Server service',
  0x21: 'RAS client service',
  0x22: 'Exchange Interchange (MSMail Connector)',
  0x23: 'Exchange Store',
  0x24: 'Exchange Directory',
  0x2b: 'Lotus Notes Server service',
  0x30: 'Modem sharing server service',
  0x31: 'Modem sharing client service',
  0x43: 'SMS client remote control',
  0x44: 'SMS client remote control tool',
  0x45: 'SMS client remote chat',
  0x46: 'SMS client remote transfer',
  0x4c: 'DEC TCPIP SVC on Windows NT',
  0x52: 'DEC TCPIP SVC on Windows NT',
  0x6a: 'Exchange IMC',
  0x87: 'Exchange MTA',
  0xbe: 'Network Monitor agent',
  0xbf: 'Network Monitor application',
};

export function suffixName(suffix: number): string {
  return suffixNames[suffix] ?? 'Unknown';
}

/** The first 15 bytes of a decoded name without trailing blanks. */
export function plainName(b: Uint8Array, at: number): string {
  let stop = at + 15;
  while (stop > at && b[stop - 1] === SPACE) stop--;
  let name = '';
  for (let i = at; i < stop; i++) {
    const c = b[i]!;
    name += c >= 0x20 && c < 0x7f ? String.fromCharCode(c) : `<${c.toString(16).padStart(2, '0')}>`;
  }
  return name;
}

/** Suffix (last byte) of the last decoded name; -1: none. */
export let nameSuffix = -1;

/**
 * Decodes the name at `at` of the message [base, end), which may be a compression pointer, as `WORKGROUP<1d>`; '' if
 * truncated. Sets {@link nameSuffix}.
 */
export function netbiosName(b: Uint8Array, at: number, base: number, end: number): string {
  nameSuffix = -1;
  if (skipName(b, at, end) < 0) return '';
  const encoded = readName(b, at, base, end);
  const dot = encoded.indexOf('.');
  return decode(dot < 0 ? encoded : encoded.slice(0, dot)) + (dot < 0 ? '' : encoded.slice(dot));
}

const decoded = new Uint8Array(16);

function decode(encoded: string): string {
  if (encoded === '<Root>') return '';
  for (let i = 0; i < encoded.length; i += 2) {
    const high = encoded.charCodeAt(i) - 0x41;
    const low = encoded.charCodeAt(i + 1) - 0x41;
    if (!(high >= 0 && high < 26)) return illegal(1);
    if (!(low >= 0 && low < 26)) return illegal(2);
    if (i < ENCODED) decoded[i / 2] = (high << 4) | low;
  }
  if (encoded.length !== ENCODED) return `Illegal NetBIOS name (${encoded.length} bytes long)`;
  nameSuffix = decoded[15]!;
  return `${plainName(decoded, 0)}<${nameSuffix.toString(16).padStart(2, '0')}>`;
}

function illegal(which: 1 | 2): string {
  return `Illegal NetBIOS name (${which === 1 ? '1st' : '2nd'} character not between A and Z in first-level encoding)`;
}

/** As `netbiosName`, with the meaning of the suffix: `WORKGROUP<1d> (Local Master Browser)`. */
export function describedName(b: Uint8Array, at: number, base: number, end: number): string {
  const name = netbiosName(b, at, base, end);
  return nameSuffix < 0 ? name : `${name} (${suffixName(nameSuffix)})`;
}
