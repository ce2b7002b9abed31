// EAP over LANs (IEEE Std 802.1X-2020 §11), and EAPOL-Key frames of 802.11 (IEEE Std 802.11-2020 §12.7.2).
import { u16 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { bool, bytes, uint, uint64 } from '../core/field.ts';
import { COLUMN, SHOWN } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import { etherTypes } from '../core/table.ts';
import { eap } from './eap.ts';

const HEADER = 4;
const EAP_PACKET = 0;
const KEY = 3;
const MKA = 5;
/** Key descriptor types: RC4 (802.1X-2001), RSN, and WPA. */
const RC4 = 1;
const RSN = 2;
const WPA = 254;

const types: Readonly<Record<number, string>> = {
  0: 'EAP Packet',
  1: 'Start',
  2: 'Logoff',
  3: 'Key',
  4: 'Encapsulated ASF Alert',
  5: 'MKA',
  6: 'Announcement (Generic)',
  7: 'Announcement (Specific)',
  8: 'Announcement Request',
};

const f = {
  version: uint('eapol.version', 'Version')
    .at(0, 1)
    .named({ 1: '802.1X-2001', 2: '802.1X-2004', 3: '802.1X-2010' }),
  type: uint('eapol.type', 'Type').at(1, 1).named(types),
  length: uint('eapol.len', 'Length').at(2, 2),
  keyType: uint('eapol.keydes.type', 'Key Descriptor Type')
    .at(4, 1)
    .named({ [RC4]: 'RC4 Descriptor', [RSN]: 'EAPOL RSN Key', [WPA]: 'EAPOL WPA Key' }),
  keyLength: uint('eapol.keydes.key_len', 'Key Length'),
  replayCounter: uint64('eapol.keydes.replay_counter', 'Replay Counter'),
  iv: bytes('eapol.keydes.key_iv', 'Key IV'),
  message: uint('wlan_rsna_eapol.keydes.msgnr', 'Message number'),
  info: uint('wlan_rsna_eapol.keydes.key_info', 'Key Information').hex(2),
  infoVersion: uint('wlan_rsna_eapol.keydes.key_info.keydes_version', 'Key Descriptor Version').mask(0x0007),
  infoType: bool('wlan_rsna_eapol.keydes.key_info.key_type', 'Key Type').mask(0x0008),
  infoIndex: uint('wlan_rsna_eapol.keydes.key_info.key_index', 'Key Index').mask(0x0030),
  infoInstall: bool('wlan_rsna_eapol.keydes.key_info.install', 'Install').mask(0x0040),
  infoAck: bool('wlan_rsna_eapol.keydes.key_info.key_ack', 'Key ACK').mask(0x0080),
  infoMic: bool('wlan_rsna_eapol.keydes.key_info.key_mic', 'Key MIC').mask(0x0100),
  infoSecure: bool('wlan_rsna_eapol.keydes.key_info.secure', 'Secure').mask(0x0200),
  infoError: bool('wlan_rsna_eapol.keydes.key_info.error', 'Error').mask(0x0400),
  infoRequest: bool('wlan_rsna_eapol.keydes.key_info.request', 'Request').mask(0x0800),
  infoEncrypted: bool('wlan_rsna_eapol.keydes.key_info.encrypted_key_data', 'Encrypted Key Data').mask(
    0x1000,
  ),
  infoSmk: bool('wlan_rsna_eapol.keydes.key_info.smk_message', 'SMK Message').mask(0x2000),
  nonce: bytes('wlan_rsna_eapol.keydes.nonce', 'WPA Key Nonce'),
  rsc: bytes('wlan_rsna_eapol.keydes.rsc', 'WPA Key RSC'),
  id: bytes('wlan_rsna_eapol.keydes.id', 'WPA Key ID'),
  mic: bytes('wlan_rsna_eapol.keydes.mic', 'WPA Key MIC'),
  dataLength: uint('wlan_rsna_eapol.keydes.data_len', 'WPA Key Data Length'),
  data: bytes('wlan_rsna_eapol.keydes.data', 'WPA Key Data'),
};
const infoBits = [
  f.infoVersion,
  f.infoType,
  f.infoIndex,
  f.infoInstall,
  f.infoAck,
  f.infoMic,
  f.infoSecure,
  f.infoError,
  f.infoRequest,
  f.infoEncrypted,
  f.infoSmk,
];

/** Offsets in an RSN key frame from the EAPOL header (802.11 §12.7.2, figure 12-33), with a 16-byte MIC. */
const INFO = 5;
const KEY_LENGTH = 7;
const REPLAY = 9;
const NONCE = 17;
const IV = 49;
const RSC = 65;
const ID = 73;
const MIC = 81;
const DATA_LENGTH = 97;
const DATA = 99;

const PAIRWISE = 0x0008;
const ACK = 0x0080;
const HAS_MIC = 0x0100;
const SECURE = 0x0200;

function isRsn(type: number): boolean {
  return type === RSN || type === WPA;
}

/** Message number of the 4-way or group handshake (802.11 §12.7.6, §12.7.7); 0: neither. */
function messageOf(b: Uint8Array, start: number): number {
  const info = u16(b, start + INFO);
  if (info & PAIRWISE) {
    if (info & ACK) return info & HAS_MIC ? 3 : 1;
    if ((info & HAS_MIC) === 0) return 0;
    // Message 2 carries key data, message 4 none; the same holds for WPA, which has no secure bit.
    return info & SECURE || u16(b, start + DATA_LENGTH) === 0 ? 4 : 2;
  }
  if ((info & (HAS_MIC | SECURE)) !== (HAS_MIC | SECURE)) return 0;
  return info & ACK ? 1 : 2;
}

export const eapol: Protocol = protocol({
  name: 'eapol',
  title: '802.1X Authentication',
  column: (p, layer) =>
    p.stop[layer]! - p.start[layer]! > HEADER && p.bufferOf(layer)[p.start[layer]! + 1] === MKA
      ? 'EAPOL-MKA'
      : 'EAPOL',
  fields: f,
  on: [[etherTypes, 0x888e, 0x88c7]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    const type = b[start + 1]!;
    p.narrow(p.count - 1, HEADER + u16(b, start + 2));
    p.at = start + HEADER;
    if (p.at >= p.end) return null;
    if (type === EAP_PACKET) {
      // The inner packet has a tree and sets the columns, but is not listed in frame.protocols.
      p.offer(eap, SHOWN | COLUMN);
      return null;
    }
    if (type === KEY) {
      if (isRsn(b[p.at]!) && p.end - start < DATA) return p.cut(DATA - HEADER);
      p.at = p.end;
      return null;
    }
    return type === MKA ? null : data;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < HEADER) return;
    for (const field of [f.version, f.type, f.length]) out.fixed(field);
    if (b[start + 1] !== KEY || stop - start <= HEADER) return;
    out.fixed(f.keyType);
    const type = b[start + HEADER]!;
    if (type === RC4 && stop - start >= 31) {
      out.add(f.keyLength, start + 5, 2);
      out.add(f.replayCounter, start + 7, 8);
      out.add(f.iv, start + 15, 16);
    }
    if (!isRsn(type) || stop - start < DATA) return;
    const message = messageOf(b, start);
    if (message !== 0) out.add(f.message, start + INFO, 2, message);
    out.open(f.info, start + INFO, 2);
    for (const bit of infoBits) out.add(bit, start + INFO, 2);
    out.close();
    out.add(f.keyLength, start + KEY_LENGTH, 2);
    out.add(f.replayCounter, start + REPLAY, 8);
    out.add(f.nonce, start + NONCE, 32);
    out.add(f.iv, start + IV, 16);
    out.add(f.rsc, start + RSC, 8);
    out.add(f.id, start + ID, 8);
    out.add(f.mic, start + MIC, 16);
    out.add(f.dataLength, start + DATA_LENGTH, 2);
    const length = Math.min(u16(b, start + DATA_LENGTH), stop - start - DATA);
    if (length > 0) out.add(f.data, start + DATA, length);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < 2) return '';
    const type = b[start + 1]!;
    const name = types[type] ?? `Unknown Type (0x${type.toString(16).padStart(2, '0').toUpperCase()})`;
    if (type !== KEY || length < DATA || !isRsn(b[start + HEADER]!)) return name;
    const message = messageOf(b, start);
    if (message === 0) return name;
    return u16(b, start + INFO) & PAIRWISE
      ? `${name} (Message ${message} of 4)`
      : `${name} (Group Message ${message} of 2)`;
  },
});
