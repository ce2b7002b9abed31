// Simple services: Echo (RFC 862), Chargen (RFC 864), Daytime (RFC 867), Time (RFC 868).
import { u32 } from '../../core/bytes.ts';
import { bool, bytes, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Table } from '../../core/table.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';

const ECHO = 7;
const DAYTIME = 13;
const CHARGEN = 19;
const TIME = 37;
/** RFC 868: seconds from 1900 to 1970. */
const EPOCH_1970 = 2_208_988_800;

const both = (port: number): readonly (readonly [Table, number])[] => [
  [udpPorts, port],
  [tcpPorts, port],
];

/** The whole payload is the message. */
function takeAll(p: Packet): null {
  p.at = p.end;
  return null;
}

const isRequest = (p: Packet, port: number): boolean => p.dstPort === port;

const echoFields = {
  data: bytes('echo.data', 'Echo data'),
  request: bool('echo.request', 'Echo request'),
  response: bool('echo.response', 'Echo response'),
};

export const echo = protocol({
  name: 'echo',
  title: 'Echo',
  column: 'ECHO',
  fields: echoFields,
  on: both(ECHO),
  step: takeAll,
  emit(p, layer, out) {
    const start = p.start[layer]!;
    out.add(isRequest(p, ECHO) ? echoFields.request : echoFields.response, start, 0, true);
    out.add(echoFields.data, start, p.stop[layer]! - start);
  },
  info: (p) => (isRequest(p, ECHO) ? 'Request' : 'Response'),
});

const chargenFields = { data: text('chargen.data', 'Data') };

export const chargen = protocol({
  name: 'chargen',
  title: 'Character Generator Protocol',
  column: 'Chargen',
  fields: chargenFields,
  on: both(CHARGEN),
  step: takeAll,
  emit(p, layer, out) {
    const start = p.start[layer]!;
    out.add(chargenFields.data, start, p.stop[layer]! - start);
  },
  info: () => 'Chargen',
});

const daytimeFields = {
  string: text('daytime.string', 'Daytime'),
};

export const daytime = protocol({
  name: 'daytime',
  title: 'Daytime Protocol',
  column: 'DAYTIME',
  fields: daytimeFields,
  on: both(DAYTIME),
  step: takeAll,
  emit(p, layer, out) {
    if (isRequest(p, DAYTIME)) return;
    const start = p.start[layer]!;
    out.add(daytimeFields.string, start, p.stop[layer]! - start);
  },
  info: (p) => `DAYTIME ${isRequest(p, DAYTIME) ? 'Request' : 'Response'}`,
});

const timeFields = { time: uint('time.time', 'Time') };

export const time: Protocol = protocol({
  name: 'time',
  title: 'Time Protocol',
  column: 'TIME',
  fields: timeFields,
  on: both(TIME),
  step: takeAll,
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (isRequest(p, TIME) || p.stop[layer]! - start < 4) return;
    out.add(timeFields.time, start, 4);
    const seconds = u32(p.bufferOf(layer), start) - EPOCH_1970;
    out.note(` (${new Date(seconds * 1000).toISOString()})`);
  },
  info: (p) => `TIME ${isRequest(p, TIME) ? 'Request' : 'Response'}`,
});
