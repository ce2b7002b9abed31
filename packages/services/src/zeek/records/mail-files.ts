// The files in a mail: its body, or each part of it (RFC 2045, RFC 2046 §5.1), decoded, for files.log.
import { type Transferred, writeFile } from './files.ts';
import type { Logs, Seen } from './log.ts';

const ENTITIES_MAX = 200;
const LEVELS_MAX = 16;
/** Bytes of the header of an entity that are read. */
const HEADER_BYTES_MAX = 16_384;
const BLANK_LINE = '\r\n\r\n';

/** The files of one mail, in the order of the message; like Zeek's, their depth counts the entities up to them. */
export function writeMailFiles(logs: Logs, seen: Seen, message: Buffer): Transferred[] {
  const files: Transferred[] = [];
  let entities = 0;

  function entity(bytes: Buffer, level: number): void {
    if (++entities > ENTITIES_MAX || level > LEVELS_MAX) return;
    const end = bytes.indexOf(BLANK_LINE);
    // A part may begin with the blank line: it has no header.
    const isBare = bytes.subarray(0, 2).equals(Buffer.from('\r\n'));
    const header = isBare || end < 0 ? '' : bytes.toString('latin1', 0, Math.min(end, HEADER_BYTES_MAX));
    const body = isBare ? bytes.subarray(2) : end < 0 ? bytes.subarray(0, 0) : bytes.subarray(end + 4);
    const type = headerIn(header, 'content-type');
    const boundary = /^multipart\//i.test(type) ? parameterIn(type, 'boundary') : '';
    if (boundary !== '') for (const part of partsOf(body, boundary)) entity(part, level + 1);
    else if (/^message\/rfc822\b/i.test(type)) entity(body, level + 1);
    else file(header, type, body);
  }

  function file(header: string, type: string, body: Buffer): void {
    const data = decoded(body, headerIn(header, 'content-transfer-encoding').toLowerCase());
    if (data.length === 0) return;
    const disposition = headerIn(header, 'content-disposition');
    const filename = parameterIn(disposition, 'filename') || parameterIn(type, 'name') || null;
    files.push(writeFile(logs, seen, data, { source: 'SMTP', depth: entities, filename }));
  }

  // The line break before a delimiter belongs to it, and likewise the one before the end of the mail.
  entity(message.subarray(0, message.length - (message.subarray(-2).equals(Buffer.from('\r\n')) ? 2 : 0)), 0);
  return files;
}

/** The value of a header field, unfolded; empty if there is none. */
function headerIn(header: string, name: string): string {
  const value = new RegExp(`^${name}:[ \\t]*(.*(?:\\r\\n[ \\t].*)*)`, 'im').exec(header)?.[1] ?? '';
  return value.replaceAll(/\r\n[ \t]+/g, ' ').trim();
}

function parameterIn(value: string, name: string): string {
  const match = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(value);
  return match?.[1] ?? match?.[2] ?? '';
}

/** What is between the delimiters (RFC 2046 §5.1.1); of a mail without the last one, up to its end. */
function* partsOf(body: Buffer, boundary: string): Generator<Buffer> {
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  let at = delimiterIn(body, delimiter, 0);
  while (at >= 0) {
    const after = at + delimiter.length;
    const start = body.indexOf('\r\n', after);
    if (body.toString('latin1', after, after + 2) === '--' || start < 0) return;
    at = delimiterIn(body, delimiter, start);
    yield body.subarray(start + 2, at < 0 ? body.length : Math.max(start + 2, at - 2));
  }
}

/** Where a delimiter begins, at the start of a line. */
function delimiterIn(body: Buffer, delimiter: Buffer, from: number): number {
  let at = body.indexOf(delimiter, from);
  while (at > 0 && body[at - 1] !== 10) at = body.indexOf(delimiter, at + 1);
  return at;
}

/** RFC 2045 §6. */
function decoded(body: Buffer, encoding: string): Buffer {
  if (encoding === 'base64') return Buffer.from(body.toString('latin1'), 'base64');
  if (encoding !== 'quoted-printable') return body;
  const text = body
    .toString('latin1')
    .replaceAll(/=[ \t]*\r\n/g, '')
    .replaceAll(/=([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}
