// What other rooms may use of this one.

export type { Compression } from './decompress.ts';
export type { CaptureErrorCode } from './errors.ts';
export { CaptureError } from './errors.ts';
export type { OutputFormat, OutputOptions } from './output.ts';
export { CaptureOutput, createCapture, formatOf } from './output.ts';
export type { CaptureSource } from './source.ts';
export { openCapture } from './source.ts';
