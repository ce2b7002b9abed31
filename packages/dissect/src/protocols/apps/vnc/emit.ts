// Fields of VNC messages: version, security, server parameters, and client and server messages with their rectangles.
import { ascii, indexOf, u16, u32, utf8 } from '../../../core/bytes.ts';
import { bool, bytes, type Field, int, text, uint } from '../../../core/field.ts';
import type { Packet } from '../../../core/packet.ts';
import type { Sink } from '../../../core/sink.ts';
import {
  clientMessageLength,
  encodingOf,
  type PixelFormat,
  rectangleLength,
  serverMessageLength,
} from './messages.ts';
import {
  CHALLENGE,
  CHOICE,
  CLIENT_INIT,
  CLIENT_VERSION,
  FROM_SERVER,
  IS_NEW,
  IS_READ,
  NORMAL,
  PHASE_MASK,
  PIXEL_SHIFT,
  RESPONSE,
  RESULT,
  SECURITY,
  SERVER_INIT,
  SERVER_VERSION,
} from './phases.ts';

/** RFC 6143 §8.1.2 and the registry of security types. */
const securityNames: Readonly<Record<number, string>> = {
  0: 'Invalid',
  1: 'None',
  2: 'VNC',
  5: 'RA2',
  6: 'RA2ne',
  16: 'Tight',
  17: 'Ultra',
  18: 'TLS',
  19: 'VeNCrypt',
  20: 'GTK-VNC SASL',
  21: 'MD5 hash authentication',
  22: 'Colin Dean xvp',
  30: 'Apple Remote Desktop',
};
const clientNames: Readonly<Record<number, string>> = {
  0: 'Set Pixel Format',
  2: 'Set Encodings',
  3: 'Framebuffer Update Request',
  4: 'Key Event',
  5: 'Pointer Event',
  6: 'Cut Text',
  150: 'Enable Continuous Updates',
  248: 'Fence',
  251: 'Set Desktop Size',
};
const serverNames: Readonly<Record<number, string>> = {
  0: 'Framebuffer Update',
  1: 'Set Colormap Entries',
  2: 'Ring Bell',
  3: 'Cut Text',
  150: 'End of Continuous Updates',
  248: 'Fence',
};
const encodingNames: Readonly<Record<number, string>> = {
  0: 'Raw',
  1: 'CopyRect',
  2: 'RRE',
  4: 'CoRRE',
  5: 'Hextile',
  6: 'Zlib',
  7: 'Tight',
  8: 'ZlibHex',
  9: 'Ultra',
  16: 'ZRLE',
  [-223]: 'Desktop Size (pseudo)',
  [-224]: 'Last Rect (pseudo)',
  [-232]: 'Pointer pos (pseudo)',
  [-239]: 'Rich Cursor (pseudo)',
  [-240]: 'X Cursor (pseudo)',
  [-307]: 'Desktop Name (pseudo)',
  [-308]: 'Extended Desktop Size (pseudo)',
};

/** §7.4: fields of a pixel format, by sender. */
function formatFields(side: 'server' | 'client') {
  return {
    bits: uint(`vnc.${side}_bits_per_pixel`, 'Bits per pixel'),
    depth: uint(`vnc.${side}_depth`, 'Depth'),
    bigEndian: bool(`vnc.${side}_big_endian_flag`, 'Big endian flag'),
    trueColour: bool(`vnc.${side}_true_color_flag`, 'True color flag'),
    redMax: uint(`vnc.${side}_red_max`, 'Red maximum'),
    greenMax: uint(`vnc.${side}_green_max`, 'Green maximum'),
    blueMax: uint(`vnc.${side}_blue_max`, 'Blue maximum'),
    redShift: uint(`vnc.${side}_red_shift`, 'Red shift'),
    greenShift: uint(`vnc.${side}_green_shift`, 'Green shift'),
    blueShift: uint(`vnc.${side}_blue_shift`, 'Blue shift'),
  };
}
const serverFormat = formatFields('server');
const clientFormat = formatFields('client');
const FORMAT_BYTES = 16;

const named = {
  serverVersion: text('vnc.server_proto_ver', 'Server protocol version'),
  clientVersion: text('vnc.client_proto_ver', 'Client protocol version'),
  typeCount: uint('vnc.num_security_types', 'Number of security types'),
  offered: uint('vnc.security_type', 'Security type').named(securityNames),
  chosenByServer: uint('vnc.server_security_type', 'Security type').named(securityNames),
  chosen: uint('vnc.client_security_type', 'Security type selected').named(securityNames),
  challenge: bytes('vnc.auth_challenge', 'Authentication challenge'),
  response: bytes('vnc.auth_response', 'Authentication response'),
  result: bool('vnc.auth_result', 'Authentication result').mask(1),
  errorLength: uint('vnc.auth_error_len', 'Length of authentication error'),
  error: text('vnc.auth_error', 'Authentication error'),
  share: bool('vnc.share_desktop_flag', 'Share desktop flag'),
  width: uint('vnc.width', 'Framebuffer width'),
  height: uint('vnc.height', 'Framebuffer height'),
  nameLength: uint('vnc.desktop_name_len', 'Desktop name length'),
  name: text('vnc.desktop_name', 'Desktop name'),
  clientType: uint('vnc.client_message_type', 'Client Message Type').named(clientNames),
  serverType: uint('vnc.server_message_type', 'Server Message Type').named(serverNames),
  keyDown: bool('vnc.key_down', 'Key down'),
  key: uint('vnc.key', 'Key').hex(4),
  pointerX: uint('vnc.pointer_x_pos', 'X position'),
  pointerY: uint('vnc.pointer_y_pos', 'Y position'),
  encodingCount: uint('vnc.client_set_encodings_num', 'Number of encodings'),
  wanted: int('vnc.client_set_encodings_encoding_type', 'Encoding type').named(encodingNames),
  incremental: bool('vnc.update_req_incremental', 'Incremental update'),
  requestX: uint('vnc.update_req_x_pos', 'X position'),
  requestY: uint('vnc.update_req_y_pos', 'Y position'),
  requestWidth: uint('vnc.update_req_width', 'Width'),
  requestHeight: uint('vnc.update_req_height', 'Height'),
  clientTextLength: uint('vnc.client_cut_text_len', 'Length'),
  clientText: text('vnc.client_cut_text', 'Text'),
  rectangles: uint('vnc.fb_update_num_rects', 'Number of rectangles'),
  x: uint('vnc.fb_update_x_pos', 'X position'),
  y: uint('vnc.fb_update_y_pos', 'Y position'),
  rectWidth: uint('vnc.fb_update_width', 'Width'),
  rectHeight: uint('vnc.fb_update_height', 'Height'),
  encoding: int('vnc.fb_update_encoding_type', 'Encoding type').named(encodingNames),
  serverTextLength: uint('vnc.server_cut_text_len', 'Length'),
  serverText: text('vnc.server_cut_text', 'Text'),
};

export const f: Readonly<Record<string, Field>> = {
  ...named,
  ...Object.fromEntries(
    [...Object.values(serverFormat), ...Object.values(clientFormat)].map((field) => [field.name, field]),
  ),
};

/** Messages shown per layer. */
const MESSAGES_MAX = 256;

export function emitVnc(p: Packet, layer: number, out: Sink): void {
  const mark = p.mark[layer]!;
  if ((mark & IS_READ) === 0) return;
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  const phase = mark & PHASE_MASK;
  if (phase === NORMAL) {
    const size = mark >> PIXEL_SHIFT;
    if (mark & FROM_SERVER)
      emitServer(b, start, end, { bytes: size, tightBytes: size === 4 ? 3 : size }, out);
    else emitClient(b, start, end, out);
  } else emitOpening(b, start, end, phase, (mark & IS_NEW) !== 0, out);
}

function emitOpening(
  b: Uint8Array,
  start: number,
  end: number,
  phase: number,
  isNew: boolean,
  out: Sink,
): void {
  if (phase === SERVER_VERSION) out.add(named.serverVersion, start + 4, 7, versionOf(b, start));
  else if (phase === CLIENT_VERSION) out.add(named.clientVersion, start + 4, 7, versionOf(b, start));
  else if (phase === SECURITY && isNew) {
    out.add(named.typeCount, start, 1);
    for (let i = 0; i < b[start]! && start + 1 + i < end; i++) out.add(named.offered, start + 1 + i, 1);
  } else if (phase === SECURITY) out.add(named.chosenByServer, start, 4);
  else if (phase === CHOICE) out.add(named.chosen, start, 1);
  else if (phase === CHALLENGE) out.add(named.challenge, start, 16);
  else if (phase === RESPONSE) out.add(named.response, start, 16);
  else if (phase === RESULT) emitResult(b, start, end, out);
  else if (phase === CLIENT_INIT) out.add(named.share, start, 1);
  else if (phase === SERVER_INIT) {
    out.add(named.width, start, 2);
    out.add(named.height, start + 2, 2);
    emitFormat(start + 4, serverFormat, out);
    out.add(named.nameLength, start + 20, 4);
    out.add(named.name, start + 24, end - start - 24);
  }
}

const versionOf = (b: Uint8Array, start: number): string => ascii(b, start + 4, start + 11);

/** §7.1.3: in version 3.8 a failure includes a reason. */
function emitResult(b: Uint8Array, start: number, end: number, out: Sink): void {
  out.add(named.result, start, 4);
  if (end - start < 8) return;
  out.add(named.errorLength, start + 4, 4);
  out.add(named.error, start + 8, Math.min(u32(b, start + 4), end - start - 8));
}

function emitFormat(at: number, format: typeof serverFormat, out: Sink): void {
  out.group('Pixel format', at, FORMAT_BYTES);
  [format.bits, format.depth, format.bigEndian, format.trueColour].forEach((field, i) => {
    out.add(field, at + i, 1);
  });
  [format.redMax, format.greenMax, format.blueMax].forEach((field, i) => {
    out.add(field, at + 4 + 2 * i, 2);
  });
  [format.redShift, format.greenShift, format.blueShift].forEach((field, i) => {
    out.add(field, at + 10 + i, 1);
  });
  out.close();
}

function emitClient(b: Uint8Array, start: number, end: number, out: Sink): void {
  let at = start;
  for (let i = 0; i < MESSAGES_MAX && at < end; i++) {
    out.open(named.clientType, at, 1);
    const length = clientMessageLength(b, at, end);
    emitClientBody(b, at, end, out);
    out.close();
    if (length < 0) return;
    at += length;
  }
}

function emitClientBody(b: Uint8Array, at: number, end: number, out: Sink): void {
  switch (b[at]) {
    case 0:
      emitFormat(at + 4, clientFormat, out);
      break;
    case 2:
      out.add(named.encodingCount, at + 2, 2);
      for (let i = at + 4; i < at + 4 + 4 * u16(b, at + 2) && i + 4 <= end; i += 4)
        out.add(named.wanted, i, 4);
      break;
    case 3:
      out.add(named.incremental, at + 1, 1);
      [named.requestX, named.requestY, named.requestWidth, named.requestHeight].forEach((field, i) => {
        out.add(field, at + 2 + 2 * i, 2);
      });
      break;
    case 4:
      out.add(named.keyDown, at + 1, 1);
      out.add(named.key, at + 4, 4);
      break;
    case 5:
      out.add(named.pointerX, at + 2, 2);
      out.add(named.pointerY, at + 4, 2);
      break;
    case 6:
      emitText(b, at, end, named.clientTextLength, named.clientText, out);
  }
}

function emitText(b: Uint8Array, at: number, end: number, length: Field, words: Field, out: Sink): void {
  out.add(length, at + 4, 4);
  const stop = Math.min(end, at + 8 + u32(b, at + 4));
  if (stop > at + 8) out.add(words, at + 8, stop - at - 8, utf8(b, at + 8, stop));
}

function emitServer(b: Uint8Array, start: number, end: number, format: PixelFormat, out: Sink): void {
  let at = start;
  for (let i = 0; i < MESSAGES_MAX && at < end; i++) {
    out.open(named.serverType, at, 1);
    const length = serverMessageLength(b, at, end, format);
    if (b[at] === 0) emitRectangles(b, at, end, format, out);
    else if (b[at] === 3) emitText(b, at, end, named.serverTextLength, named.serverText, out);
    out.close();
    if (length < 0) return;
    at += length;
  }
}

function emitRectangles(b: Uint8Array, at: number, end: number, format: PixelFormat, out: Sink): void {
  out.add(named.rectangles, at + 2, 2);
  const count = Math.min(u16(b, at + 2), MESSAGES_MAX);
  let next = at + 4;
  for (let i = 0; i < count && next + 12 <= end; i++) {
    const length = rectangleLength(b, next, end, format);
    out.group(`Rectangle #${i + 1}`, next, 12);
    [named.x, named.y, named.rectWidth, named.rectHeight].forEach((field, k) => {
      out.add(field, next + 2 * k, 2);
    });
    out.add(named.encoding, next + 8, 4, encodingOf(b, next));
    out.close();
    if (length < 0) return;
    next += 12 + length;
  }
}

export function vncInfo(p: Packet, layer: number): string | null {
  const mark = p.mark[layer]!;
  if ((mark & IS_READ) === 0) return null;
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  switch (mark & PHASE_MASK) {
    case SERVER_VERSION:
    case CLIENT_VERSION: {
      const side = mark & FROM_SERVER ? 'Server' : 'Client';
      const line = indexOf(b, 0x0a, start, p.stop[layer]!);
      return line < 0 ? '' : `${side} protocol version: ${versionOf(b, start)}`;
    }
    case SECURITY:
      return 'Security types supported';
    case CHOICE:
      return `Security type ${securityNames[b[start]!] ?? 'Unknown'} (${b[start]}) selected by client`;
    case CHALLENGE:
      return 'Authentication challenge from server';
    case RESPONSE:
      return 'Authentication response from client';
    case RESULT:
      return 'Authentication result';
    case CLIENT_INIT:
      return 'Share desktop flag';
    case SERVER_INIT:
      return 'Server framebuffer parameters';
    case NORMAL:
      return mark & FROM_SERVER
        ? sayMessages(b, start, 'Server', serverNames)
        : sayMessages(b, start, 'Client', clientNames);
    default:
      return '';
  }
}

function sayMessages(
  b: Uint8Array,
  start: number,
  side: string,
  names: Readonly<Record<number, string>>,
): string {
  const name = names[b[start]!];
  return name === undefined ? `Unknown ${side.toLowerCase()} message type` : `${side} ${name.toLowerCase()}`;
}
