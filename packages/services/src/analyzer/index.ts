// The analyzer's interface.

export type { AuditLog } from './audit.ts';
export { ERROR_STATUS } from './errors.ts';
export type {
  Begun,
  Counters,
  Intake,
  InterfaceList,
  LiveOptions,
  Queue,
  Running,
  Service,
} from './intake.ts';
export { ListenError, listen, type Place, placeOf } from './listen.ts';
export type { AskPeer } from './mesh/source.ts';
export { findingRow } from './rows.ts';
export type { FindingRow } from './schemas/index.ts';
export type { Access } from './security.ts';
export { type AnalyzerOptions, buildAnalyzer, type Says, type Server } from './server.ts';
