// NetBIOS frames over LLC (IBM "LAN Technical Reference: IEEE 802.2 and NetBIOS APIs", chapter 5).
import { u16le } from '../../core/bytes.ts';
import { text, uint } from '../../core/field.ts';
import { LISTED } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { llcSaps } from '../../core/table.ts';
import { netbiosPayload } from '../netbios/payload.ts';
import { netbiosName } from './netbios-name.ts';

/** Length, delimiter, command, data and correlators; then names, or session numbers. */
const HEADER = 12;
const NAMES = 32;
const NUMBERS = 2;
const DELIMITER = 0xefff;
const LAST_WITH_NAMES = 0x13;
/** Commands that carry data. */
const carriers = [0x08, 0x09, 0x15, 0x16];

const commands: Readonly<Record<number, string>> = {
  0x00: 'Add Group Name Query',
  0x01: 'Add Name Query',
  0x02: 'Name In Conflict',
  0x03: 'Status Query',
  0x07: 'Terminate Trace',
  0x08: 'Datagram',
  0x09: 'Broadcast Datagram',
  0x0a: 'Name Query',
  0x0d: 'Add Name Response',
  0x0e: 'Name Recognized',
  0x0f: 'Status Response',
  0x13: 'Terminate Trace',
  0x14: 'Data Ack',
  0x15: 'Data First Middle',
  0x16: 'Data Only Last',
  0x17: 'Session Confirm',
  0x18: 'Session End',
  0x19: 'Session Initialize',
  0x1a: 'No Receive',
  0x1b: 'Receive Outstanding',
  0x1c: 'Receive Continue',
  0x1f: 'Session Alive',
};
const ADD_GROUP = 0x00;
const ADD_NAME = 0x01;
const NAME_QUERY = 0x0a;
const NAME_RECOGNIZED = 0x0e;

const f = {
  length: uint('netbios.hdr_len', 'Length').at(0, 2).le(),
  delimiter: uint('netbios.delimiter', 'Delimiter').at(2, 2).le().hex(),
  command: uint('netbios.command', 'Command').at(4, 1).hex().named(commands),
  transmit: uint('netbios.xmit_corrl', 'Transmit Correlator').at(8, 2).le().hex(),
  response: uint('netbios.resp_corrl', 'Response Correlator').at(10, 2).le().hex(),
  name: text('netbios.nb_name', 'NetBIOS Name'),
  remote: uint('netbios.remote_session', 'Remote Session No.').hex(1),
  local: uint('netbios.local_session', 'Local Session No.').hex(1),
};

function hasMarker(b: Uint8Array, at: number): boolean {
  return u16le(b, at + 2) === DELIMITER;
}

export const netbios: Protocol = protocol({
  name: 'netbios',
  title: 'NetBIOS',
  column: 'NetBIOS',
  fields: f,
  on: [[llcSaps, 0xf0]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < 4) return p.cut(4);
    if (!hasMarker(b, start)) {
      p.flags[p.count - 1]! &= ~LISTED;
      return null;
    }
    const command = p.end - start > 4 ? b[start + 4]! : 0;
    const least = HEADER + (command <= LAST_WITH_NAMES ? NAMES : NUMBERS);
    if (p.end - start < least) return p.cut(least);
    p.at = Math.min(p.end, start + Math.max(least, u16le(b, start)));
    return carriers.includes(command) ? netbiosPayload(p) : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < HEADER || !hasMarker(b, start)) return;
    for (const field of [f.length, f.delimiter, f.command, f.transmit, f.response]) out.fixed(field);
    if (b[start + 4]! > LAST_WITH_NAMES) {
      if (length < HEADER + NUMBERS) return;
      out.add(f.remote, start + HEADER, 1);
      out.add(f.local, start + HEADER + 1, 1);
    } else if (length >= HEADER + NAMES) {
      out.add(f.name, start + HEADER, 16, netbiosName(b, start + HEADER));
      out.add(f.name, start + HEADER + 16, 16, netbiosName(b, start + HEADER + 16));
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < 5) return '';
    if (!hasMarker(b, start)) return 'Bad packet, no 0xEFFF marker';
    const command = b[start + 4]!;
    const name = commands[command] ?? `Unknown (0x${command.toString(16).padStart(2, '0')})`;
    if (length < HEADER + NAMES) return name;
    if (command === NAME_QUERY) return `${name} for ${netbiosName(b, start + HEADER)}`;
    if (command === ADD_GROUP || command === ADD_NAME || command === NAME_RECOGNIZED)
      return `${name} - ${netbiosName(b, start + HEADER + 16)}<${b[start + HEADER + 31]!.toString(16).padStart(2, '0')}>`;
    return name;
  },
});
