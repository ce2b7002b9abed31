// The capture service's interface.
export { LiveCapture, type LiveCaptureOptions, type MeshClock, type MeshReading, startLive } from './live.ts';
export { fileOrigin, passingOrigin } from './origin.ts';
export type { Sent } from './send.ts';
export { type CaptureServiceOptions, captureFile, captureLive, type FileSourceOptions } from './service.ts';
