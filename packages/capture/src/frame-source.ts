// What all sources of packets have in common: files, standard input, interfaces, the ring.
import type { CaptureReader, Frame } from '@eyrie/dissect/files';

/** Delivers frames one by one. */
export interface FrameReader {
  /** Fills in the next frame, borrowed until the next call; false if there is none at the moment. */
  next(frame: Frame): boolean;
}

/** A source's metadata; the lists grow while it is read. */
export type SourceInfo = Pick<CaptureReader, 'interfaces' | 'names' | 'secrets' | 'problem' | 'format'>;

export interface FrameSource {
  /** The path, `-` for standard input, or the interface's name. */
  readonly path: string;
  readonly reader: SourceInfo;
  /** Bytes on disk; null if unknown. */
  readonly size: number | null;
  readonly bytesRead: number;
  /** Whether more than one chunk can be read at once, because the reader lags behind; absent: unknown. */
  readonly isAhead?: boolean;
  /** Yields a reader for each chunk; drain it before the next one. Leaving the loop early closes the source. */
  chunks(): AsyncGenerator<FrameReader, void, void>;
  close(): Promise<void>;
}

/** A source that reads capture bytes, from a file or from a capturing child process. */
export interface CaptureBytes extends FrameSource {
  readonly reader: CaptureReader;
}
