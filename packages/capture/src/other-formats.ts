// Recognizes files that are not captures, or not in a supported format, so that the error can say what to do.

interface OtherFormat {
  magic: string;
  /** What the file is, and what to do about it. */
  hint: string;
}

const CONVERT = "convert it with Wireshark's editcap -F pcapng";
const UNPACK = 'unpack it first';

const otherFormats: OtherFormat[] = [
  { magic: 'PK\x03\x04', hint: `a ZIP archive: ${UNPACK}` },
  { magic: '7z\xbc\xaf\x27\x1c', hint: `a 7-Zip archive: ${UNPACK}` },
  { magic: 'Rar!', hint: `a RAR archive: ${UNPACK}` },
  { magic: '\xfd7zXZ\0', hint: 'compressed with xz: unpack it first with xz -d' },
  { magic: 'BZh', hint: 'compressed with bzip2: unpack it first with bzip2 -d' },
  { magic: '\x04"M\x18', hint: 'compressed with lz4: unpack it first with lz4 -d' },
  { magic: '\x1f\x9d', hint: 'compressed with compress: unpack it first with gzip -d' },
  {
    magic: '\x1f\x8b',
    hint: 'gzip data that is compressed twice or cut short: unpack it first with gzip -d',
  },
  { magic: 'GMBU', hint: `a Network Monitor capture: ${CONVERT}` },
  { magic: 'RTSS', hint: `a Network Monitor 1 capture: ${CONVERT}` },
  { magic: 'TRSNIFF data', hint: `a DOS Sniffer capture: ${CONVERT}` },
  { magic: 'XCP\0', hint: `a Windows Sniffer capture: ${CONVERT}` },
  { magic: 'btsnoop\0', hint: `a Bluetooth btsnoop capture: ${CONVERT}` },
  { magic: 'iptrace 1.0', hint: `an iptrace capture: ${CONVERT}` },
  { magic: 'iptrace 2.0', hint: `an iptrace capture: ${CONVERT}` },
  { magic: 'ObserverPktBuffe', hint: `an Observer capture: ${CONVERT}` },
  { magic: '\x7fver', hint: `an EtherPeek capture: ${CONVERT}` },
  { magic: 'LOGG', hint: `a Vector BLF log: ${CONVERT}` },
  { magic: '\x7fELF', hint: 'a program' },
  { magic: 'MZ', hint: 'a Windows program' },
  { magic: '\x89PNG', hint: 'a PNG picture' },
  { magic: '\xff\xd8\xff', hint: 'a JPEG picture' },
  { magic: '%PDF', hint: 'a PDF document' },
  { magic: 'SQLite format 3\0', hint: 'a SQLite database' },
];

/** Bytes of the tar header's magic, POSIX.1-1988 ustar. */
const TAR_MAGIC_OFFSET = 257;
const TEXT_BYTES = 512;

/** What the file is, by its first bytes, or null. */
export function hintAbout(bytes: Uint8Array): string | null {
  const found = otherFormats.find(({ magic }) => startsWith(bytes, magic));
  if (found !== undefined) return found.hint;
  if (startsWith(bytes.subarray(TAR_MAGIC_OFFSET), 'ustar'))
    return 'a tar archive: unpack it first with tar -x';
  if (isText(bytes.subarray(0, TEXT_BYTES))) {
    return "text: if it is a hex dump of packets, make a capture of it with Wireshark's text2pcap";
  }
  return null;
}

function startsWith(bytes: Uint8Array, magic: string): boolean {
  if (bytes.length < magic.length) return false;
  for (let i = 0; i < magic.length; i++) if (bytes[i] !== magic.charCodeAt(i)) return false;
  return true;
}

/** True if all bytes are printable characters or white space. */
function isText(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
}
