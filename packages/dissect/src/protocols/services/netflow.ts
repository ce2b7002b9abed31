// NetFlow 1, 5, 7, 8 and 9 (RFC 3954) and IPFIX (RFC 7011): flow export.
import { u16, u32 } from '../../core/bytes.ts';
import { seconds, time, uint } from '../../core/field.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import { sctpPorts, tcpPorts, udpPorts } from '../../core/table.ts';

const IPFIX = 10;
const IPFIX_HEADER = 16;
const V9_HEADER = 20;
/** Header lengths by version. */
const headers: Record<number, number> = { 1: 16, 5: 24, 7: 24, 8: 28, 9: V9_HEADER, [IPFIX]: IPFIX_HEADER };
const SETS_MAX = 256;

const setNames: Record<number, string> = {
  0: 'Data Template (V9)',
  1: 'Options Template(V9)',
  2: 'Data Template (V10 [IPFIX])',
  3: 'Options Template (V10 [IPFIX])',
};
/** The lowest set ID of data sets, which is the template ID (RFC 7011 §3.3.2). */
const FIRST_DATA_SET = 256;

const f = {
  version: uint('cflow.version', 'Version').at(0, 2),
  count: uint('cflow.count', 'Count'),
  length: uint('cflow.len', 'Length'),
  uptime: seconds('cflow.sysuptime', 'SysUptime'),
  exportTime: uint('cflow.exporttime', 'ExportTime'),
  timestamp: time('cflow.timestamp', 'Timestamp'),
  unixSeconds: uint('cflow.unix_secs', 'CurrentSecs'),
  sequence: uint('cflow.sequence', 'FlowSequence'),
  engineType: uint('cflow.engine_type', 'EngineType'),
  engineId: uint('cflow.engine_id', 'EngineId'),
  sourceId: uint('cflow.source_id', 'SourceId'),
  domain: uint('cflow.od_id', 'Observation Domain Id'),
  setId: uint('cflow.flowset_id', 'FlowSet Id').named((id) => setNames[id] ?? '(Data)'),
  setLength: uint('cflow.flowset_length', 'FlowSet Length'),
  templateId: uint('cflow.template_id', 'Template Id'),
};

export const cflow = protocol({
  name: 'cflow',
  title: 'Cisco NetFlow/IPFIX',
  column: 'CFLOW',
  fields: f,
  on: [
    [udpPorts, 2055, 9996, 4739],
    [tcpPorts, 4739],
    [sctpPorts, 4739],
  ],
  framing: {
    header: 4,
    // RFC 7011 §10.4: of these only IPFIX runs over streams.
    length: (p) => (u16(p.buf, p.at) === IPFIX ? Math.max(u16(p.buf, p.at + 2), IPFIX_HEADER) : 0),
  },
  step(p) {
    if (p.end - p.at < 2) return REJECTED;
    const header = headers[u16(p.buf, p.at)];
    if (header === undefined) return REJECTED;
    if (p.end - p.at < header) return p.cut(header);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const version = end - start < 2 ? 0 : u16(b, start);
    const header = headers[version];
    if (header === undefined || end - start < header) return;
    out.fixed(f.version);
    if (version === IPFIX) {
      const exported = u32(b, start + 4);
      out.add(f.length, start + 2, 2);
      out.open(f.timestamp, start + 4, 4, BigInt(exported) * 1_000_000_000n);
      out.add(f.exportTime, start + 4, 4);
      out.close();
      out.add(f.sequence, start + 8, 4);
      out.add(f.domain, start + 12, 4);
    } else {
      out.add(f.count, start + 2, 2);
      out.add(f.uptime, start + 4, 4, u32(b, start + 4) / 1000);
      const nanoseconds = version === 9 ? 0 : u32(b, start + 12);
      out.open(
        f.timestamp,
        start + 8,
        version === 9 ? 4 : 8,
        BigInt(u32(b, start + 8)) * 1_000_000_000n + BigInt(nanoseconds),
      );
      out.add(f.unixSeconds, start + 8, 4);
      out.close();
      if (version === 9) {
        out.add(f.sequence, start + 12, 4);
        out.add(f.sourceId, start + 16, 4);
      } else if (version !== 1) out.add(f.sequence, start + 16, 4);
      if (version === 5 || version === 8) {
        out.add(f.engineType, start + 20, 1);
        out.add(f.engineId, start + 21, 1);
      }
    }
    if (version < 9) return;
    let at = start + header;
    for (let left = SETS_MAX; left > 0 && end - at >= 4; left--) {
      const id = u16(b, at);
      const length = u16(b, at + 2);
      if (length < 4) return;
      out.group(`${id < FIRST_DATA_SET ? 'Set' : 'Records'} [id=${id}]`, at, Math.min(length, end - at));
      out.add(f.setId, at, 2);
      out.add(f.setLength, at + 2, 2);
      if (id < 4 && end - at >= 6) out.add(f.templateId, at + 4, 2);
      out.close();
      at += length;
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < V9_HEADER - 4) return 'NetFlow';
    const version = u16(b, start);
    const count = u16(b, start + 2);
    const pad = (id: number): string => String(id).padStart(5);
    if (version === IPFIX)
      return `IPFIX flow (${String(count).padStart(4)} bytes) Obs-Domain-ID=${pad(u32(b, start + 12))}`;
    const many = count === 1 ? '' : 's';
    if (version !== 9) return `total: ${count} (v${version}) flow${many}`;
    return `total: ${count} (v9) record${many} Obs-Domain-ID=${pad(u32(b, start + 16))}`;
  },
});
