// files.log: what was transferred, with its hashes (https://docs.zeek.org/en/master/logs/files.html).
import { hash } from 'node:crypto';
import { isLocal } from '../conn/local.ts';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import type { Logs, Seen } from './log.ts';
import { mediaTypeOf } from './mime.ts';

export interface Transferred extends OfConn {
  readonly fuid: string;
  /** The protocol it came over: `HTTP`, `SSL`, `SMTP`, `FTP_DATA`, `SMB`. */
  readonly source: string;
  /** How many files came before it in the same message, or levels of parts it is within. */
  readonly depth: number;
  readonly analyzers: readonly string[];
  readonly mimeType: string | null;
  readonly filename: string | null;
  /** Sent by the originator. */
  readonly isOrig: boolean;
  /** Seconds from its first part to its last one. */
  readonly duration: number;
  readonly bytes: number;
  readonly totalBytes: number | null;
  readonly missingBytes: number;
  /** Null: some of it is missing. */
  readonly hashes: FileHashes | null;
}

/** In hexadecimal. */
export interface FileHashes {
  readonly md5: string;
  readonly sha1: string;
  readonly sha256: string;
}

const columns: readonly Column<Transferred>[] = [
  ['ts', 'time', ({ time }) => time],
  ['fuid', 'string', ({ fuid }) => fuid],
  ...connColumns.slice(1),
  ['source', 'string', ({ source }) => source],
  ['depth', 'count', ({ depth }) => depth],
  ['analyzers', 'set[string]', ({ analyzers }) => analyzers],
  ['mime_type', 'string', ({ mimeType }) => mimeType],
  ['filename', 'string', ({ filename }) => filename],
  ['duration', 'interval', ({ duration }) => duration],
  ['local_orig', 'bool', ({ conn, isOrig }) => isLocal((isOrig ? conn.orig : conn.resp).host)],
  ['is_orig', 'bool', ({ isOrig }) => isOrig],
  ['seen_bytes', 'count', ({ bytes }) => bytes],
  ['total_bytes', 'count', ({ totalBytes }) => totalBytes],
  ['missing_bytes', 'count', ({ missingBytes }) => missingBytes],
  ['overflow_bytes', 'count', () => 0],
  ['timedout', 'bool', () => false],
  ['parent_fuid', 'string', () => null],
  ['md5', 'string', ({ hashes }) => hashes?.md5],
  ['sha1', 'string', ({ hashes }) => hashes?.sha1],
  ['sha256', 'string', ({ hashes }) => hashes?.sha256],
  ['extracted', 'string', () => null],
  ['extracted_cutoff', 'bool', () => null],
  ['extracted_size', 'count', () => null],
];

export const filesLog: LogKind<Transferred> = { path: 'files', columns };

export interface FileFacts {
  readonly source: string;
  readonly depth?: number;
  readonly filename?: string | null;
  readonly mimeType?: string;
  readonly totalBytes?: number | null;
  readonly analyzers?: readonly string[];
  /** If they are known: a certificate comes again and again. */
  readonly hashes?: FileHashes;
}

function hashesOf(data: Uint8Array): FileHashes {
  return { md5: hash('md5', data), sha1: hash('sha1', data), sha256: hash('sha256', data) };
}

/** What computes the hashes, for the column. */
export const HASHES: readonly string[] = ['MD5', 'SHA1', 'SHA256'];

/** Logs a file that was seen whole. */
export function writeFile(
  logs: Logs,
  { conn, time, isOrig }: Seen,
  data: Uint8Array,
  facts: FileFacts,
): Transferred {
  const { source, depth = 0, filename = null, totalBytes = null, analyzers = [] } = facts;
  const row: Transferred = {
    ...{ conn, time, isOrig, source, depth, filename, totalBytes },
    fuid: logs.uids.make('F'),
    analyzers: [...analyzers, ...HASHES],
    mimeType: facts.mimeType ?? mediaTypeOf(data),
    ...{ duration: 0, bytes: data.length, missingBytes: 0 },
    hashes: facts.hashes ?? hashesOf(data),
  };
  logs.write(filesLog, row);
  return row;
}
