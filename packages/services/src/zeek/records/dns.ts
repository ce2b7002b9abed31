// dns.log: each question with its answer, or without one when the connection ends
// (https://docs.zeek.org/en/master/logs/dns.html).
import { type Packet, questionBytes } from '@eyrie/dissect';
import { textOfBytes } from '../write/byte-text.ts';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { DNS_ANSWER_FIELDS, dnsAnswers } from './dns-answers.ts';
import { classNames, opcodeNames, rcodeNames, typeNameOf } from './dns-names.ts';
import { type LogReader, numberOf, type Seen, tapOf, textOf } from './log.ts';

interface Exchange extends OfConn {
  readonly id: number;
  readonly opcode: number;
  readonly query: string | null;
  readonly qclass: number | null;
  readonly qtype: number | null;
  /** The 16 bits of flags of the question, and of the answer; null: not seen. */
  asked: number | null;
  answered: number | null;
  rtt: number | null;
  answers: string[];
  ttls: number[];
  isRejected: boolean;
}

const AA = 0x0400;
const TC = 0x0200;
const RD = 0x0100;
const RA = 0x0080;
const RESPONSE = 0x8000;

/** Either message says so. */
const flag =
  (bit: number) =>
  ({ asked, answered }: Exchange): boolean =>
    (((asked ?? 0) | (answered ?? 0)) & bit) !== 0;

const columns: readonly Column<Exchange>[] = [
  ...connColumns,
  ['proto', 'enum', ({ conn }) => conn.proto],
  ['trans_id', 'count', ({ id }) => id],
  ['rtt', 'interval', ({ rtt }) => rtt],
  ['query', 'string', ({ query }) => query],
  ['qclass', 'count', ({ qclass }) => qclass],
  [
    'qclass_name',
    'string',
    ({ qclass }) => (qclass === null ? null : (classNames[qclass] ?? `qclass-${qclass}`)),
  ],
  ['qtype', 'count', ({ qtype }) => qtype],
  ['qtype_name', 'string', ({ qtype }) => (qtype === null ? null : typeNameOf(qtype))],
  ['rcode', 'count', ({ answered }) => (answered === null ? null : answered & 15)],
  ['rcode_name', 'string', ({ answered }) => (answered === null ? null : rcodeNames[answered & 15])],
  ['AA', 'bool', flag(AA)],
  ['TC', 'bool', flag(TC)],
  ['RD', 'bool', flag(RD)],
  ['RA', 'bool', flag(RA)],
  ['Z', 'count', ({ asked, answered }) => ((answered ?? asked ?? 0) >> 4) & 7],
  ['answers', 'vector[string]', ({ answers }) => (answers.length === 0 ? null : answers)],
  ['TTLs', 'vector[interval]', ({ ttls }) => (ttls.length === 0 ? null : ttls)],
  ['rejected', 'bool', ({ isRejected }) => isRejected],
  ['opcode', 'count', ({ opcode }) => opcode],
  ['opcode_name', 'string', ({ opcode }) => opcodeNames[opcode] ?? `opcode-${opcode}`],
];

export const dnsLog: LogKind<Exchange> = { path: 'dns', columns };

/** Questions of a connection that wait for an answer; beyond, the oldest is logged without one. */
const WAITING_MAX = 64;

export const dnsReader: LogReader = {
  protocols: ['dns', 'mdns', 'llmnr'],
  make(logs) {
    const counts = ['dns.count.answers', 'dns.count.auth_rr', 'dns.count.add_rr'];
    const question = ['dns.id', 'dns.flags', 'dns.qry.name', 'dns.qry.type', 'dns.qry.class'];
    const tap = tapOf(['dns', 'mdns', 'llmnr'], [...question, ...counts, ...DNS_ANSWER_FIELDS]);
    const write = (row: Exchange): void => logs.write(dnsLog, row);

    /** Bytes of it that are no UTF-8 are lost in the text. */
    function queryOf(p: Packet, layer: number): string | null {
      const text = textOf(tap, 'dns.qry.name');
      const isWhole = text === null || !text.includes('\ufffd');
      return isWhole ? text : textOfBytes(questionBytes(p, layer));
    }

    function exchangeOf(p: Packet, layer: number, { conn, time }: Seen): Exchange {
      const flags = tap.number('dns.flags');
      return {
        ...{ time, conn, id: tap.number('dns.id'), opcode: (flags >> 11) & 15 },
        query: queryOf(p, layer)?.toLowerCase() ?? null,
        qclass: numberOf(tap, 'dns.qry.class'),
        qtype: numberOf(tap, 'dns.qry.type'),
        ...{ asked: null, answered: null, rtt: null, answers: [], ttls: [], isRejected: false },
      };
    }

    return (p, layer, seen) => {
      tap.take(p, layer);
      if (!tap.has('dns.flags')) return;
      const flags = tap.number('dns.flags');
      const waiting = seen.conn.keep(
        'dns',
        (): Exchange[] => [],
        (left) => left.forEach(write),
      );
      if ((flags & RESPONSE) === 0) {
        if (waiting.length >= WAITING_MAX) write(waiting.shift()!);
        waiting.push({ ...exchangeOf(p, layer, seen), asked: flags });
        return;
      }
      const at = waiting.findIndex(({ id }) => id === tap.number('dns.id'));
      const exchange = at < 0 ? exchangeOf(p, layer, seen) : waiting.splice(at, 1)[0]!;
      exchange.answered = flags;
      if (at >= 0) exchange.rtt = seen.time - exchange.time;
      exchange.isRejected = counts.every((name) => numberOf(tap, name) === 0);
      const { answers, ttls } = dnsAnswers(tap);
      exchange.answers = answers;
      exchange.ttls = ttls;
      write(exchange);
    };
  },
};
