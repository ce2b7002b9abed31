// The fields of Kerberos (RFC 4120 §5).
import { bool, bytes, type Field, int, ipv4, ipv6, none, text, time, uint } from '../../core/field.ts';
import { type BitFields, bitFields } from '../bits.ts';
import { itemsLine } from '../items-line.ts';
import {
  addressTypeName,
  encryptionName,
  errorIdentifier,
  messageNames,
  nameTypeName,
  padataName,
} from './names.ts';

const options = (lines: string): BitFields => bitFields('kerberos.KDCOptions.', lines);
/** RFC 4120 §5.4.1, RFC 6806 §3: the options of a request to the KDC, by byte. */
export const kdcOptionBytes: readonly BitFields[] = [
  options(`80 reserved reserved
40 forwardable forwardable
20 forwarded forwarded
10 proxiable proxiable
8 proxy proxy
4 allow.postdate allow-postdate
2 postdated postdated
1 unused7 unused7`),
  options(`80 renewable renewable
40 unused9 unused9
20 unused10 unused10
10 opt.hardware.auth opt-hardware-auth
8 unused12 unused12
4 unused13 unused13
2 constrained.delegation constrained-delegation
1 canonicalize canonicalize`),
  options(`80 request.anonymous request-anonymous
40 unused17 unused17
20 unused18 unused18
10 unused19 unused19
8 unused20 unused20
4 unused21 unused21
2 unused22 unused22
1 unused23 unused23`),
  options(`80 unused24 unused24
40 unused25 unused25
20 disable.transited.check disable-transited-check
10 renewable.ok renewable-ok
8 enc.tkt.in.skey enc-tkt-in-skey
4 unused29 unused29
2 renew renew
1 validate validate`),
];

const kdcOptions: BitFields = Object.assign({}, ...kdcOptionBytes);

const items = (name: string, title: string): Field => uint(name, title).shownAs(itemsLine(title));

export const f = {
  recordMark: uint('kerberos.rm.length', 'Record Length').mask(0x7fffffff),
  recordReserved: bool('kerberos.rm.reserved', 'Reserved').mask(0x80000000),
  asReq: none('kerberos.as_req_element', 'as-req'),
  asRep: none('kerberos.as_rep_element', 'as-rep'),
  tgsReq: none('kerberos.tgs_req_element', 'tgs-req'),
  tgsRep: none('kerberos.tgs_rep_element', 'tgs-rep'),
  apReq: none('kerberos.ap_req_element', 'ap-req'),
  apRep: none('kerberos.ap_rep_element', 'ap-rep'),
  safe: none('kerberos.krb_safe_element', 'krb-safe'),
  priv: none('kerberos.krb_priv_element', 'krb-priv'),
  cred: none('kerberos.krb_cred_element', 'krb-cred'),
  error: none('kerberos.krb_error_element', 'krb-error'),
  ticket: none('kerberos.ticket_element', 'ticket'),
  pvno: uint('kerberos.pvno', 'pvno'),
  msgType: int('kerberos.msg_type', 'msg-type').named(messageNames),
  padata: items('kerberos.padata', 'padata'),
  paData: none('kerberos.PA_DATA_element', 'PA-DATA'),
  paType: int('kerberos.padata_type', 'padata-type').named(padataName),
  paValue: bytes('kerberos.padata_value', 'padata-value').plain(),
  body: none('kerberos.req_body_element', 'req-body'),
  padding: uint('ber.bitstring.padding', 'Padding'),
  options: bytes('kerberos.kdc_options', 'kdc-options'),
  cname: none('kerberos.cname_element', 'cname'),
  sname: none('kerberos.sname_element', 'sname'),
  nameType: int('kerberos.name_type', 'name-type').named(nameTypeName),
  cnameString: items('kerberos.cname_string', 'cname-string'),
  cnamePart: text('kerberos.CNameString', 'CNameString'),
  snameString: items('kerberos.sname_string', 'sname-string'),
  snamePart: text('kerberos.SNameString', 'SNameString'),
  realm: text('kerberos.realm', 'realm'),
  crealm: text('kerberos.crealm', 'crealm'),
  from: time('kerberos.from', 'from'),
  till: time('kerberos.till', 'till'),
  rtime: time('kerberos.rtime', 'rtime'),
  nonce: uint('kerberos.nonce', 'nonce'),
  etypes: items('kerberos.kdc-req-body.etype', 'etype'),
  enctype: int('kerberos.ENCTYPE', 'ENCTYPE').named(encryptionName),
  addresses: items('kerberos.addresses', 'addresses'),
  address: none('kerberos.HostAddress_element', 'HostAddress'),
  addressType: int('kerberos.addr_type', 'addr-type').named(addressTypeName),
  addressIpv4: ipv4('kerberos.addr_ip', 'IP Address'),
  addressIpv6: ipv6('kerberos.addr_ipv6', 'IPv6 Address'),
  addressNetbios: text('kerberos.addr_nb', 'NetBIOS Address'),
  encAuthorization: none('kerberos.enc_authorization_data_element', 'enc-authorization-data'),
  encPart: none('kerberos.enc_part_element', 'enc-part'),
  etype: int('kerberos.etype', 'etype').named(encryptionName),
  kvno: uint('kerberos.kvno', 'kvno'),
  cipher: bytes('kerberos.cipher', 'cipher'),
  ticketVersion: uint('kerberos.tkt_vno', 'tkt-vno'),
  additionalTickets: items('kerberos.additional_tickets', 'additional-tickets'),
  apOptions: bytes('kerberos.ap_options', 'ap-options'),
  apReserved: bool('kerberos.APOptions.reserved', 'reserved').mask(0x80).named({ 1: 'True', 0: 'False' }),
  apSessionKey: bool('kerberos.APOptions.use.session.key', 'use-session-key').mask(0x40),
  apMutual: bool('kerberos.APOptions.mutual.required', 'mutual-required').mask(0x20),
  authenticator: none('kerberos.authenticator_element', 'authenticator'),
  ctime: time('kerberos.ctime', 'ctime'),
  cusec: uint('kerberos.cusec', 'cusec'),
  stime: time('kerberos.stime', 'stime'),
  susec: uint('kerberos.susec', 'susec'),
  errorCode: int('kerberos.error_code', 'error-code').named(errorIdentifier),
  errorText: text('kerberos.e_text', 'e-text'),
  errorData: bytes('kerberos.e_data', 'e-data'),
  info2Salt: text('kerberos.info2_salt', 'salt'),
  info2: none('kerberos.ETYPE_INFO2_ENTRY_element', 'ETYPE-INFO2-ENTRY'),
  infoSalt: bytes('kerberos.info_salt', 'salt'),
  info: none('kerberos.ETYPE_INFO_ENTRY_element', 'ETYPE-INFO-ENTRY'),
  includePac: bool('kerberos.include_pac', 'include-pac'),
  patimestamp: time('kerberos.patimestamp', 'patimestamp'),
  ...kdcOptions,
  checksumType: int('kerberos.cksumtype', 'cksumtype'),
  checksum: bytes('kerberos.checksum', 'checksum'),
};
