// Single-exchange text protocols: Gopher (RFC 1436), Finger (RFC 1288), WHOIS (RFC 3912); and Microsoft Notification
// Protocol (MSN messenger), whose lines are only listed.
import { ascii } from '../../core/bytes.ts';
import { text } from '../../core/field.ts';
import { COLUMN, MORE_SEGMENT, MORE_UNTIL_END, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';
import { mediaTypes } from '../media/types.ts';
import { eachLine, endOfLine, firstLine, isToServer, lineText } from './lines.ts';

const gopherFields = {
  request: text('gopher.request', 'Gopher client request'),
  item: text('gopher.directory.item', 'Directory item'),
};

/** RFC 1436 §3.8: a type, then fields between tabs. */
function isDirectory(b: Uint8Array, at: number, end: number): boolean {
  const stop = endOfLine(b, at, end);
  return /^[0-9+gIThis]?[^\t]*\t[^\t]*\t[^\t]*\t\d+/.test(ascii(b, at, Math.min(stop, at + 512)));
}

export const gopher = protocol({
  name: 'gopher',
  title: 'Gopher',
  column: 'Gopher',
  fields: gopherFields,
  on: [[tcpPorts, 70]],
  step(p) {
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (isToServer(p, 70)) out.add(gopherFields.request, start, endOfLine(b, start, p.stop[layer]!) - start);
    else if (isDirectory(b, start, p.stop[layer]!))
      eachLine(b, start, p.stop[layer]!, (at, stop) => out.add(gopherFields.item, at, stop - at));
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (isToServer(p, 70))
      return `Request: ${p.stop[layer]! - start <= 2 ? '[Directory list]' : firstLine(p, layer)}`;
    return isDirectory(b, start, p.stop[layer]!)
      ? 'Response: [Directory list]'
      : `Response: ${firstLine(p, layer)}`;
  },
});

/** The question in the client's last packet, for the answer's line in the list. */
interface Question {
  text: string;
}

/** A question of one line and an answer until the server closes. */
function questionAndAnswer(
  name: string,
  title: string,
  column: string,
  port: number,
  textOf: (p: Packet, layer: number, isQuery: boolean, question: string) => string,
): Protocol {
  const f = {
    query: text(`${name}.query`, 'Query'),
    answer: text(`${name}.${name === 'whois' ? 'answer' : 'response'}`, 'Answer'),
  };
  return protocol({
    name,
    title,
    column: (p, layer) => (p.mark[layer] === 1 ? null : column),
    fields: f,
    on: [[tcpPorts, port]],
    step(p) {
      const layer = p.count - 1;
      const state = p.session.stateOf<Question>(p, name, () => ({ text: '' }));
      const isQuery = isToServer(p, port);
      const isWaiting = isQuery
        ? endOfLine(p.buf, p.at, p.end) === p.end && p.askMore(MORE_SEGMENT)
        : p.askMore(MORE_UNTIL_END) && !isEnd(p);
      if (isQuery) state.text = lineText(p.buf, p.at, endOfLine(p.buf, p.at, p.end));
      p.notes[layer] = state.text;
      if (isWaiting) p.flags[layer] = p.flags[layer]! & COLUMN;
      else p.at = p.end;
      p.mark[layer] = isWaiting ? 1 : 0;
      return null;
    },
    emit(p, layer, out) {
      const start = p.start[layer]!;
      out.add(isToServer(p, port) ? f.query : f.answer, start, p.stop[layer]! - start);
    },
    info(p, layer) {
      const line = textOf(p, layer, isToServer(p, port), (p.notes[layer] as string | null) ?? '');
      return p.mark[layer] === 1 ? `${line} [TCP segment of a reassembled PDU]` : line;
    },
  });
}

/** The segment that ends the stream: nothing more will come. */
function isEnd(p: Packet): boolean {
  return p.tcpLayer >= 0 && (p.bufferOf(p.tcpLayer)[p.start[p.tcpLayer]! + 13]! & 1) !== 0;
}

export const finger = questionAndAnswer('finger', 'finger', 'FINGER', 79, (_p, _layer, isQuery) =>
  isQuery ? 'Query' : 'Response',
);

export const whois = questionAndAnswer('whois', 'whois', 'WHOIS', 43, (p, layer, isQuery, question) =>
  isQuery ? `Query: ${firstLine(p, layer)}` : `Answer: ${question}`,
);

export const msnms = protocol({
  name: 'msnms',
  title: 'MSN Messenger Service',
  column: 'MSNMS',
  on: [[tcpPorts, 1863]],
  step(p) {
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    eachLine(b, p.start[layer]!, p.stop[layer]!, (at, stop, next) => {
      out.group(lineText(b, at, stop), at, next - at);
      out.close();
    });
  },
  info: (p, layer) => firstLine(p, layer),
});

mediaTypes.add(msnms, 'application/x-msn-messenger');
