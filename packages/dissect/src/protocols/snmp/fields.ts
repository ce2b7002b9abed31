// Fields of SNMP messages.

import { ascii } from '../../core/bytes.ts';
import {
  bool,
  bytes,
  ether,
  int,
  ipv4,
  ipv6,
  none,
  seconds,
  text,
  time,
  uint,
  uint64,
  type Value,
} from '../../core/field.ts';
import { BYTES_SHOWN } from '../../core/format.ts';
import { hex } from '../../core/text.ts';
import { itemsLine } from '../items-line.ts';
import { pduNames } from './parse.ts';

const versionNames = { 0: 'version-1', 1: 'v2c', 2: 'v2u', 3: 'snmpv3' };

/** RFC 3416 §3. */
const errorNames = [
  'noError',
  'tooBig',
  'noSuchName',
  'badValue',
  'readOnly',
  'genErr',
  'noAccess',
  'wrongType',
  'wrongLength',
  'wrongEncoding',
  'wrongValue',
  'noCreation',
  'inconsistentValue',
  'resourceUnavailable',
  'commitFailed',
  'undoFailed',
  'authorizationError',
  'notWritable',
  'inconsistentName',
];

const trapNames = [
  'coldStart',
  'warmStart',
  'linkDown',
  'linkUp',
  'authenticationFailure',
  'egpNeighborLoss',
  'enterpriseSpecific',
];

/** The names of an object identifier's first arc (X.660 §A.2). */
const ROOTS = ['itu-t', 'iso', 'joint-iso-itu-t'];

/** As Wireshark does without MIBs, with the first arc by its name: `iso.3.6.1`. */
export function withRootName(oid: string): string {
  const root = ROOTS[Number(oid[0])];
  return root !== undefined && (oid.length === 1 || oid[1] === '.') ? root + oid.slice(1) : oid;
}

const oidLine =
  (title: string) =>
  (oid: Value): string =>
    `${title}: ${oid} (${withRootName(String(oid))})`;

/** Text is what it says, other octets are hexadecimal. */
function octetsLine(value: Value): string {
  const octets = value as Uint8Array;
  const { length } = octets;
  if (length === 0) return 'Value (OctetString): <MISSING>';
  if (octets.every((octet) => octet >= 0x20 && octet < 0x7f))
    return `Value (OctetString): "${ascii(octets, 0, length)}"`;
  const shown = hex(octets, 0, Math.min(length, BYTES_SHOWN));
  return `Value (OctetString): ${shown}${length > BYTES_SHOWN ? '…' : ''}`;
}

export const f = {
  version: int('snmp.version', 'version').named(versionNames),
  msgVersion: int('snmp.msgVersion', 'msgVersion').named(versionNames),
  community: text('snmp.community', 'community'),
  parameters: bytes('snmp.parameters', 'parameters'),
  msgID: uint('snmp.msgID', 'msgID'),
  msgMaxSize: uint('snmp.msgMaxSize', 'msgMaxSize'),
  msgFlags: bytes('snmp.msgFlags', 'msgFlags'),
  report: bool('snmp.v3.flags.report', 'Reportable').mask(0x04),
  crypt: bool('snmp.v3.flags.crypt', 'Encrypted').mask(0x02),
  auth: bool('snmp.v3.flags.auth', 'Authenticated').mask(0x01),
  securityModel: uint('snmp.msgSecurityModel', 'msgSecurityModel').named({
    0: 'Any',
    1: 'V1',
    2: 'V2C',
    3: 'USM',
  }),
  engineID: bytes('snmp.msgAuthoritativeEngineID', 'msgAuthoritativeEngineID'),
  engineBoots: uint('snmp.msgAuthoritativeEngineBoots', 'msgAuthoritativeEngineBoots'),
  engineTime: uint('snmp.msgAuthoritativeEngineTime', 'msgAuthoritativeEngineTime'),
  userName: text('snmp.msgUserName', 'msgUserName'),
  authParameters: bytes('snmp.msgAuthenticationParameters', 'msgAuthenticationParameters'),
  privParameters: bytes('snmp.msgPrivacyParameters', 'msgPrivacyParameters'),
  msgData: uint('snmp.msgData', 'msgData').named({ 0: 'plaintext', 1: 'encryptedPDU' }),
  contextEngineID: bytes('snmp.contextEngineID', 'contextEngineID'),
  contextName: text('snmp.contextName', 'contextName'),
  encryptedPDU: bytes('snmp.encryptedPDU', 'encryptedPDU'),
  conform: bool('snmp.engineid.conform', 'Engine ID Conformance').mask(0x80),
  enterpriseId: uint('snmp.engineid.enterprise', 'Engine Enterprise ID'),
  format: uint('snmp.engineid.format', 'Engine ID Format').named({
    1: 'IPv4 address',
    2: 'IPv6 address',
    3: 'MAC address',
    4: 'Text, administratively assigned',
    5: 'Octets, administratively assigned',
  }),
  engineIpv4: ipv4('snmp.engineid.ipv4', 'Engine ID Data: IPv4 address'),
  engineIpv6: ipv6('snmp.engineid.ipv6', 'Engine ID Data: IPv6 address'),
  engineMac: ether('snmp.engineid.mac', 'Engine ID Data: MAC address'),
  engineText: text('snmp.engineid.text', 'Engine ID Data: Text'),
  engineCreated: time('snmp.engineid.time', 'Engine ID Data: Creation Time'),
  engineData: bytes('snmp.engineid.data', 'Engine ID Data'),
  data: uint('snmp.data', 'data').named((pdu) => pduNames[pdu]),
  elements: [
    none('snmp.get_request_element', 'get-request'),
    none('snmp.get_next_request_element', 'get-next-request'),
    none('snmp.get_response_element', 'get-response'),
    none('snmp.set_request_element', 'set-request'),
    none('snmp.trap_element', 'trap'),
    none('snmp.getBulkRequest_element', 'getBulkRequest'),
    none('snmp.informRequest_element', 'informRequest'),
    none('snmp.snmpV2_trap_element', 'snmpV2-trap'),
    none('snmp.report_element', 'report'),
  ],
  requestId: int('snmp.request_id', 'request-id'),
  errorStatus: int('snmp.error_status', 'error-status').named((status) => errorNames[status]),
  errorIndex: int('snmp.error_index', 'error-index'),
  nonRepeaters: uint('snmp.non_repeaters', 'non-repeaters'),
  maxRepetitions: uint('snmp.max_repetitions', 'max-repetitions'),
  enterprise: text('snmp.enterprise', 'enterprise').shownAs(oidLine('enterprise')),
  agentAddr: ipv4('snmp.agent_addr', 'agent-addr'),
  genericTrap: int('snmp.generic_trap', 'generic-trap').named((trap) => trapNames[trap]),
  specificTrap: int('snmp.specific_trap', 'specific-trap'),
  timeStamp: uint('snmp.time_stamp', 'time-stamp'),
  bindings: uint('snmp.variable_bindings', 'variable-bindings').shownAs(itemsLine('variable-bindings')),
  name: text('snmp.name', 'Object Name').shownAs(oidLine('Object Name')),
  int: int('snmp.value.int', 'Value (Integer32)'),
  octets: bytes('snmp.value.octets', 'Value (OctetString)').shownAs(octetsLine),
  oid: text('snmp.value.oid', 'Value (OID)').shownAs(oidLine('Value (OID)')),
  null: none('snmp.value.null', 'Value (Null)'),
  ipv4: ipv4('snmp.value.ipv4', 'Value (IpAddress)'),
  ipv6: ipv6('snmp.value.ipv6', 'Value (IpAddress)'),
  addr: bytes('snmp.value.addr', 'Value (IpAddress)'),
  counter: uint64('snmp.value.counter', 'Value (Counter32)'),
  gauge: int('snmp.value.g32', 'Value (Gauge32)'),
  unsigned: int('snmp.value.u32', 'Value (Unsigned32)'),
  timeticks: uint64('snmp.value.timeticks', 'Value (Timeticks)'),
  opaque: bytes('snmp.value.opaque', 'Value (Opaque)'),
  unknown: bytes('snmp.value.unk', 'Value (Unknown)'),
  noSuchObject: none('snmp.noSuchObject', 'noSuchObject'),
  noSuchInstance: none('snmp.noSuchInstance', 'noSuchInstance'),
  endOfMibView: none('snmp.endOfMibView', 'endOfMibView'),
  responseTo: uint('snmp.response_to', 'Response To'),
  responseIn: uint('snmp.response_in', 'Response In'),
  time: seconds('snmp.time', 'Time'),
};

const { elements, ...single } = f;
export const snmpFields = { ...single, ...Object.fromEntries(elements.map((field) => [field.name, field])) };
