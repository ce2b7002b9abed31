// sip.log: a row for each response, with its request (https://docs.zeek.org/en/master/logs/sip.html).
import type { Tap } from '@eyrie/dissect';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, numberOf, type Seen, tapOf, textOf } from './log.ts';

interface Transaction extends OfConn {
  method: string | null;
  uri: string | null;
  date: string | null;
  requestFrom: string | null;
  requestTo: string | null;
  responseFrom: string | null;
  responseTo: string | null;
  replyTo: string | null;
  callId: string | null;
  sequence: string | null;
  subject: string | null;
  readonly requestPath: string[];
  readonly responsePath: string[];
  userAgent: string | null;
  status: number | null;
  reason: string | null;
  warning: string | null;
  requestBytes: number | null;
  responseBytes: number | null;
  contentType: string | null;
}

const columns: readonly Column<Transaction>[] = [
  ...connColumns,
  // Zeek counts it and never moves on: it is 0 in all its rows.
  ['trans_depth', 'count', () => 0],
  ['method', 'string', ({ method }) => method],
  ['uri', 'string', ({ uri }) => uri],
  ['date', 'string', ({ date }) => date],
  ['request_from', 'string', ({ requestFrom }) => requestFrom],
  ['request_to', 'string', ({ requestTo }) => requestTo],
  ['response_from', 'string', ({ responseFrom }) => responseFrom],
  ['response_to', 'string', ({ responseTo }) => responseTo],
  ['reply_to', 'string', ({ replyTo }) => replyTo],
  ['call_id', 'string', ({ callId }) => callId],
  ['seq', 'string', ({ sequence }) => sequence],
  ['subject', 'string', ({ subject }) => subject],
  ['request_path', 'vector[string]', ({ requestPath }) => requestPath],
  ['response_path', 'vector[string]', ({ responsePath }) => responsePath],
  ['user_agent', 'string', ({ userAgent }) => userAgent],
  ['status_code', 'count', ({ status }) => status],
  ['status_msg', 'string', ({ reason }) => reason],
  ['warning', 'string', ({ warning }) => warning],
  ['request_body_len', 'count', ({ requestBytes }) => requestBytes],
  ['response_body_len', 'count', ({ responseBytes }) => responseBytes],
  ['content_type', 'string', ({ contentType }) => contentType],
];

export const sipLog: LogKind<Transaction> = { path: 'sip', columns };

const METHOD = 'sip.Method';
const STATUS_LINE = 'sip.Status-Line';
const FIELDS = [
  ...[METHOD, STATUS_LINE, 'sip.r-uri', 'sip.Date', 'sip.From', 'sip.To', 'sip.Reply-To', 'sip.Call-ID'],
  ...['sip.CSeq', 'sip.Subject', 'sip.Via', 'sip.User-Agent', 'sip.Status-Code', 'sip.Warning'],
  ...['sip.Content-Length', 'sip.Content-Type'],
];
/** Headers of the path that are logged, of messages that may be repeated without end. */
const PATH_MAX = 64;

interface State {
  row: Transaction | null;
}

export const sipReader: LogReader = {
  protocols: ['sip'],
  make(logs) {
    const tap = tapOf(['sip'], FIELDS);
    const end = (state: State): void => {
      if (state.row !== null) logs.write(sipLog, state.row);
      state.row = null;
    };

    return (p, layer, seen) => {
      tap.take(p, layer);
      const isRequest = tap.has(METHOD) && !tap.has(STATUS_LINE);
      if (!isRequest && !tap.has(STATUS_LINE)) return;
      const state = seen.conn.keep('sip', (): State => ({ row: null }), end);
      state.row ??= begun(seen);
      if (isRequest) return readRequest(state.row, tap);
      readResponse(state.row, tap);
      // A provisional response is logged as well, and the request waits for the final one (RFC 3261 §8.1.3.1).
      const { row } = state;
      if (row.status !== null && row.status >= 100 && row.status < 200) logs.write(sipLog, row);
      else end(state);
    };
  },
};

function begun({ conn, time }: Seen): Transaction {
  return {
    ...{ conn, time, method: null, uri: null, date: null, requestFrom: null, requestTo: null },
    ...{ responseFrom: null, responseTo: null, replyTo: null, callId: null, sequence: null, subject: null },
    ...{ requestPath: [], responsePath: [], userAgent: null, status: null, reason: null, warning: null },
    ...{ requestBytes: null, responseBytes: null, contentType: null },
  };
}

function readRequest(row: Transaction, tap: Tap): void {
  row.method = tap.text(METHOD);
  row.uri = textOf(tap, 'sip.r-uri');
  row.date = textOf(tap, 'sip.Date') ?? row.date;
  row.requestFrom = withoutTag(textOf(tap, 'sip.From')) ?? row.requestFrom;
  row.requestTo = textOf(tap, 'sip.To') ?? row.requestTo;
  row.replyTo = textOf(tap, 'sip.Reply-To') ?? row.replyTo;
  row.callId = textOf(tap, 'sip.Call-ID') ?? row.callId;
  row.sequence = textOf(tap, 'sip.CSeq') ?? row.sequence;
  row.subject = textOf(tap, 'sip.Subject') ?? row.subject;
  row.userAgent = textOf(tap, 'sip.User-Agent') ?? row.userAgent;
  row.requestBytes = numberOf(tap, 'sip.Content-Length') ?? row.requestBytes;
  addPath(row.requestPath, tap);
}

function readResponse(row: Transaction, tap: Tap): void {
  row.status = numberOf(tap, 'sip.Status-Code');
  // `SIP/2.0 401 Unauthorized` (RFC 3261 §7.2).
  row.reason = tap.text(STATUS_LINE).split(' ').slice(2).join(' ');
  row.responseFrom = withoutTag(textOf(tap, 'sip.From')) ?? row.responseFrom;
  row.responseTo = textOf(tap, 'sip.To') ?? row.responseTo;
  row.warning = textOf(tap, 'sip.Warning') ?? row.warning;
  row.responseBytes = numberOf(tap, 'sip.Content-Length') ?? row.responseBytes;
  row.contentType = textOf(tap, 'sip.Content-Type') ?? row.contentType;
  addPath(row.responsePath, tap);
}

function addPath(path: string[], tap: Tap): void {
  for (const via of tap.texts('sip.Via')) if (path.length < PATH_MAX) path.push(via.split(/;[ ]?branch/)[0]!);
}

function withoutTag(from: string | null): string | null {
  return from?.split(/;[ ]?tag=/)[0] ?? null;
}
