// A TFTP server without files (RFC 1350 §5).
import type { UdpDecoy } from './decoy.ts';

const REQUESTS: Readonly<Record<number, string>> = { 1: 'read', 2: 'write' };
const ERROR = 5;
const [NOT_FOUND, ACCESS_VIOLATION] = [1, 2];
const SHOWN_CHARACTERS = 300;

export const tftp: UdpDecoy = {
  name: 'tftp',
  port: 69,
  meet(datagram) {
    const method = datagram.length < 4 ? undefined : REQUESTS[datagram.readUInt16BE(0)];
    const end = datagram.indexOf(0, 2);
    if (method === undefined || end < 0) return null;
    const url = datagram.toString('latin1', 2, end).slice(0, SHOWN_CHARACTERS);
    const [code, text] =
      method === 'read' ? [NOT_FOUND, 'File not found'] : [ACCESS_VIOLATION, 'Access violation'];
    const answer = Buffer.from([0, ERROR, 0, code, ...Buffer.from(text), 0]);
    // The text is for people: where it makes the answer too long, it is left out.
    const short = Buffer.from([0, ERROR, 0, code, 0]);
    return {
      happenings: [{ type: 'query', method, url }],
      answer: answer.length <= datagram.length ? answer : short,
    };
  },
};
