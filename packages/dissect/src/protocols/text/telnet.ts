// Telnet (RFC 854): text interleaved with commands and option negotiation (RFC 855).
import { u16, utf8 } from '../../core/bytes.ts';
import { bytes, text, uint } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpPorts } from '../../core/table.ts';

const IAC = 255;
const SB = 250;
const SE = 240;

const commands: Readonly<Record<number, string>> = {
  236: 'End of File',
  237: 'Suspend Current Process',
  238: 'Abort Process',
  239: 'End of Record',
  240: 'Suboption End',
  241: 'No Operation',
  242: 'Data Mark',
  243: 'Break',
  244: 'Interrupt Process',
  245: 'Abort Output',
  246: 'Are You There?',
  247: 'Erase Character',
  248: 'Erase Line',
  249: 'Go Ahead',
  250: 'Suboption',
  251: 'Will',
  252: "Won't",
  253: 'Do',
  254: "Don't",
  255: 'Escape',
};

/** https://www.iana.org/assignments/telnet-options */
const options: Readonly<Record<number, string>> = {
  0: 'Binary Transmission',
  1: 'Echo',
  2: 'Reconnection',
  3: 'Suppress Go Ahead',
  4: 'Approx Message Size Negotiation',
  5: 'Status',
  6: 'Timing Mark',
  7: 'Remote Controlled Trans and Echo',
  8: 'Output Line Width',
  9: 'Output Page Size',
  10: 'Output Carriage-Return Disposition',
  17: 'Extended ASCII',
  18: 'Logout',
  19: 'Byte Macro',
  20: 'Data Entry Terminal',
  21: 'SUPDUP',
  22: 'SUPDUP Output',
  23: 'Send Location',
  24: 'Terminal Type',
  25: 'End of Record',
  26: 'TACACS User Identification',
  27: 'Output Marking',
  28: 'Terminal Location Number',
  29: 'Telnet 3270 Regime',
  30: 'X.3 PAD',
  31: 'Negotiate About Window Size',
  32: 'Terminal Speed',
  33: 'Remote Flow Control',
  34: 'Linemode',
  35: 'X Display Location',
  36: 'Environment Option',
  37: 'Authentication Option',
  38: 'Encryption Option',
  39: 'New Environment Option',
  40: 'TN3270E',
  44: 'COM Port Control',
};

const f = {
  data: text('telnet.data', 'Data'),
  command: uint('telnet.cmd', 'Command').named(commands),
  subcommand: uint('telnet.subcmd', 'Subcommand').named(options),
  width: uint('telnet.naws_subopt.width', 'Width'),
  height: uint('telnet.naws_subopt.height', 'Height'),
  value: text('telnet.string_subopt.value', 'Value'),
  optionData: bytes('telnet.option_data', 'Option data'),
};

/** Commands and runs of text of one packet that are shown. */
const ITEMS_MAX = 1000;

export const telnet = protocol({
  name: 'telnet',
  title: 'Telnet',
  column: 'TELNET',
  fields: f,
  on: [[tcpPorts, 23]],
  step(p) {
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    for (let at = p.start[layer]!, items = 0; at < end && items < ITEMS_MAX; items++) {
      at = b[at] === IAC && b[at + 1] !== IAC ? emitCommand(b, at, end, out) : emitData(b, at, end, out);
    }
  },
  info: () => 'Telnet Data ...',
});

/** Shows text up to the next command, a line at a time; returns where it ends. */
function emitData(b: Uint8Array, start: number, end: number, out: Sink): number {
  let at = start;
  while (at < end && (b[at] !== IAC || b[at + 1] === IAC)) {
    at += b[at] === IAC ? 2 : 1;
    if (b[at - 1] === 10) break;
  }
  at = Math.min(at, end);
  out.add(f.data, start, at - start, utf8(b, start, at));
  return at;
}

function emitCommand(b: Uint8Array, at: number, end: number, out: Sink): number {
  const command = b[at + 1];
  if (command === undefined || at + 1 >= end) return end;
  if (command === SB) return emitSuboption(b, at, end, out);
  out.open(f.command, at + 1, 1);
  const hasOption = command > SB && at + 2 < end;
  if (hasOption) out.add(f.subcommand, at + 2, 1);
  out.close();
  return at + (hasOption ? 3 : 2);
}

/** RFC 855: from SB to SE, an IAC within doubled. */
function emitSuboption(b: Uint8Array, at: number, end: number, out: Sink): number {
  let stop = at + 3;
  while (stop < end && !(b[stop] === IAC && b[stop + 1] === SE)) stop += b[stop] === IAC ? 2 : 1;
  stop = Math.min(stop, end);
  out.open(f.command, at + 1, 1);
  if (at + 2 < end) {
    out.add(f.subcommand, at + 2, 1);
    const data = at + 3;
    // RFC 1073: the window's size. RFC 1091, 1079, 1096: IS and a text.
    if (b[at + 2] === 31 && stop - data >= 4) {
      out.add(f.width, data, 2, u16(b, data));
      out.add(f.height, data + 2, 2, u16(b, data + 2));
    } else if ([24, 32, 35].includes(b[at + 2]!) && b[data] === 0 && stop > data + 1) {
      out.add(f.subcommand, data, 1);
      out.add(f.value, data + 1, stop - data - 1);
    } else if ([24, 32, 35].includes(b[at + 2]!) && b[data] === 1 && stop > data)
      out.add(f.subcommand, data, 1);
    else if (stop > data) out.add(f.optionData, data, stop - data);
  }
  out.close();
  if (stop + 2 <= end) out.add(f.command, stop + 1, 1);
  return Math.min(end, stop + 2);
}
