// Interns what follows from a packet's stack of layers alone, its "shape". Most packets have the shape of an earlier
// one, so that no text need be built for them.
import { COLUMN, HEAD_LAYERS, LATE, LISTED, NESTED, type Packet, SHOWN } from '../core/packet.ts';
import { framePath } from '../core/path.ts';
import { layersBesidePath, troubleMarks } from './marks.ts';
import { ipHeaders } from './outer.ts';

/** Shapes kept; any further one is computed each time. */
export const SHAPES_MAX = 16_384;
/** Slots of the hash table: a power of two, well above SHAPES_MAX. */
const SLOTS = 65_536;
/** Packets with more layers are computed each time. */
const LAYERS_MAX = 64;

const MATTERING = LISTED | SHOWN | COLUMN | NESTED | LATE;

export interface Shape {
  readonly id: number;
  /** frame.protocols. */
  readonly path: string;
  /** The layers that filters see where the path says otherwise, else null. */
  readonly layers: string | null;
  /** MALFORMED and SHORT. */
  readonly marks: number;
  /** Number of IP headers, see outer.ts. */
  readonly ipHeaders: number;
  /** The Protocol column, unless it depends on more than the layers: then null. See `columnOf`. */
  readonly column: string | null;
}

/** Id of a shape that is not kept. */
export const UNKEPT = -1;

const shapes: Shape[] = [];
/** Per shape: where its layers begin in `keys`, and how many there are. */
const starts: number[] = [];
const counts: number[] = [];
let keys = new Int32Array(4096);
let keysLength = 0;
/** Shape + 1 by hash; 0: free. */
const slots = new Int32Array(SLOTS);
const current = new Int32Array(LAYERS_MAX);

export function shapeOf(p: Packet): Shape {
  const { count, proto, flags } = p;
  if (count > LAYERS_MAX) return make(p, UNKEPT);
  // A head always stands for the same layers. No protocol's key is negative.
  const first = p.head === 0 ? 1 : HEAD_LAYERS;
  let hash = Math.imul(count ^ (p.head << 8), 0x9e3779b1);
  current[first - 1] = -p.head;
  for (let i = first; i < count; i++) {
    const mattering = flags[i]! & MATTERING;
    // The place of a LATE layer in the path depends on its mark, see LayerTrie.
    const key = proto[i]! | (mattering << 16) | ((mattering & LATE) === 0 ? 0 : p.mark[i]! << 21);
    current[i] = key;
    hash = Math.imul(hash ^ key, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  let slot = hash & (SLOTS - 1);
  for (; slots[slot] !== 0; slot = (slot + 1) & (SLOTS - 1)) {
    const id = slots[slot]! - 1;
    if (counts[id] === count && isSame(starts[id]!, first - 1, count)) return shapes[id]!;
  }
  return shapes.length < SHAPES_MAX ? keep(p, slot) : make(p, UNKEPT);
}

function isSame(start: number, first: number, count: number): boolean {
  for (let i = first; i < count; i++) if (keys[start + i] !== current[i]) return false;
  return true;
}

function keep(p: Packet, slot: number): Shape {
  const shape = make(p, shapes.length);
  if (keysLength + p.count > keys.length) {
    const larger = new Int32Array(keys.length * 2);
    larger.set(keys);
    keys = larger;
  }
  keys.set(current.subarray(0, p.count), keysLength);
  starts.push(keysLength);
  counts.push(p.count);
  keysLength += p.count;
  shapes.push(shape);
  slots[slot] = shapes.length;
  return shape;
}

function make(p: Packet, id: number): Shape {
  const [path, layers] = [framePath(p), layersBesidePath(p)];
  return {
    ...{ id, path, layers, marks: troubleMarks(p), column: columnOf(p) },
    ipHeaders: ipHeaders((layers ?? path).split(':')),
  };
}

function columnOf(p: Packet): string | null {
  for (let layer = p.count - 1; layer > 0; layer--) {
    if ((p.flags[layer]! & COLUMN) === 0) continue;
    const { column } = p.protocols[layer]!;
    if (column !== null) return typeof column === 'string' ? column : null;
  }
  return null;
}
