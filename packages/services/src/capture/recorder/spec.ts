// Messages to and from the recorder's thread. Plain data, because they are passed between threads.
import type { DropCounts, LiveOptions, RingLimits, ToolName } from '@eyrie/capture';

/** One interface, to be written to one session of the ring until it is stopped. */
export interface RecordJob {
  readonly interface: string;
  readonly live: LiveOptions;
  /** The folder of the session. */
  readonly folder: string;
  readonly ring: RingLimits;
  /** The section comment of new files; null: none. */
  readonly note: string | null;
}

/** Since the beginning. */
export interface RecordState extends DropCounts {
  /** Packets and bytes in the ring, also those overwritten since, and packets that the disk could not take. */
  readonly packets: number;
  readonly bytes: number;
  readonly dropped: number;
  /** Why no packets come into the ring at present, in a line; null: they do. */
  readonly trouble: string | null;
}

export type FromRecorder =
  | { readonly kind: 'begun'; readonly tool: ToolName }
  | { readonly kind: 'state'; readonly state: RecordState }
  /** The last message. `failure`: why it could not begin, or go on; `code` is that of a CaptureError, else ''. */
  | { readonly kind: 'end'; readonly failure: { readonly code: string; readonly message: string } | null };

export type ToRecorder =
  /** Write what has been captured, and end. */
  { readonly kind: 'stop' } | { readonly kind: 'note'; readonly note: string | null };
