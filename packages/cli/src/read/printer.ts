import type { Frame, Packet } from '@eyrie/dissect';

/** Sees every packet that passed the filter, in order; packet and frame are borrowed until `see` returns. */
export interface Printer {
  see(p: Packet, frame: Frame): void;
  /** Between chunks of input: the time to wait for a slow disk. */
  drain?(): Promise<void>;
  /** After the last packet. */
  finish(): void | Promise<void>;
}
