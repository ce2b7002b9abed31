// What a file is by its first bytes, as a media type: the common ones of Zeek's signatures (base/frameworks/files/magic).

type Magic = readonly [type: string, at: number, bytes: string];

const MAGICS: readonly Magic[] = [
  ['image/png', 0, '\x89PNG'],
  ['image/gif', 0, 'GIF8'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/bmp', 0, 'BM'],
  ['image/webp', 8, 'WEBP'],
  ['image/tiff', 0, 'II*\0'],
  ['image/tiff', 0, 'MM\0*'],
  ['image/x-icon', 0, '\0\0\x01\0'],
  ['application/pdf', 0, '%PDF-'],
  ['application/x-dosexec', 0, 'MZ'],
  ['application/x-executable', 0, '\x7fELF'],
  ['application/x-mach-o-executable', 0, '\xcf\xfa\xed\xfe'],
  ['application/java-archive', 30, 'META-INF/'],
  ['application/zip', 0, 'PK\x03\x04'],
  ['application/x-gzip', 0, '\x1f\x8b'],
  ['application/x-bzip2', 0, 'BZh'],
  ['application/x-xz', 0, '\xfd7zXZ\0'],
  ['application/zstd', 0, '\x28\xb5\x2f\xfd'],
  ['application/x-7z-compressed', 0, '7z\xbc\xaf\x27\x1c'],
  ['application/x-rar', 0, 'Rar!'],
  ['application/x-tar', 257, 'ustar'],
  ['application/vnd.ms-cab-compressed', 0, 'MSCF'],
  ['application/x-shockwave-flash', 0, 'FWS'],
  ['application/x-shockwave-flash', 0, 'CWS'],
  ['application/msword', 0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['application/x-java-applet', 0, '\xca\xfe\xba\xbe'],
  ['application/postscript', 0, '%!PS'],
  ['application/ogg', 0, 'OggS'],
  ['application/vnd.debian.binary-package', 0, '!<arch>\ndebian'],
  ['audio/mpeg', 0, 'ID3'],
  ['video/mp4', 4, 'ftyp'],
  ['video/webm', 0, '\x1aE\xdf\xa3'],
  ['video/x-flv', 0, 'FLV\x01'],
  ['font/woff', 0, 'wOFF'],
  ['font/woff2', 0, 'wOF2'],
  ['application/x-font-ttf', 0, '\0\x01\0\0'],
  ['text/x-shellscript', 0, '#!/bin/'],
  ['application/vnd.tcpdump.pcap', 0, '\xd4\xc3\xb2\xa1'],
];

const HTML = /^\s*(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body|title|script|h1|a\s)/is;
const XML = /^\s*<\?xml/i;
const JSON_TEXT = /^\s*([{]\s*["}]|\[\s*([{["\d\]]|true|false|null))/;
/** First bytes of a file that are looked at. */
export const MAGIC_BYTES = 1024;

/** Null if it is empty, or nothing that is known. */
export function mediaTypeOf(data: Uint8Array): string | null {
  if (data.length === 0) return null;
  const head = Buffer.from(data.buffer, data.byteOffset, Math.min(data.length, MAGIC_BYTES)).toString(
    'latin1',
  );
  for (const [type, at, bytes] of MAGICS) if (head.startsWith(bytes, at)) return type;
  if (HTML.test(head)) return 'text/html';
  if (XML.test(head)) return 'application/xml';
  if (JSON_TEXT.test(head)) return 'application/json';
  return /[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(head) ? null : 'text/plain';
}
