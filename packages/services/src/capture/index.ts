// The capture service's interface.
export { LiveCapture, type LiveCaptureOptions, type MeshClock, type MeshReading, startLive } from './live.ts';
export { sessionName } from './origin.ts';
export type { Sent } from './send.ts';
export { captureFile, captureLive } from './service.ts';
