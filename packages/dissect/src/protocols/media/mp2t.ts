// MPEG-2 transport streams (ISO/IEC 13818-1 §2.4.3): packets of 188 bytes, in datagrams, RTP and HTTP.
import { u32 } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import { udpHeuristics } from '../../core/table.ts';
import { mediaTypes, takeContent } from './types.ts';

const PACKET = 188;
const SYNC = 0x47;

const f = {
  header: uint('mp2t.header', 'Header').at(-1, 4).hex(),
  tei: uint('mp2t.tei', 'Transport Error Indicator').mask(0x00800000),
  pusi: uint('mp2t.pusi', 'Payload Unit Start Indicator').mask(0x00400000),
  priority: uint('mp2t.tp', 'Transport Priority').mask(0x00200000),
  pid: uint('mp2t.pid', 'PID').mask(0x001fff00).hex(),
  scrambling: uint('mp2t.tsc', 'Transport Scrambling Control').mask(0x000000c0).hex(),
  adaptation: uint('mp2t.afc', 'Adaptation Field Control').mask(0x00000030).hex(),
  counter: uint('mp2t.cc', 'Continuity Counter').mask(0x0000000f),
};

/** Whether the payload consists of whole packets, each beginning with the sync byte. */
function looksLikeIt(p: Packet): boolean {
  const { buf: b, at } = p;
  const length = p.wireEnd - at;
  if (b[at] !== SYNC || length < PACKET || length % PACKET !== 0) return false;
  for (let i = at; i < p.end; i += PACKET) if (b[i] !== SYNC) return false;
  return true;
}

export const mp2t = protocol({
  name: 'mp2t',
  title: 'ISO/IEC 13818-1',
  column: 'MPEG TS',
  fields: f,
  heuristics: [[udpHeuristics, looksLikeIt]],
  step(p) {
    if (p.buf[p.at] !== SYNC) return REJECTED;
    takeContent(p);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const stop = p.stop[layer]!;
    for (let at = p.start[layer]!, packets = 0; at + 4 <= stop && packets < 200; at += PACKET, packets++) {
      out.open(f.header, at, 4, u32(b, at));
      for (const field of [f.tei, f.pusi, f.priority, f.pid, f.scrambling, f.adaptation, f.counter])
        out.add(field, at, 4);
      out.close();
    }
  },
});

mediaTypes.add(mp2t, 'video/mp2t');
