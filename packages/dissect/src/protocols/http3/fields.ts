// Fields of HTTP/3, named as in Wireshark.
import { bytes, type Field, none, text, uint, uint64, type Value } from '../../core/field.ts';

export const DATA = 0x0;
export const HEADERS = 0x1;
export const frameTypes: Readonly<Record<number, string>> = {
  0x0: 'DATA',
  0x1: 'HEADERS',
  0x3: 'CANCEL_PUSH',
  0x4: 'SETTINGS',
  0x5: 'PUSH_PROMISE',
  0x7: 'GOAWAY',
  0xd: 'MAX_PUSH_ID',
  0xf0700: 'PRIORITY_UPDATE',
  0xf0701: 'PRIORITY_UPDATE',
};

/** Stream types, RFC 9114 §6.2, RFC 9204 §4.2. */
const streamTypes: Readonly<Record<number, string>> = {
  0: 'Control Stream',
  1: 'Push Stream',
  2: 'QPACK Encoder Stream',
  3: 'QPACK Decoder Stream',
};

/** A name function for `Type: SETTINGS (0x0000000000000004)`. */
const named =
  (title: string, names: Readonly<Record<number, string>>) =>
  (value: Value): string =>
    `${title}: ${names[Number(value)] ?? 'Unknown'} (0x${value.toString(16).padStart(16, '0')})`;

export const f = {
  streamType: uint64('http3.stream_type', 'Stream Type').shownAs(named('Stream Type', streamTypes)),
  frameType: uint64('http3.frame_type', 'Type').shownAs(named('Type', frameTypes)),
  frameLength: uint64('http3.frame_length', 'Length'),
  payload: bytes('http3.frame_payload', 'Frame Payload'),
  pushId: uint64('http3.push_id', 'Push ID'),
  settings: none('http3.settings', 'Settings'),
  settingId: uint64('http3.settings.id', 'Settings Identifier'),
  settingValue: uint64('http3.settings.value', 'Settings Value'),
  settingTable: uint64('http3.settings.qpack.max_table_capacity', 'Max Table Capacity'),
  settingSection: uint64('http3.settings.max_field_section_size', 'Max header list size'),
  settingBlocked: uint64('http3.settings.qpack.blocked_streams', 'Blocked Streams'),
  settingConnect: uint64('http3.settings.extended_connect', 'Extended CONNECT'),
  header: none('http3.header', 'Header'),
  headerName: text('http3.header.name', 'Name'),
  headerValue: text('http3.header.value', 'Value'),
  method: text('http3.headers.method', ':method'),
  scheme: text('http3.headers.scheme', ':scheme'),
  authority: text('http3.headers.authority', ':authority'),
  path: text('http3.headers.path', ':path'),
  status: uint('http3.headers.status', ':status'),
  contentType: text('http3.headers.content_type', 'content-type'),
  userAgent: text('http3.headers.user_agent', 'user-agent'),
  server: text('http3.headers.server', 'server'),
};

/** SETTINGS identifiers (RFC 9114 §7.2.4.1, RFC 9204 §5, RFC 9220 §3). */
export const settingFields: Readonly<Record<number, typeof f.settingTable>> = {
  1: f.settingTable,
  6: f.settingSection,
  7: f.settingBlocked,
  8: f.settingConnect,
};

/** Fields by header name. */
export const headerFields: ReadonlyMap<string, Field> = new Map<string, Field>(
  [f.method, f.scheme, f.authority, f.path, f.status, f.contentType, f.userAgent, f.server].map((field) => [
    field.title,
    field,
  ]),
);
