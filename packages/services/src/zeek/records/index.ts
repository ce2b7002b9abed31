// All logs: one of another protocol is a file here, and its line in these lists.
import type { LogKind } from '../write/log-kind.ts';
import { connLog } from './conn.ts';
import { dnsLog, dnsReader } from './dns.ts';
import { filesLog } from './files.ts';
import { httpLog, httpReader } from './http.ts';
import type { LogReader } from './log.ts';
import { noticeLog } from './notice.ts';
import { sshLog, sshReader } from './ssh.ts';
import { sslLog, sslReaders } from './ssl.ts';
import { weirdLog } from './weird.ts';
import { x509Log } from './x509.ts';

export const logReaders: readonly LogReader[] = [dnsReader, httpReader, sshReader, ...sslReaders];

const kinds: readonly Pick<LogKind<never>, 'path'>[] = [
  connLog,
  dnsLog,
  filesLog,
  httpLog,
  noticeLog,
  sshLog,
  sslLog,
  weirdLog,
  x509Log,
];

/** What the files may be called, without `.log`. */
export const logPaths: readonly string[] = kinds.map(({ path }) => path);
