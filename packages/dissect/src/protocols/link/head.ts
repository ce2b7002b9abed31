// Protocols of which only a fixed-length header is recognized.
import { data } from '../../core/data.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, type ProtocolDefinition, protocol } from '../../core/protocol.ts';

export interface Head {
  readonly name: string;
  readonly title: string;
  /** The Protocol column; null leaves it to the layer below. */
  readonly column: string | null;
  /**
   * The Info column: a text, or a function of the layer's bytes [start, stop), at least `least` of which are captured.
   */
  readonly info?: string | ((b: Uint8Array, start: number, stop: number) => string);
  readonly on: NonNullable<ProtocolDefinition['on']>;
  /** Minimum length; a shorter layer is malformed. Default 0. */
  readonly least?: number;
  /** Protocol after the first `least` bytes; without it, all bytes belong to this protocol. */
  readonly behind?: (p: Packet) => Protocol | null;
}

/** Leaves the rest undissected. */
export function thenData(p: Packet): Protocol | null {
  return p.at < p.end ? data : null;
}

export function head(d: Head): Protocol {
  const least = d.least ?? 0;
  const say = d.info;
  const info = (p: Packet, layer: number): string => {
    if (typeof say === 'string') return say;
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    return say === undefined || stop - start < least ? '' : say(p.bufferOf(layer), start, stop);
  };
  return protocol({
    name: d.name,
    title: d.title,
    ...(d.column === null ? {} : { column: d.column, info }),
    on: d.on,
    step(p) {
      if (p.end - p.at < least) return p.cut(least);
      if (d.behind === undefined) {
        p.at = p.end;
        return null;
      }
      p.at += least;
      return d.behind(p);
    },
  });
}
