// VLAN Trunking Protocol: distribution of the VLAN database from server to clients ("Understanding VLAN Trunk
// Protocol", Cisco).
import { ascii, u32 } from '../../core/bytes.ts';
import { bytes, ipv4, text, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { snapPids } from '../../core/table.ts';

const HEADER = 36;
const SUMMARY = 1;
const SUBSET = 2;
const REQUEST = 3;
const JOIN = 4;

const codeNames: Readonly<Record<number, string>> = {
  1: 'Summary Advertisement',
  2: 'Subset Advertisement',
  3: 'Advertisement Request',
  4: 'Join',
};
/** Bytes by message type. */
const lengths: Readonly<Record<number, number>> = { [SUMMARY]: 72, [SUBSET]: 40, [REQUEST]: 38, [JOIN]: 40 };

const f = {
  version: uint('vtp.version', 'Version').at(0, 1).hex(),
  code: uint('vtp.code', 'Code').at(1, 1).hex().named(codeNames),
  followers: uint('vtp.followers', 'Followers'),
  sequence: uint('vtp.seq_num', 'Sequence Number'),
  domainLength: uint('vtp.md_len', 'Management Domain Length'),
  domain: text('vtp.md', 'Management Domain'),
  revision: uint('vtp.conf_rev_num', 'Configuration Revision Number'),
  updater: ipv4('vtp.upd_id', 'Updater Identity'),
  timestamp: text('vtp.upd_ts', 'Update Timestamp'),
  digest: bytes('vtp.md5_digest', 'MD5 Digest'),
  vlanLength: uint('vtp.vlan_info.len', 'VLAN Information Length'),
  vlanName: text('vtp.vlan_info.vlan_name', 'VLAN Name'),
  vlanId: uint('vtp.vlan_info.isl_vlan_id', 'ISL VLAN ID').hex(2),
  vlanMtu: uint('vtp.vlan_info.mtu_size', 'MTU Size'),
};

export const vtp: Protocol = protocol({
  name: 'vtp',
  title: 'VLAN Trunking Protocol',
  column: 'VTP',
  fields: f,
  on: [[snapPids, 0x00000c * 0x10000 + 0x2003]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    const needed = lengths[p.buf[p.at + 1]!] ?? HEADER;
    if (p.end - p.at < needed) return p.cut(needed);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < HEADER) return;
    const code = b[start + 1]!;
    out.fixed(f.version);
    out.fixed(f.code);
    if (code === SUMMARY) out.add(f.followers, start + 2, 1);
    if (code === SUBSET) out.add(f.sequence, start + 2, 1);
    out.add(f.domainLength, start + 3, 1);
    const length = Math.min(32, b[start + 3]!);
    out.add(f.domain, start + 4, length, ascii(b, start + 4, start + 4 + length));
    if ((code === SUMMARY || code === SUBSET) && stop - start >= 40) out.add(f.revision, start + 36, 4);
    if (code === SUMMARY && stop - start >= 72) {
      out.add(f.updater, start + 40, 4);
      out.add(f.timestamp, start + 44, 12);
      out.add(f.digest, start + 56, 16);
    }
    if (code !== SUBSET) return;
    for (let at = start + 40; at + 12 <= stop && b[at]! >= 12 && at + b[at]! <= stop; at += b[at]!) {
      const name = Math.min(b[at + 3]!, b[at]! - 12);
      out.group(`VLAN Information: ${ascii(b, at + 12, at + 12 + name)}`, at, b[at]!);
      out.add(f.vlanLength, at, 1);
      out.add(f.vlanId, at + 4, 2);
      out.add(f.vlanMtu, at + 6, 2);
      out.add(f.vlanName, at + 12, name);
      out.close();
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < HEADER) return '';
    const code = b[start + 1]!;
    const name = codeNames[code] ?? `Unknown (0x${code.toString(16).padStart(2, '0')})`;
    if ((code !== SUMMARY && code !== SUBSET) || length < 40) return name;
    const revision = `${name}, Revision: ${u32(b, start + 36)}`;
    if (code === SUBSET) return `${revision}, Seq: ${b[start + 2]}`;
    return b[start + 2]! > 0 ? `${revision}, Followers: ${b[start + 2]}` : revision;
  },
});
