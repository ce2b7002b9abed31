// Time and port stamps that VSS Monitoring taps append to frames (vendor's note "Port and Time Stamping").
import { u32 } from '../../core/bytes.ts';
import { time, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';

const STAMP = 8;
/** Valid lengths: timestamp, optionally a 1-byte port, optionally a frame check sequence. */
const LENGTHS = [8, 9, 12, 13];
const UPTIME_SECONDS_MAX = 3600;
/** Maximum difference from the capture's clock for a plausible timestamp. */
const CLOCK_SECONDS_MAX = 30 * 86400;

const f = {
  time: time('vssmonitoring.time', 'Time Stamp'),
  clock: uint('vssmonitoring.clksrc', 'Clock Source').named({
    0: 'Not Synced',
    1: 'NTP',
    2: 'GPS',
    3: 'PTP',
  }),
  port: uint('vssmonitoring.srcport', 'Src Port'),
};

/** Whether [at, end) is such a trailer. */
export function isVssTrailer(p: Packet, at: number, end: number): boolean {
  if (!LENGTHS.includes(end - at)) return false;
  const seconds = u32(p.buf, at);
  if (seconds === 0 || (seconds > UPTIME_SECONDS_MAX && Math.abs(seconds - p.seconds) > CLOCK_SECONDS_MAX))
    return false;
  return (u32(p.buf, at + 4) & 0x3fffffff) < 1_000_000_000;
}

export const vssmonitoring = protocol({
  name: 'vssmonitoring',
  title: 'VSS Monitoring Ethernet trailer',
  fields: f,
  step: () => null,
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const nanoseconds = u32(b, start + 4) & 0x3fffffff;
    out.add(f.time, start, STAMP, BigInt(u32(b, start)) * 1_000_000_000n + BigInt(nanoseconds));
    out.add(f.clock, start + 4, 1, b[start + 4]! >> 6);
    if ((p.stop[layer]! - start) & 1) out.add(f.port, start + STAMP, 1);
  },
});
