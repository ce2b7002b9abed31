import type { StoreInfo } from '@eyrie/store';
import { grouped } from '../terminal/units.ts';

export function infoText(info: StoreInfo): string {
  const lines: [string, string][] = [
    ['store', info.place],
    ['engine', `${info.engineVersion}, schema ${info.schemaVersion}`],
    ['captures', grouped(info.captures)],
    ['packets', grouped(info.packets)],
    ['flows', grouped(info.flows)],
    ['names', grouped(info.names)],
    ['findings', grouped(info.findings)],
    ['size', `${grouped(info.bytes)} bytes${perPacket(info)}`],
    ['from', timeText(info.firstTime)],
    ['to', timeText(info.lastTime)],
  ];
  for (const { time, action, detail, packets } of info.audit)
    lines.push(['audit', `${timeText(String(time))}  ${action}: ${detail} (${grouped(packets)} packets)`]);
  return lines.map(([name, value]) => `${name.padEnd(9)} ${value}`).join('\n');
}

function perPacket({ bytesPerPacket }: StoreInfo): string {
  return bytesPerPacket === null ? '' : `, ${bytesPerPacket.toFixed(1)} a packet`;
}

/** 2026-11-21T10:40:00.123456Z; times beyond what a calendar holds as they are. */
function timeText(seconds: string | null): string {
  if (seconds === null) return '-';
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s since 1970` : date.toISOString();
}
