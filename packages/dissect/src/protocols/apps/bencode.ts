// Bencoded values in BitTorrent messages (BEP 3).
import { ascii, indexOf } from '../../core/bytes.ts';
import { int, text, uint } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';

const I = 0x69;
const E = 0x65;
const COLON = 0x3a;
/** Values shown per message. */
const SHOWN_MAX = 500;

const f = {
  length: uint('bencode.str.length', 'String Length'),
  string: text('bencode.str', 'String'),
  int: int('bencode.int', 'Integer'),
};

export const bencode = protocol({
  name: 'bencode',
  title: 'Bencode',
  fields: f,
  step(p) {
    p.at = p.end;
    return null;
  },
  emit: (p, layer, out) => emitValues(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!, out),
});

/** All strings and integers, at any depth of lists and dictionaries. */
function emitValues(b: Uint8Array, at: number, end: number, out: Sink): void {
  for (let shown = 0; at < end && shown < SHOWN_MAX; ) {
    const first = b[at]!;
    if (first === I) {
      const stop = indexOf(b, E, at, end);
      if (stop < 0) return;
      out.add(f.int, at + 1, stop - at - 1, Number(ascii(b, at + 1, Math.min(stop, at + 20))) || 0);
      at = stop + 1;
      shown++;
    } else if (first >= 0x30 && first <= 0x39) {
      let length = 0;
      let i = at;
      for (; i < end && i < at + 7 && b[i]! >= 0x30 && b[i]! <= 0x39; i++)
        length = length * 10 + b[i]! - 0x30;
      if (b[i] !== COLON || i + 1 + length > end) return;
      out.add(f.length, at, i - at, length);
      out.add(f.string, i + 1, length);
      at = i + 1 + length;
      shown++;
    } else at++;
  }
}
