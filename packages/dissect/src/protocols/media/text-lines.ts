// Line-based text: HTML, style sheets, scripts and plain text, shown line by line.
import { utf8 } from '../../core/bytes.ts';
import { LISTED } from '../../core/packet.ts';
import { printable } from '../../core/printable.ts';
import { protocol } from '../../core/protocol.ts';
import { beginsXml, contentBytes, contentOf, lazyReaders, mediaTypes, takeContent } from './types.ts';
import { xml } from './xml.ts';

/** Lines shown in the tree, and bytes of each, as UTF-8. */
const LINES_MAX = 2000;
const LINE_BYTES_MAX = 239;
const TRUNCATED = ' [truncated]';

const encoder = new TextEncoder();
const room = new Uint8Array(LINE_BYTES_MAX);
const shortRoom = room.subarray(0, LINE_BYTES_MAX - TRUNCATED.length - 1);

/** With its end as \n, and cut where Wireshark cuts it. */
function lineText(text: Uint8Array, at: number, end: number): string {
  const line = printable(utf8(text, at, Math.min(end, at + LINE_BYTES_MAX + 1)));
  if (encoder.encodeInto(line, room).read === line.length) return line;
  return TRUNCATED + line.slice(0, encoder.encodeInto(line, shortRoom).read);
}

function lineCount(text: Uint8Array): number {
  let count = text.length > 0 && text[text.length - 1] !== 10 ? 1 : 0;
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) count++;
  return count;
}

export const textLines = protocol({
  name: 'data-text-lines',
  title: 'Line-based text data',
  step(p) {
    takeContent(p);
    if (beginsXml(p.buf, p.at, p.end)) {
      p.flags[p.count - 1]! &= LISTED;
      return xml;
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const text = contentBytes(p, layer);
    if (text === null) return;
    const isPlain = !contentOf(p, layer).isCompressed;
    const start = p.start[layer]!;
    for (let at = 0, lines = 0; at < text.length && lines < LINES_MAX; lines++) {
      const feed = text.indexOf(10, at);
      const end = feed < 0 ? text.length : feed + 1;
      out.group(lineText(text, at, end), isPlain ? start + at : start, isPlain ? end - at : 0);
      out.close();
      at = end;
    }
  },
  headline(p, layer) {
    const type = contentOf(p, layer).type;
    const count = lineCount(contentBytes(p, layer) ?? new Uint8Array(0));
    const lines = ` (${count} line${count === 1 ? '' : 's'})`;
    return type === null ? lines : `: ${type.name}${lines}`;
  },
});

lazyReaders.add(textLines);
mediaTypes.add(
  textLines,
  'text/plain',
  'text/html',
  'text/css',
  'text/javascript',
  'application/x-javascript',
  'text/enriched',
  'text/richtext',
  'text/parameters',
  'text/vnd.sun.j2me.app-descriptor',
  'text/x-ref-list',
  'text/x-ref-simple',
  'text/xml-external-parsed-entity',
  'application/xml-external-parsed-entity',
  'application/vnd.drm.message',
  'application/vnd.poc.refer-to',
  'application/x-ns-proxy-autoconfig',
  'application/x-rtsp-udp-packetpair',
  'application/x-tia-p25-issi',
  'application/x-tia-p25-sndcp',
);
