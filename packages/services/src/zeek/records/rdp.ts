// rdp.log: how each Remote Desktop connection is set up (https://docs.zeek.org/en/master/logs/rdp.html).
import type { Tap } from '@eyrie/dissect';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, numberOf, type Seen, tapOf, textOf } from './log.ts';

interface Setup extends OfConn {
  cookie: string | null;
  result: string | null;
  security: number | null;
  keyboard: number | null;
  build: number | null;
  name: string | null;
  width: number | null;
  height: number | null;
  level: number | null;
  method: number | null;
  isLogged: boolean;
}

/** [MS-RDPBCGR] §2.2.1.2.1, §2.2.1.2.2, §2.2.1.4.3; what clients call their builds is from Zeek. */
const PROTOCOLS: Readonly<Record<number, string>> = {
  ...{ 0: 'RDP', 1: 'SSL', 2: 'HYBRID', 4: 'RDSTLS', 8: 'HYBRID_EX', 16: 'RDSAAD' },
};
const FAILURES: Readonly<Record<number, string>> = {
  ...{ 1: 'SSL_REQUIRED_BY_SERVER', 2: 'SSL_NOT_ALLOWED_BY_SERVER', 3: 'SSL_CERT_NOT_ON_SERVER' },
  ...{ 4: 'INCONSISTENT_FLAGS', 5: 'HYBRID_REQUIRED_BY_SERVER', 6: 'SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER' },
};
const METHODS: Readonly<Record<number, string>> = {
  ...{ 0: 'None', 1: '40bit', 2: '128bit', 8: '56bit', 16: 'FIPS' },
};
const LEVELS = ['None', 'Low', 'Client compatible', 'High', 'FIPS'];
const BUILDS: Readonly<Record<number, string>> = {
  ...{ 419: 'RDP 4.0', 2195: 'RDP 5.0', 2221: 'RDP 5.0', 2600: 'RDP 5.1', 3790: 'RDP 5.2', 6000: 'RDP 6.0' },
  ...{ 6001: 'RDP 6.1', 6002: 'RDP 6.2', 7600: 'RDP 7.0', 7601: 'RDP 7.1', 9200: 'RDP 8.0', 9600: 'RDP 8.1' },
  ...{ 25_189: 'RDP 8.0 (Mac)', 25_282: 'RDP 8.0 (Mac)' },
};

const columns: readonly Column<Setup>[] = [
  ...connColumns,
  ['cookie', 'string', ({ cookie }) => cookie],
  ['result', 'string', ({ result }) => result],
  ['security_protocol', 'string', ({ security }) => named(PROTOCOLS, security)],
  // Columns that are never set are of parts that the dissector, like Wireshark's, does not name.
  ['client_channels', 'vector[string]', () => null],
  ['keyboard_layout', 'string', ({ keyboard }) => (keyboard === null ? null : keyboardName(keyboard))],
  [
    'client_build',
    'string',
    ({ build }) => (build === null ? null : (BUILDS[build] ?? `client_build-${build}`)),
  ],
  ['client_name', 'string', ({ name }) => name],
  ['client_dig_product_id', 'string', () => null],
  ['desktop_width', 'count', ({ width }) => width],
  ['desktop_height', 'count', ({ height }) => height],
  ['requested_color_depth', 'string', () => null],
  ['cert_type', 'string', () => null],
  ['cert_count', 'count', () => 0],
  ['cert_permanent', 'bool', () => null],
  ['encryption_level', 'string', ({ level }) => named(LEVELS, level)],
  ['encryption_method', 'string', ({ method }) => named(METHODS, method)],
];

export const rdpLog: LogKind<Setup> = { path: 'rdp', columns };

const COOKIE = 'rdp.rt_cookie';
const CHOSEN = 'rdp.negReq.selectedProtocol';
const FAILURE = 'rdp.negFailure.failureCode';
const KEYBOARD = 'rdp.keyboardLayout';
const METHOD = 'rdp.encryptionMethod';
const FIELDS = [
  ...[COOKIE, CHOSEN, FAILURE, KEYBOARD, METHOD, 'rdp.client.build', 'rdp.client.name'],
  ...['rdp.desktop.width', 'rdp.desktop.height', 'rdp.encryptionLevel'],
];

export const rdpReader: LogReader = {
  protocols: ['rdp'],
  make(logs) {
    const tap = tapOf(['rdp'], FIELDS);
    const write = (row: Setup): void => {
      if (!row.isLogged) logs.write(rdpLog, row);
      row.isLogged = true;
    };
    return (p, layer, seen) => {
      const known = seen.conn.kept<Setup>('rdp');
      if (known?.isLogged) return;
      tap.take(p, layer);
      if (!FIELDS.some((field) => tap.has(field))) return;
      const row = known ?? seen.conn.keep('rdp', () => begun(seen), write);
      read(row, tap);
      // What comes then is encrypted; a server that encrypts by itself has told of its method.
      if (row.result !== null || (!seen.isOrig && row.method !== null)) write(row);
    };
  },
};

function begun({ conn, time }: Seen): Setup {
  return {
    ...{ conn, time, cookie: null, result: null, security: null, keyboard: null, build: null, name: null },
    ...{ width: null, height: null, level: null, method: null, isLogged: false },
  };
}

function read(row: Setup, tap: Tap): void {
  // `Cookie: mstshash=user`; anything else is a routing token.
  row.cookie ??= /^Cookie: mstshash=(.*)/.exec(tap.text(COOKIE))?.[1] ?? null;
  row.security = numberOf(tap, CHOSEN) ?? row.security;
  if (tap.number(CHOSEN) > 0) row.result = 'encrypted';
  if (tap.has(FAILURE)) row.result = FAILURES[tap.number(FAILURE)] ?? `failure_code-${tap.number(FAILURE)}`;
  row.keyboard ??= numberOf(tap, KEYBOARD);
  row.build ??= numberOf(tap, 'rdp.client.build');
  row.name ??= textOf(tap, 'rdp.client.name');
  row.width ??= numberOf(tap, 'rdp.desktop.width');
  row.height ??= numberOf(tap, 'rdp.desktop.height');
  row.level = numberOf(tap, 'rdp.encryptionLevel') ?? row.level;
  if (tap.has('rdp.encryptionLevel')) row.method = numberOf(tap, METHOD) ?? row.method;
}

/** A language of Windows ([MS-LCID] §2.2) as people know it: `English - United States` of en-US. */
function keyboardName(layout: number): string {
  const tag = LANGUAGES[layout & 0xffff];
  if (tag === undefined) return `keyboard-${layout}`;
  const [language = '', region = ''] = tag.split('-');
  return `${languageNames.of(language)} - ${regionNames.of(region)}`;
}

const languageNames = new Intl.DisplayNames('en', { type: 'language' });
const regionNames = new Intl.DisplayNames('en', { type: 'region' });

const LANGUAGES: Readonly<Record<number, string>> = {
  ...{ 0x401: 'ar-SA', 0x402: 'bg-BG', 0x403: 'ca-ES', 0x404: 'zh-TW', 0x405: 'cs-CZ', 0x406: 'da-DK' },
  ...{ 0x407: 'de-DE', 0x408: 'el-GR', 0x409: 'en-US', 0x40a: 'es-ES', 0x40b: 'fi-FI', 0x40c: 'fr-FR' },
  ...{ 0x40d: 'he-IL', 0x40e: 'hu-HU', 0x40f: 'is-IS', 0x410: 'it-IT', 0x411: 'ja-JP', 0x412: 'ko-KR' },
  ...{ 0x413: 'nl-NL', 0x414: 'nb-NO', 0x415: 'pl-PL', 0x416: 'pt-BR', 0x418: 'ro-RO', 0x419: 'ru-RU' },
  ...{ 0x41a: 'hr-HR', 0x41b: 'sk-SK', 0x41c: 'sq-AL', 0x41d: 'sv-SE', 0x41e: 'th-TH', 0x41f: 'tr-TR' },
  ...{ 0x420: 'ur-PK', 0x421: 'id-ID', 0x422: 'uk-UA', 0x423: 'be-BY', 0x424: 'sl-SI', 0x425: 'et-EE' },
  ...{ 0x426: 'lv-LV', 0x427: 'lt-LT', 0x429: 'fa-IR', 0x42a: 'vi-VN', 0x439: 'hi-IN', 0x804: 'zh-CN' },
  ...{ 0x807: 'de-CH', 0x809: 'en-GB', 0x80a: 'es-MX', 0x80c: 'fr-BE', 0x813: 'nl-BE', 0x816: 'pt-PT' },
  ...{ 0xc04: 'zh-HK', 0xc07: 'de-AT', 0xc09: 'en-AU', 0xc0c: 'fr-CA', 0x1009: 'en-CA', 0x100c: 'fr-CH' },
  ...{ 0x1409: 'en-NZ', 0x1809: 'en-IE' },
};

function named(names: Readonly<Record<number, string>>, number: number | null): string | null {
  return number === null ? null : (names[number] ?? `unknown-${number}`);
}
