// What all sources of packets have in common: files, folders of files told apart, standard input, interfaces, the ring.
import type { CaptureReader, Frame } from '@eyrie/dissect/files';

/** Gives frames one by one. */
export interface FrameReader {
  /** Fills in the next frame, borrowed until the next call; false if there is none just now. */
  next(frame: Frame): boolean;
}

/** What a source says besides its frames; the lists grow while it is read. */
export type SourceInfo = Pick<CaptureReader, 'interfaces' | 'names' | 'problem' | 'format'>;

export interface FrameSource {
  /** The path, `-` for standard input, or the interface's name. */
  readonly path: string;
  readonly reader: SourceInfo;
  /** Bytes on disk; null where nobody knows. */
  readonly size: number | null;
  readonly bytesRead: number;
  /** Take all frames that each reader has before the next; leaving the loop early closes the source. */
  chunks(): AsyncGenerator<FrameReader, void, void>;
  close(): Promise<void>;
}

/** One that reads the bytes of a capture, be they a file's or those of a program that captures. */
export interface CaptureBytes extends FrameSource {
  readonly reader: CaptureReader;
}
