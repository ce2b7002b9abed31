// Zeek's logs of live traffic, in files that are put aside at intervals: what the parser needs of them.
import type { Packet, Session } from '@eyrie/dissect';
import type { FindingRow } from '@eyrie/store';
import { logPaths } from './records/index.ts';
import { writeNotices } from './records/notice.ts';
import type { LogFormat } from './write/format.ts';
import { LogFiles } from './write/log-files.ts';
import { ZeekLogs } from './zeek-logs.ts';

/** Plain data: it goes between threads. */
export interface LiveLogsOptions {
  readonly folder: string;
  readonly format: LogFormat;
  /** 0: never; what an earlier run left is put aside all the same. */
  readonly rotateSeconds: number;
  /** 0: for ever. */
  readonly keepSeconds: number;
}

export class LiveLogs {
  readonly #files: LogFiles;
  readonly #logs: ZeekLogs;

  /**
   * Before the first packet of the session.
   *
   * @param onTrouble told why rows can't be written, each reason once @throws the system's error if the folder can't be made
   */
  constructor(session: Session, options: LiveLogsOptions, onTrouble: (trouble: string) => void) {
    this.#files = new LogFiles({ ...options, keepsEarlier: true, paths: logPaths, onTrouble });
    this.#logs = new ZeekLogs(session, this.#files);
  }

  add(p: Packet): void {
    this.#logs.add(p);
  }

  addFindings(findings: readonly FindingRow[]): void {
    writeNotices(this.#files, findings);
  }

  /** Now and then, also when no packets come; seconds since 1970. */
  advance(now: number): void {
    this.#logs.advance(now);
    this.#files.flush();
  }

  end(): void {
    this.#logs.end();
  }

  /** After the last finding. */
  close(): void {
    this.#files.close();
  }
}
