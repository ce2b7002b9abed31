// ntp.log: each NTP message of client, server or symmetric peer (https://docs.zeek.org/en/master/logs/ntp.html).
import { ipv4Address } from '@eyrie/dissect';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, tapOf } from './log.ts';

interface Message extends OfConn {
  readonly version: number;
  readonly mode: number;
  readonly stratum: number;
  readonly pollS: number;
  readonly precisionS: number;
  readonly rootDelayS: number;
  readonly rootDispersionS: number;
  readonly refId: string;
  readonly times: readonly number[];
  readonly extensions: number;
}

const columns: readonly Column<Message>[] = [
  ...connColumns,
  ['version', 'count', ({ version }) => version],
  ['mode', 'count', ({ mode }) => mode],
  ['stratum', 'count', ({ stratum }) => stratum],
  ['poll', 'interval', ({ pollS }) => pollS],
  ['precision', 'interval', ({ precisionS }) => precisionS],
  ['root_delay', 'interval', ({ rootDelayS }) => rootDelayS],
  ['root_disp', 'interval', ({ rootDispersionS }) => rootDispersionS],
  ['ref_id', 'string', ({ refId }) => refId],
  ['ref_time', 'time', ({ times }) => times[0]],
  ['org_time', 'time', ({ times }) => times[1]],
  ['rec_time', 'time', ({ times }) => times[2]],
  ['xmt_time', 'time', ({ times }) => times[3]],
  ['num_exts', 'count', ({ extensions }) => extensions],
];

export const ntpLog: LogKind<Message> = { path: 'ntp', columns };

const TIMES = ['ntp.reftime', 'ntp.org', 'ntp.rec', 'ntp.xmt'];
const FIELDS = ['ntp.flags.vn', 'ntp.flags.mode', 'ntp.stratum', 'ntp.ppoll', 'ntp.precision'];
const ROOT = ['ntp.rootdelay', 'ntp.rootdispersion'];

export const ntpReader: LogReader = {
  protocols: ['ntp'],
  make(logs) {
    const tap = tapOf(['ntp'], [...FIELDS, ...ROOT, ...TIMES, 'ntp.refid', 'ntp.ext']);
    return (p, layer, { conn, time }) => {
      tap.take(p, layer);
      // Control and private messages (modes 6 and 7) have no times.
      if (!tap.has('ntp.stratum') || !tap.has('ntp.xmt')) return;
      const [version = 0, mode = 0, stratum = 0, poll = 0, precision = 0] = FIELDS.map((name) =>
        tap.number(name),
      );
      const [delay = 0, dispersion = 0] = ROOT.map((name) => shortSeconds(tap.number(name)));
      logs.write(ntpLog, {
        ...{ time, conn, version, mode, stratum },
        pollS: 2 ** poll,
        // A signed byte (RFC 5905 §7.3).
        precisionS: 2 ** ((precision << 24) >> 24),
        rootDelayS: delay,
        rootDispersionS: dispersion,
        refId: refIdOf(tap.values('ntp.refid')[0], stratum),
        times: TIMES.map((name) => Math.max(0, Number(tap.values(name)[0] ?? 0) / 1e9)),
        extensions: tap.values('ntp.ext').length,
      });
    };
  },
};

/** RFC 5905 §6: 16 bits of seconds and 16 of their fraction. */
function shortSeconds(value: number): number {
  return value / 65_536;
}

/** RFC 5905 §7.3: what kind of clock it is, and beyond the first stratum the address of the server. */
function refIdOf(value: unknown, stratum: number): string {
  if (!(value instanceof Uint8Array) || value.length < 4) return '';
  if (stratum > 1) return ipv4Address(value, 0);
  return String.fromCharCode(...value.subarray(0, 4));
}
