// mysql.log: each command with its outcome (https://docs.zeek.org/en/master/logs/mysql.html).
import type { Tap } from '@eyrie/dissect';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, tapOf, textOf } from './log.ts';
import { SoftwareLog } from './software.ts';

interface Command extends OfConn {
  readonly name: string;
  readonly argument: string;
  isSuccess: boolean | null;
  rows: number | null;
  response: string | null;
}

/** By code, from 0 on (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase.html). */
const COMMANDS = [
  ...['sleep', 'quit', 'init_db', 'query', 'field_list', 'create_db', 'drop_db', 'refresh', 'shutdown'],
  ...['statistics', 'process_info', 'connect', 'process_kill', 'debug', 'ping', 'time', 'delayed_insert'],
  ...['change_user', 'binlog_dump', 'table_dump', 'connect_out', 'register_slave', 'stmt_prepare'],
  ...['stmt_execute', 'stmt_send_long_data', 'stmt_close', 'stmt_reset', 'set_option', 'stmt_fetch'],
  ...['daemon', 'binlog_dump_gtid', 'reset_connection'],
];
/** They have no response. */
const UNANSWERED = ['quit', 'stmt_send_long_data', 'stmt_close'];

const columns: readonly Column<Command>[] = [
  ...connColumns,
  ['cmd', 'string', ({ name }) => name],
  ['arg', 'string', ({ argument }) => argument],
  ['success', 'bool', ({ isSuccess }) => isSuccess],
  ['rows', 'count', ({ rows }) => rows],
  ['response', 'string', ({ response }) => response],
];

export const mysqlLog: LogKind<Command> = { path: 'mysql', columns };

const NUMBER = 'mysql.packet_number';
const USER = 'mysql.user';
const COMMAND = 'mysql.command';
const QUERY = 'mysql.query';
const SCHEMA = 'mysql.schema';
const OUTCOME = 'mysql.response_code';
const MESSAGE = 'mysql.error.message';
const AFFECTED = 'mysql.affected_rows';
const GREETING = 'mysql.server_greeting';
const VERSION = 'mysql.version';
/** Outcomes. */
const OK = 0;
const ERROR = 255;

interface State {
  command: Command | null;
}

export const mysqlReader: LogReader = {
  protocols: ['mysql'],
  make(logs) {
    const tap = tapOf(
      ['mysql'],
      [NUMBER, USER, COMMAND, QUERY, SCHEMA, OUTCOME, MESSAGE, AFFECTED, GREETING, VERSION],
    );

    const software = new SoftwareLog(logs);

    function end(state: State): void {
      if (state.command !== null) logs.write(mysqlLog, state.command);
      state.command = null;
    }

    return (p, layer, { conn, time, isOrig }) => {
      tap.take(p, layer);
      if (tap.has(GREETING)) {
        const { host, port } = conn.resp;
        if (tap.has(VERSION)) software.see('MySQL::SERVER', `MySQL/${tap.text(VERSION)}`, time, host, port);
        return;
      }
      const state = conn.keep('mysql', (): State => ({ command: null }), end);
      if (isOrig && (tap.has(USER) || tap.has(COMMAND))) {
        end(state);
        const [name, argument] = tap.has(USER)
          ? ['login', tap.text(USER)]
          : [commandName(tap), argumentOf(tap)];
        state.command = { conn, time, name, argument, isSuccess: null, rows: null, response: null };
        if (UNANSWERED.includes(name)) end(state);
      } else if (!isOrig && state.command !== null && isOutcome(tap, state.command)) {
        readOutcome(state.command, tap);
        end(state);
      }
    };
  },
};

function commandName(tap: Tap): string {
  const code = tap.number(COMMAND);
  return COMMANDS[code] ?? `unknown-${code}`;
}

function argumentOf(tap: Tap): string {
  return textOf(tap, QUERY) ?? textOf(tap, SCHEMA) ?? '';
}

/** Rows follow the first packet of a response; a login goes on until it is granted or refused. */
function isOutcome(tap: Tap, { name }: Command): boolean {
  if (name !== 'login') return tap.number(NUMBER) === 1;
  const code = tap.number(OUTCOME);
  return code === OK || code === ERROR;
}

function readOutcome(command: Command, tap: Tap): void {
  command.isSuccess = tap.number(OUTCOME) !== ERROR;
  if (command.isSuccess) command.rows = tap.has(AFFECTED) ? tap.number(AFFECTED) : 0;
  else command.response = textOf(tap, MESSAGE);
}
