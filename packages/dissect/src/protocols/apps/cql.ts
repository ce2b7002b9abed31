// Cassandra CQL binary protocol, versions 3 to 5: frame headers and query texts.
import { u16, u32 } from '../../core/bytes.ts';
import { int, text, uint } from '../../core/field.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';
import { opcodeNames } from './cql-names.ts';
import { joinedInfo } from './joined.ts';

const HEADER = 9;
const QUERY = 7;
const PREPARE = 9;

const f = {
  version: uint('cql.version', 'Version').at(0, 1).hex(),
  direction: uint('cql.direction', 'Direction')
    .at(0, 1)
    .mask(0x80)
    .hex()
    .named({ 0: 'Request', 1: 'Response' }),
  flags: uint('cql.flags', 'Flags').at(1, 1).hex(),
  stream: int('cql.stream', 'Stream Identifier').at(2, 2),
  opcode: uint('cql.opcode', 'Opcode').at(4, 1).named(opcodeNames),
  length: uint('cql.message_length', 'Message Length').at(5, 4),
  stringLength: uint('cql.string_length', 'String Length'),
  string: text('cql.string', 'String'),
};

/** Version 3 or 4 (§2.1) and a defined opcode. */
function isFrame(b: Uint8Array, at: number): boolean {
  const version = b[at]! & 0x7f;
  return (version === 3 || version === 4) && opcodeNames[b[at + 4]!] !== undefined;
}

export const cql = protocol({
  name: 'cql',
  title: 'Cassandra CQL Protocol',
  column: 'CQL',
  fields: f,
  on: [[tcpPorts, 9042]],
  framing: {
    header: HEADER,
    length: (p) => (isFrame(p.buf, p.at) ? HEADER + u32(p.buf, p.at + 5) : 0),
  },
  step(p) {
    if (p.end - p.at < HEADER || !isFrame(p.buf, p.at)) return REJECTED;
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const field of [f.version, f.direction, f.flags, f.stream, f.opcode, f.length]) out.fixed(field);
    const opcode = b[start + 4]!;
    if ((opcode !== QUERY && opcode !== PREPARE) || end - start < HEADER + 4) return;
    const length = u32(b, start + HEADER);
    if (start + HEADER + 4 + length > end) return;
    out.add(f.stringLength, start + HEADER, 4);
    out.add(f.string, start + HEADER + 4, length);
  },
  info: (p, layer) =>
    joinedInfo(p, layer, ' | ', (q, i) => {
      const b = q.bufferOf(i);
      const start = q.start[i]!;
      const way = b[start]! & 0x80 ? 'S->C' : 'C->S';
      return `v${b[start]! & 0x7f} ${way} Type ${opcodeNames[u16(b, start + 3) & 0xff]}`;
    }),
});
