// Wi-Fi Multimedia, once WME (Wi-Fi Alliance, WMM Specification §2.2): what a station or access point says of its queues.
import { u16le } from '../../core/bytes.ts';
import { bytes, type Field, none, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { type BitFields, bitFields } from '../bits.ts';

const INFORMATION = 0;
const PARAMETER = 1;
/** Bytes of the Parameter element behind the vendor's type: subtype, version, QoS Info, reserved, four categories. */
const PARAMETER_LENGTH = 20;

const subtypeNames = { 0: 'Information Element', 1: 'Parameter Element', 2: 'TSPEC Element' };
const accessCategories = { 0: 'Best Effort', 1: 'Background', 2: 'Video', 3: 'Voice' };

const f = {
  subtype: uint('wlan.wfa.ie.wme.subtype', 'WME Subtype').named(subtypeNames),
  version: uint('wlan.wfa.ie.wme.version', 'WME Version'),
  qosInfo: uint('wlan.wfa.ie.wme.qos_info', 'WME QoS Info').hex(1),
  reserved: bytes('wlan.wfa.ie.wme.reserved', 'Reserved'),
  category: none('wlan.wfa.ie.wme.acp', 'Ac Parameters'),
  aciAifsn: uint('wlan.wfa.ie.wme.acp.aci_aifsn', 'ACI / AIFSN Field').hex(1),
  ecw: uint('wlan.wfa.ie.wme.acp.ecw', 'ECW').hex(1),
  cwMax: uint('wlan.wfa.ie.wme.acp.cw.max', 'CW Max'),
  cwMin: uint('wlan.wfa.ie.wme.acp.cw.min', 'CW Min'),
  txop: uint('wlan.wfa.ie.wme.acp.txop_limit', 'TXOP Limit').le(),
};
const ofStation = bitFields(
  'wlan.wfa.ie.wme.qos_info.sta.',
  `60 max_sp_length Max SP Length | WMM AP may deliver all buffered frames (MSDUs and MMPDUs) | WMM AP may deliver a maximum of 2 buffered frames (MSDUs and MMPDUs) per USP | WMM AP may deliver a maximum of 4 buffered frames (MSDUs and MMPDUs) per USP | WMM AP may deliver a maximum of 6 buffered frames (MSDUs and MMPDUs) per USP
8 ac_be AC_BE | WMM delivery and trigger enabled | non-WMM PS
4 ac_bk AC_BK | WMM delivery and trigger enabled | non-WMM PS
2 ac_vi AC_VI | WMM delivery and trigger enabled | non-WMM PS
1 ac_vo AC_VO | WMM delivery and trigger enabled | non-WMM PS
90 reserved Reserved`,
  { hexBytes: 1 },
);
const ofAccessPoint = bitFields(
  'wlan.wfa.ie.wme.qos_info.ap.',
  `80 u_apsd U-APSD | Enabled | Disabled
f parameter_set_count Parameter Set Count
70 reserved Reserved`,
  { hexBytes: 1 },
);
const aciAifsn = bitFields(
  'wlan.wfa.ie.wme.acp.',
  `f aifsn AIFSN
10 acm Admission Control Mandatory | Yes | No
60 aci ACI | Best Effort | Background | Video | Voice
80n reserved Reserved`,
);
const ecw = bitFields('wlan.wfa.ie.wme.acp.ecw.', 'f0 max ECW Max\nf min ECW Min');

export const wmmFields: Readonly<Record<string, Field>> = {
  ...f,
  ...ofStation,
  ...ofAccessPoint,
  ...aciAifsn,
  ...ecw,
};

/** What follows the vendor's type; a traffic specification's own fields are not read. */
export function emitWmm(b: Uint8Array, at: number, end: number, isAccessPoint: boolean, out: Sink): void {
  if (end - at < 2) return;
  const subtype = b[at]!;
  out.add(f.subtype, at, 1);
  out.add(f.version, at + 1, 1);
  if ((subtype !== INFORMATION && subtype !== PARAMETER) || end - at < 3) return;
  emitBits(f.qosInfo, isAccessPoint ? ofAccessPoint : ofStation, at + 2, out);
  if (subtype === INFORMATION || end - at < PARAMETER_LENGTH) return;
  out.add(f.reserved, at + 3, 1);
  for (let i = 0; i < 4; i++) emitCategory(b, at + 4 + i * 4, out);
}

/** The subtype's name, for the element's line. */
export const wmmText = (subtype: number): string =>
  (subtypeNames as Record<number, string>)[subtype] ?? 'Unknown';

function emitCategory(b: Uint8Array, at: number, out: Sink): void {
  const aci = ((b[at]! >> 5) & 3) as keyof typeof accessCategories;
  const minimum = b[at + 1]! & 0xf;
  const maximum = b[at + 1]! >> 4;
  const cwMin = 2 ** minimum - 1;
  const cwMax = 2 ** maximum - 1;
  out.open(f.category, at, 4);
  out.note(
    ` ACI ${aci} (${accessCategories[aci]}), ACM ${b[at]! & 0x10 ? 'yes' : 'no'}, AIFSN ${b[at]! & 0xf}, ECWmin/max ${minimum}/${maximum} (CWmin/max ${cwMin}/${cwMax}), TXOP ${u16le(b, at + 2)}`,
  );
  emitBits(f.aciAifsn, aciAifsn, at, out);
  emitBits(f.ecw, ecw, at + 1, out);
  out.add(f.cwMax, at + 1, 1, cwMax);
  out.add(f.cwMin, at + 1, 1, cwMin);
  out.add(f.txop, at + 2, 2);
  out.close();
}

function emitBits(word: Field, bits: BitFields, at: number, out: Sink): void {
  out.open(word, at, 1);
  for (const bit of Object.values(bits)) out.add(bit, at, 1);
  out.close();
}
