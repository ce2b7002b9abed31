// A file's name for a transferred object, whatever its sender called it.
import type { TransferredObject } from './object.ts';

/** File systems take 255 bytes; the rest is for what a long name ends in, and for a number. */
const NAME_BYTES_MAX = 180;
const EXTENSION_MAX = 16;

/** Endings of files whose name has none, by media type. */
const ENDINGS = new Map(
  Object.entries({
    'application/javascript': '.js',
    'application/json': '.json',
    'application/pdf': '.pdf',
    'application/xml': '.xml',
    'application/zip': '.zip',
    'image/gif': '.gif',
    'image/jpeg': '.jpg',
    'image/png': '.png',
    'image/svg+xml': '.svg',
    'image/webp': '.webp',
    'text/css': '.css',
    'text/html': '.html',
    'text/javascript': '.js',
    'text/plain': '.txt',
    'text/xml': '.xml',
  }),
);

/** A name as a stranger chose it, made one of a file in a folder; what a name must not hold is written as %2f. */
export function fileNameOfObject({
  name,
  type,
  frame,
}: Pick<TransferredObject, 'name' | 'type' | 'frame'>): string {
  if (name === '') return `object${frame}${ENDINGS.get(type) ?? ''}`;
  const safe = name
    .toWellFormed()
    .replace(
      /[<>:"/\\|?*\x00-\x1f\x7f]|^\./g,
      (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
  const bytes = new TextEncoder().encode(safe);
  if (bytes.length <= NAME_BYTES_MAX) return safe;
  const ext = extensionOf(safe).slice(0, EXTENSION_MAX);
  // A character that is cut in two becomes the replacement character: three bytes, at the end only.
  return (new TextDecoder().decode(bytes.subarray(0, NAME_BYTES_MAX)) + ext).toWellFormed();
}

/** A name that was not given before: with a number before its extension, as tshark numbers them. */
export class FileNames {
  /** By each name given: the number to try when it is asked for again. */
  readonly #numbers = new Map<string, number>();

  next(name: string): string {
    const ext = extensionOf(name);
    let given = name;
    // A sender may also have chosen the numbered name.
    while (this.#numbers.has(given)) {
      const number = this.#numbers.get(name)!;
      this.#numbers.set(name, number + 1);
      given = `${name.slice(0, name.length - ext.length)}(${number})${ext}`;
    }
    this.#numbers.set(given, 1);
    return given;
  }
}

/** `.gz` of `a.tar.gz`; none of `.profile`. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot);
}
