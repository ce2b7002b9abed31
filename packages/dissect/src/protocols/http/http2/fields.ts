// Field definitions of HTTP/2, and header fields by name.
import { bool, bytes, type Field, none, text, uint, uint64 } from '../../../core/field.ts';

export const frameTypes: Readonly<Record<number, string>> = {
  0: 'DATA',
  1: 'HEADERS',
  2: 'PRIORITY',
  3: 'RST_STREAM',
  4: 'SETTINGS',
  5: 'PUSH_PROMISE',
  6: 'PING',
  7: 'GOAWAY',
  8: 'WINDOW_UPDATE',
  9: 'CONTINUATION',
  10: 'ALTSVC',
  11: 'BLOCKED',
  12: 'ORIGIN',
  16: 'PRIORITY_UPDATE',
};

/** RFC 9113 §7. */
const errors: Readonly<Record<number, string>> = {
  0: 'NO_ERROR',
  1: 'PROTOCOL_ERROR',
  2: 'INTERNAL_ERROR',
  3: 'FLOW_CONTROL_ERROR',
  4: 'SETTINGS_TIMEOUT',
  5: 'STREAM_CLOSED',
  6: 'FRAME_SIZE_ERROR',
  7: 'REFUSED_STREAM',
  8: 'CANCEL',
  9: 'COMPRESSION_ERROR',
  10: 'CONNECT_ERROR',
  11: 'ENHANCE_YOUR_CALM',
  12: 'INADEQUATE_SECURITY',
  13: 'HTTP_1_1_REQUIRED',
};

const settingNames: Readonly<Record<number, string>> = {
  1: 'Header table size',
  2: 'Enable PUSH',
  3: 'Max concurrent streams',
  4: 'Initial Windows size',
  5: 'Max frame size',
  6: 'Max header list size',
  8: 'Extended CONNECT',
};

export const http2Fields = {
  stream: none('http2.stream', 'Stream'),
  magic: text('http2.magic', 'Magic'),
  length: uint('http2.length', 'Length'),
  type: uint('http2.type', 'Type').named(frameTypes),
  flags: uint('http2.flags', 'Flags').at(-1, 1).hex(),
  endStream: bool('http2.flags.end_stream', 'End Stream').mask(0x01),
  endHeaders: bool('http2.flags.eh', 'End Headers').mask(0x04),
  padded: bool('http2.flags.padded', 'Padded').mask(0x08),
  priority: bool('http2.flags.priority', 'Priority').mask(0x20),
  ackSettings: bool('http2.flags.ack.settings', 'ACK').mask(0x01),
  ackPing: bool('http2.flags.ack.ping', 'ACK').mask(0x01),
  unused: uint('http2.flags.unused', 'Unused').mask(0xff).hex(1),
  unusedSettings: uint('http2.flags.unused_settings', 'Unused').mask(0xfe).hex(1),
  unusedPing: uint('http2.flags.unused_ping', 'Unused').mask(0xfe).hex(1),
  unusedContinuation: uint('http2.flags.unused_continuation', 'Unused').mask(0xfb).hex(1),
  unusedPromise: uint('http2.flags.unused_push_promise', 'Unused').mask(0xf3).hex(1),
  unusedData: uint('http2.flags.unused_data', 'Unused').mask(0xf6).hex(1),
  unusedHeaders: uint('http2.flags.unused_headers', 'Unused').mask(0xd2).hex(1),
  reserved: uint('http2.r', 'Reserved').mask(0x80000000).hex(4),
  streamId: uint('http2.streamid', 'Stream Identifier').mask(0x7fffffff),
  padLength: uint('http2.pad_length', 'Pad Length'),
  data: bytes('http2.data.data', 'Data'),
  headerBlock: bytes('http2.headers', 'Header Block Fragment'),
  headerLength: uint('http2.header.length', 'Header Length'),
  headerCount: uint('http2.header.count', 'Header Count'),
  header: none('http2.header', 'Header'),
  headerNameLength: uint('http2.header.name.length', 'Name Length'),
  headerName: text('http2.header.name', 'Name'),
  headerValueLength: uint('http2.header.value.length', 'Value Length'),
  headerValue: text('http2.header.value', 'Value'),
  headerUnescaped: text('http2.header.unescaped', 'Unescaped'),
  representation: text('http2.header.repr', 'Representation'),
  headerIndex: uint('http2.header.index', 'Index'),
  fullUri: text('http2.request.full_uri', 'Full request URI'),
  exclusive: bool('http2.exclusive', 'Exclusive').mask(0x80000000),
  dependency: uint('http2.stream_dependency', 'Stream Dependency').mask(0x7fffffff),
  weight: uint('http2.headers.weight', 'Weight'),
  weightReal: uint('http2.headers.weight_real', 'Weight real'),
  error: uint('http2.rst_stream.error', 'Error').named(errors),
  setting: none('http2.settings', 'Settings'),
  settingId: uint('http2.settings.id', 'Settings Identifier').named(settingNames),
  settingHeaderTable: uint('http2.settings.header_table_size', 'Header table size'),
  settingPush: uint('http2.settings.enable_push', 'Enable PUSH'),
  settingStreams: uint('http2.settings.max_concurrent_streams', 'Max concurrent streams'),
  settingWindow: uint('http2.settings.initial_window_size', 'Initial Windows Size'),
  settingFrame: uint('http2.settings.max_frame_size', 'Max frame size'),
  settingHeaderList: uint('http2.settings.max_header_list_size', 'Max header list size'),
  settingConnect: uint('http2.settings.extended_connect', 'Extended CONNECT'),
  settingUnknown: uint('http2.settings.unknown', 'Unknown Settings'),
  promisedReserved: uint('http2.push_promise.r', 'Reserved').mask(0x80000000).hex(4),
  promisedBlock: bytes('http2.push_promise.header', 'Header Block Fragment'),
  promised: uint('http2.push_promise.promised_stream_id', 'Promised-Stream-ID').mask(0x7fffffff),
  ping: bytes('http2.ping', 'Ping'),
  pong: bytes('http2.pong', 'Pong'),
  lastStream: uint('http2.goaway.last_stream_id', 'Last-Stream-ID').mask(0x7fffffff),
  goAwayError: uint('http2.goaway.error', 'Error').named(errors),
  goAwayData: bytes('http2.goaway.addata', 'Additional Debug Data'),
  incrementReserved: uint('http2.window_update.r', 'Reserved').mask(0x80000000).hex(4),
  increment: uint('http2.window_update.window_size_increment', 'Window Size Increment').mask(0x7fffffff),
  unknown: bytes('http2.unknown', 'Unknown'),
};

const f = http2Fields;
/** SETTINGS identifiers (RFC 9113 §6.5.2, RFC 8441 §3). */
export const settingFields: Readonly<Record<number, Field>> = {
  1: f.settingHeaderTable,
  2: f.settingPush,
  3: f.settingStreams,
  4: f.settingWindow,
  5: f.settingFrame,
  6: f.settingHeaderList,
  8: f.settingConnect,
};

const NAMES =
  ':authority :path :method :scheme accept accept-charset accept-encoding accept-language accept-ranges ' +
  'access-control-allow-origin allow authorization cache-control content-disposition content-encoding content-language ' +
  'content-location content-range content-type cookie date etag expect expires from if-match if-modified-since ' +
  'if-none-match if-range if-unmodified-since last-modified link location proxy-authenticate proxy-authorization range ' +
  'referer refresh retry-after server set-cookie strict-transport-security transfer-encoding user-agent vary via ' +
  'www-authenticate';

function fieldName(name: string): string {
  return `http2.headers.${name.replace(':', '').replaceAll('-', '_')}`;
}

/** By header name; `:status` and lengths are numbers, all others text. */
export const headerFields: ReadonlyMap<string, Field> = new Map<string, Field>([
  [':status', uint('http2.headers.status', ':status')],
  ...NAMES.split(' ').map((name) => [name, text(fieldName(name), name)] as const),
  ...['content-length', 'age', 'max-forwards'].map((name) => [name, uint64(fieldName(name), name)] as const),
]);
