// The public interface of this package.
export { StoreError, type StoreErrorCode } from './errors.ts';
export { engineOf, openStore } from './open.ts';
export type * from './queries.ts';
export { PACKET_COLUMNS, PAGE_ROWS_MAX, PROTOCOL_GROUPS } from './queries.ts';
export { packetCursor } from './query/cursor.ts';
export type * from './rows.ts';
export { BATCH_PACKETS_MAX } from './rows.ts';
export { cancelledBy, uncancelled } from './sql/cancel.ts';
export type * from './store.ts';
export { WRITES_MAX } from './store.ts';
