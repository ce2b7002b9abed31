import type { Frame, Packet } from '@eyrie/dissect';

/** Sees every packet that passed the filter, in order; packet and frame are borrowed until `see` returns. */
export interface Printer {
  /** It prints layers, addresses and lengths alone: what replies answer need not be known. */
  readonly seesLayersOnly?: boolean;
  /** It prints what is known only where the session times conversations. */
  readonly isTimed?: boolean;
  see(p: Packet, frame: Frame): void;
  /** Between chunks of input: the time to wait for a slow disk, or to show what is there. */
  drain?(): void | Promise<void>;
  /** After the last packet. */
  finish(): void | Promise<void>;
  /** Instead of finish, when the work failed: leaves nothing half made behind. */
  abandon?(): Promise<void>;
}
