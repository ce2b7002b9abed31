// HTTP transport between the capture, parser and persistor services: bodies, client, server, errors.
export { encodeStoreBody } from './batch-body.ts';
export type { Encoding } from './encoding.ts';
export { BusError, ListenError } from './errors.ts';
export type { Listening } from './server.ts';
