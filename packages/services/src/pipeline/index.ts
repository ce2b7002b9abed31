// Public interface of the pipeline.
export { AlreadyStored, type FileOptions, runFile } from './file.ts';
export { PipelineIntake } from './intake.ts';
export { runLive } from './live.ts';
export { ParserError, Run, startParsing } from './pipeline.ts';
export { talkersOf } from './talkers.ts';
