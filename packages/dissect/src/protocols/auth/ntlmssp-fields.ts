// Fields of NTLMSSP ([MS-NLMP] §2.2). All numbers are little-endian.
import { bool, bytes, none, text, time, uint } from '../../core/field.ts';

export const typeNames: Readonly<Record<number, string>> = {
  1: 'NTLMSSP_NEGOTIATE',
  2: 'NTLMSSP_CHALLENGE',
  3: 'NTLMSSP_AUTH',
  4: 'NTLMSSP_UNKNOWN',
};

/** Target information attributes by AvId ([MS-NLMP] §2.2.2.1). */
const itemNames = {
  0: 'End of list',
  1: 'NetBIOS computer name',
  2: 'NetBIOS domain name',
  3: 'DNS computer name',
  4: 'DNS domain name',
  5: 'DNS tree name',
  6: 'Flags',
  7: 'Timestamp',
  8: 'Restrictions',
  9: 'Target Name',
  10: 'Channel Bindings',
};

export const f = {
  identifier: text('ntlmssp.identifier', 'NTLMSSP identifier'),
  type: uint('ntlmssp.messagetype', 'NTLM Message Type').hex(4).le().named(typeNames),
  flags: uint('ntlmssp.negotiateflags', 'Negotiate Flags').hex(4).le(),
  flagUnicode: bool('ntlmssp.negotiateunicode', 'Negotiate UNICODE').mask(0x1).le(),
  flagOem: bool('ntlmssp.negotiateoem', 'Negotiate OEM').mask(0x2).le(),
  flagTarget: bool('ntlmssp.requesttarget', 'Request Target').mask(0x4).le(),
  flagSign: bool('ntlmssp.negotiatesign', 'Negotiate Sign').mask(0x10).le(),
  flagSeal: bool('ntlmssp.negotiateseal', 'Negotiate Seal').mask(0x20).le(),
  flagDatagram: bool('ntlmssp.negotiatedatagram', 'Negotiate Datagram').mask(0x40).le(),
  flagLmKey: bool('ntlmssp.negotiatelmkey', 'Negotiate Lan Manager Key').mask(0x80).le(),
  flagNtlm: bool('ntlmssp.negotiatentlm', 'Negotiate NTLM key').mask(0x200).le(),
  flagAnonymous: bool('ntlmssp.negotiateanonymous', 'Negotiate Anonymous').mask(0x800).le(),
  flagDomain: bool('ntlmssp.negotiateoemdomainsupplied', 'Negotiate OEM Domain Supplied').mask(0x1000).le(),
  flagWorkstation: bool('ntlmssp.negotiateoemworkstationsupplied', 'Negotiate OEM Workstation Supplied')
    .mask(0x2000)
    .le(),
  flagAlwaysSign: bool('ntlmssp.negotiatealwayssign', 'Negotiate Always Sign').mask(0x8000).le(),
  flagTargetDomain: bool('ntlmssp.targettypedomain', 'Target Type Domain').mask(0x10000).le(),
  flagTargetServer: bool('ntlmssp.targettypeserver', 'Target Type Server').mask(0x20000).le(),
  flagExtended: bool('ntlmssp.negotiatentlm2', 'Negotiate Extended Security').mask(0x80000).le(),
  flagIdentify: bool('ntlmssp.negotiateidentify', 'Negotiate Identify').mask(0x100000).le(),
  flagNonNt: bool('ntlmssp.requestnonntsession', 'Request Non-NT Session').mask(0x400000).le(),
  flagTargetInfo: bool('ntlmssp.negotiatetargetinfo', 'Negotiate Target Info').mask(0x800000).le(),
  flagVersion: bool('ntlmssp.negotiateversion', 'Negotiate Version').mask(0x2000000).le(),
  flag128: bool('ntlmssp.negotiate128', 'Negotiate 128').mask(0x20000000).le(),
  flagKeyExchange: bool('ntlmssp.negotiatekeyexch', 'Negotiate Key Exchange').mask(0x40000000).le(),
  flag56: bool('ntlmssp.negotiate56', 'Negotiate 56').mask(0x80000000).le(),
  length: uint('ntlmssp.string.length', 'Length').le(),
  maxLength: uint('ntlmssp.string.maxlen', 'Maxlen').le(),
  offset: uint('ntlmssp.string.offset', 'Offset').le(),
  blobLength: uint('ntlmssp.blob.length', 'Length').le(),
  blobMaxLength: uint('ntlmssp.blob.maxlen', 'Maxlen').le(),
  blobOffset: uint('ntlmssp.blob.offset', 'Offset').le(),
  negotiateDomain: text('ntlmssp.negotiate.domain', 'Calling workstation domain'),
  negotiateHost: text('ntlmssp.negotiate.callingworkstation', 'Calling workstation name'),
  version: none('ntlmssp.version', 'Version'),
  major: uint('ntlmssp.version.major', 'Major Version'),
  minor: uint('ntlmssp.version.minor', 'Minor Version'),
  build: uint('ntlmssp.version.build_number', 'Build Number').le(),
  revision: uint('ntlmssp.version.ntlm_current_revision', 'NTLM Current Revision'),
  targetName: text('ntlmssp.challenge.target_name', 'Target Name'),
  challenge: bytes('ntlmssp.ntlmserverchallenge', 'NTLM Server Challenge'),
  reserved: bytes('ntlmssp.reserved', 'Reserved'),
  targetInfo: none('ntlmssp.challenge.target_info', 'Target Info'),
  targetInfoLength: uint('ntlmssp.challenge.target_info.length', 'Length').le(),
  targetInfoMaxLength: uint('ntlmssp.challenge.target_info.maxlen', 'Maxlen').le(),
  targetInfoOffset: uint('ntlmssp.challenge.target_info.offset', 'Offset').le(),
  itemType: uint('ntlmssp.challenge.target_info.item.type', 'Target Info Item Type')
    .hex(2)
    .le()
    .named(itemNames),
  itemLength: uint('ntlmssp.challenge.target_info.item.length', 'Target Info Item Length').le(),
  nbComputer: text('ntlmssp.challenge.target_info.nb_computer_name', 'NetBIOS Computer Name'),
  nbDomain: text('ntlmssp.challenge.target_info.nb_domain_name', 'NetBIOS Domain Name'),
  dnsComputer: text('ntlmssp.challenge.target_info.dns_computer_name', 'DNS Computer Name'),
  dnsDomain: text('ntlmssp.challenge.target_info.dns_domain_name', 'DNS Domain Name'),
  dnsTree: text('ntlmssp.challenge.target_info.dns_tree_name', 'DNS Tree Name'),
  itemFlags: uint('ntlmssp.challenge.target_info.flags', 'Flags').hex(4).le(),
  timestamp: time('ntlmssp.challenge.target_info.timestamp', 'Timestamp'),
  lmResponse: bytes('ntlmssp.auth.lmresponse', 'Lan Manager Response'),
  ntResponse: bytes('ntlmssp.auth.ntresponse', 'NTLM Response'),
  domain: text('ntlmssp.auth.domain', 'Domain name'),
  user: text('ntlmssp.auth.username', 'User name'),
  host: text('ntlmssp.auth.hostname', 'Host name'),
  sessionKey: bytes('ntlmssp.auth.sesskey', 'Session Key'),
  mic: bytes('ntlmssp.authenticate.mic', 'MIC'),
  v2: bytes('ntlmssp.ntlmv2_response', 'NTLMv2 Response'),
  v2Proof: bytes('ntlmssp.ntlmv2_response.ntproofstr', 'NTProofStr'),
  v2Version: uint('ntlmssp.ntlmv2_response.rversion', 'Response Version'),
  v2HighVersion: uint('ntlmssp.ntlmv2_response.hirversion', 'Hi Response Version'),
  v2Zero: bytes('ntlmssp.ntlmv2_response.z', 'Z'),
  v2Time: time('ntlmssp.ntlmv2_response.time', 'Time'),
  v2Challenge: bytes('ntlmssp.ntlmv2_response.chal', 'NTLMv2 Client Challenge'),
  v2Pad: bytes('ntlmssp.ntlmv2_response.pad', 'padding'),
  v2ItemType: uint('ntlmssp.ntlmv2_response.item.type', 'NTLMV2 Response Item Type')
    .hex(2)
    .le()
    .named(itemNames),
  v2ItemLength: uint('ntlmssp.ntlmv2_response.item.length', 'NTLMV2 Response Item Length').le(),
  v2NbComputer: text('ntlmssp.ntlmv2_response.nb_computer_name', 'NetBIOS Computer Name'),
  v2NbDomain: text('ntlmssp.ntlmv2_response.nb_domain_name', 'NetBIOS Domain Name'),
  v2DnsComputer: text('ntlmssp.ntlmv2_response.dns_computer_name', 'DNS Computer Name'),
  v2DnsDomain: text('ntlmssp.ntlmv2_response.dns_domain_name', 'DNS Domain Name'),
  v2DnsTree: text('ntlmssp.ntlmv2_response.dns_tree_name', 'DNS Tree Name'),
  v2ItemFlags: uint('ntlmssp.ntlmv2_response.flags', 'Flags').hex(4).le(),
  v2Timestamp: time('ntlmssp.ntlmv2_response.timestamp', 'Timestamp'),
  v2Restrictions: bytes('ntlmssp.ntlmv2_response.restrictions', 'Restrictions'),
  v2TargetName: text('ntlmssp.ntlmv2_response.target_name', 'Target Name'),
  v2Bindings: bytes('ntlmssp.ntlmv2_response.channel_bindings', 'Channel Bindings'),
  verifier: none('ntlmssp.verf', 'NTLMSSP Verifier'),
  verifierVersion: uint('ntlmssp.verf.vers', 'Version Number').le(),
  verifierBody: bytes('ntlmssp.verf.body', 'Verifier Body'),
};

/** [MS-NLMP] §2.2.2.5, the highest bit first. */
export const flagBits = Object.entries(f)
  .filter(([key]) => /^flag[A-Z0-9]/.test(key))
  .map(([, field]) => field)
  .reverse();
