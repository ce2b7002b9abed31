import type { Packet } from '@eyrie/dissect';

/** Sees every packet that passed the filter, in order; the packet is borrowed until `see` returns. */
export interface Printer {
  see(p: Packet): void;
  /** After the last packet. */
  finish(): void | Promise<void>;
}
