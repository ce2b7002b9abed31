// Fields of TACACS+ (RFC 8907).
import { bool, bytes, text, uint } from '../../core/field.ts';

export const AUTHENTICATION = 1;
export const AUTHORIZATION = 2;
export const ACCOUNTING = 3;

/** Major version (RFC 8907 §4.1); as in Wireshark, the field is the octet that includes the minor version. */
const MAJOR_VERSION = 12;

export const headerFields = {
  response: bool('tacplus.response', 'Response').hidden(),
  request: bool('tacplus.request', 'Request').hidden(),
  majvers: uint('tacplus.majvers', 'Major version')
    .at(0, 1)
    .named((version) => (version >> 4 === MAJOR_VERSION ? 'TACACS+' : undefined)),
  minvers: uint('tacplus.minvers', 'Minor version').at(0, 1).mask(0xf),
  type: uint('tacplus.type', 'Type')
    .at(1, 1)
    .named({
      [AUTHENTICATION]: 'Authentication',
      [AUTHORIZATION]: 'Authorization',
      [ACCOUNTING]: 'Accounting',
    }),
  seqno: uint('tacplus.seqno', 'Sequence number').at(2, 1),
  flags: uint('tacplus.flags', 'Flags').at(3, 1).hex(1),
  unencrypted: bool('tacplus.flags.unencrypted', 'Unencrypted').at(3, 1).mask(1),
  singleconn: bool('tacplus.flags.singleconn', 'Single Connection').at(3, 1).mask(4),
  sessionId: uint('tacplus.session_id', 'Session ID').at(4, 4),
  packetLen: uint('tacplus.packet_len', 'Packet length').at(8, 4),
};

const actions: Record<number, string> = {
  1: 'Inbound Login',
  2: 'Change password request',
  3: 'Send password request',
  4: 'Outbound Request (SENDAUTH)',
};
const types: Record<number, string> = { 1: 'ASCII', 2: 'PAP', 3: 'CHAP', 4: 'ARAP', 5: 'MS-CHAP' };
const services: Record<number, string> = {
  0: 'TAC_PLUS_AUTHEN_SVC_NONE',
  1: 'Login',
  2: 'ENABLE',
  3: 'PPP',
  4: 'ARAP',
  5: 'TAC_PLUS_AUTHEN_SVC_PT',
  6: 'TAC_PLUS_AUTHEN_SVC_RCMD',
  7: 'TAC_PLUS_AUTHEN_SVC_X25',
  8: 'TAC_PLUS_AUTHEN_SVC_NASI',
  9: 'TAC_PLUS_AUTHEN_SVC_FWPROXY',
};
const methods: Record<number, string> = {
  0: 'NOT_SET',
  1: 'NONE',
  2: 'KRB5',
  3: 'LINE',
  4: 'ENABLE',
  5: 'LOCAL',
  6: 'TACACSPLUS',
  8: 'GUEST',
  16: 'RADIUS',
  17: 'KRB4',
  32: 'RCMD',
};
const authenStatus: Record<number, string> = {
  1: 'Authentication Passed',
  2: 'Authentication Failed',
  3: 'Send Data',
  4: 'Send Username',
  5: 'Send Password',
  6: 'Restart Authentication Sequence',
  7: 'Unrecoverable Error',
  33: 'Use Alternate Server',
};
const authorStatus: Record<number, string> = {
  1: 'PASS_ADD',
  2: 'PASS_REPL',
  16: 'FAIL',
  17: 'ERROR',
  33: 'FOLLOW',
};

export const bodyFields = {
  action: uint('tacplus.authen_action', 'Action').named(actions),
  privilege: uint('tacplus.privilege_level', 'Privilege Level'),
  authenticationType: uint('tacplus.authentication_type', 'Authentication type').named(types),
  service: uint('tacplus.service', 'Service').named(services),
  userLen: uint('tacplus.user_len', 'User len'),
  user: text('tacplus.user', 'User'),
  portLen: uint('tacplus.port_len', 'Port len'),
  port: text('tacplus.port', 'Port'),
  addressLen: uint('tacplus.address_len', 'Remaddr len'),
  address: text('tacplus.remote_address', 'Remote Address'),
  passwordLength: uint('tacplus.password_length', 'Password Length'),
  password: text('tacplus.auth_password', 'Password'),
  asciiLength: uint('tacplus.ascii_length', 'ASCII Data Length'),
  chapLength: uint('tacplus.chap_data_length', 'CHAP Data Length'),
  mschapLength: uint('tacplus.mschap_data_length', 'MSCHAP Data Length'),
  arapLength: uint('tacplus.arap_data_length', 'ARAP Data Length'),
  dataLength: uint('tacplus.data_length', 'Data'),
  data: bytes('tacplus.data', 'Data'),
  contFlags: uint('tacplus.body_authen_req_cont.flags', 'Flags').hex(1),
  contUserLength: uint('tacplus.body_authen_req_cont.user_length', 'User length'),
  contUser: text('tacplus.body_authen_req_cont.user', 'User'),
  contDataLength: uint('tacplus.body_authen_req_cont.data_length', 'Data length'),
  repStatus: uint('tacplus.body_authen_rep.status', 'Status').hex(1).named(authenStatus),
  repFlags: uint('tacplus.body_authen_rep.flags', 'Flags').hex(1),
  repMsgLen: uint('tacplus.body_authen_rep.server_msg_len', 'Server message length'),
  repMsg: text('tacplus.body_authen_rep.server_msg', 'Server message'),
  repDataLen: uint('tacplus.body_authen_rep_server.data_len', 'Data length'),
  authorMethod: uint('tacplus.body_author_req.auth_method', 'Auth Method').hex(1).named(methods),
  authorArgCount: uint('tacplus.body_author_req.arg_count', 'Arg count'),
  authorStatus: uint('tacplus.body_author_rep.auth_status', 'Auth Status').hex(1).named(authorStatus),
  authorMsgLen: uint('tacplus.body_author_rep_server.msg_len', 'Server Msg length'),
  authorDataLen: uint('tacplus.body_author_rep_server.data_len', 'Data length'),
  authorRepArgCount: uint('tacplus.body_author_rep.arg_count', 'Arg count'),
  argLength: uint('tacplus.arg_length', 'Length'),
  argValue: text('tacplus.arg_value', 'Value'),
  acctFlags: uint('tacplus.acct.flags', 'Flags').hex(1),
  acctMore: bool('tacplus.acct.flags.more', 'More').mask(1),
  acctStart: bool('tacplus.acct.flags.start', 'Start').mask(2),
  acctStop: bool('tacplus.acct.flags.stop', 'Stop').mask(4),
  acctWatchdog: bool('tacplus.acct.flags.watchdog', 'Watchdog').mask(8),
  acctMethod: uint('tacplus.acct.auth_method', 'Auth Method').hex(1).named(methods),
  acctArgCount: uint('tacplus.acct.arg_count', 'Arg count'),
  acctStatus: uint('tacplus.body_acct.status', 'Status')
    .hex(1)
    .named({ 1: 'Success', 2: 'Error', 33: 'Follow' }),
  acctMsgLen: uint('tacplus.body_acct.msg_len', 'Server Msg length'),
  acctMsg: text('tacplus.body_acct.server_msg', 'Server message'),
  acctDataLen: uint('tacplus.body_acct.data_len', 'Data length'),
  acctData: text('tacplus.body_acct.data', 'Data'),
};
