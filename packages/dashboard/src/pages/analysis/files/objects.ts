// What is known of a transferred object before its bytes are loaded: names for people, its address, how to show it.

import type { CaptureObject } from '../../../api/analysis-types.ts';
import { addressOf } from '../../../api/client.ts';

export const KINDS: Record<CaptureObject['kind'], string> = {
  http: 'HTTP',
  imf: 'Mail',
  smb: 'SMB',
  'ftp-data': 'FTP',
  tftp: 'TFTP',
  dicom: 'DICOM',
};

/** Unique among all objects. */
export function keyOf({ capture, kind, frame, nth }: CaptureObject): string {
  return `${capture}/${kind}/${frame}/${nth}`;
}

export function nameOf({ name, kind, frame }: CaptureObject): string {
  return name === '' ? `${KINDS[kind]} object of packet ${frame}` : name;
}

/** @param q the filter that the list was made with: it decides which packets an object is put together from */
export function objectAddress(object: CaptureObject, q: string): string {
  return addressOf(`/objects/${keyOf(object)}`, { q, sha256: object.sha256 });
}

/** The type by its first bytes, else the type that the sender declared. */
export function typeOf({ looks_like, type }: CaptureObject): string {
  // Any text begins like plain text; the sender knows which kind it is.
  return looks_like === null || (looks_like === 'text/plain' && type !== '') ? type : looks_like;
}

const PROGRAMS = new Set([
  'application/x-dosexec',
  'application/x-executable',
  'application/x-mach-o-executable',
  'application/java-archive',
  'application/x-java-applet',
  'application/vnd.ms-cab-compressed',
  'application/vnd.debian.binary-package',
  'text/x-shellscript',
]);
/** Types that servers declare for unknown files and for programs. */
const ANY_OR_PROGRAM =
  /octet-stream|download|executable|dosexec|x-ms|java|shellscript|x-sh|cab|deb|program|zip/;

/** Whether it is a program that is sent as something else: a favourite of malware. */
export function isDisguised({ looks_like, type }: CaptureObject): boolean {
  return looks_like !== null && PROGRAMS.has(looks_like) && type !== '' && !ANY_OR_PROGRAM.test(type);
}

export function isProgram({ looks_like }: CaptureObject): boolean {
  return looks_like !== null && PROGRAMS.has(looks_like);
}

export type Preview = 'image' | 'text' | 'hex';

/** Pictures that a browser draws and that can hold no script: an SVG is shown as text. */
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp', 'image/x-icon']);
const TEXTS = /^text\/|[/+](json|xml|javascript|x-www-form-urlencoded)$|^message\//;

/** By its bytes alone, whatever the sender declares. */
export function previewOf({ looks_like }: CaptureObject): Preview {
  if (looks_like === null) return 'hex';
  if (PICTURES.has(looks_like)) return 'image';
  return TEXTS.test(looks_like) ? 'text' : 'hex';
}

/** Whether a line about the object has the text, in any case of letters. */
export function matches(object: CaptureObject, text: string): boolean {
  const { type, looks_like, host, src, dst, sha256, kind } = object;
  return [nameOf(object), type, looks_like, host, src, dst, sha256, KINDS[kind]]
    .join(' ')
    .toLowerCase()
    .includes(text.trim().toLowerCase());
}
