// Decodes requests as a web server does: attacks hide behind the encodings that it undoes.

const VALUES_MAX = 64;
/** Characters of a request that are read: servers refuse longer request lines (Apache 8,190, nginx 8,192 bytes). */
const REQUEST_MAX = 8192;
const LENGTH_MAX = 4096;
const ROUNDS = 3;

/** The path and each parameter of query and form, decoded as by `decode`; at most 64, of 8,192 characters in each of both. */
export function valuesOf(wholeUri: string, wholeBody: string): string[] {
  const uri = wholeUri.slice(0, REQUEST_MAX);
  const body = wholeBody.slice(0, REQUEST_MAX);
  const mark = uri.indexOf('?');
  const path = mark < 0 ? uri : uri.slice(0, mark);
  const query = mark < 0 ? '' : uri.slice(mark + 1);
  const values = [path, ...query.split('&'), ...(body === '' ? [] : body.split('&'))];
  return values.slice(0, VALUES_MAX).map(decode);
}

/** Header lines, decoded as by `decode`, up to 8,192 characters in all. */
export function linesOf(headers: readonly string[]): string[] {
  const lines: string[] = [];
  let left = REQUEST_MAX;
  for (const line of headers) {
    if (left <= 0) break;
    lines.push(decode(line.slice(0, left)));
    left -= line.length;
  }
  return lines;
}

/** The first 4,096 characters, percent-decoded up to three times, in lower case, without SQL comments, spaces collapsed. */
export function decode(text: string): string {
  let value = text.slice(0, LENGTH_MAX);
  for (let round = 0; round < ROUNDS; round++) {
    const next = value.replace(/%u00([0-9a-f]{2})|%([0-9a-f]{2})/gi, (_, wide, plain) =>
      String.fromCharCode(Number.parseInt(wide ?? plain, 16)),
    );
    if (next === value) break;
    value = next;
  }
  return value
    .replaceAll('+', ' ')
    .replace(/\/\*.*?\*\//g, ' ')
    .replace(/\s+/g, ' ')
    .toLowerCase();
}
