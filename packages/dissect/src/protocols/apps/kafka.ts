// Apache Kafka wire protocol: API key, version and client id; responses are matched to requests by correlation id.
import { u16, u32, utf8 } from '../../core/bytes.ts';
import { int, text } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';
import { apiNames } from './kafka-names.ts';

const PORT = 9092;
/** Pending requests per conversation; the oldest are evicted. */
const REQUESTS_MAX = 256;
/** API keys whose Info names a consumer group. */
const WITH_GROUP = new Set([8, 10]);
const WITH_MEMBER = new Set([11, 12, 13, 14]);

const f = {
  len: int('kafka.len', 'Length').at(0, 4),
  requestKey: int('kafka.request_key', 'API Key').named(apiNames),
  responseKey: int('kafka.response_key', 'API Key').named(apiNames),
  requestVersion: int('kafka.request.version', 'API Version'),
  responseVersion: int('kafka.response.version', 'API Version'),
  correlation: int('kafka.correlation_id', 'Correlation ID'),
  clientId: text('kafka.client_id', 'Client ID'),
};

interface KafkaState {
  /** API key * 65536 + version of pending requests, by correlation id. */
  readonly requests: Map<number, number>;
}
const newState = (): KafkaState => ({ requests: new Map() });
/** A response whose request was not captured. */
const UNMATCHED = -1;

export const kafka = protocol({
  name: 'kafka',
  title: 'Kafka',
  column: 'Kafka',
  fields: f,
  on: [[tcpPorts, PORT]],
  framing: { header: 4, length: (p) => u32(p.buf, p.at) + 4 },
  step(p) {
    const b = p.buf;
    const start = p.at;
    const layer = p.count - 1;
    p.mark[layer] = UNMATCHED;
    if (p.dstPort === PORT) {
      if (p.end - start < 12) return p.cut(12);
      const { requests } = p.session.stateOf(p, 'kafka', newState);
      if (requests.size >= REQUESTS_MAX) requests.delete(requests.keys().next().value!);
      p.mark[layer] = u32(b, start + 4) | 0;
      requests.set(u32(b, start + 8), p.mark[layer]!);
    } else {
      if (p.end - start < 8) return p.cut(8);
      const requests = p.session.knownState<KafkaState>(p, 'kafka')?.requests;
      const id = u32(b, start + 4);
      p.mark[layer] = requests?.get(id) ?? UNMATCHED;
      requests?.delete(id);
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (end - start < 8) return;
    out.fixed(f.len);
    const call = p.mark[layer]!;
    if (p.dstPort !== PORT) {
      out.add(f.correlation, start + 4, 4);
      if (call === UNMATCHED) return;
      out.add(f.responseKey, start, 0, call >> 16);
      out.add(f.responseVersion, start, 0, call & 0xffff);
      return;
    }
    if (end - start < 12) return;
    out.add(f.requestKey, start + 4, 2);
    out.add(f.requestVersion, start + 6, 2);
    out.add(f.correlation, start + 8, 4);
    if (end - start < 14) return;
    const length = u16(b, start + 12);
    if (length < 0x8000 && start + 14 + length <= end) out.add(f.clientId, start + 14, length);
  },
  headline: (p, layer) => {
    const call = p.mark[layer]!;
    return call === UNMATCHED
      ? ' (Response, Unknown API)'
      : ` (${nameOf(call)} ${p.dstPort === PORT ? 'Request' : 'Response'})`;
  },
  info(p, layer) {
    const call = p.mark[layer]!;
    if (call === UNMATCHED) return 'Kafka Response (Undecoded, Request Missing)';
    if (p.dstPort !== PORT) return `Kafka ${nameOf(call)} Response`;
    return `Kafka ${nameOf(call)} Request${groupInfo(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!, call)}`;
  },
});

function nameOf(call: number): string {
  const key = call >> 16;
  return `${apiNames[key] ?? `Unknown API key (${key})`} v${call & 0xffff}`;
}

/** The consumer group, which follows the client id if the request body begins with it. */
function groupInfo(b: Uint8Array, start: number, end: number, call: number): string {
  const key = call >> 16;
  if (!WITH_GROUP.has(key) && !WITH_MEMBER.has(key)) return '';
  const clientLength = start + 14 <= end ? u16(b, start + 12) : 0;
  const at = start + 14 + (clientLength < 0x8000 ? clientLength : 0);
  if (at + 2 > end) return '';
  const stop = at + 2 + u16(b, at);
  if (stop > end) return '';
  const group = utf8(b, at + 2, stop);
  return WITH_GROUP.has(key) ? ` (Group=${group})` : ` (Group=${group}, Member=)`;
}
