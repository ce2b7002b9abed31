// systemd journal entries in pcapng: FIELD=value lines of the export format (https://systemd.io/JOURNAL_EXPORT_FORMATS,
// systemd.journal-fields(7)).
import { ascii, indexOf, u64le, utf8 } from '../core/bytes.ts';
import { type Field, int, none, seconds, text, time, uint, uint64 } from '../core/field.ts';
import { printable } from '../core/printable.ts';
import { protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { linkTypes } from '../core/table.ts';
import { LINKTYPE_JOURNAL } from '../files/blocks.ts';

const LINE_END = 0x0a;
const EQUALS = 0x3d;
/** Length of the size before a value that spans lines. */
const LENGTH_BYTES = 8;

const priorities = [
  'EMERG - system is unusable',
  'ALERT - action must be taken immediately',
  'CRIT - critical conditions',
  'ERR - error conditions',
  'WARNING - warning conditions',
  'NOTICE - normal but significant condition',
  'INFO - informational',
  'DEBUG - debug-level messages',
];
const facilities = [
  'KERN - kernel messages',
  'USER - random user-level messages',
  'MAIL - mail system',
  'DAEMON - system daemons',
  'AUTH - security/authorization messages',
  'SYSLOG - messages generated internally by syslogd',
  'LPR - line printer subsystem',
  'NEWS - network news subsystem',
  'UUCP - UUCP subsystem',
  'CRON - clock daemon (BSD, Linux)',
  'AUTHPRIV - security/authorization messages (private)',
  'FTP - ftp daemon',
  'NTP - ntp subsystem',
  'LOGAUDIT - log audit',
  'LOGALERT - log alert',
  'CRON - clock daemon (Solaris)',
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((number) => `LOCAL${number} - reserved for local use`),
];

const userUnit = text('systemd_journal.systemd_user_unit', 'Systemd user unit');

/** Fields by the journal's names for them. */
const known = new Map<string, Field>([
  ['MESSAGE', text('systemd_journal.message', 'Message')],
  ['MESSAGE_ID', text('systemd_journal.message_id', 'Message ID')],
  [
    'PRIORITY',
    uint('systemd_journal.priority', 'Priority').named((number) => priorities[number] ?? 'Unknown'),
  ],
  ['CODE_FILE', text('systemd_journal.code_file', 'Code file')],
  ['CODE_LINE', uint('systemd_journal.code_line', 'Code line')],
  ['CODE_FUNC', text('systemd_journal.code_func', 'Code func')],
  ['ERRNO', int('systemd_journal.errno', 'Errno')],
  [
    'SYSLOG_FACILITY',
    uint('systemd_journal.syslog_facility', 'Syslog facility')
      .named((number) => facilities[number] ?? 'Unknown')
      .byName(),
  ],
  ['SYSLOG_IDENTIFIER', text('systemd_journal.syslog_id', 'Syslog identifier')],
  ['SYSLOG_PID', uint('systemd_journal.syslog_pid', 'Syslog PID')],
  ['_PID', uint('systemd_journal.pid', 'PID')],
  ['_UID', uint('systemd_journal.uid', 'UID')],
  ['_GID', uint('systemd_journal.gid', 'GID')],
  ['_COMM', text('systemd_journal.comm', 'Command name')],
  ['_EXE', text('systemd_journal.exe', 'Executable path')],
  ['_CMDLINE', text('systemd_journal.cmdline', 'Command line')],
  ['_CAP_EFFECTIVE', text('systemd_journal.cap_effective', 'Effective capability')],
  ['_AUDIT_SESSION', uint('systemd_journal.audit_session', 'Audit session')],
  ['_AUDIT_LOGINUID', uint('systemd_journal.audit_loginuid', 'Audit login UID')],
  ['_SYSTEMD_CGROUP', text('systemd_journal.systemd_cgroup', 'Systemd cgroup')],
  ['_SYSTEMD_SLICE', text('systemd_journal.systemd_slice', 'Systemd slice')],
  ['_SYSTEMD_UNIT', text('systemd_journal.systemd_unit', 'Systemd unit')],
  ['_SYSTEMD_USER_UNIT', userUnit],
  ['_SYSTEMD_USER_SLICE', text('systemd_journal.systemd_user_slice', 'Systemd user slice')],
  ['_SYSTEMD_SESSION', uint('systemd_journal.systemd_session', 'Systemd session')],
  ['_SYSTEMD_OWNER_UID', uint('systemd_journal.systemd_owner_uid', 'Systemd owner UID')],
  ['_SYSTEMD_INVOCATION_ID', text('systemd_journal.systemd_invocation_id', 'Systemd invocation ID')],
  ['_SELINUX_CONTEXT', text('systemd_journal.selinux_context', 'SELinux context')],
  [
    '_SOURCE_REALTIME_TIMESTAMP',
    time('systemd_journal.source_realtime_timestamp', 'Source realtime timestamp'),
  ],
  [
    '_SOURCE_MONOTONIC_TIMESTAMP',
    seconds('systemd_journal.source_monotonic_timestamp', 'Source monotonic timestamp'),
  ],
  ['_BOOT_ID', text('systemd_journal.boot_id', 'Boot ID')],
  ['_MACHINE_ID', text('systemd_journal.machine_id', 'Machine ID')],
  ['_HOSTNAME', text('systemd_journal.hostname', 'Hostname')],
  ['_TRANSPORT', text('systemd_journal.transport', 'Transport')],
  ['_STREAM_ID', text('systemd_journal.stream_id', 'Stream ID')],
  ['_LINE_BREAK', text('systemd_journal.line_break', 'Line break')],
  ['_KERNEL_DEVICE', text('systemd_journal.kernel_device', 'Kernel device')],
  ['_KERNEL_SUBSYSTEM', text('systemd_journal.kernel_subsystem', 'Kernel subsystem')],
  ['_UDEV_SYSNAME', text('systemd_journal.udev_sysname', 'Device tree name')],
  ['_UDEV_DEVNODE', text('systemd_journal.udev_devnode', 'Device tree node')],
  ['_UDEV_DEVLINK', text('systemd_journal.udev_devlink', 'Device tree symlink')],
  ['_AUDIT_TYPE', uint('systemd_journal.audit_type', 'Audit type')],
  ['_AUDIT_ID', uint('systemd_journal.audit_id', 'Audit ID')],
  ['JOB_TYPE', text('systemd_journal.job_type', 'Job type')],
  ['JOB_RESULT', text('systemd_journal.job_result', 'Job result')],
  ['USER_INVOCATION_ID', text('systemd_journal.user_invocation_id', 'User invocation ID')],
  ['SESSION_ID', uint('systemd_journal.session_id', 'Session ID')],
  ['USER_ID', text('systemd_journal.user_id', 'User ID')],
  ['LEADER', uint('systemd_journal.leader', 'Leader')],
  ['UNIT', userUnit],
  ['USER_UNIT', userUnit],
  ['COREDUMP_UNIT', text('systemd_journal.coredump_unit', 'Coredump unit')],
  ['COREDUMP_USER_UNIT', text('systemd_journal.coredump_user_unit', 'Coredump user unit')],
  ['OBJECT_PID', uint('systemd_journal.object_pid', 'Object PID')],
  ['OBJECT_UID', uint('systemd_journal.object_uid', 'Object UID')],
  ['OBJECT_GID', uint('systemd_journal.object_gid', 'Object GID')],
  ['OBJECT_COMM', text('systemd_journal.object_comm', 'Object command name')],
  ['OBJECT_EXE', text('systemd_journal.object_exe', 'Object executable path')],
  ['OBJECT_CMDLINE', text('systemd_journal.object_cmdline', 'Object command line')],
  ['OBJECT_SYSTEMD_UNIT', text('systemd_journal.object_systemd_unit', 'Object systemd unit')],
  ['KERNEL_USEC', seconds('systemd_journal.kernel_usec', 'Kernel microseconds')],
  ['USERSPACE_USEC', seconds('systemd_journal.userspace_usec', 'Userspace microseconds')],
  ['JOURNAL_NAME', text('systemd_journal.journal_name', 'Journal name')],
  ['JOURNAL_PATH', text('systemd_journal.journal_path', 'Journal path')],
  ['CURRENT_USE', uint('systemd_journal.current_use', 'Current use')],
  ['CURRENT_USE_PRETTY', text('systemd_journal.current_use_pretty', 'Human readable current use')],
  ['MAX_USE', uint('systemd_journal.max_use', 'Max use')],
  ['MAX_USE_PRETTY', text('systemd_journal.max_use_pretty', 'Human readable max use')],
  ['RESULT', text('systemd_journal.result', 'Result')],
  ['SEAT_ID', text('systemd_journal.seat_id', 'Seat ID')],
  ['__CURSOR', text('systemd_journal.cursor', 'Cursor')],
  ['__REALTIME_TIMESTAMP', time('systemd_journal.realtime_timestamp', 'Realtime Timestamp')],
  ['__MONOTONIC_TIMESTAMP', seconds('systemd_journal.monotonic_timestamp', 'Monotonic Timestamp')],
]);

const f = {
  binaryLength: uint64('systemd_journal.binary_data_len', 'Binary data length'),
  unknown: none('systemd_journal.field', 'Unknown text field'),
  name: text('systemd_journal.field.name', 'Field name'),
  value: text('systemd_journal.field.value', 'Field value'),
};

/** A field of an entry: `name=value`, or `name`, an 8-byte length, and a value of that length. */
interface Line {
  readonly start: number;
  readonly name: string;
  readonly valueAt: number;
  readonly valueEnd: number;
  readonly isBinary: boolean;
}

/** Parses the field at `start`; null if it is truncated or invalid. */
function readLine(b: Uint8Array, start: number, end: number): Line | null {
  if (start >= end) return null;
  const found = indexOf(b, LINE_END, start, end);
  const lineEnd = found < 0 ? end : found;
  const equals = indexOf(b, EQUALS, start, lineEnd);
  if (equals >= 0) {
    return { start, name: ascii(b, start, equals), valueAt: equals + 1, valueEnd: lineEnd, isBinary: false };
  }
  const valueAt = lineEnd + 1 + LENGTH_BYTES;
  if (lineEnd === start || valueAt > end) return null;
  const length = u64le(b, lineEnd + 1);
  if (length > BigInt(end - valueAt)) return null;
  return {
    start,
    name: ascii(b, start, lineEnd),
    valueAt,
    valueEnd: valueAt + Number(length),
    isBinary: true,
  };
}

export const journal = protocol({
  name: 'systemd_journal',
  title: 'systemd Journal Entry',
  column: 'systemd Journal',
  on: [[linkTypes, LINKTYPE_JOURNAL]],
  fields: { ...Object.fromEntries(known), ...f },
  step(p) {
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    let info = 'Journal Entry';
    for (
      let line = readLine(b, p.start[layer]!, end);
      line !== null;
      line = readLine(b, line.valueEnd + 1, end)
    )
      if (line.name === 'MESSAGE') info = printable(utf8(b, line.valueAt, line.valueEnd));
    return info;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    for (
      let line = readLine(b, p.start[layer]!, end);
      line !== null;
      line = readLine(b, line.valueEnd + 1, end)
    )
      emitLine(b, line, out);
  },
});

function emitLine(b: Uint8Array, line: Line, out: Sink): void {
  const { start, name, valueAt, valueEnd } = line;
  const length = valueEnd - start;
  const value = utf8(b, valueAt, valueEnd);
  const field = known.get(name);
  if (field === undefined) {
    out.open(f.unknown, start, length);
    out.note(`: ${name}`);
    out.add(f.name, start, name.length, name);
    out.add(f.value, valueAt, valueEnd - valueAt, value);
  } else out.open(field, start, length, parsed(field, value));
  if (line.isBinary)
    out.add(f.binaryLength, valueAt - LENGTH_BYTES, LENGTH_BYTES, BigInt(valueEnd - valueAt));
  out.close();
}

/** Parses a decimal number, or a time in microseconds; anything else is 0, as in Wireshark. */
function parsed({ type }: Field, value: string): string | number | bigint {
  if (type === 'text') return value;
  const digits = /^-?\d{1,18}/.exec(value)?.[0] ?? '0';
  return type === 'time' || type === 'seconds' ? BigInt(digits) * 1000n : Number(digits);
}
