// Decodes requests as a web server does: attacks hide behind the encodings that it undoes.

const VALUES_MAX = 64;
const LENGTH_MAX = 4096;
const ROUNDS = 3;

/** The path and each parameter of query and form, decoded as by `decode`; at most 64. */
export function valuesOf(uri: string, body: string): string[] {
  const mark = uri.indexOf('?');
  const path = mark < 0 ? uri : uri.slice(0, mark);
  const query = mark < 0 ? '' : uri.slice(mark + 1);
  const values = [path, ...query.split('&'), ...(body === '' ? [] : body.split('&'))];
  return values.slice(0, VALUES_MAX).map(decode);
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
