// IP Encapsulating Security Payload (RFC 4303): SPI and sequence number; the encrypted rest is not decrypted.
import { uint } from '../core/field.ts';
import { protocol } from '../core/protocol.ts';
import { ipProtocols } from '../core/table.ts';
import { hex } from '../core/text.ts';

const HEADER = 8;

const f = {
  spi: uint('esp.spi', 'ESP SPI').at(0, 4).hex(),
  sequence: uint('esp.sequence', 'ESP Sequence').at(4, 4),
};

export const esp = protocol({
  name: 'esp',
  title: 'Encapsulating Security Payload',
  column: 'ESP',
  fields: f,
  on: [[ipProtocols, 50]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    return `ESP (SPI=0x${hex(p.bufferOf(layer), start, start + 4)})`;
  },
});
