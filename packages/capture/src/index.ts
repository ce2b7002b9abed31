// The public interface of this package.

export { type Compression, DecompressError, decompress } from './decompress.ts';
export type { CaptureErrorCode } from './errors.ts';
export { CaptureError, readError } from './errors.ts';
export { captureFiles } from './folder.ts';
export type { CaptureBytes, FrameReader, FrameSource, SourceInfo } from './frame-source.ts';
export { KeyLogFile } from './key-log-file.ts';
export { listInterfaces, type NetworkInterface } from './live/interfaces.ts';
export { LIVE_DEFAULTS, type LiveOptions, LiveSource, openLive } from './live/live.ts';
export type { DropCounts } from './live/messages.ts';
export { findTool, howToPermit, type Tool, type ToolName } from './live/tool.ts';
export { makeFolder } from './make-folder.ts';
export type { OutputFormat, OutputOptions } from './output.ts';
export { CaptureOutput, createCapture, createGrowingCapture, formatOf } from './output.ts';
export { openReplay, type ReplayOptions } from './replay.ts';
export {
  parseRing,
  placeInRing,
  RING_DEFAULTS,
  type RingFile,
  type RingLimits,
  removeSession,
  ringFiles,
} from './ring/files.ts';
export { RingReader, type RingReaderOptions } from './ring/reader.ts';
export { RingWriter } from './ring/writer.ts';
export type { CaptureSource } from './source.ts';
export { checkCapture, openCapture } from './source.ts';
export { unpack } from './unpack.ts';
export {
  ambientKey,
  DamagedError,
  decrypted,
  encrypting,
  isVault,
  makeKeyFile,
  openPlain,
  type PlainFile,
  readKeyFile,
  Sealer,
  VaultKey,
} from './vault/index.ts';
