// ATA over Ethernet (AoEr11, §2 to §3.2).
import { u32 } from '../../core/bytes.ts';
import { bool, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes } from '../../core/table.ts';

const HEADER = 10;
const ATA = 0;
const ATA_HEADER = 12;
const commands: Readonly<Record<number, string>> = { 0: 'Issue ATA Command', 1: 'Query Config Information' };
const errors: Readonly<Record<number, string>> = {
  1: 'Unrecognized command code',
  2: 'Bad argument parameter',
  3: 'Device unavailable',
  4: 'Config string present',
  5: 'Unsupported version',
};
const ataCommands: Readonly<Record<number, string>> = {
  0x00: 'NOP',
  0x20: 'Read Sectors (with retry)',
  0x21: 'Read Sectors (no retry)',
  0x24: 'Read Sectors Ext',
  0x30: 'Write Sectors (with retry)',
  0x34: 'Write Sectors Ext',
  0xb0: 'Smart',
  0xec: 'Identify Device',
};

const f = {
  version: uint('aoe.version', 'Version').at(0, 1).mask(0xf0),
  response: bool('aoe.response', 'Response flag').at(0, 1).mask(0x08),
  flagsError: bool('aoe.flags_error', 'Error flag').at(0, 1).mask(0x04),
  error: uint('aoe.error', 'Error').at(1, 1).named(errors),
  major: uint('aoe.major', 'Major').at(2, 2).hex(),
  minor: uint('aoe.minor', 'Minor').at(4, 1).hex(),
  cmd: uint('aoe.cmd', 'Command').at(5, 1).named(commands),
  tag: uint('aoe.tag', 'Tag').at(6, 4).hex(),
  ataCmd: uint('aoe.ata.cmd', 'ATA Cmd').hex(1).named(ataCommands),
};
/** Maximum number of pending commands, by tag. */
const PENDING_MAX = 1024;

export const aoe: Protocol = protocol({
  name: 'aoe',
  title: 'ATAoverEthernet',
  column: 'AoE',
  fields: f,
  on: [[etherTypes, 0x88a2]],
  step(p) {
    const b = p.buf;
    if (p.end - p.at < 1) return p.cut(1);
    if (b[p.at]! >> 4 !== 1) {
      p.at = p.end;
      return null;
    }
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    if (b[p.at + 5] === ATA) {
      if (p.end - p.at < HEADER + ATA_HEADER) return p.cut(HEADER + ATA_HEADER);
      // Responses contain the status in place of the command, which is taken from the request with the same tag.
      const pending = p.session.memoryOf('aoe', () => new Map<number, number>());
      const tag = u32(b, p.at + 6);
      if ((b[p.at]! & 0x08) === 0) {
        if (pending.size >= PENDING_MAX) pending.delete(pending.keys().next().value!);
        pending.set(tag, b[p.at + HEADER + 3]!);
      } else p.mark[p.count - 1] = (pending.get(tag) ?? -1) + 1;
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < HEADER || p.bufferOf(layer)[start]! >> 4 !== 1) return;
    for (const field of [f.version, f.response, f.flagsError, f.error, f.major, f.minor, f.cmd, f.tag])
      out.fixed(field);
    if (p.bufferOf(layer)[start + 5] === ATA && length >= HEADER + ATA_HEADER)
      out.add(f.ataCmd, start + HEADER + 3, 1);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < HEADER || b[start]! >> 4 !== 1) return '';
    const isResponse = (b[start]! & 0x08) !== 0;
    const error = b[start]! & 0x04 ? `Error:${errors[b[start + 1]!] ?? 'Unknown error'} ` : '';
    const summary = `${error}${commands[b[start + 5]!] ?? 'Unknown command'} ${isResponse ? 'Response' : 'Request'}`;
    if (b[start + 5] !== ATA || length < HEADER + ATA_HEADER) return summary;
    const command = isResponse ? p.mark[layer]! - 1 : b[start + HEADER + 3]!;
    return command < 0
      ? summary
      : `${summary} ATA:${ataCommands[command] ?? `Unknown command 0x${command.toString(16).padStart(2, '0')}`}`;
  },
});
