// Events of the protocols of Windows networks, as Suricata has them: smb, dcerpc, rdp
// (https://docs.suricata.io/en/latest/output/eve/eve-json-format.html).

import { type Columns, type EveEvent, number, one, text } from './eve-values.ts';
import type { OfConn } from './log-kind.ts';

/** Commands of SMB 2 and of SMB 1, by Zeek's name of the action. */
const COMMANDS: Readonly<Record<string, readonly [smb2: string, smb1: string]>> = {
  'SMB::FILE_OPEN': ['CREATE', 'NT_CREATE_ANDX'],
  'SMB::FILE_RENAME': ['SET_INFO', 'RENAME'],
  'SMB::FILE_DELETE': ['SET_INFO', 'DELETE'],
  'SMB::PRINT_OPEN': ['CREATE', 'NT_CREATE_ANDX'],
  'SMB::PRINT_CLOSE': ['CLOSE', 'CLOSE'],
};
const SUCCESS = { status: 'STATUS_SUCCESS', status_code: '0x0' };

function isOfSmb1(row: unknown): boolean {
  return (row as OfConn).conn.kept('smb1') !== undefined;
}

function commandOf(row: unknown, [smb2, smb1]: readonly [smb2: string, smb1: string]): string {
  return isOfSmb1(row) ? `SMB1_COMMAND_${smb1}` : `SMB2_COMMAND_${smb2}`;
}

/** A share that the server has granted. */
export function smbMapping(value: Columns, row: unknown): EveEvent[] {
  const type = text(value('share_type'));
  const service = value('service');
  const smb = {
    command: commandOf(row, ['TREE_CONNECT', 'TREE_CONNECT_ANDX']),
    ...SUCCESS,
    [type === 'PIPE' ? 'named_pipe' : 'share']: value('path'),
    // The one is of SMB 1 alone, the other of SMB 2.
    ...(service == null
      ? { share_type: type === 'DISK' ? 'FILE' : type }
      : { service: { response: service } }),
  };
  return [one('smb', value, { smb })];
}

export function smbFile(value: Columns, row: unknown): EveEvent[] {
  const action = text(value('action'));
  const command = COMMANDS[action];
  if (command === undefined) return [];
  const smb = { command: commandOf(row, command), ...SUCCESS, ...whatOf(action, value, isOfSmb1(row)) };
  return [one('smb', value, { smb })];
}

function whatOf(action: string, value: Columns, isSmb1: boolean): object {
  const name = value('name');
  const info = (level: string) => (isSmb1 ? undefined : { class: 'FILE_INFO', info_level: level });
  if (action === 'SMB::FILE_RENAME')
    return { set_info: info('SMB2_FILE_RENAME_INFO'), rename: { from: value('prev_name'), to: name } };
  if (action === 'SMB::FILE_DELETE')
    return { filename: name, set_info: info('SMB2_FILE_DISPOSITION_INFO'), access: 'delete on close' };
  const seconds = (field: string) => Math.floor(number(value(`times.${field}`)));
  return {
    filename: name,
    access: 'normal',
    created: seconds('created'),
    accessed: seconds('accessed'),
    modified: seconds('modified'),
    changed: seconds('changed'),
    size: value('size'),
  };
}

/** A call; over a pipe of SMB it is part of that. */
export function dceRpc(value: Columns, row: unknown): EveEvent[] {
  const call = {
    request: 'REQUEST',
    response: value('rtt') == null ? 'UNREPLIED' : 'RESPONSE',
    interfaces: [{ service: value('endpoint'), procedure: value('operation') }],
  };
  if ((row as OfConn).conn.services.includes('smb')) return [one('smb', value, { smb: { dcerpc: call } })];
  return [one('dcerpc', value, { dcerpc: { ...call, rpc_version: '5.0' } })];
}

const RDP_PROTOCOLS: Readonly<Record<string, string>> = { RDSTLS: 'rds_tls' };
/** In the order of their numbers, from 1 on ([MS-RDPBCGR] §2.2.1.2.2). */
const RDP_FAILURES = [
  ...['ssl required by server', 'ssl not allowed by server', 'ssl cert not on server'],
  ...['inconsistent flags', 'hybrid required by server', 'ssl with user auth required by server'],
];

/** Each step of a connection's beginning is an event. */
export function rdp(value: Columns): EveEvent[] {
  const security = value('security_protocol');
  const reason = text(value('result')).toLowerCase().replaceAll('_', ' ');
  const failure = RDP_FAILURES.indexOf(reason) + 1;
  const steps: object[] = [{ event_type: 'initial_request', cookie: value('cookie') }];
  if (failure > 0) steps.push({ event_type: 'initial_response', error_code: failure, reason });
  else if (security != null) {
    const protocol = RDP_PROTOCOLS[text(security)] ?? text(security).toLowerCase();
    steps.push({ event_type: 'initial_response', protocol });
  }
  if (value('client_name') != null) {
    const [width, height] = [value('desktop_width'), value('desktop_height')];
    const client = { desktop_width: width, desktop_height: height, client_name: value('client_name') };
    steps.push({ event_type: 'connect_request', client });
  }
  return steps.map((step, i) => {
    const isFromServer = (step as { event_type: string }).event_type === 'initial_response';
    return { ...one('rdp', value, { rdp: { tx_id: i, ...step } }), isFromServer };
  });
}
