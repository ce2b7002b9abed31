// Domain controller location by mailslot (MS-ADTS §6.3.5), and its Netlogon predecessors.
import { u16le } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';

const commandNames: Record<number, string> = {
  0x00: 'LM1.0/LM2.0 LOGON Request',
  0x06: 'LM1.0 Response to LOGON Request',
  0x07: 'Query for PDC',
  0x08: 'Announce PDC startup',
  0x09: 'Announce failed PDC',
  0x0a: 'Announce Change to UAS or SAM',
  0x0b: 'Announce no change',
  0x0c: 'Response to Query for PDC',
  0x0f: 'LM2.0 Response to LOGON Request',
  0x10: 'LM2.0 PAUSE Response to LOGON Request',
  0x12: 'SAM LOGON request from client',
  0x13: 'Response to SAM LOGON request',
  0x14: 'SAM PAUSE Response to SAM LOGON Request',
  0x15: 'Response to SAM LOGON request: user unknown',
  0x17: 'Active Directory Response to SAM LOGON request',
};

export const netlogon = protocol({
  name: 'smb_netlogon',
  title: 'Microsoft Windows Logon Protocol (Old)',
  column: 'SMB_NETLOGON',
  fields: { command: uint('smb_netlogon.command', 'Command').at(0, 2).le().hex().named(commandNames) },
  step(p) {
    if (p.end - p.at < 2) return p.cut(2);
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    if (p.stop[layer]! - p.start[layer]! < 2) return '';
    const command = u16le(p.bufferOf(layer), p.start[layer]!);
    return commandNames[command] ?? `Unknown (${command})`;
  },
});
