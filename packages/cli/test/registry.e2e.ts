// `-G fields` beside tshark's: fields of the same name hold the same kind of value and are printed in the same base.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireTool } from '../../../test/support/tools.ts';

const skip = requireTool('tshark');
const eyrie = join(import.meta.dirname, '../bin/eyrie.js');

/** Read as another kind than tshark's on purpose; what is printed is the same unless a line says otherwise. */
const KNOWN_TYPES: ReadonlySet<string> = new Set([
  // Tables and arrays are one text; tshark nests their members.
  ...['field', 'method.properties.headers'].map((name) => `amqp.${name}`),
  ...[
    ...['arguments', 'challenge', 'channel_id', 'client_properties', 'filter', 'locales', 'mechanisms'],
    ...['response', 'server_properties'],
  ].map((name) => `amqp.method.arguments.${name}`),
  // Bytes that tshark has as a heading only.
  'bgp.route_refresh.orf',
  'bgp.update.path_attributes.unknown',
  'kpasswd.ap_req',
  'kpasswd.krb_priv',
  // EUI-64 and link-layer addresses.
  'dns.eui64',
  'icmpv6.6lowpannd.da.eui64',
  'icmpv6.opt.aro.eui64',
  'icmpv6.opt.linkaddr',
  'icmpv6.opt.src_linkaddr',
  'icmpv6.opt.target_linkaddr',
  // A bit that tshark prints as 0 or 1, which a boolean is printed as, too.
  'ospf.lsa.donotage',
  'dhcp.option.bulk_lease.data_source',
  // Never negative in what is sent; signed in tshark.
  'data.len',
  'frame.encap_type',
  'pkcs1.publicExponent',
  'tcp.window_size_scalefactor',
  'x509af.version',
  'x509sat.Integer',
  // Signed here: the standard says so (IEEE 1588-2008, 5.3.3 has it unsigned, other timestamps of tshark are signed).
  'ptp.v2.fu.preciseorigintimestamp.nanoseconds',
  // Others.
  'inap.local',
  'ip.fragments',
  'ipp.octetstring_value',
  'pppoed.tags.hurl',
  'pppoed.tags.motm',
  'rsvp.label',
  'sip.Min-Expires',
  'sip.RSeq',
  'sip.Retry-After',
  'sua.reserved',
  'tns.reserved_byte',
  'x509ce.CRLNumber',
]);

/** Declared in another base: 64 bits are printed in decimal whatever the base, and our lines add the hexadecimal. */
const KNOWN_BASES: ReadonlySet<string> = new Set([
  'http3.frame_type',
  'http3.settings.id',
  'http3.stream_type',
  'quic.frame_type',
  // tshark lists one field of a name: IEEE 1722's, not SocketCAN's, which is decimal.
  'can.id',
  // One name for two fields, of which the pseudo-record OPT has the decimal one.
  'dns.rr.udp_payload_size',
  // The first character of a name: printed as such.
  'usb.urb_type',
  // Both print version numbers as `1.1`.
  'ipp.version',
]);

type Fields = ReadonlyMap<string, ReadonlyArray<readonly [kind: string, base: string]>>;

const KINDS: Readonly<Record<string, string>> = {
  CHAR: 'uint',
  FRAMENUM: 'uint',
  IPXNET: 'uint',
  FLOAT: 'DOUBLE',
};
const TEXTS = new Set(['STRING', 'STRINGZ', 'STRINGZPAD', 'STRINGZTRUNC', 'UINT_STRING', 'OID', 'REL_OID']);
const TEXT_LIKE = new Set(['AX25', 'EUI64', 'SYSTEM_ID', 'GUID', 'VINES']);

/** Widths don't count: ours are those of the place in the packet. */
function kindOf(type: string): string {
  const name = type.replace('FT_', '');
  if (/^UINT\d/.test(name)) return 'uint';
  if (/^INT\d/.test(name)) return 'int';
  if (name === 'UINT_BYTES') return 'BYTES';
  return KINDS[name] ?? (TEXTS.has(name) || TEXT_LIKE.has(name) ? 'text' : name);
}

/** Frame numbers are decimal; networks of IPX hexadecimal. */
const isHex = (type: string, base: string): boolean => base.startsWith('BASE_HEX') || type === 'FT_IPXNET';

function fieldsOf(command: string, args: readonly string[]): Fields {
  const { stdout } = spawnSync(command, [...args, '-G', 'fields'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const fields = new Map<string, [string, string][]>();
  for (const line of stdout.split('\n')) {
    const [mark, , name = '', type = '', , base = ''] = line.split('\t');
    if (mark !== 'F') continue;
    const kinds = fields.get(name) ?? [];
    kinds.push([kindOf(type), isHex(type, base) ? 'hex' : 'dec']);
    fields.set(name, kinds);
  }
  return fields;
}

test('-G fields: fields have the kind and the base that tshark gives them, but for known exceptions', {
  skip,
}, () => {
  const theirs = fieldsOf('tshark', []);
  const ours = fieldsOf(process.execPath, [eyrie, 'read']);
  assert.ok(ours.size > 8000);
  const types: string[] = [];
  const bases: string[] = [];
  for (const [name, [own]] of ours) {
    const known = theirs.get(name);
    if (known === undefined || own === undefined) continue;
    const [kind, base] = own;
    const same = known.filter((entry) => entry[0] === kind);
    if (same.length === 0) types.push(name);
    else if ((kind === 'uint' || kind === 'int') && !same.some((entry) => entry[1] === base))
      bases.push(name);
  }
  assert.deepEqual(types.sort(), [...KNOWN_TYPES].sort());
  assert.deepEqual(bases.sort(), [...KNOWN_BASES].sort());
});
