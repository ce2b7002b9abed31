// Git transport protocol, pkt-line framing: https://git-scm.com/docs/gitprotocol-common, gitprotocol-pack.
import { spells } from '../../core/bytes.ts';
import { bytes, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';

const PORT = 9418;
/** Length prefix: four hexadecimal digits that count themselves; smaller values are special packets. */
const LENGTH = 4;

const f = {
  version: uint('git.version', 'Git Protocol Version').named({
    0x31: 'Git protocol version 1',
    0x32: 'Git protocol version 2',
  }),
  type: uint('git.packet_type', 'Git Packet Type').named({
    0: 'Flush',
    1: 'Delimiter',
    2: 'Response end',
  }),
  length: uint('git.length', 'Packet length').at(-1, 2).hex(),
  data: bytes('git.data', 'Packet data'),
  sideband: uint('git.sideband_control_code', 'Sideband control code').at(-1, 1).hex().named({
    1: 'Git packfile data',
    2: 'Git progress data',
    3: 'Git error data',
  }),
};

/** Length given by the pkt-line at `at`; -1 if none begins there. */
function lengthAt(b: Uint8Array, at: number): number {
  let length = 0;
  for (let i = 0; i < LENGTH; i++) {
    const c = b[at + i]!;
    const letter = c | 0x20;
    const digit = c >= 0x30 && c <= 0x39 ? c - 0x30 : letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
    if (digit < 0) return -1;
    length = length * 16 + digit;
  }
  return length;
}

export const git = protocol({
  name: 'git',
  title: 'Git Smart Protocol',
  column: 'Git',
  fields: f,
  on: [[tcpPorts, PORT]],
  framing: {
    header: LENGTH,
    length(p: Packet): number {
      const length = lengthAt(p.buf, p.at);
      return length < 0 ? p.end - p.at : Math.max(length, LENGTH);
    },
  },
  step(p) {
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const length = end - start < LENGTH ? -1 : lengthAt(b, start);
    if (length < 0) return;
    if (length < LENGTH) {
      out.add(f.type, start, LENGTH, length);
      return;
    }
    out.add(f.length, start, LENGTH, length);
    let at = start + LENGTH;
    if (end - at >= 9 && spells(b, at, end, 'version ')) out.add(f.version, at + 8, 1);
    // Side-band data starts with a band number, which is never a text character.
    if (at < end && b[at]! >= 1 && b[at]! <= 3) out.add(f.sideband, at++, 1);
    if (at < end) out.add(f.data, at, end - at);
  },
  info: () => 'Git Smart Protocol',
});
