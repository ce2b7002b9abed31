// The pipeline's interface.
export { AlreadyStored, type FileOptions, runFile } from './file.ts';
export { type IntakeOptions, PipelineIntake } from './intake.ts';
export { type LiveRun, runLive } from './live.ts';
export { ParserError, type PipelineOptions, Run, type RunProgress } from './pipeline.ts';
export { talkersOf } from './talkers.ts';
