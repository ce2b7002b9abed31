// Session Description Protocol (RFC 8866): lines `x=value`; registers the media streams they announce.
import { ascii } from '../../core/bytes.ts';
import { text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { appended } from '../media/column.ts';
import { mediaTypes, takeContent } from '../media/types.ts';
import { eachLine } from '../text/lines.ts';
import { payloadTypeName } from './codecs.ts';
import { announceMedia, type MediaSession } from './media-sessions.ts';
import { rtcp } from './rtcp.ts';
import { rtp } from './rtp.ts';

const f = {
  version: text('sdp.version', 'Session Description Protocol Version (v)'),
  owner: text('sdp.owner', 'Owner/Creator, Session Id (o)'),
  ownerName: text('sdp.owner.username', 'Owner Username'),
  sessionId: text('sdp.owner.sessionid', 'Session ID'),
  sessionVersion: text('sdp.owner.version', 'Session Version'),
  ownerNetwork: text('sdp.owner.network_type', 'Owner Network Type'),
  ownerAddressType: text('sdp.owner.address_type', 'Owner Address Type'),
  ownerAddress: text('sdp.owner.address', 'Owner Address'),
  sessionName: text('sdp.session_name', 'Session Name (s)'),
  sessionInfo: text('sdp.session_info', 'Session Information (i)'),
  uri: text('sdp.uri', 'URI of Description (u)'),
  email: text('sdp.email', 'E-mail Address (e)'),
  phone: text('sdp.phone', 'Phone Number (p)'),
  connection: text('sdp.connection_info', 'Connection Information (c)'),
  connectionNetwork: text('sdp.connection_info.network_type', 'Connection Network Type'),
  connectionAddressType: text('sdp.connection_info.address_type', 'Connection Address Type'),
  connectionAddress: text('sdp.connection_info.address', 'Connection Address'),
  bandwidth: text('sdp.bandwidth', 'Bandwidth Information (b)'),
  time: text('sdp.time', 'Time Description, active time (t)'),
  media: text('sdp.media', 'Media Description, name and address (m)'),
  mediaType: text('sdp.media.media', 'Media Type'),
  mediaPort: uint('sdp.media.port', 'Media Port'),
  mediaProtocol: text('sdp.media.proto', 'Media Protocol'),
  mediaFormat: text('sdp.media.format', 'Media Format'),
  sessionAttribute: text('sdp.session_attr', 'Session Attribute (a)'),
  mediaAttribute: text('sdp.media_attr', 'Media Attribute (a)'),
  attributeField: text('sdp.media_attribute.field', 'Media Attribute Fieldname'),
  attributeValue: text('sdp.media_attribute.value', 'Media Attribute Value'),
  mimeType: text('sdp.mime.type', 'MIME Type'),
  sampleRate: text('sdp.sample_rate', 'Sample Rate'),
  formatParameter: text('sdp.fmtp.parameter', 'Media format specific parameters'),
  unknown: text('sdp.unknown', 'Unknown'),
};

/** Maximum number of media lines per description. */
const MEDIA_MAX = 32;

interface Media {
  kind: string;
  port: number;
  protocol: string;
  address: string;
  /** a=rtcp: 0 if RTCP uses the port after the media port (RFC 3605). */
  controlPort: number;
  isMultiplexed: boolean;
  readonly encodings: Map<number, string>;
}

/** Protocol of T.38 fax over UDPTL, set by its module to avoid a cyclic import. */
let fax: Protocol | null = null;

export function setFax(made: Protocol): void {
  fax = made;
}

/** Parses the media streams of a description. */
function mediaOf(b: Uint8Array, start: number, end: number): Media[] {
  const found: Media[] = [];
  let sessionAddress = '';
  eachLine(b, start, end, (at, stop) => {
    if (stop - at < 2 || b[at + 1] !== 0x3d || found.length >= MEDIA_MAX) return;
    const value = ascii(b, at + 2, Math.min(stop, at + 300)).trim();
    const last = found[found.length - 1];
    switch (b[at]) {
      case 0x63: {
        // c=IN IP4 192.0.2.1/127
        const address = value.split(/\s+/)[2]?.split('/')[0] ?? '';
        if (last === undefined) sessionAddress = address;
        else last.address = address;
        return;
      }
      case 0x6d: {
        // m=audio 49170/2 RTP/AVP 0 8
        const [kind, port, protocol] = value.split(/\s+/);
        found.push({
          kind: kind ?? '',
          port: Number.parseInt(port ?? '', 10) || 0,
          protocol: (protocol ?? '').toUpperCase(),
          address: '',
          controlPort: 0,
          isMultiplexed: false,
          encodings: new Map(),
        });
        return;
      }
      case 0x61: // a=
        if (last !== undefined) readAttribute(last, value);
    }
  });
  for (const media of found) if (media.address === '') media.address = sessionAddress;
  return found;
}

function readAttribute(media: Media, value: string): void {
  const map = /^rtpmap:\s*(\d{1,3})\s+([^/\s]+)/i.exec(value);
  if (map !== null) media.encodings.set(Number(map[1]), map[2]!);
  else if (value.startsWith('rtcp:')) media.controlPort = Number.parseInt(value.slice(5), 10) || 0;
  else if (value === 'rtcp-mux') media.isMultiplexed = true;
}

function announce(p: Packet, media: Media): void {
  // RFC 3264 §5.1: port 0 rejects a stream; an all-zero address puts it on hold.
  if (media.port === 0 || media.address === '' || media.address === '0.0.0.0') return;
  const session: MediaSession = {
    method: 'SDP',
    setupFrame: p.number,
    isSecure: media.protocol.includes('SAVP'),
    encodings: media.encodings,
  };
  if (media.protocol.includes('RTP/')) {
    announceMedia(p, rtp, media.address, media.port, session);
    if (!media.isMultiplexed)
      announceMedia(p, rtcp, media.address, media.controlPort || media.port + 1, session);
  } else if (media.protocol.startsWith('UDPTL') && fax !== null)
    announceMedia(p, fax, media.address, media.port, session);
}

export const sdp = protocol({
  name: 'sdp',
  title: 'Session Description Protocol',
  column: appended('SDP'),
  fields: f,
  step(p) {
    takeContent(p);
    for (const media of mediaOf(p.buf, p.at, p.end)) announce(p, media);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    let isMedia = false;
    eachLine(b, p.start[layer]!, p.stop[layer]!, (at, stop) => {
      if (stop - at < 2 || b[at + 1] !== 0x3d) return;
      isMedia ||= b[at] === 0x6d;
      emitLine(b, at, stop, isMedia, out);
    });
  },
});

const PLAIN: Readonly<Record<number, typeof f.version>> = {
  0x76: f.version,
  0x73: f.sessionName,
  0x69: f.sessionInfo,
  0x75: f.uri,
  0x65: f.email,
  0x70: f.phone,
  0x62: f.bandwidth,
  0x74: f.time,
};

function emitLine(b: Uint8Array, at: number, stop: number, isMedia: boolean, out: Sink): void {
  const start = at + 2;
  const length = stop - start;
  const value = ascii(b, start, stop);
  const words = value.split(' ');
  switch (b[at]) {
    case 0x6f:
      out.open(f.owner, start, length, value);
      [
        f.ownerName,
        f.sessionId,
        f.sessionVersion,
        f.ownerNetwork,
        f.ownerAddressType,
        f.ownerAddress,
      ].forEach((field, i) => {
        if (words[i] !== undefined) out.add(field, start, length, words[i]);
      });
      out.close();
      return;
    case 0x63:
      out.open(f.connection, start, length, value);
      [f.connectionNetwork, f.connectionAddressType, f.connectionAddress].forEach((field, i) => {
        if (words[i] !== undefined)
          out.add(field, start, length, i === 2 ? words[i]!.split('/')[0]! : words[i]);
      });
      out.close();
      return;
    case 0x6d:
      emitMedia(start, length, value, words, out);
      return;
    case 0x61:
      emitAttribute(start, length, value, isMedia, out);
      return;
    default:
      out.add(PLAIN[b[at]!] ?? f.unknown, start, length, value);
  }
}

function emitMedia(start: number, length: number, value: string, words: readonly string[], out: Sink): void {
  out.open(f.media, start, length, value);
  out.add(f.mediaType, start, length, words[0]!);
  const port = Number.parseInt(words[1] ?? '', 10);
  if (port >= 0 && port < 0x10000) out.add(f.mediaPort, start, length, port);
  if (words[2] !== undefined) out.add(f.mediaProtocol, start, length, words[2]);
  const isRtp = words[2]?.includes('RTP/') === true;
  for (const format of words.slice(3)) {
    if (format === '') continue;
    out.add(
      f.mediaFormat,
      start,
      length,
      isRtp && /^\d{1,3}$/.test(format) ? payloadTypeName(Number(format)) : format,
    );
  }
  out.close();
}

function emitAttribute(start: number, length: number, value: string, isMedia: boolean, out: Sink): void {
  out.open(isMedia ? f.mediaAttribute : f.sessionAttribute, start, length, value);
  const colon = value.indexOf(':');
  if (isMedia) {
    if (colon >= 0) out.add(f.attributeField, start, length, value.slice(0, colon));
    const map = /^rtpmap:\s*(\d+)\s+([^/\s]+)(?:\/(\d+))?/i.exec(value);
    if (map !== null) {
      out.add(f.mediaFormat, start, length, map[1]!);
      out.add(f.mimeType, start, length, map[2]!);
      if (map[3] !== undefined) out.add(f.sampleRate, start, length, map[3]);
    } else if (value.startsWith('fmtp:')) {
      const format = /^fmtp:\s*(\S+)\s*(.*)$/.exec(value);
      if (format !== null) out.add(f.mediaFormat, start, length, format[1]!);
      for (const parameter of format?.[2]?.split(';') ?? [])
        if (parameter !== '') out.add(f.formatParameter, start, length, parameter.trim());
    } else if (colon >= 0) out.add(f.attributeValue, start, length, value.slice(colon + 1));
  }
  out.close();
}

mediaTypes.add(sdp, 'application/sdp');
