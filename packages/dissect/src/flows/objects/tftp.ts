// Files transferred by TFTP (RFC 1350): numbered blocks, ended by one that is shorter than the block size.
import { u16 } from '../../core/bytes.ts';
import { type Packet, SHOWN } from '../../core/packet.ts';
import { tftpFileOf } from '../../protocols/tftp.ts';
import { nameOfTarget, type ObjectReader, type OnObject, Parts } from './object.ts';

const DATA = 3;
/** Length of opcode and block number in bytes (§5). */
const HEADER = 4;

interface Transfer {
  /** Number of the last block; 0: none yet. Block numbers wrap around (RFC 7440 §4 and common practice). */
  last: number;
  readonly parts: Parts;
}

export class TftpObjects implements ObjectReader {
  readonly #onObject: OnObject;

  constructor(onObject: OnObject) {
    this.#onObject = onObject;
  }

  add(p: Packet): void {
    for (let layer = 1; layer < p.count; layer++)
      if (p.protocols[layer]!.name === 'tftp' && (p.flags[layer]! & SHOWN) !== 0) this.#message(p, layer);
  }

  #message(p: Packet, layer: number): void {
    const b = p.bufferOf(layer);
    const [start, stop] = [p.start[layer]!, p.stop[layer]!];
    if (stop - start < HEADER || u16(b, start) !== DATA) return;
    const transfer = p.session.stateOf(p, 'tftp.object', (): Transfer => ({ last: 0, parts: new Parts() }));
    // Ignores retransmitted blocks, and those after a gap: only files without gaps are exported.
    if (u16(b, start + 2) !== ((transfer.last + 1) & 0xffff)) return;
    const part = b.subarray(start + HEADER, stop);
    transfer.last++;
    transfer.parts.add(part);
    if (part.length >= p.mark[layer]!) return;
    const data = transfer.parts.take();
    transfer.last = 0;
    this.#onObject({ frame: p.number, host: '', type: '', name: nameOfTarget(tftpFileOf(p) ?? ''), data });
  }
}
