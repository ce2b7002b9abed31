// Extensible Messaging and Presence Protocol (RFC 6120): one XML stream per direction, dissected by stanza.
import { ascii, spells } from '../../core/bytes.ts';
import { text } from '../../core/field.ts';
import { MORE_SEGMENT, type Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpHeuristics, tcpPorts } from '../../core/table.ts';
import { xml } from '../media/xml.ts';
import { isToServer, looksLikeTls, startTls } from './lines.ts';

const f = {
  iqType: text('xmpp.iq.type', 'type'),
  id: text('xmpp.id', 'id'),
};

const PORT = 5222;
const SERVERS_PORT = 5269;

/** A stanza whose end is farther off is not waited for. */
const STANZA_BYTES_MAX = 1 << 20;

const WHITESPACE = 1;

/** Is the last tag closed, and every element but the stream itself? */
function isWhole(b: Uint8Array, start: number, end: number): boolean {
  const content = ascii(b, start, end);
  let depth = 0;
  for (const [tag] of content.matchAll(/<[^<>]*>/g)) {
    if (/^<[?!]|^<\/?stream:stream\b|\/>$/.test(tag)) continue;
    depth += tag.startsWith('</') ? -1 : 1;
  }
  return depth <= 0 && content.lastIndexOf('<') <= content.lastIndexOf('>');
}

interface Conversation {
  wantsTls: boolean;
}

export const xmpp = protocol({
  name: 'xmpp',
  title: 'XMPP Protocol',
  column: 'XMPP',
  fields: f,
  on: [[tcpPorts, PORT]],
  heuristics: [[tcpHeuristics, isStream]],
  step(p) {
    const { buf: b, at, end } = p;
    const layer = p.count - 1;
    if (looksLikeTls(b, at, end)) {
      startTls(p);
      const tls = tcpPorts.get(443);
      if (tls !== undefined) {
        p.flags[layer] = 0;
        return tls;
      }
    }
    if (b[at]! <= 0x20 && ascii(b, at, Math.min(end, at + 16)).trim() === '') {
      p.mark[layer] = WHITESPACE;
      p.at = end;
      return null;
    }
    if (end - at < STANZA_BYTES_MAX && !isWhole(b, at, end) && p.askMore(MORE_SEGMENT)) {
      p.flags[layer] = 0;
      return null;
    }
    const state = p.session.stateOf<Conversation>(p, 'xmpp', () => ({ wantsTls: false }));
    if (spells(b, at, end, '<starttls')) state.wantsTls = true;
    else if (state.wantsTls && spells(b, at, end, '<proceed')) startTls(p);
    return xml;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    const content = ascii(p.bufferOf(layer), start, Math.min(p.stop[layer]!, start + 2048));
    const type = /^<iq\b[^>]*\btype=['"]([^'"]*)/.exec(content)?.[1];
    const id = /^<\w+\b[^>]*\bid=['"]([^'"]*)/.exec(content)?.[1];
    if (type !== undefined) out.add(f.iqType, start, 0, type);
    if (id !== undefined) out.add(f.id, start, 0, id);
  },
  info: xmppInfo,
});

/** The opening of a stream, on any port. */
function isStream(p: Packet): boolean {
  const { buf: b, at, end } = p;
  if (b[at] !== 0x3c) return false;
  if (!spells(b, at, end, '<?xml') && !spells(b, at, end, '<stream:stream')) return false;
  return ascii(b, at, Math.min(end, at + 300)).includes('<stream:stream');
}

/** The names of the stanzas, and to whom: `MESSAGE > juliet@example.com`. */
function xmppInfo(p: Packet, layer: number): string {
  if (p.mark[layer] === WHITESPACE) return 'Whitespace Keepalive';
  const start = p.start[layer]!;
  const content = ascii(p.bufferOf(layer), start, Math.min(p.stop[layer]!, start + 4096));
  const first = /^(?:<\?[^>]*\?>)?\s*<(?:stream:)?([\w-]+)([^>]*)>?\s*(?:<([\w-]+))?/.exec(content);
  if (first === null) return 'XMPP Protocol';
  const name = first[1]!.toUpperCase();
  const to = /\bto=['"]([^'"]*)/.exec(first[2]!)?.[1];
  const type = name === 'IQ' ? /\btype=['"]([^'"]*)/.exec(first[2]!)?.[1] : undefined;
  const child = name === 'IQ' && first[3] !== undefined ? `${first[3].toUpperCase()} ` : '';
  const from = to === undefined || !isToServer(p, PORT, SERVERS_PORT) ? '' : `> ${to} `;
  return `${name}${type === undefined ? '' : `(${type})`} ${child}${from}`;
}
