// SIP message fragments as bodies (RFC 3420), which report the progress of a call transfer.
import { text } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { appended } from '../media/column.ts';
import { mediaTypes, takeContent } from '../media/types.ts';
import { eachLine, firstLine } from '../text/lines.ts';

const f = { line: text('sipfrag.line', 'Line') };

export const sipfrag = protocol({
  name: 'sipfrag',
  title: 'Sipfrag',
  column: appended('sipfrag'),
  fields: f,
  step(p) {
    takeContent(p);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    eachLine(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!, (at, stop) =>
      out.add(f.line, at, stop - at),
    );
  },
});

mediaTypes.add(sipfrag, 'message/sipfrag');

/** Text that is appended to the enclosing message's Info column. */
export function sipfragSuffix(p: Packet, layer: number): string {
  for (let above = layer + 1; above < p.count; above++)
    if (p.protocols[above] === sipfrag) return `, with Sipfrag(${firstLine(p, above)})`;
  return '';
}
