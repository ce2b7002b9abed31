import type { Frame, Packet } from '@eyrie/dissect';

/** Sees every packet that passed the filter, in order; packet and frame are borrowed until `see` returns. */
export interface Printer {
  /** It prints only layers, addresses and lengths: replies need not be matched with requests. */
  readonly seesLayersOnly?: boolean;
  /** It needs the timing of conversations. */
  readonly isTimed?: boolean;
  see(p: Packet, frame: Frame): void;
  /** Between chunks of input: waits for slow output, or flushes. */
  drain?(): void | Promise<void>;
  /** After the last packet. */
  finish(): void | Promise<void>;
  /** Instead of `finish`, after a failure: removes partial output. */
  abandon?(): Promise<void>;
}
