// Codecs over RTP (RFC 3551, https://www.iana.org/assignments/rtp-parameters): named and measured, not decoded.
import { bool, bytes, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';

/** Static payload types (RFC 3551 §6), in Wireshark's words. */
const payloadTypes: Readonly<Record<number, string>> = {
  0: 'ITU-T G.711 PCMU',
  1: 'USA Federal Standard FS-1016',
  2: 'ITU-T G.721',
  3: 'GSM 06.10',
  4: 'ITU-T G.723',
  5: 'DVI4 8000 samples/s',
  6: 'DVI4 16000 samples/s',
  7: 'Experimental linear predictive encoding from Xerox PARC',
  8: 'ITU-T G.711 PCMA',
  9: 'ITU-T G.722',
  10: '16-bit uncompressed audio, stereo',
  11: '16-bit uncompressed audio, monaural',
  12: 'Qualcomm Code Excited Linear Predictive coding',
  13: 'Comfort noise',
  14: 'MPEG-I/II Audio',
  15: 'ITU-T G.728',
  16: 'DVI4 11025 samples/s',
  17: 'DVI4 22050 samples/s',
  18: 'ITU-T G.729',
  19: 'Comfort noise (old)',
  25: 'Sun CellB video encoding',
  26: 'JPEG-compressed video',
  28: "'nv' program",
  31: 'ITU-T H.261',
  32: 'MPEG-I/II Video',
  33: 'MPEG-II transport streams',
  34: 'ITU-T H.263',
  72: 'Reserved for RTCP conflict avoidance',
  73: 'Reserved for RTCP conflict avoidance',
  74: 'Reserved for RTCP conflict avoidance',
  75: 'Reserved for RTCP conflict avoidance',
  76: 'Reserved for RTCP conflict avoidance',
};

export function payloadTypeName(type: number): string {
  return payloadTypes[type] ?? (type >= 96 ? `DynamicRTP-Type-${type}` : 'Unassigned');
}

function codec(name: string, title: string, column: string): Protocol {
  return protocol({
    name,
    title,
    column,
    step(p) {
      p.at = p.end;
      return null;
    },
  });
}

const h263 = codec('h263', 'ITU-T Recommendation H.263', 'H.263 ');
const rfc2190 = protocol({
  name: 'rfc2190',
  title: 'H.263 RTP Payload header (RFC2190)',
  // RFC 2190 §5: the header takes 4, 8 or 12 bytes by its mode.
  step(p) {
    const first = p.buf[p.at]!;
    const length = first & 0x80 ? (first & 0x40 ? 12 : 8) : 4;
    p.at = Math.min(p.end, p.at + length);
    return p.at < p.end ? h263 : null;
  },
});

const events: Readonly<Record<number, string>> = {
  0: 'DTMF Zero 0',
  1: 'DTMF One 1',
  2: 'DTMF Two 2',
  3: 'DTMF Three 3',
  4: 'DTMF Four 4',
  5: 'DTMF Five 5',
  6: 'DTMF Six 6',
  7: 'DTMF Seven 7',
  8: 'DTMF Eight 8',
  9: 'DTMF Nine 9',
  10: 'DTMF Star *',
  11: 'DTMF Pound #',
  12: 'DTMF A',
  13: 'DTMF B',
  14: 'DTMF C',
  15: 'DTMF D',
  16: 'Flash',
};

const eventFields = {
  event: uint('rtpevent.event_id', 'Event ID').at(0, 1).named(events),
  end: bool('rtpevent.end_of_event', 'End of Event').at(1, 1).mask(0x80),
  reserved: bool('rtpevent.reserved', 'Reserved').at(1, 1).mask(0x40),
  volume: uint('rtpevent.volume', 'Volume').at(1, 1).mask(0x3f),
  duration: uint('rtpevent.duration', 'Event Duration').at(2, 2),
};

/** Telephone events: digits and tones (RFC 4733). */
const rtpEvent = protocol({
  name: 'rtpevent',
  title: 'RFC 2833 RTP Event',
  column: 'RTP EVENT',
  fields: eventFields,
  step(p) {
    if (p.end - p.at < 4) return p.cut(4);
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 2) return null;
    return `Payload type=RTP Event, ${events[b[start]!] ?? 'Unknown'}${b[start + 1]! & 0x80 ? ' (end)' : ''}`;
  },
});

const zrtpFields = { id: bytes('zrtp.id', 'ID').at(4, 4) };
/** ZRTP (RFC 6189) on a media port: recognized, not dissected. */
export const zrtp = protocol({
  name: 'zrtp',
  title: 'ZRTP protocol',
  column: 'ZRTP',
  fields: zrtpFields,
  step(p) {
    p.at = p.end;
    return null;
  },
});

const h264 = codec('h264', 'H.264', 'H.264');
const h265 = codec('h265', 'H.265', 'H.265');
const h263p = codec('h263p', 'ITU-T Recommendation H.263 RTP Payload header (RFC4629)', 'H.263 RFC4629 ');
const vp8 = codec('vp8', 'VP8', 'VP8');
const opus = codec('opus', 'Opus Interactive Audio Codec', 'OPUS');
const amr = codec('amr', 'Adaptive Multi-Rate', 'AMR');
const evrc = codec('evrc', 'Enhanced Variable Rate Codec', 'EVRC');
const evs = codec('evs', 'Enhanced Voice Services', 'EVS');
const mp4ves = codec('mp4v-es', 'MP4V-ES', 'MP4V-ES');
const g723 = codec('g723', 'G.723', 'G.723.1');
const jpeg = codec('jpeg', 'RFC 2435 JPEG', 'JPEG');
const h261 = codec('h261', 'ITU-T Recommendation H.261', 'H.261');
const mpeg1 = codec('mpeg1', 'RFC 2250 MPEG1', 'MPEG-1');

/** Protocols of static payload types. 100 and 101 are dynamic, but nearly always telephone events; as in Wireshark. */
export const byType: readonly (Protocol | undefined)[] = (() => {
  const readers: (Protocol | undefined)[] = [];
  for (let type = 0; type < 128; type++) readers.push(undefined);
  readers[4] = g723;
  readers[26] = jpeg;
  readers[31] = h261;
  readers[32] = mpeg1;
  readers[34] = rfc2190;
  readers[100] = readers[101] = rtpEvent;
  return readers;
})();

/** Protocols by encoding name, upper case. */
export const byEncoding: ReadonlyMap<string, Protocol> = new Map([
  ['H264', h264],
  ['X-H264UC', h264],
  ['H265', h265],
  ['H263-1998', h263p],
  ['H263-2000', h263p],
  ['VP8', vp8],
  ['OPUS', opus],
  ['AMR', amr],
  ['EVRC', evrc],
  ['EVS', evs],
  ['MP4V-ES', mp4ves],
  ['TELEPHONE-EVENT', rtpEvent],
]);

export const codecProtocols = [
  rtpEvent,
  h264,
  h265,
  h263p,
  rfc2190,
  h263,
  vp8,
  opus,
  amr,
  evrc,
  evs,
  mp4ves,
  g723,
  jpeg,
  h261,
  mpeg1,
  zrtp,
];
