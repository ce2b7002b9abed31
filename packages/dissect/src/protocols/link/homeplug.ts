// HomePlug powerline, 1.0 and AV: headers of management messages (HomePlug AV Specification 1.1 §11).
import { u16le } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes } from '../../core/table.ts';

/** Version and little-endian message type; from version 1 on also fragmentation; vendor messages begin with an OUI. */
const HEADER = 3;
const VENDOR_FIRST = 0xa000;
const QUALCOMM = [0x00, 0xb0, 0x52];
const suffixes = ['REQ', 'CNF', 'IND', 'RSP'];

const messages: Readonly<Record<number, string>> = {
  0x0014: 'CC_DISCOVER_LIST',
  0x6000: 'CM_UNASSOCIATED_STA',
  0x6004: 'CM_ENCRYPTED_PAYLOAD',
  0x6008: 'CM_SET_KEY',
  0x600c: 'CM_GET_KEY',
  0x6010: 'CM_SC_JOIN',
  0x6014: 'CM_CHAN_EST',
  0x6018: 'CM_TM_UPDATE',
  0x601c: 'CM_AMP_MAP',
  0x6020: 'CM_BRG_INFO',
  0x6024: 'CM_CONN_NEW',
  0x6034: 'CM_STA_CAP',
  0x6038: 'CM_NW_INFO',
  0x603c: 'CM_GET_BEACON',
  0x6040: 'CM_HFID',
  0x6044: 'CM_MME_ERROR',
  0x6048: 'CM_NW_STATS',
  0x6064: 'CM_SLAC_PARAM',
  0x6068: 'CM_START_ATTEN_CHAR',
  0x606c: 'CM_ATTEN_CHAR',
  0x6078: 'CM_MNBC_SOUND',
  0x607c: 'CM_SLAC_MATCH',
  0x6084: 'CM_ATTEN_PROFILE',
};
const qualcommMessages: Readonly<Record<number, string>> = {
  0xa000: 'GET_SW.REQ (Get Device/SW Version Request)',
  0xa001: 'GET_SW.CNF (Get Device/SW Version Confirmation)',
  0xa038: 'NW_INFO.REQ (Network Info Request)',
  0xa039: 'NW_INFO.CNF (Network Info Confirmation)',
};

const f = {
  version: uint('homeplug_av.mmhdr.mmver', 'Version').at(0, 1),
  type: uint('homeplug_av.mmhdr.mmtype', 'Type').at(1, 2).hex().le(),
};

function messageText(type: number): string {
  const name = messages[type & 0xfffc];
  return name === undefined ? `Unknown 0x${type.toString(16)}` : `${name}.${suffixes[type & 3]}`;
}

export const homeplugAv: Protocol = protocol({
  name: 'homeplug-av',
  title: 'HomePlug AV protocol',
  column: 'HomePlug AV',
  fields: f,
  on: [[etherTypes, 0x88e1]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER + 3) return '';
    const type = u16le(b, start + 1);
    if ((type & 0xe000) !== VENDOR_FIRST) return messageText(type);
    const isQualcomm = QUALCOMM.every((byte, i) => b[start + HEADER + i] === byte);
    return isQualcomm
      ? `Qualcomm Atheros, ${qualcommMessages[type] ?? `Unknown 0x${type.toString(16)}`}`
      : messageText(type);
  },
});

const entries: Readonly<Record<number, string>> = {
  0x00: 'Request Channel Estimation',
  0x01: 'Channel Estimation Response',
  0x04: 'Set Network Encryption Key',
  0x05: 'Multicast With Response',
  0x06: 'Confirm Network Encryption Key',
  0x07: 'Request Parameters and Statistics',
  0x08: 'Parameters and Statistics Response',
  0x19: 'Set Local Parameters',
  0x1a: 'Network Statistics Basic',
  0x1c: 'Performance Statistics',
  0x1f: 'Set Transmit Characteristics',
};

export const homeplug: Protocol = protocol({
  name: 'homeplug',
  title: 'HomePlug protocol',
  column: 'HomePlug',
  on: [[etherTypes, 0x887b]],
  step(p) {
    if (p.end - p.at < 1) return p.cut(1);
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const stop = p.stop[layer]!;
    let at = p.start[layer]! + 1;
    const names: string[] = [];
    // HomePlug 1.0.1 §5.4: number of entries, then type and length of each.
    for (let left = b[at - 1]! & 0x7f; left > 0 && at + 2 <= stop; left--) {
      const name = entries[b[at]! & 0x1f];
      if (name !== undefined) names.push(name);
      at += 2 + b[at + 1]!;
    }
    return names.length === 0 ? 'MAC Management' : names.join(', ');
  },
});
