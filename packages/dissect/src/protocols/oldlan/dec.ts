// Headers of DECnet phase IV routing and Local Area Transport ("DECnet Digital Network Architecture Phase IV, Routing
// Layer Functional Specification", 1983; "Local Area Transport Architecture", 1989).
import { u16le } from '../../core/bytes.ts';
import { ether, uint } from '../../core/field.ts';
import { COLUMN, OTHER, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { chdlcProtocols, etherTypes, pppProtocols } from '../../core/table.ts';
import { ethernetAddress } from '../../core/text.ts';
import { eth } from '../eth.ts';

/** A 2-byte length, optional padding (its length in a byte with the top bit set), then routing flags. */
const LENGTH = 2;
const PADDED = 0x80;
const CONTROL = 0x01;
const ROUTER_HELLO = 5;
const ENDNODE_HELLO = 6;
const ID = 6;

const controlTexts: Readonly<Record<number, string>> = {
  0: 'initialization message',
  1: 'verification message',
  2: 'Hello and test message',
  3: 'Level 1 routing message',
  4: 'Level 2 routing message',
  5: 'Ethernet Router Hello  message',
  6: 'Endnode Hello message',
};
const dnaFields = {
  flags: uint('dec_dna.flags', 'Routing flags').hex(1),
  id: ether('dec_dna.ctl.id', 'Transmitting system ID'),
};

/** Offset of the routing flags, after length and padding. */
function flagsAt(b: Uint8Array, start: number): number {
  const first = b[start + LENGTH]!;
  return start + LENGTH + (first & PADDED ? first & 0x7f : 0);
}

/** Area and node as `17.272`, from the last two bytes of a MAC address derived from them. */
function nodeText(b: Uint8Array, at: number): string {
  const address = u16le(b, at + 4);
  return `${address >> 10}.${address & 0x3ff}`;
}

function isHello(flags: number): boolean {
  const kind = (flags >> 1) & 7;
  return (flags & CONTROL) !== 0 && (kind === ROUTER_HELLO || kind === ENDNODE_HELLO);
}

export const decDna: Protocol = protocol({
  name: 'dec_dna',
  title: 'DEC DNA Routing Protocol',
  column: 'DEC DNA',
  fields: dnaFields,
  on: [
    [etherTypes, 0x6003],
    [chdlcProtocols, 0x6003],
    [pppProtocols, 0x0027],
  ],
  step(p) {
    if (p.end - p.at < LENGTH + 1) return p.cut(LENGTH + 1);
    const at = flagsAt(p.buf, p.at);
    if (at >= p.end) return p.cut(at + 1 - p.at);
    if (isHello(p.buf[at]!)) showNode(p, at + 4);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < LENGTH + 1) return;
    const at = flagsAt(b, start);
    if (at >= stop) return;
    out.add(dnaFields.flags, at, 1);
    if (isHello(b[at]!) && at + 4 + ID <= stop) out.add(dnaFields.id, at + 4, ID);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < LENGTH + 1) return '';
    const at = flagsAt(b, start);
    if (at >= stop || (b[at]! & CONTROL) === 0) return '';
    return `Routing control, ${controlTexts[(b[at]! >> 1) & 7] ?? 'Unknown'}`;
  },
});

/** Shows the node in the source column; the destination remains the link's. */
function showNode(p: Packet, id: number): void {
  if ((p.visibility & COLUMN) === 0 || id + ID > p.end) return;
  const link = p.find(eth);
  p.columnKind = OTHER;
  p.columnSrcText = nodeText(p.buf, id);
  p.columnDstText = link < 0 ? '' : ethernetAddress(p.bufferOf(link), p.start[link]!);
}

const latTypes: Readonly<Record<number, string>> = {
  0: 'Run',
  1: 'Start',
  2: 'Stop',
  10: 'Service announcement',
  12: 'Command',
  13: 'Status',
  14: 'Solicit information',
  15: 'Response information',
};
const latFields = { type: uint('lat.msg_typ', 'Message type').at(0, 1).mask(0xfc).named(latTypes) };

export const lat: Protocol = protocol({
  name: 'lat',
  title: 'Local Area Transport',
  column: 'LAT',
  fields: latFields,
  on: [[etherTypes, 0x6004]],
  step(p) {
    if (p.end - p.at < 1) return p.cut(1);
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    if (p.stop[layer]! === p.start[layer]) return '';
    const type = p.bufferOf(layer)[p.start[layer]!]! >> 2;
    return latTypes[type] ?? `Unknown command (${type})`;
  },
});
