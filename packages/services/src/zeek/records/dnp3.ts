// dnp3.log: each response, with the request before it
// (https://docs.zeek.org/en/master/scripts/base/protocols/dnp3/main.zeek.html).
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, numberOf, type Seen, tapOf } from './log.ts';

interface Exchange extends OfConn {
  request: number | null;
  reply: number | null;
  /** The internal indications of the response (IEEE 1815 §4.2.2.6). */
  indications: number | null;
}

/** IEEE 1815 §4.2.2.5, in order from 0, and those of responses from 0x81. */
const REQUESTS = [
  ...['CONFIRM', 'READ', 'WRITE', 'SELECT', 'OPERATE', 'DIRECT_OPERATE', 'DIRECT_OPERATE_NR', 'IMMED_FREEZE'],
  ...['IMMED_FREEZE_NR', 'FREEZE_CLEAR', 'FREEZE_CLEAR_NR', 'FREEZE_AT_TIME', 'FREEZE_AT_TIME_NR'],
  ...['COLD_RESTART', 'WARM_RESTART', 'INITIALIZE_DATA', 'INITIALIZE_APPL', 'START_APPL', 'STOP_APPL'],
  ...['SAVE_CONFIG', 'ENABLE_UNSOLICITED', 'DISABLE_UNSOLICITED', 'ASSIGN_CLASS', 'DELAY_MEASURE'],
  ...['RECORD_CURRENT_TIME', 'OPEN_FILE', 'CLOSE_FILE', 'DELETE_FILE', 'GET_FILE_INFO', 'AUTHENTICATE_FILE'],
  ...['ABORT_FILE', 'ACTIVATE_CONFIG', 'AUTHENTICATE_REQ', 'AUTHENTICATE_ERR'],
];
const RESPONSES = ['RESPONSE', 'UNSOLICITED_RESPONSE', 'AUTHENTICATE_RESP'];
const FIRST_RESPONSE = 0x81;

const columns: readonly Column<Exchange>[] = [
  ...connColumns,
  ['fc_request', 'string', ({ request }) => nameOf(request)],
  ['fc_reply', 'string', ({ reply }) => nameOf(reply)],
  ['iin', 'count', ({ indications }) => indications],
];

export const dnp3Log: LogKind<Exchange> = { path: 'dnp3', columns };

const FUNCTION = 'dnp3.al.func';
const INDICATIONS = 'dnp3.al.iin';

export const dnp3Reader: LogReader = {
  protocols: ['dnp3'],
  make(logs) {
    const tap = tapOf(['dnp3'], [FUNCTION, INDICATIONS]);
    return (p, layer, seen) => {
      tap.take(p, layer);
      if (!tap.has(FUNCTION)) return;
      const state = seen.conn.keep(
        'dnp3',
        (): { request: Exchange | null } => ({ request: null }),
        ({ request }) => {
          if (request !== null) logs.write(dnp3Log, request);
        },
      );
      const code = tap.number(FUNCTION);
      if (code < FIRST_RESPONSE) {
        // Of several requests without a response the last one counts.
        state.request = { ...begun(seen), request: code };
        return;
      }
      const row = state.request ?? begun(seen);
      row.reply = code;
      row.indications = numberOf(tap, INDICATIONS);
      logs.write(dnp3Log, row);
      state.request = null;
    };
  },
};

function begun({ conn, time }: Seen): Exchange {
  return { conn, time, request: null, reply: null, indications: null };
}

function nameOf(code: number | null): string | null {
  if (code === null) return null;
  return (code < FIRST_RESPONSE ? REQUESTS[code] : RESPONSES[code - FIRST_RESPONSE]) ?? `unknown-${code}`;
}
