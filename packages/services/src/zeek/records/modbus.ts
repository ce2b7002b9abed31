// modbus.log: each request and each response (https://docs.zeek.org/en/master/scripts/base/protocols/modbus/main.zeek.html).
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, numberOf, tapOf } from './log.ts';

export interface Message extends OfConn {
  readonly transaction: number | null;
  readonly unit: number | null;
  readonly code: number;
  readonly isRequest: boolean;
  readonly exception: number | null;
}

/** MODBUS Application Protocol Specification V1.1b3 §6, by the names that Zeek gives them. */
const FUNCTIONS: Readonly<Record<number, string>> = {
  ...{ 1: 'READ_COILS', 2: 'READ_DISCRETE_INPUTS', 3: 'READ_HOLDING_REGISTERS', 4: 'READ_INPUT_REGISTERS' },
  ...{ 5: 'WRITE_SINGLE_COIL', 6: 'WRITE_SINGLE_REGISTER', 7: 'READ_EXCEPTION_STATUS', 8: 'DIAGNOSTICS' },
  ...{ 9: 'PROGRAM_484', 10: 'POLL_484', 11: 'GET_COMM_EVENT_COUNTER', 12: 'GET_COMM_EVENT_LOG' },
  ...{ 13: 'PROGRAM_584_984', 14: 'POLL_584_984', 15: 'WRITE_MULTIPLE_COILS' },
  ...{ 16: 'WRITE_MULTIPLE_REGISTERS', 17: 'REPORT_SLAVE_ID', 18: 'PROGRAM_884_U84' },
  ...{ 19: 'RESET_COMM_LINK_884_U84', 20: 'READ_FILE_RECORD', 21: 'WRITE_FILE_RECORD' },
  ...{ 22: 'MASK_WRITE_REGISTER', 23: 'READ_WRITE_MULTIPLE_REGISTERS', 24: 'READ_FIFO_QUEUE' },
  ...{ 40: 'PROGRAM_CONCEPT', 43: 'ENCAP_INTERFACE_TRANSPORT', 90: 'UNITY_SCHNEIDER' },
};

/** §7. */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  ...{ 1: 'ILLEGAL_FUNCTION', 2: 'ILLEGAL_DATA_ADDRESS', 3: 'ILLEGAL_DATA_VALUE', 4: 'SLAVE_DEVICE_FAILURE' },
  ...{ 5: 'ACKNOWLEDGE', 6: 'SLAVE_DEVICE_BUSY', 8: 'MEMORY_PARITY_ERROR', 10: 'GATEWAY_PATH_UNAVAILABLE' },
  11: 'GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND',
};

const columns: readonly Column<Message>[] = [
  ...connColumns,
  ['tid', 'count', ({ transaction }) => transaction],
  ['unit', 'count', ({ unit }) => unit],
  ['func', 'string', functionOf],
  ['pdu_type', 'string', ({ isRequest }) => (isRequest ? 'REQ' : 'RESP')],
  [
    'exception',
    'string',
    ({ exception }) => (exception === null ? null : (EXCEPTIONS[exception] ?? `unknown-${exception}`)),
  ],
];

export const modbusLog: LogKind<Message> = { path: 'modbus', columns };

const CODE = 'modbus.func_code';
const EXCEPTION = 'modbus.exception_code';

export const modbusReader: LogReader = {
  protocols: ['modbus'],
  make(logs) {
    const tap = tapOf(['modbus'], [CODE, EXCEPTION]);
    const header = tapOf(['mbtcp'], ['mbtcp.trans_id', 'mbtcp.unit_id']);
    return (p, layer, { conn, time, isOrig }) => {
      tap.take(p, layer);
      if (!tap.has(CODE)) return;
      header.take(p, layer - 1);
      logs.write(modbusLog, {
        ...{ time, conn, isRequest: isOrig, code: tap.number(CODE) },
        transaction: numberOf(header, 'mbtcp.trans_id'),
        unit: numberOf(header, 'mbtcp.unit_id'),
        exception: numberOf(tap, EXCEPTION),
      });
    };
  },
};

function functionOf({ code, exception }: Message): string {
  const name = FUNCTIONS[code] ?? `unknown-${code}`;
  return exception === null ? name : `${name}_EXCEPTION`;
}
