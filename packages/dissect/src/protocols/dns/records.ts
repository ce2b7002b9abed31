// Resource record data by type.
import { bool, bytes, ether, type Field, ipv4, ipv6, text, uint } from '../../core/field.ts';
import { edns } from './edns.ts';
import {
  fixed,
  type Layout,
  over,
  type Part,
  plainBitmap,
  repeated,
  rest,
  strings,
  typeBitmap,
} from './layout.ts';
import {
  addressPrefixes,
  chainedAddress,
  hostIdentity,
  ipsecGateway,
  property,
  rendezvous,
  serviceBits,
} from './odd-parts.ts';
import { algorithm, nameOf, owner, plain, spanOf, stringOf, u8, u16of, u32of, withInfo } from './parts.ts';
import { delegation, dnskey, nsec3, nsec3param, oldKey, signature, tkey, tsig } from './security.ts';
import { serviceBinding } from './svcb.ts';

const soaNumbers = [
  u32of('dns.soa.serial_number', 'Serial Number'),
  spanOf('dns.soa.refresh_interval', 'Refresh Interval'),
  spanOf('dns.soa.retry_interval', 'Retry Interval'),
  spanOf('dns.soa.expire_limit', 'Expire limit'),
  spanOf('dns.soa.minimum_ttl', 'Minimum TTL'),
];

const wins = ['local_flag', 'lookup_timeout', 'cache_timeout'] as const;
const winsTitles = ['Local Flag', 'Lookup timeout', 'Cache timeout'];
const winsHead = (prefix: string): Part[] =>
  wins.map((field, i) =>
    fixed(
      i === 0
        ? bool(`${prefix}.${field}`, winsTitles[i]!).mask(1)
        : uint(`${prefix}.${field}`, winsTitles[i]!),
      4,
    ),
  );

const winsServer = fixed(ipv4('dns.wins.wins_server', 'WINS Server Address'), 4);

export const layouts: ReadonlyMap<number, Layout> = new Map<number, Layout>([
  [1, withInfo(['addr'], fixed(ipv4('dns.a', 'Address'), 4))],
  [2, withInfo(['ns'], nameOf('dns.ns', 'Name Server'))],
  [3, owner(nameOf('dns.md', 'Mail Destination'))],
  [4, owner(nameOf('dns.mf', 'Mail Forwarder'))],
  [5, withInfo(['cname'], nameOf('dns.cname', 'CNAME'))],
  [
    6,
    withInfo(
      ['mname'],
      nameOf('dns.soa.mname', 'Primary name server'),
      nameOf('dns.soa.rname', "Responsible authority's mailbox"),
      ...soaNumbers,
    ),
  ],
  [7, owner(nameOf('dns.mb', 'MailBox Domaine'))],
  [8, owner(nameOf('dns.mg', 'Mail Group member'))],
  [9, owner(nameOf('dns.mr', 'Mail Rename domaine'))],
  [10, owner(rest(bytes('dns.null', 'Null (data)')))],
  [
    11,
    withInfo(
      ['addr'],
      fixed(ipv4('dns.wks.address', 'Address'), 4),
      u8('dns.wks.protocol', 'Protocol'),
      serviceBits,
    ),
  ],
  [12, withInfo([''], nameOf('dns.ptr.domain_name', 'Domain Name'))],
  [
    13,
    withInfo(
      ['CPU', 'OS'],
      stringOf('dns.hinfo.cpu_length', 'CPU Length', 'dns.hinfo.cpu', 'CPU'),
      stringOf('dns.hinfo.os_length', 'OS Length', 'dns.hinfo.os', 'OS'),
    ),
  ],
  [14, owner(nameOf('dns.minfo.r', 'Responsible Mailbox'), nameOf('dns.minfo.e', 'Error Mailbox'))],
  [
    15,
    withInfo(
      ['preference', 'mx'],
      u16of('dns.mx.preference', 'Preference'),
      nameOf('dns.mx.mail_exchange', 'Mail Exchange'),
    ),
  ],
  [16, plain(strings(uint('dns.txt.length', 'TXT Length'), text('dns.txt', 'TXT')))],
  [17, owner(nameOf('dns.rp.mailbox', 'Mailbox'), nameOf('dns.rp.txt_rr', 'TXT RR'))],
  [18, owner(u16of('dns.afsdb.subtype', 'Subtype'), nameOf('dns.afsdb.hostname', 'Hostname'))],
  [19, owner(stringOf('dns.x25.length', 'Length', 'dns.x25.psdn_address', 'PSDN-Address'))],
  [
    20,
    owner(
      stringOf('dns.idsn.length', 'Length', 'dns.idsn.address', 'ISDN Address'),
      stringOf('dns.idsn.sa.length', 'Length', 'dns.idsn.sa.address', 'Sub Address'),
    ),
  ],
  [
    21,
    owner(u16of('dns.rt.subtype', 'Preference'), nameOf('dns.rt.intermediate_host', 'Intermediate Hostname')),
  ],
  [22, owner(rest(bytes('dns.nsap.rdata', 'NSAP Data')))],
  [23, owner(nameOf('dns.nsap_ptr.owner', 'Owner'))],
  [24, signature],
  [25, oldKey],
  [
    26,
    owner(
      u16of('dns.px.preference', 'Preference'),
      nameOf('dns.px.map822', 'MAP822'),
      nameOf('dns.px.map400', 'MAPX400'),
    ),
  ],
  [
    27,
    owner(
      stringOf('dns.gpos.longitude_length', 'Longitude length', 'dns.gpos.longitude', 'Longitude'),
      stringOf('dns.gpos.latitude_length', 'Latitude length', 'dns.gpos.latitude', 'Latitude'),
      stringOf('dns.gpos.altitude_length', 'Altitude length', 'dns.gpos.altitude', 'Altitude'),
    ),
  ],
  [28, withInfo(['addr'], fixed(ipv6('dns.aaaa', 'AAAA Address'), 16))],
  [
    29,
    plain(
      u8('dns.loc.version', 'Version'),
      u8('dns.loc.size', 'Size'),
      u8('dns.loc.horizontal_precision', 'Horizontal Precision'),
      u8('dns.loc.vertical_precision', 'Vertical Precision'),
      u32of('dns.loc.latitude', 'Latitude'),
      u32of('dns.loc.longitude', 'Longitude'),
      u32of('dns.loc.altitude', 'Altitude'),
    ),
  ],
  [30, withInfo(['next domain name'], nameOf('dns.nxt.next_domain_name', 'Next Domain Name'), plainBitmap)],
  [
    33,
    withInfo(
      ['priority', 'weight', 'port', 'target'],
      u16of('dns.srv.priority', 'Priority'),
      u16of('dns.srv.weight', 'Weight'),
      u16of('dns.srv.port', 'Port'),
      nameOf('dns.srv.target', 'Target'),
    ),
  ],
  [
    35,
    withInfo(
      ['order', 'preference', 'flags'],
      u16of('dns.naptr.order', 'Order'),
      u16of('dns.naptr.preference', 'Preference'),
      stringOf('dns.naptr.flags_length', 'Flags Length', 'dns.naptr.flags', 'Flags'),
      stringOf('dns.naptr.service_length', 'Service Length', 'dns.naptr.service', 'Service'),
      stringOf('dns.naptr.regex_length', 'Regex Length', 'dns.naptr.regex', 'Regex'),
      nameOf('dns.naptr.replacement', 'Replacement'),
    ),
  ],
  [
    36,
    withInfo(
      ['preference', 'kx'],
      u16of('dns.kx.preference', 'Preference'),
      nameOf('dns.kx.key_exchange', 'Key Exchange'),
    ),
  ],
  [
    37,
    plain(
      u16of('dns.cert.type', 'Type'),
      fixed(uint('dns.cert.key_tag', 'Key Tag').hex(2), 2),
      algorithm('dns.cert.algorithm'),
      rest(bytes('dns.cert.certificate', 'Certificate (or CRL)')),
    ),
  ],
  [38, withInfo(['addr'], chainedAddress)],
  [39, withInfo(['dname'], nameOf('dns.dname', 'Dname'))],
  [41, plain(edns)],
  [42, owner(addressPrefixes)],
  [43, delegation],
  [
    44,
    plain(
      fixed(
        uint('dns.sshfp.algorithm', 'Algorithm').named({
          0: 'Reserved',
          1: 'RSA',
          2: 'DSA',
          3: 'ECDSA',
          4: 'Ed25519',
          5: 'XMSS',
        }),
        1,
      ),
      fixed(
        uint('dns.sshfp.fingerprint.type', 'Fingerprint type').named({
          0: 'Reserved',
          1: 'SHA1',
          2: 'SHA256',
        }),
        1,
      ),
      rest(bytes('dns.sshfp.fingerprint', 'Fingerprint')),
    ),
  ],
  [
    45,
    plain(
      u8('dns.ipseckey.gateway_precedence', 'Gateway Precedence'),
      u8('dns.ipseckey.gateway_type', 'Gateway Type'),
      u8('dns.ipseckey.gateway_algorithm', 'Gateway Algorithm'),
      ipsecGateway,
      rest(bytes('dns.ipseckey.public_key', 'Public Key')),
    ),
  ],
  [46, signature],
  [47, withInfo(['next domain name'], nameOf('dns.nsec.next_domain_name', 'Next Domain Name'), typeBitmap)],
  [48, dnskey],
  [49, owner(rest(bytes('dns.dhcid.rdata', 'DHCID Data')))],
  [50, nsec3],
  [51, nsec3param],
  [
    52,
    owner(
      u8('dns.tlsa.certificate_usage', 'Certificate Usage'),
      u8('dns.tlsa.selector', 'Selector'),
      u8('dns.tlsa.matching_type', 'Matching Type'),
      rest(bytes('dns.tlsa.certificate_association_data', 'Certificate Association Data')),
    ),
  ],
  [55, owner(hostIdentity, repeated(rendezvous.fields, rendezvous.emit))],
  [59, delegation],
  [60, dnskey],
  [61, plain(rest(text('dns.openpgpkey', 'OpenPGP Key')))],
  [
    62,
    plain(
      u32of('dns.csync.soa', 'SOA'),
      over(uint('dns.csync.flags', 'Flags').hex(2), 2),
      over(bool('dns.csync.flags.immediate', 'immediate').mask(0x0001), 2),
      fixed(bool('dns.csync.flags.soaminimum', 'soaminimum').mask(0x0002), 2),
      typeBitmap,
    ),
  ],
  [
    63,
    plain(
      u32of('dns.zonemd.serial', 'Serial'),
      u8('dns.zonemd.scheme', 'Scheme'),
      u8('dns.zonemd.hash_algo', 'Hash Algorithm'),
      rest(bytes('dns.zonemd.digest', 'Digest')),
    ),
  ],
  [64, serviceBinding],
  [65, serviceBinding],
  [99, plain(strings(uint('dns.spf.length', 'SPF Length'), text('dns.spf', 'SPF')))],
  [104, plain(u16of('dns.ilnp.nid.preference', 'Preference'), rest(bytes('dns.ilnp.nid', 'NodeID')))],
  [105, plain(u16of('dns.ilnp.l32.preference', 'Preference'), fixed(ipv4('dns.ilnp.l32', 'Locator32'), 4))],
  [106, plain(u16of('dns.ilnp.l64.preference', 'Preference'), rest(bytes('dns.ilnp.l64', 'Locator64')))],
  [107, plain(u16of('dns.ilnp.lp.preference', 'Preference'), nameOf('dns.ilnp.lp', 'Locator FQDN'))],
  [108, plain(fixed(ether('dns.eui48', 'EUI48 Address'), 6))],
  [109, plain(fixed(ether('dns.eui64', 'EUI64 Address'), 8))],
  [249, tkey],
  [250, tsig],
  [
    257,
    plain(
      over(uint('dns.caa.flags', 'CAA Flags').hex(1), 1),
      fixed(bool('dns.caa.flags.issuer_critical', 'Issuer Critical').mask(0x80), 1),
      property,
    ),
  ],
  [32769, delegation],
  [
    65281,
    plain(
      ...winsHead('dns.wins'),
      u32of('dns.wins.nb_wins_servers', 'Number of WINS servers'),
      repeated(winsServer.fields, winsServer.emit),
    ),
  ],
  [
    65282,
    withInfo(
      [null, null, null, 'name result domain'],
      ...winsHead('dns.winsr'),
      nameOf('dns.winsr.name_result_domain', 'Name Result Domain'),
    ),
  ],
]);

/** Data of an unknown type. */
export const unknownLayout: Layout = plain(rest(bytes('dns.data', 'Data')));

/** All fields of the layouts, without duplicates. */
export const recordFields: readonly Field[] = [
  ...new Set(
    [...layouts.values(), unknownLayout].flatMap((layout) => layout.parts.flatMap((part) => part.fields)),
  ),
];
