// Line-based text: HTML, style sheets, scripts and plain text, shown line by line.
import { utf8 } from '../../core/bytes.ts';
import { LISTED } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { beginsXml, contentBytes, contentOf, lazyReaders, mediaTypes, takeContent } from './types.ts';
import { xml } from './xml.ts';

/** Lines shown in the tree, and characters of each. */
const LINES_MAX = 2000;
const LINE_CHARACTERS_MAX = 240;

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
      const line = utf8(text, at, Math.min(end, at + LINE_CHARACTERS_MAX)).replace(/[\r\n]+$/, '');
      out.group(line, isPlain ? start + at : start, isPlain ? end - at : 0);
      out.close();
      at = end;
    }
  },
  headline(p, layer) {
    const type = contentOf(p, layer).type;
    return type === null ? '' : `: ${type.name}`;
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
