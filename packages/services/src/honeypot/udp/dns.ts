// A name server that answers no strangers (RFC 1035 §4.1).
import type { UdpDecoy } from './decoy.ts';

const HEADER_BYTES = 12;
const LABEL_MAX = 63;
const NAME_MAX = 255;
/** In the byte with the opcode: a response. */
const RESPONSE = 0x80;
const RECURSION_DESIRED = 0x01;
const OPCODE = 0x78;
const REFUSED = 5;
const FORMAT_ERROR = 1;
const TYPES: Readonly<Record<number, string>> = {
  ...{ 1: 'A', 2: 'NS', 5: 'CNAME', 6: 'SOA', 12: 'PTR', 15: 'MX', 16: 'TXT', 28: 'AAAA', 33: 'SRV' },
  ...{ 252: 'AXFR', 255: 'ANY' },
};

export const dns: UdpDecoy = {
  name: 'dns',
  port: 53,
  meet(datagram) {
    if (datagram.length < HEADER_BYTES || (datagram[2]! & RESPONSE) !== 0) return null;
    const question = datagram.readUInt16BE(4) === 1 ? questionOf(datagram) : null;
    if (question === null) {
      const happenings = [
        { type: 'payload', bytes: datagram.length, data: datagram.toString('hex', 0, 64) },
      ] as const;
      return { happenings, answer: answerTo(datagram, FORMAT_ERROR, HEADER_BYTES) };
    }
    const { name, type, end } = question;
    const method = TYPES[type] ?? `TYPE${type}`;
    return { happenings: [{ type: 'query', method, url: name }], answer: answerTo(datagram, REFUSED, end) };
  },
};

/** The header and the question; null if that is malformed. */
function questionOf(datagram: Buffer): { name: string; type: number; end: number } | null {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = datagram[at]; length !== 0; length = datagram[at]) {
    if (length === undefined || length > LABEL_MAX || at > HEADER_BYTES + NAME_MAX) return null;
    labels.push(datagram.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  if (at + 5 > datagram.length) return null;
  return { name: labels.join('.') || '.', type: datagram.readUInt16BE(at + 1), end: at + 5 };
}

/** Header and, up to `end`, question of the request. */
function answerTo(datagram: Buffer, code: number, end: number): Buffer {
  const answer = Buffer.from(datagram.subarray(0, end));
  answer[2] = RESPONSE | (answer[2]! & (OPCODE | RECURSION_DESIRED));
  answer[3] = code;
  answer.writeUInt16BE(end > HEADER_BYTES ? 1 : 0, 4);
  answer.fill(0, 6, HEADER_BYTES);
  return answer;
}
