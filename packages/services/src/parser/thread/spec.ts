// Messages to and from the parser's thread. Plain data, because they are passed between threads.
import type { FlowColumns, FlowOptions } from '@eyrie/dissect';
import type { DropRow, FindingRow, NameRow } from '@eyrie/store';
import type { LiveLogsOptions } from '../../zeek/index.ts';

/** Where packets come from. */
export type SourceSpec =
  | { readonly kind: 'file'; readonly path: string; readonly speed: number; readonly loop: boolean }
  | {
      readonly kind: 'ring';
      readonly folder: string;
      readonly from: number;
      /** The first number is 1 once nothing more will be written. */
      readonly over: Int32Array<SharedArrayBuffer>;
    };

export interface ParseJob {
  readonly source: SourceSpec;
  /** Whether it is done before a thread for it would have started. Default false. */
  readonly isSmall?: boolean;
  /** See ParserOptions. */
  readonly batchPackets: number;
  readonly firstPackets: number;
  /** Batches that may be on their way at once. */
  readonly batchesMax: number;
  /** Packets up to this number are stored already. */
  readonly skipTo: number;
  /** Of those, the last one whose conversations are stored, too. */
  readonly reported?: number;
  /** See ParserOptions. */
  readonly reportEvery?: number;
  /** Added to stream numbers, see ParserOptions. */
  readonly streamBase: number;
  /** Whether a stopped job may be resumed: then the rows of the end are left to the resumed one. */
  readonly canGoOn: boolean;
  readonly flushMs: number;
  readonly flows: FlowOptions;
  /** Whether intrusion rules are applied. */
  readonly rules: boolean;
  /** Which findings they do not make: an expression; empty, the default: none. */
  readonly silence?: string | undefined;
  /** A file of TLS secrets, which may grow; '': none. */
  readonly keyLog?: string | undefined;
  /** Zeek's logs that are written of them; null: none. */
  readonly logs?: LiveLogsOptions | null;
  /** Whether packets are live, so that the system clock decides which conversations are over. */
  readonly isLive: boolean;
}

/** A batch on its way to the store; `memory` is to be returned. */
export interface ParsedMessage {
  readonly kind: 'batch';
  readonly sequence: number;
  readonly length: number;
  readonly capacity: number;
  readonly memory: ArrayBuffer;
  readonly texts: string[];
  readonly flows: FlowColumns;
  readonly names: NameRow[];
  readonly findings: FindingRow[];
  readonly reported: number | null;
  readonly drops: DropRow[];
  readonly progress: Progress;
}

export interface Progress {
  readonly bytesRead: number;
  /** Null if unknown, as of a pipe. */
  readonly size: number | null;
  /** frame.number of the last packet. */
  readonly packets: number;
}

export type FromParser =
  | ParsedMessage
  /** Something beside the parsing goes wrong, in words; it goes on. */
  | { readonly kind: 'trouble'; readonly trouble: string }
  /** `problem`: the input was damaged or cut, and this is what is wrong with it. */
  | { readonly kind: 'end'; readonly problem: string | null }
  /** It could not go on. `code` of a CaptureError, else ''. */
  | { readonly kind: 'error'; readonly code: string; readonly message: string; readonly stack: string };

export type ToParser =
  | { readonly kind: 'memory'; readonly memory: ArrayBuffer }
  /** Finish what was read, and end. */
  | { readonly kind: 'stop' }
  /** End soon: no further batch is wanted, and no memory comes back. */
  | { readonly kind: 'discard' };
