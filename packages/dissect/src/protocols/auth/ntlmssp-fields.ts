// Fields of NTLMSSP ([MS-NLMP] §2.2). All numbers are little-endian.
import { bytes, none, text, time, uint } from '../../core/field.ts';
import { bitFields } from '../bits.ts';

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

/** [MS-NLMP] §2.2.2.5 */
const flags = bitFields(
  'ntlmssp.',
  `1 negotiateunicode Negotiate UNICODE | Set | Not set
2 negotiateoem Negotiate OEM | Set | Not set
4 requesttarget Request Target | Set | Not set
8 negotiate00000008 Request 0x00000008 | Set | Not set
10 negotiatesign Negotiate Sign | Set | Not set
20 negotiateseal Negotiate Seal | Set | Not set
40 negotiatedatagram Negotiate Datagram | Set | Not set
80 negotiatelmkey Negotiate Lan Manager Key | Set | Not set
100 negotiate00000100 Negotiate 0x00000100 | Set | Not set
200 negotiatentlm Negotiate NTLM key | Set | Not set
400 negotiatentonly Negotiate NT Only | Set | Not set
800 negotiateanonymous Negotiate Anonymous | Set | Not set
1000 negotiateoemdomainsupplied Negotiate OEM Domain Supplied | Set | Not set
2000 negotiateoemworkstationsupplied Negotiate OEM Workstation Supplied | Set | Not set
4000 negotiate00004000 Negotiate 0x00004000 | Set | Not set
8000 negotiatealwayssign Negotiate Always Sign | Set | Not set
10000 targettypedomain Target Type Domain | Set | Not set
20000 targettypeserver Target Type Server | Set | Not set
40000 targettypeshare Target Type Share | Set | Not set
80000 negotiatentlm2 Negotiate Extended Security | Set | Not set
100000 negotiateidentify Negotiate Identify | Set | Not set
200000 negotiatent00200000 Negotiate 0x00200000 | Set | Not set
400000 requestnonntsession Request Non-NT Session | Set | Not set
800000 negotiatetargetinfo Negotiate Target Info | Set | Not set
1000000 negotiatent01000000 Negotiate 0x01000000 | Set | Not set
2000000 negotiateversion Negotiate Version | Set | Not set
4000000 negotiatent04000000 Negotiate 0x04000000 | Set | Not set
8000000 negotiatent08000000 Negotiate 0x08000000 | Set | Not set
10000000 negotiatent10000000 Negotiate 0x10000000 | Set | Not set
20000000 negotiate128 Negotiate 128 | Set | Not set
40000000 negotiatekeyexch Negotiate Key Exchange | Set | Not set
80000000 negotiate56 Negotiate 56 | Set | Not set`,
  { le: true },
);

export const f = {
  identifier: text('ntlmssp.identifier', 'NTLMSSP identifier'),
  type: uint('ntlmssp.messagetype', 'NTLM Message Type').hex(4).le().named(typeNames),
  flags: uint('ntlmssp.negotiateflags', 'Negotiate Flags').hex(4).le(),
  ...flags,
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

/** The highest bit first. */
export const flagBits = Object.values(flags).reverse();
