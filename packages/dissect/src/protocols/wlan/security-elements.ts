// Cipher and key management suites: the RSN element (IEEE Std 802.11-2020 §9.4.2.24), and WPA's, which came before it.
import { u16le, u24 } from '../../core/bytes.ts';
import { bytes, type Field, none, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { cipherNames, keyManagementNames } from '../names/wlan.ts';
import { ouiLine, ouiText } from './oui.ts';
import { emitWord, wordFields, wordOf } from './words.ts';

/** A suite selector: organization and type. */
interface Suite {
  readonly suite: Field;
  readonly oui: Field;
  readonly type: Field;
}
interface SuiteList extends Suite {
  readonly count: Field;
  readonly list: Field;
}
type Names = Readonly<Record<number, string>>;

function suiteOf(name: string, title: string, shortTitle: string, names: Names, typeName = name): Suite {
  return {
    suite: uint(name, title).shownAs((value) => `${title}: ${suiteText(Number(value), names)}`),
    oui: uint(`${name}.oui`, `${shortTitle} OUI`).shownAs(ouiLine(`${shortTitle} OUI`)),
    type: uint(`${typeName}.type`, `${shortTitle} type`).named(names),
  };
}

function cipherList(name: string, title: string): SuiteList {
  return {
    ...suiteOf(name, title, title, cipherNames),
    count: uint(`${name}.count`, `${title} Count`).le(),
    list: none(`${name}.list`, `${title} List`),
  };
}

function keyManagementList(name: string, typeName: string): SuiteList {
  const title = 'Auth Key Management (AKM)';
  return {
    ...suiteOf(name, `${title} Suite`, title, keyManagementNames, typeName),
    count: uint(`${name}.count`, `${title} Suite Count`).le(),
    list: none(`${name}.list`, `${title} List`),
  };
}

function suiteText(selector: number, names: Names): string {
  const type = selector & 0xff;
  return `${ouiText(selector >>> 8)} ${names[type] ?? `Unknown ${type}`}`;
}

const rsn = {
  version: uint('wlan.rsn.version', 'RSN Version').le(),
  group: suiteOf('wlan.rsn.gcs', 'Group Cipher Suite', 'Group Cipher Suite', cipherNames),
  pairwise: cipherList('wlan.rsn.pcs', 'Pairwise Cipher Suite'),
  keyManagement: keyManagementList('wlan.rsn.akms', 'wlan.rsn.akms'),
  pmkCount: uint('wlan.rsn.pmkid.count', 'PMKID Count').le(),
  pmkList: none('wlan.rsn.pmkid.list', 'PMKID List'),
  pmk: bytes('wlan.pmkid.akms', 'PMKID'),
  groupManagement: suiteOf(
    'wlan.rsn.gmcs',
    'Group Management Cipher Suite',
    'Group Management Cipher Suite',
    cipherNames,
  ),
};
const COUNTERS =
  '1 replay counter per PTKSA/GTKSA/STAKeySA | 2 replay counters per PTKSA/GTKSA/STAKeySA | 4 replay counters per PTKSA/GTKSA/STAKeySA | 16 replay counters per PTKSA/GTKSA/STAKeySA';
const words = {
  capabilities: wordOf(
    'wlan.rsn.capabilities',
    'RSN Capabilities',
    2,
    'wlan.rsn.capabilities.',
    `1 preauth RSN Pre-Auth capabilities | Transmitter supports pre-authentication | Transmitter does not support pre-authentication
2 no_pairwise RSN No Pairwise capabilities | Transmitter cannot support WEP default key 0 simultaneously with Pairwise key | Transmitter can support WEP default key 0 simultaneously with Pairwise key
c ptksa_replay_counter RSN PTKSA Replay Counter capabilities | ${COUNTERS}
30 gtksa_replay_counter RSN GTKSA Replay Counter capabilities | ${COUNTERS}
40 mfpr Management Frame Protection Required
80 mfpc Management Frame Protection Capable
100 jmr Joint Multi-band RSNA
200 peerkey PeerKey Enabled
2000 extended_key_id_iaf Extended Key ID for Individually Addressed Frames | Supported | Not supported`,
  ),
};
const wpa = {
  version: uint('wlan.wfa.ie.wpa.version', 'WPA Version').le(),
  multicast: suiteOf('wlan.wfa.ie.wpa.mcs', 'Multicast Cipher Suite', 'Multicast Cipher Suite', cipherNames),
  unicast: cipherList('wlan.wfa.ie.wpa.ucs', 'Unicast Cipher Suite'),
  keyManagement: keyManagementList('wlan.wfa.ie.wpa.akms', 'wlan.wfa.ie.wpa'),
};

export const securityFields: Readonly<Record<string, Field>> = {
  rsnVersion: rsn.version,
  pmkCount: rsn.pmkCount,
  pmkList: rsn.pmkList,
  pmk: rsn.pmk,
  wpaVersion: wpa.version,
  ...Object.fromEntries(
    [
      rsn.group,
      rsn.pairwise,
      rsn.keyManagement,
      rsn.groupManagement,
      wpa.multicast,
      wpa.unicast,
      wpa.keyManagement,
    ]
      .flatMap((suite) => Object.values(suite) as Field[])
      .map((field) => [field.name, field]),
  ),
  ...wordFields(words),
};

/** Each part may be left out, with all that follow it. */
export function emitRsn(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (end - at < 2) return;
  out.add(rsn.version, at, 2);
  at += 2;
  if (end - at < 4) return;
  emitSuite(rsn.group, at, out);
  at = emitSuites(rsn.pairwise, cipherNames, b, at + 4, end, out);
  at = emitSuites(rsn.keyManagement, keyManagementNames, b, at, end, out);
  if (end - at < 2) return;
  emitWord(words.capabilities, at, out);
  at += 2;
  if (end - at < 2) return;
  const count = u16le(b, at);
  out.add(rsn.pmkCount, at, 2);
  at += 2;
  if (count * 16 > end - at) return;
  out.open(rsn.pmkList, at, count * 16);
  for (let i = 0; i < count; i++, at += 16) out.add(rsn.pmk, at, 16);
  out.close();
  if (end - at >= 4) emitSuite(rsn.groupManagement, at, out);
}

export function emitWpa(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (end - at < 6) return;
  out.add(wpa.version, at, 2);
  emitSuite(wpa.multicast, at + 2, out);
  at = emitSuites(wpa.unicast, cipherNames, b, at + 6, end, out);
  emitSuites(wpa.keyManagement, keyManagementNames, b, at, end, out);
}

function emitSuite({ suite, oui, type }: Suite, at: number, out: Sink): void {
  out.open(suite, at, 4);
  out.add(oui, at, 3);
  out.add(type, at + 3, 1);
  out.close();
}

/** A count and as many suites; returns the offset behind them, or `end` if there are fewer than that. */
function emitSuites(
  kind: SuiteList,
  names: Names,
  b: Uint8Array,
  at: number,
  end: number,
  out: Sink,
): number {
  if (end - at < 2) return end;
  const count = u16le(b, at);
  out.add(kind.count, at, 2);
  at += 2;
  if (count * 4 > end - at) return end;
  out.open(kind.list, at, count * 4);
  for (let i = 0; i < count; i++)
    out.note(` ${suiteText(u24(b, at + i * 4) * 256 + b[at + i * 4 + 3]!, names)}`);
  for (let i = 0; i < count; i++, at += 4) emitSuite(kind, at, out);
  out.close();
  return at;
}
