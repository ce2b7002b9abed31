// A time server of stratum 3 (RFC 5905 §7.3), which answers no questions about itself.
import type { Persona } from '../persona.ts';
import { whim } from '../visit.ts';
import type { Met, UdpDecoy } from './decoy.ts';

const PACKET_BYTES = 48;
const CLIENT = 3;
const SERVER = 4;
const CONTROL = 6;
const PRIVATE = 7;
/** In control and private packets: a response. */
const CONTROL_RESPONSE = 0x80;
/** Seconds from 1900 to 1970. */
const ERA_S = 2_208_988_800;
const STRATUM = 3;
/** 2^-23 s. */
const PRECISION = 0xe9;
/** Requests of ntpdc that amplify (CVE-2013-5211). */
const LISTS: Readonly<Record<number, string>> = { 20: 'monlist', 42: 'monlist' };

export const ntp: UdpDecoy = {
  name: 'ntp',
  port: 123,
  meet(datagram, persona, nowMs) {
    const mode = (datagram[0] ?? 0) & 7;
    if (mode === CLIENT && datagram.length >= PACKET_BYTES) {
      const version = (datagram[0]! >> 3) & 7;
      const happenings = [{ type: 'query', method: 'time', url: `version ${version}` }] as const;
      return { happenings, answer: timeOf(datagram, persona, nowMs) };
    }
    if (mode === PRIVATE && datagram.length >= 4 && (datagram[0]! & CONTROL_RESPONSE) === 0)
      return asked('private', LISTS[datagram[3]!] ?? `request ${datagram[3]}`);
    if (mode === CONTROL && datagram.length >= 2 && (datagram[1]! & CONTROL_RESPONSE) === 0)
      return asked('control', `opcode ${datagram[1]! & 0x1f}`);
    return null;
  },
};

function asked(method: string, url: string): Met {
  return { happenings: [{ type: 'query', method, url }] };
}

function timeOf(request: Buffer, persona: Persona, nowMs: number): Buffer {
  const answer = Buffer.alloc(PACKET_BYTES);
  answer[0] = (request[0]! & 0x38) | SERVER;
  answer[1] = STRATUM;
  answer[2] = request[2]!;
  answer[3] = PRECISION;
  answer.writeUInt32BE(600 + whim(persona, 'root delay', 1200), 4);
  answer.writeUInt32BE(1000 + whim(persona, 'root dispersion', 2000), 8);
  answer.writeUInt32BE(0xc0a80001 + whim(persona, 'time source', 0xfffe), 12);
  stamp(answer, 16, nowMs - 64_000 - whim(persona, 'last update', 960_000));
  request.copy(answer, 24, 40, PACKET_BYTES);
  stamp(answer, 32, nowMs);
  stamp(answer, 40, nowMs);
  return answer;
}

function stamp(packet: Buffer, at: number, ms: number): void {
  packet.writeUInt32BE((Math.floor(ms / 1000) + ERA_S) % 2 ** 32, at);
  packet.writeUInt32BE(Math.floor(((ms % 1000) / 1000) * 2 ** 32), at + 4);
}
