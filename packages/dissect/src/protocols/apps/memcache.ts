// memcached: the text protocol (commands and responses as lines) and the binary protocol; over UDP with an 8-byte frame
// header.
import { ascii, indexOf, u16, u32 } from '../../core/bytes.ts';
import { text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { printable } from '../../core/printable.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';

const PORT = 11211;
const REQUEST = 0x80;
const RESPONSE = 0x81;
const HEADER = 24;
const LINE_MAX = 300;

const opcodeNames: Readonly<Record<number, string>> = {
  0: 'Get',
  1: 'Set',
  2: 'Add',
  3: 'Replace',
  4: 'Delete',
  5: 'Increment',
  6: 'Decrement',
  7: 'Quit',
  8: 'Flush',
  9: 'Get Quiet',
  10: 'NOOP',
  11: 'Version',
  12: 'Get Key',
  13: 'Get Key Quiet',
  14: 'Append',
  15: 'Prepend',
  16: 'Statistics',
};

const f = {
  magic: uint('memcache.magic', 'Magic').named({ 128: 'Request', 129: 'Response' }),
  opcode: uint('memcache.opcode', 'Opcode').named(opcodeNames),
  keyLength: uint('memcache.key.length', 'Key Length'),
  extrasLength: uint('memcache.extras.length', 'Extras length'),
  dataType: uint('memcache.data_type', 'Data type'),
  status: uint('memcache.status', 'Status'),
  total: uint('memcache.total_body_length', 'Total body length'),
  opaque: uint('memcache.opaque', 'Opaque'),
  key: text('memcache.key', 'Key'),
  value: text('memcache.value', 'Value'),
  command: text('memcache.command', 'Command'),
  response: text('memcache.response', 'Response'),
};

/** First word of a line: a command or a response. */
const COMMANDS =
  /^(get|gets|set|add|replace|append|prepend|cas|delete|incr|decr|stats|flush_all|version|verbosity|quit|slabs|gat|gats|touch|mn|mg|ms|md)\b/;
const RESPONSES =
  /^(VALUE|STORED|NOT_STORED|EXISTS|NOT_FOUND|DELETED|TOUCHED|OK|END|ERROR|CLIENT_ERROR|SERVER_ERROR|STAT|VERSION|RESET|BUSY|BADCLASS|NOSPARE|NOTFULL|UNSAFE|SAME)\b/;

const isBinary = (b: Uint8Array, at: number): boolean => b[at] === REQUEST || b[at] === RESPONSE;

export const memcache = protocol({
  name: 'memcache',
  title: 'Memcache Protocol',
  column: 'MEMCACHE',
  fields: f,
  on: [
    [tcpPorts, PORT],
    [udpPorts, PORT],
  ],
  step(p) {
    const b = p.buf;
    if (isBinary(b, p.at)) {
      const needed = p.end - p.at < HEADER ? HEADER : HEADER + u32(b, p.at + 8);
      if (p.end - p.at < needed && p.askMore(needed)) {
        p.flags[p.count - 1] = 0;
        return null;
      }
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (!isBinary(b, start)) {
      const stop = lineEnd(b, start, end);
      const line = ascii(b, start, stop);
      const words = line.split(' ', 1)[0]!.length;
      if (COMMANDS.test(line)) out.add(f.command, start, words);
      else if (RESPONSES.test(line)) out.add(f.response, start, words);
      return;
    }
    if (end - start < HEADER) return;
    out.add(f.magic, start, 1);
    out.add(f.opcode, start + 1, 1);
    out.add(f.keyLength, start + 2, 2);
    out.add(f.extrasLength, start + 4, 1);
    out.add(f.dataType, start + 5, 1);
    if (b[start] === RESPONSE) out.add(f.status, start + 6, 2);
    out.add(f.total, start + 8, 4);
    out.add(f.opaque, start + 12, 4);
    const key = start + HEADER + b[start + 4]!;
    const value = key + u16(b, start + 2);
    if (value > end) return;
    if (value > key) out.add(f.key, key, value - key);
    if (end > value) out.add(f.value, value, end - value);
  },
  info: (p, layer) => messageInfo(p, layer),
});

function lineEnd(b: Uint8Array, start: number, end: number): number {
  const cr = indexOf(b, 0x0d, start, Math.min(end, start + LINE_MAX));
  return cr < 0 ? Math.min(end, start + LINE_MAX) : cr;
}

function messageInfo(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  if (isBinary(b, start) && end - start >= HEADER) {
    const kind = b[start] === REQUEST ? 'Request' : 'Response';
    return `${opcodeNames[b[start + 1]!] ?? `Unknown opcode (${b[start + 1]})`} ${kind}`;
  }
  const line = ascii(b, start, lineEnd(b, start, end));
  return COMMANDS.test(line) || RESPONSES.test(line) ? `${printable(line)} ` : 'MEMCACHE Continuation';
}
