// Dispatch of bodies by Internet media type (RFC 6838). HTTP, SIP, RTSP, multipart messages and HTTP/2 streams hand
// over bodies with `callBody`.
import { inflate } from '../../codec/inflate.ts';
import { DEFLATED, unpacked } from '../../codec/unpack.ts';
import { data } from '../../core/data.ts';
import type { Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { HeuristicList } from '../../core/table.ts';
import { nestFrom } from './nesting.ts';

export interface MediaType {
  /** Lower case, without parameters: `text/html`. */
  readonly name: string;
  /** Its dissector; null if unknown. */
  protocol: Protocol | null;
}

/** Layer note of a body: media type and coding. */
export interface Content {
  readonly type: MediaType | null;
  /** Parameters after the type: `boundary=xyz; charset=utf-8`. */
  readonly parameters: string;
  /** The layer spans compressed bytes: read them with `contentBytes`. */
  readonly isCompressed: boolean;
}

/** Number of unregistered types cached, so that their names are created only once. */
const UNKNOWN_MAX = 2048;
/** Maximum length of a media type. */
const NAME_BYTES_MAX = 128;

class MediaTypes {
  readonly #byName = new Map<string, MediaType>();
  readonly #byHash = new Map<number, MediaType>();
  #unknown = 0;

  /** Registers a protocol for these types. */
  add(protocol: Protocol, ...names: readonly string[]): void {
    for (const name of names) this.named(name).protocol = protocol;
  }

  /** The media type with this name (lower case, no parameters). */
  named(name: string): MediaType {
    let type = this.#byName.get(name);
    if (type === undefined) {
      // RFC 2046 §5.1.3: an unknown multipart subtype is treated as mixed.
      const isMultipart = name.startsWith('multipart/');
      type = { name, protocol: isMultipart ? (this.#byName.get('multipart/mixed')?.protocol ?? null) : null };
      if (this.#unknown++ < UNKNOWN_MAX) this.#byName.set(name, type);
    }
    return type;
  }

  /** The media type at the start of [start, end); null if there is none. Creates no string for known types. */
  at(b: Uint8Array, start: number, end: number): MediaType | null {
    const stop = typeEnd(b, start, end);
    if (stop === start) return null;
    let hash = 0x811c9dc5;
    for (let i = start; i < stop; i++) hash = Math.imul(hash ^ lower(b[i]!), 0x01000193);
    const known = this.#byHash.get(hash);
    if (known !== undefined && isSame(known.name, b, start, stop)) return known;
    let name = '';
    for (let i = start; i < stop; i++) name += String.fromCharCode(lower(b[i]!));
    const type = this.named(name);
    if (known === undefined && this.#byHash.size < 2 * UNKNOWN_MAX) this.#byHash.set(hash, type);
    return type;
  }
}

export const mediaTypes = new MediaTypes();

/** Heuristics for bodies of unspecific types (Wireshark's list "http"). */
export const bodyHeuristics = new HeuristicList('media');

/** Protocols that need the decompressed body only on request, not in `step`. */
export const lazyReaders = new Set<Protocol>();

function lower(c: number): number {
  return c >= 0x41 && c <= 0x5a ? c + 32 : c;
}

/** End of a media type: a semicolon or white space. */
export function typeEnd(b: Uint8Array, start: number, end: number): number {
  let i = start;
  const stop = Math.min(end, start + NAME_BYTES_MAX);
  while (i < stop && b[i] !== 0x3b && b[i]! > 0x20) i++;
  return i;
}

function isSame(name: string, b: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) !== lower(b[start + i]!)) return false;
  return true;
}

const NOTHING: Content = { type: null, parameters: '', isCompressed: false };
const plain = new WeakMap<MediaType, Content>();
let offered: Content = NOTHING;

function plainContent(type: MediaType): Content {
  let content = plain.get(type);
  if (content === undefined) {
    content = { type, parameters: '', isCompressed: false };
    plain.set(type, content);
  }
  return content;
}

/** Fallback dissector of unknown types; set by media.ts, which imports this file. */
let media: Protocol = data;

export function setMedia(made: Protocol): void {
  media = made;
}

/** For a body protocol's `step`: stores the current body's type and coding as the layer's note, and returns it. */
export function takeContent(p: Packet): Content {
  p.notes[p.count - 1] = offered;
  return offered;
}

/** The body note of a layer. */
export function contentOf(p: Packet, layer: number): Content {
  return (p.notes[layer] as Content | null) ?? NOTHING;
}

/**
 * Dissects the body [at, end) of the packet's current buffer by its media type; failing that by heuristics, else as
 * `media` if it has a type, else as `data`.
 */
export function callBody(
  p: Packet,
  type: MediaType | null,
  at: number,
  end: number,
  wireEnd: number = end,
  parameters = '',
): void {
  const content: Content =
    type === null
      ? NOTHING
      : parameters === ''
        ? plainContent(type)
        : { type, parameters, isCompressed: false };
  if (type?.protocol && callReader(p, type.protocol, content, at, end, wireEnd)) return;
  for (const { protocol, matches } of bodyHeuristics.entries) {
    if (
      protocol !== type?.protocol &&
      matchesAt(p, matches, at, end) &&
      callReader(p, protocol, content, at, end, wireEnd)
    )
      return;
  }
  const layers = p.count;
  callReader(p, type === null ? data : media, content, at, end, wireEnd);
  if (type === null) nestFrom(p, layers);
}

/** Decompressed bytes that suffice for heuristics. */
const PREFIX_BYTES = 64;
/** Bytes of `<?xml version="1.0" encoding="UTF-8"?>`. */
const XML_HEAD = 38;

/**
 * As `callBody`, for bytes with a content coding, which are decoded at once only if their dissector needs it. False if
 * they cannot be decoded.
 */
export function callCompressedBody(
  p: Packet,
  coding: number,
  type: MediaType | null,
  at: number,
  end: number,
  parameters: string,
): boolean {
  if (coding === DEFLATED) {
    const prefix = inflate(p.buf, at, end, PREFIX_BYTES);
    if (prefix === null) return false;
    if (isLazy(p, type, prefix.bytes)) {
      callReader(p, type!.protocol ?? media, { type, parameters, isCompressed: true }, at, end, end);
      return true;
    }
  }
  const bytes = unpacked(p.session.unpack, coding, p.buf, at, end);
  if (bytes === null) return false;
  p.within('Uncompressed entity body', bytes, 0, bytes.length, bytes.length, () =>
    callBody(p, type, 0, bytes.length, bytes.length, parameters),
  );
  return true;
}

function isLazy(p: Packet, type: MediaType | null, prefix: Uint8Array): boolean {
  if (type === null) return false;
  if (type.protocol !== null) return lazyReaders.has(type.protocol) && !beginsXml(prefix, 0, prefix.length);
  let isGuessed = false;
  p.within('Uncompressed entity body', prefix, 0, prefix.length, prefix.length, () => {
    for (const { matches } of bodyHeuristics.entries) if (matches(p)) isGuessed = true;
  });
  return !isGuessed;
}

/** Text of any type that begins as XML is dissected as XML, as in Wireshark. */
export function beginsXml(b: Uint8Array, at: number, end: number): boolean {
  if (end - at <= XML_HEAD || b[at] !== 0x3c || b[at + 1] !== 0x3f) return false;
  // Letters are compared in lower case.
  return (b[at + 2]! | 32) === 0x78 && (b[at + 3]! | 32) === 0x6d && (b[at + 4]! | 32) === 0x6c;
}

function matchesAt(p: Packet, matches: (p: Packet) => boolean, at: number, end: number): boolean {
  const { at: oldAt, end: oldEnd } = p;
  p.at = at;
  p.end = end;
  const result = matches(p);
  p.at = oldAt;
  p.end = oldEnd;
  return result;
}

/** Dissects a body as this protocol; false if the protocol rejected the bytes. */
export function callReader(
  p: Packet,
  made: Protocol,
  content: Content,
  at: number,
  end: number,
  wireEnd: number = end,
): boolean {
  const before = offered;
  const layers = p.count;
  // A body is complete, or never will be: its dissectors must not ask for more bytes.
  const mayAskMore = p.mayAskMore;
  p.mayAskMore = false;
  offered = content;
  p.call(made, at, end, wireEnd);
  offered = before;
  p.mayAskMore = mayAskMore;
  return p.count > layers;
}

/** The bytes of a body, decoded if necessary; null if that fails. Too costly for `step`. */
export function contentBytes(p: Packet, layer: number): Uint8Array | null {
  const bytes = p.bufferOf(layer).subarray(p.start[layer]!, p.stop[layer]!);
  if (!contentOf(p, layer).isCompressed) return bytes;
  return inflate(bytes, 0, bytes.length)?.bytes ?? null;
}
