// An SNMP agent (RFC 3416) whose community is `public`, and in which nothing is to be read.
import type { Happening } from '../event.ts';
import type { Met, UdpDecoy } from './decoy.ts';

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const STRING = 0x04;
const NULL = 0x05;
const GET = 0xa0;
const GET_NEXT = 0xa1;
const RESPONSE = 0xa2;
const REQUESTS: Readonly<Record<number, string>> = {
  ...{ 0xa0: 'get', 0xa1: 'get-next', 0xa3: 'set', 0xa5: 'get-bulk', 0xa6: 'inform' },
};
const VERSION_1 = 0;
const VERSION_3 = 3;
const NO_SUCH_NAME = 2;
/** Values of a variable that is not there, as long as the NULL of the request (RFC 3416 §4.2.1, §4.2.2). */
const NO_SUCH_OBJECT = 0x80;
const END_OF_MIB = 0x82;
const COMMUNITY = 'public';
const SHOWN_CHARACTERS = 300;

interface Element {
  /** Where its tag stands. */
  readonly at: number;
  readonly tag: number;
  /** Of the contents. */
  readonly start: number;
  readonly end: number;
}

export const snmp: UdpDecoy = {
  name: 'snmp',
  port: 161,
  meet(datagram): Met | null {
    const [message] = elementsIn(datagram, 0, datagram.length);
    if (message?.tag !== SEQUENCE) return null;
    const [version, community, pdu] = elementsIn(datagram, message.start, message.end);
    if (version?.tag !== INTEGER || version.end !== version.start + 1) return null;
    if (datagram[version.start] === VERSION_3)
      return { happenings: [{ type: 'query', method: 'version 3' }] };
    const method = REQUESTS[pdu?.tag ?? 0];
    if (community?.tag !== STRING || pdu === undefined || method === undefined) return null;
    const password = datagram.toString('latin1', community.start, community.end);
    const isSuccess = password === COMMUNITY;
    const happenings: Happening[] = [
      { type: 'query', method },
      { type: 'login', user: '', password: password.slice(0, SHOWN_CHARACTERS), isSuccess },
    ];
    // Agents are silent if the community is wrong; a bulk would be answered by more than was asked.
    const isAnswered = isSuccess && (pdu.tag === GET || pdu.tag === GET_NEXT);
    const answer = isAnswered ? answerTo(datagram, datagram[version.start]!, pdu) : null;
    return answer === null ? { happenings } : { happenings, answer };
  },
};

/** The elements of a range of bytes (X.690 §8.1), up to the first that is malformed or of indefinite length. */
function* elementsIn(bytes: Buffer, start: number, end: number): Generator<Element> {
  for (let at = start; at + 2 <= end; ) {
    const first = bytes[at + 1]!;
    const more = first < 0x80 ? 0 : first & 0x7f;
    if (first === 0x80 || more > 2 || at + 2 + more > end) return;
    const length = more === 0 ? first : bytes.readUIntBE(at + 2, more);
    const contents = at + 2 + more;
    if (contents + length > end) return;
    yield { at, tag: bytes[at]!, start: contents, end: contents + length };
    at = contents + length;
  }
}

/** The request with other tags, and so of its length; null if it is malformed. */
function answerTo(datagram: Buffer, version: number, pdu: Element): Buffer | null {
  const answer = Buffer.from(datagram);
  const [, status, index, list] = elementsIn(answer, pdu.start, pdu.end);
  if (status === undefined || index === undefined || list === undefined) return null;
  answer[pdu.at] = RESPONSE;
  if (version === VERSION_1) {
    if (status.end !== status.start + 1 || index.end !== index.start + 1) return null;
    answer[status.start] = NO_SUCH_NAME;
    answer[index.start] = 1;
    return answer;
  }
  for (const variable of elementsIn(answer, list.start, list.end)) {
    const [, value] = elementsIn(answer, variable.start, variable.end);
    if (value?.tag !== NULL || value.end !== value.start) return null;
    answer[value.at] = pdu.tag === GET ? NO_SUCH_OBJECT : END_OF_MIB;
  }
  return answer;
}
