// The bus's interface.
export { BATCH_TYPE, encodeStoreBody } from './batch-body.ts';
export { BusClient } from './client.ts';
export type { Encoding } from './encoding.ts';
export { BusError, type BusErrorCode, ListenError } from './errors.ts';
export { FRAMES_TYPE } from './frames-body.ts';
export type { Listening } from './server.ts';
