// What others may use of this folder.
export { LiveLogs, type LiveLogsOptions } from './live-logs.ts';
export { logPaths } from './records/index.ts';
export { mediaTypeOf } from './records/mime.ts';
export { writeNotices } from './records/notice.ts';
export { fileNameOf, formatRow, LOG_FORMATS, type LogFormat } from './write/format.ts';
export { LogFiles, type LogFilesOptions, type RowSink } from './write/log-files.ts';
export type { ColumnValue, LogKind } from './write/log-kind.ts';
export { ZeekLogs, type ZeekLogsOptions } from './zeek-logs.ts';
