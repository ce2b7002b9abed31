import { bytes, uint } from './field.ts';
import { protocol } from './protocol.ts';

const f = { data: bytes('data.data', 'Data'), len: uint('data.len', 'Length') };

/** Payload that no known protocol claims. */
export const data = protocol({
  name: 'data',
  title: 'Data',
  fields: f,
  step(p) {
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    out.add(f.data, start, length);
    out.add(f.len, start, 0, length);
  },
  headline: (p, layer) => ` (${p.stop[layer]! - p.start[layer]!} bytes)`,
});
