// Image headers: PNG (W3C PNG, RFC 2083), GIF 87a/89a and JFIF/Exif JPEG (ITU-T T.871), recognized by signature
// whatever the media type.
import { spells, u16, u32 } from '../../core/bytes.ts';
import { bytes, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { bodyHeuristics, mediaTypes, takeContent } from './types.ts';

/** Minimum length of an image. */
const IMAGE_BYTES_MIN = 20;

function isPng(p: Packet): boolean {
  const b = p.buf;
  return p.end - p.at >= IMAGE_BYTES_MIN && u32(b, p.at) === 0x89504e47 && u32(b, p.at + 4) === 0x0d0a1a0a;
}

function isGif(p: Packet): boolean {
  const { buf: b, at } = p;
  return p.end - at >= IMAGE_BYTES_MIN && (spells(b, at, p.end, 'GIF89a') || spells(b, at, p.end, 'GIF87a'));
}

function isJfif(p: Packet): boolean {
  const { buf: b, at } = p;
  return (
    p.end - at >= IMAGE_BYTES_MIN &&
    u16(b, at) === 0xffd8 &&
    (spells(b, at + 6, p.end, 'JFIF') || spells(b, at + 6, p.end, 'Exif')) &&
    b[at + 10] === 0
  );
}

function stepIf(matches: (p: Packet) => boolean): (p: Packet) => Protocol | null {
  return (p) => {
    if (!matches(p)) return REJECTED;
    takeContent(p);
    p.at = p.end;
    return null;
  };
}

const pngFields = {
  signature: bytes('png.signature', 'PNG Signature').at(0, 8),
  len: uint('png.chunk.len', 'Len'),
  type: text('png.chunk.type', 'Chunk'),
  width: uint('png.ihdr.width', 'Width'),
  height: uint('png.ihdr.height', 'Height'),
  bitDepth: uint('png.ihdr.bitdepth', 'Bit Depth'),
  colourType: uint('png.ihdr.colour_type', 'Colour Type').named({
    0: 'Greyscale',
    2: 'Truecolour',
    3: 'Indexed-colour',
    4: 'Greyscale with alpha',
    6: 'Truecolour with alpha',
  }),
  crc: uint('png.chunk.crc', 'CRC').at(-1, 4).hex(),
};

/** Maximum number of chunks shown. */
const CHUNKS_MAX = 500;

export const png = protocol({
  name: 'png',
  title: 'Portable Network Graphics',
  fields: pngFields,
  heuristics: [[bodyHeuristics, isPng]],
  step: stepIf(isPng),
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    out.fixed(pngFields.signature);
    let at = p.start[layer]! + 8;
    for (let chunks = 0; at + 12 <= end && chunks < CHUNKS_MAX; chunks++) {
      const length = u32(b, at);
      if (length > end - at - 12) return;
      out.open(pngFields.type, at + 4, 4);
      out.add(pngFields.len, at, 4);
      if (spells(b, at + 4, end, 'IHDR') && length >= 13) {
        out.add(pngFields.width, at + 8, 4);
        out.add(pngFields.height, at + 12, 4);
        out.add(pngFields.bitDepth, at + 16, 1);
        out.add(pngFields.colourType, at + 17, 1);
      }
      out.add(pngFields.crc, at + 8 + length, 4);
      out.close();
      at += 12 + length;
    }
  },
});

const gifFields = {
  version: text('image-gif.version', 'Version').at(0, 6),
  width: uint('image-gif.screen.width', 'Screen width').at(6, 2).le(),
  height: uint('image-gif.screen.height', 'Screen height').at(8, 2).le(),
};

export const gif = protocol({
  name: 'image-gif',
  title: 'Compuserve GIF',
  fields: gifFields,
  heuristics: [[bodyHeuristics, isGif]],
  step: stepIf(isGif),
  headline: (p, layer) => `, Version: ${gifVersion(p, layer)}`,
});

export function gifVersion(p: Packet, layer: number): string {
  return p.bufferOf(layer)[p.start[layer]! + 4] === 0x37 ? 'GIF87a' : 'GIF89a';
}

const jfifFields = {
  marker: uint('image-jfif.marker', 'Marker').at(-1, 2).hex(),
  length: uint('image-jfif.length', 'Length'),
  identifier: text('image-jfif.identifier', 'Identifier').at(6, 4),
  lines: uint('image-jfif.sof.lines', 'Lines'),
  samples: uint('image-jfif.sof.samples_per_line', 'Samples per line'),
};

export const jfif = protocol({
  name: 'image-jfif',
  title: 'JPEG File Interchange Format',
  fields: jfifFields,
  heuristics: [[bodyHeuristics, isJfif]],
  step: stepIf(isJfif),
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    let at = p.start[layer]!;
    out.add(jfifFields.marker, at, 2);
    at += 2;
    // ITU-T T.81 §B.1.1.4: segments until the entropy-coded data begin.
    while (at + 4 <= end && b[at] === 0xff) {
      const marker = u16(b, at);
      out.open(jfifFields.marker, at, 2);
      out.add(jfifFields.length, at + 2, 2);
      if (at === p.start[layer]! + 2) out.fixed(jfifFields.identifier);
      if (marker >= 0xffc0 && marker <= 0xffc2 && at + 9 <= end) {
        out.add(jfifFields.lines, at + 5, 2);
        out.add(jfifFields.samples, at + 7, 2);
      }
      out.close();
      if (marker === 0xffda) return;
      at += 2 + Math.max(2, u16(b, at + 2));
    }
  },
});

const mp4Fields = {
  size: uint('mp4.box.size', 'Box size'),
  type: text('mp4.box.type_str', 'Box type'),
};

/** Top-level boxes (ISO/IEC 14496-12) that a file or fragment may begin with, as in Wireshark. */
const MP4_BOXES = ['ftyp', 'moov', 'moof', 'mdat', 'mfra', 'udta', 'meta'];

function isMp4(p: Packet): boolean {
  if (p.end - p.at < 8 || u32(p.buf, p.at) < 8) return false;
  return MP4_BOXES.some((name) => spells(p.buf, p.at + 4, p.end, name));
}

export const mp4 = protocol({
  name: 'mp4',
  title: 'MP4 / ISOBMFF file format',
  column: 'MP4',
  info: () => '',
  fields: mp4Fields,
  step: stepIf(isMp4),
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    for (let at = p.start[layer]!, boxes = 0; at + 8 <= end && boxes < CHUNKS_MAX; boxes++) {
      out.open(mp4Fields.type, at + 4, 4);
      out.add(mp4Fields.size, at, 4);
      out.close();
      if (u32(b, at) < 8) return;
      at += u32(b, at);
    }
  },
});

mediaTypes.add(png, 'image/png');
mediaTypes.add(gif, 'image/gif');
mediaTypes.add(jfif, 'image/jpeg', 'image/jpg', 'image/jfif');
mediaTypes.add(mp4, 'video/mp4', 'audio/mp4');
