// Windows browser protocol (MS-BRWS): host announcements and elections in mailslots.
import { ascii, u32le } from '../../core/bytes.ts';
import { bool, type Field, text, uint } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';

const HOST = 0x01;
const REQUEST = 0x02;
const ELECTION = 0x08;
const GET_BACKUP = 0x09;
const BACKUP_LIST = 0x0a;
const BECOME_BACKUP = 0x0b;
const DOMAIN = 0x0c;
const MASTER = 0x0d;
const RESET = 0x0e;
const LOCAL_MASTER = 0x0f;

const commandNames: Record<number, string> = {
  [HOST]: 'Host Announcement',
  [REQUEST]: 'Request Announcement',
  [ELECTION]: 'Browser Election Request',
  [GET_BACKUP]: 'Get Backup List Request',
  [BACKUP_LIST]: 'Get Backup List Response',
  [BECOME_BACKUP]: 'Become Backup Browser',
  [DOMAIN]: 'Domain/Workgroup Announcement',
  [MASTER]: 'Master Announcement',
  [RESET]: 'Reset Browser State Announcement',
  [LOCAL_MASTER]: 'Local Master Announcement',
};

/** Server type flags: bit, last part of the field's name, title, and text in the Info column. */
const serverTypes: readonly (readonly [number, string, string, string])[] = [
  [0x00000001, 'workstation', 'Workstation', 'Workstation'],
  [0x00000002, 'server', 'Server', 'Server'],
  [0x00000004, 'sql', 'SQL', 'SQL Server'],
  [0x00000008, 'domain_controller', 'Domain Controller', 'Domain Controller'],
  [0x00000010, 'backup_controller', 'Backup Controller', 'Backup Controller'],
  [0x00000020, 'time', 'Time Source', 'Time Source'],
  [0x00000040, 'apple', 'Apple', 'Apple Server'],
  [0x00000080, 'novell', 'Novell', 'Novell Server'],
  [0x00000100, 'member', 'Member', 'Domain Member Server'],
  [0x00000200, 'print', 'Print', 'Print Queue Server'],
  [0x00000400, 'dialin', 'Dialin', 'Dialin Server'],
  [0x00000800, 'xenix', 'Xenix', 'Xenix Server'],
  [0x00001000, 'ntw', 'NT Workstation', 'NT Workstation'],
  [0x00002000, 'wfw', 'WfW', 'Windows for Workgroups'],
  [0x00008000, 'nts', 'NT Server', 'NT Server'],
  [0x00010000, 'browser.potential', 'Potential Browser', 'Potential Browser'],
  [0x00020000, 'browser.backup', 'Backup Browser', 'Backup Browser'],
  [0x00040000, 'browser.master', 'Master Browser', 'Master Browser'],
  [0x00080000, 'browser.domain_master', 'Domain Master Browser', 'Domain Master Browser'],
  [0x00100000, 'osf', 'OSF', 'OSF'],
  [0x00200000, 'vms', 'VMS', 'VMS'],
  [0x00400000, 'w95', 'Windows 95+', 'Windows 95 or above'],
  [0x00800000, 'dfs', 'DFS', 'DFS server'],
  [0x40000000, 'local', 'Local', 'Local List Only'],
  [0x80000000, 'domainenum', 'Domain Enum', 'Domain Enum'],
];

const serverTypeFields = serverTypes.map(([bit, name, title]) =>
  bool(`browser.server_type.${name}`, title).mask(bit).le(),
);

const f = {
  command: uint('browser.command', 'Command').at(0, 1).hex().named(commandNames),
  updateCount: uint('browser.update_count', 'Update Count'),
  period: uint('browser.period', 'Update Periodicity').le(),
  server: text('browser.server', 'Server Name'),
  mbServer: text('browser.mb_server', 'Master Browser Server Name'),
  osMajor: uint('browser.os_major', 'OS Major Version'),
  osMinor: uint('browser.os_minor', 'OS Minor Version'),
  serverType: uint('browser.server_type', 'Server Type').le().hex(4),
  protoMajor: uint('browser.proto_major', 'Browser Protocol Major Version'),
  protoMinor: uint('browser.proto_minor', 'Browser Protocol Minor Version'),
  sig: uint('browser.sig', 'Signature').le().hex(2),
  comment: text('browser.comment', 'Host Comment'),
  unused: uint('browser.unused', 'Unused flags').hex(1),
  responseName: text('browser.response_computer_name', 'Response Computer Name'),
  electionVersion: uint('browser.election.version', 'Election Version'),
  electionCriteria: uint('browser.election.criteria', 'Election Criteria').le().hex(4),
  uptime: uint('browser.uptime', 'Uptime').le(),
  backupCount: uint('browser.backup.count', 'Backup List Requested Count'),
  backupToken: uint('browser.backup.token', 'Backup Request Token').le(),
  backupServer: text('browser.backup.server', 'Backup Server'),
  resetCmd: uint('browser.reset_cmd', 'ResetBrowserState Command').hex(1),
  ...Object.fromEntries(serverTypeFields.map((field) => [field.name, field])),
};

function isAnnouncement(command: number): boolean {
  return command === HOST || command === DOMAIN || command === LOCAL_MASTER;
}

/** Length of an announcement without its last, variable part. */
const ANNOUNCEMENT = 32;

function textEnd(b: Uint8Array, at: number, stop: number): number {
  const zero = b.indexOf(0, at);
  return zero < 0 || zero > stop ? stop : zero;
}

export const browser = protocol({
  name: 'browser',
  title: 'Microsoft Windows Browser Protocol',
  column: 'BROWSER',
  fields: f,
  step(p) {
    const needed = isAnnouncement(p.buf[p.at]!) ? ANNOUNCEMENT : 1;
    if (p.end - p.at < needed) return p.cut(needed);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const command = b[start]!;
    out.fixed(f.command);
    if (isAnnouncement(command)) emitAnnouncement(b, start, end, command, out);
    else if (command === REQUEST) {
      out.add(f.unused, start + 1, 1);
      addText(b, f.responseName, start + 2, end, out);
    } else if (command === ELECTION) {
      out.add(f.electionVersion, start + 1, 1);
      out.add(f.electionCriteria, start + 2, 4);
      out.add(f.uptime, start + 6, 4);
      addText(b, f.server, start + 14, end, out);
    } else if (command === GET_BACKUP || command === BACKUP_LIST) {
      out.add(f.backupCount, start + 1, 1);
      out.add(f.backupToken, start + 2, 4);
      if (command === BACKUP_LIST) {
        for (let at = start + 6; at < end; at = textEnd(b, at, end) + 1)
          addText(b, f.backupServer, at, end, out);
      }
    } else if (command === RESET) out.add(f.resetCmd, start + 1, 1);
    else if (command === BECOME_BACKUP || command === MASTER) addText(b, f.mbServer, start + 1, end, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const command = b[start]!;
    const name = commandNames[command] ?? `Unknown command:0x${command.toString(16).padStart(2, '0')}`;
    if (!isAnnouncement(command) || p.stop[layer]! - start < ANNOUNCEMENT) return name;
    const host = ascii(b, start + 6, textEnd(b, start + 6, start + 22));
    const type = u32le(b, start + 24);
    const words = serverTypes.filter(([bit]) => (type & bit) !== 0).map(([, , , word]) => word);
    return `${name} ${host}${words.map((word) => `, ${word}`).join('')}`;
  },
});

function addText(b: Uint8Array, field: Field, at: number, end: number, out: Sink): void {
  if (at <= end) out.add(field, at, textEnd(b, at, end) - at);
}

function emitAnnouncement(b: Uint8Array, start: number, end: number, command: number, out: Sink): void {
  if (end - start < ANNOUNCEMENT) return;
  out.add(f.updateCount, start + 1, 1);
  out.add(f.period, start + 2, 4);
  addText(b, f.server, start + 6, start + 22, out);
  out.add(f.osMajor, start + 22, 1);
  out.add(f.osMinor, start + 23, 1);
  out.open(f.serverType, start + 24, 4);
  for (const field of serverTypeFields) out.add(field, start + 24, 4);
  out.close();
  if (command === DOMAIN) {
    addText(b, f.mbServer, start + ANNOUNCEMENT, end, out);
    return;
  }
  out.add(f.protoMajor, start + 28, 1);
  out.add(f.protoMinor, start + 29, 1);
  out.add(f.sig, start + 30, 2);
  addText(b, f.comment, start + ANNOUNCEMENT, end, out);
}
