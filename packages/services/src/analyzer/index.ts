// What others may use of the analyzer.
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
export type { Access } from './security.ts';
export { type AnalyzerOptions, buildAnalyzer, type Server } from './server.ts';
