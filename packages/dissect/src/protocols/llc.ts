// IEEE 802.2 logical link control, with SNAP (IEEE Std 802.2-1998 §3, RFC 1042).
import { u16, u24 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { uint } from '../core/field.ts';
import { protocol } from '../core/protocol.ts';
import { etherTypes, llcSaps, snapPids } from '../core/table.ts';

const SNAP = 0xaa;

const f = {
  dsap: uint('llc.dsap', 'DSAP').at(0, 1).hex(),
  ssap: uint('llc.ssap', 'SSAP').at(1, 1).hex(),
  control: uint('llc.control', 'Control field').hex(),
  oui: uint('llc.oui', 'Organization Code').hex(),
  type: uint('llc.type', 'Type').hex(),
  pid: uint('llc.pid', 'Protocol ID').hex(),
};

/** §5.4: unnumbered frames (low bits 11) have one control byte, the others two. */
function controlWidth(control: number): number {
  return (control & 3) === 3 ? 1 : 2;
}

export const llc = protocol({
  name: 'llc',
  title: 'Logical-Link Control',
  column: 'LLC',
  fields: f,
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < 3) return p.cut(3);
    const dsap = b[start]!;
    const header = 2 + controlWidth(b[start + 2]!);
    p.at = start + header;
    if (dsap !== SNAP || b[start + 1] !== SNAP) {
      if (p.at >= p.end) return null;
      return llcSaps.get(dsap & 0xfe) ?? data;
    }
    if (p.end - start < header + 5) return p.cut(header + 5 - (p.at - start));
    const oui = u24(b, p.at);
    const type = u16(b, p.at + 3);
    p.at += 5;
    if (p.at >= p.end) return null;
    return (oui === 0 ? etherTypes.get(type) : snapPids.get(oui * 0x10000 + type)) ?? data;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    out.fixed(f.dsap);
    out.fixed(f.ssap);
    const control = controlWidth(b[start + 2]!);
    out.add(f.control, start + 2, control);
    if (b[start] !== SNAP || b[start + 1] !== SNAP) return;
    const snap = start + 2 + control;
    out.add(f.oui, snap, 3);
    out.add(u24(b, snap) === 0 ? f.type : f.pid, snap + 3, 2);
  },
});

