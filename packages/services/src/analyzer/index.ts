// Public interface of the analyzer.

export { ERROR_STATUS } from './errors.ts';
export type { Intake } from './intake.ts';
export { checkPlace, ListenError, listen, type Place, placeOf } from './listen.ts';
export { findingRow } from './rows.ts';
export type { FindingRow } from './schemas/index.ts';
export { type AnalyzerOptions, buildAnalyzer, type ServerLog } from './server.ts';
