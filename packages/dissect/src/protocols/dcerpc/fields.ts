// Fields of DCE/RPC (C706 §12, [MS-RPCE] §2.2). The byte order is that of the message's data representation.
import { bool, bytes, none, seconds, text, uint, type Value } from '../../core/field.ts';
import { rejectNames, resultNames, statusName, typeName } from './pdu.ts';
import { uuidName } from './uuids.ts';

/** [MS-RPCE] §2.2.1.1.7 */
export const authTypeNames: Readonly<Record<number, string>> = {
  0: 'None',
  1: 'Kerberos 5',
  9: 'SPNEGO',
  10: 'NTLMSSP',
  14: 'SCHANNEL SSP',
  16: 'Kerberos SSP',
  17: 'Distributed Password Authentication SSP',
  18: 'MSN SSP',
  21: 'Digest SSP',
  68: 'NETLOGON Secure Channel',
  100: 'MSMQ SSP',
};

/** [MS-RPCE] §2.2.1.1.8 */
export const authLevelNames: Readonly<Record<number, string>> = {
  1: 'None',
  2: 'Connect',
  3: 'Call',
  4: 'Packet',
  5: 'Packet integrity',
  6: 'Packet privacy',
};

/** `Interface: EPMv4 UUID: e1af8308-…`; `before` is what stands before the UUID. */
const uuidLine =
  (title: string, before: string) =>
  (uuid: Value): string => {
    const name = uuidName(String(uuid));
    return name === uuid ? `${title}: ${uuid}` : `${title}: ${name} ${before}${uuid}`;
  };

/** Representations of data (C706 §14.1). */
export const byteOrderNames: Readonly<Record<number, string>> = { 0: 'Big-endian', 1: 'Little-endian' };
export const characterNames: Readonly<Record<number, string>> = { 0: 'ASCII', 1: 'EBCDIC' };
export const floatingPointNames: Readonly<Record<number, string>> = {
  0: 'IEEE',
  1: 'VAX',
  2: 'Cray',
  3: 'IBM',
};

export const f = {
  version: uint('dcerpc.ver', 'Version'),
  minor: uint('dcerpc.ver_minor', 'Version (minor)'),
  type: uint('dcerpc.pkt_type', 'Packet type').named(typeName),
  flags: uint('dcerpc.cn_flags', 'Packet Flags').hex(1),
  flagObject: bool('dcerpc.cn_flags.object', 'Object').mask(0x80),
  flagMaybe: bool('dcerpc.cn_flags.maybe', 'Maybe').mask(0x40),
  flagDidNotExecute: bool('dcerpc.cn_flags.dne', 'Did Not Execute').mask(0x20),
  flagMultiplex: bool('dcerpc.cn_flags.mpx', 'Multiplex').mask(0x10),
  flagReserved: bool('dcerpc.cn_flags.reserved', 'Reserved').mask(0x8),
  flagCancelPending: bool('dcerpc.cn_flags.cancel_pending', 'Cancel Pending').mask(0x4),
  flagLast: bool('dcerpc.cn_flags.last_frag', 'Last Frag').mask(0x2),
  flagFirst: bool('dcerpc.cn_flags.first_frag', 'First Frag').mask(0x1),
  drep: bytes('dcerpc.drep', 'Data Representation'),
  byteOrder: uint('dcerpc.drep.byteorder', 'Byte order').named(byteOrderNames),
  character: uint('dcerpc.drep.character', 'Character').named(characterNames),
  floatingPoint: uint('dcerpc.drep.fp', 'Floating-point').named(floatingPointNames),
  fragmentLength: uint('dcerpc.cn_frag_len', 'Frag Length'),
  authLength: uint('dcerpc.cn_auth_len', 'Auth Length'),
  callId: uint('dcerpc.cn_call_id', 'Call ID'),
  maxTransmit: uint('dcerpc.cn_max_xmit', 'Max Xmit Frag'),
  maxReceive: uint('dcerpc.cn_max_recv', 'Max Recv Frag'),
  group: uint('dcerpc.cn_assoc_group', 'Assoc Group').hex(4),
  contextCount: uint('dcerpc.cn_num_ctx_items', 'Num Ctx Items'),
  contextItem: none('dcerpc.cn_ctx_item', 'Ctx Item'),
  contextId: uint('dcerpc.cn_ctx_id', 'Context ID'),
  noBind: none('dcerpc.cn_ctx_id.no_bind', 'No bind info for interface Context ID'),
  syntaxCount: uint('dcerpc.cn_num_trans_items', 'Num Trans Items'),
  uuid: text('dcerpc.cn_bind_to_uuid', 'Interface').shownAs(uuidLine('Interface', 'UUID: ')),
  uuidVersion: uint('dcerpc.cn_bind_if_ver', 'Interface Ver'),
  uuidMinor: uint('dcerpc.cn_bind_if_ver_minor', 'Interface Ver Minor'),
  syntax: text('dcerpc.cn_bind_trans_id', 'Transfer Syntax').shownAs(uuidLine('Transfer Syntax', 'UUID:')),
  syntaxVersion: uint('dcerpc.cn_bind_trans_ver', 'ver'),
  addressLength: uint('dcerpc.cn_sec_addr_len', 'Scndry Addr len'),
  address: text('dcerpc.cn_sec_addr', 'Scndry Addr'),
  resultCount: uint('dcerpc.cn_num_results', 'Num results'),
  result: uint('dcerpc.cn_ack_result', 'Ack result').named(resultNames),
  reason: uint('dcerpc.cn_ack_reason', 'Ack reason'),
  ackSyntax: text('dcerpc.cn_ack_trans_id', 'Transfer Syntax').shownAs(
    (uuid) => `Transfer Syntax: ${uuidName(String(uuid))}`,
  ),
  ackSyntaxVersion: uint('dcerpc.cn_ack_trans_ver', 'Syntax ver'),
  reject: uint('dcerpc.cn_reject_reason', 'Reject reason').named(rejectNames),
  hint: uint('dcerpc.cn_alloc_hint', 'Alloc hint'),
  opnum: uint('dcerpc.opnum', 'Opnum'),
  object: text('dcerpc.obj_id', 'Object'),
  cancelCount: uint('dcerpc.cn_cancel_count', 'Cancel count'),
  status: uint('dcerpc.cn_status', 'Status').hex(4).named(statusName),
  stub: bytes('dcerpc.stub_data', 'Stub data'),
  encrypted: bytes('dcerpc.encrypted_stub_data', 'Encrypted stub data'),
  authInfo: none('dcerpc.auth_info', 'Auth Info'),
  authType: uint('dcerpc.auth_type', 'Auth type').named(authTypeNames),
  authLevel: uint('dcerpc.auth_level', 'Auth level').named(authLevelNames),
  authPad: uint('dcerpc.auth_pad_len', 'Auth pad len'),
  authReserved: uint('dcerpc.auth_rsrvd', 'Auth Rsrvd'),
  authContext: uint('dcerpc.auth_ctx_id', 'Auth Context ID'),
  credentials: bytes('dcerpc.auth_credentials', 'Auth Credentials'),
  responseIn: uint('dcerpc.response_in', 'Response in frame'),
  requestIn: uint('dcerpc.request_in', 'Request in frame'),
  time: seconds('dcerpc.time', 'Time from request'),
  // Connectionless packets.
};
