// DHCP options with an inner structure of their own.

import { guidLittleEndian } from '../../codec/guid.ts';
import { u16, u32, utf8 } from '../../core/bytes.ts';
import { bool, bytes, ether, type Field, ipv4, text, time, uint, uint64 } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { ethernetAddress, hex } from '../../core/text.ts';
import { nameEnd, readName } from '../dns/name.ts';
import { hardwareTypeNames } from '../names/hardware-types.ts';
import { optionName } from './options.ts';

/** Adds the fields of an option's value [start, end). */
export type SpecialOption = (b: Uint8Array, start: number, end: number, out: Sink) => void;

const ETHERNET = 1;
const IEEE_802 = 6;

export const hwType = uint('dhcp.hw.type', 'Hardware type').hex(1).named(hardwareTypeNames);
export const hwMacAddr = ether('dhcp.hw.mac_addr', 'Client MAC address');

const agentNames: Record<number, string> = {
  1: 'Agent Circuit ID',
  2: 'Agent Remote ID',
  5: 'Link selection',
  6: 'Subscriber ID',
  7: 'RADIUS Attributes',
  8: 'Authentication',
  9: 'Vendor-Specific Information',
  10: 'Flags',
  11: 'Server ID Override',
  12: 'Relay Agent Identifier',
  19: 'Source Port',
  150: 'Link selection (Cisco proprietary)',
  151: 'VRF name/VPN ID',
  152: 'Server ID Override (Cisco proprietary)',
};

const agent = 'dhcp.option.agent_information_option';
const auth = 'dhcp.option.dhcp_authentication';
const civic = 'dhcp.option.civic_location';

export const specialFields = {
  policyIp: ipv4('dhcp.option.policy_filter.ip', 'IP Address'),
  policyMask: ipv4('dhcp.option.policy_filter.subnet_mask', 'Subnet Mask'),
  routeIp: ipv4('dhcp.option.static_route.ip', 'Destination IP Address'),
  routeRouter: ipv4('dhcp.option.static_route.router', 'Destination Router'),
  vendorValue: bytes('dhcp.option.vendor.value', 'Value'),
  requestItem: uint('dhcp.option.request_list_item', 'Parameter Request List Item')
    .named(optionName)
    .shownAs((code) => `Parameter Request List Item: (${code}) ${optionName(Number(code))}`),
  idType: uint('dhcp.client_id.type', 'Type'),
  idUndef: text('dhcp.client_id.undef', 'Client Identifier'),
  idUuid: text('dhcp.client_id.uuid', 'Client Identifier (UUID)'),
  iaid: text('dhcp.client_id.iaid', 'IAID'),
  duidType: uint('dhcp.client_id.duid_type', 'DUID Type').named({
    1: 'link-layer address plus time',
    2: 'assigned by vendor based on Enterprise number',
    3: 'link-layer address',
  }),
  lltHwType: uint('dhcp.client_id.duid_llt_hw_type', 'Hardware type').named(hardwareTypeNames),
  llHwType: uint('dhcp.client_id.duid_ll_hw_type', 'Hardware type').named(hardwareTypeNames),
  duidTime: uint('dhcp.client_id.time', 'Time'),
  linkLayer: text('dhcp.client_id.link_layer_address', 'Link layer address'),
  enterprise: uint('dhcp.client_id.enterprise_num', 'Enterprise-number'),
  clientId: bytes('dhcp.client_id', 'Identifier'),
  hardwareAddress: text('dhcp.client_hardware_address', 'Client hardware address'),
  userClass: uint('dhcp.option.user_class', 'Instance of User Class'),
  userClassLength: uint('dhcp.option.user_class.length', 'User Class Length'),
  userClassData: bytes('dhcp.option.user_class.data', 'User Class Data'),
  userClassText: text('dhcp.option.user_class.text', 'User Class Data (Text)'),
  slpdaValue: uint('dhcp.option.slp_directory_agent.value', 'Value'),
  slpdaAddress: ipv4('dhcp.option.slp_directory_agent.slpda_address', 'IP Address'),
  slpScopeValue: uint('dhcp.option.slp_service_scope.value', 'Value'),
  slpScope: text('dhcp.option.slp_service_scope.string', 'SLP Service Scope'),
  fqdnFlags: uint('dhcp.fqdn.flags', 'Flags').hex(1),
  fqdnMbz: uint('dhcp.fqdn.mbz', 'Reserved flags').mask(0xf0).hex(1),
  fqdnN: bool('dhcp.fqdn.n', 'Server DDNS').mask(0x08),
  fqdnE: bool('dhcp.fqdn.e', 'Encoding').mask(0x04),
  fqdnO: bool('dhcp.fqdn.o', 'Server overrides').mask(0x02),
  fqdnS: bool('dhcp.fqdn.s', 'Server').mask(0x01),
  fqdnRcode1: uint('dhcp.fqdn.rcode1', 'A-RR result'),
  fqdnRcode2: uint('dhcp.fqdn.rcode2', 'PTR-RR result'),
  fqdnName: text('dhcp.fqdn.name', 'Client name'),
  agentSuboption: uint(`${agent}.suboption`, 'Option 82 Suboption').named(agentNames),
  suboptionLength: uint('dhcp.option.suboption_length', 'Length'),
  agentValue: bytes(`${agent}.value`, 'Value'),
  agentCircuitId: bytes(`${agent}.agent_circuit_id`, 'Agent Circuit ID'),
  agentRemoteId: bytes(`${agent}.agent_remote_id`, 'Agent Remote ID'),
  agentLink: ipv4(`${agent}.link_selection`, 'Link selection'),
  agentSubscriber: text(`${agent}.subscriber_id`, 'Subscriber ID'),
  agentServer: ipv4(`${agent}.server_id_override`, 'Server ID Override'),
  agentLinkCisco: ipv4(`${agent}.link_selection_cisco`, 'Link selection (Cisco proprietary)'),
  agentServerCisco: ipv4(`${agent}.server_id_override_cisco`, 'Server ID Override (Cisco proprietary)'),
  authProtocol: uint(`${auth}.protocol`, 'Protocol'),
  authDelay: uint(`${auth}.alg_delay`, 'Delay Algorithm'),
  authAlgorithm: uint(`${auth}.algorithm`, 'Algorithm'),
  authRdm: uint(`${auth}.rdm`, 'Replay Detection Method'),
  authReplay: uint64(`${auth}.rdm_replay_detection`, 'RDM Replay Detection Value').hex(8),
  authSecret: uint(`${auth}.secret_id`, 'Secret ID').hex(4),
  authHash: bytes(`${auth}.hmac_md5_hash`, 'HMAC MD5 Hash'),
  authInformation: text(`${auth}.information`, 'Authentication Information'),
  networkMajor: uint('dhcp.client_network_id_major', 'Major Version'),
  networkMinor: uint('dhcp.client_network_id_minor', 'Minor Version'),
  civicWhat: uint(`${civic}.what`, 'What'),
  civicCountry: text(`${civic}.country`, 'Country'),
  civicType: uint(`${civic}.ca_type`, 'CA Type'),
  civicLength: uint(`${civic}.ca_length`, 'CA Length'),
  civicValue: text(`${civic}.ca_value`, 'CA Value'),
  searchFqdn: text('dhcp.option.dhcp_dns_domain_search_list_fqdn', 'FQDN'),
  sipEncoding: uint('dhcp.option.sip_server.encoding', 'SIP Server Encoding').named({
    0: 'Fully Qualified Domain Name',
    1: 'IPv4 Address',
  }),
  sipName: text('dhcp.option.sip_server.name', 'SIP Server Name'),
  sipAddress: ipv4('dhcp.option.sip_server.address', 'SIP Server Address'),
  classlessRoute: bytes('dhcp.option.classless_static_route', 'Subnet/MaskWidth-Router'),
  viEnterprise: uint('dhcp.option.vi.enterprise', 'Enterprise'),
  viLength: uint('dhcp.option.vi.length', 'Length'),
  viSuboption: uint('dhcp.vendor.suboption', 'Option 125 Suboption'),
  viData: bytes('dhcp.vendor.data', 'Data'),
  viClassEnterprise: uint('dhcp.option.vi_class.enterprise', 'Enterprise'),
  nonceAlgorithm: uint('dhcp.option.forcerenew_nonce.algorithm', 'Algorithm'),
  rdnssReserved: uint('dhcp.option.rdnss.reserved', 'Reserved').mask(0xfc).hex(1),
  rdnssPreference: uint('dhcp.option.rdnss.preference', 'Preference').mask(0x03),
  rdnssPrimary: ipv4('dhcp.option.rdnss.primary_dns', 'Primary DNS'),
  rdnssSecondary: ipv4('dhcp.option.rdnss.secondary_dns', 'Secondary DNS'),
  rdnssDomain: text('dhcp.option.rdnss.domain', 'Domains and networks'),
  leaseStatus: uint('dhcp.option.bulk_lease.status_code', 'Status Code'),
  leaseMessage: text('dhcp.option.bulk_lease.status_code_message', 'Status Code Message'),
  leaseBase: time('dhcp.option.bulk_lease.base_time', 'Base Time'),
  leaseStart: time('dhcp.option.bulk_lease.query_start_time', 'Query Start Time'),
  leaseEnd: time('dhcp.option.bulk_lease.query_end_time', 'Query End Time'),
  pcpLength: uint('dhcp.option.pcp.list_length', 'List-Length'),
  pcpServer: ipv4('dhcp.option.pcp.server', 'PCP Server'),
  portOffset: uint('dhcp.option.portparams.offset', 'Offset'),
  psidLength: uint('dhcp.option.portparams.psid_length', 'PSID-Length'),
  psid: bytes('dhcp.option.portparams.psid', 'PSID'),
};
const f = specialFields;

/** Text up to a zero byte. */
export function addText(b: Uint8Array, field: Field, start: number, end: number, out: Sink): void {
  const zero = b.indexOf(0, start);
  out.add(field, start, end - start, utf8(b, start, zero < 0 || zero > end ? end : zero));
}

function pairs(first: Field, second: Field): SpecialOption {
  return (_b, start, end, out) => {
    for (let at = start; at + 8 <= end; at += 8) {
      out.add(first, at, 4);
      out.add(second, at + 4, 4);
    }
  };
}

function names(b: Uint8Array, field: Field, at: number, start: number, end: number, out: Sink): void {
  while (at < end) {
    const name = readName(b, at, start, end);
    if (nameEnd <= at) return;
    out.add(field, at, nameEnd - at, name);
    at = nameEnd;
  }
}

/** RFC 2132 §9.14; RFC 4361 §6.1 with a DUID as in DHCPv6 (RFC 8415 §11). */
function clientIdentifier(b: Uint8Array, start: number, end: number, out: Sink): void {
  const length = end - start;
  const type = b[start]!;
  if (length === 7 && type > 0 && type < 48) {
    out.add(hwType, start, 1);
    if (type === ETHERNET || type === IEEE_802) out.add(hwMacAddr, start + 1, 6);
    else out.add(f.hardwareAddress, start + 1, 6, hex(b, start + 1, end, ':'));
  } else if (length === 17 && type === 0) out.add(f.idUuid, start + 1, 16, guidLittleEndian(b, start + 1));
  else if (type === 255 && length >= 7) {
    out.add(f.iaid, start + 1, 4, hex(b, start + 1, start + 5));
    duid(b, start + 5, end, out);
  } else if (type === 0 && length > 1) {
    out.add(f.idType, start, 1);
    addText(b, f.idUndef, start + 1, end, out);
  }
}

function duid(b: Uint8Array, at: number, end: number, out: Sink): void {
  const type = u16(b, at);
  out.add(f.duidType, at, 2);
  if (type === 2 && end - at >= 6) {
    out.add(f.enterprise, at + 2, 4);
    if (end - at > 6) out.add(f.clientId, at + 6, end - at - 6);
    return;
  }
  const address = at + (type === 1 ? 8 : 4);
  if ((type !== 1 && type !== 3) || address > end) return;
  out.add(type === 1 ? f.lltHwType : f.llHwType, at + 2, 2);
  if (type === 1) out.add(f.duidTime, at + 4, 4);
  const isMac = end - address === 6;
  if (address < end)
    out.add(f.linkLayer, address, end - address, isMac ? ethernetAddress(b, address) : hex(b, address, end));
}

/** RFC 3004 §4; many send plain text instead. */
function userClass(b: Uint8Array, start: number, end: number, out: Sink): void {
  for (let at = start, instance = 0; at < end; instance++) {
    const length = b[at]!;
    if (length >= end - at) {
      addText(b, f.userClassText, at, end, out);
      return;
    }
    out.open(f.userClass, at, 1 + length, instance);
    out.add(f.userClassLength, at, 1);
    if (length > 0) out.add(f.userClassData, at + 1, length);
    out.close();
    at += 1 + length;
  }
}

/** RFC 4702 §2. */
function fqdn(b: Uint8Array, start: number, end: number, out: Sink): void {
  if (end - start < 3) return;
  out.open(f.fqdnFlags, start, 1);
  for (const field of [f.fqdnMbz, f.fqdnN, f.fqdnE, f.fqdnO, f.fqdnS]) out.add(field, start, 1);
  out.close();
  out.add(f.fqdnRcode1, start + 1, 1);
  out.add(f.fqdnRcode2, start + 2, 1);
  if (end - start === 3) return;
  if (b[start]! & 0x04)
    out.add(f.fqdnName, start + 3, end - start - 3, readName(b, start + 3, start + 3, end));
  else addText(b, f.fqdnName, start + 3, end, out);
}

const agentValues: Record<number, Field> = {
  1: f.agentCircuitId,
  2: f.agentRemoteId,
  5: f.agentLink,
  6: f.agentSubscriber,
  11: f.agentServer,
  150: f.agentLinkCisco,
  152: f.agentServerCisco,
};

/** RFC 3046 §2.0. */
function relayAgent(b: Uint8Array, start: number, end: number, out: Sink): void {
  for (let at = start; at + 2 <= end; ) {
    const stop = Math.min(at + 2 + b[at + 1]!, end);
    const field = agentValues[b[at]!];
    const length = stop - at - 2;
    out.open(f.agentSuboption, at, stop - at, b[at]!);
    out.add(f.suboptionLength, at + 1, 1);
    out.add(f.agentValue, at + 2, length);
    if (field?.type === 'text') addText(b, field, at + 2, stop, out);
    else if (field !== undefined && (field.type === 'bytes' || length === 4)) out.add(field, at + 2, length);
    out.close();
    at = stop;
  }
}

/** RFC 3118 §2. */
function authentication(b: Uint8Array, start: number, end: number, out: Sink): void {
  if (end - start < 11) return;
  const isDelayed = b[start] === 1;
  out.add(f.authProtocol, start, 1);
  out.add(isDelayed ? f.authDelay : f.authAlgorithm, start + 1, 1);
  out.add(f.authRdm, start + 2, 1);
  out.add(f.authReplay, start + 3, 8);
  if (isDelayed && b[start + 1] === 1 && end - start >= 31) {
    out.add(f.authSecret, start + 11, 4);
    out.add(f.authHash, start + 15, 16);
  } else if (end - start > 11) addText(b, f.authInformation, start + 11, end, out);
}

/** RFC 4776 §3.1. */
function civicAddress(b: Uint8Array, start: number, end: number, out: Sink): void {
  if (end - start < 3) return;
  out.add(f.civicWhat, start, 1);
  out.add(f.civicCountry, start + 1, 2);
  for (let at = start + 3; at + 2 <= end; at += 2 + b[at + 1]!) {
    out.add(f.civicType, at, 1);
    out.add(f.civicLength, at + 1, 1);
    if (b[at + 1]! > 0 && at + 2 + b[at + 1]! <= end) out.add(f.civicValue, at + 2, b[at + 1]!);
  }
}

/** RFC 3361 §3. */
function sipServers(b: Uint8Array, start: number, end: number, out: Sink): void {
  out.add(f.sipEncoding, start, 1);
  if (b[start] === 0) names(b, f.sipName, start + 1, start + 1, end, out);
  else if (b[start] === 1) for (let at = start + 1; at + 4 <= end; at += 4) out.add(f.sipAddress, at, 4);
}

/** RFC 3442: prefix length, the significant bytes of the destination, and the router. */
function classlessRoutes(b: Uint8Array, start: number, end: number, out: Sink): void {
  for (let at = start; at < end; ) {
    const stop = at + 1 + Math.ceil(b[at]! / 8) + 4;
    if (b[at]! > 32 || stop > end) return;
    out.add(f.classlessRoute, at, stop - at);
    at = stop;
  }
}

/** RFC 3925 §4. */
function vendorInformation(b: Uint8Array, start: number, end: number, out: Sink): void {
  for (let at = start; at + 5 <= end; ) {
    const stop = Math.min(at + 5 + b[at + 4]!, end);
    out.open(f.viEnterprise, at, stop - at, u32(b, at));
    out.add(f.viLength, at + 4, 1);
    for (let sub = at + 5; sub + 2 <= stop; sub += 2 + b[sub + 1]!) {
      out.add(f.viSuboption, sub, 1);
      out.add(f.suboptionLength, sub + 1, 1);
      if (sub + 2 + b[sub + 1]! <= stop) out.add(f.viData, sub + 2, b[sub + 1]!);
    }
    out.close();
    at = stop;
  }
}

function moment(field: Field): SpecialOption {
  return (b, start, end, out) => {
    if (end - start === 4) out.add(field, start, 4, BigInt(u32(b, start)) * 1_000_000_000n);
  };
}

function numbers(field: Field): SpecialOption {
  return (_b, start, end, out) => {
    for (let at = start; at < end; at++) out.add(field, at, 1);
  };
}

/** RFC 6731 §4.3. */
function rdnssSelection(b: Uint8Array, start: number, end: number, out: Sink): void {
  if (end - start < 9) return;
  out.add(f.rdnssReserved, start, 1);
  out.add(f.rdnssPreference, start, 1);
  out.add(f.rdnssPrimary, start + 1, 4);
  out.add(f.rdnssSecondary, start + 5, 4);
  names(b, f.rdnssDomain, start + 9, start + 9, end, out);
}

/** Readers by option code; each is called with at least one byte. */
export const specialOptions: ReadonlyMap<number, SpecialOption> = new Map<number, SpecialOption>([
  [21, pairs(f.policyIp, f.policyMask)],
  [33, pairs(f.routeIp, f.routeRouter)],
  [43, (_b, start, end, out) => out.add(f.vendorValue, start, end - start)],
  [55, numbers(f.requestItem)],
  [61, clientIdentifier],
  [77, userClass],
  [
    78,
    (_b, start, end, out) => {
      out.add(f.slpdaValue, start, 1);
      for (let at = start + 1; at + 4 <= end; at += 4) out.add(f.slpdaAddress, at, 4);
    },
  ],
  [
    79,
    (b, start, end, out) => {
      out.add(f.slpScopeValue, start, 1);
      addText(b, f.slpScope, start + 1, end, out);
    },
  ],
  [81, fqdn],
  [82, relayAgent],
  [90, authentication],
  [
    94,
    (b, start, end, out) => {
      if (b[start] !== 1 || end - start < 3) return;
      out.add(f.networkMajor, start + 1, 1);
      out.add(f.networkMinor, start + 2, 1);
    },
  ],
  [97, clientIdentifier],
  [99, civicAddress],
  [119, (b, start, end, out) => names(b, f.searchFqdn, start, start, end, out)],
  [120, sipServers],
  [121, classlessRoutes],
  [124, (_b, start, end, out) => end - start >= 4 && out.add(f.viClassEnterprise, start, 4)],
  [125, vendorInformation],
  [145, numbers(f.nonceAlgorithm)],
  [146, rdnssSelection],
  [
    151,
    (b, start, end, out) => {
      out.add(f.leaseStatus, start, 1);
      if (end - start > 1) addText(b, f.leaseMessage, start + 1, end, out);
    },
  ],
  [152, moment(f.leaseBase)],
  [154, moment(f.leaseStart)],
  [155, moment(f.leaseEnd)],
  [
    158,
    (b, start, end, out) => {
      out.add(f.pcpLength, start, 1);
      for (let at = start + 1; at + 4 <= Math.min(end, start + 1 + b[start]!); at += 4)
        out.add(f.pcpServer, at, 4);
    },
  ],
  [
    159,
    (_b, start, end, out) => {
      if (end - start !== 4) return;
      out.add(f.portOffset, start, 1);
      out.add(f.psidLength, start + 1, 1);
      out.add(f.psid, start + 2, 2);
    },
  ],
  [249, classlessRoutes],
]);
