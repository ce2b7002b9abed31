// DNSSEC records (RFC 4034, RFC 5155), their predecessors (RFC 2535), and transaction records (RFC 8945, RFC 2930).
import { u16 } from '../../core/bytes.ts';
import { bool, bytes, type Field, none, text, time, uint } from '../../core/field.ts';
import { fixed, moment, over, own, type Part, type Rdata, rest, sized, typeBitmap } from './layout.ts';
import { digestNames, hashNames } from './names.ts';
import { algorithm, nameOf, owner, plain, spanOf, u8, u16of } from './parts.ts';
import { rcodeNames, typeTitles } from './types.ts';

/** RFC 4034 appendix B: key tag, a checksum over the record data. */
function keyTag(r: Rdata, start: number): number {
  // RSA/MD5 (B.1) takes the key tag from the modulus.
  if (r.b[start + 3] === 1) return r.end - start >= 4 ? u16(r.b, r.end - 3) : 0;
  let sum = 0;
  for (let i = start; i < r.end; i++) sum += (i - start) & 1 ? r.b[i]! : r.b[i]! << 8;
  return (sum + (sum >>> 16)) & 0xffff;
}

/** The key, preceded by its key tag, computed from the four bytes behind r.at and the key. */
function key(tag: Field, data: Field): Part {
  return own([tag, data], (r, out) => {
    if (r.at > r.end) return;
    out.add(tag, r.at, 0, keyTag(r, r.at - 4));
    if (r.at < r.end) out.add(data, r.at, r.end - r.at);
    r.at = r.end;
  });
}

export const signature = plain(
  fixed(uint('dns.rrsig.type_covered', 'Type Covered').named(typeTitles), 2),
  algorithm('dns.rrsig.algorithm'),
  u8('dns.rrsig.labels', 'Labels'),
  spanOf('dns.rrsig.original_ttl', 'Original TTL'),
  moment(time('dns.rrsig.signature_expiration', 'Signature Expiration'), 4),
  moment(time('dns.rrsig.signature_inception', 'Signature Inception'), 4),
  u16of('dns.rrsig.key_tag', 'Key Tag'),
  nameOf('dns.rrsig.signers_name', "Signer's name"),
  rest(bytes('dns.rrsig.signature', 'Signature')),
);

export const delegation = plain(
  fixed(uint('dns.ds.key_id', 'Key id').hex(2), 2),
  algorithm('dns.ds.algorithm'),
  fixed(uint('dns.ds.digest_type', 'Digest Type').named(digestNames), 1),
  rest(bytes('dns.ds.digest', 'Digest')),
);

export const dnskey = plain(
  over(uint('dns.dnskey.flags', 'Flags').hex(2), 2),
  over(bool('dns.dnskey.flags.zone_key', 'Zone Key').mask(0x0100), 2),
  over(bool('dns.dnskey.flags.key_revoked', 'Key Revoked').mask(0x0080), 2),
  over(bool('dns.dnskey.flags.secure_entry_point', 'Key Signing Key').mask(0x0001), 2),
  fixed(uint('dns.dnskey.flags.reserved', 'Key Signing Key').mask(0xfe7e).hex(2), 2),
  u8('dns.dnskey.protocol', 'Protocol'),
  algorithm('dns.dnskey.algorithm'),
  key(uint('dns.dnskey.key_id', 'Key id'), bytes('dns.dnskey.public_key', 'Public Key')),
);

export const oldKey = plain(
  over(uint('dns.key.flags', 'Flags').hex(2), 2),
  over(bool('dns.key.flags.authentication', 'Key allowed for authentication').mask(0x8000), 2),
  over(bool('dns.key.flags.confidentiality', 'Key allowed for confidentiality').mask(0x4000), 2),
  fixed(uint('dns.key.flags.signatory', 'Signatory').mask(0x000f), 2),
  u8('dns.key.protocol', 'Protocol'),
  algorithm('dns.key.algorithm'),
  key(uint('dns.key.key_id', 'Key ID'), bytes('dns.key.public_key', 'Public Key')),
);

const nsec3Head = [fixed(uint('dns.nsec3.algo', 'Hash algorithm').named(hashNames), 1)];
const nsec3Flags = uint('dns.nsec3.flags', 'NSEC3 flags');
const nsec3OptOut = fixed(bool('dns.nsec3.flags.opt_out', 'NSEC3 Opt-out flag').mask(0x01), 1);
const nsec3Tail = [
  u16of('dns.nsec3.iterations', 'NSEC3 iterations'),
  sized(uint('dns.nsec3.salt_length', 'Salt length'), 1, bytes('dns.nsec3.salt_value', 'Salt value')),
];
const hashLength = uint('dns.nsec3.hash_length', 'Hash length');
const hashValue = text('dns.nsec3.hash_value', 'Next hashed owner');

/** RFC 4648 §7. */
const BASE32HEX = '0123456789abcdefghijklmnopqrstuv';

/** RFC 5155 §3.3: hash of the next owner, in base32hex. */
const nextHashed = own([hashLength, hashValue], (r, out) => {
  if (r.at >= r.end) return;
  const start = r.at + 1;
  const stop = Math.min(start + r.b[r.at]!, r.end);
  out.add(hashLength, r.at, 1);
  let value = '';
  for (let bit = 0; bit < (stop - start) * 8; bit += 5) {
    const at = start + (bit >> 3);
    const pair = (r.b[at]! << 8) | (at + 1 < stop ? r.b[at + 1]! : 0);
    value += BASE32HEX[(pair >> (11 - (bit & 7))) & 31];
  }
  if (value !== '') out.add(hashValue, start, stop - start, value);
  r.at = stop;
});

export const nsec3 = plain(
  ...nsec3Head,
  over(nsec3Flags, 1),
  nsec3OptOut,
  ...nsec3Tail,
  nextHashed,
  typeBitmap,
);
export const nsec3param = owner(...nsec3Head, fixed(nsec3Flags, 1), ...nsec3Tail);

export const tkey = plain(
  nameOf('dns.tkey.algo_name', 'Algorithm name'),
  moment(time('dns.tkey.signature_inception', 'Signature Inception'), 4),
  moment(time('dns.tkey.signature_expiration', 'Signature Expiration'), 4),
  u16of('dns.tkey.mode', 'Mode'),
  fixed(uint('dns.tkey.error', 'Error').named(rcodeNames), 2),
  sized(uint('dns.tkey.key_size', 'Key Size'), 2, bytes('dns.tkey.key_data', 'Key Data')),
  sized(uint('dns.tkey.other_size', 'Other Size'), 2, bytes('dns.tkey.other_data', 'Other Data')),
);

export const tsig = plain(
  nameOf('dns.tsig.algorithm_name', 'Algorithm Name'),
  moment(time('dns.tsig.time_signed', 'Time Signed'), 6),
  u16of('dns.tsig.fudge', 'Fudge'),
  sized(uint('dns.tsig.mac_size', 'MAC Size'), 2, none('dns.tsig.mac', 'MAC')),
  u16of('dns.tsig.original_id', 'Original Id'),
  fixed(uint('dns.tsig.error', 'Error').named(rcodeNames), 2),
  sized(uint('dns.tsig.other_len', 'Other Len'), 2, bytes('dns.tsig.other_data', 'Other Data')),
);
